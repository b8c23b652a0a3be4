/**
 * Six weeks at an energy supplier, drawn from a seed: the ways through its interface, and who calls, when, and whether
 * anybody answers. The figures are invented; their proportions are those of real call centres.
 */
import type { Interaction } from "@tacet/core/domain"
import { LocalTime } from "@tacet/core/calendar"
import { type Contribution } from "@tacet/core/statistics"
import * as DateTime from "effect/DateTime"

const hour = 3_600_000
/** Mulberry32: small, and the same everywhere. */
export const seeded = (seed: number): (() => number) => {
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
  start: [
    ["home/menu", 88],
    ["outage/map", 9],
    ["+left", 3],
  ],
  "home/menu": [
    ["invoice/list", 34],
    ["outage/map", 14],
    ["contract/overview", 16],
    ["meter/reading", 12],
    ["help/search", 10],
    ["+call", 8],
    ["+left", 6],
  ],
  "invoice/list": [
    ["invoice/explain", 46],
    ["invoice/instalments", 22],
    ["home/menu", 8],
    ["+handedOff", 10],
    ["+call", 10],
    ["+left", 4],
  ],
  "invoice/explain": [
    ["invoice/instalments", 16],
    ["invoice/dispute", 20],
    ["+left", 34],
    ["+call", 22],
    ["invoice/list", 8],
  ],
  "invoice/instalments": [
    ["+goal", 56],
    ["+call", 20],
    ["+left", 16],
    ["invoice/list", 8],
  ],
  "invoice/dispute": [
    ["+call", 68],
    ["+goal", 14],
    ["+left", 18],
  ],
  "outage/map": [
    ["outage/notify", 44],
    ["+left", 36],
    ["+call", 20],
  ],
  "outage/notify": [
    ["+goal", 78],
    ["+left", 14],
    ["+call", 8],
  ],
  "contract/overview": [
    ["contract/move", 40],
    ["contract/cancel", 18],
    ["+handedOff", 26],
    ["+left", 10],
    ["+call", 6],
  ],
  "contract/move": [
    ["contract/move-date", 62],
    ["+call", 26],
    ["+left", 12],
  ],
  "contract/move-date": [
    ["+goal", 68],
    ["+call", 18],
    ["+left", 14],
  ],
  "contract/cancel": [
    ["+call", 74],
    ["+left", 18],
    ["+handedOff", 8],
  ],
  "meter/reading": [
    ["meter/photo", 30],
    ["+goal", 52],
    ["+left", 12],
    ["+call", 6],
  ],
  "meter/photo": [
    ["+goal", 72],
    ["meter/reading", 16],
    ["+call", 12],
  ],
  "help/search": [
    ["help/article", 58],
    ["home/menu", 18],
    ["+call", 16],
    ["+left", 8],
  ],
  "help/article": [
    ["+left", 48],
    ["help/search", 20],
    ["+call", 24],
    ["home/menu", 8],
  ],
}

/** The step ids of the report. */
export const stepIds: ReadonlyArray<string> = [...Object.keys(ways).slice(1), "contract/tariff-change", "meter/history"]

export const pick = <Value>(choices: ReadonlyArray<readonly [Value, number]>, chance: number): Value => {
  let left = chance * choices.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [value, weight] of choices) if ((left -= weight) < 0) return value
  return (choices.at(-1) as readonly [Value, number])[0]
}

/** How many of a hundred interactions begin in each hour. */
export const hours = [0, 0, 0, 0, 0, 0, 1, 3, 9, 13, 13, 10, 5, 6, 9, 10, 9, 6, 3, 2, 1, 0, 0, 0].map(
  (weight, at) => [at, weight] as const,
)

const reasons = [
  ["queueAbandoned", 62],
  ["closed", 12],
  ["busy", 8],
  ["shortAbandoned", 9],
  ["voicemail", 5],
  ["noAnswer", 4],
] as const

/** The queue is longest on Monday mornings; in the evening the line is unstaffed. */
const reached = (weekday: number, at: number, chance: number): boolean =>
  chance < (at < 8 || at >= 18 ? 0.12 : weekday === 0 && at < 12 ? 0.44 : weekday < 5 ? 0.74 : 0.4)

/** One interaction as its events, in order. */
export const history = (
  random: () => number,
  startedAt: number,
  improvement: number,
): ReadonlyArray<Contribution.PlacedEvent> => {
  const events: Array<object> = [
    {
      _tag: "InteractionStarted",
      interface: "web",
      trigger: { _tag: "web" },
      linkable: random() < 0.83,
      policyVersion: "dialonce/2021-02-17",
    },
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
    const choices = (ways[step] ?? []).map(([target, weight]): Choice => [
      target,
      target === "+call" ? weight * improvement : weight,
    ])
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
    if (person || disposition === "voicemail")
      add({ _tag: "CallAnswered", call: id, human: person ? (random() < 0.06 ? "unknown" : true) : false })
    const talkSeconds = person ? Math.round(60 + 400 * random()) : 0
    at += talkSeconds * 1000
    add({ _tag: "CallEnded", call: id, talkSeconds, disposition, legs: random() < 0.12 ? 2 : 1 })
  }
  if (step === "+call") call("first")
  add({ _tag: "InteractionEnded", reason: step === "+handedOff" ? "redirected" : "completed" })
  const later = random()
  if (step !== "+call" && later >= 0.09 && later < 0.2) {
    add({
      _tag: "RecontactObserved",
      class: later < 0.14 ? "within24Hours" : later < 0.17 ? "within72Hours" : "within7Days",
    })
  }
  if (step !== "+call" && later < 0.09) {
    at += Math.round((later < 0.05 ? 12 : later < 0.07 ? 50 : 120) * hour * (0.4 + 0.6 * random()))
    call("later")
    add({
      _tag: "RecontactObserved",
      class: later < 0.05 ? "within24Hours" : later < 0.07 ? "within72Hours" : "within7Days",
    })
  }
  return events.map((event, index) => ({
    version: index + 1,
    event: { ...event, occurredAt: DateTime.makeUnsafe(times[index] ?? startedAt) } as Interaction.Event,
  }))
}
