/**
 * Runs laws: under any test runner that has `describe` and `it` (Vitest, node:test, Jest), or without one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Law from "./Law.ts"

/** A named list of laws; which ones hold for a store depends on what its fixture declares. */
export interface Suite<Fixture> {
  readonly name: string
  readonly laws: (fixture: Fixture) => ReadonlyArray<Law.Law<Fixture>>
}

/** The two functions that test runners have in common. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown
  readonly it: (name: string, run: () => Promise<void>, timeout?: number) => unknown
}

/** What became of one law. */
export interface Finding {
  readonly chapter: string
  readonly law: string
  /** Nothing where the law holds. */
  readonly broken: Law.LawBroken | undefined
  readonly milliseconds: number
}

/** Registers one test for each law, grouped by chapter; the runner's report is the list of the laws that were run. */
export const register = <Fixture>(
  suite: Suite<Fixture>,
  adapter: string,
  fixture: Fixture,
  { describe, it }: TestRunner,
  settings?: Partial<Law.Settings>,
): void => {
  const inForce = { ...Law.defaultSettings, ...settings }
  const laws = suite.laws(fixture)
  describe(`${adapter} keeps the ${laws.length} laws of the ${suite.name}`, () => {
    for (const chapter of new Set(laws.map((law) => law.chapter))) {
      describe(chapter, () => {
        for (const law of laws.filter((law) => law.chapter === chapter)) {
          const check = Effect.provideService(law.check(fixture), Law.CurrentSettings, inForce)
          // The runner's own limit only catches what even the law's limit does not.
          it(law.name, () => Effect.runPromise(check), inForce.timeout + 5_000)
        }
      })
    }
  })
}

/** Runs laws one after the other and says what became of each. */
export const run = Effect.fnUntraced(function* <Fixture>(
  laws: ReadonlyArray<Law.Law<Fixture>>,
  fixture: Fixture,
  settings?: Partial<Law.Settings>,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const findings: Array<Finding> = []
  for (const law of laws) {
    const start = yield* Clock.currentTimeMillis
    const result = yield* law
      .check(fixture)
      .pipe(Effect.provideService(Law.CurrentSettings, { ...Law.defaultSettings, ...settings }), Effect.result)
    findings.push({
      chapter: law.chapter,
      law: law.name,
      broken: Result.isFailure(result) ? result.failure : undefined,
      milliseconds: (yield* Clock.currentTimeMillis) - start,
    })
  }
  return findings
})
