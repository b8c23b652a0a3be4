/**
 * The least used journeys. A list of journeys that were taken once is uninformative and can single a person out, so the
 * tail is one line; declared journeys that were never taken are the most informative.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, share } from "../figures.ts"
import * as format from "../format.ts"
import { journey, name } from "../journey.ts"
import { markup, type Markup, none } from "../markup.ts"
import { table } from "../table.ts"
import type { Section } from "./section.ts"

type LeastUsed = CustomerReport.JourneyFigures["leastUsed"]

export const least = ({ journeys: { capped, leastUsed, overflow } }: ReportDocument): Section => ({
  id: "least",
  title: "Least used",
  lead: "What is offered that hardly anybody, or nobody, uses?",
  body: markup`${unusedJourneys(leastUsed)}${unusedScreens(leastUsed)}${rare(leastUsed)}${tail(leastUsed)}${beyond(capped, overflow)}`,
})

const unusedJourneys = ({ declaredUnused: rows }: LeastUsed): Markup =>
  markup`<h3>Declared journeys that nobody took</h3>
    ${table<(typeof rows)[number]>({
      id: "declared-unused",
      stacked: true,
      headed: true,
      caption: "Declared journeys that nobody took",
      columns: [
        { head: "Journey", kind: "text", cell: ({ steps }) => journey(steps) },
        { head: "Scenario", kind: "text", cell: ({ scenario }) => name(scenario) },
      ],
      rows,
      empty: "None: every declared journey was taken, or no scenario declares one.",
    })}`

const unusedScreens = ({ declaredScreensUnused: rows }: LeastUsed): Markup =>
  markup`<h3>Declared screens that nobody saw</h3>
    ${table<(typeof rows)[number]>({
      id: "screens-unused",
      stacked: true,
      headed: true,
      caption: "Declared screens that nobody saw",
      columns: [
        { head: "Screen", kind: "text", cell: ({ step }) => name(step) },
        { head: "Scenario", kind: "text", cell: ({ scenario }) => name(scenario) },
      ],
      rows,
      empty: "None: every declared screen was seen, or no scenario declares one.",
    })}`

const rare = ({ declaredRare: rows, tail: { below } }: LeastUsed): Markup =>
  markup`<h3>Declared journeys that few took</h3>
    <p>The least used of those that at least ${format.plural(below, "interaction")} took.</p>
    ${table<(typeof rows)[number]>({
      id: "declared-rare",
      stacked: true,
      headed: true,
      caption: `The least used declared journeys, from ${format.plural(below, "interaction")} on`,
      columns: [
        { head: "Journey", kind: "text", cell: ({ steps }) => journey(steps) },
        { head: "Scenario", kind: "text", cell: ({ scenario }) => name(scenario) },
        { head: "Interactions", cell: ({ interactions }) => count(interactions) },
      ],
      rows,
      empty: "None.",
    })}`

const tail = ({ tail: { below, interactions, journeys, share: part } }: LeastUsed): Markup =>
  markup`<p class="aside" id="tail">
    ${
      journeys === 0
        ? markup`No journey was taken by fewer than ${count(below)}.`
        : markup`<strong>The tail, as one line:</strong> ${count(journeys)} ${journeys === 1 ? "journey" : "journeys"}
            with fewer than ${count(below)} interactions each, together
            ${count(interactions)} ${interactions === 1 ? "interaction" : "interactions"} (${share(part)}). They are not
            listed: a journey taken once is chance, and may point to a person.`
    }
  </p>`

const beyond = (capped: number, overflow: number): Markup =>
  capped + overflow === 0
    ? none
    : markup`<p class="aside" id="beyond">
        ${count(capped)} ${capped === 1 ? "interaction has" : "interactions have"} a journey longer than the longest
        told apart; it ends in “…”. ${count(overflow)} found no room and ${overflow === 1 ? "is" : "are"} counted where
        ${overflow === 1 ? "it" : "they"} got to.
      </p>`
