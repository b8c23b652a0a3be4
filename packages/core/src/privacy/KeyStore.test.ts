import { Scene } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { type CustomerKeys, fromMaterial, noKeys } from "./KeyStore.ts"

/** A place that answers late: what it has read may be of before by then. */
const slowly = (kept: Map<CustomerId, CustomerKeys>) => {
  let waits = 1
  const read = (customer: CustomerId) =>
    Effect.suspend(() => {
      const keys = kept.get(customer) ?? noKeys
      // The first who asks is the last to be answered.
      const wait = Effect.repeat(Effect.yieldNow, { times: Math.ceil(200 / waits++) })
      return Effect.as(wait, keys)
    })
  return fromMaterial({
    load: read,
    change: (customer, next) =>
      Effect.flatMap(read(customer), function write(keys): Effect.Effect<CustomerKeys> {
        const changed = next(keys)
        if (changed === keys) return Effect.succeed(keys)
        // Another one has written since: it reads again.
        if ((kept.get(customer) ?? noKeys) !== keys) return Effect.flatMap(read(customer), write)
        kept.set(customer, changed)
        return Effect.succeed(changed)
      }),
  })
}

describe("keys that several ask for at once", () => {
  // Planted and found: keys that an answer from before does not have, taken for keys that have vanished, in a load and in a change.
  it.effect("have not vanished where an answer is older than they are", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = slowly(new Map())
      const tokens = yield* Effect.all(
        Array.from({ length: 12 }, () => store.token(customer, "2026-01", new Uint8Array(1))),
        { concurrency: "unbounded" },
      )
      expect(new Set(tokens.map(String)).size).toBe(1)
    }),
  )

  it.effect("are kept, each of those that several change at once", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const store = slowly(new Map())
      const periods = Array.from({ length: 12 }, (_, n) => `2026-${String(n + 1).padStart(2, "0")}`)
      yield* Effect.all(
        periods.map((period) => store.closePeriod(customer, period)),
        { concurrency: "unbounded" },
      )
      for (const period of periods) {
        const asked = store.token(customer, period, new Uint8Array(1))
        expect((yield* Effect.flip(asked))._tag).toBe("PeriodClosed")
      }
    }),
  )

  it.effect("have vanished where they are not there at a second look either", () =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const kept = new Map<CustomerId, CustomerKeys>()
      const store = slowly(kept)
      yield* store.rotate(customer)
      kept.clear()
      for (const ask of [store.current(customer), store.rotate(customer), store.closePeriod(customer, "2026-01")]) {
        expect(yield* Effect.flip(ask)).toMatchObject({ _tag: "VaultUnavailable", cause: "wrong keys" })
      }
      expect(kept.get(customer) ?? noKeys).toEqual(noKeys)
    }),
  )
})
