/**
 * A catch-up projection over both stores: each event counts exactly once, whichever runner folds it and however often.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CustomerId, type EventEnvelope, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onStores } from "./onStores.ts"

/** Counts events, and purged positions. */
const tally = (
  filter?: Projection.Projection<unknown>["filter"],
): Projection.Projection<[events: number, purged: number]> => ({
  name: "tally",
  version: 1,
  initial: () => [0, 0],
  apply: ([events, purged], chunk) =>
    Effect.succeed([
      events + chunk.events.length,
      purged + chunk.purged.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    ]),
  encode: (state) => JSON.stringify(state),
  decode: (state) => JSON.parse(state) as [number, number],
  ...(filter === undefined ? {} : { filter }),
})

/** Each state is saved with its checkpoint: the next runner continues from there. */
const isSavedAt = (customer: CustomerId.CustomerId, checkpoint: EventEnvelope.Position) =>
  Effect.gen(function* () {
    const saved = yield* ProjectionStore.ProjectionStore.use((store) => store.load(customer, tally()))
    yield* Property.same("the checkpoint that was saved", Option.getOrUndefined(saved)?.checkpoint, checkpoint)
  })

const grow = (customer: CustomerId.CustomerId, count: number) =>
  Effect.gen(function* () {
    const stream = yield* Scene.aStream()
    for (let n = 0; n < count; n++) {
      yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(n, n % 2 === 0 ? "StepTaken" : "Closed")])])
      yield* Effect.yieldNow
    }
    return stream
  })

/** The properties of catch-up. */
export const catchingUp = onStores(
  "catch-up",
  [],
  [
    {
      name: "each event counts once, in whatever portions it is caught up",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        for (let round = 1; round <= 4; round++) {
          yield* grow(customer, 10)
          const { checkpoint, state } = yield* Projection.catchUp(tally(), customer, { chunkSize: round, saveEvery: 3 })
          yield* Property.same(
            "events, purged positions and checkpoint",
            [...state, checkpoint],
            [10 * round, 0, 10 * round],
          )
          yield* isSavedAt(customer, 10 * round)
        }
      }),
    },
    {
      name: "each event counts once when several runners catch up while the log grows",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const running = Effect.gen(function* () {
          for (let n = 0; n < 15; n++) {
            yield* Effect.catchTag(
              Effect.asVoid(Projection.catchUp(tally(), customer, { chunkSize: 4, saveEvery: 4 })),
              "CheckpointMoved",
              () => Effect.void,
            )
            yield* Effect.yieldNow
          }
        })
        yield* Effect.all([Effect.asVoid(grow(customer, 40)), running, running, running], { concurrency: "unbounded" })
        const { checkpoint, state } = yield* Projection.catchUp(tally(), customer)
        yield* Property.same("events and checkpoint", [state[0], checkpoint], [40, 40])
        yield* isSavedAt(customer, 40)
      }),
    },
    {
      name: "a projection with a filter reaches the head, and gets purged positions",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const gone = yield* grow(customer, 10)
        yield* grow(customer, 10)
        yield* Scene.commits(customer, [Scene.write(yield* Scene.aStream(), [Scene.event(1, "StreamsPurged")])], {
          purge: { streams: [gone], reason: "retention" },
        })
        const filtered = tally({ eventTypes: ["Closed"] })
        const { checkpoint, state } = yield* Projection.catchUp(filtered, customer, { chunkSize: 2 })
        yield* Property.same("events, purged positions and checkpoint", [...state, checkpoint], [5, 10, 21])
        yield* isSavedAt(customer, 21)
      }),
    },
  ],
)
