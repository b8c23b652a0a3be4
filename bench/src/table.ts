/**
 * Sections as text: one table each, columns of figures aligned at the right.
 */
import * as Load from "./Load.ts"
import { type Measurement, met } from "./Measurement.ts"
import type { Section } from "./Work.ts"

/** A section as lines of text. */
export const format = ({ load, measurements, notes, title }: Section): string => {
  const worst = load === undefined ? undefined : Load.worst(load)
  const columns = columnsAt(worst)
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
  const told = load === undefined ? notes : [...notes, loadOf(load)]
  return [title, ...told.map((note) => `  ${note}`), "", ...lines.map((line) => `  ${line}`), ""].join("\n")
}

const figure = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2)

const optional = (value: number | undefined, text: (value: number) => string): string =>
  value === undefined ? "" : text(value)

const loadOf = (load: Load.Load): string => {
  const during = load.during === undefined ? "not counted by this system" : `${load.during} processors`
  const verdict = Load.worst(load) > Load.limit ? `; above ${Load.limit}, so no wall-clock ratio is stated` : ""
  return `load before: ${load.before}; other programs meanwhile: ${during}${verdict}`
}

const ratio = (value: number): string => `${value < 0.1 ? value.toPrecision(2) : value.toFixed(2)} x`

type Column = readonly [head: string, cell: (measurement: Measurement) => string]

const columnsAt = (load: number | undefined): ReadonlyArray<Column> => [
  ["subject", ({ subject }) => subject],
  ["median", ({ median, unit }) => `${figure(median)} ${unit}`],
  ["from", ({ minimum }) => optional(minimum, figure)],
  ["to", ({ maximum }) => optional(maximum, figure)],
  ["M events/s", ({ millionEventsPerSecond }) => optional(millionEventsPerSecond, figure)],
  ["ns/event", ({ nanosecondsPerEvent }) => optional(nanosecondsPerEvent, figure)],
  ["client CPU", ({ clientMicroseconds }) => optional(clientMicroseconds, (value) => `${figure(value)} us`)],
  ["server CPU", ({ serverMicroseconds }) => optional(serverMicroseconds, (value) => `${figure(value)} us`)],
  ["share", ({ share }) => optional(share, (value) => `${(value * 100).toFixed(1)} %`)],
  ["compared with", ({ comparisons = [] }) => comparisons.map(({ baseline }) => baseline).join("; ")],
  [
    "processor time",
    ({ comparisons = [] }) =>
      comparisons.map(({ processorRatio }) => (processorRatio === null ? "-" : ratio(processorRatio))).join("; "),
  ],
  [
    "wall clock",
    ({ comparisons = [] }) =>
      comparisons.some((one) => one.ratio === null)
        ? `not stated: load ${load}`
        : comparisons.map((one) => ratio(one.ratio!)).join("; "),
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
