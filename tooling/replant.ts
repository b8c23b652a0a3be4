/**
 * `npm run replant`: plants known bugs, one at a time, in a copy of the sources, and expects the test that is made for
 * each to fail. `-- --for 50` begins no new one after so many seconds, as CI does; `-- --key RET-12M` plants those of a
 * key. That every bug still fits its source is always checked.
 */
import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { bugs } from "./replant/bugs.ts"
import { type Finding, inCopy, plant, replant } from "./replant/replant.ts"

const outcomeOf = (finding: Finding): string => {
  switch (finding._tag) {
    case "found":
      return `found by "${finding.by}"`
    case "missed":
      return "NOT FOUND: no test that names the key failed"
    case "misplaced":
      return `MISPLACED: its text occurs ${finding.times} times`
    case "unreadable":
      return `BROKEN: the tests did not run: ${finding.message}`
  }
}

const { values } = parseArgs({ options: { for: { type: "string" }, key: { type: "string" } } })
const limit = values.for === undefined ? Number.POSITIVE_INFINITY : Number(values.for) * 1000
const wanted = bugs.filter(({ key }) => values.key === undefined || key === values.key)

const misplaced = bugs.filter((bug) => typeof plant(bug, readFileSync(bug.file, "utf8")) === "number")
for (const { file, key } of misplaced) process.stdout.write(`${key} in ${file}: its text is not there exactly once\n`)

const start = performance.now()
const findings = inCopy(process.cwd(), (copy) => {
  const done: Array<Finding> = []
  for (const bug of wanted) {
    // The next one takes about as long as the ones before.
    const each = done.length === 0 ? 0 : (performance.now() - start) / done.length
    if (performance.now() - start + each > limit) break
    const finding = replant(copy, bug)
    done.push(finding)
    process.stdout.write(`${bug.key} in ${bug.file}: ${outcomeOf(finding)}\n`)
  }
  return done
})
const found = findings.filter(({ _tag }) => _tag === "found").length
const seconds = Math.round((performance.now() - start) / 1000)
process.stdout.write(`replant: ${found} of ${findings.length} bugs found, ${bugs.length} known, ${seconds} s\n`)
process.exitCode = found === findings.length && findings.length > 0 && misplaced.length === 0 ? 0 : 1
