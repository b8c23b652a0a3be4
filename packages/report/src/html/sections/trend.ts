/**
 * The trend by day.
 */
import { type CustomerReport, Rate } from "@tacet/core/statistics"
import { draw } from "../charts/draw.ts"
import { trendOption } from "../charts/trendChart.ts"
import type { ReportDocument } from "../../json.ts"
import { figure } from "../figure.ts"
import { count, rate } from "../figures.ts"
import * as format from "../format.ts"
import { markup, type Markup, none } from "../markup.ts"
import { table } from "../table.ts"
import type { Section } from "./section.ts"

type Day = CustomerReport.TrendDay

const wide = { width: 960, height: 380 }
const narrow = { width: 330, height: 320 }

export const trend = (report: ReportDocument): Section => {
  const days = report.trend
  const drawn = (size: typeof wide, id: string): Markup | undefined => {
    const option = trendOption(days, size)
    return option === undefined
      ? undefined
      : draw(option, size, {
          id,
          title: "Share without an effective call and share that tried and reached nobody, by day",
          description: `${findingOf(report)} The same figures are in the table below the drawing.`,
        })
  }
  const [wideDrawing, narrowDrawing] = [drawn(wide, "trend-wide"), drawn(narrow, "trend-narrow")]
  return {
    id: "trend",
    title: "Day by day",
    lead: "Is it getting better, and how sure is that?",
    body: figure({
      id: "trend-figure",
      finding: markup`${findingOf(report)}`,
      reading: markup`Days by the start of the interaction, time zone ${report.definitions.timeZone}. Bands are 95% Wilson
      intervals: where they overlap, days may not differ at all. The bars count the interactions of the day.`,
      legend: markup`<ul class="legend">
        <li><span class="stroke contract" aria-hidden="true"></span>No effective call required</li>
        <li><span class="stroke tried" aria-hidden="true"></span>Tried to call, nobody reached</li>
        <li><span class="swatch hatch" aria-hidden="true"></span>Provisional: some interactions have not settled</li>
      </ul>`,
      ...(wideDrawing === undefined ? {} : { wide: wideDrawing }),
      ...(narrowDrawing === undefined ? {} : { narrow: narrowDrawing }),
      summary: `The figures of ${format.plural(days.length, "day")} as a table`,
      table: daysTable(report),
    }),
  }
}

const daysTable = ({ restated, trend, window }: ReportDocument): Markup => {
  const changed = new Set(restated.filter((one) => one.window === window).map(({ day }) => day))
  return table<Day>({
    id: "days",
    caption: "Figures by day",
    columns: [
      {
        head: "Day",
        kind: "text",
        cell: ({ day }) => markup`<time datetime="${day}">${format.weekdayOf(day)} ${format.day(day)}</time>`,
      },
      { head: "Started", cell: ({ started }) => count(started) },
      { head: "Settled", cell: (day) => count(day.noEffectiveCall.n) },
      { head: "No effective call", cell: (day) => count(day.noEffectiveCall.k) },
      { head: "Share and interval", cell: (day) => rate(day.noEffectiveCall) },
      { head: "Nobody reached", cell: (day) => count(day.attemptFailed.k) },
      { head: "Share and interval", cell: (day) => rate(day.attemptFailed) },
      {
        head: "Remark",
        kind: "text",
        cell: ({ day, provisional }) =>
          markup`${provisional ? markup`<span class="mark">provisional</span> ` : none}${changed.has(day) ? markup`<span class="mark">restated</span>` : none}`,
      },
    ],
    rows: trend,
    empty: "No interaction has started.",
  })
}

/** Fewer settled days than this are not cut in two. */
const comparedFrom = 8

const together = (days: ReadonlyArray<Day>): { readonly share: number; readonly interval: Rate.Interval } => {
  const k = days.reduce((sum, { noEffectiveCall }) => sum + noEffectiveCall.k, 0)
  const n = days.reduce((sum, { noEffectiveCall }) => sum + noEffectiveCall.n, 0)
  return { share: n === 0 ? 0 : k / n, interval: Rate.wilson95(k, n) ?? [0, 1] }
}

/** The finding of the drawing, in words: the earlier half of the settled days against the later. */
const findingOf = ({ trend: days }: Pick<ReportDocument, "trend">): string => {
  const settled = days.filter(({ noEffectiveCall, provisional }) => !provisional && noEffectiveCall.rate !== null)
  const provisional = days.length === 0 ? 0 : days.filter((day) => day.provisional).length
  const open = provisional === 0 ? "" : ` ${format.plural(provisional, "day is", "days are")} provisional.`
  const all = together(settled)
  if (settled.length === 0) return `No day has settled yet.${open}`
  if (settled.length < comparedFrom) {
    return `Over ${format.plural(settled.length, "settled day")}, ${format.percent(all.share)} of the interactions did not require an effective call.${open}`
  }
  const half = Math.floor(settled.length / 2)
  const [earlier, later] = [together(settled.slice(0, half)), together(settled.slice(-half))]
  const spans = `${format.percent(earlier.share)} over the first ${half} settled days to ${format.percent(later.share)} over the last ${half}`
  // Intervals that do not even touch: more than the 95 % of one alone.
  if (later.interval[0] > earlier.interval[1]) return `The share without an effective call rose from ${spans}.${open}`
  if (later.interval[1] < earlier.interval[0]) return `The share without an effective call fell from ${spans}.${open}`
  return `The share without an effective call went from ${spans}: no more than chance explains.${open}`
}
