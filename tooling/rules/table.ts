/** The rule table: as data for programs, and as `docs/rules.md`. */
import type { RuleCatalogue } from "@tacet/catalogue"
import type { Title } from "./titles.ts"
import { names } from "./titles.ts"

/** Paths in the catalogue are from here. */
export const root = "packages/core/src"

/** A rule as `npm run rules -- --json` prints it. */
export interface RuleRecord {
  readonly key: string
  readonly kind: RuleCatalogue.Entry["kind"]
  readonly module: string
  /** `file > name` of each test that names the key. */
  readonly tests: ReadonlyArray<string>
  readonly versions: ReadonlyArray<string>
  readonly rows: ReadonlyArray<string>
}

export const recordsOf = (
  rules: ReadonlyArray<RuleCatalogue.Rule>,
  titles: ReadonlyArray<Title>,
): ReadonlyArray<RuleRecord> =>
  rules.map(({ entry, key, rows, versions }) => ({
    key,
    kind: entry.kind,
    module: `${root}/${entry.module}`,
    tests: titles.filter(({ name }) => names(name, key)).map(({ file, name }) => `${file} > ${name}`),
    versions,
    rows: rows.map(({ id }) => id),
  }))

const counted = (rules: ReadonlyArray<RuleCatalogue.Rule>, kind: RuleCatalogue.Entry["kind"]) =>
  rules.filter(({ entry }) => entry.kind === kind).length

/** One line with the number of rules of each kind. */
export const figuresOf = (rules: ReadonlyArray<RuleCatalogue.Rule>): string => {
  const waiting = rules.filter(({ entry }) => entry.kind !== "organisational" && entry.tests.length === 0).length
  return [
    `rules: ${counted(rules, "enforced")} enforced`,
    `${counted(rules, "declared")} declared`,
    `${counted(rules, "organisational")} organisational`,
    ...(waiting > 0 ? [`${waiting} of them without a test yet`] : []),
  ].join(", ")
}

const link = (path: string): string => `[${path}](../${root}/${path})`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

const saysOf = ({ entry }: RuleCatalogue.Rule): string =>
  entry.kind === "organisational" ? `${entry.why} To help, ${entry.how}.` : sentence(entry.how)

const testsOf = ({ entry }: RuleCatalogue.Rule): string => {
  if (entry.kind === "organisational") return "–"
  return entry.tests.length === 0 ? "**owed**" : entry.tests.map(link).join("<br>")
}

/** `docs/rules.md`. Its tests are files: names change more often than what they prove. */
export const tableOf = (rules: ReadonlyArray<RuleCatalogue.Rule>): string => {
  const rows = rules.reduce((sum, rule) => sum + rule.rows.length, 0)
  const waiting = rules.filter(({ entry }) => entry.kind !== "organisational" && entry.tests.length === 0)
  return `# Every rule and its home

Generated from \`${root}/policy/RuleCatalogue.ts\` by \`npm run rules -- --write\`; CI refuses a table that is out of date.

${rows} rules drawn from five documents come to ${rules.length} keys: ${counted(rules, "enforced")} are **enforced** by a decider, a resolver or a
Schema, ${counted(rules, "declared")} are **declared** as typed data that a policy, a contract or a recipient carries, ${counted(rules, "organisational")} are
**organisational**, which only people can keep. ${
    waiting.length === 0
      ? "Each of the first two has a test whose name holds the key."
      : `${waiting.length} await a test whose name holds the key: ${waiting.map(({ key }) => key).join(", ")}.`
  }
\`npm run -s rules -- --json -\` names the tests one by one.

Versions are those of DialOnce by their dates, and Dialogra. Rows are numbered by document: D16, D19, D21 and DF21 (the
French text of 2021) of DialOnce, DG of Dialogra.

| key | kind | what it says | module | tests | versions | rows |
| --- | --- | --- | --- | --- | --- | --- |
${rules
  .map((rule) =>
    [
      rule.key,
      rule.entry.kind,
      saysOf(rule),
      link(rule.entry.module),
      testsOf(rule),
      rule.versions.map((version) => version.replace("dialonce/", "")).join(", "),
      rule.rows.map(({ id }) => id).join(", "),
    ].join(" | "),
  )
  .map((line) => `| ${line} |`)
  .join("\n")}
`
}
