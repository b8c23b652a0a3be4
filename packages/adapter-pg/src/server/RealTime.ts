/**
 * The time that passes for a server: it neither stops nor jumps under a program's own `Clock`.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const clock = Clock.Clock.defaultValue()

/** Milliseconds on a monotonic clock, for differences alone. */
export const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1_000_000

/** Runs with time that passes as the server's does, whatever the program's `Clock` says. */
export const passing: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R> = Effect.provideService(
  Clock.Clock,
  clock,
)

/** Waits so long. */
export const wait = (duration: Duration.Input): Effect.Effect<void> => passing(Effect.sleep(duration))

/** Calls a function after so many milliseconds, without keeping the process alive for it; returns what prevents that. */
export const after = (milliseconds: number, call: () => void): (() => void) => {
  // oxlint-disable-next-line eslint/no-restricted-globals -- a fiber for each would cost more than the call it bounds
  const timer = setTimeout(call, milliseconds)
  timer.unref()
  return () => clearTimeout(timer)
}
