/**
 * The page as a whole: one file that needs nothing else. It holds no script, and its policy would let none run.
 */
import { readFileSync } from "node:fs"
import type { ReportDocument } from "../json.ts"
import { noData } from "./figures.ts"
import * as format from "./format.ts"
import { markup, type Markup, trusted } from "./markup.ts"
import { paletteCss } from "./palette.ts"
import { definitions } from "./sections/definitions.ts"
import { failures } from "./sections/failures.ts"
import { flow } from "./sections/flow.ts"
import { glance } from "./sections/glance.ts"
import { journeys } from "./sections/journeys.ts"
import { least } from "./sections/least.ts"
import { section, type Section } from "./sections/section.ts"
import { steps } from "./sections/steps.ts"
import { trend } from "./sections/trend.ts"

export const sheet = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8")

/** Nothing may be fetched or run; styles are inline. */
export const contentPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

export const page = (report: ReportDocument): Markup => {
  const sections = [glance, trend, flow, journeys, steps, failures, least, definitions].map((make) => make(report))
  return markup`${trusted("<!DOCTYPE html>\n")}
    <html lang="${format.language}">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${contentPolicy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="robots" content="noindex" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>Deflection report, ${report.customer}</title>
        <style>
          ${trusted([paletteCss(), sheet("page.css"), sheet("figures.css"), sheet("print.css")].join("\n"))}
        </style>
      </head>
      <body>
        <a class="skip" href="#report">Skip to the figures</a>
        ${masthead(report)}
        <div class="columns">
          ${contents(sections)}
          <main id="report">${sections.map(section)}</main>
        </div>
        <footer class="colophon">
          <p>
            Exact, for this Customer only. Personal data by classification: keep it as long as the retention allows, and
            no longer.
          </p>
        </footer>
      </body>
    </html>`
}

const dayOf = ({ day }: { readonly day: string }): Markup => markup`<time datetime="${day}">${format.day(day)}</time>`

const masthead = (report: ReportDocument): Markup => {
  const [first, last] = [report.trend[0], report.trend.at(-1)]
  const period =
    first === undefined || last === undefined
      ? noData
      : first.day === last.day
        ? dayOf(first)
        : markup`${dayOf(first)} to ${dayOf(last)}`
  const asOf =
    report.asOf === null
      ? noData
      : markup`<time datetime="${report.asOf}">${format.instant(report.asOf, report.definitions.timeZone)}</time>`
  return markup`<header class="masthead">
    <p class="kind">Exact report · for this Customer only</p>
    <h1>Deflection report</h1>
    <p class="customer">Customer <bdi class="name">${report.customer}</bdi></p>
    <dl class="facts">
      <div>
        <dt>Period</dt>
        <dd>${period}</dd>
      </div>
      <div>
        <dt>As of</dt>
        <dd>${asOf}</dd>
      </div>
      <div>
        <dt>Calls counted</dt>
        <dd>${format.windowName(report.window)}</dd>
      </div>
    </dl>
  </header>`
}

const contents = (sections: ReadonlyArray<Section>): Markup =>
  markup`<nav class="contents" aria-label="Contents">
    <ol>
      ${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}
    </ol>
  </nav>`
