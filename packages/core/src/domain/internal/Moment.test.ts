import * as Schema from "effect/Schema"
import { describe, expect, it } from "@tacet/vitest"
import { Moment } from "./Moment.ts"

const isRead = (day: string) => Schema.decodeUnknownResult(Moment)(`${day}T00:00:00Z`)._tag === "Success"

describe("a moment from outside", () => {
  it.each(["2023-02-28", "2024-02-29", "2000-02-29", "2026-01-31", "2026-04-30", "2026-12-31"])(
    "is read on %s",
    (day) => expect(isRead(day)).toBe(true),
  )
  it.each([
    "2023-02-29",
    "2024-02-30",
    "2100-02-29",
    "2026-04-31",
    "2026-06-31",
    "2026-11-31",
    "2026-13-01",
    "2026-01-00",
  ])("is refused on %s, which the calendar does not have", (day) => expect(isRead(day)).toBe(false))
})
