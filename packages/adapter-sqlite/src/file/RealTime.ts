/**
 * The time that passes for other processes: it neither stops nor jumps under a program's own `Clock`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const clock = Clock.Clock.defaultValue()

/** Milliseconds on a monotonic clock, for differences alone. */
export const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** Waits so many milliseconds. */
export const wait = (milliseconds: number): Effect.Effect<void> =>
  Effect.provideService(Effect.sleep(milliseconds), Clock.Clock, clock)
