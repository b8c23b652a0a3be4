/**
 * Runs the operations of Tacet as promises over services that are built at the first of them.
 */
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { Refusal } from "../../eventsourcing/Refusal.ts"

/** Runs operations until it is closed. */
export interface Running<Services> {
  readonly run: <A, E>(operation: Effect.Effect<A, E, Services>) => Promise<A>
  readonly close: () => Promise<void>
}

/**
 * Services that could not be built, such as those over a database that is down, are built anew at the next operation. After
 * `close` every operation is refused.
 */
export const running = <Services, E>(services: Layer.Layer<Services, E>): Running<Services> => {
  let runtime = ManagedRuntime.make(services)
  let isClosed = false
  const run: Running<Services>["run"] = async (operation) => {
    if (isClosed) {
      throw new Refusal({
        rule: "TACET-ENDED",
        command: "makeTacet",
        accepted: "one that is open: this one was closed",
      })
    }
    const current = runtime
    try {
      await current.context()
    } catch (error) {
      if (current === runtime) runtime = ManagedRuntime.make(services)
      await current.dispose()
      throw error
    }
    return current.runPromise(operation)
  }
  const close = async () => {
    isClosed = true
    await runtime.dispose()
  }
  return { run, close }
}
