/**
 * The path from commands to the report by hand, in the stages of `../walk.ts`.
 */
import { randomUUID } from "node:crypto"
import type { Definition } from "@tacet/core/statistics"
import * as Spent from "../../Spent.ts"
import { decode, encode } from "./codec.ts"
import {
  type Command,
  type Context,
  decide,
  type Event,
  evolve,
  type Facts,
  longestWindow,
  Refusal,
  State,
} from "./Interaction.ts"
import { localTime } from "./localTime.ts"
import { Log } from "./Log.ts"
import { type Figures, report } from "./report.ts"
import { Statistics } from "./Statistics.ts"

/** What an application records of one interaction. */
export interface Recording {
  readonly interaction: string
  readonly commands: ReadonlyArray<Command>
}

/** What each stage took, and the figures that came of it. */
export interface WalkedByHand {
  readonly record: Spent.Spent
  readonly project: Spent.Spent
  readonly report: Spent.Spent
  readonly events: number
  readonly figures: Figures
}

/** The stream of what the Customer has declared, and that of a day, which has events once the day was purged. */
const customerStream = "customer"
const dayStream = (day: number): string => `cohort ${day}`

/** A log that holds what the Customer has declared. */
export const logWith = (facts: Facts): Log => {
  const log = new Log()
  const declarations = Array.from({ length: facts.version }, () => ({
    type: "Declared",
    schemaVersion: 1,
    occurredAt: 0,
    data: "{}",
  }))
  log.append({ commitId: randomUUID(), stream: customerStream, expected: 0, events: declarations, checks: [] })
  return log
}

/** Decides the commands of one interaction and appends the events in one commit; answers what became of each command. */
export const recorder = (log: Log, facts: Facts, timeZone: string) => {
  const { day } = localTime(timeZone)
  return ({ commands, interaction }: Recording): ReadonlyArray<Event | Refusal | undefined> => {
    const now = Date.now()
    const checks: Array<readonly [stream: string, version: number]> = [[customerStream, facts.version]]
    const purged = new Set<number>()
    for (const { _tag, at } of commands) {
      if (_tag !== "StartInteraction" || at >= now - longestWindow) continue
      const begun = day(at)
      const { length } = log.stream(dayStream(begun))
      if (length > 0) purged.add(begun)
      checks.push([dayStream(begun), length])
    }
    const context: Context = { facts, switchedOn: true, isPurged: (at) => purged.has(day(at)) }
    const state = new State()
    const before = log.stream(interaction)
    for (const recorded of before) evolve(state, decode(recorded))
    const events: Array<Event> = []
    const outcomes = commands.map((command) => {
      const outcome = decide(state, command, context)
      if (outcome === undefined || outcome instanceof Refusal) return outcome
      evolve(state, outcome)
      events.push(outcome)
      return outcome
    })
    if (events.length > 0) {
      log.append({
        commitId: randomUUID(),
        stream: interaction,
        expected: before.length,
        events: events.map(encode),
        checks,
      })
    }
    return outcomes
  }
}

const chunkSize = 1_000
const saveEvery = 100_000

/** Walks the path from an empty store. */
export const walkByHand = (
  recordings: ReadonlyArray<Recording>,
  facts: Facts,
  definition: Definition.Definition,
): WalkedByHand => {
  const log = logWith(facts)
  const recording = Spent.begin()
  const record = recorder(log, facts, definition.timeZone)
  for (const one of recordings) {
    if (record(one).some((outcome) => outcome instanceof Refusal)) throw new Error("A recording was refused")
  }
  const recorded = recording()

  const projecting = Spent.begin()
  const statistics = new Statistics(definition)
  let saved = ""
  let savedAt = 0
  // As `Projection.catchUp`: saving takes a tenth of the time at most.
  let mayRestUntil = 0
  const end = log.events.length
  for (let after = facts.version; after < end; after += chunkSize) {
    const through = Math.min(end, after + chunkSize)
    statistics.apply(log.events.slice(after, through))
    const begun = performance.now()
    if (through < end && (through - savedAt < saveEvery || begun < mayRestUntil)) continue
    saved = statistics.save()
    savedAt = through
    mayRestUntil = performance.now() + 9 * (performance.now() - begun)
  }
  const projected = projecting()
  if (saved === "") throw new Error("Nothing was saved")

  const reporting = Spent.begin()
  const figures = report(statistics)
  return { record: recorded, project: projected, report: reporting(), events: end, figures: plain(figures) }
}

/** Without fields that are not there, as the other process reads it. */
const plain = (figures: Figures): Figures => JSON.parse(JSON.stringify(figures)) as Figures
