/**
 * The persons of a Customer whose data may be used for a purpose.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Position } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks } from "../../eventsourcing/EventStore.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import * as Kept from "./Kept.ts"

/** The pseudonyms of a Customer, read from the log up to a position, by one reader at a time. */
interface Roster {
  through: Position
  readonly pseudonyms: Map<Pseudonym.PseudonymId, Pseudonym.State>
  readonly turns: Semaphore.Semaphore
}

/** A person: the pseudonyms that are linked, with their states. */
export type Person = ReadonlyMap<Pseudonym.PseudonymId, Pseudonym.State>

const personsIn = (all: Person, purpose: Purpose): ReadonlyArray<Person> => {
  const seen = new Set<Pseudonym.PseudonymId>()
  const persons: Array<Person> = []
  for (const id of all.keys()) {
    const person = new Map<Pseudonym.PseudonymId, Pseudonym.State>()
    const reached = [id]
    for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
      const state = all.get(next)
      if (seen.has(next) || state === undefined) continue
      seen.add(next)
      reached.push(...state.linked)
      if (state.phase !== "erased") person.set(next, state)
    }
    const states = Array.from(person.values())
    if (states.length > 0 && states.every((state) => Pseudonym.permits(state, purpose))) persons.push(person)
  }
  return persons
}

/** Reads the pseudonyms whose data serve a purpose: not erased, not restricted, and without an objection to it. */
export const over = Effect.fnUntraced(function* (store: EventStore["Service"], purpose: Purpose) {
  const known = Kept.make<CustomerId, Roster>((yield* Kept.Memory).pseudonyms, ({ pseudonyms }) => 1 + pseudonyms.size)

  const readOn = (customer: CustomerId, roster: Roster) =>
    Stream.runForEach(
      // When its turn has come: a reader before it may have read on.
      Stream.suspend(() =>
        logChunks(customer, { after: roster.through, filter: { streamKinds: [Pseudonym.streamKind] } }),
      ),
      ({ events, through }) =>
        Effect.map(
          Effect.forEach(events, (recorded) => Effect.fromResult(Pseudonym.codec.decode(recorded))),
          (decoded) => {
            decoded.forEach((event, index) => {
              const id = events[index]?.stream.id as Pseudonym.PseudonymId
              const before = roster.pseudonyms.get(id) ?? Pseudonym.initial
              roster.pseudonyms.set(id, Pseudonym.decider.evolve(before, event))
            })
            roster.through = through
          },
        ),
    ).pipe(Effect.provideService(EventStore, store))

  const rosterOf = (customer: CustomerId): Roster => {
    const found = known.get(customer)
    if (found !== undefined) return found
    const roster = { through: 0, pseudonyms: new Map(), turns: Semaphore.makeUnsafe(1) }
    known.set(customer, roster)
    return roster
  }
  // A turn for each Customer: while the log of one does not answer, the others' are read.
  const pseudonyms = (customer: CustomerId) =>
    Effect.suspend(() => {
      const roster = rosterOf(customer)
      return roster.turns.withPermits(1)(
        Effect.map(readOn(customer, roster), () => {
          // It weighs more by now.
          known.set(customer, roster)
          return new Map(roster.pseudonyms)
        }),
      )
    })
  /** Those whose data serve the purpose. */
  const permitted = (customer: CustomerId) =>
    Effect.map(pseudonyms(customer), (all) =>
      Array.from(all).flatMap(([id, state]) => (Pseudonym.permits(state, purpose) ? [id] : [])),
    )
  /** The same as persons, each with all pseudonyms of theirs that are linked: none of whom one is not permitted. */
  const persons = (customer: CustomerId) => Effect.map(pseudonyms(customer), (all) => personsIn(all, purpose))
  return { permitted, persons }
})
