/**
 * Asterisk call detail records: one row for each leg of a call. The order of the columns is declared, never guessed:
 * `cdr-csv` and `cdr-custom` write the same file name in different orders. Times are local and name no zone.
 */
import type { TimeField } from "../mapping/Field.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { type CallFact, InputError, type Quality, type SourceItem } from "../SourceRow.ts"
import { asteriskApps } from "./Apps.ts"
import { Batches } from "./Batches.ts"
import { callTimes, longestCallOf } from "./Call.ts"
import type { Context } from "./Context.ts"
import { type Columns, csvRecords } from "./Csv.ts"
import { durationReader } from "./Duration.ts"
import { formatViolation } from "./Violation.ts"
import { legJudge } from "./Leg.ts"
import type { Get, SourceRecord } from "./Record.ts"
import { type RowReader, rowReader } from "./RowReader.ts"
import { timeReader } from "./Time.ts"

/** `cdr_csv` with `loguniqueid` and `loguserfield`; three more with `newcdrcolumns`. */
const cdrCsv = [
  "accountcode",
  "src",
  "dst",
  "dcontext",
  "clid",
  "channel",
  "dstchannel",
  "lastapp",
  "lastdata",
  "start",
  "answer",
  "end",
  "duration",
  "billsec",
  "disposition",
  "amaflags",
  "uniqueid",
  "userfield",
]
const newCdrColumns = ["peeraccount", "linkedid", "sequence"]

/** `cdr_custom` as its sample configuration has it. */
const cdrCustom = [
  "clid",
  "src",
  "dst",
  "dcontext",
  "channel",
  "dstchannel",
  "lastapp",
  "lastdata",
  "start",
  "answer",
  "end",
  "duration",
  "billsec",
  "disposition",
  "amaflags",
  "accountcode",
  "uniqueid",
  "userfield",
  "sequence",
]

/** The dispositions that Asterisk prints, or stores as numbers. */
const dispositions: ReadonlyArray<readonly [text: string, disposition: CallFact["disposition"]]> = [
  ["NO ANSWER", "noAnswer"],
  ["NOANSWER", "noAnswer"],
  ["NULL", "noAnswer"],
  ["FAILED", "failed"],
  ["BUSY", "busy"],
  ["ANSWERED", "answered"],
  ["CONGESTION", "failed"],
  ["CANCEL", "cancelled"],
  ["0", "noAnswer"],
  ["1", "noAnswer"],
  ["2", "failed"],
  ["4", "busy"],
  ["8", "answered"],
  ["16", "failed"],
  ["32", "cancelled"],
]

/** The key of a call: what all its legs share, else the leg's own id. */
const callKey = "linkedid or uniqueid"

/** Reads Asterisk call detail records. */
export async function* readAsteriskCdr(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const { input, mapping, quality } = context
  const batches = new Batches()
  let rows: RowReader | undefined
  const prepare = (columns: ReadonlyArray<string>) => {
    rows = legReader(context, columns)
    return new Set([...rows.fields, ...["linkedid", "uniqueid"].filter((name) => columns.includes(name))])
  }
  for await (const records of csvRecords(input, mapping, columnsOf(mapping), prepare)) {
    for (const record of records) {
      if ("_tag" in record) quality.records++
      batches.add("_tag" in record ? record : rows?.read(withCallKey(record)))
    }
    yield* batches.take()
  }
  yield* batches.take(true)
}

const columnsOf = ({ columns }: Mapping): Columns => {
  switch (columns) {
    case "cdr-csv":
      return [cdrCsv, [...cdrCsv, ...newCdrColumns]]
    case "cdr-custom":
      return [cdrCustom]
    case "header":
      return "header"
    case undefined:
    case "example":
      throw new InputError(
        "mapping, columns: must be given, for the order is never guessed: cdr-csv, cdr-custom, header or a list of names",
      )
    default:
      return [columns]
  }
}

const withCallKey = ({ get, line }: SourceRecord): SourceRecord => ({
  line,
  get: (field) => (field === callKey ? get("linkedid") || get("uniqueid") : get(field)),
})

const legReader = ({ mapping, quality, zone }: Context, columns: ReadonlyArray<string>): RowReader => {
  const has = (name: string) => columns.includes(name)
  for (const name of ["disposition", "lastapp", "dstchannel"]) {
    if (!has(name) && mapping.human?.proof !== "disposition") {
      throw new InputError(`the input has no column "${name}", which shows whether a person was reached`)
    }
  }
  if (mapping.case === undefined && !has("linkedid") && !has("uniqueid")) {
    throw new InputError(
      'the input has no column "linkedid" or "uniqueid"; name the key of a call in the mapping\'s case',
    )
  }
  const time: TimeField = mapping.time ?? (has("start") || !has("calldate") ? "start" : "calldate")
  const used = new Set<string>()
  const leg = legOf(mapping, time, zone, has, (field) => void used.add(field))
  const rows = rowReader(
    mapping,
    {
      case: callKey,
      time,
      always: [(get, at, counters) => ({ _tag: "leg", ...leg(get, at, counters) })],
      literal: ["disposition"],
      ...(has("uniqueid") && has("sequence") ? { id: ["uniqueid", "sequence"] as const } : {}),
    },
    zone,
    quality,
  )
  return { ...rows, fields: new Set([...rows.fields, ...used].filter((field) => field !== callKey)) }
}

const legOf = (
  mapping: Mapping,
  time: TimeField,
  zone: string,
  has: (name: string) => boolean,
  use: (field: string) => void,
) => {
  const judge = legJudge(mapping, asteriskApps)
  const results = new Map<string, CallFact["disposition"]>([
    ...dispositions,
    ...Object.entries(mapping.dispositions ?? {}),
  ])
  const moment = (name: string) =>
    has(name)
      ? timeReader(typeof time === "string" ? name : { ...time, field: name }, zone, "time", use)
      : () => undefined
  const length = (name: string) => (has(name) ? durationReader(name, use) : () => undefined)
  const [readAnswer, readEnd, readDuration, readTalk] = [
    moment("answer"),
    moment("end"),
    length("duration"),
    length("billsec"),
  ]
  for (const name of ["disposition", "lastapp", "dstchannel"]) if (has(name)) use(name)
  return (get: Get, at: number | undefined, quality: Quality): CallFact => {
    const written = get("disposition")?.trim() ?? ""
    const result = results.get(written) ?? results.get(written.toUpperCase())
    if (result === undefined) {
      throw formatViolation(
        "disposition",
        "ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION or CANCEL, or one that the mapping lists",
      )
    }
    const answered = result === "answered"
    const talk = readTalk(get, quality)
    // Talk time of an unanswered leg is not talk time of any person.
    if (!answered && talk !== undefined && talk > 0) quality.clamped++
    const times = callTimes(
      {
        placed: at,
        answered: answered ? readAnswer(get) : undefined,
        ended: readEnd(get),
        duration: readDuration(get, quality),
        talk: answered ? talk : undefined,
      },
      answered,
      quality,
      longestCallOf(mapping),
    )
    const verdict = judge({
      result,
      apps: [get("lastapp") ?? ""],
      secondParty: (get("dstchannel") ?? "").trim() !== "",
    })
    return { ...times, ...verdict }
  }
}
