/**
 * A process that subscribes to a log of another, hardly ever looks by itself, and says what it sees, one position a line.
 */
import { EventStore, type CustomerId } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { writeSync } from "node:fs"
import { layer } from "../layer.ts"

const [url, customer, polling, announcements] = process.argv.slice(2) as [string, CustomerId.CustomerId, string, string]
const interval = `${Number(polling)} millis` as const

const seen = Stream.unwrap(EventStore.EventStore.useSync((store) => store.subscribe(customer))).pipe(
  Stream.flatMap(({ events }) => Stream.fromIterable(events)),
  Stream.runForEach(({ position }) => Effect.sync(() => writeSync(1, `${position}\n`))),
)
const stores = layer({
  url: Redacted.make(url),
  polling: { shortest: interval, longest: interval },
  ...(announcements === "heard" ? { announcements: {} } : {}),
})

await Effect.runPromise(Effect.provide(seen, stores))
