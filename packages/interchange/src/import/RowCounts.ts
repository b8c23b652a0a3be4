/**
 * Counts every row as accepted, rejected or a duplicate; the three add up to the rows read. A rejected row is passed to
 * a sink at once, by line, field, rule and reason, without any of its content.
 */
import * as Effect from "effect/Effect"
import type { Quality, RejectedRow } from "../SourceRow.ts"
import type { Violation } from "./Commands.ts"
import type { RowReference } from "./Unit.ts"

/** The outcome of the rows of an input. */
export interface RowCounts {
  /** Rows read: the sum of the next three. */
  readonly rows: number
  readonly accepted: number
  readonly rejected: number
  /** Rows that repeat a recorded row. */
  readonly duplicates: number
  /** Rejected rows by the key of the rule, in code-point order. */
  readonly rejectedByRule: Readonly<Record<string, number>>
  /** Rows that came later than the lateness allows; they count in one of the three above all the same. */
  readonly late: number
  /** Calls attributed to an interaction because the same person made them. */
  readonly attributedCalls: number
  /** Returns of a person noted on the interaction before. */
  readonly recontacts: number
  /** Durations below zero that were taken as zero. */
  readonly clampedDurations: number
}

/** The rows, and the records of the file that they were read from. */
export interface InputCounts extends RowCounts {
  /** Records of the file: rows, and records that the mapping drops. In OCEL one record may be several rows. */
  readonly records: number
  /** Records that say nothing the mapping wants. */
  readonly dropped: number
  /** Objects of an OCEL file; 0 in every other format. */
  readonly objects: number
}

/** The counts of rows with those of the reader, where it keeps any. */
export const withRecords = (rows: RowCounts, quality: Readonly<Quality> | undefined): InputCounts => ({
  ...rows,
  clampedDurations: rows.clampedDurations + (quality?.clamped ?? 0),
  records: quality?.records ?? rows.rows,
  dropped: quality?.dropped ?? 0,
  objects: quality?.objects ?? 0,
})

/** Why rows were rejected: one reason, how often, and a line of the input as an example. */
export interface RejectReason {
  readonly rule: string
  readonly field: string
  readonly reason: string
  readonly rows: number
  readonly line: number
}

/** Where rejected rows go. */
export type RejectSink = (reject: RejectedRow) => Effect.Effect<void>

/** Only counts rejected rows, for a run without a file of rejects. */
export const noSink: RejectSink = () => Effect.void

/** Counts rows as they are settled. */
export interface RowCounter {
  /** The unit was recorded. */
  readonly accepted: (rows: ReadonlyArray<RowReference>) => void
  readonly duplicate: (rows: ReadonlyArray<RowReference>) => void
  readonly rejected: (rows: ReadonlyArray<RowReference>, violation: Violation) => Effect.Effect<void>
  readonly unreadable: (row: RejectedRow) => Effect.Effect<void>
  readonly count: (what: "late" | "attributedCalls" | "recontacts" | "clampedDurations", by?: number) => void
  readonly figures: () => RowCounts
  /** The reasons for which most rows were rejected, the commonest first. */
  readonly commonest: (most: number) => ReadonlyArray<RejectReason>
}

/** A reason names fields and accepted values, never a value of a row, so that there are few. */
const mostReasons = 1000

export const make = (sink: RejectSink): RowCounter => {
  let accepted = 0
  let duplicates = 0
  let rejected = 0
  const byRule = new Map<string, number>()
  const byReason = new Map<string, RejectReason>()
  const counts = { late: 0, attributedCalls: 0, recontacts: 0, clampedDurations: 0 }

  const unreadable = (row: RejectedRow): Effect.Effect<void> => {
    rejected++
    byRule.set(row.rule, (byRule.get(row.rule) ?? 0) + 1)
    const { field, line, reason, rule } = row
    const key = JSON.stringify([rule, field, reason])
    const known = byReason.get(key)
    if (known !== undefined) byReason.set(key, { ...known, rows: known.rows + 1 })
    else if (byReason.size < mostReasons) byReason.set(key, { rule, field, reason, rows: 1, line })
    return sink(row)
  }

  return {
    accepted: (rows) => {
      accepted += rows.length
      for (const { id } of rows) if (id !== undefined) id.state = "recorded"
    },
    duplicate: (rows) => {
      duplicates += rows.length
      for (const { id } of rows) if (id !== undefined) id.state = "recorded"
    },
    rejected: (rows, { field, reason, rule }) => {
      for (const { id } of rows) if (id !== undefined) id.state = "refused"
      return Effect.forEach(rows, ({ line }) => unreadable({ _tag: "rejected", line, field, rule, reason }), {
        discard: true,
      })
    },
    unreadable,
    count: (what, by = 1) => {
      counts[what] += by
    },
    commonest: (most) =>
      Array.from(byReason.values())
        .sort((one, other) => other.rows - one.rows || one.line - other.line)
        .slice(0, most),
    figures: () => ({
      rows: accepted + rejected + duplicates,
      accepted,
      rejected,
      duplicates,
      rejectedByRule: Object.fromEntries(Array.from(byRule).sort(([one], [other]) => (one < other ? -1 : 1))),
      ...counts,
    }),
  }
}
