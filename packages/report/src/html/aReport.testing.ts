/**
 * A report as a Customer gets it: some 2,600 drawn interactions of six weeks, folded by the real statistics. Its step
 * ids can be replaced by other names, to see how a page renders them.
 */
import type { Customer } from "@tacet/core/domain"
import { Contribution, Definition, Deflection } from "@tacet/core/statistics"
import { documentOf, type ReportDocument } from "../json.ts"
import { history, hours, pick, seeded, stepIds } from "./drawn.testing.ts"

const hour = 3_600_000
const day = 24 * hour
/** Monday, 6 October 2025, midnight in Paris. */
const beginning = Date.parse("2025-10-05T22:00:00Z")

/** The scenarios that the Customer has published. */
const declared = [
  {
    scenario: "customer-service",
    steps: stepIds.map((step) => ({ step, kind: "page" })),
    journeys: [
      ["home/menu", "invoice/list", "invoice/instalments"],
      ["home/menu", "contract/overview", "contract/move", "contract/move-date"],
      ["home/menu", "contract/overview", "contract/tariff-change"],
      ["home/menu", "meter/reading", "meter/history"],
      ["home/menu", "meter/reading", "meter/photo"],
      ["home/menu", "help/search", "help/article"],
      ["outage/map", "outage/notify"],
    ],
    goals: ["done"],
  },
] as unknown as ReadonlyArray<Customer.Scenario>

export interface Wish {
  readonly seed?: number
  readonly days?: number
  /** Interactions on a weekday, about. */
  readonly perDay?: number
  readonly restated?: boolean
}

/** A report that the statistics made of drawn interactions. */
export const aReport = ({ days = 42, perDay = 78, restated = true, seed = 7 }: Wish = {}): ReportDocument => {
  const random = seeded(seed)
  const definition = Definition.make({ timeZone: "Europe/Paris" })
  const state = Deflection.empty(definition)
  const asOf = beginning + days * day - 4 * hour
  let rows = 0
  /** Contributions that arrive after the publication of their day. */
  const late: Array<Contribution.Contribution> = []
  for (let on = 0; on < days; on++) {
    const number = Math.round(
      perDay * (on % 7 === 5 ? 0.35 : on % 7 === 6 ? 0.16 : on % 7 === 0 ? 1.25 : 1) * (0.85 + 0.3 * random()),
    )
    for (let one = 0; one < number; one++) {
      const startedAt = beginning + on * day + pick(hours, random()) * hour + Math.floor(random() * hour)
      const events = history(random, startedAt, 1.1 - (0.3 * on) / days)
      if (startedAt > asOf) continue
      const contribution = Contribution.of(events, definition, asOf, asOf)
      if (contribution === undefined) continue
      if (restated && on === 9 && one < 2) late.push(contribution)
      else state.settled.add(contribution, 1)
      rows += events.length
    }
  }
  state.latest = asOf + definition.latenessMinutes * 60_000
  if (late.length > 0) Deflection.publish(state)
  for (const contribution of late) state.settled.add(contribution, 1)
  const report = Deflection.report(state, { customer: "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001", asOf, declared })
  const refused = Math.round(rows * 0.004)
  return documentOf(report, {
    rows: rows + refused + 17,
    accepted: rows,
    rejected: refused,
    duplicates: 17,
    rejectedByRule: refused === 0 ? {} : { "NO-IDENTIFY": refused },
    late: 3,
    attributedCalls: report.calls.total,
    recontacts: 4,
    clampedDurations: 1,
    records: rows + refused + 17,
    dropped: 0,
    objects: 0,
  })
}

/** The report of a Customer without any events. */
export const anEmptyReport = (): ReportDocument =>
  documentOf(
    Deflection.report(Deflection.empty(Definition.standard), {
      customer: "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001",
      declared: [],
    }),
    {
      rows: 0,
      accepted: 0,
      rejected: 0,
      duplicates: 0,
      rejectedByRule: {},
      late: 0,
      attributedCalls: 0,
      recontacts: 0,
      clampedDurations: 0,
      records: 0,
      dropped: 0,
      objects: 0,
    },
  )

/** The same report with every step id and the scenario renamed. */
export const renamed = (report: ReportDocument, names: (id: string) => string): ReportDocument => {
  const known = new Set([...stepIds, "customer-service"])
  const rename = (value: unknown, key?: string): unknown => {
    if (typeof value === "string") {
      if (known.has(value)) return names(value)
      // Nodes of the flow carry the position before the name.
      const [, position, step] = /^(\d+[:.] ?)(.+)$/su.exec(value) ?? []
      return key !== "day" && position !== undefined && step !== undefined && known.has(step)
        ? `${position}${names(step)}`
        : value
    }
    if (Array.isArray(value)) return value.map((one) => rename(one))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rename(inner, name)]))
  }
  return rename(report) as ReportDocument
}
