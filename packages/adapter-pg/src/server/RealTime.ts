/**
 * The time that passes for a server: it neither stops nor jumps under a program's own `Clock`.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const clock = Clock.Clock.defaultValue()

/** Milliseconds on a monotonic clock, for differences alone. */
export const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** Waits so many milliseconds. */
export const wait = (milliseconds: number): Effect.Effect<void> =>
  Effect.provideService(Effect.sleep(milliseconds), Clock.Clock, clock)

/** Calls a function after so many milliseconds, without keeping the process alive for it; returns what prevents that. */
export const after = (milliseconds: number, call: () => void): (() => void) => {
  // oxlint-disable-next-line eslint/no-restricted-globals -- a fiber for each would cost more than the call it bounds
  const timer = setTimeout(call, milliseconds)
  timer.unref()
  return () => clearTimeout(timer)
}
