/**
 * A process that changes one Customer's keys for a time and prints each period that was
 * acknowledged.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { keyMaterial } from "./FileKeyStore.ts"

const [folder = "", customer = "", name = "", milliseconds = "0"] = process.argv.slice(2)
const material = keyMaterial({ folder, patience: 60_000 })
const program = Effect.gen(function* () {
  const until = (yield* Clock.currentTimeMillis) + Number(milliseconds)
  for (let n = 0; (yield* Clock.currentTimeMillis) < until; n++) {
    const period = `${name} ${n}`
    yield* material.change(customer as CustomerId.CustomerId, (keys) => ({
      ...keys,
      periods: new Map(keys.periods).set(period, new Uint8Array([n % 256])),
    }))
    process.stdout.write(`${period}\n`)
  }
})
await Effect.runPromise(program)
