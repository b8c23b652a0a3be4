/**
 * Everything that was entered into a Customer's register of recipients: a checkpointed projection, so that reading the
 * register does not read the whole log.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Recipient from "../../domain/Recipient.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { RecordedEvent } from "../../eventsourcing/EventEnvelope.ts"
import type { Projection } from "../../eventsourcing/Projection.ts"

/** The state: the events of all recipients, in the order of the log. It is changed in place. */
export type State = Array<RecordedEvent>

export const projection: Projection<State> = {
  name: "recipient-register",
  version: 1,
  filter: { streamKinds: [Recipient.streamKind] },
  initial: () => [],
  apply: (state, chunk) =>
    Effect.sync(() => {
      state.push(...chunk.events)
      return state
    }),
  encode: JSON.stringify,
  decode: (text) => JSON.parse(text) as State,
}

/** An entry, and the recipient that it is about. */
export interface Entered {
  readonly recipient: Recipient.RecipientId
  readonly event: Recipient.Event
}

/** The entries in the order of the moments for which they were made; those of one moment in the order of the log. */
export const entries = (state: State): Effect.Effect<ReadonlyArray<Entered>, UndecodableEvent> =>
  Effect.map(
    Effect.forEach(state, (recorded) =>
      Effect.map(Effect.fromResult(Recipient.codec.decode(recorded)), (event) => ({
        recipient: recorded.stream.id as Recipient.RecipientId,
        event,
      })),
    ),
    (all) =>
      all.toSorted(
        ({ event: one }, { event: other }) =>
          DateTime.toEpochMillis(one.occurredAt) - DateTime.toEpochMillis(other.occurredAt),
      ),
  )
