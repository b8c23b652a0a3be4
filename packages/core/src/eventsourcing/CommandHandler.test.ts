import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { FaultInjection, Scene } from "@tacet/testing"
import * as CommandHandler from "./CommandHandler.ts"
import type { Decider } from "./Decider.ts"
import * as EventCodec from "./EventCodec.ts"
import { EventStore } from "./EventStore.ts"
import * as EventStoreError from "./EventStoreError.ts"
import * as Expected from "./ExpectedVersion.ts"
import { Refusal } from "./Refusal.ts"
import * as Uuid from "./Uuid.ts"

/** A jar that holds ten coins: an eleventh is refused. */
const Added = Schema.TaggedStruct("Added", { occurredAt: Schema.DateTimeUtcFromMillis, coins: Schema.Int })
type Added = typeof Added.Type

const full = new Refusal({ rule: "TACET-FULL", command: "Add", field: "coins", accepted: "no more than ten in all" })

let decisions = 0

const jar: CommandHandler.Aggregate<number, number, Added, DateTime.Utc> = {
  codec: EventCodec.make("jar", [EventCodec.define(Added)]),
  decider: {
    initial: 0,
    evolve: (coins, event) => coins + event.coins,
    decide: (coins, add, occurredAt) => {
      decisions++
      if (coins + add > 10) return Result.fail(full)
      return Result.succeed(add === 0 ? [] : [{ _tag: "Added", occurredAt, coins: add }])
    },
  } satisfies Decider<number, number, Added, DateTime.Utc>,
}

const context = DateTime.makeUnsafe(0)

const aJar = Effect.gen(function* () {
  decisions = 0
  return { customer: yield* Scene.aCustomer, id: yield* Uuid.next, context }
})

const coinsIn = ({ customer, id }: Effect.Success<typeof aJar>) =>
  Effect.map(Scene.stream(customer, { kind: "jar", id }), ({ events }) =>
    events.map((event) => (JSON.parse(event.data) as { readonly coins: number }).coins),
  )

/** Runs over a memory whose calls fail as planned. */
const withFaults =
  (plan: FaultInjection.Plan) =>
  <A, E>(program: Effect.Effect<A, E, EventStore>): Effect.Effect<A, E> =>
    Effect.provide(program, Layer.provide(FaultInjection.make(plan).layer, layer))

/** Others put in a coin just before each of the first appends of the handler. */
const disturbing = (times: number): Layer.Layer<EventStore> =>
  Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => {
      let left = times
      return {
        ...store,
        append: (commit) =>
          Effect.gen(function* () {
            if (left-- > 0) {
              const coin = jar.codec.encode({ _tag: "Added", occurredAt: context, coins: 1 })
              const { stream } = commit.writes[0]!
              yield* store.append(yield* Scene.commit(commit.customer, [Scene.write(stream, [coin])]))
            }
            return yield* store.append(commit)
          }),
      }
    }),
  ).pipe(Layer.provide(layer))

describe("handling a command", () => {
  it.effect("appends the decided events, and makes no commit without one", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const first = yield* CommandHandler.handle(jar, { ...mine, command: 3 })
      expect(first).toMatchObject({ state: 3, version: 1, repeated: false, events: [{ coins: 3 }] })
      const second = yield* CommandHandler.handle(jar, { ...mine, command: 0 })
      expect(second).toMatchObject({ state: 3, version: 1, events: [] })
      expect(yield* coinsIn(mine)).toEqual([3])
      expect(yield* CommandHandler.load(jar, mine.customer, mine.id)).toMatchObject({ state: 3, version: 1 })
    }).pipe(Effect.provide(layer)),
  )

  it.effect("works over a store taken once, without the service in the environment", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const handler = CommandHandler.over(yield* EventStore)
      const program = Effect.gen(function* () {
        yield* handler.handle(jar, { ...mine, command: 3 })
        yield* handler.handleAll(jar, { ...mine, commands: [1, 2] })
        return yield* handler.load(jar, mine.customer, mine.id)
      })
      const withoutStore: Effect.Effect<{ readonly state: number }, Effect.Error<typeof program>> = program
      expect(yield* withoutStore).toMatchObject({ state: 6, version: 3 })
      expect(yield* coinsIn(mine)).toEqual([3, 1, 2])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("loads streams longer than a page", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const nothing = jar.codec.encode({ _tag: "Added", occurredAt: context, coins: 0 })
      const stream = { kind: "jar", id: mine.id }
      yield* Scene.commits(mine.customer, [
        Scene.write(
          stream,
          Array.from({ length: 2_500 }, () => nothing),
        ),
      ])
      expect((yield* CommandHandler.handle(jar, { ...mine, command: 2 })).version).toBe(2_501)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("fails with the refusal, of which no trace is left", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const before = yield* Metric.value(Metric.withAttributes(CommandHandler.refusedCommands, { rule: "TACET-FULL" }))
      expect(yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 11 }))).toBe(full)
      expect(yield* coinsIn(mine)).toEqual([])
      expect((yield* Scene.log(mine.customer)).head).toBe(0)
      const after = yield* Metric.value(Metric.withAttributes(CommandHandler.refusedCommands, { rule: "TACET-FULL" }))
      expect(after.count - before.count).toBe(1)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("decides several commands one after the other, refusals between them, in one commit", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const handled = yield* CommandHandler.handleAll(jar, { ...mine, commands: [4, 9, 0, 5, 2] })
      expect(
        handled.outcomes.map((outcome) =>
          Result.isSuccess(outcome) ? outcome.success.map(({ coins }) => coins) : outcome.failure.rule,
        ),
      ).toEqual([[4], "TACET-FULL", [], [5], "TACET-FULL"])
      expect(handled).toMatchObject({ state: 9, version: 2, repeated: false })
      const { events } = yield* Scene.log(mine.customer)
      expect(new Set(events.map((event) => event.commitId)).size).toBe(1)
      expect(yield* coinsIn(mine)).toEqual([4, 5])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("appends nothing where every command is refused", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const handled = yield* CommandHandler.handleAll(jar, { ...mine, commands: [11, 12] })
      expect(handled).toMatchObject({ state: 0, version: 0 })
      expect((yield* Scene.log(mine.customer)).head).toBe(0)
    }).pipe(Effect.provide(layer)),
  )
})

describe("a conflict", () => {
  it.effect("is decided again on the missed events, without another read", () =>
    Effect.gen(function* () {
      const faults = FaultInjection.make(() => undefined)
      const mine = yield* aJar
      yield* Effect.gen(function* () {
        expect(yield* CommandHandler.handle(jar, { ...mine, command: 3 })).toMatchObject({ state: 5, version: 3 })
        expect(yield* coinsIn(mine)).toEqual([1, 1, 3])
      }).pipe(
        Effect.provide(
          Layer.effect(EventStore, Effect.map(EventStore, faults.eventStore)).pipe(Layer.provide(disturbing(2))),
        ),
      )
      expect(
        faults
          .calls()
          .slice(0, 4)
          .map((call) => call.operation),
      ).toEqual(["readStream", "append", "append", "append"])
    }),
  )

  /** Conflicts carry one missed event; before the first append something happens. */
  const carryingOne = (before: (store: EventStore["Service"]) => Effect.Effect<unknown>): Layer.Layer<EventStore> =>
    Layer.effect(
      EventStore,
      Effect.map(EventStore, (store) => {
        let happens = before(store)
        return {
          ...store,
          append: (commit) =>
            Effect.suspend(() => {
              const first = happens
              happens = Effect.void
              return Effect.andThen(first, store.append(commit))
            }).pipe(
              Effect.catchTag("VersionConflict", ({ commitId, customer, mismatches, missed }) =>
                Effect.fail(
                  new EventStoreError.VersionConflict({ customer, commitId, mismatches, missed: missed.slice(0, 1) }),
                ),
              ),
            ),
        }
      }),
    ).pipe(Layer.provide(layer))

  // Planted and found: a decision on the missed events that the conflict carries alone.
  it.effect("that carries a part of the missed events is decided on all of them", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const others = (store: EventStore["Service"]) =>
        Effect.orDie(Effect.forEach([4, 4], (command) => CommandHandler.over(store).handle(jar, { ...mine, command })))
      yield* Effect.gen(function* () {
        expect(yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 5, retries: 1 }))).toBe(full)
        expect(yield* coinsIn(mine)).toEqual([4, 4])
      }).pipe(Effect.provide(carryingOne(others)))
    }),
  )

  it.effect("finds its own commit among the missed events also where others follow", () =>
    Effect.gen(function* () {
      const mine = { ...(yield* aJar), commitId: yield* Uuid.next }
      const meanwhile = (store: EventStore["Service"]) =>
        Effect.orDie(
          Effect.gen(function* () {
            const handler = CommandHandler.over(store)
            yield* handler.handleAll(jar, { ...mine, commands: [5] })
            const { customer, id } = mine
            for (const command of [1, 2]) yield* handler.handle(jar, { customer, id, context, command })
          }),
        )
      yield* Effect.gen(function* () {
        const handled = yield* CommandHandler.handleAll(jar, { ...mine, commands: [4] })
        expect(handled).toMatchObject({ state: 8, version: 3, repeated: true })
        expect(yield* coinsIn(mine)).toEqual([5, 1, 2])
      }).pipe(Effect.provide(carryingOne(meanwhile)))
    }),
  )

  it.effect("may turn an accepted command into a refused one", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      expect(yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 9 }))).toBe(full)
      expect(yield* coinsIn(mine)).toEqual([1, 1])
    }).pipe(Effect.provide(disturbing(2))),
  )

  it.effect("surfaces after as many retries as asked for", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 1, retries: 3 }))
      expect(error).toMatchObject({ _tag: "VersionConflict" })
      expect(decisions).toBe(4)
      expect(yield* coinsIn(mine)).toEqual([1, 1, 1, 1])
    }).pipe(Effect.provide(disturbing(Number.POSITIVE_INFINITY))),
  )

  // A Customer's stream and its retention policy's share an id: only the kind shows which stream the conflict is on.
  it.effect("over a stream of another kind under the same id surfaces at once too", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const checks = [{ stream: { kind: "lid", id: mine.id }, expected: Expected.exists }]
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 1, checks }))
      expect([error._tag, decisions]).toEqual(["VersionConflict", 1])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("over another stream surfaces at once: the context is stale", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const checks = [{ stream: yield* Scene.aStream(), expected: Expected.exists }]
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 1, checks }))
      expect(error).toMatchObject({ _tag: "VersionConflict", mismatches: [{ actual: 0 }] })
      expect(decisions).toBe(1)
    }).pipe(Effect.provide(layer)),
  )

  it.effect("among many callers loses no coin and overfills no jar", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const answers = yield* Effect.all(
        Array.from({ length: 16 }, () =>
          Effect.result(CommandHandler.handle(jar, { ...mine, command: 1, retries: 100 })),
        ),
        { concurrency: "unbounded" },
      )
      expect(answers.filter(Result.isSuccess).length).toBe(10)
      expect(answers.filter(Result.isFailure).every(({ failure }) => failure === full)).toBe(true)
      expect(yield* coinsIn(mine)).toEqual(Array.from({ length: 10 }, () => 1))
    }).pipe(Effect.provide(layer)),
  )
})

describe("a request that prepares itself", () => {
  /** A jar whose lid has its own stream, on which every decision rests. */
  const lidded = Effect.gen(function* () {
    return { ...(yield* aJar), lid: { kind: "jar", id: yield* Uuid.next } }
  })
  const put = (customer: Effect.Success<typeof aJar>["customer"], id: Uuid.Uuid, command: number) =>
    CommandHandler.handle(jar, { customer, id, command, context })

  // Planted: `prepared` that is kept after a conflict on another stream: every further try then fails too.
  it.effect("looks up its facts again when a check fails, once for each change", () =>
    Effect.gen(function* () {
      const { customer, id, lid } = yield* lidded
      let prepared = 0
      const handled = yield* CommandHandler.handlePrepared(jar, { customer, id }, () =>
        Effect.gen(function* () {
          const { version } = yield* CommandHandler.load(jar, customer, lid.id)
          if (prepared++ < 3) yield* put(customer, lid.id, 1)
          return { commands: [1 + version], context, checks: [{ stream: lid, expected: Expected.exact(version) }] }
        }),
      )
      expect([prepared, handled.state, handled.version]).toEqual([4, 4, 1])
    }).pipe(Effect.provide(layer)),
  )

  // Planted: a refusal that is answered on facts that no longer hold.
  it.effect("asks whether its facts hold when nothing is to be appended", () =>
    Effect.gen(function* () {
      const { customer, id } = yield* aJar
      const answers = [true, false]
      const handle = CommandHandler.handlePrepared(jar, { customer, id }, () =>
        Effect.succeed({
          commands: [answers.length === 2 ? 11 : 4],
          context,
          holds: Effect.sync(() => answers.pop()!),
        }),
      )
      expect((yield* handle).state).toBe(4)
      expect(answers).toEqual([true])
      const refused = yield* CommandHandler.handlePrepared(jar, { customer, id }, () =>
        Effect.succeed({ commands: [11], context, holds: Effect.sync(() => answers.pop()!) }),
      )
      expect([refused.state, refused.outcomes.map(Result.isFailure)]).toEqual([4, [true]])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("prepares nothing for a commit that was carried out before", () =>
    Effect.gen(function* () {
      const { customer, id } = yield* aJar
      const target = { customer, id, commitId: yield* Uuid.next }
      let prepared = 0
      const handle = CommandHandler.handlePrepared(jar, target, () =>
        Effect.sync(() => ({ commands: [++prepared], context })),
      )
      yield* handle
      expect([(yield* handle).repeated, prepared]).toEqual([true, 1])
    }).pipe(Effect.provide(layer)),
  )
})

describe("a request with a commit id", () => {
  it.effect("is carried out once; its repetition decides nothing", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const request = { ...mine, command: 4, commitId: yield* Uuid.next }
      yield* CommandHandler.handle(jar, request)
      yield* CommandHandler.handle(jar, { ...mine, command: 6 })
      const again = yield* CommandHandler.handle(jar, request)
      expect(again).toMatchObject({ state: 10, version: 2, repeated: true, events: [] })
      expect(decisions).toBe(2)
      expect(yield* coinsIn(mine)).toEqual([4, 6])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("made by two callers at once on different states is carried out once", () =>
    Effect.gen(function* () {
      const store = yield* EventStore
      const mine = yield* aJar
      const request = { ...mine, command: 4, commitId: yield* Uuid.next }
      const rival = { ...jar.codec.encode({ _tag: "Added", occurredAt: DateTime.makeUnsafe(1), coins: 4 }) }
      const overtaken = {
        ...store,
        // The rival decides the same request a moment later, on another clock.
        append: (commit: Parameters<typeof store.append>[0]) =>
          Effect.andThen(
            store.append({ ...commit, writes: [{ ...commit.writes[0]!, events: [rival] }] }),
            store.append(commit),
          ),
      }
      const handled = yield* CommandHandler.handle(jar, request).pipe(Effect.provideService(EventStore, overtaken))
      expect(handled).toMatchObject({ state: 4, version: 1, repeated: true, events: [] })
      expect(yield* coinsIn(mine)).toEqual([4])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("that another request has used is refused", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const commitId = yield* Uuid.next
      yield* CommandHandler.handle(jar, { ...mine, command: 4, commitId })
      const other = { ...mine, id: yield* Uuid.next, command: 5, commitId }
      expect(yield* Effect.flip(CommandHandler.handle(jar, other))).toMatchObject({ _tag: "CommitIdReused" })
    }).pipe(Effect.provide(layer)),
  )
})

describe("an append of unknown outcome", () => {
  const onAppends = (...faults: ReadonlyArray<FaultInjection.Fault | undefined>) =>
    withFaults(({ nth, operation }) => (operation === "append" ? faults[nth - 1] : undefined))

  const { lostAnswer, lostCall, refused } = FaultInjection

  it.effect.each([[lostAnswer], [lostCall], [lostAnswer, lostCall, lostAnswer]])(
    "is repeated with the same commit id and counts once (%#)",
    (faults) =>
      Effect.gen(function* () {
        const mine = yield* aJar
        const handled = yield* CommandHandler.handle(jar, { ...mine, command: 4 })
        expect(handled).toMatchObject({ state: 4, version: 1, events: [{ coins: 4 }] })
        expect(yield* coinsIn(mine)).toEqual([4])
      }).pipe(onAppends(...faults)),
  )

  it.effect("that stays unknown is reported as unknown", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 4, retries: 1 }))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", outcome: "unknown" })
      expect(yield* coinsIn(mine)).toEqual([4])
    }).pipe(onAppends(lostAnswer, lostAnswer)),
  )

  it.effect("is not reported to have written nothing because a later try was refused", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 4 }))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", outcome: "unknown" })
      expect(yield* coinsIn(mine)).toEqual([4])
    }).pipe(onAppends(lostAnswer, refused)),
  )

  it.effect("that is known to have written nothing is reported so", () =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const error = yield* Effect.flip(CommandHandler.handle(jar, { ...mine, command: 4 }))
      expect(error).toMatchObject({ _tag: "StoreUnavailable", outcome: "notCommitted" })
      expect(yield* coinsIn(mine)).toEqual([])
    }).pipe(onAppends(refused)),
  )

  it.effect.each(
    [1, 2].flatMap((number) =>
      [FaultInjection.crashBefore, FaultInjection.crashAfter].map((fault) => ({ number, fault })),
    ),
  )("counts once though the caller crashed $fault.when call $number and came again", ({ fault, number }) =>
    Effect.gen(function* () {
      const mine = yield* aJar
      const request = { ...mine, command: 4, commitId: yield* Uuid.next }
      yield* Effect.exit(CommandHandler.handle(jar, request))
      const handled = yield* CommandHandler.handle(jar, request)
      expect(handled).toMatchObject({ state: 4, version: 1 })
      expect(yield* coinsIn(mine)).toEqual([4])
    }).pipe(withFaults((call) => (call.number === number ? fault : undefined))),
  )
})
