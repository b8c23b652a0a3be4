import { describe, expect, it } from "@tacet/vitest"
import type { Mapping } from "../mapping/Mapping.ts"
import { readMapping } from "../mapping/readMapping.ts"
import { callsOf, reading, shipped } from "./reading.testing.ts"

const micros = (time: string): string => `${Date.parse(`2026-01-05T${time}Z`)}000`
const at = (time: string): number => Date.parse(`2026-01-05T${time}Z`)

/** A JSON call detail record. */
const record = (leg: {
  readonly uuid?: string
  readonly variables?: Readonly<Record<string, string>>
  readonly apps?: ReadonlyArray<string>
  readonly times?: Readonly<Record<string, string>>
  readonly direction?: string
}) => ({
  "core-uuid": "core-1",
  switchname: "pbx",
  channel_data: { state: "CS_REPORTING", direction: leg.direction ?? "inbound", flags: "0=1", caps: "1=1" },
  variables: {
    uuid: leg.uuid ?? "leg-1",
    duration: "30",
    billsec: "25",
    hangup_cause: "NORMAL_CLEARING",
    start_stamp: "2026-01-05%2010%3A00%3A00",
    sip_from_user: "%2B33612345678",
    ...leg.variables,
  },
  ...(leg.apps === undefined
    ? {}
    : { app_log: { applications: leg.apps.map((app_name) => ({ app_name, app_data: "", app_stamp: "1" })) } }),
  callflow: [
    {
      dialplan: "XML",
      caller_profile: { caller_id_name: "Ann", caller_id_number: "+33612345678", uuid: leg.uuid ?? "leg-1" },
      times: {
        created_time: micros("10:00:00"),
        profile_created_time: micros("10:00:00"),
        progress_time: "0",
        answered_time: micros("10:00:05"),
        bridged_time: "0",
        hangup_time: micros("10:00:30"),
        transfer_time: "0",
        ...leg.times,
      },
    },
  ],
})

const legOf = async (leg: Parameters<typeof record>[0], mapping: Mapping = {}) => {
  const { rows } = await reading("freeswitch-cdr", JSON.stringify(record(leg)), mapping)
  return callsOf(rows)[0]
}

const bridged = { bridged_time: micros("10:00:10") }
const unanswered = { answered_time: "0" }

describe("FreeSWITCH call detail records", () => {
  it("reads a leg whose bridge proves a person, and nothing that identifies one", async () => {
    const { items } = await reading(
      "freeswitch-cdr",
      JSON.stringify(record({ times: bridged, apps: ["answer", "bridge"] })),
    )
    expect(items).toEqual([
      {
        _tag: "row",
        line: 1,
        case: "leg-1",
        id: "core-1\u001fleg-1",
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

  it.each([
    [{ apps: ["answer", "ivr"] }, false, "automated", false],
    [{ apps: ["answer", "playback"] }, false, "automated", false],
    [{ apps: ["answer", "callcenter"] }, false, "queueAbandoned", true],
    [{ apps: ["answer", "callcenter"], times: bridged }, true, "answered", true],
    [{ apps: ["answer", "bridge", "voicemail"] }, false, "voicemail", true],
    [
      { apps: ["bridge"], times: unanswered, variables: { hangup_cause: "ORIGINATOR_CANCEL", billsec: "0" } },
      false,
      "cancelled",
      true,
    ],
    [{ times: unanswered, variables: { hangup_cause: "USER_BUSY", billsec: "0" } }, false, "busy", true],
    [{ times: unanswered, variables: { hangup_cause: "NO_USER_RESPONSE", billsec: "0" } }, false, "noAnswer", true],
    [{ times: unanswered, variables: { hangup_cause: "NORMAL_CLEARING", billsec: "0" } }, false, "noAnswer", true],
    [
      { times: unanswered, variables: { hangup_cause: "RECOVERY_ON_TIMER_EXPIRE", billsec: "0" } },
      false,
      "failed",
      true,
    ],
    [{ direction: "outbound", times: bridged }, true, "answered", true],
  ] as const)("judges %j", async ([leg, human, disposition, asksForPerson]) => {
    expect(await legOf(leg)).toMatchObject({ human, disposition, asksForPerson })
  })

  it("gathers the legs of one call", async () => {
    const legs = [
      record({ uuid: "a" }),
      record({ uuid: "b", direction: "outbound", variables: { originating_leg_uuid: "a" } }),
      record({ uuid: "c", direction: "outbound", variables: { bridge_uuid: "a" } }),
      record({ uuid: "d", direction: "outbound", variables: { call_uuid: "a" } }),
    ]
    const { rows } = await reading("freeswitch-cdr", JSON.stringify(legs))
    expect(rows.map((row) => row.case)).toEqual(["a", "a", "a", "a"])
  })

  it("gives a record that was sent again the same id", async () => {
    const again = JSON.stringify(record({}))
    const { rows } = await reading("freeswitch-cdr", `${again}\n${again}\n`)
    expect(new Set(rows.map((row) => row.id)).size).toBe(1)
  })

  it("reads one record over several lines, one on each line, and an array", async () => {
    const one = JSON.stringify(record({}), null, 2)
    for (const text of [
      one,
      `${one}\n${one}`,
      JSON.stringify([record({}), record({})]),
      `${JSON.stringify(record({}))}\n`,
    ]) {
      const { rejected, rows } = await reading("freeswitch-cdr", text, {}, { chunk: 100 })
      expect(rejected).toEqual([])
      expect(rows.length).toBeGreaterThan(0)
    }
  })

  it("decodes the variables that are asked for", async () => {
    const { rows } = await reading("freeswitch-cdr", JSON.stringify(record({})), { person: "variables.sip_from_user" })
    expect(rows[0]?.person).toBe("+33612345678")
    const broken = record({ variables: { sip_from_user: "%E9%" } })
    const { rejected } = await reading("freeswitch-cdr", JSON.stringify(broken), { person: "variables.sip_from_user" })
    expect(rejected.map((one) => one.reason)).toEqual(["a text in the encoding of a web address"])
  })

  it("falls back to the epochs among the variables", async () => {
    const { callflow: _, ...bare } = record({
      variables: {
        start_uepoch: micros("10:00:00"),
        answer_epoch: `${at("10:00:05") / 1000}`,
        end_uepoch: micros("10:00:30"),
      },
    })
    const { rows } = await reading("freeswitch-cdr", JSON.stringify(bare))
    expect(callsOf(rows)[0]).toMatchObject({ answeredAt: at("10:00:05"), endedAt: at("10:00:30") })
  })

  it("rejects a record without times, cause or id, and reads on", async () => {
    const { callflow: _, ...noTimes } = record({})
    const noCause = record({})
    const { hangup_cause: __, ...variables } = noCause.variables
    const records = [noTimes, { ...noCause, variables }, { nothing: true }, record({})]
    const { quality, rejected, rows } = await reading(
      "freeswitch-cdr",
      `${records.map((one) => JSON.stringify(one)).join("\n")}\n{"broken\n[1]\n"text"\n`,
    )
    expect(rejected.map(({ field, line }) => [line, field])).toEqual([
      [1, "callflow.times.created_time"],
      [2, "variables.hangup_cause"],
      [3, "callflow.times.created_time"],
      [5, "record"],
      [6, "record"],
      [7, "record"],
    ])
    expect([rows.length, quality.records]).toEqual([1, 7])
  })

  it("reads the CSV of the example template", async () => {
    const row = (
      uuid: string,
      other: string,
      answer = "2026-01-05 10:00:05",
      billsec = 25,
      cause = "NORMAL_CLEARING",
    ) =>
      `"Ann","0612345678","200","public","2026-01-05 10:00:00","${answer}","2026-01-05 10:00:30",30,${billsec},"${cause}","${uuid}","${other}","","PCMU","PCMU"\n`
    const text = row("b", "a") + row("a", "b") + row("c", "") + row("d", "", "", 0, "USER_BUSY")
    const { rows } = await reading("freeswitch-cdr", text, shipped("freeswitch-csv"))
    expect(rows.map(({ case: key, id }) => [key, id])).toEqual([
      ["a", "b"],
      ["a", "a"],
      ["c", "c"],
      ["d", "d"],
    ])
    expect(callsOf(rows).map((leg) => [leg.human, leg.disposition])).toEqual([
      [true, "answered"],
      [true, "answered"],
      [false, "automated"],
      [false, "busy"],
    ])
  })

  it("takes dispositions and proof from the mapping", async () => {
    const mapping = readMapping(
      `{ "dispositions": { "NO_ROUTE_DESTINATION": "closed" }, "human": { "proof": "disposition" } }`,
    )
    expect(await legOf({ apps: ["ivr"] }, mapping)).toMatchObject({ human: "unknown" })
    const leg = { times: unanswered, variables: { hangup_cause: "NO_ROUTE_DESTINATION", billsec: "0" } }
    expect(await legOf(leg, mapping)).toMatchObject({ disposition: "closed" })
  })

  it.each([
    ["<xml/>", "the input is XML, not JSON"],
    ["uuid,start\n", "the input is not JSON"],
    ['[{"a":1},\n{"b":]', "line 2: not valid JSON"],
    ['[{"a":1}', "the JSON ends too early"],
    ['{\n"a": 1,\n"b": }', "line 3: not valid JSON"],
    [`[${"[".repeat(200)}`, "levels of nesting"],
    [`[{"a":"${"x".repeat(5 * 1024 * 1024)}`, "a value of more than 4 MiB"],
  ] as const)("refuses %.30j", async ([text, message]) => {
    await expect(reading("freeswitch-cdr", text)).rejects.toThrow(message)
  })

  it("rejects a line beyond all bounds, and reads on", async () => {
    const good = JSON.stringify(record({}))
    const { rejected, rows } = await reading(
      "freeswitch-cdr",
      `${good}\n{"a":"${"x".repeat(5 * 1024 * 1024)}"}\n${good}`,
    )
    expect(rejected.map((one) => one.reason)).toEqual(["a line of at most 4 MiB"])
    expect(rows.map((row) => row.line)).toEqual([1, 3])
  })
})
