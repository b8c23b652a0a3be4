/**
 * The waterfall: what happens at each step, whatever the way that led to it.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, duration, share } from "../figures.ts"
import * as format from "../format.ts"
import { name } from "../journey.ts"
import { markup, type Markup, none } from "../markup.ts"
import { type Column, table } from "../table.ts"
import type { Section } from "./section.ts"

type Row = CustomerReport.WaterfallRow
type Next = Row["next"][number]

/** Rows that are shown at once; further ones are folded away. */
const shownRows = 25
/** Next steps that are shown at once. */
const shownNext = 3

const part = (of: (row: Row) => number) => (row: Row) => (row.visits === 0 ? null : of(row) / row.visits)

const ofVisits = (value: number, row: Row): Markup =>
  markup`${count(value)}${row.visits === 0 ? none : markup`<span class="interval">${format.percent(value / row.visits)}</span>`}`

const next = (rows: ReadonlyArray<Next>): Markup =>
  markup`<ul class="next">
    ${rows.map((row) => markup`<li>${name(row.step)} ${share(row.share)} <span class="count">(${count(row.visits)})</span></li>`)}
  </ul>`

const nextCell = ({ next: rows }: Row): Markup => {
  if (rows.length === 0) return markup`<span class="none">none</span>`
  if (rows.length <= shownNext + 1) return next(rows)
  const rest = rows.slice(shownNext)
  return markup`${next(rows.slice(0, shownNext))}
    <details class="more">
      <summary>${format.plural(rest.length, "more step")}</summary>
      ${next(rest)}
    </details>`
}

const columns: ReadonlyArray<Column<Row>> = [
  { head: "Step", kind: "text", cell: ({ step }) => name(step) },
  { head: "Visits", cell: ({ visits }) => count(visits) },
  { head: "Interactions", cell: ({ interactions }) => count(interactions) },
  {
    head: "Left for the phone",
    cell: (row) => ofVisits(row.exitToCall, row),
    bar: part(({ exitToCall }) => exitToCall),
  },
  {
    head: "Left without a call",
    cell: (row) => ofVisits(row.exitWithoutCall, row),
    bar: part(({ exitWithoutCall }) => exitWithoutCall),
  },
  { head: "Last so far", cell: ({ provisional }) => count(provisional) },
  { head: "Median time", cell: ({ medianSeconds }) => duration(medianSeconds) },
  { head: "Next steps, share of visits", kind: "text", cell: nextCell },
]

export const steps = ({ waterfall }: ReportDocument): Section => ({
  id: "steps",
  title: "Step by step",
  lead: "What happens at each step, whatever the way that led to it?",
  body: markup`<p>${findingOf(waterfall)}</p>
    ${waterfallTable("waterfall", "What happens at each step", waterfall.slice(0, shownRows))}${
      waterfall.length > shownRows
        ? markup`<details class="figures">
            <summary>${format.plural(waterfall.length - shownRows, "further step")}</summary>
            ${waterfallTable("waterfall-rest", "Further steps", waterfall.slice(shownRows))}
          </details>`
        : none
    }`,
})

const waterfallTable = (id: string, caption: string, rows: ReadonlyArray<Row>): Markup =>
  table<Row>({
    id,
    stacked: true,
    caption,
    note: markup`A call counts here whether or not somebody was reached. “Last so far”: visits of interactions that are
    still open or pending. The time is that until the next step.`,
    columns,
    rows,
    empty: "No step was taken.",
  })

const findingOf = ([first, ...others]: ReadonlyArray<Row>): Markup => {
  if (first === undefined) return markup`No step was taken.`
  const most = others.reduce((best, row) => (row.exitToCall > best.exitToCall ? row : best), first)
  return most.exitToCall === 0
    ? markup`From no step did anybody go on to call.`
    : markup`Most people who went on to call did so from ${name(most.step)}: ${format.count(most.exitToCall)} of
      ${format.count(most.visits)} visits.`
}
