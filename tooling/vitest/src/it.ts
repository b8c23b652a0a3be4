/**
 * `it` for tests that run effects.
 *
 * Vitest's own `it` takes a function that returns an Effect, runs nothing and reports a pass. This one refuses
 * such a function, in its types and when it is called, and runs effects through `it.effect` and `it.live`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import * as TestConsole from "effect/testing/TestConsole"
import type * as FastCheck from "fast-check"
import * as vitest from "vitest"
import { check, runs } from "./property.ts"
import type { Arbitraries } from "./property.ts"
import { refuseEffect } from "./refuseEffect.ts"

type PlainBody = (context: vitest.TestContext) => void | Promise<void>
type EffectBody<A, E, R> = (context: vitest.TestContext) => Effect.Effect<A, E, R>

/** A test of plain code. A function that returns an Effect does not fit: use `it.effect`. */
export interface PlainTest {
  (name: string, self: PlainBody, timeout?: number): void
  /** The same test once for each case; `%s` and `$property` in the name are replaced by the case. */
  readonly each: <Case>(
    cases: ReadonlyArray<Case>,
  ) => (
    name: string,
    self: (value: Case, context: vitest.TestContext) => void | Promise<void>,
    timeout?: number,
  ) => void
  readonly skipIf: (condition: boolean) => PlainTest
  /** A property over arbitrary values; it fails by throwing or by `false`. */
  readonly prop: <Values extends [unknown, ...Array<unknown>]>(
    name: string,
    arbitraries: Arbitraries<Values>,
    holds: (...values: Values) => boolean | void | Promise<boolean | void>,
    parameters?: FastCheck.Parameters<Values>,
  ) => void
}

/** A test that runs an effect; its scope is closed when the test ends, whatever the outcome. */
export interface EffectTest<R> {
  <A, E>(name: string, self: EffectBody<A, E, R>, timeout?: number): void
  readonly each: <Case>(
    cases: ReadonlyArray<Case>,
  ) => <A, E>(
    name: string,
    self: (value: Case, context: vitest.TestContext) => Effect.Effect<A, E, R>,
    timeout?: number,
  ) => void
  readonly skipIf: (condition: boolean) => EffectTest<R>
  /** A property over arbitrary values, every run with its own scope; it fails by failing or by `false`. */
  readonly prop: <Values extends [unknown, ...Array<unknown>], E>(
    name: string,
    arbitraries: Arbitraries<Values>,
    holds: (...values: Values) => Effect.Effect<boolean | void, E, R>,
    parameters?: FastCheck.Parameters<Values>,
  ) => void
}

/** `effect` runs with a clock that only the test moves and a console that is kept; `live` with the real ones. */
export interface It extends PlainTest {
  readonly effect: EffectTest<Scope.Scope>
  readonly live: EffectTest<Scope.Scope>
}

declare module "vitest" {
  interface TaskMeta {
    /** How often a property is checked; nothing for other tests. */
    readonly runs?: number
  }
}

type Run<R> = <A, E>(self: () => Effect.Effect<A, E, R>, context: vitest.TestContext) => Promise<A>

/** The members of a test without its call signature. */
type Variants<Test> = Omit<Test, never>

const options = (timeout: number | undefined): vitest.TestOptions => (timeout === undefined ? {} : { timeout })

const ofProperty = (parameters: Pick<FastCheck.Parameters, "numRuns"> | undefined): vitest.TestOptions => ({
  meta: { runs: runs(parameters?.numRuns) },
})

const skipping = (test: vitest.TestAPI): vitest.TestAPI => test.skip as vitest.TestAPI

const plainTest = (test: vitest.TestAPI): PlainTest => {
  const plain = (name: string, self: PlainBody, timeout?: number) =>
    test(name, options(timeout), async (context) => refuseEffect(await refuseEffect(self(context))))
  const variants: Variants<PlainTest> = {
    each: (cases) => (name, self, timeout) =>
      test.for(cases)(name, options(timeout), async (value, context) =>
        refuseEffect(await refuseEffect(self(value, context))),
      ),
    skipIf: (condition) => plainTest(condition ? skipping(test) : test),
    prop: (name, arbitraries, holds, parameters) =>
      test(name, ofProperty(parameters), () =>
        check(arbitraries, async (...values) => refuseEffect(await refuseEffect(holds(...values))), parameters),
      ),
  }
  return Object.assign(plain, variants)
}

const effectTest = <R>(test: vitest.TestAPI, run: Run<R>): EffectTest<R> => {
  const effect = <A, E>(name: string, self: EffectBody<A, E, R>, timeout?: number) =>
    test(name, options(timeout), async (context) => {
      await run(() => self(context), context)
    })
  const variants: Variants<EffectTest<R>> = {
    each: (cases) => (name, self, timeout) =>
      test.for(cases)(name, options(timeout), async (value, context) => {
        await run(() => self(value, context), context)
      }),
    skipIf: (condition) => effectTest(condition ? skipping(test) : test, run),
    prop: (name, arbitraries, holds, parameters) =>
      test(name, ofProperty(parameters), (context) =>
        check(arbitraries, (...values) => run(() => holds(...values), context), parameters),
      ),
  }
  return Object.assign(effect, variants)
}

/** Runs to the end, interrupted when the test times out; finalizers are waited for even then. */
const runToEnd = async <A, E>(effect: Effect.Effect<A, E>, context: vitest.TestContext): Promise<A> => {
  const running = Effect.runPromiseExit(effect, { signal: context.signal })
  const waitForFinalizers = () => context.onTestFinished(() => running.then(() => undefined))
  context.signal.addEventListener("abort", waitForFinalizers)
  const exit = await running
  context.signal.removeEventListener("abort", waitForFinalizers)
  if (Exit.isSuccess(exit)) return exit.value
  const [first, ...others] = Cause.prettyErrors(exit.cause)
  throw others.length === 0 ? first : new AggregateError([first, ...others], Cause.pretty(exit.cause))
}

const testServices = Layer.mergeAll(TestConsole.layer, TestClock.layer())

export const it: It = Object.assign(plainTest(vitest.it), {
  effect: effectTest<Scope.Scope>(vitest.it, (self, context) =>
    runToEnd(Effect.suspend(self).pipe(Effect.scoped, Effect.provide(testServices)), context),
  ),
  live: effectTest<Scope.Scope>(vitest.it, (self, context) => runToEnd(Effect.scoped(Effect.suspend(self)), context)),
})

/**
 * A `describe` whose tests share the services of a layer, built once before the first test and released after the
 * last. `it.effect` has the test clock and console, one for all tests of the block; `live` keeps the real ones.
 */
export const describeWith = <R, E>(
  name: string,
  layer: Layer.Layer<R, E>,
  tests: (it: { readonly effect: EffectTest<R | Scope.Scope> }) => void,
  { live = false }: { readonly live?: boolean } = {},
): void =>
  void vitest.describe(name, () => {
    const services = live ? layer : Layer.provideMerge(layer, testServices)
    const runtime = ManagedRuntime.make(services)
    vitest.beforeAll(async () => void (await runtime.context()))
    vitest.afterAll(() => runtime.dispose())
    tests({
      effect: effectTest(vitest.it, (self, context) =>
        runToEnd(
          Effect.flatMap(runtime.contextEffect, (shared) =>
            Effect.suspend(self).pipe(Effect.scoped, Effect.provide(shared)),
          ),
          context,
        ),
      ),
    })
  })
