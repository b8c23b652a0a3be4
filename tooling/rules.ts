/**
 * `npm run rules`: the rule table. Without an option it says how many rules there are of each kind and which tests name
 * each; `--json FILE` writes the table for programs (`-` to standard output), `--write` writes `docs/rules.md` and
 * `docs/parameters.md`.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { DeclaredParameter, RuleCatalogue } from "@tacet/catalogue"
import { RuleKey } from "@tacet/core/policy"
import { homesOf } from "./rules/homes.ts"
import { allParameters, parametersPage, readersInCore } from "./rules/parameters.ts"
import { figuresOf, keptRulesOf, recordsOf, type RuleRecord, tableOf } from "./rules/table.ts"
import { collectTitles } from "./rules/titles.ts"

const page = "docs/rules.md"

const summaryOf = (records: ReadonlyArray<RuleRecord>): string =>
  records
    .map(({ key, kind, module, rows, tests }) => {
      const proof = kind === "organisational" ? "no test" : tests.length === 1 ? "1 test" : `${tests.length} tests`
      return `${key.padEnd(18)}${kind.padEnd(16)}${proof.padEnd(12)}${rows.length} rows, ${module}`
    })
    .join("\n")

const { values } = parseArgs({ options: { json: { type: "string" }, write: { type: "boolean" } } })
const rules = keptRulesOf(RuleCatalogue.rules, homesOf(RuleKey.policyRuleKeys), await collectTitles(["packages/"]))

if (values.write === true) {
  writeFileSync(page, tableOf(rules))
  process.stdout.write(`${page}: ${rules.length} rules\n`)
  writeFileSync("docs/parameters.md", parametersPage(readersInCore(), DeclaredParameter.declaredParameters))
  process.stdout.write(`docs/parameters.md: ${allParameters.length} parameters\n`)
} else {
  const keys = recordsOf(rules)
  if (values.json === undefined) process.stdout.write(`${summaryOf(keys)}\n\n${figuresOf(rules)}\n`)
  else if (values.json === "-") process.stdout.write(`${JSON.stringify({ keys }, undefined, 2)}\n`)
  else writeFileSync(values.json, `${JSON.stringify({ keys }, undefined, 2)}\n`)
}
