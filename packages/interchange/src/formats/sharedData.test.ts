/**
 * The readers against real files, whose numbers were computed independently. The files are not part of the repository:
 * where they are absent, these tests are skipped.
 */
import { describe, expect, it } from "@tacet/vitest"
import { callsOf, factsOf, hasSharedData, reading, sharedFile, shipped, variantsOf } from "./reading.testing.ts"

const test = it.skipIf(!hasSharedData)
const distinct = (values: ReadonlyArray<unknown>): number => new Set(values).size
const top = (variants: ReadonlyMap<string, number>): ReadonlyArray<number> =>
  [...variants.values()].toSorted((a, b) => b - a).slice(0, 3)

describe("real files", () => {
  test("the help desk's XES, packed, needs no mapping", async () => {
    const { complete, quality, rejected, rows } = await reading("xes", sharedFile("helpdesk/helpdesk.xes.gz"))
    expect([rows.length, distinct(rows.map((row) => row.case)), rejected.length]).toEqual([21_348, 4580, 0])
    expect(complete.map((one) => one.case)).toEqual([...new Set(rows.map((row) => row.case))])
    const variants = variantsOf(rows)
    expect(variants.size).toBe(226)
    expect(top(variants)).toEqual([2366, 552, 228])
    expect(variants.get("Assign seriousness > Take in charge ticket > Resolve ticket > Closed")).toBe(2366)
    expect(quality).toMatchObject({ records: 21_348, dropped: 0 })
  })

  test("the textbook example's XES, with globals and classifiers", async () => {
    const { rows } = await reading("xes", sharedFile("running_example/running-example.xes"))
    expect([rows.length, distinct(rows.map((row) => row.case)), variantsOf(rows).size]).toEqual([42, 6, 6])
  })

  test("the receipt phase's CSV", async () => {
    const { rejected, rows } = await reading("csv", sharedFile("receipt/receipt.csv"), shipped("csv-events"))
    expect([rows.length, distinct(rows.map((row) => row.case)), rejected.length]).toEqual([8577, 1434, 0])
    const variants = variantsOf(rows)
    expect(variants.size).toBe(116)
    expect(top(variants)).toEqual([713, 123, 116])
  })

  test("the help desk's encoded CSV", async () => {
    const { rows } = await reading("csv", sharedFile("helpdesk/helpdesk_encoded.csv"), shipped("csv-encoded-events"))
    expect([rows.length, distinct(rows.map((row) => row.case)), variantsOf(rows).size]).toEqual([13_710, 3804, 154])
  })

  test("sessions with flags in columns", async () => {
    const { rows } = await reading("csv", sharedFile("airbnb/airbnb-session-data.txt"), shipped("csv-sessions"))
    expect([rows.length, distinct(rows.map((row) => row.person))]).toEqual([7756, 630])
    const facts = factsOf(rows)
    const count = (name: string) => facts.filter((fact) => fact._tag === "step" && fact.step === name).length
    expect([count("search"), count("message"), facts.filter((fact) => fact._tag === "goal").length]).toEqual([
      1236, 1279, 145,
    ])
  })

  test("FreePBX: 230 of 856 legs are proven to have reached a person", async () => {
    const input = sharedFile("asterisk/freepbx_cdr_pseudonymised.csv")
    const { quality, rejected, rows } = await reading("asterisk-cdr", input, shipped("freepbx-proven"))
    const legs = callsOf(rows)
    expect([legs.length, rejected.length, distinct(rows.map((row) => row.case))]).toEqual([856, 0, 856])
    expect(legs.filter((leg) => leg.human === true && leg.talkSeconds! > 0)).toHaveLength(230)
    expect(legs.filter((leg) => leg.human !== true && leg.human !== false)).toHaveLength(0)
    expect(legs.filter((leg) => leg.human === true)).toHaveLength(230)
    expect(legs.filter((leg) => leg.disposition === "voicemail")).toHaveLength(338)
    expect(legs.filter((leg) => leg.disposition === "queueAbandoned")).toHaveLength(10)
    // The two legs that talked though they were not answered.
    expect(quality.clamped).toBe(2)
  })

  test("FreePBX: 725 of 856 legs pass the test that counts every answer", async () => {
    const input = sharedFile("asterisk/freepbx_cdr_pseudonymised.csv")
    const { rows } = await reading("asterisk-cdr", input, shipped("freepbx-naive"))
    const legs = callsOf(rows)
    expect(legs.filter((leg) => leg.talkSeconds! > 0 && leg.human === "unknown")).toHaveLength(725)
    expect(legs.filter((leg) => leg.talkSeconds! > 0 && leg.human !== "unknown")).toHaveLength(0)
    expect(legs.every((leg) => leg.asksForPerson)).toBe(true)
    expect(legs.filter((leg) => leg.disposition === "answered")).toHaveLength(747)
  })

  test("FreePBX: the declared zone agrees with the epoch that begins each unique id", async () => {
    const input = sharedFile("asterisk/freepbx_cdr_pseudonymised.csv")
    const { rows } = await reading("asterisk-cdr", input, shipped("freepbx-proven"), { timeZone: "Asia/Tokyo" })
    const offsets = rows.map((row) => Math.abs(row.at - Number(row.case) * 1000))
    expect(Math.max(...offsets)).toBeLessThan(5000)
  })

  test("cdr-custom: 11 of 14 calls reached the other end", async () => {
    const { rows } = await reading("asterisk-cdr", sharedFile("asterisk/Master_csv_sample.csv"), shipped("cdr-custom"))
    const legs = callsOf(rows)
    expect([legs.length, legs.filter((leg) => leg.human === true && leg.talkSeconds! > 0).length]).toEqual([14, 11])
    expect(legs.filter((leg) => leg.disposition === "noAnswer")).toHaveLength(3)
    expect(distinct(rows.map((row) => row.id))).toBe(14)
  })

  test("cdr-custom read as cdr-csv is refused: the order is never guessed", async () => {
    const wrong = reading("asterisk-cdr", sharedFile("asterisk/Master_csv_sample.csv"), shipped("cdr-csv"))
    await expect(wrong).rejects.toThrow("no row has 18 or 21 columns")
  })

  test.each(["jsonocel", "xmlocel"])("the OCEL 2.0 example in .%s", async (encoding) => {
    const { quality, rejected, rows } = await reading(
      "ocel2",
      sharedFile(`ocel/ocel20_example.${encoding}`),
      shipped("ocel-purchase-order"),
      { timeZone: "Europe/Paris" },
    )
    expect(quality).toMatchObject({ records: 13, objects: 9 })
    expect([rows.length, rejected.length]).toEqual([5, 8])
    expect(distinct(rejected.map((row) => row.reason))).toBe(1)
    expect([...variantsOf(rows)]).toEqual([
      ["Create Purchase Order > Change PO Quantity > Insert Invoice > Insert Invoice", 1],
      ["Create Purchase Order", 1],
    ])
    // The XML writes local times of Paris, the JSON their instants.
    expect(rows[0]?.at).toBe(Date.parse("2022-01-10T08:15:00Z"))
  })

  test("an OCEL log of several object types says which one it needs", async () => {
    const input = sharedFile("ocel/ocel20_example.jsonocel")
    await expect(reading("ocel2", input)).rejects.toThrow("4 object types and none is named Interaction")
  })

  test.each(["ocel/example_log.jsonocel", "ocel/recruiting-red.jsonocel"])("OCEL 1.0 is refused: %s", async (path) => {
    await expect(reading("ocel2", sharedFile(path))).rejects.toThrow("the log is OCEL 1.0")
  })

  test("the SQLite encoding is refused", async () => {
    const input = sharedFile("ocel/ocel20_example.sqlite")
    await expect(reading("ocel2", input)).rejects.toThrow("SQLite database: export the log as OCEL 2.0")
  })

  test("the queue log, one row for each event", async () => {
    const { quality, rejected, rows } = await reading(
      "csv",
      sharedFile("asterisk/queue_log_pseudonymised.csv"),
      shipped("asterisk-queue-log"),
    )
    expect(quality.records).toBe(1000)
    expect(rejected).toHaveLength(0)
    const facts = factsOf(rows)
    const count = (tag: string) => facts.filter((fact) => fact._tag === tag).length
    expect([count("callPlaced"), count("callAnswered")]).toEqual([108, 93])
    const abandoned = facts.filter((fact) => fact._tag === "callEnded" && fact.disposition === "queueAbandoned")
    // Twelve hung up, one was sent on after its time.
    expect(abandoned).toHaveLength(13)
  })
})
