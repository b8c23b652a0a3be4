/**
 * The report for a terminal: the contract figure with its interval and window, the failed attempts beside it, then
 * journeys, calls and what became of the rows.
 */
import type { CustomerReport, Definition, Rate } from "@tacet/core/statistics"
import { count, duration, instant, percent, range } from "./html/format.ts"
import { shortened, visible } from "./html/visible.ts"
import { deflectedKinds, failedReason, figures } from "./html/words.ts"
import type { ReportDocument } from "./json.ts"
import { type Align, table } from "./Table.ts"

type Lines = ReadonlyArray<string>

/** The text of a document; names are shown so that they cannot steer a terminal. */
export const renderText = (document: ReportDocument): string => {
  const sections: ReadonlyArray<Lines> = [
    head(document),
    headline(document),
    windows(document),
    section("Most used journeys", mostUsed(document.journeys)),
    section("Journeys that lead to most calls", calling(document.journeys.mostCallsByVolume)),
    section(
      `Journeys that most often end in a call (${document.definitions.minimumForRate} interactions or more)`,
      calling(document.journeys.mostCallsByRate),
    ),
    section("Least used", leastUsed(document.journeys)),
    section("Steps", steps(document.waterfall)),
    section("Calls", calls(document)),
    section("Failed attempts by weekday and hour", byHour(document)),
    section("Restated days", restated(document)),
    section("Rows", rows(document)),
  ]
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`
}

const section = (title: string, lines: Lines): Lines =>
  lines.length === 0 ? [] : [title, ...lines.map((line) => (line === "" ? "" : `  ${line}`))]

const windowNames: Readonly<Record<Definition.Window, string>> = {
  "in-interaction": "in interaction",
  PT24H: "24 hours",
  PT72H: "72 hours",
  P7D: "7 days",
}
const windowOrder: ReadonlyArray<Definition.Window> = ["in-interaction", "PT24H", "PT72H", "P7D"]

const head = ({ asOf, customer, definitions, definitionVersion, policyVersion, window }: ReportDocument): Lines => [
  `Deflection report for ${visible(customer)}`,
  [
    asOf === null ? "no event" : `as of ${instant(asOf, definitions.timeZone)}`,
    `window ${windowNames[window]}`,
    ...(policyVersion === "" ? [] : [`policy ${visible(policyVersion)}`]),
    `definitions ${definitionVersion}`,
  ].join(", "),
]

const share = ({ rate }: Rate.Rate): string => (rate === null ? "–" : percent(rate))
const interval = ({ wilson95 }: Rate.Rate): string => (wilson95 === null ? "" : `[${range(wilson95)}]`)
const ofAll = ({ k, n }: Rate.Rate): string => `${count(k)} of ${count(n)}`

const rateRow = (label: string, rate: Rate.Rate): Lines => [label, share(rate), interval(rate), ofAll(rate)]
const rateAligns: ReadonlyArray<Align> = ["left", "right", "right", "right"]

const headline = ({ deflectedKinds: kinds, interactions, noRepeat, rates, window }: ReportDocument): Lines => {
  const led = rates[window]
  const bounds = led.bounds
  return section(`Interactions, within ${windowNames[window]}`, [
    ...table(rateAligns, [
      rateRow(figures.noEffectiveCall, led.noEffectiveCall),
      rateRow(figures.attemptFailed, led.attemptFailed),
      rateRow(figures.deflected, led.deflected),
      rateRow(figures.effective, led.effective),
      rateRow(figures.handedOff, led.handedOff),
      rateRow(figures.goalReached, led.goalReached),
      rateRow(figures.linkable, led.linkable),
      rateRow(figures.noEffectiveCallLinkable, led.noEffectiveCallLinkable),
      ...(["PT24H", "PT72H", "P7D"] as const).map((period) =>
        rateRow(`Deflected and not back within ${windowNames[period]}`, noRepeat[period]),
      ),
    ]),
    "",
    ...(bounds === null || interactions.pending === 0
      ? []
      : [`The first figure will come to lie between ${range(bounds)} once the pending interactions have settled.`]),
    `${count(interactions.started)} started: ${[
      `${count(interactions.effective)} effective`,
      `${count(interactions.attemptFailed)} attempt failed`,
      `${count(interactions.deflected)} deflected`,
      `${count(interactions.pending)} pending`,
      `${count(interactions.open)} open`,
      `${count(interactions.excluded)} excluded`,
    ].join(", ")}.`,
    ...(interactions.deflected === 0
      ? []
      : [
          `Of the deflected: ${(["goal", "handedOff", "left", "bounced"] as const)
            .map((kind) => `${count(kinds[kind])} ${lowered(deflectedKinds[kind])}`)
            .join(", ")}.`,
        ]),
  ])
}

const lowered = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)

const windows = ({ rates }: ReportDocument): Lines =>
  section(
    "By window",
    table(
      ["left", "right", "right", "right", "right", "right"],
      [
        ["", "no effective call", "tried, failed", "deflected", "effective", "interactions"],
        ...windowOrder.map((window) => {
          const { attemptFailed, deflected, effective, noEffectiveCall } = rates[window]
          const shares = [noEffectiveCall, attemptFailed, deflected, effective].map(share)
          return [windowNames[window], ...shares, count(noEffectiveCall.n)]
        }),
      ],
    ),
  )

const shownJourneys = 10
const journeyWidth = 60

const pathOf = (names: ReadonlyArray<string>): string =>
  names.length === 0 ? "(no step)" : shortened(names.map(visible).join(" > "), journeyWidth)

const mostUsed = ({ capped, distinct, mostUsed: used, overflow }: CustomerReport.JourneyFigures): Lines => {
  if (used.length === 0) return []
  return [
    ...table(
      ["right", "right", "right", "right", "left"],
      [
        ["interactions", "share", "cumulative", "end in a call", "journey"],
        ...used
          .slice(0, shownJourneys)
          .map((row) => [
            count(row.interactions),
            percent(row.share),
            percent(row.cumulative),
            share(row.callRate),
            pathOf(row.steps),
          ]),
      ],
    ),
    `${count(distinct)} journeys in all; ${count(capped)} interactions beyond the longest that are distinguished, ${count(overflow)} beyond the room for journeys.`,
  ]
}

const calling = (journeys: ReadonlyArray<CustomerReport.JourneyRow>): Lines =>
  journeys.length === 0
    ? []
    : table(
        ["right", "right", "right", "left"],
        [
          ["effective calls", "end in a call", "interval", "journey"],
          ...journeys
            .slice(0, shownJourneys)
            .map((row) => [count(row.effectiveCalls), share(row.callRate), interval(row.callRate), pathOf(row.steps)]),
        ],
      )

const leastUsed = ({ leastUsed: least }: CustomerReport.JourneyFigures): Lines => {
  const { declaredRare, declaredScreensUnused, declaredUnused, tail } = least
  return [
    ...declaredUnused.map(({ scenario, steps: path }) => `nobody took  ${visible(scenario)}: ${pathOf(path)}`),
    ...declaredScreensUnused.map(({ scenario, step }) => `nobody saw   ${visible(scenario)}: ${visible(step)}`),
    ...declaredRare.map(
      ({ interactions, scenario, steps: path }) => `${count(interactions)} took  ${visible(scenario)}: ${pathOf(path)}`,
    ),
    ...(tail.journeys === 0
      ? []
      : [
          `${count(tail.journeys)} journeys with fewer than ${count(tail.below)} interactions each: ${percent(tail.share)} of interactions`,
        ]),
  ]
}

const shownSteps = 15

const steps = (waterfall: ReadonlyArray<CustomerReport.WaterfallRow>): Lines =>
  waterfall.length === 0
    ? []
    : table(
        ["left", "right", "right", "right", "right", "left"],
        [
          ["step", "visits", "then a call", "then left", "median time", "most often followed by"],
          ...waterfall
            .slice(0, shownSteps)
            .map((row) => [
              shortened(row.step, 30),
              count(row.visits),
              count(row.exitToCall),
              count(row.exitWithoutCall),
              row.medianSeconds === null ? "–" : duration(row.medianSeconds),
              row.next[0] === undefined ? "" : `${shortened(row.next[0].step, 30)} (${percent(row.next[0].share)})`,
            ]),
        ],
      )

const calls = ({ calls: figuresOfCalls, definitions, failedReasons }: ReportDocument): Lines => {
  const { effective, humanUnknown, legs, notHuman, total } = figuresOfCalls
  if (total === 0) return []
  const unknown =
    definitions.unknownHuman === "effective" ? "counted as reaching a person" : "not counted as reaching a person"
  return [
    `${count(total)} calls in ${count(legs)} legs: ${count(effective)} effective (a person spoke for more than ${definitions.minTalkSeconds} s).`,
    `${count(notHuman)} answered by no person, ${count(humanUnknown)} by an unknown party (${unknown}).`,
    ...Object.entries(failedReasons)
      .toSorted(([, one], [, other]) => other - one)
      .map(([reason, failed]) => `attempt failed: ${count(failed)} ${lowered(failedReason(reason))}`),
  ]
}

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

const byHour = ({ definitions, failedByHour }: ReportDocument): Lines => {
  if (failedByHour.every((hours) => hours.every((failed) => failed === 0))) return []
  const hours = Array.from({ length: 24 }, (_, hour) => String(hour))
  return table(
    ["left", ...hours.map((): Align => "right")],
    [
      [definitions.timeZone, ...hours],
      ...failedByHour.map((row, weekday) => [
        weekdays[weekday] ?? "",
        ...row.map((failed) => (failed === 0 ? "·" : count(failed))),
      ]),
    ],
  )
}

const restated = ({ restated: changes }: ReportDocument): Lines =>
  changes.map(
    ({ after, before, day, window }) =>
      `${day}, ${windowNames[window]}: ${count(before.k)} of ${count(before.n)} became ${count(after.k)} of ${count(after.n)}`,
  )

const rows = ({ input }: ReportDocument): Lines => [
  `${count(input.rows)} read: ${count(input.accepted)} accepted, ${count(input.rejected)} rejected, ${count(input.duplicates)} ${input.duplicates === 1 ? "duplicate" : "duplicates"}.`,
  ...Object.entries(input.rejectedByRule).map(([rule, rejected]) => `rejected by ${rule}: ${count(rejected)}`),
  ...(input.late === 0 ? [] : [`${count(input.late)} came later than the lateness allows.`]),
  ...(input.dropped === 0 ? [] : [`${count(input.dropped)} records dropped by the mapping.`]),
  ...(input.attributedCalls === 0 ? [] : [`${count(input.attributedCalls)} calls attributed by person.`]),
  ...(input.clampedDurations === 0 ? [] : [`${count(input.clampedDurations)} negative durations taken as 0.`]),
]
