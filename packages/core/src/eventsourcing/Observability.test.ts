import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Stream from "effect/Stream"
import { Scene } from "@tacet/testing"
import type { LogChunk } from "./EventStore.ts"
import { EventStore } from "./EventStore.ts"
import { layerSpans, projectionLag } from "./Observability.ts"
import * as Projection from "./Projection.ts"
import { ProjectionStore } from "./ProjectionStore.ts"
import { keptSpans } from "./tracing.testing.ts"

const counting: Projection.Projection<number> = {
  name: "counting",
  version: 3,
  initial: () => 0,
  apply: (state, chunk: LogChunk) => Effect.succeed(state + chunk.events.length),
  encode: String,
  decode: Number,
}

describe("stores with spans", () => {
  it.effect("behave like the stores, and report each operation with kinds and numbers alone", () => {
    const { spans, tracer } = keptSpans()
    return Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const stream = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(1, "Secret"), Scene.event(2, "Secret")])])
      const store = yield* EventStore
      expect((yield* store.readStream(customer, stream)).events).toHaveLength(2)
      expect(yield* Stream.runHead(store.subscribe(customer))).toMatchObject({ value: { through: 2 } })
      expect((yield* Projection.rebuild(counting, customer)).state).toBe(2)
      const projections = yield* ProjectionStore
      yield* projections.replaceCounters(customer, counting, 2, new Map())
      expect(yield* projections.counters(customer, counting)).toEqual(new Map())
      yield* projections.remove(customer, counting)
      expect(yield* Projection.readActive([counting], customer)).toMatchObject({ _tag: "None" })

      expect(new Set(spans.map(({ name }) => name))).toEqual(
        new Set([
          ...["append", "readStream", "readLog", "subscribe"].map((name) => `EventStore.${name}`),
          ...["load", "save", "activeVersion", "activate", "remove", "counters", "replaceCounters"].map(
            (name) => `ProjectionStore.${name}`,
          ),
          ...["rebuild", "catchUp", "readActive"].map((name) => `Projection.${name}`),
        ]),
      )
      const told = JSON.stringify(spans.map(({ attributes, name }) => [name, ...attributes]))
      expect(told).toContain('["EventStore.append",["tacet.streams",1],["tacet.events",2]]')
      expect(told).toContain('["ProjectionStore.save",["tacet.projection","counting"],["tacet.projection_version",3]]')
      for (const value of [customer, stream.id, "Secret"]) expect(told).not.toContain(value)
    }).pipe(Effect.provide(Layer.provide(layerSpans, memory)), Effect.withTracer(tracer))
  })
})

describe("the lag of a projection", () => {
  it.effect("is the rest of the log after its last chunk", () =>
    Effect.gen(function* () {
      const lag = Metric.value(Metric.withAttributes(projectionLag, { projection: "counting", version: "3" }))
      const customer = yield* Scene.aCustomer
      const seen: Array<number> = []
      const watched: typeof counting = {
        ...counting,
        apply: (state, chunk, of) =>
          Effect.tap(counting.apply(state, chunk, of), () => Effect.map(lag, ({ value }) => seen.push(value))),
      }
      for (let n = 0; n < 3; n++) {
        yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(n)])])
      }
      yield* Projection.catchUp(watched, customer, { chunkSize: 1 })
      // Each chunk is folded before its lag is noted.
      expect(seen.slice(1)).toEqual([2, 1])
      expect((yield* lag).value).toBe(0)
    }).pipe(Effect.provide(memory)),
  )

  // Planted and found: the lag of whoever folded last; a Customer that nobody folds any more.
  it.effect("is that of the Customer who is the furthest behind, until nobody folds its log here", () =>
    Effect.gen(function* () {
      const lag = Effect.map(
        Metric.value(Metric.withAttributes(projectionLag, { projection: "of several", version: "1" })),
        ({ value }) => value,
      )
      const [slow, quick] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      for (const customer of [slow, slow, slow, quick]) {
        yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(0)])])
      }
      const folded = yield* Latch.make(false)
      const of: typeof counting = { ...counting, name: "of several", version: 1 }
      const stopping: typeof of = {
        ...of,
        apply: (state, chunk, customer) =>
          chunk.through < 2 ? of.apply(state, chunk, customer) : Effect.andThen(folded.open, Effect.never),
      }
      const fiber = yield* Effect.forkChild(Projection.catchUp(stopping, slow, { chunkSize: 1 }))
      yield* folded.await
      yield* Projection.catchUp(of, quick)
      expect(yield* lag).toBe(2)
      yield* Fiber.interrupt(fiber)
      expect(yield* lag).toBe(0)
    }).pipe(Effect.provide(memory)),
  )
})
