/**
 * The pseudonyms of one person that are linked with each other, and the data under them that may not meet.
 */
import * as Effect from "effect/Effect"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { KeptCategories } from "../../privacy/OpeningPolicy.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type * as Decisions from "../internal/Decisions.ts"
import { subjectOf } from "./recording.ts"

/** The pseudonyms of a person, each with its state. */
export type Linked = ReadonlyMap<Pseudonym.PseudonymId, Pseudonym.State>

/** The pseudonyms that are linked with one of which the state is known, directly or through others, and itself. */
export const linkedWith = Effect.fnUntraced(function* (
  { load }: Pick<Decisions.Decisions, "load">,
  customer: CustomerId,
  pseudonym: Pseudonym.PseudonymId,
  known: Pseudonym.State,
): Effect.fn.Return<Linked, ReadError | UndecodableEvent> {
  const found = new Map([[pseudonym, known]])
  const next = Array.from(known.linked)
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    if (found.has(one)) continue
    const { state } = yield* load(Pseudonym.aggregate, customer, one)
    found.set(one, state)
    next.push(...state.linked)
  }
  return found
})

/**
 * Refuses a category for a person under whose pseudonyms the vault keeps data that it may not meet (ADID-DEV, ADID-PII).
 */
export const requireApart = Effect.fnUntraced(function* (
  policy: EffectivePolicy,
  linked: Linked,
  { command, field = "category" }: { readonly command: string; readonly field?: string },
  category: PersonalDataCategory,
  kept: KeptCategories,
) {
  const apart = Pseudonym.apartFrom(category)
  const beside = new Set<PersonalDataCategory>()
  for (const pseudonym of linked.keys()) {
    for (const one of yield* kept(subjectOf(pseudonym), apart)) beside.add(one)
  }
  const isConsented = Pseudonym.consentsToAnalysis(Array.from(linked.values()))
  const rule = Pseudonym.meeting(policy, category, beside, isConsented)
  if (rule === undefined) return
  const accepted = "an advertising identifier under a pseudonym of its own, or the express consent to the analysis"
  return yield* new Refusal({ rule, command, field, accepted })
})

/** Refuses that the data of linked pseudonyms meet where an advertising identifier is among them. */
export const requireApartAll = Effect.fnUntraced(function* (
  policy: EffectivePolicy,
  linked: Linked,
  command: string,
  kept: KeptCategories,
) {
  const held = yield* Effect.forEach(linked.keys(), (pseudonym) =>
    kept(subjectOf(pseudonym), ["advertisingIdentifier"]),
  )
  if (held.every(({ size }) => size === 0)) return
  yield* requireApart(policy, linked, { command, field: "other" }, "advertisingIdentifier", kept)
})
