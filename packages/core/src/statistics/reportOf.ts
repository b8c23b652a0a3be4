/**
 * From a tally to the report that a Customer reads.
 */
import * as DateTime from "effect/DateTime"
import type { Scenario } from "../domain/Customer.ts"
import type { CustomerReport, Restatement, TrendDay, WindowRates } from "./CustomerReport.ts"
import { type Window, windows } from "./Definition.ts"
import { compareCodePoints, journeyFiguresOf, surveyOf, waterfallOf } from "./journeyFigures.ts"
import { fromEpochDay } from "../calendar/PlainDate.ts"
import * as Rate from "./Rate.ts"
import type { Counters } from "./Counters.ts"
import { qualityOf } from "./Measures.ts"
import type { Tally } from "./Tally.ts"

/** A day's contract figure when it was published: k and n by window. */
export type Published = ReadonlyMap<number, ReadonlyArray<readonly [k: number, n: number]>>

/** The contract figure of a day or of several, by window. */
export const figuresOf = (counters: Counters): ReadonlyArray<readonly [k: number, n: number]> =>
  windows.map((_, window) => [noEffectiveCall(counters, window), counters.settled(window)] as const)

/** The report of a tally in which every interaction is counted with its outcome at the watermark. */
export const reportOf = (
  tally: Tally,
  options: {
    readonly customer: string
    readonly watermark: number
    readonly declared: ReadonlyArray<Scenario>
    readonly published: Published
  },
): CustomerReport => {
  const { definition, measures } = tally
  const total = measures.counters
  const headline = windows.indexOf(definition.window)
  const asOf = Number.isFinite(options.watermark) ? DateTime.formatIso(DateTime.makeUnsafe(options.watermark)) : null
  const termsOf = (counters: Counters, window: number): Rate.Terms => ({
    window: windows[window]!,
    definitionVersion: definition.version,
    asOf: asOf ?? "",
    pending: counters.pending(window),
    open: counters.of(window, "open"),
    excluded: counters.excluded,
  })
  const terms = termsOf(total, headline)
  const survey = surveyOf(tally.journeys)
  const ratesOf = (window: Window): WindowRates => windowRatesOf(total, windows.indexOf(window), termsOf)
  const noRepeat = (period: 0 | 1 | 2, window: Window): Rate.Rate =>
    Rate.make(...total.notReturned(period), termsOf(total, windows.indexOf(window)))
  return {
    customer: options.customer,
    asOf,
    window: definition.window,
    policyVersion: Array.from(measures.policyVersions.keys()).sort(compareCodePoints).join(", "),
    definitionVersion: definition.version,
    definitions: definition,
    calls: { ...measures.calls },
    interactions: {
      started: total.started,
      open: total.of(headline, "open"),
      pending: total.pending(headline),
      excluded: total.excluded,
      effective: total.of(headline, "effective"),
      attemptFailed: total.of(headline, "attemptFailed"),
      deflected: total.deflected(headline),
    },
    deflectedKinds: {
      goal: total.of(headline, "goal"),
      handedOff: total.of(headline, "handedOff"),
      left: total.of(headline, "left"),
      bounced: total.of(headline, "bounced"),
    },
    failedReasons: Object.fromEntries(
      Array.from(measures.failedReasons).sort(([one], [other]) => compareCodePoints(one, other)),
    ),
    rates: {
      "in-interaction": ratesOf("in-interaction"),
      PT24H: ratesOf("PT24H"),
      PT72H: ratesOf("PT72H"),
      P7D: ratesOf("P7D"),
    },
    noRepeat: { PT24H: noRepeat(0, "PT24H"), PT72H: noRepeat(1, "PT72H"), P7D: noRepeat(2, "P7D") },
    journeys: journeyFiguresOf(tally.journeys, measures.other, definition, options.declared, terms, survey),
    waterfall: waterfallOf(tally.journeys, tally.dwell, survey),
    failedByHour: Array.from({ length: 7 }, (_, weekday) =>
      Array.from({ length: 24 }, (_, hour) => measures.failedByHour.get(weekday * 24 + hour) ?? 0),
    ),
    trend: trendOf(tally, headline, termsOf),
    restated: restatedOf(tally, options.published),
    quality: qualityOf(measures),
  }
}

const noEffectiveCall = (counters: Counters, window: number): number =>
  counters.of(window, "attemptFailed") + counters.deflected(window)

const windowRatesOf = (
  total: Counters,
  window: number,
  termsOf: (counters: Counters, window: number) => Rate.Terms,
): WindowRates => {
  const terms = termsOf(total, window)
  const settled = total.settled(window)
  const rate = (k: number): Rate.Rate => Rate.make(k, settled, terms)
  const without = noEffectiveCall(total, window)
  const reach = settled + total.pending(window)
  return {
    noEffectiveCall: rate(without),
    deflected: rate(total.deflected(window)),
    attemptFailed: rate(total.of(window, "attemptFailed")),
    effective: rate(total.of(window, "effective")),
    handedOff: rate(total.of(window, "handedOff")),
    goalReached: rate(total.of(window, "goal")),
    linkable: rate(total.of(window, "linkable")),
    noEffectiveCallLinkable: Rate.make(total.of(window, "linkableNoEffective"), total.of(window, "linkable"), terms),
    bounds: reach === 0 ? null : [without / reach, (without + total.of(window, "pendingUndecided")) / reach],
  }
}

const trendOf = (
  tally: Tally,
  headline: number,
  termsOf: (counters: Counters, window: number) => Rate.Terms,
): ReadonlyArray<TrendDay> =>
  daysOf(tally).map(([day, counters]) => {
    const terms = termsOf(counters, headline)
    const settled = counters.settled(headline)
    return {
      day: fromEpochDay(day),
      started: counters.started,
      provisional: terms.open + terms.pending > 0,
      noEffectiveCall: Rate.make(noEffectiveCall(counters, headline), settled, terms),
      attemptFailed: Rate.make(counters.of(headline, "attemptFailed"), settled, terms),
    }
  })

const restatedOf = (tally: Tally, published: Published): ReadonlyArray<Restatement> =>
  Array.from(published)
    .sort(([one], [other]) => one - other)
    .flatMap(([day, figures]) => {
      const counters = tally.days.get(day)
      const now = counters === undefined ? windows.map(() => [0, 0] as const) : figuresOf(counters)
      return windows.flatMap((window, index): ReadonlyArray<Restatement> => {
        const [beforeK, beforeN] = figures[index]!
        const [k, n] = now[index]!
        if (beforeK === k && beforeN === n) return []
        return [{ day: fromEpochDay(day), window, before: { k: beforeK, n: beforeN }, after: { k, n } }]
      })
    })

const daysOf = (tally: Tally): ReadonlyArray<readonly [number, Counters]> =>
  Array.from(tally.days).sort(([one], [other]) => one - other)
