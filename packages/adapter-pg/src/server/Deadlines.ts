/**
 * Gives up connections whose server does not answer, by the clock of this process. One timer serves a whole pool: a call
 * costs an entry in a set.
 */
import * as Effect from "effect/Effect"
import * as RealTime from "./RealTime.ts"
import type { Wire } from "./Wire.ts"

interface Lent {
  readonly wire: Wire
}

/** A call that is on its way. */
interface Watched {
  readonly lent: Lent
  deadline: number
  isLate: boolean
}

/** The calls of a pool that are on their way. */
export interface Deadlines {
  readonly watch: (lent: Lent) => Watched
  /** Ends the watch; says whether the connection was given up. */
  readonly settle: (watched: Watched) => boolean
  /** Gives the call on a connection so many milliseconds more, and no longer. */
  readonly hasten: (lent: Lent, milliseconds: number) => void
  /** Gives all calls so many milliseconds more, and waits until none is left. */
  readonly close: (milliseconds: number) => Effect.Effect<void>
}

/** Watches calls that end within so many milliseconds. */
export const make = (limit: number): Deadlines => {
  const all = new Set<Watched>()
  let cancel: (() => void) | undefined
  let due = Number.POSITIVE_INFINITY
  const arm = (deadline: number) => {
    if (cancel !== undefined && due <= deadline) return
    cancel?.()
    due = deadline
    cancel = RealTime.after(Math.max(1, Math.ceil(deadline - RealTime.now())), check)
  }
  const check = () => {
    cancel = undefined
    const now = RealTime.now()
    let next = Number.POSITIVE_INFINITY
    for (const watched of all) {
      if (watched.deadline > now) {
        next = Math.min(next, watched.deadline)
      } else if (!watched.isLate) {
        watched.isLate = true
        watched.lent.wire.cut()
      }
    }
    if (next < Number.POSITIVE_INFINITY) arm(next)
  }
  const hurry = (watched: Watched, milliseconds: number) => {
    watched.deadline = Math.min(watched.deadline, RealTime.now() + milliseconds)
    arm(watched.deadline)
  }
  return {
    watch: (lent) => {
      const watched = { lent, deadline: RealTime.now() + limit, isLate: false }
      all.add(watched)
      arm(watched.deadline)
      return watched
    },
    settle: (watched) => {
      all.delete(watched)
      return watched.isLate
    },
    hasten: (lent, milliseconds) => {
      for (const watched of all) if (watched.lent === lent) hurry(watched, milliseconds)
    },
    close: (milliseconds) =>
      Effect.suspend(() => {
        for (const watched of all) hurry(watched, milliseconds)
        return Effect.andThen(
          Effect.whileLoop({
            while: () => all.size > 0,
            body: () => RealTime.wait(5),
            step: () => {},
          }),
          Effect.sync(() => cancel?.()),
        )
      }),
  }
}
