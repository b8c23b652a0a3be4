import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@tacet/vitest"
import { readMapping } from "../mapping/readMapping.ts"
import { factsOf, reading, shipped } from "./reading.testing.ts"

const event = (name: string, at = "2026-01-05T10:00:00Z", more = ""): string =>
  `<event><string key="concept:name" value="${name}"/><date key="time:timestamp" value="${at}"/>${more}</event>`
const trace = (name: string, events: string): string =>
  `<trace><string key="concept:name" value="${name}"/>${events}</trace>`
const log = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849-2016" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="trace"><string key="concept:name" value="unnamed"/></global>
  <global scope="event"><string key="concept:name" value="nothing"/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>
  <classifier name="activity" keys="concept:name"/>
  <list key="meta"><values><string key="concept:name" value="nested"><int key="deep" value="1"/></string></values></list>
  ${content}
</log>`

describe("XES", () => {
  it("rejects an event beside the traces, and counts it", async () => {
    const { items, quality } = await reading("xes", log(trace("A", event("menu")) + event("faq") + event("faq")))
    expect(items.map(({ _tag }) => _tag)).toEqual(["row", "caseComplete", "rejected", "rejected"])
    expect(quality).toMatchObject({ records: 3, dropped: 0 })
  })

  it("needs no mapping: every activity is a step, and a trace ends its case", async () => {
    const { items } = await reading("xes", log(trace("A", event("menu") + event("pay", "2026-01-05T11:00:00+01:00"))))
    expect(items).toEqual([
      { _tag: "row", line: 1, case: "A#1", at: Date.UTC(2026, 0, 5, 10), facts: [{ _tag: "step", step: "menu" }] },
      { _tag: "row", line: 2, case: "A#1", at: Date.UTC(2026, 0, 5, 10), facts: [{ _tag: "step", step: "pay" }] },
      { _tag: "caseComplete", case: "A#1" },
    ])
  })

  it("keeps two traces of one name apart", async () => {
    const { complete, rows } = await reading("xes", log(trace("A", event("x")) + trace("A", event("y"))))
    expect(rows.map((row) => row.case)).toEqual(["A#1", "A#2"])
    expect(complete.map((one) => one.case)).toEqual(["A#1", "A#2"])
  })

  it("rejects the events of a trace without a name; no default of the log replaces it", async () => {
    const { complete, rejected } = await reading("xes", log(`<trace>${event("x")}${event("y")}</trace>`))
    expect(rejected.map(({ field, line, reason }) => [line, field, reason])).toEqual([
      [1, "case:concept:name", "a value: it is the key of the interaction"],
      [2, "case:concept:name", "a value: it is the key of the interaction"],
    ])
    expect(complete).toEqual([])
  })

  it("rejects an event without a name or a time, and a trace without an event", async () => {
    const events = `<event><string key="concept:name" value="x"/></event><event><date key="time:timestamp" value="2026-01-05"/></event>`
    const { quality, rejected } = await reading("xes", log(trace("A", events) + trace("B", "")))
    expect(rejected.map(({ field, rule }) => [field, rule])).toEqual([
      ["time:timestamp", "TACET-TIME"],
      ["concept:name", "TACET-FORMAT"],
      ["event", "TACET-FORMAT"],
    ])
    expect(quality.records).toBe(3)
  })

  it("reads attributes of the event itself only, not those nested in them", async () => {
    const nested = `<string key="a" value="1"><string key="concept:name" value="deep"/></string><list key="l"><values><string key="concept:name" value="deeper"/></values></list>`
    const { rows } = await reading("xes", log(trace("A", event("top", undefined, nested))), {}, { chunk: 7 })
    expect(factsOf(rows)).toEqual([{ _tag: "step", step: "top" }])
  })

  it("makes calls of the activities that a mapping names, and drops other transitions", async () => {
    const transition = (name: string) => `<string key="lifecycle:transition" value="${name}"/>`
    const events =
      event("Menu", undefined, transition("start")) +
      event("Menu", undefined, transition("COMPLETE")) +
      event("Call placed", undefined, transition("complete")) +
      event("Call answered", undefined, `${transition("complete")}<string key="answered_by" value="agent"/>`) +
      event("Call ended", undefined, `${transition("complete")}<int key="talk_seconds" value="62"/>`) +
      event("Closed", undefined, transition("complete"))
    const { quality, rows } = await reading("xes", log(trace("A", events)), shipped("xes-calls"))
    expect(factsOf(rows)).toEqual([
      { _tag: "step", step: "Menu" },
      { _tag: "callPlaced" },
      { _tag: "callAnswered", human: true },
      { _tag: "callEnded", talkSeconds: 62 },
      { _tag: "ended", reason: "completed" },
    ])
    expect(quality).toMatchObject({ records: 6, dropped: 1 })
  })

  it("takes the person from the trace or the event, and the id where the mapping names it", async () => {
    const content = `<trace><string key="concept:name" value="A"/><string key="who" value="p"/>${event("x", undefined, `<id key="identity:id" value="7"/>`)}</trace>`
    const mapping = readMapping(`{ "person": "case:who", "id": "identity:id" }`)
    const { rows } = await reading("xes", log(content), mapping)
    expect(rows.map(({ id, person }) => [id, person])).toEqual([["7", "p"]])
  })

  it("reads packed input, prefixes and other encodings", async () => {
    expect((await reading("xes", gzipSync(log(trace("A", event("x")))))).rows).toHaveLength(1)
    const prefixed = log(trace("A", event("x")))
      .replace(/<(\/?)(log|trace|event)\b/g, "<$1x:$2")
      .replace("xmlns=", "xmlns:x=")
    expect((await reading("xes", prefixed)).rows).toHaveLength(1)
    const latin = log(trace("é", event("x"))).replace("UTF-8", "ISO-8859-1")
    expect((await reading("xes", Buffer.from(latin, "latin1"))).rows[0]?.case).toBe("é#1")
    const wide = Buffer.from(`\uFEFF${log(trace("é", event("x"))).replace("UTF-8", "UTF-16")}`, "utf16le")
    expect((await reading("xes", wide, {}, { chunk: 33 })).rows[0]?.case).toBe("é#1")
  })

  it.each([
    ["", "not well-formed XML"],
    [" \n", "not well-formed XML"],
    ["case,what,at\n", "the input is not XML: an element was expected"],
    ['{"a":1}', "the input is JSON, not XML"],
    ["<html><body/></html>", "another root element than log"],
    ["<log><trace>", "not well-formed XML"],
    ["<log>\n<trace></event></log>", "line 2: not well-formed XML"],
    ["<log>&secret;</log>", "not well-formed XML"],
    ["<log><object-types/></log>", "the XML is OCEL"],
    ['<?xml version="1.0" encoding="klingon"?><log/>', "an encoding that is not known"],
    [`<log><!--${" ".repeat(5 * 1024 * 1024)}`, "more than 4 MiB without an element"],
  ] as const)("refuses %.30j", async ([text, message]) => {
    await expect(reading("xes", text)).rejects.toThrow(message)
  })

  it("does not expand entities of a document type", async () => {
    const bomb = `<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${log(trace("&b;", event("x"))).replace(/<\?xml.*\?>/, "")}`
    await expect(reading("xes", bomb)).rejects.toThrow("not well-formed XML")
  })

  it("takes a log without traces", async () => {
    expect((await reading("xes", "<log/>")).items).toEqual([])
  })
})
