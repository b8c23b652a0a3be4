/**
 * Reads and folds one stream, and looks for a commit among its events.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { CustomerId } from "../CustomerId.ts"
import type { UndecodableEvent } from "../EventCodec.ts"
import type { RecordedEvent } from "../EventEnvelope.ts"
import { EventStore } from "../EventStore.ts"
import type { ReadError } from "../EventStoreError.ts"
import type * as Uuid from "../Uuid.ts"
import type { Aggregate, Loaded } from "./request.ts"

interface Looking<State> extends Loaded<State> {
  /** Whether the commit looked for is among the events. */
  readonly found: boolean
}

export const loadLooking = Effect.fnUntraced(function* <State, Command, Event, Context>(
  aggregate: Aggregate<State, Command, Event, Context>,
  customer: CustomerId,
  id: Uuid.Uuid,
  commitId: Uuid.Uuid | undefined,
  from?: Loaded<State> & { readonly found?: boolean },
): Effect.fn.Return<Looking<State>, ReadError | UndecodableEvent, EventStore> {
  const store = yield* EventStore
  const stream = { kind: aggregate.codec.kind, id }
  let loaded: Looking<State> = { found: false, ...(from ?? { state: aggregate.decider.initial, version: 0 }) }
  while (true) {
    const page = yield* store.readStream(customer, stream, { after: loaded.version })
    loaded = yield* fold(aggregate, loaded, page.events, commitId)
    if (page.events.length === 0 || loaded.version >= page.version) return loaded
  }
})

export const fold = <State, Command, Event, Context>(
  { codec, decider }: Aggregate<State, Command, Event, Context>,
  from: Looking<State>,
  recorded: ReadonlyArray<RecordedEvent>,
  commitId: Uuid.Uuid | undefined,
): Effect.Effect<Looking<State>, UndecodableEvent> => {
  let { found, state, version } = from
  for (const envelope of recorded) {
    if (envelope.version <= version) continue
    const event = codec.decode(envelope)
    if (Result.isFailure(event)) return Effect.fail(event.failure)
    state = decider.evolve(state, event.success)
    version = envelope.version
    found ||= envelope.commitId === commitId
  }
  return Effect.succeed({ state, version, found })
}
