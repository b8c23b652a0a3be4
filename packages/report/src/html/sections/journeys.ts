/**
 * Journeys in rows: most used, and those that lead to calls, by volume and by rate. The contract asks for both readings
 * (STAT-JOURNEY).
 */
import type { CustomerReport } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, rate, rateWithScale, share } from "../figures.ts"
import * as format from "../format.ts"
import { journey } from "../journey.ts"
import { markup, type Markup } from "../markup.ts"
import { type Column, table } from "../table.ts"
import type { Section } from "./section.ts"

type Row = CustomerReport.JourneyRow

const journeyColumn: Column<Row> = { head: "Journey", kind: "text", cell: ({ steps }) => journey(steps) }
const interactionsColumn: Column<Row> = { head: "Interactions", cell: ({ interactions }) => count(interactions) }
const rateColumn: Column<Row> = { head: "Call rate and 95% interval", cell: ({ callRate }) => rateWithScale(callRate) }

export const journeys = (report: ReportDocument): Section => ({
  id: "journeys",
  title: "Journeys",
  lead: "Which ways through the interface are used most, and which end in a call?",
  body: markup`${mostUsed(report)}${byVolume(report)}${byRate(report)}`,
})

const mostUsed = ({ journeys: { distinct, interactions, loops, mostUsed: rows } }: ReportDocument): Markup => {
  const covered = rows.at(-1)
  const coverage =
    rows.length >= distinct
      ? markup`${distinct === 1 ? "One journey was" : `${format.count(distinct)} journeys were`} taken, in
          ${count(interactions)} interactions.`
      : markup`The ${format.plural(rows.length, "most used journey")} of ${count(distinct)} cover
          ${format.percent(covered?.cumulative ?? 0)} of ${count(interactions)} interactions.`
  return markup`<h3>Most used</h3>
    <p>
      ${
        covered === undefined
          ? markup`No journey was taken.`
          : markup`${coverage} In ${rate(loops)} of the settled interactions somebody came back to a step already left.`
      }
    </p>
    ${table<Row>({
      id: "most-used",
      stacked: true,
      headed: true,
      caption: "Most used journeys",
      note: markup`The call rate is the share that ended in an effective call, of the settled interactions of the row.`,
      columns: [
        journeyColumn,
        interactionsColumn,
        { head: "Share", cell: (row) => share(row.share), bar: (row) => row.share },
        { head: "Cumulative", cell: ({ cumulative }) => share(cumulative), bar: ({ cumulative }) => cumulative },
        rateColumn,
      ],
      rows,
      empty: "No journey was taken.",
    })}`
}

const byVolume = ({ journeys: { mostCallsByVolume: rows } }: ReportDocument): Markup =>
  markup`<h3>Leading to calls, by volume</h3>
    <p>The journeys from which most effective calls came. Where to begin if fewer calls are wanted.</p>
    ${table<Row>({
      id: "calls-by-volume",
      stacked: true,
      headed: true,
      caption: "Journeys by number of effective calls",
      columns: [
        journeyColumn,
        { head: "Effective calls", cell: ({ effectiveCalls }) => count(effectiveCalls) },
        { head: "Nobody reached", cell: ({ failedCalls }) => count(failedCalls) },
        interactionsColumn,
        rateColumn,
      ],
      rows,
      empty: "No journey led to an effective call.",
    })}`

const byRate = ({ definitions, journeys: { mostCallsByRate: rows } }: ReportDocument): Markup =>
  markup`<h3>Leading to calls, by rate</h3>
    <p>
      The journeys that most often end in an effective call, ranked by the lower end of the interval. Only journeys with
      at least ${format.plural(definitions.minimumForRate, "settled interaction")} are ranked.
    </p>
    ${table<Row>({
      id: "calls-by-rate",
      stacked: true,
      headed: true,
      caption: `Journeys by call rate, from ${format.count(definitions.minimumForRate)} settled interactions on`,
      columns: [
        journeyColumn,
        rateColumn,
        { head: "Effective calls", cell: ({ callRate }) => count(callRate.k) },
        { head: "Settled", cell: ({ callRate }) => count(callRate.n) },
        { head: "Nobody reached", cell: ({ failedCalls }) => count(failedCalls) },
      ],
      rows,
      empty: "No journey has enough settled interactions to be ranked.",
    })}`
