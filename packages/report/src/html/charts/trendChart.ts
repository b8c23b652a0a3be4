/**
 * The daily trend: both shares with their Wilson bands above, the interactions of each day below, provisional days
 * hatched through both.
 */
import type { CustomerReport, Rate } from "@tacet/core/statistics"
import type { BarSeriesOption, CustomSeriesOption, LineSeriesOption } from "echarts/charts"
import type { EChartsCoreOption } from "echarts/core"
import { count, dayMillis, shortDay } from "../format.ts"
import { ink } from "../palette.ts"
import type { Size } from "./draw.ts"

type Day = CustomerReport.TrendDay

const dayLength = 24 * 3_600_000
/** Above so many days the markers would run into each other. */
const markersUpTo = 70

/** Days that follow each other and have a rate: a band and a line go through them, and stop between them. */
export const runsOf = (
  days: ReadonlyArray<Day>,
  rateOf: (day: Day) => Rate.Rate,
): ReadonlyArray<ReadonlyArray<Day>> => {
  const runs: Array<Array<Day>> = []
  let last = Number.NEGATIVE_INFINITY
  for (const day of days) {
    if (rateOf(day).rate === null) continue
    const at = dayMillis(day.day)
    if (at - last > dayLength) runs.push([])
    runs.at(-1)?.push(day)
    last = at
  }
  return runs
}

/** Ticks on round distances, so many that their labels have room. */
const ticksOf = (from: number, to: number, room: number): ReadonlyArray<number> => {
  const days = Math.round((to - from) / dayLength) + 1
  const step = [1, 2, 7, 14, 28, 56, 91, 182, 364].find((one) => days / one <= room) ?? Math.ceil(days / room)
  return Array.from({ length: Math.ceil(days / step) }, (_, index) => from + index * step * dayLength)
}

const line = (
  days: ReadonlyArray<Day>,
  rateOf: (day: Day) => Rate.Rate,
  look: { readonly color: string; readonly dash: "solid" | Array<number>; readonly symbol: string },
): LineSeriesOption => {
  const runs = runsOf(days, rateOf)
  // A `null` between two runs breaks the line.
  const data = runs.flatMap((run) => [
    ...run.map((day) => [dayMillis(day.day), rateOf(day).rate ?? null] as [number, number | null]),
    [dayMillis(run.at(-1)?.day ?? "") + dayLength / 2, null] as [number, null],
  ])
  const lonely = runs.some((run) => run.length === 1)
  return {
    type: "line",
    silent: true,
    data,
    symbol: look.symbol,
    symbolSize: 6,
    showSymbol: lonely || days.length <= markersUpTo,
    showAllSymbol: true,
    itemStyle: { color: look.color },
    lineStyle: { color: look.color, width: 2, type: look.dash },
    z: 5,
  }
}

/** The band from the lower to the upper ends of the intervals; around a single day as wide as half of it. */
const band = (days: ReadonlyArray<Day>, rateOf: (day: Day) => Rate.Rate, color: string): CustomSeriesOption => {
  const runs = runsOf(days, rateOf)
  return {
    type: "custom",
    silent: true,
    data: runs.map((_, index) => [index, 0]),
    encode: { x: [], y: [] },
    renderItem: (parameters, api) => {
      const run = runs[parameters.dataIndex] ?? []
      const edge = run.length === 1 ? dayLength / 4 : 0
      const ends = run.flatMap((day) => {
        const interval = rateOf(day).wilson95 ?? [0, 0]
        return [-edge, edge].slice(edge === 0 ? 1 : 0).map((shift) => ({ at: dayMillis(day.day) + shift, interval }))
      })
      const points = [
        ...ends.map(({ at, interval }) => api.coord([at, interval[0]])),
        ...ends.toReversed().map(({ at, interval }) => api.coord([at, interval[1]])),
      ]
      return { type: "polygon", shape: { points }, style: { fill: color, opacity: 0.16 } }
    },
    z: 2,
  }
}

/** The chart's option, empty where there are no days. */
export const trendOption = (days: ReadonlyArray<Day>, { height, width }: Size): EChartsCoreOption | undefined => {
  const first = days[0]
  const last = days.at(-1)
  if (first === undefined || last === undefined) return undefined
  const from = dayMillis(first.day)
  const to = dayMillis(last.day)
  const narrow = width < 500
  const noEffectiveCall = (day: Day) => day.noEffectiveCall
  const attemptFailed = (day: Day) => day.attemptFailed
  const highest = Math.max(
    ...days.flatMap((day) => [day.noEffectiveCall.wilson95?.[1] ?? 0, day.attemptFailed.wilson95?.[1] ?? 0]),
  )
  const top = Math.min(1, Math.max(0.1, Math.ceil(highest * 10) / 10))
  const most = Math.max(1, ...days.map((day) => day.started))
  const bars = 56
  const left = narrow ? 44 : 56
  const right = narrow ? 10 : 18
  const shares = { left, right, top: 12, height: height - bars - 74 }
  const started = { left, right, top: height - bars - 30, height: bars }
  const ticks = ticksOf(from, to, narrow ? 4 : 9)
  const xAxis = (gridIndex: number) => ({
    type: "value",
    gridIndex,
    // Else the axis grows to hold whole bars, and the days move away from their bands.
    containShape: false,
    min: from - dayLength / 2,
    max: to + dayLength / 2,
    splitLine: { show: false },
    axisLine: { lineStyle: { color: ink("axis") }, onZero: false },
    axisTick: { show: gridIndex === 1, customValues: ticks, lineStyle: { color: ink("axis") } },
    axisLabel: { show: gridIndex === 1, customValues: ticks, color: ink("muted"), fontSize: 13, formatter: shortDay },
  })
  const yAxis = (gridIndex: number, max: number, interval: number, formatter: (value: number) => string) => ({
    type: "value",
    gridIndex,
    min: 0,
    max,
    interval,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink("grid") } },
    axisLabel: { color: ink("muted"), fontSize: 13, formatter },
  })
  const dayWidth = ((width - left - right) * dayLength) / (to - from + dayLength)
  const provisional = days.filter((day) => day.provisional)
  return {
    grid: [shares, started],
    xAxis: [xAxis(0), xAxis(1)],
    yAxis: [
      yAxis(0, top, top > 0.5 ? 0.2 : 0.1, (value) => `${Math.round(value * 100)}%`),
      yAxis(1, most, most, (value) => count(value)),
    ],
    series: [
      dayBars(
        provisional.map((day) => ({ day, height: top })),
        0,
        dayWidth,
        6,
      ),
      band(days, noEffectiveCall, ink("contract")),
      band(days, attemptFailed, ink("tried")),
      line(days, noEffectiveCall, { color: ink("contract"), dash: "solid", symbol: "circle" }),
      line(days, attemptFailed, { color: ink("tried"), dash: [6, 4], symbol: "diamond" }),
      dayBars(
        days.map((day) => ({ day, height: day.started })),
        1,
        Math.min(64, dayWidth * 0.72),
        4,
      ),
    ],
  }
}

/** Stripes that say provisional, so far apart. */
const hatching = (distance: number) => ({
  symbol: "rect",
  color: ink("hatch"),
  dashArrayX: [1, 0],
  dashArrayY: [1, distance],
  rotation: -Math.PI / 4,
})

interface Bar {
  readonly day: Day
  readonly height: number
}

/** Bars over days, so wide; provisional ones are hatched. */
const dayBars = (bars: ReadonlyArray<Bar>, axis: number, width: number, distance: number): BarSeriesOption => ({
  type: "bar",
  silent: true,
  xAxisIndex: axis,
  yAxisIndex: axis,
  barWidth: Math.max(1, width),
  data: bars.map(({ day, height }) => ({
    value: [dayMillis(day.day), height],
    itemStyle: day.provisional ? { color: ink("surface"), decal: hatching(distance) } : { color: ink("axis") },
  })),
  z: 1,
})
