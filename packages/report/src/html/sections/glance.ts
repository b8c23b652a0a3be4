/**
 * The figures that matter most: the contract figure and, at the same size, the people who called without reaching a
 * person, so that no abandoned call passes for a success (STAT-NOCALL).
 */
import type { CustomerReport, Rate } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, noData, range, rate, scale, share, share100 } from "../figures.ts"
import * as format from "../format.ts"
import { markup, type Markup, none } from "../markup.ts"
import { table } from "../table.ts"
import { figures } from "../words.ts"
import type { Section } from "./section.ts"
import { windowsTable } from "./windows.ts"

export const glance = (report: ReportDocument): Section => {
  const rates = report.rates[report.window]
  return {
    id: "glance",
    title: "At a glance",
    lead: `What became of the interactions, with calls ${format.windowName(report.window)} counted as the interaction’s own.`,
    body: markup`<div class="heroes">
        ${hero("no-effective-call", figures.noEffectiveCall, rates.noEffectiveCall)}${hero("attempt-failed", figures.attemptFailed, rates.attemptFailed)}
      </div>
      ${smallTiles(report, rates)}${outcomes(report, rates)}${windowsTable(report)}`,
  }
}

const hero = (id: string, title: string, value: Rate.Rate): Markup => {
  const figure =
    value.wilson95 === null
      ? markup`<p class="big">${noData}</p>
          <p class="basis">No interaction has settled yet.</p>`
      : markup`<p class="big">${share(value.rate)}</p>
          ${scale(value)}
          <p class="basis">
            95% interval ${range(value.wilson95)}<br />${count(value.k)} of ${count(value.n)} settled interactions,
            calls ${format.windowName(value.window)}
          </p>`
  return markup`<div class="tile hero" id="tile-${id}">
    <h3>${title}</h3>
    ${figure}
  </div>`
}

const smallTiles = ({ interactions }: ReportDocument, rates: CustomerReport.WindowRates): Markup => {
  const { bounds, noEffectiveCallLinkable: linkable } = rates
  const later =
    bounds === null ? none : markup`<p class="basis">The contract figure will come to lie between ${range(bounds)}.</p>`
  const amongLinkable =
    linkable.rate === null
      ? none
      : markup`<p class="basis">${share(linkable.rate)} without an effective call among these alone.</p>`
  return markup`<div class="tiles">
    ${[
      tile(
        "effective",
        figures.effective,
        share(rates.effective.rate),
        markup`<p class="basis">A person was reached by phone.</p>`,
      ),
      tile(
        "deflected",
        figures.deflected,
        share(rates.deflected.rate),
        rates.deflected.n === 0
          ? none
          : markup`<p class="basis">
              ${share(rates.handedOff.rate)} of all were handed off, ${share(rates.goalReached.rate)} reached the
              declared goal.
            </p>`,
      ),
      tile(
        "interactions",
        "Interactions",
        count(interactions.started),
        markup`<p class="basis">
          ${count(rates.noEffectiveCall.n)} settled, ${count(interactions.excluded)} excluded (test, bot, void).
        </p>`,
      ),
      tile(
        "pending",
        "Pending + open",
        markup`${count(interactions.pending)} <span class="and">+</span> ${count(interactions.open)}`,
        markup`${later}
          <p class="basis">In no rate yet: the window has not elapsed, or the interaction has not ended.</p>`,
      ),
      tile(
        "linkable",
        figures.linkable,
        share(rates.linkable.rate),
        markup`${amongLinkable}
          <p class="basis">Of the others a later call cannot be seen.</p>`,
      ),
    ]}
  </div>`
}

const tile = (id: string, title: string, value: Markup, basis: Markup): Markup =>
  markup`<div class="tile" id="tile-${id}">
    <h3>${title}</h3>
    <p class="mid">${value}</p>
    ${basis}
  </div>`

interface Outcome {
  readonly id: string
  readonly name: string
  readonly interactions: number
  readonly rate?: Rate.Rate
}

const outcomes = ({ interactions }: ReportDocument, rates: CustomerReport.WindowRates): Markup => {
  const settled: ReadonlyArray<Outcome & { readonly rate: Rate.Rate }> = [
    { id: "effective", name: figures.effective, interactions: interactions.effective, rate: rates.effective },
    { id: "tried", name: figures.attemptFailed, interactions: interactions.attemptFailed, rate: rates.attemptFailed },
    { id: "deflected", name: figures.deflected, interactions: interactions.deflected, rate: rates.deflected },
  ]
  const rows: ReadonlyArray<Outcome> = [
    ...settled,
    { id: "pending", name: "Pending: the window has not elapsed", interactions: interactions.pending },
    { id: "open", name: "Open: not ended", interactions: interactions.open },
    { id: "excluded", name: "Excluded: test, bot, void", interactions: interactions.excluded },
  ]
  const bar = settled.flatMap(({ id, rate: { rate: part } }) =>
    part === null || part === 0 ? [] : [markup`<span class="part ${id}" style="--part:${share100(part)}"></span>`],
  )
  return markup`<h3 id="outcomes-title">How the interactions stand</h3>
    ${bar.length === 0 ? none : markup`<div class="outcome-bar" aria-hidden="true">${bar}</div>`}${table<Outcome>({
      id: "outcomes",
      headed: true,
      caption: "Interactions by outcome",
      note: markup`Every interaction has exactly one. Shares are of the settled ones.`,
      width: "compact",
      columns: [
        {
          head: "Outcome",
          kind: "text",
          cell: ({ id, name }) => markup`<span class="key ${id}" aria-hidden="true"></span>${name}`,
        },
        { head: "Interactions", cell: (row) => count(row.interactions) },
        {
          head: "Share and 95% interval",
          cell: (row) => (row.rate === undefined ? markup`<span class="none">in no rate</span>` : rate(row.rate)),
        },
      ],
      rows,
      total: { head: "Started", cells: [count(interactions.started), none] },
    })}`
}
