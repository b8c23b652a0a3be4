/**
 * How a worker reports: lines to its file, and calls with the time that they took.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { openSync, writeSync } from "node:fs"
import { type Call, ends, type Said } from "./Said.ts"

/** The reports of a process. */
export interface Reporting {
  readonly say: (said: Said) => Effect.Effect<void>
  /** Carries out a call and reports how it ended. */
  readonly timed: <A, E extends { readonly _tag: string }, R>(
    call: Call,
    effect: Effect.Effect<A, E, R>,
  ) => Effect.Effect<A, E, R>
}

/** How often the process looks whether it was kept from working, in milliseconds. */
const beat = 20

/** Reports to a file. */
export const make = (file: string): Reporting => {
  const descriptor = openSync(file, "a")
  const write = (said: Said) => void writeSync(descriptor, `${JSON.stringify(said)}\n`)
  const pending = new Map<symbol, { readonly call: Call; readonly begun: number; isTold: boolean }>()
  // The time by which its own timers come late: calls cannot end meanwhile.
  let [kept, last] = [0, performance.now()]
  setInterval(() => {
    const now = performance.now()
    kept += Math.max(0, now - last - 2 * beat)
    last = now
    for (const one of pending.values()) {
      if (one.isTold || now - one.begun < 2 * ends[one.call]) continue
      one.isTold = true
      write({ _tag: "hangs", call: one.call, since: Math.round(now - one.begun) })
    }
  }, beat).unref()
  return {
    say: (said) => Effect.sync(() => write(said)),
    timed: (call, effect) =>
      Effect.suspend(() => {
        const [key, begun, keptBefore] = [Symbol(), performance.now(), kept]
        pending.set(key, { call, begun, isTold: false })
        return Effect.onExit(effect, (exit) =>
          Effect.sync(() => {
            pending.delete(key)
            const took = performance.now() - begun
            const error = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : undefined
            const end = error === undefined ? "ok" : error._tag === "Some" ? error.value._tag : "interrupted"
            write({ _tag: "called", call, took: Math.round(took), kept: Math.round(kept - keptBefore), end })
          }),
        )
      }),
  }
}
