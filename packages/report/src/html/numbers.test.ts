import { describe, expect, it } from "@tacet/vitest"
import { Definition, type Rate } from "@tacet/core/statistics"
import fc from "fast-check"
import { renderHtml } from "../html.ts"
import { aReport, anEmptyReport } from "./aReport.testing.ts"
import * as format from "./format.ts"
import { byId, type Element, figuresIn, figuresOf, headsOf, named, parse, textOf } from "./parsed.testing.ts"
import type { ReportDocument } from "../json.ts"

const rate = ({ rate, wilson95 }: Rate.Rate): ReadonlyArray<number> =>
  rate === null || wilson95 === null ? [] : [rate, ...wilson95]

const median = (value: number | null): ReadonlyArray<number> => (value === null ? [] : [value])

/** Every table of the page, as it must be. */
const expectTables = (page: Element, report: ReportDocument): void => {
  const { calls, deflectedKinds, failedReasons, input, interactions, journeys, noRepeat, quality, rates } = report
  const headline = rates[report.window]

  expect(figuresOf(page, "outcomes")).toEqual([
    [interactions.effective, ...rate(headline.effective)],
    [interactions.attemptFailed, ...rate(headline.attemptFailed)],
    [interactions.deflected, ...rate(headline.deflected)],
    [interactions.pending],
    [interactions.open],
    [interactions.excluded],
  ])
  expect(figuresOf(page, "windows")).toEqual([
    ...(
      [
        "noEffectiveCall",
        "bounds",
        "attemptFailed",
        "effective",
        "deflected",
        "handedOff",
        "goalReached",
        "linkable",
        "noEffectiveCallLinkable",
      ] as const
    ).map((name) =>
      Definition.windows.flatMap((window) =>
        name === "bounds" ? (rates[window].bounds ?? []) : rate(rates[window][name]),
      ),
    ),
    [...rate(noRepeat.PT24H), ...rate(noRepeat.PT72H), ...rate(noRepeat.P7D)],
    ...(["n", "pending", "open"] as const).map((name) =>
      Definition.windows.map((window) => rates[window].noEffectiveCall[name]),
    ),
  ])
  expect(figuresOf(page, "most-used")).toEqual(
    journeys.mostUsed.map((row) => [row.interactions, row.share, row.cumulative, ...rate(row.callRate)]),
  )
  expect(figuresOf(page, "calls-by-volume")).toEqual(
    journeys.mostCallsByVolume.map((row) => [
      row.effectiveCalls,
      row.failedCalls,
      row.interactions,
      ...rate(row.callRate),
    ]),
  )
  expect(figuresOf(page, "calls-by-rate")).toEqual(
    journeys.mostCallsByRate.map((row) => [...rate(row.callRate), row.callRate.k, row.callRate.n, row.failedCalls]),
  )
  for (const [id, rows] of [
    ["most-used", journeys.mostUsed],
    ["calls-by-volume", journeys.mostCallsByVolume],
    ["calls-by-rate", journeys.mostCallsByRate],
    ["declared-unused", journeys.leastUsed.declaredUnused],
    ["declared-rare", journeys.leastUsed.declaredRare],
  ] as const) {
    expect(headsOf(page, id)).toEqual(rows.map(({ steps }) => steps))
  }
  expect(figuresOf(page, "declared-rare")).toEqual(journeys.leastUsed.declaredRare.map((row) => [row.interactions]))
  expect(headsOf(page, "screens-unused")).toEqual(journeys.leastUsed.declaredScreensUnused.map(({ step }) => [step]))
  const { tail } = journeys.leastUsed
  expect(figuresIn(byId(page, "tail"))).toEqual(
    tail.journeys === 0 ? [tail.below] : [tail.journeys, tail.below, tail.interactions, tail.share],
  )
  expect(figuresOf(page, "waterfall")).toEqual(
    report.waterfall.map((row) => [
      row.visits,
      row.interactions,
      row.exitToCall,
      row.exitWithoutCall,
      row.provisional,
      ...median(row.medianSeconds),
      ...row.next.flatMap(({ share, visits }) => [share, visits]),
    ]),
  )
  expect(
    figuresOf(page, "failed-reasons")
      .flat()
      .toSorted((one, other) => one - other),
  ).toEqual(Object.values(failedReasons).toSorted((one, other) => one - other))
  expect(figuresOf(page, "deflected-kinds")).toEqual(
    (["goal", "handedOff", "left", "bounced"] as const).map((kind) => [deflectedKinds[kind]]),
  )
  expect(figuresOf(page, "input").slice(0, 4)).toEqual([
    [input.rows],
    [input.accepted],
    [input.rejected],
    [input.duplicates],
  ])
  expect(figuresOf(page, "calls")).toEqual([
    [calls.total],
    [calls.legs],
    [calls.effective],
    [calls.notHuman],
    [calls.humanUnknown],
    ...Object.values(quality).map((counted) => [counted]),
  ])
  expect(figuresOf(page, "restated")).toEqual(
    report.restated.map(({ after, before }) => [before.k, before.n, after.k, after.n]),
  )
}

/** The tables that are the drawings' other form; they are there where something is drawn. */
const expectDrawn = (page: Element, report: ReportDocument): void => {
  expect(figuresOf(page, "days")).toEqual(
    report.trend.map(({ attemptFailed, noEffectiveCall, started }) => [
      started,
      noEffectiveCall.n,
      noEffectiveCall.k,
      ...rate(noEffectiveCall),
      attemptFailed.k,
      ...rate(attemptFailed),
    ]),
  )
  const { endings, flow } = report.journeys
  expect(figuresOf(page, "endings")).toEqual(
    (["call", "callFailed", "handedOff", "goal", "left"] as const).map((end) => [endings[end]]),
  )
  expect(figuresOf(page, "links")).toEqual(
    flow.links.map(({ interactions }) => [interactions]).toSorted(([one = 0], [other = 0]) => other - one),
  )
  if (report.interactions.attemptFailed > 0) expect(figuresOf(page, "failed-by-hour")).toEqual(report.failedByHour)
}

/** Whether a text is the figure, rounded no further than its last digit. */
const isWritten = (value: number, text: string): boolean => {
  if (/^\d+(,\d{3})*$/.test(text)) return Number(text.replaceAll(",", "")) === value
  if (/^\d+\.\d%?$/.test(text)) return Math.abs(Number(text.replace("%", "")) - value * 100) <= 0.0500001
  return text === format.duration(value)
}

describe("the figures of the page", () => {
  it("are those of the report", () => {
    const report = aReport()
    const page = parse(renderHtml(report))
    expectTables(page, report)
    expectDrawn(page, report)
    const { noEffectiveCall, attemptFailed, effective, linkable } = report.rates[report.window]
    for (const [id, value] of [
      ["no-effective-call", noEffectiveCall],
      ["attempt-failed", attemptFailed],
    ] as const) {
      expect(figuresIn(byId(page, `tile-${id}`))).toEqual([...rate(value), value.k, value.n])
    }
    expect(figuresIn(byId(page, "tile-effective"))[0]).toBe(effective.rate)
    expect(figuresIn(byId(page, "tile-linkable"))[0]).toBe(linkable.rate)
    expect(figuresIn(byId(page, "tile-interactions"))[0]).toBe(report.interactions.started)
    expect(figuresIn(byId(page, "tile-pending")).slice(0, 2)).toEqual([
      report.interactions.pending,
      report.interactions.open,
    ])
  })

  it("are none where the report has none", () => {
    const report = anEmptyReport()
    expectTables(parse(renderHtml(report)), report)
  })

  // Planted: a percentage that is written a hundredth too small.
  it.prop(
    "are those of any report, and each is written as its value",
    [fc.record({ seed: fc.nat(), days: fc.integer({ min: 2, max: 20 }), perDay: fc.integer({ min: 1, max: 25 }) })],
    (wish) => {
      const report = aReport(wish)
      const page = parse(renderHtml(report))
      expectTables(page, report)
      expectDrawn(page, report)
      for (const data of named(page, "data")) {
        const value = Number(data.attributes["value"])
        if (!isWritten(value, textOf(data))) throw new Error(`${value} is written as ${textOf(data)}`)
      }
    },
    { numRuns: 5 },
  )
})
