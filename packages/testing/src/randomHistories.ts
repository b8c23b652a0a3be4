/**
 * Runs a program over random histories and reports the smallest history that breaks it.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import * as FastCheck from "fast-check"
import { CurrentSettings, Deviation } from "./Property.ts"

/** Passes where the program succeeds for each of the histories that the settings ask for. */
export const randomHistories = Effect.fnUntraced(function* <Step, E, R>(
  aStep: FastCheck.Arbitrary<Step>,
  format: (step: Step) => string,
  history: (steps: ReadonlyArray<Step>) => Effect.Effect<void, E, R>,
): Effect.fn.Return<void, Deviation, R> {
  const { runs, seed, timeout } = yield* CurrentSettings
  const context = yield* Effect.context<R>()
  const property = FastCheck.asyncProperty(
    // A history is made smaller by leaving steps out; smaller steps would take long and show little more.
    FastCheck.array(FastCheck.noShrink(aStep), { minLength: 1, maxLength: 40, size: "max" }),
    async (steps) => Exit.isSuccess(await Effect.runPromiseExit(Effect.provide(history(steps), context))),
  )
  // Making a counterexample smaller takes long; the one found when time is up is small enough.
  const limit = { interruptAfterTimeLimit: timeout * 0.7, markInterruptAsFailure: false }
  const details = yield* Effect.promise(() => FastCheck.check(property, { numRuns: runs, seed, ...limit }))
  if (!details.failed) {
    if (details.numRuns >= runs) return
    return yield* new Deviation({
      expected: `${runs} histories within ${limit.interruptAfterTimeLimit} ms`,
      seen: `${details.numRuns}: ask for fewer runs or allow more time`,
    })
  }
  const steps = details.counterexample?.[0] ?? []
  const again = yield* Effect.result(history(steps))
  return yield* new Deviation({
    expected: `the model's answers in the history [${steps.map(format).join("; ")}] (seed ${details.seed}, path ${details.counterexamplePath})`,
    seen: Result.isSuccess(again)
      ? "another outcome when it was run again"
      : again.failure instanceof Error
        ? again.failure.message
        : "a failure",
  })
})
