/**
 * Whatever a file holds: it is read or refused with one clear line, no record is lost from the counts, no value of a
 * record is repeated, and how the bytes arrive makes no difference.
 */
import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { InputError } from "../SourceRow.ts"
import { checkFormat, decodeMapping } from "../mapping/readMapping.ts"
import { type Format, type Mapping, readMapping } from "./index.ts"
import { type Reading, reading, shipped } from "./reading.testing.ts"

/** Stands in every field of the valid inputs that may hold anything: it must never come back in a message. */
const canary = "CANARY5417"

interface Sample {
  readonly name: string
  readonly format: Format
  readonly mapping: Mapping
  readonly valid: string
}

const xes = (name: string) =>
  `<log><trace><string key="concept:name" value="${name}"/><event><string key="concept:name" value="${canary} a"/>
<date key="time:timestamp" value="2026-01-05T10:00:00Z"/><string key="org:resource" value="${canary}"/></event></trace>
<trace><string key="concept:name" value="${canary}"/><event><string key="concept:name" value="b"/>
<date key="time:timestamp" value="${canary}"/></event></trace></log>`

const cloudEvent = (id: string, time: string, step: string) =>
  JSON.stringify({
    specversion: "1.0",
    id,
    source: `/${canary}`,
    type: "x.interaction.step.v1",
    subject: `interaction/${canary}`,
    time,
    data: { step, person: canary, secret: canary },
  })

const freeswitch = JSON.stringify({
  "core-uuid": canary,
  variables: { uuid: canary, hangup_cause: canary, billsec: "5", duration: "9", caller: canary },
  callflow: [
    {
      times: {
        created_time: "1767607200000000",
        answered_time: "0",
        bridged_time: "0",
        hangup_time: "1767607209000000",
      },
    },
  ],
})

const ocel = JSON.stringify(
  {
    objectTypes: [{ name: "Interaction" }],
    eventTypes: [{ name: canary }],
    objects: [
      { id: canary, type: "Interaction" },
      { id: "o", type: canary },
    ],
    events: [
      {
        id: "1",
        type: canary,
        time: "2026-01-05T10:00:00Z",
        attributes: [],
        relationships: [{ objectId: canary, qualifier: canary }],
      },
      { id: canary, type: canary, time: canary, relationships: [{ objectId: canary, qualifier: "" }] },
      {
        id: "3",
        type: canary,
        time: "2026-01-05T10:00:00Z",
        relationships: [{ objectId: `${canary}x`, qualifier: "" }],
      },
    ],
  },
  null,
  1,
)

const cdrRow = (start: string, disposition: string) =>
  `"","${canary}","200","ctx","""${canary}"" <1>","SIP/1","SIP/2","Dial","x","${start}","","2026-01-05 10:00:30",30,0,"${disposition}","D","${canary}",""\n`

const samples: ReadonlyArray<Sample> = [
  {
    name: "CSV of events",
    format: "csv",
    mapping: { case: "case", activity: "what", time: "at", person: "who" },
    valid: `case,what,at,who,note\n${canary},"a ""b""",2026-01-05,${canary},"${canary}\n${canary}"\n${canary},x,${canary},,\n${canary}@a.example,${canary}@mail.example,2026-01-05,,\n`,
  },
  {
    name: "CSV of calls",
    format: "csv",
    mapping: readMapping(
      JSON.stringify({
        rows: "call",
        case: "n",
        time: "at",
        call: {
          duration: "all",
          talk: { field: "talk", unit: "HH:mm:ss" },
          human: { field: "who", values: { agent: true } },
          disposition: { field: "how" },
        },
      }),
    ),
    valid: `n,at,all,talk,who,how\n1,2026-01-05,30,0:00:10,agent,answered\n3,2026-01-05,30,0:00:10,${canary},answered\n4,2026-01-05,30,0:00:10,agent,${canary}\n2,2026-01-05,${canary},${canary},${canary},${canary}\n`,
  },
  {
    name: "Asterisk",
    format: "asterisk-cdr",
    mapping: shipped("cdr-csv"),
    valid: cdrRow("2026-01-05 10:00:00", "ANSWERED") + cdrRow("2026-01-05 10:00:00", canary) + cdrRow(canary, "BUSY"),
  },
  {
    name: "FreeSWITCH on lines",
    format: "freeswitch-cdr",
    mapping: {},
    valid: `${freeswitch}\n{"x":"${canary}"}\n${freeswitch}`,
  },
  {
    name: "FreeSWITCH in a document",
    format: "freeswitch-cdr",
    mapping: {},
    valid: JSON.stringify(JSON.parse(freeswitch), null, 2),
  },
  {
    name: "FreeSWITCH's CSV",
    format: "freeswitch-cdr",
    mapping: shipped("freeswitch-csv"),
    valid: `"${canary}","1","2","c","2026-01-05 10:00:00","","2026-01-05 10:00:09",9,0,"${canary}","${canary}","","","",""\n`,
  },
  { name: "XES", format: "xes", mapping: {}, valid: xes("A") },
  { name: "OCEL in JSON", format: "ocel2", mapping: {}, valid: ocel },
  {
    name: "OCEL in XML",
    format: "ocel2",
    mapping: {},
    valid: `<log><object-types><object-type name="Interaction"/></object-types><objects><object id="${canary}" type="Interaction"/></objects>
<events><event id="1" type="${canary}" time="2026-01-05T10:00:00Z"><objects><relationship object-id="${canary}" qualifier="${canary}"/></objects></event>
<event id="2" type="x" time="${canary}"><objects><relationship object-id="${canary}x"/></objects></event></events></log>`,
  },
  {
    name: "CloudEvents on lines",
    format: "cloudevents",
    mapping: {},
    valid: [
      cloudEvent("1", "2026-01-05T10:00:00Z", "menu"),
      cloudEvent("2", canary, "menu"),
      cloudEvent("3", "2026-01-05T10:00:00Z", `${canary}@mail.example`),
      `{"${canary}`,
    ].join("\n"),
  },
  {
    name: "CloudEvents in an array",
    format: "cloudevents",
    mapping: {},
    valid: `[${cloudEvent("1", "2026-01-05T10:00:00Z", "menu")},\n{"specversion":"${canary}"},${canary.length}]`,
  },
]

/** Reads to the end, or gives the one line of the refusal; anything else that is thrown fails the test. */
const outcome = async (sample: Sample, input: Buffer, chunk?: number): Promise<Reading | string> => {
  try {
    return await reading(sample.format, input, sample.mapping, chunk === undefined ? {} : { chunk })
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

const isSound = (read: Reading | string): void => {
  if (typeof read === "string") {
    expect(read).not.toContain(canary)
    expect(read).not.toContain("\n")
    expect(read.length).toBeGreaterThan(5)
    return
  }
  const { quality, rejected, rows } = read
  // A row for each record, but where an event belongs to several cases.
  const said = new Set(rows.map((row) => row.line)).size + rejected.length + quality.dropped
  expect(said).toBe(quality.records)
  for (const { field, reason, rule } of rejected) {
    expect([field, reason, rule].join(" ")).not.toContain(canary)
    expect(reason).not.toContain("\n")
  }
}

/** Bytes that mean something to one format or another. */
const anInfix = fc.constantFrom(
  ..."\0|\"|'|,|;|\n|\r\n|\r|<|>|</|&|{|}|[|]|:|\\|\\ud800|\\u0000|%|%E9|é|\uFEFF|9|-|NaN|null|1e999|<event>|</trace>|<!--|<![CDATA[|]]>".split(
    "|",
  ),
)

/** A mutation of bytes: some replaced, removed, repeated or put in. */
const aMutation = fc.record({
  at: fc.nat(2000),
  length: fc.nat(40),
  how: fc.constantFrom("cut", "repeat", "insert", "flip", "truncate", "plant"),
  infix: anInfix,
  bit: fc.nat(7),
})

const mutated = (
  bytes: Buffer,
  mutations: ReadonlyArray<typeof aMutation extends fc.Arbitrary<infer A> ? A : never>,
): Buffer =>
  mutations.reduce((before, { at: position, bit, how, infix, length }) => {
    const at = before.length === 0 ? 0 : position % before.length
    const [head, middle, tail] = [
      before.subarray(0, at),
      before.subarray(at, at + length),
      before.subarray(at + length),
    ]
    switch (how) {
      case "cut":
        return Buffer.concat([head, tail])
      case "repeat":
        return Buffer.concat([head, middle, middle, tail])
      case "insert":
        return Buffer.concat([head, Buffer.from(infix), middle, tail])
      case "plant": {
        // Where a word stands, the canary.
        const words = [...before.toString("latin1").matchAll(/[\w.:-]+/g)]
        const word = words[position % words.length]
        if (word === undefined) return before
        const rest = before.subarray(word.index + word[0].length)
        return Buffer.concat([before.subarray(0, word.index), Buffer.from(canary), rest])
      }
      case "truncate":
        return head
      default: {
        const flipped = Buffer.from(before)
        if (flipped.length > 0) flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
        return flipped
      }
    }
  }, bytes)

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
const aMapping = fc
  .subarray(Object.keys(keys), { minLength: 1, maxLength: 4 })
  .chain((names) => fc.record(Object.fromEntries(Object.entries(keys).filter(([name]) => names.includes(name)))))

/** The mapping without the keys that mean nothing for a format. */
const fitting = (format: Format, mapping: Mapping): Mapping => {
  try {
    checkFormat(format, mapping)
    return mapping
  } catch (error) {
    const key = /^mapping, (\w+): /.exec(error instanceof InputError ? error.message : "")?.[1]
    if (key === undefined) throw error
    return fitting(format, Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== key)))
  }
}

describe("any input", () => {
  const everySample = samples.map((sample) => [sample.name, sample] as const)

  it.each(everySample)("%s as it should be is read, and counted to the last record", async ([, sample]) => {
    const read = await outcome(sample, Buffer.from(sample.valid))
    isSound(read)
    expect(typeof read === "string" ? read : read.quality.records).toBeGreaterThan(0)
  })

  for (const sample of samples) {
    it.prop(
      `${sample.name}: the same however the bytes arrive, packed or not`,
      [fc.integer({ min: 1, max: 200 })],
      async (chunk) => {
        const bytes = Buffer.from(sample.valid)
        const whole = await outcome(sample, bytes)
        expect(await outcome(sample, bytes, chunk)).toEqual(whole)
        expect(await outcome(sample, gzipSync(bytes), chunk)).toEqual(whole)
      },
      { numRuns: 20 },
    )

    it.prop(
      `${sample.name}: mutations are read or refused soundly`,
      [fc.array(aMutation, { minLength: 1, maxLength: 4 })],
      async (mutations) => isSound(await outcome(sample, mutated(Buffer.from(sample.valid), mutations))),
      { numRuns: 150 },
    )

    it.prop(
      `${sample.name}: random bytes are read or refused soundly`,
      [fc.uint8Array({ maxLength: 300 })],
      async (bytes) => isSound(await outcome(sample, Buffer.from(bytes))),
      { numRuns: 40 },
    )
  }

  it.each(samples.flatMap((sample) => samples.map((other) => [sample.name, other.name, sample, other] as const)))(
    "a reader of %s meets %s soundly",
    async ([, , sample, other]) => isSound(await outcome(sample, Buffer.from(other.valid))),
  )

  for (const sample of samples) {
    it.prop(
      `${sample.name} by a mapping of any kind is read or refused soundly`,
      [aMapping],
      async (parts) => {
        const mapping = decodeMapping({ ...sample.mapping, ...parts })
        isSound(await outcome({ ...sample, mapping: fitting(sample.format, mapping) }, Buffer.from(sample.valid)))
      },
      { numRuns: 150 },
    )
  }

  it.prop(
    "packed bytes that are damaged are read or refused soundly",
    [fc.array(aMutation, { minLength: 1, maxLength: 3 })],
    async (mutations) => {
      const [sample] = samples
      if (sample !== undefined) isSound(await outcome(sample, mutated(gzipSync(sample.valid.repeat(20)), mutations)))
    },
  )
})
