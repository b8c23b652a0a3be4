/**
 * The data of a subject that need no opening: the list of its values, links to interactions, restrictions and
 * objections.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { startOfDay } from "../../calendar/UtcDay.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Collected } from "../Ended.ts"
import type { Sealed } from "../Sealed.ts"
import { type Source, usualSourceOf } from "../Source.ts"
import type { ErasureCause, SubjectId } from "../Subject.ts"
import { areIds, requireIds, requireMoments } from "./fitting.ts"
import { erasedSubjects } from "./erasedSubjects.ts"
import { again, type Keyrings } from "./keyrings.ts"
import type { Ports } from "./Ports.ts"

/** A value that is kept, as far as it is listed without opening it (GDPR 15(1)). */
export interface Kept extends Sealed<string> {
  readonly purposes: ReadonlyArray<string>
  readonly source: Source
  readonly collectedAt: EpochMillis
  /** `undefined`: no end is known yet. */
  readonly retentionEnd: EpochMillis | undefined
}

/** Lists and destroys values, links interactions, and keeps restrictions and objections. */
export const keeping = ({ store }: Ports, { change, live, recorded }: Keyrings) => ({
  destroy: (customer: CustomerId, references: ReadonlyArray<Uuid>, cause: ErasureCause) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) => store.destroy(customer, references, { on: startOfDay(at), cause })),

  link: (
    customer: CustomerId,
    subject: SubjectId,
    interaction: Uuid,
    retentionEnd: EpochMillis | undefined,
    collected?: Collected,
  ) =>
    Effect.andThen(
      Effect.andThen(
        Effect.andThen(
          requireIds("LinkInteraction", { customer, subject, interaction }),
          requireMoments("LinkInteraction", { retentionEnd, collectedAt: collected?.at }),
        ),
        live(customer, subject),
      ),
      again(store.put(customer, subject, { links: [{ subject, interaction, retentionEnd, collected }] })),
    ),

  subjectOf: Effect.fn("Vault.subjectOf")(function* (customer: CustomerId, interaction: Uuid) {
    if (!areIds(customer, interaction)) return Option.none()
    const subject = yield* store.subjectOf(customer, interaction, yield* Clock.currentTimeMillis)
    if (Option.isNone(subject) || subject.value === erasedSubjects(customer)) return Option.none()
    return Option.isSome(yield* recorded(customer, subject.value)) ? Option.none() : subject
  }),

  interactionsOf: Effect.fn("Vault.interactionsOf")(function* (customer: CustomerId, subject: SubjectId) {
    if (!areIds(customer, subject) || Option.isSome(yield* recorded(customer, subject))) return []
    return yield* store.linksOf(customer, subject, yield* Clock.currentTimeMillis)
  }),

  valuesOf: Effect.fn("Vault.valuesOf")(function* (
    customer: CustomerId,
    subject: SubjectId,
    page: { readonly after?: Uuid; readonly limit: number },
  ) {
    if (!areIds(customer, subject) || Option.isSome(yield* recorded(customer, subject))) return []
    const rows = yield* store.valuesOf(customer, subject, page)
    return rows.map(({ category, collectedAt, purposes, reference, retentionEnd, source }): Kept => ({
      category,
      reference,
      purposes,
      source: source ?? usualSourceOf(category),
      collectedAt,
      retentionEnd,
    }))
  }),

  restrict: (customer: CustomerId, subject: SubjectId, restricted: boolean) =>
    Effect.andThen(
      requireIds("RestrictProcessing", { customer, subject }),
      Effect.asVoid(change(customer, subject, (state) => ({ ...state, restricted }))),
    ),

  object: (customer: CustomerId, subject: SubjectId, purpose: string, stopped: boolean) =>
    Effect.andThen(
      requireIds("RaiseObjection", { customer, subject }),
      Effect.asVoid(
        change(customer, subject, (state) => {
          const objections = new Set(state.objections)
          if (stopped) objections.add(purpose)
          else objections.delete(purpose)
          return { ...state, objections }
        }),
      ),
    ),
})
