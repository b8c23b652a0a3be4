import { describe, expect, it } from "@tacet/vitest"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { factsOf, reading } from "./reading.testing.ts"

const relation = (objectId: string, qualifier = "of") => ({ objectId, qualifier })
const event = (id: string, relationships: ReadonlyArray<object>, type = "menu", more: object = {}) => ({
  id,
  type,
  time: "2026-01-05T10:00:00Z",
  attributes: [],
  relationships,
  ...more,
})
const objects = [
  { id: "i1", type: "Interaction" },
  { id: "i2", type: "Interaction" },
  { id: "d1", type: "Device" },
]
const types = [
  { name: "Interaction", attributes: [] },
  { name: "Device", attributes: [] },
]
const log = (events: ReadonlyArray<object>, more: object = {}): string =>
  JSON.stringify({ objectTypes: types, eventTypes: [{ name: "menu", attributes: [] }], objects, events, ...more })

describe("OCEL 2.0", () => {
  it("takes Interaction for the case and Device for the person, where nothing is declared", async () => {
    const { items, quality } = await reading(
      "ocel2",
      log([event("e1", [relation("d1"), relation("i1")])]),
      {},
      { chunk: 9 },
    )
    expect(items).toEqual([
      {
        _tag: "row",
        line: 1,
        case: "i1",
        id: "e1",
        person: "d1",
        at: Date.UTC(2026, 0, 5, 10),
        facts: [{ _tag: "step", step: "menu" }],
      },
    ])
    expect(quality).toMatchObject({ records: 1, objects: 3 })
  })

  it("takes the only object type there is", async () => {
    const text = log([event("e1", [relation("o")])], {
      objectTypes: [{ name: "Order" }],
      objects: [{ id: "o", type: "Order" }],
    })
    expect((await reading("ocel2", text)).rows).toMatchObject([{ case: "o" }])
  })

  it("rejects what does not hold together, with reasons, and counts it", async () => {
    const { quality, rejected, rows } = await reading(
      "ocel2",
      log([
        event("e1", [relation("i1")]),
        event("e1", [relation("i2")]),
        event("e2", [relation("nowhere"), relation("i1")]),
        event("e3", [relation("d1")]),
        event("e4", []),
        event("", [relation("i1")]),
        event("e5", [relation("i1")], "menu", { time: "2026-02-30T10:00:00Z" }),
        event("e6", [relation("i1")], ""),
        event("e7", [{ qualifier: "of" }]),
        7 as unknown as object,
      ]),
    )
    expect(rows.map((row) => row.id)).toEqual(["e1"])
    expect(rejected.map(({ field, line, reason }) => [line, field, reason])).toEqual([
      [2, "id", "an id that no other event has"],
      [3, "relationships", "relations to objects that are in the file"],
      [4, "relationships", "a relation to an object of the case's type"],
      [5, "relationships", "a relation to an object of the case's type"],
      [6, "id", "the id of an event"],
      [7, "ocel:timestamp", "a date and time of the calendar in the declared format"],
      [8, "ocel:activity", "a value: it says what happened"],
      [9, "relationships", "relations to objects that are in the file"],
      [10, "id", "the id of an event"],
    ])
    expect(quality.records).toBe(10)
  })

  it("makes an event of several cases a row in each, with ids of their own", async () => {
    const { quality, rows } = await reading(
      "ocel2",
      log([event("e1", [relation("i1"), relation("i2"), relation("i1", "again")])]),
    )
    expect(rows.map(({ case: key, id, line }) => [line, key, id])).toEqual([
      [1, "i1", "e1\u001fi1"],
      [1, "i2", "e1\u001fi2"],
    ])
    expect(quality.records).toBe(1)
  })

  it("counts relations of the declared qualifier only", async () => {
    const mapping: Mapping = {
      case: { objectType: "Interaction", qualifier: "of" },
      person: { objectType: "Device", qualifier: "on" },
    }
    const { rows } = await reading(
      "ocel2",
      log([event("e1", [relation("i2", "seen"), relation("i1"), relation("d1")])]),
      mapping,
    )
    expect(rows).toMatchObject([{ case: "i1" }])
    expect(rows[0]).not.toHaveProperty("person")
  })

  it("reads attributes that the mapping names, as facts, case or person", async () => {
    const mapping = readMapping(
      JSON.stringify({
        case: "session",
        person: "who",
        activities: { up: { as: "callAnswered", human: { field: "by", values: { agent: true }, other: false } } },
      }),
    )
    const attributes = [
      { name: "session", value: "s" },
      { name: "who", value: "p" },
      { name: "by", value: "agent" },
    ]
    const { rows } = await reading("ocel2", log([event("e1", [], "up", { attributes })]), mapping)
    expect(rows).toMatchObject([{ case: "s", person: "p", facts: [{ _tag: "callAnswered", human: true }] }])
  })

  it("holds events that precede their objects until these are read", async () => {
    const events = [event("e1", [relation("i1")]), event("e2", [relation("nowhere")])]
    const text = JSON.stringify({ events, eventTypes: [], objects, objectTypes: types })
    const { rejected, rows } = await reading("ocel2", text)
    expect([rows.map((row) => row.line), rejected.map((row) => row.line)]).toEqual([[1], [2]])
  })

  it("reads XML, with relations written either way, and times without a zone as local", async () => {
    const xml = `<?xml version="1.0"?><log>
      <object-types><object-type name="Interaction"><attributes/></object-type><object-type name="Device"/></object-types>
      <event-types/>
      <objects><object id="i1" type="Interaction"><objects><relationship object-id="d1" qualifier="x"/></objects></object>
        <object id="d1" type="Device"/></objects>
      <events><event id="e1" type="menu" time="2026-01-05T11:00:00"><attributes><attribute name="a">x<!-- -->y</attribute></attributes>
        <objects><object object-id="i1" qualifier="of"/><relationship object-id="d1" qualifier="on"/></objects></event>
        <event id="e2" type="menu" time="2026-01-05T11:00:00"><attributes/><objects/></event></events></log>`
    const mapping = readMapping(`{ "activity": "a" }`)
    const { quality, rejected, rows } = await reading("ocel2", xml, mapping, { chunk: 11, timeZone: "Europe/Paris" })
    expect(rows).toMatchObject([{ case: "i1", person: "d1", id: "e1", at: Date.UTC(2026, 0, 5, 10) }])
    expect(factsOf(rows)).toEqual([{ _tag: "step", step: "xy" }])
    expect(rejected.map((one) => one.line)).toEqual([2])
    expect(quality).toMatchObject({ records: 2, objects: 2 })
  })

  it.each([
    ['{"ocel:global-log":{},"ocel:events":{}}', "the log is OCEL 1.0"],
    ['<log><global scope="event"/></log>', "the log is OCEL 1.0"],
    ["<log><extension/></log>", "the XML is XES"],
    ["<log><trace/></log>", "the XML is XES"],
    ["<log/>", "the XML is not OCEL 2.0"],
    ["{}", "the JSON is not OCEL 2.0"],
    ["[]", "the JSON is not OCEL 2.0"],
    ["", "the JSON is not OCEL 2.0"],
    ["case,what\n", "not valid JSON"],
    ['{"events":[{"id":"e"},\n]}', "line 2: not valid JSON"],
    ['{"events":[', "the JSON ends too early"],
    ["SQLite format 3\0", "an SQLite database"],
  ] as const)("refuses %j", async ([text, message]) => {
    await expect(reading("ocel2", text)).rejects.toThrow(message)
  })
})
