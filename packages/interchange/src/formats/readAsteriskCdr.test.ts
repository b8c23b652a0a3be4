import { describe, expect, it } from "@tacet/vitest"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { callsOf, factsOf, reading, shipped } from "./reading.testing.ts"

/** A line of `cdr-csv/Master.csv` with unique id, user field and the new columns. */
const line = (leg: {
  readonly app?: string
  readonly second?: string
  readonly start?: string
  readonly answer?: string
  readonly end?: string
  readonly duration?: number
  readonly billsec?: number
  readonly disposition?: string
  readonly id?: string
  readonly linked?: string
  readonly sequence?: number
}): string => {
  const quoted = (text: string) => (text === "" ? "" : `"${text}"`)
  const { answer = "2026-01-05 10:00:05", app = "Dial", billsec = 25, disposition = "ANSWERED", duration = 30 } = leg
  const { end = "2026-01-05 10:00:30", id = "1.1", second = "SIP/200-1", start = "2026-01-05 10:00:00" } = leg
  return (
    [
      quoted(""),
      '"0612345678"',
      '"200"',
      '"from-pstn"',
      '"""Ann"" <0612345678>"',
      '"SIP/trunk-0"',
      quoted(second),
      quoted(app),
      '"x"',
      quoted(start),
      quoted(answer),
      quoted(end),
      duration,
      billsec,
      quoted(disposition),
      '"DOCUMENTATION"',
      quoted(id),
      quoted(""),
      quoted(""),
      quoted(leg.linked ?? ""),
      leg.sequence ?? 1,
    ].join(",") + "\n"
  )
}

const cdr: Mapping = { columns: "cdr-csv" }
const at = (time: string) => Date.parse(`2026-01-05T${time}Z`)

/** The reader's result for one leg. */
const legOf = async (leg: Parameters<typeof line>[0], mapping: Mapping = cdr) => {
  const { rows } = await reading("asterisk-cdr", line(leg), mapping)
  return callsOf(rows)[0]
}

describe("Asterisk call detail records", () => {
  it("reads a leg, and nothing that identifies a person", async () => {
    const { items } = await reading("asterisk-cdr", line({ linked: "0.9" }), cdr)
    expect(items).toEqual([
      {
        _tag: "row",
        line: 1,
        case: "0.9",
        id: "1.1\u001f1",
        at: at("10:00:00"),
        facts: [
          {
            _tag: "leg",
            placedAt: at("10:00:00"),
            answeredAt: at("10:00:05"),
            endedAt: at("10:00:30"),
            talkSeconds: 25,
            human: true,
            disposition: "answered",
            asksForPerson: true,
          },
        ],
      },
    ])
  })

  it("gathers legs by the linked id, else by the unique id", async () => {
    const { rows } = await reading(
      "asterisk-cdr",
      line({ id: "1.2", linked: "1.1" }) + line({ id: "1.3", sequence: 2 }),
      cdr,
    )
    expect(rows.map(({ case: key, id }) => [key, id])).toEqual([
      ["1.1", "1.2\u001f1"],
      ["1.3", "1.3\u001f2"],
    ])
  })

  it.each([
    // Answered: only a second party that was bridged by Dial or Queue proves a person.
    [{ app: "Dial" }, true, "answered", true],
    [{ app: "Queue" }, true, "answered", true],
    [{ app: "queue" }, true, "answered", true],
    [{ app: "Dial", second: "" }, false, "noAnswer", true],
    [{ app: "Queue", second: "" }, false, "queueAbandoned", true],
    [{ app: "VoiceMail" }, false, "voicemail", true],
    [{ app: "VoiceMail", second: "" }, false, "voicemail", true],
    [{ app: "VoiceMailMain", second: "" }, false, "voicemail", false],
    [{ app: "Playback", second: "" }, false, "automated", false],
    [{ app: "BackGround", second: "" }, false, "automated", false],
    [{ app: "Hangup", second: "" }, false, "automated", false],
    [{ app: "Hangup", second: "SIP/1" }, false, "noAnswer", true],
    [{ app: "", second: "" }, false, "automated", false],
    [{ app: "Busy", second: "" }, false, "busy", true],
    [{ app: "Congestion", second: "" }, false, "failed", true],
    // Not answered: no machine spoke either.
    [{ disposition: "NO ANSWER", answer: "" }, false, "noAnswer", true],
    [{ disposition: "NO ANSWER", answer: "", app: "Queue", second: "" }, false, "queueAbandoned", true],
    [{ disposition: "BUSY", answer: "" }, false, "busy", true],
    [{ disposition: "FAILED", answer: "", app: "", second: "" }, false, "failed", true],
    [{ disposition: "CONGESTION", answer: "" }, false, "failed", true],
    [{ disposition: "CANCEL", answer: "" }, false, "cancelled", true],
    [{ disposition: "NULL", answer: "" }, false, "noAnswer", true],
    [{ disposition: "32", answer: "" }, false, "cancelled", true],
    [{ disposition: "8" }, true, "answered", true],
  ] as const)("judges %j", async ([leg, human, disposition, asksForPerson]) => {
    expect(await legOf(leg)).toMatchObject({ human, disposition, asksForPerson })
  })

  it("leaves open who answered where the mapping takes the disposition for proof", async () => {
    const naive: Mapping = { ...cdr, human: { proof: "disposition" } }
    expect(await legOf({ app: "VoiceMail", second: "" }, naive)).toMatchObject({
      human: "unknown",
      disposition: "answered",
      asksForPerson: true,
    })
    expect(await legOf({ disposition: "BUSY", answer: "" }, naive)).toMatchObject({ human: false, asksForPerson: true })
  })

  it("judges by the applications and dispositions that the mapping lists", async () => {
    const mapping = readMapping(
      JSON.stringify({
        ...cdr,
        human: { apps: ["Dial", "Macro*"] },
        apps: { ask: ["AGI"] },
        dispositions: { ABANDONED: "cancelled" },
      }),
    )
    expect(await legOf({ app: "MacroDial" }, mapping)).toMatchObject({ human: true })
    expect(await legOf({ app: "Queue" }, mapping)).toMatchObject({ human: false })
    expect(await legOf({ app: "AGI", second: "" }, mapping)).toMatchObject({ asksForPerson: true })
    expect(await legOf({ disposition: "ABANDONED", answer: "" }, mapping)).toMatchObject({ disposition: "cancelled" })
  })

  it("rejects an undeclared disposition, without repeating it", async () => {
    const { rejected } = await reading("asterisk-cdr", line({ disposition: "0612345678" }), cdr)
    expect(rejected).toEqual([
      {
        _tag: "rejected",
        line: 1,
        field: "disposition",
        rule: "TACET-FORMAT",
        reason: "ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION or CANCEL, or one that the mapping lists",
      },
    ])
  })

  it("takes no answer for a leg that was not answered, whatever its talk time", async () => {
    const { quality, rows } = await reading("asterisk-cdr", line({ disposition: "BUSY", billsec: 5 }), cdr)
    expect(callsOf(rows)[0]).toEqual({
      _tag: "leg",
      placedAt: at("10:00:00"),
      endedAt: at("10:00:30"),
      talkSeconds: 0,
      human: false,
      disposition: "busy",
      asksForPerson: true,
    })
    expect(quality.clamped).toBe(1)
  })

  it("takes negative lengths as 0 and counts them", async () => {
    const { quality, rows } = await reading(
      "asterisk-cdr",
      line({ billsec: -3, end: "2026-01-05 09:59:00", answer: "2026-01-05 10:00:05" }),
      cdr,
    )
    expect(callsOf(rows)[0]).toMatchObject({
      placedAt: at("10:00:00"),
      answeredAt: at("10:00:00"),
      endedAt: at("10:00:00"),
      talkSeconds: 0,
    })
    expect(quality.clamped).toBe(2)
  })

  it("knows an answered leg of less than a second", async () => {
    expect(await legOf({ billsec: 0, answer: "2026-01-05 10:00:30" })).toMatchObject({ human: true, talkSeconds: 0 })
  })

  it("derives answer and end where only durations are written", async () => {
    const text =
      "calldate,dstchannel,lastapp,duration,billsec,disposition,uniqueid\n5/1/2026 10:00:00,SIP/1,Dial,30,25,ANSWERED,7\n"
    const { rows } = await reading("asterisk-cdr", text, { ...shipped("freepbx-proven"), timeZone: "UTC" })
    expect(rows).toMatchObject([{ case: "7", at: at("10:00:00") }])
    expect(rows[0]).not.toHaveProperty("id")
    expect(callsOf(rows)[0]).toMatchObject({ answeredAt: at("10:00:05"), endedAt: at("10:00:30"), talkSeconds: 25 })
  })

  it("reads local times in the zone of the command line, unless the mapping names one", async () => {
    const local = await reading("asterisk-cdr", line({}), cdr, { timeZone: "Asia/Tokyo" })
    expect(local.rows[0]?.at).toBe(at("01:00:00"))
    const utc = await reading("asterisk-cdr", line({}), { ...cdr, timeZone: "UTC" }, { timeZone: "Asia/Tokyo" })
    expect(utc.rows[0]?.at).toBe(at("10:00:00"))
  })

  it("excludes legs that the mapping marks as tests", async () => {
    const mapping = readMapping(
      JSON.stringify({
        ...cdr,
        facts: [{ field: "dcontext", values: { "from-pstn": { as: "excluded", reason: "test" } } }],
      }),
    )
    const { rows } = await reading("asterisk-cdr", line({}), mapping)
    expect(factsOf(rows).map((fact) => fact._tag)).toEqual(["leg", "excluded"])
  })

  it("reads both widths of cdr-csv", async () => {
    const short = line({}).split(",").slice(0, 18).join(",")
    const { rows } = await reading("asterisk-cdr", `${short}\n`, cdr)
    expect(rows).toMatchObject([{ case: "1.1" }])
  })

  it.each([
    [{}, "mapping, columns: must be given, for the order is never guessed"],
    [{ columns: "header" }, 'the input has no column "disposition"'],
    [{ columns: "cdr-custom" }, "no row has 19 columns"],
    [{ ...cdr, person: "nobody" }, 'the input has no column "nobody"'],
    [{ ...cdr, activity: "x" }, "mapping, activity: means nothing for asterisk-cdr"],
  ] satisfies ReadonlyArray<readonly [Mapping, string]>)("refuses the mapping %j", async ([mapping, message]) => {
    const read = async () => reading("asterisk-cdr", line({}), mapping)
    await expect(read()).rejects.toThrow(message)
  })
})
