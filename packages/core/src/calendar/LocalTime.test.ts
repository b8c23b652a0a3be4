import { assert, describe, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import * as LocalTime from "./LocalTime.ts"

/** Zones with whole hours, quarters, a change of the date, and changes at odd minutes and seconds before standard time. */
const zones = ["UTC", "Europe/Paris", "Asia/Kathmandu", "Pacific/Apia", "Africa/Monrovia", "Europe/Amsterdam"]

/** Clocks changed at these instants, or within the quarter of an hour before. */
const changes = [
  Date.UTC(2021, 2, 28, 1),
  Date.UTC(2021, 9, 31, 1),
  Date.UTC(2011, 11, 30, 10),
  Date.UTC(1972, 0, 7, 0, 44, 30),
  Date.UTC(1937, 5, 30, 23, 40, 28),
]

const instant = fc.oneof(
  fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) }),
  fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -1_000_000, max: 1_000_000 })).map(([at, by]) => at + by),
)

describe("LocalTime", () => {
  it("reads the wall clock that Effect reads, whatever was asked before", () => {
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.array(instant, { minLength: 1 }), (timeZone, instants) => {
        const clock = LocalTime.make(timeZone)
        for (const at of instants) {
          const zoned = DateTime.toParts(DateTime.makeZonedUnsafe(at, { timeZone }))
          assert.deepStrictEqual(DateTime.toPartsUtc(DateTime.makeUnsafe(LocalTime.wallMillis(timeZone, at))), zoned)
          assert.strictEqual(clock.hourOfWeek(at), ((zoned.weekDay + 6) % 7) * 24 + zoned.hour)
        }
      }),
      { numRuns: 300 },
    )
  })

  it("refuses a name that no zone has", () => {
    assert.throws(() => LocalTime.make("Europe/Nowhere"))
    assert.throws(() => LocalTime.wallMillis("Europe/Nowhere", 0))
  })
})
