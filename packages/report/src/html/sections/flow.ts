/**
 * The flow of journeys from step to step, and where they end.
 */
import type { CustomerReport } from "@tacet/core/statistics"
import { draw } from "../charts/draw.ts"
import { endAt, type FlowNode, flowOption, flowSize, nodeName, stepName, throughput } from "../charts/flowChart.ts"
import type { ReportDocument } from "../../json.ts"
import { figure } from "../figure.ts"
import { count } from "../figures.ts"
import * as format from "../format.ts"
import { name } from "../journey.ts"
import { markup, type Markup, none } from "../markup.ts"
import { table } from "../table.ts"
import { ends, type End } from "../words.ts"
import type { Section } from "./section.ts"

type Flow = CustomerReport.JourneyFigures["flow"]

export const flow = ({ journeys }: ReportDocument): Section => {
  const drawn = flowOption(journeys.flow)
  return {
    id: "flow",
    title: "Where journeys lead",
    lead: "Which steps do people take, and where do they leave for the phone?",
    body: figure({
      id: "flow-figure",
      finding: findingOf(journeys),
      reading: markup`Each column is a step of the journey, from left to right, up to the fifth; the widths are
      interactions. A journey stops at the first attempt to call. Steps that are not among the most frequent of their
      column are gathered as “other”. ${provisionalNote(journeys)}`,
      ...(drawn === undefined
        ? {}
        : {
            wide: draw(drawn.option, flowSize(drawn.height), {
              id: "flow-drawing",
              title: "Flow of interactions from step to step to their end",
              description:
                "Columns of steps from left to right, joined by bands as wide as the interactions that went on. The caption says what there is to see; all links are in the table below the drawing.",
            }),
          }),
      scrolled: "Flow of interactions, to be scrolled sideways",
      summary: `The ${format.plural(journeys.flow.links.length, "link")} of the flow as a table`,
      table: markup`${endingsTable(journeys)}${linksTable(journeys.flow)}`,
    }),
  }
}

const provisionalNote = ({ provisional }: CustomerReport.JourneyFigures): Markup =>
  provisional === 0 ? none : markup`${format.plural(provisional, "interaction has", "interactions have")} no end yet.`

const endingsTable = ({ endings }: CustomerReport.JourneyFigures): Markup =>
  table<End>({
    id: "endings",
    caption: "How interactions ended",
    width: "compact",
    columns: [
      { head: "End", kind: "text", cell: (end) => markup`${ends[end]}` },
      { head: "Interactions", cell: (end) => count(endings[end]) },
    ],
    rows: ["call", "callFailed", "handedOff", "goal", "left"],
  })

/** Links that the print sheet leaves on paper; the drawing has them all. */
const printed = 30

const linksTable = ({ links, nodes }: Flow): Markup => {
  const names = new Map(nodes.map((node) => [node.id, nodeName(node)]))
  return table<Flow["links"][number]>({
    id: "links",
    caption: "From step to step",
    ...(links.length > printed ? { note: markup`On paper the ${printed} with most interactions.` } : {}),
    columns: [
      { head: "From", kind: "text", cell: ({ source }) => name(names.get(source) ?? source) },
      { head: "To", kind: "text", cell: ({ target }) => name(names.get(target) ?? target) },
      { head: "Interactions", cell: ({ interactions }) => count(interactions) },
    ],
    rows: links.toSorted((one, other) => other.interactions - one.interactions),
    empty: "No journey was taken.",
  })
}

/** Where most journeys begin, how many end in a call, and where most of these come from. */
const findingOf = ({ endings, flow: given, interactions }: CustomerReport.JourneyFigures): Markup => {
  const values = throughput(given)
  const throughOf = ({ id }: FlowNode): number => values.get(id) ?? 0
  const start = largest(
    given.nodes.filter((node) => node.depth === 1 && endAt(node) === undefined),
    throughOf,
  )
  if (interactions === 0 || given.links.length === 0) return markup`No journey was taken.`
  const begin =
    start === undefined
      ? markup`None of ${format.count(interactions)} journeys has a step.`
      : markup`${format.count(throughOf(start))} of ${format.count(interactions)} journeys begin at ${name(stepName(start))}.`
  return markup`${begin} ${format.count(endings.call)} ended in an effective call.${callsFrom(given)}`
}

const callsFrom = ({ links, nodes }: Flow): Markup => {
  const ends = new Map(nodes.map((node) => [node.id, endAt(node)]))
  const link = largest(
    links.filter(({ target }) => ends.get(target) === "call"),
    ({ interactions }) => interactions,
  )
  const from = nodes.find(({ id }) => id === link?.source)
  if (link === undefined || from === undefined) return none
  const group = markup` The largest group of these, ${format.count(link.interactions)}, called`
  return from.depth === 0
    ? markup`${group} without taking a step.`
    : markup`${group} straight from ${name(stepName(from))} as step ${from.depth}.`
}

const largest = <Value>(values: ReadonlyArray<Value>, of: (value: Value) => number): Value | undefined =>
  values.reduce<Value | undefined>((most, one) => (most === undefined || of(one) > of(most) ? one : most), undefined)
