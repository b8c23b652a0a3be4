import { gzipSync } from "node:zlib"
import { describe, expect, it } from "@tacet/vitest"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { callsOf, factsOf, reading } from "./reading.testing.ts"

const events: Mapping = { case: "case", activity: "what", time: "at" }
const header = "case,what,at,caller\n"
const row = (id: string, what = "menu", at = "2026-01-05 10:00:00") => `${id},${what},${at},+33 6 12 34 56 78\n`

describe("CSV", () => {
  it("reads an answer that an export writes as 0, NULL or a zero date as none", async () => {
    const calls: Mapping = { rows: "call", case: "id", time: "start", call: { answered: "answer", ended: "end" } }
    const at = (id: number, answer: string) => `${id},2024-06-03 10:00:00,${answer},2024-06-03 10:00:30\n`
    const never = ["", "NULL", "\\N", "-", "N/A", "0000-00-00 00:00:00", "1970-01-01 00:00:00"]
    const text = `id,start,answer,end\n${at(0, "2024-06-03 10:00:10")}${never.map((answer, id) => at(id + 1, answer)).join("")}`
    const { rejected, rows } = await reading("csv", text, calls)
    expect(rejected).toEqual([])
    expect(callsOf(rows).map(({ answeredAt }) => answeredAt !== undefined)).toEqual([true, ...never.map(() => false)])
  })

  it("rejects an answer of another day rather than moving it", async () => {
    const calls: Mapping = { rows: "call", case: "id", time: "start", call: { answered: "answer", ended: "end" } }
    const text = "id,start,answer,end\na,2024-06-03 10:00:00,1999-01-01 00:00:00,2024-06-03 10:00:30\n"
    const { rejected } = await reading("csv", text, calls)
    expect(rejected).toMatchObject([{ line: 2, field: "call.answered", rule: "TACET-TIME" }])
  })

  it("reads NULL, and the values that the mapping lists as empty by file or by field, as no key", async () => {
    const keys = async (mapping: Mapping) =>
      (
        await reading("csv", `${header}NULL,menu,2026-01-05,x\nnone,menu,2026-01-05,x\n`, { ...events, ...mapping })
      ).rows.map((row) => row.case)
    expect(await keys({})).toEqual(["none"])
    expect(await keys({ empty: ["none"] })).toEqual(["NULL"])
    expect(await keys({ empty: { case: ["none", "NULL"] } })).toEqual([])
    // A value that the mapping names keeps its meaning.
    expect(await keys({ facts: [{ field: "what", values: { NULL: "drop" } }] })).toEqual(["NULL", "none"])
  })

  it("reads one row for each event, and nothing of columns that are not mapped", async () => {
    const { rows } = await reading("csv", header + row("a") + row("b", "invoice/explain"), events)
    expect(rows).toEqual([
      { _tag: "row", line: 2, case: "a", at: Date.UTC(2026, 0, 5, 10), facts: [{ _tag: "step", step: "menu" }] },
      {
        _tag: "row",
        line: 3,
        case: "b",
        at: Date.UTC(2026, 0, 5, 10),
        facts: [{ _tag: "step", step: "invoice/explain" }],
      },
    ])
  })

  it("reads the called number and the entry point, unchanged or renamed", async () => {
    const { rejected, rows } = await reading(
      "csv",
      "case,what,at,did,from\na,menu,2026-01-05,100,qr\nb,menu,2026-01-05,,\n",
      {
        ...events,
        numbers: ["100"],
        number: { field: "did" },
        entryPoints: ["invoice", "shop"],
        entryPoint: { field: "from", values: { qr: "invoice" }, other: "shop" },
      },
    )
    expect(rejected).toEqual([])
    expect(rows.map(({ entryPoint, number }) => ({ entryPoint, number }))).toEqual([
      { number: "100", entryPoint: "invoice" },
      { number: undefined, entryPoint: "shop" },
    ])
  })

  it("reads quotes, line ends inside them, CRLF and a byte order mark", async () => {
    const text = `\uFEFF"case","what","at"\r\n"a ""1""","a,b","2026-01-05 10:00:00"\r\n"b\n","c","2026-01-05 10:00:00"\r\n`
    const { rejected, rows } = await reading("csv", text, events, { chunk: 1 })
    expect(rows.map(({ case: key, line }) => [key, line])).toEqual([['a "1"', 2]])
    expect(factsOf(rows)).toEqual([{ _tag: "step", step: "a,b" }])
    expect(rejected).toEqual([
      { _tag: "rejected", line: 4, field: "case", rule: "TACET-FORMAT", reason: "a key without control characters" },
    ])
  })

  it("reads other delimiters, quotes and encodings", async () => {
    const text = "case;what;at\nd'é;'a;b';2026-01-05\n"
    const mapping: Mapping = { ...events, delimiter: ";", quote: "'", encoding: "windows-1252" }
    const { rows } = await reading("csv", Buffer.from(text, "latin1"), mapping)
    expect(rows.map((one) => one.case)).toEqual(["d'é"])
    expect(factsOf(rows)).toEqual([{ _tag: "step", step: "a;b" }])
  })

  it("reads packed input by its first bytes", async () => {
    const { rows } = await reading("csv", gzipSync(header + row("a")), events, { chunk: 3 })
    expect(rows).toHaveLength(1)
  })

  it("refuses packed input that is cut short", async () => {
    const packed = gzipSync(header + row("a").repeat(5000))
    await expect(reading("csv", packed.subarray(0, packed.length - 20), events)).rejects.toThrow(
      "the gzip data is truncated or damaged",
    )
  })

  it("refuses an empty file where a header was expected, and accepts one that has only a header", async () => {
    await expect(reading("csv", "", events)).rejects.toThrow("the input is empty: a header line was expected")
    expect((await reading("csv", header, events)).items).toEqual([])
    expect((await reading("csv", "", { ...events, columns: ["case", "what", "at"] })).items).toEqual([])
  })

  it("names the column that a mapping needs and the file lacks, or has twice", async () => {
    await expect(reading("csv", "case,at\n", events)).rejects.toThrow('the input has no column "what"')
    await expect(reading("csv", "case,what,at,what\n", events)).rejects.toThrow('the input has two columns "what"')
  })

  it.each([
    ['<?xml version="1.0"?><log/>', "the input is XML, not CSV"],
    ['[{"a":1}]', "the input is JSON, not CSV"],
    ["PK\u0003\u0004rest", "the input is a zip archive, not CSV"],
    ["SQLite format 3\0rest", "the input is an SQLite database, not CSV"],
  ] as const)("refuses %s", async ([text, message]) => {
    await expect(reading("csv", text, events)).rejects.toThrow(message)
  })

  it("rejects a row that does not fit, and reads on", async () => {
    const text = header + "a,b\n" + row("") + row("b", "") + row("c", "x", "31/02/2026") + row("d", "x", "") + row("e")
    const { quality, rejected, rows } = await reading("csv", text, events)
    expect(rejected.map(({ field, line, rule }) => [line, field, rule])).toEqual([
      [2, "row", "TACET-FORMAT"],
      [3, "case", "TACET-FORMAT"],
      [4, "what", "TACET-FORMAT"],
      [5, "at", "TACET-TIME"],
      [6, "at", "TACET-TIME"],
    ])
    expect(rows.map((one) => one.case)).toEqual(["e"])
    expect(quality.records).toBe(6)
  })

  it("rejects a step that is a web address or names a person, by the rule that forbids it", async () => {
    const { rejected } = await reading(
      "csv",
      header + row("a", "https://example.com/?user=7") + row("b", "mail ann@example.com"),
      events,
    )
    expect(rejected.map(({ field, rule }) => [field, rule])).toEqual([
      ["what", "NO-AUTOSEND"],
      ["what", "NO-IDENTIFY"],
    ])
  })

  it("reports a quotation mark that is never closed", async () => {
    const { rejected, rows } = await reading("csv", `${header}${row("a")}"b,menu,2026-01-05\n`, events)
    expect(rows).toHaveLength(1)
    expect(rejected[0]?.reason).toContain("a closing quotation mark")
  })

  it("refuses a row beyond all bounds, and takes a field of a mebibyte", async () => {
    const long = "x".repeat(1024 * 1024)
    const { rows } = await reading("csv", `${header}a,menu,2026-01-05,${long}\n`, events)
    expect(rows).toHaveLength(1)
    const endless = `${header}"${long.repeat(5)}`
    await expect(reading("csv", endless, events)).rejects.toThrow("a row of more than 4 MiB")
  })

  it("rejects keys that other bytes would equal: broken encoding, lone surrogates, NUL", async () => {
    const broken = Buffer.concat([
      Buffer.from(header + "a"),
      Buffer.from([0xe9]),
      Buffer.from(",menu,2026-01-05,x\nb\0,m,2026-01-05,x\n"),
    ])
    const { rejected, rows } = await reading("csv", broken, events)
    expect(rows).toHaveLength(0)
    expect(rejected.map((one) => one.reason)).toEqual([
      "a key in the declared encoding, without broken characters",
      "a key without control characters",
    ])
  })

  it("makes one key of several columns, which no other columns make", async () => {
    const { rows } = await reading("csv", "a,b,what,at\nx,yz,s,2026-01-05\nxy,z,s,2026-01-05\n", {
      ...events,
      case: ["a", "b"],
    })
    expect(new Set(rows.map((one) => one.case)).size).toBe(2)
  })

  it("gives the source's id of the row and the key of the person, where there are any", async () => {
    const { rows } = await reading("csv", "case,what,at,n,who\na,s,2026-01-05,7,p\na,s,2026-01-05,7,\n", {
      ...events,
      id: "n",
      person: "who",
    })
    expect(rows.map(({ id, person }) => [id, person])).toEqual([
      ["7", "p"],
      ["7", undefined],
    ])
  })

  it("renames, drops and qualifies activities, and takes several facts of one", async () => {
    const mapping = readMapping(
      JSON.stringify({
        ...events,
        activities: {
          old: { as: "step", step: "new", kind: "faq" },
          noise: "drop",
          done: [
            { as: "goal", goal: "paid" },
            { as: "ended", reason: "completed" },
          ],
          test: { as: "excluded", reason: "test" },
        },
        otherActivities: "reject",
      }),
    )
    const text = header + row("a", "old") + row("a", "noise") + row("a", "done") + row("b", "test") + row("c", "other")
    const { quality, rejected, rows } = await reading("csv", text, mapping)
    expect(factsOf(rows)).toEqual([
      { _tag: "step", step: "new", kind: "faq" },
      { _tag: "goal", goal: "paid" },
      { _tag: "ended", reason: "completed" },
      { _tag: "excluded", reason: "test" },
    ])
    expect(quality).toMatchObject({ records: 5, dropped: 1 })
    expect(rejected.map((one) => one.reason)).toEqual(["an activity that the mapping lists"])
  })

  it("reads a constant step and further columns, in an order that can happen", async () => {
    const mapping: Mapping = {
      case: "case",
      time: "at",
      always: { as: "step", step: "phone-menu" },
      facts: [
        { field: "left", values: { "1": { as: "ended", reason: "abandoned" } } },
        { field: "from", values: { QR: { as: "started", trigger: "qr" } }, other: "reject" },
      ],
    }
    const text = "case,at,from,left\na,2026-01-05,QR,1\nb,2026-01-05,QR,0\nc,2026-01-05,??,0\n"
    const { rejected, rows } = await reading("csv", text, mapping)
    expect(rows.map((one) => one.facts.map((fact) => fact._tag))).toEqual([
      ["started", "step", "ended"],
      ["started", "step"],
    ])
    expect(rejected.map(({ field, line }) => [line, field])).toEqual([[4, "from"]])
  })

  it("reads the three moments of a call from one row each", async () => {
    const mapping: Mapping = {
      ...events,
      activities: {
        dialled: { as: "callPlaced", call: "call" },
        up: { as: "callAnswered", call: "call", human: { field: "by", values: { agent: true }, other: false } },
        down: { as: "callEnded", call: "call", talk: { field: "talk", unit: "HH:mm:ss" }, disposition: "answered" },
      },
    }
    const text =
      "case,what,at,call,by,talk\na,dialled,2026-01-05,7,,\na,up,2026-01-05,7,agent,\na,down,2026-01-05,7,,0:01:30\n"
    expect(factsOf((await reading("csv", text, mapping)).rows)).toEqual([
      { _tag: "callPlaced", call: "7" },
      { _tag: "callAnswered", call: "7", human: true },
      { _tag: "callEnded", call: "7", talkSeconds: 90, disposition: "answered" },
    ])
  })

  it("derives answer and end of a call from start, duration and talk time", async () => {
    const mapping: Mapping = {
      rows: "call",
      case: "n",
      time: "at",
      call: { duration: "all", talk: "talk", human: { field: "who", values: { a: true } } },
    }
    const at = Date.UTC(2026, 0, 5)
    const text = "n,at,all,talk,who\n1,2026-01-05,30,10,a\n2,2026-01-05,30,0,\n3,2026-01-05,30,-5,\n4,2026-01-05,x,,\n"
    const { quality, rejected, rows } = await reading("csv", text, mapping)
    expect(callsOf(rows)).toEqual([
      {
        _tag: "call",
        placedAt: at,
        answeredAt: at + 20_000,
        endedAt: at + 30_000,
        talkSeconds: 10,
        human: true,
        disposition: "answered",
        asksForPerson: true,
      },
      {
        _tag: "call",
        placedAt: at,
        endedAt: at + 30_000,
        talkSeconds: 0,
        human: false,
        disposition: "noAnswer",
        asksForPerson: true,
      },
      {
        _tag: "call",
        placedAt: at,
        endedAt: at + 30_000,
        talkSeconds: 0,
        human: false,
        disposition: "noAnswer",
        asksForPerson: true,
      },
    ])
    expect(quality.clamped).toBe(1)
    expect(rejected).toEqual([
      { _tag: "rejected", line: 5, field: "all", rule: "TACET-FORMAT", reason: "a number of seconds" },
    ])
  })

  it("hands rows on in batches while it reads", async () => {
    const { items } = await reading("csv", header + row("a").repeat(2500), events)
    expect(items).toHaveLength(2500)
  })

  it.each([
    [{}, "mapping, case: must be given"],
    [{ case: "a" }, "mapping, time: must be given"],
    [{ case: "a", time: "b" }, "mapping, activity: must be given"],
    [{ case: "a", time: "b", rows: "call" }, "mapping, call: must be given"],
    [{ ...events, columns: "cdr-csv" }, "mapping, columns: cdr-csv is the order of a call record"],
    [{ ...events, human: { proof: "bridged" } }, "mapping, human: means nothing for csv"],
    [{ ...events, case: { objectType: "x" } }, "mapping, case: an object type is for ocel2"],
    [{ ...events, format: "xes" }, "mapping, format: it is written for xes, and the input is read as csv"],
    [{ ...events, timeZone: "Paris" }, "mapping, timeZone: not an IANA time zone"],
    [{ ...events, time: { field: "at", zone: "X" } }, "mapping, time: not an IANA time zone"],
    [{ ...events, time: { field: "at", format: "HH:mm" } }, "mapping, time: the format must name year, month and day"],
  ] satisfies ReadonlyArray<readonly [Mapping, string]>)("refuses the mapping %j", async ([mapping, message]) => {
    const read = async () => reading("csv", header + row("a"), mapping)
    await expect(read()).rejects.toThrow(message)
  })
})
