/**
 * Traces and metrics of a running store: a span for each operation of the ports, and the lag of projections. Spans and
 * metrics carry kinds and numbers, never an id, a name or a value. The command handler has metrics of its own: refusals
 * by rule, appended events, and conflicts with other writers.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import type { CustomerId } from "./CustomerId.ts"
import { EventStore, type LogChunk } from "./EventStore.ts"
import { type ProjectionKey, ProjectionStore } from "./ProjectionStore.ts"

/**
 * How many positions of the log a projection still has before it, by projection: of the Customer whose log this process folds that is
 * the furthest behind.
 */
export const projectionLag = Metric.gauge("tacet_projection_lag", {
  description:
    "Positions between what a projection has folded and the head of the log, by projection; of several Customers the most",
})

/** The Customers of a projection that are behind, in this process. */
const behind = new Map<string, Map<CustomerId, number>>()

/** Notes how far a projection is behind in the log of a Customer. */
export const noteLag = (
  { name, version }: ProjectionKey,
  customer: CustomerId,
  { head, through }: Pick<LogChunk, "head" | "through">,
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const key = `${version} ${name}`
    const ofCustomers = behind.get(key) ?? new Map<CustomerId, number>()
    if (head > through) behind.set(key, ofCustomers.set(customer, head - through))
    else if (ofCustomers.delete(customer) && ofCustomers.size === 0) behind.delete(key)
    let most = 0
    for (const lag of ofCustomers.values()) most = Math.max(most, lag)
    return Metric.update(Metric.withAttributes(projectionLag, { projection: name, version: String(version) }), most)
  })

/** Notes that this process no longer folds the log of a Customer: the gauge of one that does shows how far it is behind. */
export const forgetLag = (projection: ProjectionKey, customer: CustomerId): Effect.Effect<void> =>
  noteLag(projection, customer, { head: 0, through: 0 })

/**
 * The stores of a layer with a span around each operation: `EventStore.append`, `ProjectionStore.save` and so on.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import type { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
 * import { Observability } from "@tacet/core/eventsourcing"
 *
 * const traced = <E>(adapter: Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore, E>) =>
 *   Layer.provide(Observability.layerSpans, adapter)
 * ```
 */
export const layerSpans: Layer.Layer<EventStore | ProjectionStore, never, EventStore | ProjectionStore> =
  Layer.mergeAll(
    Layer.effect(
      EventStore,
      EventStore.useSync((store) => eventStoreWithSpans(store)),
    ),
    Layer.effect(
      ProjectionStore,
      ProjectionStore.useSync((store) => projectionStoreWithSpans(store)),
    ),
  )

const eventStoreWithSpans = (store: EventStore["Service"]): EventStore["Service"] => ({
  append: (commit) =>
    Effect.withSpan(store.append(commit), "EventStore.append", {
      attributes: {
        "tacet.streams": commit.writes.length,
        "tacet.events": commit.writes.reduce((sum, { events }) => sum + events.length, 0),
      },
    }),
  readStream: (customer, stream, range) =>
    Effect.withSpan(store.readStream(customer, stream, range), "EventStore.readStream", {
      attributes: { "tacet.stream_kind": stream.kind },
    }),
  readLog: (customer, range) =>
    Effect.withSpan(store.readLog(customer, range), "EventStore.readLog", {
      attributes: { "tacet.after": range?.after ?? 0 },
    }),
  subscribe: (customer, range) => Stream.withSpan(store.subscribe(customer, range), "EventStore.subscribe"),
})

const projectionStoreWithSpans = (store: ProjectionStore["Service"]): ProjectionStore["Service"] => ({
  load: (customer, key) => Effect.withSpan(store.load(customer, key), "ProjectionStore.load", of(key)),
  save: (customer, key, expected, next) =>
    Effect.withSpan(store.save(customer, key, expected, next), "ProjectionStore.save", of(key)),
  activeVersion: (customer, name) =>
    Effect.withSpan(store.activeVersion(customer, name), "ProjectionStore.activeVersion", of({ name })),
  activate: (customer, key) => Effect.withSpan(store.activate(customer, key), "ProjectionStore.activate", of(key)),
  remove: (customer, key) => Effect.withSpan(store.remove(customer, key), "ProjectionStore.remove", of(key)),
  counters: (customer, key) => Effect.withSpan(store.counters(customer, key), "ProjectionStore.counters", of(key)),
  replaceCounters: (customer, key, through, counters) =>
    Effect.withSpan(
      store.replaceCounters(customer, key, through, counters),
      "ProjectionStore.replaceCounters",
      of(key),
    ),
})

const of = ({ name, version }: { readonly name: string; readonly version?: number }) => ({
  attributes: {
    "tacet.projection": name,
    ...(version === undefined ? {} : { "tacet.projection_version": version }),
  },
})
