/**
 * Sees that removed bytes are in no file any more.
 *
 * `secure_delete` overwrites a removed row where it was. Two copies are beyond its reach. The write-ahead log holds the
 * pages of before: it is emptied behind each removal. And where SQLite had moved rows from one page to another, what it
 * moved still stands in the unused part of the first: only writing the file anew (`VACUUM`) leaves that behind. It follows
 * once no more is removed for a while, and when the layer closes. The file itself holds what is owed, so that after a crash
 * the next layer pays.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Connection } from "./Driver.ts"
import { causeOf } from "./FileError.ts"
import type { FileOptions } from "./Options.ts"
import * as RealTime from "./RealTime.ts"
import type { Transaction } from "./Transaction.ts"

interface Opened {
  readonly connection: Connection
  readonly statements: Pick<Transaction, "one" | "run">
}

/** The upkeep of one file by one layer. */
export interface Upkeep {
  /** Rows were removed just now. */
  readonly removed: () => void
  /** Compacts the file, if rows were removed, before it is closed. */
  readonly close: () => void
  /** Pays in the background while the scope is open. */
  readonly run: Effect.Effect<void, never, Scope.Scope>
}

/** Notes in a transaction that it removes. */
export const note = ({ run }: Pick<Transaction, "run">): void => void run("UPDATE upkeep SET removals = removals + 1")

/** Empties the write-ahead log, if no other connection needs it at this moment. */
const empty = ({ statements }: Opened): boolean => {
  const row = statements.one("PRAGMA wal_checkpoint(TRUNCATE)")
  return row?.["busy"] === 0
}

/** Writes the file anew, if rows were removed since it last was. Answers whether nothing is owed now. */
const compact = (at: Opened): boolean => {
  const { one, run } = at.statements
  const row = one("SELECT removals, compacted FROM upkeep")
  const [removals, compacted] = [Number(row?.["removals"]), Number(row?.["compacted"])]
  if (removals === compacted) return empty(at)
  at.connection.exec("VACUUM")
  if (!empty(at)) return false
  run("UPDATE upkeep SET compacted = max(compacted, ?)", removals)
  return true
}

/** The longest that removals which follow each other put a compaction off, in milliseconds. */
const longest = 10_000

/** Makes the upkeep of a file. */
export const make = (
  { compactAfter = 1_000 }: Pick<FileOptions, "compactAfter">,
  current: () => Opened,
): Effect.Effect<Upkeep> =>
  Effect.gen(function* () {
    const quiet = Duration.toMillis(Duration.fromInputUnsafe(compactAfter))
    // What a process that crashed owed is paid by the next.
    const owed = yield* Latch.make(true)
    let [isOwed, removals] = [true, 0]

    const settled = Effect.gen(function* () {
      const begun = RealTime.now()
      let seen: number
      do {
        seen = removals
        yield* RealTime.wait(quiet)
      } while (seen !== removals && RealTime.now() - begun < longest)
    })

    /** Answers why not, if nothing was paid. */
    const pay = (): string | undefined => {
      try {
        const before = removals
        if (!compact(current())) return "another process reads"
        isOwed = before !== removals
        return undefined
      } catch (error) {
        return causeOf(error)
      }
    }

    const paying = Effect.gen(function* () {
      for (let pause = 1_000; ; pause = Math.min(pause * 2, 60_000)) {
        const cause = pay()
        if (cause === undefined) return
        if (pause > 8_000) {
          yield* Effect.logWarning(`removed rows may still be in the file or its write-ahead log (${cause})`)
        }
        yield* RealTime.wait(pause)
      }
    })

    return {
      removed: () => {
        removals++
        isOwed = true
        try {
          empty(current())
        } catch {
          // It is owed.
        }
        owed.openUnsafe()
      },
      close: () => {
        if (isOwed) pay()
      },
      run: Effect.asVoid(
        Effect.forkScoped(
          Effect.forever(
            Effect.gen(function* () {
              yield* owed.await
              yield* owed.close
              yield* settled
              yield* paying
            }),
          ),
        ),
      ),
    }
  })
