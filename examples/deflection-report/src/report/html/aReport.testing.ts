/**
 * A report as a Customer gets it, from a seeded year-end of an energy supplier: some 2,600 interactions of six weeks,
 * folded by the real statistics. Names can be put in the place of its step ids, to see what a page makes of them.
 */
import { type Customer, Interaction } from "@tacet/core/domain"
import { Contribution, Definition, Deflection, LocalTime } from "@tacet/core/statistics"
import * as DateTime from "effect/DateTime"
import { documentOf, type ReportDocument } from "../json.ts"

const hour = 3_600_000
const day = 24 * hour
/** Monday, 6 October 2025, midnight in Paris. */
const beginning = Date.parse("2025-10-05T22:00:00Z")

/** Mulberry32: small, and the same everywhere. */
const seeded = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Choice = readonly [target: string, weight: number]

/** What follows a step, and how people leave it: `+` ends the interface's part. */
const ways: Readonly<Record<string, ReadonlyArray<Choice>>> = {
  start: [["home/menu", 88], ["outage/map", 9], ["+left", 3]],
  "home/menu": [["invoice/list", 34], ["outage/map", 14], ["contract/overview", 16], ["meter/reading", 12], ["help/search", 10], ["+call", 8], ["+left", 6]],
  "invoice/list": [["invoice/explain", 46], ["invoice/instalments", 22], ["home/menu", 8], ["+handedOff", 10], ["+call", 10], ["+left", 4]],
  "invoice/explain": [["invoice/instalments", 16], ["invoice/dispute", 20], ["+left", 34], ["+call", 22], ["invoice/list", 8]],
  "invoice/instalments": [["+goal", 56], ["+call", 20], ["+left", 16], ["invoice/list", 8]],
  "invoice/dispute": [["+call", 68], ["+goal", 14], ["+left", 18]],
  "outage/map": [["outage/notify", 44], ["+left", 36], ["+call", 20]],
  "outage/notify": [["+goal", 78], ["+left", 14], ["+call", 8]],
  "contract/overview": [["contract/move", 40], ["contract/cancel", 18], ["+handedOff", 26], ["+left", 10], ["+call", 6]],
  "contract/move": [["contract/move-date", 62], ["+call", 26], ["+left", 12]],
  "contract/move-date": [["+goal", 68], ["+call", 18], ["+left", 14]],
  "contract/cancel": [["+call", 74], ["+left", 18], ["+handedOff", 8]],
  "meter/reading": [["meter/photo", 30], ["+goal", 52], ["+left", 12], ["+call", 6]],
  "meter/photo": [["+goal", 72], ["meter/reading", 16], ["+call", 12]],
  "help/search": [["help/article", 58], ["home/menu", 18], ["+call", 16], ["+left", 8]],
  "help/article": [["+left", 48], ["help/search", 20], ["+call", 24], ["home/menu", 8]],
}

/** The step ids of the report. */
export const stepIds: ReadonlyArray<string> = [...Object.keys(ways).slice(1), "contract/tariff-change", "meter/history"]

const pick = <Value>(choices: ReadonlyArray<readonly [Value, number]>, chance: number): Value => {
  let left = chance * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of choices) if ((left -= weight) < 0) return value
  return (choices.at(-1) as readonly [Value, number])[0]
}

/** How many of a hundred interactions begin in each hour. */
const hours = [0, 0, 0, 0, 0, 0, 1, 3, 9, 13, 13, 10, 5, 6, 9, 10, 9, 6, 3, 2, 1, 0, 0, 0].map(
  (weight, at) => [at, weight] as const,
)

const reasons = [["queueAbandoned", 62], ["closed", 12], ["busy", 8], ["shortAbandoned", 9], ["voicemail", 5], ["noAnswer", 4]] as const

/** The queue is longest on Monday mornings; in the evening nobody is there. */
const reached = (weekday: number, at: number, chance: number): boolean =>
  chance < (at < 8 || at >= 18 ? 0.12 : weekday === 0 && at < 12 ? 0.44 : weekday < 5 ? 0.74 : 0.4)

/** One interaction as its events, in order. */
const history = (random: () => number, startedAt: number, improvement: number): ReadonlyArray<Contribution.PlacedEvent> => {
  const events: Array<object> = [
    { _tag: "InteractionStarted", interface: "web", trigger: { _tag: "web" }, linkable: random() < 0.83, policyVersion: "dialonce/2021-02-17" },
  ]
  const times = [startedAt]
  let at = startedAt
  const add = (event: object): void => {
    events.push(event)
    times.push(at)
  }
  const kind = random()
  if (kind < 0.012) add({ _tag: "InteractionExcluded", reason: kind < 0.008 ? "bot" : "test" })
  let step = "start"
  while (!step.startsWith("+")) {
    const choices = (ways[step] ?? []).map(([target, weight]): Choice => [target, target === "+call" ? weight * improvement : weight])
    step = pick(choices, random())
    at += Math.round((8 + 90 * random() * random()) * 1000)
    if (!step.startsWith("+")) add({ _tag: "StepTaken", step, kind: "page" })
  }
  if (step === "+goal") add({ _tag: "GoalReached", goal: "done" })
  if (step === "+handedOff") add({ _tag: "RedirectedToCustomer", to: "customerArea" })
  const local = LocalTime.make("Europe/Paris")
  const call = (id: string): void => {
    const hourOfWeek = local.hourOfWeek(at)
    const hourOfDay = hourOfWeek % 24
    const person = reached(Math.floor(hourOfWeek / 24), hourOfDay, random())
    const disposition = person ? "answered" : hourOfDay < 8 || hourOfDay >= 18 ? "closed" : pick(reasons, random())
    add({ _tag: "CallPlaced", call: id, number: "n", asksForPerson: true })
    at += Math.round((20 + 160 * random()) * 1000)
    if (person || disposition === "voicemail") add({ _tag: "CallAnswered", call: id, human: person ? (random() < 0.06 ? "unknown" : true) : false })
    const talkSeconds = person ? Math.round(60 + 400 * random()) : 0
    at += talkSeconds * 1000
    add({ _tag: "CallEnded", call: id, talkSeconds, disposition, legs: random() < 0.12 ? 2 : 1 })
  }
  if (step === "+call") call("first")
  add({ _tag: "InteractionEnded", reason: step === "+handedOff" ? "redirected" : "completed" })
  const later = random()
  if (step !== "+call" && later >= 0.09 && later < 0.2) {
    add({ _tag: "RecontactObserved", class: later < 0.14 ? "within24Hours" : later < 0.17 ? "within72Hours" : "within7Days" })
  }
  if (step !== "+call" && later < 0.09) {
    at += Math.round((later < 0.05 ? 12 : later < 0.07 ? 50 : 120) * hour * (0.4 + 0.6 * random()))
    call("later")
    add({ _tag: "RecontactObserved", class: later < 0.05 ? "within24Hours" : later < 0.07 ? "within72Hours" : "within7Days" })
  }
  return events.map((event, index) => ({
    version: index + 1,
    event: { ...event, occurredAt: DateTime.makeUnsafe(times[index] ?? startedAt) } as Interaction.Event,
  }))
}

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
  /** What comes after its day was published. */
  const late: Array<Contribution.Contribution> = []
  for (let on = 0; on < days; on++) {
    const number = Math.round(perDay * (on % 7 === 5 ? 0.35 : on % 7 === 6 ? 0.16 : on % 7 === 0 ? 1.25 : 1) * (0.85 + 0.3 * random()))
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
  return documentOf(
    report,
    {
      rows: rows + refused + 17,
      accepted: rows,
      rejected: refused,
      duplicates: 17,
      rejectedByRule: refused === 0 ? {} : { "NO-IDENTIFY": refused },
      late: 3,
      attributedCalls: report.calls.total,
      recontacts: 4,
      clampedDurations: 1,
    },
    undefined,
  )
}

/** The report of a Customer of whom nothing was read. */
export const anEmptyReport = (): ReportDocument =>
  documentOf(
    Deflection.report(Deflection.empty(Definition.standard), { customer: "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001", declared: [] }),
    { rows: 0, accepted: 0, rejected: 0, duplicates: 0, rejectedByRule: {}, late: 0, attributedCalls: 0, recontacts: 0, clampedDurations: 0 },
    undefined,
  )

/** The same report with other names in the place of step ids and scenario, wherever they stand. */
export const renamed = (report: ReportDocument, names: (id: string) => string): ReportDocument => {
  const known = new Set([...stepIds, "customer-service"])
  const rename = (value: unknown, key?: string): unknown => {
    if (typeof value === "string") {
      if (known.has(value)) return names(value)
      // Nodes of the flow carry the position before the name.
      const [, position, step] = /^(\d+[:.] ?)(.+)$/su.exec(value) ?? []
      return key !== "day" && position !== undefined && step !== undefined && known.has(step) ? `${position}${names(step)}` : value
    }
    if (Array.isArray(value)) return value.map((one) => rename(one))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rename(inner, name)]))
  }
  return rename(report) as ReportDocument
}
