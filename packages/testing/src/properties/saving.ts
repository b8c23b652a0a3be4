/**
 * The saves of catch-up projections: a state and its checkpoint together.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CustomerId, type EventEnvelope, type EventStoreError, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onStores } from "./onStores.ts"

const key: ProjectionStore.ProjectionKey = { name: "deflection", version: 1 }

/** Saves state number n at checkpoint n. */
const save = (
  customer: CustomerId.CustomerId,
  at: ProjectionStore.ProjectionKey,
  expected: EventEnvelope.Position,
  n: number,
): Effect.Effect<void, ProjectionStore.CheckpointMoved | EventStoreError.StoreError, ProjectionStore.ProjectionStore> =>
  ProjectionStore.ProjectionStore.use((store) =>
    store.save(customer, at, expected, { checkpoint: n, state: stateOf(n) }),
  )

const stateOf = (n: number): string => `{"state":${n}}`

/** The number of the state that is saved, 0 for none; its checkpoint must be the one saved with it. */
const saved = (customer: CustomerId.CustomerId, at: ProjectionStore.ProjectionKey) =>
  Effect.gen(function* () {
    const loaded = Option.getOrUndefined(
      yield* ProjectionStore.ProjectionStore.use((store) => store.load(customer, at)),
    )
    if (loaded === undefined) return 0
    yield* Property.holds(
      `the state saved with checkpoint ${loaded.checkpoint}`,
      loaded.state === stateOf(loaded.checkpoint),
      loaded,
    )
    return loaded.checkpoint
  })

const moved = (
  customer: CustomerId.CustomerId,
  at: ProjectionStore.ProjectionKey,
  expected: EventEnvelope.Position,
  actual: EventEnvelope.Position,
) =>
  Effect.gen(function* () {
    const answer = yield* Effect.result(save(customer, at, expected, 99))
    const error = Result.isFailure(answer) ? answer.failure : undefined
    const seen =
      error?._tag === "CheckpointMoved"
        ? [error.customer, error.name, error.version, error.expected, error.actual]
        : [error?._tag ?? "it was saved"]
    yield* Property.same("CheckpointMoved", seen, [customer, at.name, at.version, expected, actual])
  })

const states: ReadonlyArray<readonly [what: string, state: string]> = [
  ["an empty text", ""],
  ["JSON", '{ "b":1, "a":[1.0,"\\u0000\\ud800"] }'],
  ["a text that is no JSON", "1;2;3\n\t'); DROP TABLE projections; -- \\ $1"],
  ["characters of all planes", "é e\u0301 😀 \u202e \u2028 \ufeff"],
  ["a byte order mark in front", "\ufeff{}"],
  ["nothing at all", ""],
  ["a mebibyte", "é".repeat(1 << 20)],
]

/** The properties of saving. */
export const saving = onStores(
  "saving",
  [],
  [
    {
      name: "loading answers the last saved state, or none",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        yield* Property.same("nothing", yield* saved(customer, key), 0)
        yield* save(customer, key, 0, 5)
        yield* Property.same("the first", yield* saved(customer, key), 5)
        yield* save(customer, key, 5, 8)
        yield* Property.same("the second", yield* saved(customer, key), 8)
        yield* Property.same("the second again", yield* saved(customer, key), 8)
      }),
    },
    ...states.map(([what, state]) => ({
      name: `a state keeps ${what}`,
      program: Effect.gen(function* () {
        const store = yield* ProjectionStore.ProjectionStore
        const customer = yield* Scene.aCustomer
        yield* store.save(customer, key, 0, { checkpoint: 1, state })
        const loaded = Option.getOrUndefined(yield* store.load(customer, key))
        yield* Property.holds(`the same ${state.length} characters`, loaded?.state === state, loaded)
      }),
    })),
    {
      name: "a save that expects another checkpoint is refused and changes nothing",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        yield* moved(customer, key, 3, 0)
        yield* Property.same("nothing", yield* saved(customer, key), 0)
        yield* save(customer, key, 0, 5)
        for (const expected of [0, 4, 6, 99]) {
          yield* moved(customer, key, expected, 5)
          yield* Property.same("the saved state", yield* saved(customer, key), 5)
        }
      }),
    },
    {
      name: "of several who save from one checkpoint, one does",
      program: Effect.gen(function* () {
        const { writers } = yield* Property.CurrentSettings
        const customer = yield* Scene.aCustomer
        let checkpoint = 0
        for (let round = 0; round < 10; round++) {
          const answers = yield* Scene.atOnce(
            Array.from({ length: writers }, (_, runner) =>
              Effect.andThen(Effect.yieldNow, Effect.result(save(customer, key, checkpoint, checkpoint + 1 + runner))),
            ),
          )
          const winners = answers.flatMap((answer, runner) => (Result.isSuccess(answer) ? [runner] : []))
          yield* Property.same("the number of winners", winners.length, 1)
          const others = answers.flatMap((answer) => (Result.isFailure(answer) ? [answer.failure._tag] : []))
          yield* Property.holds(
            "CheckpointMoved for all others",
            others.every((tag) => tag === "CheckpointMoved"),
            others,
          )
          checkpoint += 1 + winners[0]!
          yield* Property.same("the winner's checkpoint", yield* saved(customer, key), checkpoint)
        }
      }),
    },
    {
      name: "a state and its checkpoint are never seen apart",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const last = 60
        let isWriting = true
        const writing = Effect.forEach(
          Array.from({ length: last }, (_, n) => n),
          (n) => Effect.andThen(save(customer, key, n, n + 1), Effect.yieldNow),
          { discard: true },
        ).pipe(Effect.ensuring(Effect.sync(() => (isWriting = false))))
        const watching = Effect.gen(function* () {
          let seen = 0
          while (isWriting) {
            const now = yield* saved(customer, key)
            yield* Property.holds(`a checkpoint not before ${seen}`, now >= seen, now)
            seen = now
            yield* Effect.yieldNow
          }
        })
        yield* Effect.all([writing, watching, watching], { concurrency: "unbounded" })
        yield* Property.same("the last", yield* saved(customer, key), last)
      }),
    },
    {
      name: "a runner interrupted in the middle of a save leaves state and checkpoint, or neither",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        let checkpoint = 0
        for (let round = 0; round < 30; round++) {
          const fiber = yield* Effect.forkChild(Effect.exit(save(customer, key, checkpoint, checkpoint + 1)))
          if (round % 4 === 3) yield* Effect.sleep(1)
          else for (let turn = 0; turn < round; turn++) yield* Effect.yieldNow
          yield* Fiber.interrupt(fiber)
          const now = yield* saved(customer, key)
          yield* Property.holds(`${checkpoint} or ${checkpoint + 1}`, now === checkpoint || now === checkpoint + 1, now)
          checkpoint = now
        }
        const next = (from: number) => Effect.as(save(customer, key, from, from + 1), from + 1)
        // A server may still carry out the last one that was interrupted, and that one alone.
        const last = yield* Effect.catchTag(next(checkpoint), "CheckpointMoved", () => next(checkpoint + 1))
        yield* Property.same("the next", yield* saved(customer, key), last)
      }),
    },
    {
      name: "names and versions of projections are kept apart",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const keys = [
          key,
          { ...key, version: 2 },
          { ...key, name: "deflection-1" },
          { name: "deflection", version: 11 },
        ]
        for (const [index, at] of keys.entries()) yield* save(customer, at, 0, index + 1)
        for (const [index, at] of keys.entries()) yield* Property.same("its own", yield* saved(customer, at), index + 1)
      }),
    },
    {
      name: "checkpoints beyond 2^31 are kept",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const positions = [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]
        for (const [index, position] of positions.entries()) {
          yield* save(customer, key, positions[index - 1] ?? 0, position)
          yield* Property.same("the checkpoint", yield* saved(customer, key), position)
        }
        yield* moved(customer, key, 2 ** 31, Number.MAX_SAFE_INTEGER)
      }),
    },
    {
      name: "a removed state is absent, and starts anew from 0",
      program: Effect.gen(function* () {
        const store = yield* ProjectionStore.ProjectionStore
        const customer = yield* Scene.aCustomer
        const other = { ...key, version: 2 }
        yield* store.remove(customer, key)
        yield* save(customer, key, 0, 5)
        yield* save(customer, other, 0, 6)
        yield* store.remove(customer, key)
        yield* store.remove(customer, key)
        yield* Property.same("nothing", yield* saved(customer, key), 0)
        yield* Property.same("the other version", yield* saved(customer, other), 6)
        yield* moved(customer, key, 5, 0)
        yield* save(customer, key, 0, 7)
        yield* Property.same("the new", yield* saved(customer, key), 7)
      }),
    },
    {
      name: "one version of a projection is active, and readers are switched by activating another",
      program: Effect.gen(function* () {
        const store = yield* ProjectionStore.ProjectionStore
        const customer = yield* Scene.aCustomer
        const active = (name: string) =>
          Effect.map(
            store.activeVersion(customer, name),
            Option.getOrElse(() => 0),
          )
        yield* Property.same("none", yield* active("deflection"), 0)
        for (const version of [1, 3, 2, 2]) {
          yield* store.activate(customer, { name: "deflection", version })
          yield* Property.same("the active version", yield* active("deflection"), version)
        }
        yield* store.activate(customer, { name: "journeys", version: 9 })
        yield* Property.same("each by its name", [yield* active("deflection"), yield* active("journeys")], [2, 9])
      }),
    },
    {
      name: "Customers have their own states and active versions under the same names",
      program: Effect.gen(function* () {
        const store = yield* ProjectionStore.ProjectionStore
        const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
        yield* save(first, key, 0, 5)
        yield* store.activate(first, key)
        yield* Property.same("the second's state", yield* saved(second, key), 0)
        yield* Property.same("the second's active version", yield* store.activeVersion(second, key.name), Option.none())
        yield* save(second, key, 0, 6)
        yield* store.activate(second, { ...key, version: 4 })
        yield* Property.same("the states", [yield* saved(first, key), yield* saved(second, key)], [5, 6])
        yield* Property.same("the first's active version", yield* store.activeVersion(first, key.name), Option.some(1))
        yield* store.remove(second, key)
        yield* Property.same("the states", [yield* saved(first, key), yield* saved(second, key)], [5, 0])
      }),
    },
  ],
)
