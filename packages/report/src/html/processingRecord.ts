/**
 * The record of processing as a page for people: an authority that asks for it (GDPR 30(4)), and the operator itself.
 */
import { Calendar } from "@tacet/core/calendar"
import type { ProcessingRecord } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import { markup, type Markup, none, trusted } from "./markup.ts"
import { contentPolicy, sheet } from "./page.ts"
import { paletteCss } from "./palette.ts"

/** Names of people and organisations that the log does not hold. */
export interface RecordNames {
  /** The organisation whose record it is, with the address at which it is reached. */
  readonly organisation: string
  /** The recipients by their ids. Default: the id. */
  readonly recipients?: Readonly<Record<string, string>>
}

/** The page. Whatever the names hold, they come out as text. */
export const renderProcessingRecord = (record: ProcessingRecord.Record, names: RecordNames): string => {
  const date = dateIn(record.timeZone)
  const page = markup`${trusted("<!DOCTYPE html>\n")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Record of processing, ${names.organisation}</title>
        <style>
          ${trusted([paletteCss(), sheet("page.css"), sheet("print.css")].join("\n"))}
        </style>
      </head>
      <body>
        <main>
          <h1>Record of processing</h1>
          <p>${names.organisation}, as of ${date(record.at)} (GDPR 30)</p>
          ${record.entries.length === 0 ? markup`<p>No processing is in the record.</p>` : none}
          ${record.entries.map((entry) => entryOf(entry, names, date))}
        </main>
      </body>
    </html>`
  return `${page.source}\n`
}

type ShowDate = (at: number) => string

const entryOf = (entry: ProcessingRecord.Entry, names: RecordNames, date: ShowDate): Markup => {
  const { missing, processing, recipients, retention, since } = entry
  const rows: ReadonlyArray<readonly [head: string, values: ReadonlyArray<string>]> = [
    ["Role", [processing.role]],
    ["Since", [date(since)]],
    ["Purposes", processing.purposes.map(words)],
    ["Legal basis", processing.legalBasis === undefined ? [] : [words(processing.legalBasis)]],
    ["Persons", processing.subjects.map(words)],
    ["Data", processing.categories.map(words)],
    ["Recipients", recipients.map((each) => recipientOf(each, names))],
    [
      "Kept until",
      retention.map(
        ({ category, end, rule }) =>
          `${words(category)}: ${end === undefined ? "no end is known" : date(end)}${rule === undefined ? "" : ` (${rule})`}`,
      ),
    ],
    ["Measures", processing.measures.map(words)],
    ["Declaration", processing.declaration === undefined ? [] : [processing.declaration]],
    ["Missing", missing.map(({ accepted, rule }) => `${accepted} (${rule})`)],
  ]
  return markup`<section class="section">
    <h2>${processing.name}</h2>
    <dl>
      ${rows
        .filter(([, values]) => values.length > 0)
        .map(([head, values]) => markup`<dt>${head}</dt>${values.map((value) => markup`<dd>${value}</dd>`)}`)}
    </dl>
  </section>`
}

const recipientOf = (
  { country, isAbroad, kind, recipient, safeguard }: ProcessingRecord.ReceivedBy,
  { recipients }: RecordNames,
): string => {
  const name = recipients?.[recipient] ?? recipient
  const what = kind === undefined ? "not registered" : `${words(kind)}, ${country}`
  const where = isAbroad ? ", outside of the EEA" : ""
  const under = safeguard === undefined ? "" : `, under ${words(safeguard.instrument)} (${safeguard.document})`
  return `${name}: ${what}${where}${under}`
}

/** `requestedService` as a reader writes it. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)

const dateIn =
  (timeZone: string): ShowDate =>
  (at) =>
    Calendar.localDate(DateTime.makeUnsafe(at), timeZone)
