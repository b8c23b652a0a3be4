/**
 * The right to rectification (R-RECT, GDPR 16): each value is replaced by its correction, and the recipients of the old
 * one are notified.
 */
import * as Effect from "effect/Effect"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { type Fulfilment, fulfilling, pseudonymOf } from "./answering.ts"
import { notify } from "./notifying.ts"
import { decide, disclosuresOf, foresee, type Ports, valuesOf } from "./records.ts"

/** Replaces the values, and answers the disclosures whose recipients were not notified. */
export const rectify = Effect.fnUntraced(function* (ports: Ports, fulfilment: Fulfilment) {
  const { pseudonyms, vault } = ports
  const { answer, subjects } = fulfilment
  const { corrections = [], customer } = answer
  const disclosures = yield* disclosuresOf(ports, customer, subjects)
  const owners = yield* Effect.forEach(subjects, (subject) => pseudonyms.stateOf(pseudonymOf(fulfilment, subject)))
  const kept = yield* Effect.forEach(subjects, (subject) => valuesOf(ports, customer, subject))
  const ownerOf = (old: Uuid.Uuid) =>
    owners.findIndex(
      ({ rectified, values }, index) =>
        values.has(old) || rectified.has(old) || kept[index]!.some(({ reference }) => reference === old),
    )
  const holdings = corrections
    .filter(({ old }) => ownerOf(old.reference) !== -1)
    .map(({ old }) => ({ reference: old.reference, portable: true }))
  const command = (replaced: ReadonlyArray<{ readonly old: Uuid.Uuid; readonly new: Uuid.Uuid }>) =>
    fulfilling(fulfilment, { _tag: "rectification", replaced, oldUnreadable: true })
  const proposed = yield* Effect.forEach(corrections, ({ old }) =>
    Effect.map(Uuid.next, (next) => ({ old: old.reference, new: next })),
  )
  yield* foresee(ports, answer, command(proposed), holdings)
  const replaced = yield* Effect.forEach(corrections, ({ old, value }) =>
    Effect.gen(function* () {
      const index = ownerOf(old.reference)
      // An attempt that was stopped may have left the old value behind.
      const before = owners[index]?.rectified.get(old.reference)
      if (before !== undefined) yield* vault.destroy(customer, [old.reference], "rectification")
      const whose = pseudonymOf(fulfilment, subjects[index]!)
      const next = before ?? (yield* pseudonyms.rectify(whose, old, value)).reference
      return { old: old.reference, new: next }
    }),
  )
  const unnotified = yield* notify(ports, answer, "rectification", disclosures)
  yield* decide(ports, answer, command(replaced), holdings)
  return unnotified
})
