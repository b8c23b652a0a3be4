/**
 * How much other programs used the machine while a benchmark ran. Above a limit no wall-clock ratio is stated: two programs
 * that share processors with a third do not slow down alike.
 */
import { cpus, loadavg } from "node:os"
import { processorSecondsOf } from "./processorTime.ts"
import type { Section } from "./Work.ts"

/** The load above which wall-clock ratios are not stated: half of one processor. */
export const limit = 0.5

/** The load that counts for a section: the larger of the two. */
export interface Load {
  /** The load average of the minute before the benchmark began, in which it had no part. */
  readonly before: number
  /**
   * How many processors other programs kept busy while the section was measured: the time in which processors were busy, less
   * the processor time of the benchmark, its processes and its server. `undefined` where the system does not count so.
   */
  readonly during: number | undefined
}

/**
 * Starts to watch. Each call of the result returns the load since the previous call; calls within a second of each
 * other belong to one measurement, and have the same load.
 */
export const watch = (): (() => Load) => {
  const before = loadavg()[0]!
  let last = counters()
  let known: Load | undefined
  return () => {
    const from = last
    const now = counters()
    const seconds = (now.at - from.at) / 1_000
    if (known !== undefined && seconds < 1) return known
    last = now
    const during =
      last.own === undefined || from.own === undefined
        ? undefined
        : Math.max(0, (last.busy - from.busy - (last.own - from.own)) / seconds)
    known = { before: rounded(before), during: during === undefined ? undefined : rounded(during) }
    return known
  }
}

/** The larger of the two loads. */
export const worst = ({ before, during = 0 }: Load): number => Math.max(before, during)

/** A section without its wall-clock ratios, where the load is above the limit. */
export const judge = (section: Section, load: Load): Section =>
  worst(load) <= limit
    ? { ...section, load }
    : {
        ...section,
        load,
        measurements: section.measurements.map((measurement) =>
          measurement.comparisons === undefined
            ? measurement
            : { ...measurement, comparisons: measurement.comparisons.map((one) => ({ ...one, ratio: null })) },
        ),
      }

/** Seconds in which processors were busy, and seconds of processor time that this process and its descendants took. */
const counters = () => ({
  at: performance.now(),
  busy: cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1_000,
  own: processorSecondsOf(process.pid),
})

const rounded = (load: number): number => Math.round(load * 100) / 100
