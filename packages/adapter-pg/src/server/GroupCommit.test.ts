import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as GroupCommit from "./GroupCommit.ts"

/** A group commit that answers each request with itself, in batches of at most so many. */
const echoing = (
  carryOut: (key: string, batch: ReadonlyArray<GroupCommit.Entry<number, number, string>>) => Effect.Effect<void>,
  { isAwaited = true, most = 1_000_000, size = 500 } = {},
) =>
  GroupCommit.make<string, number, number, string>({
    choose: (waiting) => {
      const chosen: Array<number> = []
      for (const _ of waiting) {
        chosen.push(chosen.length)
        if (chosen.length === size) break
      }
      return chosen
    },
    carryOut,
    most,
    overloaded: (waiting) => `${waiting} wait`,
    isAwaited,
  })

const answering = (batch: ReadonlyArray<GroupCommit.Entry<number, number, string>>) =>
  Effect.sync(() => {
    for (const { answer, request } of batch) answer(Exit.succeed(request))
  })

const all = { concurrency: "unbounded" } as const

describe("a group commit", () => {
  // Planted and found: the arguments of a call for the requests of a queue.
  it.live("answers as many requests at once as there are", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make()
      const commit = yield* echoing((_, batch) => Effect.andThen(gate.await, answering(batch)))
      const requests = Array.from({ length: 150_000 }, (_, n) => n)
      let asked = 0
      const asking = Effect.forEach(
        requests,
        (n) =>
          Effect.suspend(() => {
            asked++
            return commit("one", n)
          }),
        all,
      )
      const answers = yield* Effect.forkChild(asking)
      while (asked < requests.length) yield* Effect.yieldNow
      yield* gate.open
      expect(yield* Fiber.join(answers)).toEqual(requests)
    }),
  )

  // Planted and found: what throws before there is an effect leaves the queue as it is.
  it.live.each([true, false])("goes on for a key whose batch has thrown (awaited: %s)", (isAwaited) =>
    Effect.gen(function* () {
      let thrown = false
      const commit = yield* echoing(
        (_, batch) => {
          if (!thrown) {
            thrown = true
            throw new Error("once")
          }
          return answering(batch)
        },
        { isAwaited },
      )
      expect(Exit.isFailure(yield* Effect.exit(commit("one", 1)))).toBe(true)
      expect(yield* commit("one", 2)).toBe(2)
    }),
  )

  // Planted and found: several batches of one key on their way.
  it.live("takes turns: a key has one batch on its way, however much of it waits, and others go on", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make()
      let [underWay, most, asked] = [0, 0, 0]
      const commit = yield* echoing((key, batch) => {
        if (key === "quiet") return answering(batch)
        most = Math.max(most, ++underWay)
        return gate.await.pipe(
          Effect.andThen(Effect.sleep(1)),
          Effect.andThen(answering(batch)),
          Effect.ensuring(Effect.sync(() => underWay--)),
        )
      })
      const asking = Effect.forEach(
        Array.from({ length: 10_000 }),
        (_, n) =>
          Effect.suspend(() => {
            asked++
            return commit("busy", n)
          }),
        all,
      )
      const busy = yield* Effect.forkChild(asking)
      while (asked < 10_000) yield* Effect.yieldNow
      expect(yield* commit("quiet", 1)).toBe(1)
      yield* gate.open
      yield* Fiber.join(busy)
      expect(most).toBe(1)
    }),
  )

  // Planted and found: what left with a batch, or was taken back, still counts.
  it.live("refuses what comes when as many wait as may, and counts what was taken back no more", () =>
    Effect.gen(function* () {
      const gate = yield* Latch.make()
      const commit = yield* echoing((_, batch) => Effect.andThen(gate.await, answering(batch)), { most: 2 })
      const forked = (n: number) => Effect.forkChild(commit("one", n), { startImmediately: true })
      const fibers = [yield* forked(0), yield* forked(1), yield* forked(2)]
      expect(yield* Effect.flip(commit("one", 3))).toBe("2 wait")
      expect(yield* Effect.flip(commit("other", 3))).toBe("2 wait")
      yield* Fiber.interrupt(fibers[2]!)
      fibers[2] = yield* forked(2)
      expect(yield* Effect.flip(commit("one", 3))).toBe("2 wait")
      yield* gate.open
      for (const [n, fiber] of fibers.entries()) expect(yield* Fiber.join(fiber)).toBe(n)
      expect(yield* commit("one", 3)).toBe(3)
    }),
  )
})
