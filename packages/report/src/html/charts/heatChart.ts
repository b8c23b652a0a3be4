/**
 * Counts by weekday and hour as a heat map; each non-zero cell shows its count. Five distinct colours, not a gradient:
 * readers can distinguish five, and each contrasts with the figure on it.
 */
import type { EChartsCoreOption } from "echarts/core"
import { count, hour, weekdays } from "../format.ts"
import { type ColourName, ink } from "../palette.ts"
import type { Size } from "./draw.ts"

/** One step of colour: counts from `from` to `to`, both included. */
export interface Step {
  readonly from: number
  readonly to: number
  readonly fill: ColourName
  readonly text: ColourName
}

const looks = [
  ["heat1", "onHeat1"],
  ["heat2", "onHeat2"],
  ["heat3", "onHeat3"],
  ["heat4", "onHeat4"],
  ["heat5", "onHeat5"],
] as const

/** At most five steps of equal width from 1 to the most; none where nothing was counted. */
export const stepsOf = (rows: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<Step> => {
  const most = Math.max(0, ...rows.flat())
  const width = Math.max(1, Math.ceil(most / looks.length))
  return looks
    .map(([fill, text], index) => ({ from: index * width + 1, to: Math.min(most, (index + 1) * width), fill, text }))
    .filter(({ from }) => from <= most)
}

const textOf = (steps: ReadonlyArray<Step>, value: number): string =>
  ink(steps.find(({ from, to }) => from <= value && value <= to)?.text ?? "muted")

/** The option. Hours across on a wide page, weekdays across on a narrow one. */
export const heatOption = (
  rows: ReadonlyArray<ReadonlyArray<number>>,
  { width }: Size,
): EChartsCoreOption | undefined => {
  const steps = stepsOf(rows)
  if (steps.length === 0) return undefined
  const narrow = width < 500
  const hours = Array.from({ length: 24 }, (_, value) => hour(value))
  const hoursAxis = {
    type: "category",
    data: hours,
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { color: ink("muted"), fontSize: 13, interval: narrow ? 2 : 2, showMinLabel: true },
  }
  const daysAxis = {
    ...hoursAxis,
    data: weekdays.map((weekday) => weekday.slice(0, 3)),
    axisLabel: { color: ink("muted"), fontSize: 13, interval: 0 },
  }
  const cells = rows.flatMap((row, weekday) =>
    row.map((value, at) => ({
      value: narrow ? [weekday, at, value] : [at, weekday, value],
      label: { show: value > 0, color: textOf(steps, value) },
    })),
  )
  return {
    grid: { left: narrow ? 48 : 44, right: 4, top: narrow ? 28 : 4, bottom: narrow ? 4 : 28 },
    xAxis: narrow ? { ...daysAxis, position: "top" } : hoursAxis,
    yAxis: { ...(narrow ? hoursAxis : daysAxis), inverse: true },
    visualMap: {
      type: "piecewise",
      show: false,
      dimension: 2,
      pieces: [
        { min: 0, max: 0, color: ink("heat0") },
        ...steps.map(({ fill, from, to }) => ({ min: from, max: to, color: ink(fill) })),
      ],
    },
    series: [
      {
        type: "heatmap",
        silent: true,
        data: cells,
        itemStyle: { borderColor: ink("surface"), borderWidth: 2, borderRadius: 3 },
        label: {
          fontSize: 12,
          formatter: ({ value }: { readonly value: ReadonlyArray<number> }) => count(value[2] ?? 0),
        },
      },
    ],
  }
}
