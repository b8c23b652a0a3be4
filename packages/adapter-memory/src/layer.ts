/**
 * The memory as layers.
 */
import { EventStore, type Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import * as Memory from "./Memory.ts"

/**
 * An event store and a projection store over one new memory, with inline projections: their counters change in the
 * append itself. All data end with the layer.
 *
 * @example
 * ```ts
 * import { layerWith } from "@tacet/adapter-memory"
 *
 * const counting = layerWith({
 *   inline: [{ name: "events-by-type", version: 1, deltas: (event) => [[event.type, 1]] }]
 * })
 * ```
 */
export const layerWith = (options: {
  readonly inline?: ReadonlyArray<Projection.InlineProjection>
}): Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore> =>
  Layer.syncContext(() => {
    const memory = Memory.make(options.inline ?? [])
    return Context.make(EventStore.EventStore, Memory.eventStore(memory)).pipe(
      Context.add(ProjectionStore.ProjectionStore, Memory.projectionStore(memory)),
    )
  })

/**
 * The same without inline projections.
 */
export const layer: Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore> = layerWith({})
