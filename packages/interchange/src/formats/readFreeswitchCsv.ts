/**
 * FreeSWITCH's CSV call detail record, in the columns of its `example` template or in others that the mapping declares.
 * A leg with an id of its other leg that was answered and talked proves a person.
 */
import type { TimeField } from "../mapping/Field.ts"
import type { Mapping } from "../mapping/Mapping.ts"
import { type CallFact, InputError, type Quality, type SourceItem } from "../SourceRow.ts"
import { freeswitchApps } from "./Apps.ts"
import { Batches } from "./Batches.ts"
import { callTimes, longestCallOf } from "./Call.ts"
import type { Context } from "./Context.ts"
import { type Columns, csvRecords } from "./Csv.ts"
import { durationReader } from "./Duration.ts"
import { formatViolation } from "./Violation.ts"
import { dispositionOf } from "./hangupCauses.ts"
import { legJudge } from "./Leg.ts"
import type { Get, SourceRecord } from "./Record.ts"
import { type RowReader, rowReader } from "./RowReader.ts"
import { timeReader } from "./Time.ts"

const example = [
  "caller_id_name",
  "caller_id_number",
  "destination_number",
  "context",
  "start_stamp",
  "answer_stamp",
  "end_stamp",
  "duration",
  "billsec",
  "hangup_cause",
  "uuid",
  "bleg_uuid",
  "accountcode",
  "read_codec",
  "write_codec",
]

/** The columns that a leg cannot be judged without. */
const needed = ["start_stamp", "answer_stamp", "end_stamp", "billsec", "hangup_cause", "uuid", "bleg_uuid"]

/** The key of a call: the two legs name each other. */
const callKey = "uuid or bleg_uuid"

/** Reads CSV call detail records. */
export async function* readFreeswitchCsv(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const { input, mapping, quality } = context
  const batches = new Batches()
  let rows: RowReader | undefined
  const prepare = () => {
    rows = legReader(context)
    return new Set([...[...rows.fields].filter((field) => field !== callKey), ...needed])
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

const columnsOf = ({ columns = "example" }: Mapping): Columns => {
  if (columns === "example") return [example]
  if (columns === "header") return "header"
  if (typeof columns === "string") throw new InputError(`mapping, columns: ${columns} is the order of Asterisk`)
  return [columns]
}

const withCallKey = ({ get, line }: SourceRecord): SourceRecord => ({
  line,
  get: (field) => {
    if (field !== callKey) return get(field)
    const [own, other] = [get("uuid") ?? "", get("bleg_uuid") ?? ""]
    return other === "" || own < other ? own : other
  },
})

const legReader = ({ mapping, quality, zone }: Context): RowReader => {
  const time: TimeField = mapping.time ?? "start_stamp"
  const judge = legJudge(mapping, freeswitchApps)
  const ignore = () => undefined
  const named = (field: string) =>
    timeReader(typeof time === "string" ? field : { ...time, field }, zone, "time", ignore)
  const [readAnswer, readEnd, readTalk] = [named("answer_stamp"), named("end_stamp"), durationReader("billsec", ignore)]
  const leg = (get: Get, at: number | undefined, counters: Quality): CallFact => {
    const cause = get("hangup_cause") ?? ""
    if (cause === "") throw formatViolation("hangup_cause", "why the leg ended")
    const answered = readAnswer(get)
    const talk = readTalk(get, counters)
    const times = callTimes(
      { placed: at, answered, ended: readEnd(get), duration: undefined, talk },
      false,
      counters,
      longestCallOf(mapping),
    )
    return {
      ...times,
      ...judge({
        result: mapping.dispositions?.[cause] ?? dispositionOf(cause, times.answeredAt !== undefined),
        apps: ["bridge"].filter(() => (get("bleg_uuid") ?? "") !== ""),
        secondParty: (get("bleg_uuid") ?? "") !== "" && times.talkSeconds !== 0,
      }),
    }
  }
  return rowReader(
    mapping,
    {
      case: callKey,
      id: "uuid",
      time,
      always: [(get, at, counters) => ({ _tag: "leg", ...leg(get, at, counters) })],
    },
    zone,
    quality,
  )
}
