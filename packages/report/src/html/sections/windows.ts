/**
 * The figures under all windows side by side: a rate is worth nothing without the time in which a call still counts.
 */
import { type CustomerReport, Definition, type Rate } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, noData, range, rate } from "../figures.ts"
import { markup, type Markup } from "../markup.ts"
import { table } from "../table.ts"
import { figures } from "../words.ts"

const heads: Readonly<Record<Definition.Window, string>> = {
  "in-interaction": "In the interaction",
  PT24H: "24 hours",
  PT72H: "72 hours",
  P7D: "7 days",
}

interface Row {
  readonly name: string
  readonly cell: (window: Definition.Window) => Markup
}

export const windowsTable = (report: ReportDocument): Markup => {
  const rates = (name: keyof typeof figures & keyof CustomerReport.WindowRates): Row => ({
    name: figures[name],
    cell: (window) => rate(report.rates[window][name]),
  })
  const counts = (name: string, of: (rate: Rate.Rate) => number): Row => ({
    name,
    cell: (window) => count(of(report.rates[window].noEffectiveCall)),
  })
  const rows: ReadonlyArray<Row> = [
    rates("noEffectiveCall"),
    {
      name: "… between, once all have settled",
      cell: (window) => {
        const { bounds } = report.rates[window]
        return bounds === null ? noData : range(bounds)
      },
    },
    rates("attemptFailed"),
    rates("effective"),
    rates("deflected"),
    rates("handedOff"),
    rates("goalReached"),
    rates("linkable"),
    rates("noEffectiveCallLinkable"),
    {
      name: "Deflected, and the same person did not come back",
      cell: (window) =>
        window === "in-interaction" ? markup`<span class="none">–</span>` : rate(report.noRepeat[window]),
    },
    counts("Settled interactions", ({ n }) => n),
    counts("Pending", ({ pending }) => pending),
    counts("Open", ({ open }) => open),
  ]
  return markup`<h3>The same figures under each window</h3>
    ${table<Row>({
      id: "windows",
      headed: true,
      caption: "The same figures under each window",
      note: markup`How long after an interaction a call of the same person still counts as its own. The headline above
      uses ${heads[report.window].toLowerCase()}.`,
      columns: [
        { head: "Figure", kind: "text", cell: ({ name }) => markup`${name}` },
        ...Definition.windows.map((window) => ({ head: heads[window], cell: (row: Row) => row.cell(window) })),
      ],
      rows,
    })}`
}
