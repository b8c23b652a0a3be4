/**
 * Runs properties: under any test runner that has `describe` and `it` (Vitest, node:test, Jest), or without one.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Property from "./Property.ts"

/** A named list of properties; the fixture's capabilities decide which apply to an adapter. */
export interface Suite<Fixture> {
  readonly name: string
  readonly properties: (fixture: Fixture) => ReadonlyArray<Property.Property<Fixture>>
}

/** The two functions that test runners have in common. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown
  readonly it: (name: string, run: () => Promise<void>, timeout?: number) => unknown
}

/** The result of checking one property. */
export interface Finding {
  readonly chapter: string
  readonly property: string
  /** `undefined` where the property holds. */
  readonly violation: Property.PropertyViolated | undefined
  readonly milliseconds: number
}

/** Registers one test for each property, grouped by chapter; the runner's report is the list of the properties that were run. */
export const register = <Fixture>(
  suite: Suite<Fixture>,
  adapter: string,
  fixture: Fixture,
  { describe, it }: TestRunner,
  settings?: Partial<Property.Settings>,
): void => {
  const inForce = { ...Property.defaultSettings, ...settings }
  const properties = suite.properties(fixture)
  describe(`${adapter} satisfies the ${properties.length} properties of the ${suite.name}`, () => {
    for (const chapter of new Set(properties.map((property) => property.chapter))) {
      describe(chapter, () => {
        for (const property of properties.filter((property) => property.chapter === chapter)) {
          const check = Effect.provideService(property.check(fixture), Property.CurrentSettings, inForce)
          // The runner's own limit only catches what even the property's limit does not.
          it(property.name, () => Effect.runPromise(check), inForce.timeout + 5_000)
        }
      })
    }
  })
}

/** Checks properties one after the other and returns the result of each. */
export const run = Effect.fnUntraced(function* <Fixture>(
  properties: ReadonlyArray<Property.Property<Fixture>>,
  fixture: Fixture,
  settings?: Partial<Property.Settings>,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const findings: Array<Finding> = []
  for (const property of properties) {
    const start = yield* Clock.currentTimeMillis
    const result = yield* property
      .check(fixture)
      .pipe(
        Effect.provideService(Property.CurrentSettings, { ...Property.defaultSettings, ...settings }),
        Effect.result,
      )
    findings.push({
      chapter: property.chapter,
      property: property.name,
      violation: Result.isFailure(result) ? result.failure : undefined,
      milliseconds: (yield* Clock.currentTimeMillis) - start,
    })
  }
  return findings
})
