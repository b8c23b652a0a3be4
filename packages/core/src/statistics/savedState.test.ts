/**
 * The golden file of saved statistics: a log, the state that it was saved as, and the report. A saved state outlives the
 * program that wrote it, so its bytes change only with the version of the projection, which then gets a file of its own.
 */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import { layer } from "@tacet/adapter-memory"
import * as Effect from "effect/Effect"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { RecordedEvent } from "../eventsourcing/EventEnvelope.ts"
import * as Definition from "./Definition.ts"
import * as Deflection from "./Deflection.ts"

const customer = "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001" as CustomerId

interface Golden {
  /** How many events were folded when the days that were over by then were published. */
  readonly publishAfter: number
  readonly log: ReadonlyArray<Omit<RecordedEvent, "customer" | "commitId">>
  readonly state: string
  readonly report: string
}

const projection = Deflection.projection(Definition.make({ timeZone: "Europe/Paris" }))
const golden = JSON.parse(
  readFileSync(new URL(`golden/deflection.v${projection.version}.json`, import.meta.url), "utf8"),
) as Golden

/** Folds the events after a position up to another, fifty at a time. */
const fold = Effect.fnUntraced(function* (state: Deflection.State, from: number, to: number) {
  for (let after = from; after < to; after += 50) {
    const through = Math.min(after + 50, to)
    const events = golden.log.slice(after, through).map((event) => ({ ...event, customer, commitId: event.stream.id }))
    yield* projection.apply(state, { after, through, head: golden.log.length, events, purged: [] }, customer)
  }
})

const expectGolden = (state: Deflection.State): void => {
  const [saved, report] = [projection.encode(state), reportOf(state)]
  // First by value, for a short difference; then byte for byte.
  expect(JSON.parse(saved)).toEqual(JSON.parse(golden.state))
  expect(JSON.parse(report)).toEqual(JSON.parse(golden.report))
  expect([saved === golden.state, report === golden.report]).toEqual([true, true])
}

const reportOf = (state: Deflection.State): string =>
  JSON.stringify(Deflection.report(state, { customer, declared: [] }))

describe("saved statistics", () => {
  // Planted and found: two events under one code; calls saved before policy versions; counts by reason not loaded.
  it.effect("are saved to the same bytes, and give the same report", () =>
    Effect.gen(function* () {
      const state = projection.initial()
      yield* fold(state, 0, golden.publishAfter)
      Deflection.publish(state)
      yield* fold(state, golden.publishAfter, golden.log.length)
      expectGolden(state)
    }).pipe(Effect.provide(layer)),
  )

  it("are read, saved again to the same bytes, and give the same report", () => {
    expectGolden(projection.decode(golden.state))
  })
})
