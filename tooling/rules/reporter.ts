/** Says after a whole run how many rules there are of each kind, and for how many of them every test passed. */
import { RuleCatalogue } from "@tacet/catalogue"
import type { Reporter, TestModule } from "vitest/node"
import { filesUnder } from "../sources.ts"
import { figuresOf } from "./table.ts"
import { names } from "./titles.ts"

interface Outcome {
  readonly name: string
  readonly passed: boolean
}

/** The line that is printed: a rule is proven where tests name it and all of them passed. */
export const provenLine = (rules: ReadonlyArray<RuleCatalogue.Rule>, outcomes: ReadonlyArray<Outcome>): string => {
  const proven = rules.filter(({ entry, key }) => {
    const naming = outcomes.filter(({ name }) => names(name, key))
    return entry.kind !== "organisational" && naming.length > 0 && naming.every(({ passed }) => passed)
  })
  return `${figuresOf(rules)}; the tests of ${proven.length} passed`
}

export default class RulesReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const ran = new Set(modules.map(({ relativeModuleId }) => relativeModuleId))
    // A run of some files says nothing about the rules that others prove.
    if (!filesUnder(["packages/core/src"], ".test.ts").every((file) => ran.has(file))) return
    const outcomes = modules.flatMap((module) =>
      Array.from(module.children.allTests(), (test) => ({
        name: test.fullName,
        passed: test.result().state === "passed",
      })),
    )
    process.stdout.write(`\n${provenLine(RuleCatalogue.rules, outcomes)}\n`)
  }
}
