import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import type { SourceRow } from "../SourceRow.ts"
import { minute, numbered } from "./importing.testing.ts"
import * as ReorderBuffer from "./ReorderBuffer.ts"

const lateness = 60 * minute

/** Rows of a file with how long each waited before it was written, at most the lateness. */
const delayedRows = fc
  .array(fc.record({ at: fc.nat(500 * minute), delay: fc.nat(lateness) }), { maxLength: 60 })
  .map((rows) => {
    const written = rows.toSorted((one, other) => one.at + one.delay - (other.at + other.delay))
    return numbered(written.map(({ at }, place) => ({ at, case: `case ${place}`, facts: [] })))
  })

const passed = (rows: ReadonlyArray<SourceRow>, buffer = ReorderBuffer.make(lateness)) => [
  ...rows.flatMap((row) => [...buffer.push(row)]),
  ...buffer.drain(),
]

describe("the reorder buffer", () => {
  // Planted: a row that is held for half of the lateness.
  it.prop("undoes every delay within the lateness", [delayedRows], (rows) => {
    const given = passed(rows)
    expect(given.map(({ row }) => row.at)).toEqual(rows.map(({ at }) => at).toSorted((one, other) => one - other))
    expect(given.some(({ late }) => late)).toBe(false)
  })

  // Planted: rows of one moment compared by their time alone.
  it.prop("keeps rows of one moment in the order of the file", [delayedRows], (rows) => {
    const given = passed(rows.map((row) => ({ ...row, at: Math.round(row.at / (200 * minute)) * minute })))
    given.slice(1).forEach(({ row }, place) => {
      const before = given[place]
      if (before !== undefined && before.row.at === row.at) expect(before.row.line).toBeLessThan(row.line)
    })
  })

  // Planted: a drain that keeps the rows of the latest moment.
  it.prop("gives each row once", [delayedRows], (rows) => {
    const lines = passed(rows).map(({ row }) => row.line)
    expect(lines.toSorted((one, other) => one - other)).toEqual(rows.map(({ line }) => line))
  })

  it("says of a row beyond the lateness that it is late, and holds nothing up for it", () => {
    const rows = numbered([0, 3 * lateness, lateness].map((at) => ({ at, case: "one", facts: [] })))
    const buffer = ReorderBuffer.make(lateness)
    expect(passed(rows, buffer).map(({ late, row }) => [row.line, late])).toEqual([
      [1, false],
      [3, false],
      [2, false],
    ])
    const again = numbered([0, 3 * lateness, 10 * lateness, lateness].map((at) => ({ at, case: "one", facts: [] })))
    expect(passed(again).map(({ late, row }) => [row.line, late])).toEqual([
      [1, false],
      [2, false],
      [4, true],
      [3, false],
    ])
  })

  it("holds the rows of the lateness, however long the file", () => {
    const buffer = ReorderBuffer.make(lateness)
    let most = 0
    for (let at = 0; at < 100_000; at++) {
      buffer.push({ _tag: "row", line: at + 1, case: "one", facts: [], at: at * minute })
      most = Math.max(most, buffer.size)
    }
    expect(most).toBe(61)
  })
})
