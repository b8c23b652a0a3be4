/**
 * Attempted calls that reached no person: when, and why. They reflect the capacity of the telephone service, not the
 * interface.
 */
import { draw } from "../charts/draw.ts"
import { heatOption, stepsOf } from "../charts/heatChart.ts"
import type { ReportDocument } from "../../json.ts"
import { figure } from "../figure.ts"
import { count } from "../figures.ts"
import * as format from "../format.ts"
import { markup, type Markup } from "../markup.ts"
import { type Column, table } from "../table.ts"
import { deflectedKinds, failedReason } from "../words.ts"
import type { Section } from "./section.ts"

type Rows = ReportDocument["failedByHour"]

const wide = { width: 960, height: 300 }
const narrow = { width: 330, height: 620 }

export const failures = (report: ReportDocument): Section => {
  const rows = report.failedByHour
  const finding = findingOf(rows)
  const drawn = (size: typeof wide, id: string): Markup | undefined => {
    const option = heatOption(rows, size)
    return option === undefined
      ? undefined
      : draw(option, size, {
          id,
          title: "Failed attempts to call by weekday and hour",
          description: `${finding} The same figures are in the table below the drawing.`,
        })
  }
  const [wideDrawing, narrowDrawing] = [drawn(wide, "failed-wide"), drawn(narrow, "failed-narrow")]
  return {
    id: "failures",
    title: "Tried to call, nobody reached",
    lead: "When did people try in vain, and why?",
    body: markup`${figure({
      id: "failed-figure",
      finding: markup`${finding}`,
      reading: markup`First attempts of interactions in which nobody was reached, by the hour at which the attempt was
        made, time zone ${report.definitions.timeZone}. An empty cell counts none.`,
      legend: markup`<ul class="legend">
          ${stepsOf(rows).map(({ fill, from, to }) => markup`<li><span class="swatch ${fill}" aria-hidden="true"></span>${from === to ? format.count(from) : `${format.count(from)} to ${format.count(to)}`}</li>`)}
        </ul>`,
      ...(wideDrawing === undefined ? {} : { wide: wideDrawing }),
      ...(narrowDrawing === undefined ? {} : { narrow: narrowDrawing }),
      summary: "The figures by weekday and hour as a table",
      table: hoursTable(rows),
    })}
      <div class="pair">
        <div>
          <h3>Why nobody was reached</h3>
          ${reasonsTable(report)}
        </div>
        <div>
          <h3>How the deflected ones ended</h3>
          ${kindsTable(report)}
        </div>
      </div>`,
  }
}

const hoursTable = (rows: Rows): Markup => {
  type Row = { readonly weekday: string; readonly hours: ReadonlyArray<number> }
  const hours = Array.from({ length: 24 }, (_, at): Column<Row> => ({
    head: String(at).padStart(2, "0"),
    cell: (row) => count(row.hours[at] ?? 0),
  }))
  return table<Row>({
    id: "failed-by-hour",
    caption: "Failed attempts by weekday and hour of day",
    columns: [{ head: "Weekday", kind: "text", cell: ({ weekday }) => markup`${weekday}` }, ...hours],
    rows: format.weekdays.map((weekday, index) => ({ weekday, hours: rows[index] ?? [] })),
  })
}

const reasonsTable = ({ failedReasons, interactions }: ReportDocument): Markup =>
  table<readonly [string, number]>({
    id: "failed-reasons",
    headed: true,
    caption: "Failed attempts by reason",
    width: "compact",
    columns: [
      { head: "Reason", kind: "text", cell: ([reason]) => markup`<bdi class="name">${failedReason(reason)}</bdi>` },
      {
        head: "Interactions",
        cell: ([, value]) => count(value),
        bar: ([, value]) => (interactions.attemptFailed === 0 ? null : value / interactions.attemptFailed),
      },
    ],
    rows: Object.entries(failedReasons).toSorted(([, one], [, other]) => other - one),
    empty: "Nobody tried in vain.",
    total: { head: "Together", cells: [count(interactions.attemptFailed)] },
  })

const kindsTable = ({ deflectedKinds: kinds, interactions }: ReportDocument): Markup =>
  table<keyof typeof deflectedKinds>({
    id: "deflected-kinds",
    headed: true,
    caption: "Deflected interactions by kind",
    note: markup`No call was attempted. What people did after they were handed off is not seen.`,
    width: "compact",
    columns: [
      { head: "Kind", kind: "text", cell: (kind) => markup`${deflectedKinds[kind]}` },
      {
        head: "Interactions",
        cell: (kind) => count(kinds[kind]),
        bar: (kind) => (interactions.deflected === 0 ? null : kinds[kind] / interactions.deflected),
      },
    ],
    rows: ["goal", "handedOff", "left", "bounced"],
    total: { head: "Together", cells: [count(interactions.deflected)] },
  })

const findingOf = (rows: Rows): string => {
  const cells = rows.flatMap((row, weekday) => row.map((value, at) => ({ weekday, at, value })))
  const total = cells.reduce((sum, { value }) => sum + value, 0)
  const [first, ...others] = cells
  if (first === undefined || total === 0) return "Nobody tried to call in vain."
  const peak = others.reduce((most, cell) => (cell.value > most.value ? cell : most), first)
  return `Of ${format.plural(total, "failed attempt")}, most fall on ${format.weekdays[peak.weekday] ?? ""} between ${format.hour(peak.at)} and ${format.hour((peak.at + 1) % 24)}: ${format.count(peak.value)}.`
}
