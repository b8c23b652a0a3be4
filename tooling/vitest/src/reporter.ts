/** The closing line that CI reads: `N passed, N failed`, alone on a line, with `, N skipped` where there are any. */
import type { Reporter, TestModule } from "vitest/node"

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** A file or suite that fails outside its tests (an import, a hook) and an unhandled error count as failures. */
export const count = (modules: ReadonlyArray<TestModule>, unhandledErrors: number): Counts => {
  const counts: Counts = { passed: 0, failed: unhandledErrors, skipped: 0 }
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed++
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed++
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === "passed") counts.passed++
      else if (state === "failed") counts.failed++
      else counts.skipped++
    }
  }
  return counts
}

export const closingLine = ({ failed, passed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`

/** The tests that failed and passed when they were repeated, a line each: their cause is still to be found. */
export const repeatedLines = (modules: ReadonlyArray<TestModule>): ReadonlyArray<string> =>
  modules.flatMap((module) =>
    Array.from(module.children.allTests()).flatMap((test) =>
      test.diagnostic()?.flaky === true
        ? [`passed at its repetition: ${module.relativeModuleId} > ${test.fullName}`]
        : [],
    ),
  )

export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    for (const line of repeatedLines(modules)) process.stdout.write(`${line}\n`)
    process.stdout.write(`\n${closingLine(count(modules, unhandledErrors.length))}\n`)
  }
}
