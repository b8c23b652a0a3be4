/**
 * The time of recording is the server's: a process whose clock is wrong does not put its events into another day.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type Commit, EventStore, type Projection, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { layer } from "../layer.ts"
import { asOwner, forThisFile } from "../testDatabase.testing.ts"
import { aCommit, aCustomer } from "./appending.testing.ts"

const counting: Projection.InlineProjection = {
  name: "filled",
  version: 1,
  deltas: () => [["all", 1]],
}

describe("the time of recording", () => {
  const options = forThisFile()

  /** In milliseconds. */
  const serverTime = Effect.scoped(
    Effect.gen(function* () {
      const { queryValues } = yield* PgConnection.make({ url: options.url, prepare: false })
      const [row] = yield* queryValues("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::float8")
      return row![0] as number
    }),
  )

  // Planted and found: the clock of the process, in each of the forms of an append.
  it.effect.each([true, false])("is the server's, whatever the process takes for the time (functions: %s)", (calls) =>
    Effect.gen(function* () {
      // The test's clock stands still in 1970.
      yield* TestClock.adjust("1 day")
      const began = yield* serverTime
      const context = yield* Layer.build(layer({ ...options, appendFunctions: calls, inline: [counting] }))
      const plain = yield* Layer.build(Layer.fresh(layer({ ...options, appendFunctions: calls })))
      const customer = yield* aCustomer
      const one = yield* aCommit(customer)
      const two = yield* aCommit(customer)
      const several: Commit.Commit = {
        ...one,
        commitId: yield* Uuid.next,
        writes: [...(yield* aCommit(customer)).writes, ...two.writes],
      }
      const purging: Commit.Commit = {
        ...(yield* aCommit(customer)),
        purge: { streams: [one.writes[0]!.stream], reason: "retention" },
      }
      const { append, readLog } = Context.get(plain, EventStore.EventStore)
      yield* append(one)
      yield* append(yield* aCommit(customer))
      yield* append(several)
      yield* Context.get(context, EventStore.EventStore).append(yield* aCommit(customer))
      yield* append(purging)
      const { events } = yield* readLog(customer)
      expect(events).toHaveLength(5)
      const times = events.map(({ recordedAt }) => recordedAt)
      for (const time of times) expect(time).toBeGreaterThanOrEqual(began)
      expect(times.toSorted((a, b) => a - b)).toEqual(times)
      expect(times.at(-1)).toBeLessThanOrEqual(yield* serverTime)
      yield* Effect.promise(() =>
        asOwner(Redacted.value(options.url), [
          `SELECT set_config('tacet.customer_id', '${customer}', false)`,
          `DO $$BEGIN ASSERT (SELECT recorded_at >= ${began} FROM tacet.purge WHERE customer_id = '${customer}'); END$$`,
        ]),
      )
    }),
  )
})
