/**
 * `npm run check:rules`: each of the 186 keys has a home that a test proves, each of the 487 rows belongs to a key, no
 * test names a rule that does not exist, and `docs/rules.md` says what the code says. Each property of whatever package
 * notes a bug that was planted and that it finds.
 */
import { existsSync, readFileSync } from "node:fs"
import { RuleCatalogue, RuleRows } from "@tacet/catalogue"
import { RuleKey } from "@tacet/core/policy"
import { faultsOf } from "./rules/faults.ts"
import { unnoted } from "./rules/notes.ts"
import { owed, thin } from "./rules/owed.ts"
import { figuresOf } from "./rules/table.ts"
import { collectTitles } from "./rules/titles.ts"
import { filesUnder } from "./sources.ts"

const page = "docs/rules.md"
const titles = await collectTitles(["packages/"])
const notes = filesUnder(["packages"], ".test.ts").flatMap((file) => unnoted(file, readFileSync(file, "utf8")))
const ofRules = faultsOf({
  rules: RuleCatalogue.rules,
  keys: RuleKey.policyRuleKeys,
  libraryKeys: Object.keys(RuleKey.libraryRuleKeys),
  rows: RuleRows.rows.map(({ id }) => id),
  titles,
  exists: existsSync,
  page: existsSync(page) ? readFileSync(page, "utf8") : "",
  owed,
  thin,
})
const faults = [...ofRules, ...notes]
for (const fault of faults) process.stdout.write(`${fault}\n`)
process.stdout.write(
  `check:rules: ${titles.length} tests, ${faults.length} faults; ${figuresOf(RuleCatalogue.rules)}\n`,
)
process.exitCode = faults.length > 0 ? 1 : 0
