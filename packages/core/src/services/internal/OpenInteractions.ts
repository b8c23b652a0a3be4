/**
 * Which interactions have no recorded end: a checkpointed projection, so that those that are idle are found without reading
 * the whole log again. It keeps their ids alone, and as few as are open.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Interaction from "../../domain/Interaction.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore, logChunks } from "../../eventsourcing/EventStore.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import * as Projection from "../../eventsourcing/Projection.ts"
import { ProjectionStore } from "../../eventsourcing/ProjectionStore.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"

/** The ids of open interactions. The set is changed in place. */
type State = Set<string>

/** The events that open and close an interaction. */
const filter = { streamKinds: [Interaction.streamKind], eventTypes: ["InteractionStarted", "InteractionEnded"] }

/** The projection. */
const projection: Projection.Projection<State> = {
  name: "open-interactions",
  version: 1,
  filter,
  initial: () => new Set(),
  apply: (state, { events }) =>
    Effect.sync(() => {
      for (const { stream, type } of events) {
        if (type === "InteractionStarted") state.add(stream.id)
        else state.delete(stream.id)
      }
      return state
    }),
  encode: (state) => JSON.stringify(Array.from(state)),
  decode: (text) => new Set(JSON.parse(text) as ReadonlyArray<string>),
}

/** The stores: without one for projections the log is read from its beginning each time. */
export interface Ports {
  readonly store: EventStore["Service"]
  readonly projections: ProjectionStore["Service"] | undefined
}

/** The interactions of a Customer that are open at the head of the log, or were purged before they had an end. */
export const list = (
  { projections, store }: Ports,
  customer: CustomerId,
): Effect.Effect<ReadonlyArray<Uuid>, ReadError> => {
  const { apply, initial } = projection
  const found =
    projections === undefined
      ? Stream.runFoldEffect(logChunks(customer, { filter }), initial, (state, chunk) => apply(state, chunk, customer))
      : Effect.map(Projection.catchUpTogether(projection, customer), ({ state }) => state).pipe(
          Effect.provideService(ProjectionStore, projections),
        )
  return Effect.map(found, (state) => Array.from(state) as ReadonlyArray<string> as ReadonlyArray<Uuid>).pipe(
    Effect.provideService(EventStore, store),
  )
}
