/**
 * The plain branch keys of a process: few, for a while, for a number of uses. One that is dropped is overwritten. Callers get copies, so
 * that none works with a key that is overwritten meanwhile.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { VaultUnavailable } from "../VaultError.ts"

/** How long plain branch keys are kept. */
export interface BranchKeyLimits {
  /** For how many milliseconds: an outage of the service that is shorter is not noticed, a key that it disables works so long. */
  readonly age: number
  /** For how many operations. */
  readonly uses: number
  /** Of how many Customers. */
  readonly customers: number
}

interface Kept {
  readonly bytes: Uint8Array
  readonly since: number
  uses: number
}

interface Asked {
  readonly answer: Deferred.Deferred<Uint8Array, VaultUnavailable>
  waiting: number
}

/** The cache. */
export interface BranchKeys {
  /** A copy of a key; whoever asks while another does shares its answer. */
  readonly get: (
    id: string,
    unwrap: Effect.Effect<Uint8Array, VaultUnavailable>,
  ) => Effect.Effect<Uint8Array, VaultUnavailable>
  /** Keeps a copy of a key that was used so often. */
  readonly keep: (id: string, key: Uint8Array, uses: number) => Effect.Effect<void>
}

/** An empty cache. */
export const make = (limits: BranchKeyLimits): BranchKeys => {
  // In the order of their age.
  const kept = new Map<string, Kept>()
  const asked = new Map<string, Asked>()

  const drop = (id: string, { bytes }: Kept) => {
    kept.delete(id)
    bytes.fill(0)
  }

  // A clock that was set back does not lengthen a life.
  const isOld = ({ since }: Kept, now: number) => now - since >= limits.age || now < since

  const dropOld = (now: number) => {
    for (const [id, key] of kept) if (isOld(key, now)) drop(id, key)
  }

  const keep = (id: string, key: Uint8Array, uses: number) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const before = kept.get(id)
      if (before !== undefined) drop(id, before)
      dropOld(now)
      for (const [other, oldest] of kept) {
        if (kept.size < limits.customers) break
        drop(other, oldest)
      }
      kept.set(id, { bytes: key.slice(), since: now, uses })
    })

  const ask = (id: string, unwrap: Effect.Effect<Uint8Array, VaultUnavailable>) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.suspend(() => {
        const other = asked.get(id)
        const mine: Asked = other ?? { answer: Deferred.makeUnsafe(), waiting: 0 }
        mine.waiting += 1
        const wait = restore(Deferred.await(mine.answer)).pipe(
          Effect.map((bytes) => {
            const copy = bytes.slice()
            if (mine.waiting === 1) bytes.fill(0)
            return copy
          }),
          Effect.ensuring(
            Effect.sync(() => {
              mine.waiting -= 1
            }),
          ),
        )
        if (other !== undefined) return wait
        asked.set(id, mine)
        // Apart from its first caller, who may be interrupted while others wait.
        return unwrap.pipe(
          Effect.tap((bytes) => keep(id, bytes, mine.waiting)),
          Effect.onExit((exit) =>
            Effect.sync(() => {
              asked.delete(id)
              Deferred.doneUnsafe(mine.answer, exit)
            }),
          ),
          Effect.forkDetach,
          Effect.andThen(wait),
        )
      }),
    )

  return {
    keep,
    get: (id, unwrap) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const [oldest] = kept.values()
        if (oldest !== undefined && isOld(oldest, now)) dropOld(now)
        const known = kept.get(id)
        if (known !== undefined && known.uses < limits.uses && !isOld(known, now)) {
          known.uses += 1
          return Effect.succeed(known.bytes.slice())
        }
        if (known !== undefined) drop(id, known)
        return ask(id, unwrap)
      }),
  }
}
