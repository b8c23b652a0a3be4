/**
 * Removes streams. Their positions stay taken and are recorded as purged; commits of which no event is left are forgotten.
 */
import type { Commit, EventEnvelope } from "@tacet/core/eventsourcing"
import type { Value } from "../file/Driver.ts"
import type { Transaction } from "../file/Transaction.ts"

/** Carries out the purge of a commit that ends at a position. */
export const purge = (
  transaction: Transaction,
  customer: Value,
  { reason, streams }: Commit.Purge,
  position: EventEnvelope.Position,
  recordedAt: EventEnvelope.EpochMillis,
): void => {
  const { all, one, run } = transaction
  let events = 0
  for (const { id, kind } of streams) {
    const stream = one("SELECT id FROM stream WHERE customer = ? AND stream_id = ? AND kind = ?", customer, id, kind)
    if (stream === undefined) continue
    const gone = all("DELETE FROM event WHERE stream = ? RETURNING position, made_commit", stream["id"])
    run("DELETE FROM stream WHERE id = ?", stream["id"])
    for (const commit of new Set(gone.map((row) => row["made_commit"]!))) {
      run(
        "DELETE FROM made_commit WHERE id = ? AND NOT EXISTS (SELECT 1 FROM event WHERE made_commit = made_commit.id)",
        commit,
      )
    }
    for (const range of rangesOf(gone.map((row) => row["position"] as number))) record(transaction, customer, range)
    events += gone.length
  }
  run("INSERT INTO purge VALUES (?, ?, ?, ?, ?, ?)", customer, position, reason, streams.length, events, recordedAt)
  if (events > 0) transaction.removes()
}

interface Range {
  readonly first: number
  readonly last: number
}

const rangesOf = (positions: ReadonlyArray<number>): ReadonlyArray<Range> => {
  const ranges: Array<{ first: number; last: number }> = []
  for (const position of positions.toSorted((one, other) => one - other)) {
    const range = ranges.at(-1)
    if (range?.last === position - 1) range.last = position
    else ranges.push({ first: position, last: position })
  }
  return ranges
}

/** Records a range, as one with those that it touches. */
const record = ({ one, run }: Transaction, customer: Value, { first, last }: Range): void => {
  const before = one("DELETE FROM purged WHERE customer = ? AND last = ? RETURNING first", customer, first - 1)
  const behind = one("DELETE FROM purged WHERE customer = ? AND first = ? RETURNING last", customer, last + 1)
  run("INSERT INTO purged VALUES (?, ?, ?)", customer, before?.["first"] ?? first, behind?.["last"] ?? last)
}
