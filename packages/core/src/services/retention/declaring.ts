/**
 * Declarations of how long a Customer's data are kept: periods of categories, and legal holds.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Period } from "../../calendar/Period.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { Role } from "../../policy/text/parameters/processing.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as Declarations from "../internal/Declarations.ts"
import { momentOrNow } from "../internal/Moments.ts"
import type { Decisions } from "../internal/Decisions.ts"

/** The period of some categories. */
export interface ToKeepFor {
  readonly period: Period
  /** Default: every category of interactions that the policy does not end at a time of its own. */
  readonly categories?: ReadonlyArray<PersonalDataCategory>
  /** The moment from which it holds. Default: now. */
  readonly at?: EpochMillis
}

/** A legal hold: the law that requires or permits to keep categories longer. */
export interface ToHold {
  /** The caller's id: the same hold again has no further effect. */
  readonly hold: Uuid
  readonly matter: RetentionPolicy.Matter
  /** The reference of the act. */
  readonly reference: string
  readonly categories: ReadonlyArray<PersonalDataCategory>
  /** Default: now. */
  readonly at?: EpochMillis
}

/** The categories of data in a compartment under a policy: of interactions, the interaction itself among them, or of accounts. */
export const categoriesOf = (
  { parameters }: EffectivePolicy,
  role: Role = "processor",
): ReadonlyArray<PersonalDataCategory> =>
  role === "controller"
    ? parameters.categories.controller
    : Array.from(new Set<PersonalDataCategory>(["interfaceUsage", ...parameters.categories[role]]))

/** Sets a period, for all of the categories or none. Answers the categories. */
export const setPeriod = (decisions: Decisions) =>
  Effect.fn("Retention.setPeriod")(function* (customer: CustomerId, { at, categories, period }: ToKeepFor) {
    const moment = yield* momentOrNow("SetRetentionPeriod", at)
    const policy = yield* Declarations.bound(yield* decisions.declared(customer), "SetRetentionPeriod", moment)
    const endsItself = (category: PersonalDataCategory) =>
      policy.parameters.retentionByCategory[category]?.some(({ after }) => after === "collection") === true
    const chosen = categories ?? categoriesOf(policy).filter((category) => !endsItself(category))
    yield* declare(decisions, customer, () =>
      chosen.map((category) => ({ _tag: "SetRetentionPeriod", at: moment, category, period })),
    )
    return chosen
  })

/** Places a hold. */
export const hold = (decisions: Decisions) =>
  Effect.fn("Retention.hold")(function* (customer: CustomerId, toHold: ToHold) {
    const { at, categories, hold, matter, reference } = toHold
    const given = yield* momentOrNow("PlaceLegalHold", at)
    yield* declare(decisions, customer, ({ holds }) => {
      // A repetition without a moment means the moment at which it was placed.
      const placed = at === undefined ? holds.get(hold)?.placedAt : undefined
      const moment = placed === undefined ? given : DateTime.makeUnsafe(placed)
      return [{ _tag: "PlaceLegalHold", at: moment, hold, matter, reference, categories }]
    })
  })

/** Releases a hold. */
export const release = (decisions: Decisions) =>
  Effect.fn("Retention.release")(function* (customer: CustomerId, hold: Uuid, at?: EpochMillis) {
    const moment = yield* momentOrNow("ReleaseLegalHold", at)
    yield* declare(decisions, customer, () => [{ _tag: "ReleaseLegalHold", at: moment, hold }])
  })

/** Decides commands by the policy of their moment and appends all of them or none, while the declarations hold. */
const declare = Effect.fnUntraced(function* (
  decisions: Decisions,
  customer: CustomerId,
  commandsOf: (state: RetentionPolicy.State) => ReadonlyArray<RetentionPolicy.Command>,
) {
  const target = { customer, id: customer, accept: "all" } as const
  const { outcomes } = yield* decisions.handlePrepared(RetentionPolicy.aggregate, target, (state) =>
    Effect.gen(function* () {
      const declared = yield* decisions.declared(customer)
      const commands = commandsOf(state)
      const [first] = commands
      if (first === undefined) {
        const accepted = "at least one category"
        return yield* new Refusal({
          rule: "RET-CONTRACT",
          command: "SetRetentionPeriod",
          field: "categories",
          accepted,
        })
      }
      const policy = yield* Declarations.bound(declared, first._tag, first.at)
      return { commands, context: { policy }, checks: [Declarations.check(customer, declared)] }
    }),
  )
  for (const outcome of outcomes) yield* Effect.fromResult(outcome)
})
