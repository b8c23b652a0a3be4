/**
 * The events of persons from which ends of their data are counted, read from the log: purposes fulfilled, an account deleted, a
 * relationship ended.
 */
import * as Effect from "effect/Effect"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import type { SubjectId } from "../../privacy/Subject.ts"

const filter = {
  streamKinds: [Pseudonym.streamKind],
  eventTypes: ["PurposesFulfilled", "AccountClosed", "RelationshipEnded"],
}

/** The ends of every person of a Customer for whom one was recorded. */
export const lookUp = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  customer: CustomerId,
): Effect.fn.Return<ReadonlyMap<SubjectId, Pseudonym.PersonEnds>, ReadError | UndecodableEvent> {
  const states = new Map<SubjectId, Pseudonym.State>()
  for (let after = 0; ;) {
    const { events, head, through } = yield* store.readLog(customer, { after, filter })
    for (const recorded of events) {
      const subject = recorded.stream.id as SubjectId
      const event = yield* Effect.fromResult(Pseudonym.codec.decode(recorded))
      states.set(subject, Pseudonym.decider.evolve(states.get(subject) ?? Pseudonym.initial, event))
    }
    after = through
    if (through >= head) break
  }
  return new Map(Array.from(states, ([subject, { ends }]) => [subject, ends]))
})

/** The ends that are recorded for one person. */
export const of = (
  { load }: Pick<CommandHandler.Handler, "load">,
  customer: CustomerId,
  subject: SubjectId,
): Effect.Effect<Pseudonym.PersonEnds, ReadError | UndecodableEvent> =>
  Effect.map(load(Pseudonym.aggregate, customer, subject), ({ state }) => state.ends)
