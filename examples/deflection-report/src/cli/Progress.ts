/**
 * A progress bar on the terminal of a person who waits; in a pipe there is none.
 */
import { SingleBar } from "cli-progress"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A source that reports how much of it has been read. */
export interface Measured {
  readonly bytesRead: number
}

/** Shows how much of a file was read until the scope closes. Nothing where `terminal` is none. */
export const show = (
  measured: Measured,
  totalBytes: number,
  terminal: NodeJS.WriteStream,
): Effect.Effect<void, never, Scope.Scope> => {
  if (!terminal.isTTY || totalBytes === 0) return Effect.void
  return Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        const bar = new SingleBar({
          stream: terminal,
          format: "reading [{bar}] {percentage}% | {duration_formatted}",
          clearOnComplete: true,
          hideCursor: true,
        })
        bar.start(totalBytes, 0)
        const timer = setInterval(() => bar.update(Math.min(measured.bytesRead, totalBytes)), 100)
        return { bar, timer }
      }),
      ({ bar, timer }) =>
        Effect.sync(() => {
          clearInterval(timer)
          bar.stop()
        }),
    ),
  )
}
