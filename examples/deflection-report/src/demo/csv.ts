/**
 * The invented log as CSV, line by line.
 */
import type { Line } from "./generate.ts"
import { columns } from "./scenario.ts"

/** The text of the log, header first. */
export function* csv(lines: ReadonlyArray<Line>): Generator<string> {
  yield `${columns.join(",")}\n`
  for (const { cells } of lines) yield `${columns.map((column) => quoted(cells[column] ?? "")).join(",")}\n`
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
