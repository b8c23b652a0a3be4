/**
 * Sections as text: one table each, columns of figures aligned at the right.
 */
import { type Measurement, met } from "./Measurement.ts"
import type { Section } from "./Work.ts"

/** A section as lines of text. */
export const format = ({ measurements, notes, title }: Section): string => {
  const used = columns.filter(([, cell]) => measurements.some((measurement) => cell(measurement) !== ""))
  const rows = [
    used.map(([head]) => head),
    ...measurements.map((measurement) => used.map(([, cell]) => cell(measurement))),
  ]
  const widths = used.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  )
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "))
  return [title, ...notes.map((note) => `  ${note}`), "", ...lines.map((line) => `  ${line}`), ""].join("\n")
}

const figure = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

const optional = (value: number | undefined, text: (value: number) => string): string =>
  value === undefined ? "" : text(value)

const columns: ReadonlyArray<readonly [head: string, cell: (measurement: Measurement) => string]> = [
  ["subject", ({ subject }) => subject],
  ["median", ({ median, unit }) => `${figure(median)} ${unit}`],
  ["from", ({ minimum }) => optional(minimum, figure)],
  ["to", ({ maximum }) => optional(maximum, figure)],
  ["M events/s", ({ millionEventsPerSecond }) => optional(millionEventsPerSecond, figure)],
  ["ns/event", ({ nanosecondsPerEvent }) => optional(nanosecondsPerEvent, figure)],
  ["client CPU", ({ clientMicroseconds }) => optional(clientMicroseconds, (value) => `${figure(value)} us`)],
  ["server CPU", ({ serverMicroseconds }) => optional(serverMicroseconds, (value) => `${figure(value)} us`)],
  ["share", ({ share }) => optional(share, (value) => `${(value * 100).toFixed(1)} %`)],
  [
    "compared",
    ({ comparisons = [] }) =>
      comparisons.map(({ ratio }) => `${ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2)} x`).join(", "),
  ],
  [
    "aim",
    ({ comparisons = [], limit }) =>
      [
        ...comparisons.flatMap(({ baseline, target }) => (target === undefined ? [] : [`>= ${target} x ${baseline}`])),
        ...(limit === undefined ? [] : [`<= ${limit}`]),
      ].join(", "),
  ],
  ["", (measurement) => ({ true: "met", false: "MISSED", undefined: "" })[`${met(measurement)}`]],
]
