/**
 * What a version of the projection says of everything, in the terms of the recount.
 */
import { Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { customer } from "./history.ts"
import type { Counts } from "./recount.ts"
import { type Stores, version } from "./stores.ts"

/** The counts of a version, once every window has closed. */
export const countsOf = async ({ projections }: Stores, number: number): Promise<Counts> => {
  const projection = version(number)
  const saved = Option.getOrThrow(await Effect.runPromise(projections.load(customer, projection)))
  const state = projection.decode(saved.state)
  const asOf = state.latest + 60 * 86_400_000
  const { calls, interactions, journeys, quality, trend } = Deflection.report(state, { customer, asOf, declared: [] })
  return {
    started: interactions.started,
    calls: calls.total,
    legs: calls.legs,
    effectiveCalls: calls.effective,
    overrodeInhibition: quality.overrodeInhibition,
    steps: journeys.steps,
    journeys: journeys.distinct,
    overflow: journeys.overflow,
    byDay: trend.map(({ day, started }) => [day, started] as const),
  }
}
