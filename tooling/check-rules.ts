/**
 * `npm run check:rules`: each of the 186 keys is kept by a module, asked by a service and proven by a test, each of the 487 rows belongs to a
 * key, no test and no tag names a rule that does not exist, each parameter of a policy is read by what it says, and
 * `docs/rules.md` and `docs/parameters.md` are current. Each property of a package notes a bug that was planted and that
 * it finds.
 */
import { existsSync, readFileSync } from "node:fs"
import { DeclaredParameter, RuleCatalogue, RuleRows, UnaskedRule } from "@tacet/catalogue"
import { RuleKey } from "@tacet/core/policy"
import { faultsOf } from "./rules/faults.ts"
import { homesOf } from "./rules/homes.ts"
import { unnoted } from "./rules/notes.ts"
import { allParameters, parametersPage, readerFaults, readersInCore } from "./rules/parameters.ts"
import { figuresOf, keptRulesOf } from "./rules/table.ts"
import { collectTitles } from "./rules/titles.ts"
import { filesUnder } from "./sources.ts"

const page = "docs/rules.md"
const read = (file: string) => readFileSync(file, "utf8")
const homes = homesOf(RuleKey.policyRuleKeys)
const titles = await collectTitles(["packages/"])
const notes = filesUnder(["packages"], ".test.ts").flatMap((file) => unnoted(file, read(file)))
const ofRules = faultsOf({
  rules: keptRulesOf(RuleCatalogue.rules, homes, titles),
  keys: RuleKey.policyRuleKeys,
  libraryKeys: Object.keys(RuleKey.libraryRuleKeys),
  rows: RuleRows.rows.map(({ id }) => id),
  homes,
  titles,
  unasked: UnaskedRule.unasked,
  read,
  page: existsSync(page) ? read(page) : "",
})
const readers = readersInCore()
const reasons = DeclaredParameter.declaredParameters
const parameters = "docs/parameters.md"
const isCurrent = existsSync(parameters) && read(parameters) === parametersPage(readers, reasons)
const faults = [
  ...ofRules,
  ...notes,
  ...readerFaults(allParameters, readers, reasons),
  ...(isCurrent ? [] : [`${parameters} is out of date: npm run rules -- --write`]),
]
for (const fault of faults) process.stdout.write(`${fault}\n`)
process.stdout.write(
  `check:rules: ${titles.length} tests, ${faults.length} faults; ${figuresOf(RuleCatalogue.rules)}\n`,
)
process.exitCode = faults.length > 0 ? 1 : 0
