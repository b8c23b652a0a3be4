import { describe, expect, it } from "@tacet/vitest"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { Arbitraries } from "@tacet/testing"
import * as Expected from "./ExpectedVersion.ts"

const anActual = FastCheck.nat({ max: 25 })

describe("the table of expected versions", () => {
  it.each([
    [Expected.none, 0, true],
    [Expected.none, 1, false],
    [Expected.exact(0), 0, true],
    [Expected.exact(0), 1, false],
    [Expected.exact(3), 0, false],
    [Expected.exact(3), 2, false],
    [Expected.exact(3), 3, true],
    [Expected.exact(3), 4, false],
    [Expected.exists, 0, false],
    [Expected.exists, 1, true],
    [Expected.any, 0, true],
    [Expected.any, 9, true],
  ] as const)("%j", ([expected, actual, holds]) => {
    expect(Expected.holds(expected, actual)).toBe(holds)
  })

  // Planted and found: a stream without events taken for one that exists.
  it.prop("none is exact 0, and exists is its contrary", [anActual], (actual) => {
    expect(Expected.holds(Expected.none, actual)).toBe(Expected.holds(Expected.exact(0), actual))
    expect(Expected.holds(Expected.exists, actual)).toBe(!Expected.holds(Expected.none, actual))
  })

  // Planted and found: a later version taken for the exact one.
  it.prop("an exact version holds for one version alone", [anActual, anActual], (expected, actual) => {
    expect(Expected.holds(Expected.exact(expected), actual)).toBe(expected === actual)
  })
})

describe("an expected version", () => {
  // Planted and found: only the last digit of a version printed.
  it.prop(
    "is described in words that differ where it differs",
    [Arbitraries.anExpectedVersion, Arbitraries.anExpectedVersion],
    (one, other) => {
      expect(Expected.format(one) === Expected.format(other)).toBe(JSON.stringify(one) === JSON.stringify(other))
    },
  )

  it("is described in words", () => {
    expect([Expected.none, Expected.exact(3), Expected.exists, Expected.any].map(Expected.format)).toEqual([
      "none",
      "exact 3",
      "exists",
      "any",
    ])
  })

  // Planted and found: a schema of versions that begins at 1.
  it.prop("passes its schema and back", [Arbitraries.anExpectedVersion], (expected) => {
    expect(Schema.decodeUnknownSync(Expected.ExpectedVersion)(JSON.parse(JSON.stringify(expected)))).toEqual(expected)
  })
})
