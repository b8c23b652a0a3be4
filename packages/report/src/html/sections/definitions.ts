/**
 * On what terms all this was counted. A figure without them is a marketing number.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import type { ReportDocument } from "../../json.ts"
import { count, noData } from "../figures.ts"
import * as format from "../format.ts"
import { markup, type Markup } from "../markup.ts"
import { table } from "../table.ts"
import { qualityLines } from "../words.ts"
import type { Section } from "./section.ts"

export const definitions = (report: ReportDocument): Section => ({
  id: "definitions",
  title: "Definitions and sources",
  lead: "What was counted, how, and from what.",
  body: markup`<p class="statement" id="statement">
      <strong>This report is exact, for this Customer only, and dies with the retention.</strong> It is personal data by
      classification: it may not be published, passed on or joined with that of another Customer. Only a public
      statistic is called anonymous; this is none.
    </p>
    <div class="pair">
      <div>
        <h3>Terms</h3>
        ${terms(report)}
      </div>
      <div>
        <h3>Input and calls</h3>
        ${inputTable(report)}${callsTable(report)}
      </div>
    </div>
    ${meanings}
    <h3>Restated periods</h3>
    ${restatedTable(report)}`,
})

const entry = (term: string, value: Markup): Markup =>
  markup`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`

const terms = ({ asOf, definitions: given, definitionVersion, policyVersion, schemaVersion }: ReportDocument): Markup =>
  markup`<dl class="terms" id="terms">
    ${[
      entry(
        "As of",
        asOf === null ? noData : markup`<time datetime="${asOf}">${format.instant(asOf, given.timeZone)}</time>`,
      ),
      entry("Policy version", policyVersion === "" ? noData : markup`<bdi class="name">${policyVersion}</bdi>`),
      entry(
        "Definition version",
        markup`<bdi class="name">${definitionVersion}</bdi>, shape of the document ${schemaVersion}`,
      ),
      entry("Window", markup`calls ${format.windowName(given.window)}`),
      entry("Threshold", markup`a person spoke for more than ${count(given.minTalkSeconds)} s`),
      entry(
        "Where only a disposition is known",
        markup`the call counts as ${given.unknownHuman === "effective" ? "effective" : "not effective"}`,
      ),
      entry("Idle time", markup`${count(given.idleMinutes)} minutes without activity end an interaction`),
      entry(
        "Lateness",
        markup`events may come ${count(given.latenessMinutes)} minutes late without restating anything`,
      ),
      entry("Time zone", markup`<bdi class="name">${given.timeZone}</bdi>`),
      entry("Repeated steps", markup`${given.collapse ? "consecutive repeats count as one" : "each repeat counts"}`),
      entry("Longest journey", given.maxSteps === null ? markup`no limit` : markup`${count(given.maxSteps)} steps`),
      entry("Ranked by rate", markup`from ${count(given.minimumForRate)} settled interactions on`),
      entry("Named among the least used", markup`from ${count(given.rareBelow)} interactions on`),
      entry("Interval", markup`Wilson score, 95%`),
    ]}
  </dl>`

type Line = readonly [name: string, value: number]

const lines = (id: string, caption: string, head: string, rows: ReadonlyArray<Line>): Markup =>
  table<Line>({
    id,
    caption,
    width: "compact",
    columns: [
      { head, kind: "text", cell: ([name]) => markup`<bdi class="name">${name}</bdi>` },
      { head: "Number", cell: ([, value]) => count(value) },
    ],
    rows,
  })

const inputTable = ({ input }: ReportDocument): Markup =>
  lines("input", "What was read", "Input", [
    ["Rows", input.rows],
    ["Accepted", input.accepted],
    ["Rejected", input.rejected],
    ["Duplicates", input.duplicates],
    ...Object.entries(input.rejectedByRule).map(([rule, rows]): Line => [`Rejected under ${rule}`, rows]),
    ["Records of the file", input.records],
    ["Records that the mapping drops", input.dropped],
    ["Rows later than the lateness allows", input.late],
    ["Durations below zero, taken as zero", input.clampedDurations],
    ["Calls attributed by person and window", input.attributedCalls],
    ["Returns noted on an earlier interaction", input.recontacts],
  ])

const callsTable = ({ calls, quality }: ReportDocument): Markup =>
  lines("calls", "Calls recorded", "Calls", [
    ["Calls", calls.total],
    ["Legs of these calls", calls.legs],
    ["Effective: a person spoke", calls.effective],
    ["Answered, but by no person", calls.notHuman],
    ["Answered, not known by whom", calls.humanUnknown],
    ...qualityLines(quality),
  ])

const meanings: Markup = markup`<h3>What the words mean</h3>
  <dl class="meanings">
    ${[
      entry(
        "Interaction",
        markup`One offer of the visual interface to one person about to contact the Customer. The call that led to it is
        an attempt only once it asks for a person. In a call log without an interface, each call is an interaction with
        the phone menu.`,
      ),
      entry(
        "Effective call",
        markup`A person of the Customer’s spoke for longer than the threshold. Voicemail, menus, announcements and closed
        hours are not effective.`,
      ),
      entry("Tried, nobody reached", markup`At least one attempt to call within the window, none of them effective.`),
      entry(
        "Deflected",
        markup`No attempt to call within the window. It says no more: after a redirection nothing is seen, so nothing is
        claimed about whether the matter was settled.`,
      ),
      entry(
        "Did not require an effective call",
        markup`Deflected, or tried and nobody reached. That is the contract’s figure, so the second part always stands
        beside it.`,
      ),
      entry(
        "Settled, pending, open",
        markup`Settled: the window has elapsed. Pending: it has not. Open: the interaction has not ended. Rates are of
        settled interactions alone, because a call decides at once and its absence only after the window.`,
      ),
    ]}
  </dl>`

const ofCounts = ({ k, n }: { readonly k: number; readonly n: number }): Markup =>
  markup`${count(k)} of ${count(n)}<span class="interval">${n === 0 ? "no data" : format.percent(k / n)}</span>`

const restatedTable = ({ restated }: ReportDocument): Markup =>
  table<CustomerReport.Restatement>({
    id: "restated",
    headed: true,
    caption: "Figures of published days that changed",
    note: markup`No effective call required, of the settled interactions. Late events and corrections restate a day; both
    values stay visible.`,
    columns: [
      { head: "Day", kind: "text", cell: ({ day }) => markup`<time datetime="${day}">${format.day(day)}</time>` },
      { head: "Window", kind: "text", cell: ({ window }) => markup`calls ${format.windowName(window)}` },
      { head: "Published", cell: ({ before }) => ofCounts(before) },
      { head: "Now", cell: ({ after }) => ofCounts(after) },
    ],
    rows: restated,
    empty: "None: no published figure has changed.",
  })
