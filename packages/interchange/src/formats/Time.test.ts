import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { DateTime } from "luxon"
import type { TimeField } from "../mapping/Field.ts"
import { Violation } from "./Violation.ts"
import { timeReader } from "./Time.ts"

const read = (text: string, time: TimeField = "t", zone = "Europe/Paris") =>
  timeReader(time, zone, "time", () => undefined)((field) => (field === "t" ? text : undefined))

const inFormat = (format: string, text: string, zone = "Europe/Paris") => read(text, { field: "t", format }, zone)

describe("moments", () => {
  it.each([
    ["2026-07-01T10:00:00Z", "2026-07-01T10:00:00Z"],
    ["2026-07-01T10:00:00", "2026-07-01T08:00:00Z"],
    ["2026-01-01 10:00:00", "2026-01-01T09:00:00Z"],
    ["2026-01-01", "2025-12-31T23:00:00Z"],
    ["2026-01-01 10:00", "2026-01-01T09:00:00Z"],
    ["2011-10-11 13:45:40.276000+02:00", "2011-10-11T11:45:40.276Z"],
    ["2011-10-11T13:45:40,276-0330", "2011-10-11T17:15:40.276Z"],
    ["2011-10-11T13:45:40+02", "2011-10-11T11:45:40Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
  ] as const)("ISO and SQL: %s is %s", ([text, instant]) => {
    expect(read(text)).toBe(Date.parse(instant))
  })

  it.each([
    "2026-02-29",
    "2026-04-31T10:00:00Z",
    "2026-13-01",
    "2026-00-10",
    "2026-01-00",
    "2026-01-01T24:00:00Z",
    "2026-01-01T10:60:00Z",
    "2026-01-01T10:00:60Z",
    "20260101",
    "2026",
    "1543527289",
    "2026-1-1",
    "now",
    "\u0000",
    "2026-01-01T10:00:00+19:00",
    "２０２６-01-01",
  ])("rejects %j", (text) => {
    expect(() => read(text)).toThrow(Violation)
  })

  it.each([
    "0",
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0000-00-00T00:00:00.000Z",
    "1970-01-01",
    "1970-01-01 00:00:00",
    "1970-01-01T01:00:00+01:00",
    "1900-01-01 00:00:00",
    "0001-01-01T00:00:00Z",
    "NULL",
    "\\N",
    "-",
    "N/A",
  ])("is absent where %j says that it never came", (text) => {
    expect(read(text)).toBeUndefined()
    expect(read(text, "t", "Europe/Paris")).toBeUndefined()
  })

  it("is the moment beside such a text", () => {
    expect(read("1970-01-01T00:00:01Z")).toBe(1000)
    expect(read("1970-01-02T00:00:00Z")).toBe(86_400_000)
  })

  it("is absent where its field is empty", () => {
    expect(read("  ")).toBeUndefined()
  })

  it("takes the earlier of two instants when clocks go back", () => {
    expect(read("2026-10-25 02:30:00")).toBe(Date.parse("2026-10-25T00:30:00Z"))
    expect(read("2026-10-25 03:00:00")).toBe(Date.parse("2026-10-25T02:00:00Z"))
  })

  it("rejects a local time that clocks skip", () => {
    expect(() => read("2026-03-29 02:30:00")).toThrow("a local time that exists")
    expect(() => inFormat("d/M/yyyy H:mm", "29/3/2026 2:30")).toThrow("a local time that exists")
    expect(read("2026-03-29 03:00:00")).toBe(Date.parse("2026-03-29T01:00:00Z"))
  })

  it("reads the declared format, in the declared zone, from one field or several", () => {
    expect(inFormat("d/M/yyyy H:mm:ss", "1/9/2017 16:33:01", "Europe/Lisbon")).toBe(Date.parse("2017-09-01T15:33:01Z"))
    expect(inFormat("yyyy-MM-dd HH:mm:ss ZZZ", "2017-09-01 16:33:01 +0500")).toBe(Date.parse("2017-09-01T11:33:01Z"))
    const several: TimeField = { field: ["d", "h"], format: "yyMMdd H:mm:ss", zone: "UTC" }
    const parts = new Map([
      ["d", "990131"],
      ["h", "9:05:00"],
    ])
    const instant = timeReader(several, "Asia/Tokyo", "time", () => undefined)((field) => parts.get(field))
    expect(instant).toBe(Date.parse("1999-01-31T09:05:00Z"))
  })

  it("rejects a date that the calendar does not have, in any format", () => {
    expect(() => inFormat("d/M/yyyy H:mm:ss", "31/2/2017 16:33:01")).toThrow("a date and time of the calendar")
  })

  it.each([
    ["epochSeconds", "1543527289", 1_543_527_289_000],
    ["epochSeconds", "1543527289.25", 1_543_527_289_250],
    ["epochMillis", "1543527289123", 1_543_527_289_123],
    ["epochMicros", "1543527289123456", 1_543_527_289_123],
  ] as const)("reads %s", ([format, text, instant]) => {
    expect(inFormat(format, text)).toBe(instant)
  })

  it.each(["1e9", "0x10", "", "Infinity", "999999999999999999"])("rejects %j as an epoch", (text) => {
    if (text === "") expect(inFormat("epochSeconds", text)).toBeUndefined()
    else expect(() => inFormat("epochSeconds", text)).toThrow(Violation)
  })

  // Planted: the offset of the zone added and not subtracted.
  it.prop(
    "agree with Luxon wherever a local time exists once",
    [
      fc.integer({ min: 86_401, max: 4_000_000_000 }),
      fc.constantFrom("Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"),
    ],
    (second, zone) => {
      const moment = DateTime.fromSeconds(second, { zone })
      const text = moment.toFormat("yyyy-MM-dd HH:mm:ss")
      const earliest = Math.min(...moment.getPossibleOffsets().map((one) => one.toMillis()))
      expect(read(text, "t", zone)).toBe(earliest)
      expect(inFormat("d.M.yyyy HH:mm:ss", moment.toFormat("d.M.yyyy HH:mm:ss"), zone)).toBe(earliest)
    },
    { numRuns: 300 },
  )
})
