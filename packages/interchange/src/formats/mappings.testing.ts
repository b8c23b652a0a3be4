/**
 * Mappings of all kinds for tests: fitting a format and a file or not.
 */
import * as fc from "fast-check"
import { canary } from "./samples.testing.ts"

const aField = fc.constantFrom(
  "case",
  "what",
  "at",
  "n",
  "type",
  "time",
  "data.step",
  "concept:name",
  "uniqueid",
  "start",
  "uuid",
  "src",
)
const aTime = fc.oneof(
  { weight: 3, arbitrary: aField },
  fc.record({ field: aField, format: fc.constantFrom("ISO", "epochSeconds", "d/M/yyyy", "HH:mm", "qqq", "'") }),
  fc.record({
    field: fc.array(aField, { minLength: 1, maxLength: 2 }),
    zone: fc.constantFrom("Europe/Paris", "Nowhere"),
  }),
)
const aRule = fc.oneof(
  fc.constantFrom("step", "drop", "started", "goal", "callPlaced", "callAnswered", "callEnded", "call", "leg", "ended"),
  fc.record({ as: fc.constant("step"), step: aField }),
  fc.record({ as: fc.constant("step"), step: fc.record({ field: aField }), kind: fc.record({ field: aField }) }),
  fc.record({ as: fc.constant("goal"), goal: fc.record({ field: aField, other: fc.constant("bought") }) }),
  fc.record({
    as: fc.constant("callAnswered"),
    call: aField,
    human: fc.record({ field: aField, other: fc.boolean() }),
  }),
  fc.record({ as: fc.constant("callEnded"), talk: aField }),
  fc.record({ as: fc.constant("excluded"), reason: fc.constantFrom("test", "bot") }),
)
const aValue = fc.constantFrom("a", "x", "menu", canary, "1", "ANSWERED", `${canary} a`)

/** What a mapping may say, each key with a value that it may have: fitting the format and the file or not. */
const keys = {
  columns: fc.constantFrom("header", "cdr-csv", "cdr-custom", "example", ["case", "what", "at"]),
  delimiter: fc.constantFrom(",", ";", '"', "\n", "\\", "é"),
  quote: fc.constantFrom('"', "none", "'", ","),
  encoding: fc.constantFrom("utf-8", "utf-16le", "iso-8859-1"),
  order: fc.constantFrom("time", "case"),
  rows: fc.constantFrom("event", "call", "leg"),
  case: fc.oneof(aField, fc.array(aField, { minLength: 1, maxLength: 3 }), fc.constant({ objectType: "Interaction" })),
  id: aField,
  person: aField,
  time: aTime,
  timeZone: fc.constantFrom("UTC", "Asia/Tokyo", "Nowhere"),
  activity: aField,
  activities: fc.dictionary(aValue, aRule, { maxKeys: 3 }),
  otherActivities: fc.constantFrom("step", "drop", "reject"),
  always: fc.oneof(aRule, fc.array(aRule, { maxLength: 3 })),
  facts: fc.array(fc.record({ field: aField, values: fc.dictionary(aValue, aRule) }), { maxLength: 2 }),
  call: fc.record(
    {
      placed: aTime,
      answered: aTime,
      ended: aTime,
      duration: aField,
      talk: aField,
      human: fc.record({ field: aField }),
    },
    { requiredKeys: [] },
  ),
  human: fc.record({ proof: fc.constantFrom("bridged", "disposition"), apps: fc.array(fc.constantFrom("Dial", "*")) }),
  lifecycle: fc.constant(["complete"]),
}

/** Up to four of them. */
export const aMapping = fc
  .subarray(Object.keys(keys), { minLength: 1, maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(Object.entries(keys).filter(([name]) => names.includes(name)))))
