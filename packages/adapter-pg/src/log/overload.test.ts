import { type CustomerId, EventStore } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { layerLocated } from "../layer.ts"
import type { Options } from "../server/Options.ts"
import { aCustomer, appendTo, holdingUp, storeOf } from "./appending.testing.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

const storeWith = (more: Partial<Options> = {}) => storeOf({ ...options, ...more })

const holding = (customer: CustomerId.CustomerId) => holdingUp(options, customer)

describe("a store that is asked for more than it takes", () => {
  // Planted and found: no bound; a bound that what was answered counts towards.
  it.live("takes on no more appends than may wait, says how many do, and goes on once they are answered", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ waitingAppends: 3 })
      const stuck = yield* aCustomer
      yield* appendTo(store, stuck)
      const release = yield* holding(stuck)
      const leaving = yield* Effect.forkChild(appendTo(store, stuck), { startImmediately: true })
      yield* Effect.sleep(50)
      const waiting = yield* Effect.forEach([1, 2, 3], () =>
        Effect.forkChild(appendTo(store, stuck), { startImmediately: true }),
      )
      yield* Effect.sleep(50)
      const refused = yield* Effect.flip(appendTo(store, stuck))
      expect(refused).toMatchObject({ _tag: "Overloaded", operation: "append", what: "appends", waiting: 3 })
      expect(refused.message).toContain("3 appends wait in this process. Nothing was written.")
      yield* release
      for (const fiber of [leaving, ...waiting]) yield* Fiber.join(fiber)
      expect(yield* appendTo(store, stuck)).toMatchObject({ firstPosition: 6 })
    }),
  )

  it.live("is not held up for a Customer whose database could not be named once", () =>
    Effect.gen(function* () {
      const unknown = yield* aCustomer
      let asked = 0
      const locate = (customer: CustomerId.CustomerId) => {
        if (customer === unknown && asked++ === 0) throw new Error("not yet")
        return "here" as const
      }
      const located = yield* Layer.build(Layer.fresh(layerLocated({ databases: { here: options }, locate })))
      const store = Context.get(located, EventStore.EventStore)
      expect(Exit.isFailure(yield* Effect.exit(appendTo(store, unknown)))).toBe(true)
      expect(yield* appendTo(store, unknown)).toMatchObject({ firstPosition: 1 })
    }),
  )
})
