/**
 * The report by hand: the figures of `CustomerReport` but for the definitions that it repeats and the flow of its diagram. With
 * these, the report of Tacet has the same form, so that the two can be compared figure by figure.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import { Day, headline, outcomes, separator, type Statistics } from "./Statistics.ts"

/** A share of a whole. */
interface Rate {
  readonly k: number
  readonly n: number
  readonly rate: number | null
  readonly wilson95: readonly [number, number] | null
}

/** The compared figures. */
export type Figures = Readonly<Record<string, unknown>>

interface Journey {
  readonly key: string
  readonly steps: ReadonlyArray<string>
  readonly counts: ReadonlyArray<number>
  readonly interactions: number
  readonly settled: number
}

/** The report of the counts. */
export const report = (statistics: Statistics): Figures =>
  statistics.withLive(() => {
    const total = new Day()
    for (const day of statistics.days.values()) add(total, day)
    const journeys = Array.from(statistics.journeys, ([key, counts]): Journey => {
      const interactions = counts.reduce((sum, count) => sum + count, 0)
      const settled = interactions - counts[outcomes.indexOf("provisional")]!
      return { key, steps: key === "" ? [] : key.split(separator), counts, interactions, settled }
    })
    const pendingOf = (window: number) => total.of(window, "pendingUndecided") + total.of(window, "pendingEffective")
    const ratesOf = (window: number) => {
      const n = settledOf(total, window)
      const without = n - total.of(window, "effective")
      const reach = n + pendingOf(window)
      return {
        noEffectiveCall: rateOf(without, n),
        deflected: rateOf(deflectedOf(total, window), n),
        attemptFailed: rateOf(total.of(window, "attemptFailed"), n),
        effective: rateOf(total.of(window, "effective"), n),
        handedOff: rateOf(total.of(window, "handedOff"), n),
        goalReached: rateOf(0, n),
        linkable: rateOf(total.of(window, "linkable"), n),
        noEffectiveCallLinkable: rateOf(total.of(window, "linkableNoEffective"), total.of(window, "linkable")),
        bounds: reach === 0 ? null : [without / reach, (without + total.of(window, "pendingUndecided")) / reach],
      }
    }
    const noRepeat = (period: number) => rateOf(total.returns[period * 2]!, total.returns[period * 2 + 1]!)
    return {
      asOf: new Date(statistics.watermark()).toISOString(),
      policyVersion: Array.from(statistics.policyVersions.keys()).toSorted().join(", "),
      calls: { ...statistics.calls },
      interactions: {
        started: total.started,
        open: total.of(headline, "open"),
        pending: pendingOf(headline),
        excluded: 0,
        effective: total.of(headline, "effective"),
        attemptFailed: total.of(headline, "attemptFailed"),
        deflected: deflectedOf(total, headline),
      },
      deflectedKinds: {
        goal: 0,
        handedOff: total.of(headline, "handedOff"),
        left: total.of(headline, "left"),
        bounced: total.of(headline, "bounced"),
      },
      failedReasons: Object.fromEntries(
        Array.from(statistics.failedReasons).toSorted(([one], [other]) => compare(one, other)),
      ),
      rates: { "in-interaction": ratesOf(0), PT24H: ratesOf(1), PT72H: ratesOf(2), P7D: ratesOf(3) },
      noRepeat: { PT24H: noRepeat(0), PT72H: noRepeat(1), P7D: noRepeat(2) },
      journeys: journeyFiguresOf(journeys),
      waterfall: waterfallOf(journeys, statistics.dwell),
      failedByHour: Array.from({ length: 7 }, (_, day) => statistics.failedByHour.slice(day * 24, day * 24 + 24)),
      trend: Array.from(statistics.days)
        .toSorted(([one], [other]) => one - other)
        .map(([number, day]) => {
          const n = settledOf(day, headline)
          return {
            day: new Date(number * 86_400_000).toISOString().slice(0, 10),
            started: day.started,
            provisional: day.started > n,
            noEffectiveCall: rateOf(n - day.of(headline, "effective"), n),
            attemptFailed: rateOf(day.of(headline, "attemptFailed"), n),
          }
        }),
      quality: { overrodeInhibition: statistics.overrodeInhibition },
    }
  })

/** The same figures of Tacet's report. */
export const figuresOf = (report: CustomerReport.CustomerReport): Figures => {
  const { flow: _, ...journeys } = report.journeys
  const { asOf, calls, deflectedKinds, failedByHour, failedReasons, interactions, noRepeat, policyVersion } = report
  const { rates, trend, waterfall } = report
  // Of the counters under `quality`, the one that is counted by hand too.
  const quality = { overrodeInhibition: report.quality.overrodeInhibition }
  const told = { asOf, policyVersion, calls, interactions, deflectedKinds, failedReasons, rates, noRepeat }
  const kept = { ...told, journeys, waterfall, failedByHour, trend, quality }
  // The terms of a rate are those of the report, repeated with each.
  return JSON.parse(JSON.stringify(kept), (_, value: unknown) =>
    typeof value === "object" && value !== null && "wilson95" in value
      ? (({ k, n, rate, wilson95 }: Rate) => ({ k, n, rate, wilson95 }))(value as Rate)
      : value,
  ) as Figures
}

const listed = 20
const rareBelow = 5
const minimumForRate = 10

const journeyFiguresOf = (journeys: ReadonlyArray<Journey>) => {
  const total = journeys.reduce((sum, { interactions }) => sum + interactions, 0)
  const [effective, failed] = [outcomes.indexOf("effective"), outcomes.indexOf("attemptFailed")]
  const sumOf = (outcome: (typeof outcomes)[number]) =>
    journeys.reduce((sum, { counts }) => sum + counts[outcomes.indexOf(outcome)]!, 0)
  const ranked = (all: ReadonlyArray<Journey>, figure: (journey: Journey) => number) => {
    let above = 0
    return all
      .map((journey) => [figure(journey), journey] as const)
      .toSorted(([one, a], [other, b]) => other - one || compare(a.key, b.key))
      .slice(0, listed)
      .map(([, { counts, interactions, settled, steps }]) => ({
        steps,
        interactions,
        share: shareOf(interactions, total),
        cumulative: shareOf((above += interactions), total),
        effectiveCalls: counts[effective],
        failedCalls: counts[failed],
        callRate: rateOf(counts[effective]!, settled),
      }))
  }
  const withCalls = journeys.filter(({ counts }) => counts[effective]! > 0)
  const tail = journeys.filter(({ interactions }) => interactions < rareBelow)
  const tailInteractions = tail.reduce((sum, { interactions }) => sum + interactions, 0)
  const settled = journeys.reduce((sum, journey) => sum + journey.settled, 0)
  return {
    distinct: journeys.length,
    steps: journeys.reduce((sum, { interactions, steps }) => sum + interactions * steps.length, 0),
    interactions: total,
    provisional: sumOf("provisional"),
    capped: journeys.reduce((sum, { interactions, steps }) => (steps.at(-1) === "…" ? sum + interactions : sum), 0),
    overflow: 0,
    mostUsed: ranked(journeys, ({ interactions }) => interactions),
    leastUsed: {
      declaredUnused: [],
      declaredScreensUnused: [],
      declaredRare: [],
      tail: {
        journeys: tail.length,
        interactions: tailInteractions,
        share: shareOf(tailInteractions, total),
        below: rareBelow,
      },
    },
    mostCallsByVolume: ranked(withCalls, ({ counts }) => counts[effective]!),
    mostCallsByRate: ranked(
      withCalls.filter((journey) => journey.settled >= minimumForRate),
      (journey) => wilson95(journey.counts[effective]!, journey.settled)?.[0] ?? 0,
    ),
    endings: {
      call: sumOf("effective"),
      callFailed: sumOf("attemptFailed"),
      handedOff: sumOf("handedOff"),
      left: sumOf("left"),
      goal: 0,
    },
    merged: { journeys: 0, interactions: 0 },
    loops: rateOf(
      journeys.reduce((sum, { settled, steps }) => (new Set(steps).size < steps.length ? sum + settled : sum), 0),
      settled,
    ),
  }
}

interface Row {
  visits: number
  interactions: number
  readonly next: Map<string, number>
  exitToCall: number
  exitWithoutCall: number
  provisional: number
}

const waterfallOf = (
  journeys: ReadonlyArray<Journey>,
  dwell: ReadonlyMap<string, ReadonlyMap<number, number>>,
): ReadonlyArray<object> => {
  const rows = new Map<string, Row>()
  const rowOf = (step: string): Row => {
    let row = rows.get(step)
    if (row === undefined) {
      row = { visits: 0, interactions: 0, next: new Map(), exitToCall: 0, exitWithoutCall: 0, provisional: 0 }
      rows.set(step, row)
    }
    return row
  }
  for (const { counts, interactions, steps } of journeys) {
    const seen = new Set<string>()
    let before: Row | undefined
    for (const step of steps) {
      const row = rowOf(step)
      row.visits += interactions
      if (!seen.has(step)) row.interactions += interactions
      seen.add(step)
      before?.next.set(step, (before.next.get(step) ?? 0) + interactions)
      before = row
    }
    if (before === undefined) continue
    const [effective, attemptFailed, handedOff, left, provisional] = counts as [number, number, number, number, number]
    before.exitToCall += effective + attemptFailed
    before.exitWithoutCall += handedOff + left
    before.provisional += provisional
  }
  return Array.from(rows, ([step, { exitToCall, exitWithoutCall, interactions, next, provisional, visits }]) => ({
    step,
    visits,
    interactions,
    next: Array.from(next, ([name, count]) => ({ step: name, visits: count, share: shareOf(count, visits) })).toSorted(
      (one, other) => other.visits - one.visits || compare(one.step, other.step),
    ),
    exitToCall,
    exitWithoutCall,
    provisional,
    medianSeconds: medianOf(dwell.get(step)),
  })).toSorted((one, other) => other.visits - one.visits || compare(one.step, other.step))
}

const medianOf = (histogram: ReadonlyMap<number, number> | undefined): number | null => {
  if (histogram === undefined || histogram.size === 0) return null
  const values = Array.from(histogram).toSorted(([one], [other]) => one - other)
  const half = values.reduce((sum, [, count]) => sum + count, 0) / 2
  let below = 0
  for (const [seconds, count] of values) {
    below += count
    if (below >= half) return seconds
  }
  return null
}

const add = (total: Day, day: Day): void => {
  total.started += day.started
  day.windows.forEach((count, place) => (total.windows[place]! += count))
  day.returns.forEach((count, place) => (total.returns[place]! += count))
}

const deflectedOf = (day: Day, window: number): number =>
  day.of(window, "handedOff") + day.of(window, "left") + day.of(window, "bounced")

const settledOf = (day: Day, window: number): number =>
  day.of(window, "effective") + day.of(window, "attemptFailed") + deflectedOf(day, window)

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const rateOf = (k: number, n: number): Rate => ({ k, n, rate: n === 0 ? null : k / n, wilson95: wilson95(k, n) })

const z = 1.959963984540054

const wilson95 = (k: number, n: number): readonly [number, number] | null => {
  if (n === 0) return null
  const share = k / n
  const square = z * z
  const centre = share + square / (2 * n)
  const spread = z * Math.sqrt((share * (1 - share) + square / (4 * n)) / n)
  const scale = 1 + square / n
  return [k === 0 ? 0 : Math.max(0, (centre - spread) / scale), k === n ? 1 : Math.min(1, (centre + spread) / scale)]
}

/** Step ids of the recordings are plain ASCII, for which this is the order of code points. */
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
