/**
 * CloudEvents 1.0 in structured mode: one JSON event on each line, or an array of them. `source` and `id` together are
 * the id of the row, so that an event that was delivered twice is known again. Fields are paths, such as `data.step`.
 */
import type { Rules } from "../mapping/Rule.ts"
import type { SourceItem } from "../SourceRow.ts"
import { Batches } from "./Batches.ts"
import type { Context } from "./Context.ts"
import { type Violation, formatViolation, rejected, timeViolation } from "./Violation.ts"
import { type JsonRecord, jsonRecords, recordOf } from "./JsonRecords.ts"
import type { Get } from "./Record.ts"
import { rowReader } from "./RowReader.ts"

/** The end of our own types, after any reverse domain name and before `.v1`, and their facts. */
const ownTypes: { readonly [type: string]: Rules } = {
  "interaction.started": { as: "started", trigger: { field: "data.trigger" } },
  "interaction.step": { as: "step", step: { field: "data.step" }, kind: { field: "data.kind" } },
  "interaction.redirected": { as: "redirected", to: { field: "data.to" } },
  "interaction.goal": { as: "goal", goal: { field: "data.goal" } },
  "interaction.excluded": { as: "excluded", reason: { field: "data.reason" } },
  "interaction.ended": { as: "ended", reason: { field: "data.reason" } },
  "call.inhibited": "inhibited",
  "call.requested": "callRequested",
  "call.placed": { as: "callPlaced", call: "data.call" },
  "call.answered": { as: "callAnswered", call: "data.call", human: { field: "data.human" } },
  "call.ended": {
    as: "callEnded",
    call: "data.call",
    talk: "data.talkSeconds",
    disposition: { field: "data.disposition" },
  },
}

const ownType = /(?:^|\.)((?:interaction|call)\.[a-z]+)\.v1$/

/** The subject without its kind: `interaction/{id}`. */
const ownSubject = "subject (interaction/{id})"

/** Reads CloudEvents. */
export async function* readCloudEvents(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const { input, mapping, quality, zone } = context
  const rows = rowReader(
    mapping,
    {
      case: ownSubject,
      id: ["source", "id"],
      person: "data.person",
      time: "time",
      activity: "type",
      activities: ownTypes,
      otherActivities: "reject",
    },
    zone,
    quality,
  )
  const declared = new Set(Object.keys(mapping.activities ?? {}))
  const batches = new Batches()
  for await (const record of jsonRecords(input)) {
    const violation = record._tag === "rejected" ? undefined : attributeViolation(record, mapping.time === undefined)
    if (record._tag === "rejected" || violation !== undefined) quality.records++
    if (record._tag === "rejected") batches.add(record)
    else if (violation !== undefined) batches.add(rejected(record.line, violation))
    else batches.add(rows.read({ line: record.line, get: getOf(recordOf(record).get, declared) }))
    yield* batches.take()
  }
  yield* batches.take(true)
}

const getOf =
  (get: Get, declared: ReadonlySet<string>): Get =>
  (field) => {
    if (field === ownSubject) return /^interaction\/(.+)$/.exec(get("subject") ?? "")?.[1]
    const text = get(field)
    if (field !== "type" || text === undefined || declared.has(text)) return text
    return ownType.exec(text)?.[1] ?? text
  }

/** Checks the attributes that the specification requires of every event. */
const attributeViolation = ({ value }: JsonRecord, readsTime: boolean): Violation | undefined => {
  const attributes = value as Readonly<Record<string, unknown>>
  for (const name of ["id", "source", "type"]) {
    const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (typeof attribute !== "string" || attribute === "") return formatViolation(name, "a text that is not empty")
  }
  if (!Object.hasOwn(attributes, "specversion") || attributes["specversion"] !== "1.0") {
    return formatViolation("specversion", "1.0")
  }
  const time = Object.hasOwn(attributes, "time") ? attributes["time"] : undefined
  if (!readsTime || (typeof time === "string" && /T.*(Z|[+-]\d\d:\d\d)$/i.test(time))) return undefined
  return timeViolation("time", "a date and time with its offset, as in RFC 3339")
}
