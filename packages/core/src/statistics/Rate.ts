/**
 * Rates: a share of a whole, never without its counts, its interval and the terms on which it was counted.
 */
import * as Schema from "effect/Schema"
import { Window } from "./Definition.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/**
 * A Wilson score interval: the shares that the counts are compatible with, each between 0 and 1.
 */
export const Interval = Schema.Tuple([Schema.Finite, Schema.Finite])
export type Interval = typeof Interval.Type

/** A share of settled interactions, with everything that is needed to judge it. */
export const Rate = Schema.Struct({
  /** How many of `n` have the property. */
  k: Count,
  /** How many interactions were judged: those whose window has closed. */
  n: Count,
  /** `k / n`, or `null` where nothing was judged. */
  rate: Schema.NullOr(Schema.Finite),
  /** The Wilson interval at 95 %, or `null` where nothing was judged. */
  wilson95: Schema.NullOr(Interval),
  /** How long after an interaction a call still counts as its own. */
  window: Window,
  definitionVersion: Schema.String,
  /** The watermark at which states were judged, ISO 8601 in UTC. */
  asOf: Schema.String,
  /** Interactions that have ended but whose window has not closed: in no rate. */
  pending: Count,
  /** Interactions that have not ended: in no rate. */
  open: Count,
  /** Interactions that count in nothing (test, bot, void). */
  excluded: Count,
})
export type Rate = typeof Rate.Type

/** The terms that all rates of one report and window share. */
export type Terms = Pick<Rate, "window" | "definitionVersion" | "asOf" | "pending" | "open" | "excluded">

/**
 * A rate from its counts.
 */
export const make = (k: number, n: number, terms: Terms): Rate => ({
  k,
  n,
  rate: n === 0 ? null : k / n,
  wilson95: wilson95(k, n),
  ...terms,
})

/** The 97.5 % point of the standard normal distribution. */
const z = 1.959963984540054

/**
 * The Wilson score interval at 95 % of `k` in `n`, or `null` where `n` is 0. Never the Wald interval, which leaves
 * [0, 1] and calls 0 of 16 certain.
 *
 * @example
 * ```ts
 * import { Rate } from "@tacet/core/statistics"
 *
 * Rate.wilson95(0, 0) // => null
 * Rate.wilson95(848, 2357)?.map((end) => end.toFixed(6)) // => ["0.340647", "0.379369"]
 * ```
 */
export const wilson95 = (k: number, n: number): Interval | null => {
  if (n === 0) return null
  const share = k / n
  const square = z * z
  const centre = share + square / (2 * n)
  const spread = z * Math.sqrt((share * (1 - share) + square / (4 * n)) / n)
  const scale = 1 + square / n
  return [k === 0 ? 0 : Math.max(0, (centre - spread) / scale), k === n ? 1 : Math.min(1, (centre + spread) / scale)]
}
