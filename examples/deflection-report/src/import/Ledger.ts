/**
 * The account of every row: accepted, rejected or a duplicate, so that the three always add up to what was read. What
 * was rejected is handed on at once, by line, field, rule and reason; nothing of a row's content is in it.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { RejectedRow } from "../SourceRow.ts"
import type { Fault } from "./Commands.ts"
import type { RowReference } from "./Unit.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** What became of the rows of an input. */
export const InputFigures = Schema.Struct({
  /** Rows read: the sum of the next three. */
  rows: Count,
  accepted: Count,
  rejected: Count,
  /** Rows that say again what was recorded. */
  duplicates: Count,
  /** Rejected rows by the key of the rule, in code-point order. */
  rejectedByRule: Schema.Record(Schema.String, Count),
  /** Rows that came later than the lateness allows; they count in one of the three above all the same. */
  late: Count,
  /** Calls attributed to an interaction because the same person made them. */
  attributedCalls: Count,
  /** Returns of a person noted on the interaction before. */
  recontacts: Count,
  /** Durations below zero that were taken as zero. */
  clampedDurations: Count,
})
export type InputFigures = typeof InputFigures.Type

/** Where rejected rows go. */
export type RejectSink = (reject: RejectedRow) => Effect.Effect<void>

/** Rejected rows that nobody asked for are counted only. */
export const noSink: RejectSink = () => Effect.void

export interface Ledger {
  /** The unit was recorded. */
  readonly accepted: (rows: ReadonlyArray<RowReference>) => void
  readonly duplicate: (rows: ReadonlyArray<RowReference>) => void
  readonly rejected: (rows: ReadonlyArray<RowReference>, fault: Fault) => Effect.Effect<void>
  readonly unreadable: (row: RejectedRow) => Effect.Effect<void>
  readonly count: (what: "late" | "attributedCalls" | "recontacts" | "clampedDurations", by?: number) => void
  readonly figures: () => InputFigures
}

export const make = (sink: RejectSink): Ledger => {
  let accepted = 0
  let duplicates = 0
  let rejected = 0
  const byRule = new Map<string, number>()
  const counts = { late: 0, attributedCalls: 0, recontacts: 0, clampedDurations: 0 }

  const unreadable = (row: RejectedRow): Effect.Effect<void> => {
    rejected++
    byRule.set(row.rule, (byRule.get(row.rule) ?? 0) + 1)
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
