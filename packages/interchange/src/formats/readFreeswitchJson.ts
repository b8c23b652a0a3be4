/**
 * FreeSWITCH's JSON call detail record. Its times are microseconds, 0 where something never happened; its variables are
 * written as in a web address. A leg that was bridged to another has a `bridged_time`: that proves a person.
 */
import type { Mapping } from "../mapping/Mapping.ts"
import type { CallFact, Quality, SourceItem } from "../SourceRow.ts"
import { freeswitchApps } from "./Apps.ts"
import { Batches } from "./Batches.ts"
import { callTimes, longestCallOf } from "./Call.ts"
import type { Context } from "./Context.ts"
import { notNegative } from "./Duration.ts"
import { formatViolation, timeViolation } from "./Violation.ts"
import { dispositionOf } from "./hangupCauses.ts"
import { fieldOf, type JsonRecord, jsonRecords } from "./JsonRecords.ts"
import { legJudge } from "./Leg.ts"
import type { Get } from "./Record.ts"
import { rowReader } from "./RowReader.ts"

/** The key of a call: what its legs share. */
const callKey = "call_uuid, originating_leg_uuid or uuid"

/** Reads JSON call detail records. */
export async function* readFreeswitchJson(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const { input, mapping, quality, zone } = context
  const leg = legOf(mapping)
  // The record that is being read, which the maker of the leg needs whole.
  let current: object = {}
  const rows = rowReader(
    mapping,
    {
      case: callKey,
      id: ["core-uuid", "variables.uuid"],
      always: [(get, _at, counters) => ({ _tag: "leg", ...leg(current, get, counters) })],
    },
    zone,
    quality,
  )
  const batches = new Batches()
  for await (const record of jsonRecords(input)) {
    if (record._tag === "rejected") {
      quality.records++
      batches.add(record)
    } else {
      current = record.value
      batches.add(rows.read({ line: record.line, get: getOf(record) }))
    }
    yield* batches.take()
  }
  yield* batches.take(true)
}

const getOf = ({ value }: JsonRecord): Get => {
  const get: Get = (path) => decoded(path, fieldOf(value, path))
  return (path) => (path === callKey ? keyOf(get) : get(path))
}

/** The leg that came in gives the call its id; a leg that was dialled names it. */
const keyOf = (get: Get): string | undefined =>
  [
    get("variables.call_uuid"),
    get("variables.originating_leg_uuid"),
    get("channel_data.direction") === "outbound" ? get("variables.bridge_uuid") : undefined,
    get("variables.uuid"),
  ].find((key) => key !== undefined && key !== "")

const decoded = (path: string, text: string | undefined): string | undefined => {
  if (text === undefined || !path.startsWith("variables.") || !text.includes("%")) return text
  try {
    return decodeURIComponent(text)
  } catch {
    throw formatViolation(path, "a text in the encoding of a web address")
  }
}

const legOf = (mapping: Mapping) => {
  const judge = legJudge(mapping, freeswitchApps)
  return (record: object, get: Get, quality: Quality): CallFact => {
    const flow = timesOf(record)
    const variable = (name: string) =>
      moment(get, `variables.${name}_uepoch`, 0.001) ?? moment(get, `variables.${name}_epoch`, 1000)
    const placed = flow.created ?? variable("start")
    const answered = flow.answered ?? variable("answer")
    const ended = flow.hungUp ?? variable("end")
    if (placed === undefined) throw timeViolation("callflow.times.created_time", "the moment at which the leg began")
    const cause = get("variables.hangup_cause")
    if (cause === undefined) throw formatViolation("variables.hangup_cause", "why the leg ended")
    const duration = seconds(get, "variables.duration", quality)
    const talk = seconds(get, "variables.billsec", quality)
    const times = callTimes({ placed, answered, ended, duration, talk }, false, quality, longestCallOf(mapping))
    return {
      ...times,
      ...judge({
        result: mapping.dispositions?.[cause] ?? dispositionOf(cause, times.answeredAt !== undefined),
        apps: appsOf(record, get),
        secondParty: flow.bridged !== undefined,
      }),
    }
  }
}

/** The first moment that any profile of the leg gives, in epoch milliseconds, and the last hang-up. */
const timesOf = (record: object) => {
  const flow = Object.hasOwn(record, "callflow") ? (record as { readonly callflow: unknown }).callflow : undefined
  const profiles: ReadonlyArray<unknown> = Array.isArray(flow) ? flow : [flow]
  const of = (name: string): ReadonlyArray<number> =>
    profiles.flatMap((profile) => {
      const instant = Math.floor(Number(fieldOf(profile, `times.${name}`)) / 1000)
      return inRange(instant) ? [instant] : []
    })
  const first = (name: string) => of(name).toSorted((a, b) => a - b)[0]
  return {
    created: first("created_time"),
    answered: first("answered_time"),
    bridged: first("bridged_time"),
    hungUp: of("hangup_time").toSorted((a, b) => b - a)[0],
  }
}

/** The applications that the leg passed through. */
const appsOf = (record: object, get: Get): ReadonlyArray<string> => {
  const log = Object.hasOwn(record, "app_log") ? (record as { readonly app_log: unknown }).app_log : undefined
  const listed = typeof log === "object" && log !== null && "applications" in log ? log.applications : undefined
  const names = Array.isArray(listed) ? listed.map((app: unknown) => fieldOf(app, "app_name") ?? "") : []
  return [...names, get("variables.last_app") ?? ""].filter((name) => name !== "")
}

const moment = (get: Get, field: string, factor: number): number | undefined => {
  const text = get(field)
  if (text === undefined || text === "" || text === "0") return undefined
  const instant = Math.floor(Number(text) * factor)
  if (!inRange(instant)) throw timeViolation(field, "a number of seconds or microseconds since 1970")
  return instant
}

const inRange = (instant: number): boolean => instant > 0 && instant < 253_402_300_800_000

const seconds = (get: Get, field: string, quality: Quality): number | undefined => {
  const text = get(field)
  if (text === undefined || text === "") return undefined
  const value = Number(text)
  if (!Number.isFinite(value)) throw formatViolation(field, "a number of seconds")
  return notNegative(value, quality)
}
