/**
 * Erases a subject: first its keyring, which is its fence, then the ledger, then values, links and locators. Before its
 * links are removed, the interactions that they lead to are linked to one subject that represents all erased subjects of
 * the Customer, so that they can be deleted from the log later.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { startOfDay } from "../../calendar/UtcDay.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { empty, type Erasure } from "../Keyring.ts"
import * as Ended from "../Ended.ts"
import type { ErasureCause, SubjectId } from "../Subject.ts"
import type { Destroyed } from "../VaultStore.ts"
import { erasedSubjects } from "./erasedSubjects.ts"
import { requireIds } from "./fitting.ts"
import { again, type Keyrings } from "./keyrings.ts"
import type { Ports } from "./Ports.ts"

/** How many rows are removed at a time. */
const batch = 500

/** Lists in parts of bounded size. */
const inBatches = (interactions: ReadonlyArray<Uuid>): ReadonlyArray<ReadonlyArray<Uuid>> =>
  Array.from({ length: Math.ceil(interactions.length / batch) }, (_, part) =>
    interactions.slice(part * batch, (part + 1) * batch),
  )

/** Erases subjects, and removes expired rows. */
export const erasing = ({ keyStore, ledger, policy, store }: Ports, { forEach, recorded }: Keyrings) => {
  const endedOf =
    policy.ended ?? ((_, spans: ReadonlyArray<Ended.Span>, __, at: number) => Effect.succeed(Ended.byOwnEnd(spans, at)))

  const erase = Effect.fn("Vault.erase")(function* (customer: CustomerId, subject: SubjectId, cause: ErasureCause) {
    const fingerprint = yield* keyStore.fingerprint(customer, subject)
    const at = yield* Clock.currentTimeMillis
    const before = Option.getOrUndefined(yield* ledger.find(customer, fingerprint))
    const erasure = yield* store.fence(customer, subject, {
      fingerprint,
      at: before?.at ?? at,
      cause: before?.cause ?? cause,
      done: [],
      completed: false,
    })
    yield* ledger.record(customer, { fingerprint, at: erasure.at, cause: erasure.cause })
    // Behind the fence no link is added any more, and none is removed before all of them are listed.
    yield* listInteractions(customer, yield* store.linksOf(customer, subject, 0))
    const remains: Omit<Destroyed, "reference"> = { on: startOfDay(erasure.at), cause: erasure.cause }
    while ((yield* store.removeSubject(customer, subject, remains, batch)) > 0);
    return erasure
  })

  const listInteractions = Effect.fnUntraced(function* (customer: CustomerId, interactions: ReadonlyArray<Uuid>) {
    const subject = erasedSubjects(customer)
    for (const some of inBatches(interactions)) {
      const links = some.map((interaction) => ({ subject, interaction, retentionEnd: undefined }))
      yield* again(store.put(customer, subject, { links })).pipe(
        // No caller of the vault can restrict or erase this subject.
        Effect.catchTag(["SubjectErased", "SubjectRestricted"], Effect.die),
      )
    }
  })

  const forgetInteractions = Effect.fn("Vault.forgetInteractions")(function* (
    customer: CustomerId,
    interactions: ReadonlyArray<Uuid>,
  ) {
    for (const some of inBatches(interactions)) yield* store.unlink(customer, erasedSubjects(customer), some)
  })

  const stepDone = (customer: CustomerId, subject: SubjectId, step: string | undefined) =>
    again(
      Effect.gen(function* () {
        const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
        const { erasure } = keyring ?? empty
        if (keyring === undefined || erasure === undefined) return
        const done = step === undefined || erasure.done.includes(step) ? erasure.done : [...erasure.done, step]
        const next: Erasure = { ...erasure, done, completed: erasure.completed || step === undefined }
        yield* store.changeKeyring(customer, subject, keyring.revision, { ...empty, erasure: next })
      }),
    ).pipe(Effect.catchTag("SubjectErased", () => Effect.void))

  const recover = Effect.fn("Vault.recover")((customer: CustomerId) =>
    forEach(customer, ({ erasure, subject }) =>
      Effect.gen(function* () {
        // A ledger that is older than the rows learns of the erasure again.
        if (erasure !== undefined) {
          yield* ledger.record(customer, { fingerprint: erasure.fingerprint, at: erasure.at, cause: erasure.cause })
          return 0
        }
        const entry = Option.getOrUndefined(yield* recorded(customer, subject))
        if (entry === undefined) return 0
        yield* erase(customer, subject, entry.cause)
        return 1
      }),
    ),
  )

  const sweep = Effect.fn("Vault.sweep")(function* (customer: CustomerId, limit = batch) {
    const at = yield* Clock.currentTimeMillis
    const spansOf = (subjects: ReadonlyArray<SubjectId>) => store.spansOf(customer, subjects)
    const { ofSubjects, ...ended } = yield* endedOf(customer, yield* store.spans(customer), spansOf, at)
    let count = 0
    for (let first = 0; first === 0 || first < ofSubjects.length; first += batch) {
      const part = { ...ended, ofSubjects: ofSubjects.slice(first, first + batch) }
      for (let removed = -1; removed !== 0; count += Math.max(0, removed)) {
        removed = yield* store.sweep(customer, part, limit)
      }
    }
    return count
  })

  const { spans, spansOf, tally, unfinished } = store
  const erasedInteractions = (customer: CustomerId) => store.linksOf(customer, erasedSubjects(customer), 0)
  return {
    erase: (customer: CustomerId, subject: SubjectId, cause: ErasureCause) =>
      Effect.andThen(requireIds("ErasePseudonym", { customer, subject }), erase(customer, subject, cause)),
    erasedInteractions,
    forgetInteractions,
    stepDone,
    recover,
    sweep,
    spans,
    spansOf,
    tally,
    unfinished,
  }
}
