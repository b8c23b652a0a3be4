/**
 * Tables for a terminal: columns as wide as their widest cell, numbers to the right.
 */

export type Align = "left" | "right"

/** The lines of a table; the first row is its head. */
export const table = (
  aligns: ReadonlyArray<Align>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
): ReadonlyArray<string> => {
  const widths = aligns.map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))))
  return rows.map((row) =>
    aligns
      .map((align, column) => {
        const cell = row[column] ?? ""
        const gap = " ".repeat((widths[column] ?? 0) - width(cell))
        return align === "left" ? cell + gap : gap + cell
      })
      .join("  ")
      .trimEnd(),
  )
}

/** As many columns as a terminal gives to most scripts: one for each code point. */
const width = (text: string): number => Array.from(text).length
