/** What is wrong with a catalogue of rules, given the tests and the files that exist. */
import type { RuleCatalogue } from "@tacet/catalogue"
import { root, tableOf } from "./table.ts"
import type { Title } from "./titles.ts"
import { cited, names } from "./titles.ts"

export interface Catalogue {
  readonly rules: ReadonlyArray<RuleCatalogue.Rule>
  /** The keys of the policies, and those of the library. */
  readonly keys: ReadonlyArray<string>
  readonly libraryKeys: ReadonlyArray<string>
  /** The ids of the rows of the documents. */
  readonly rows: ReadonlyArray<string>
  readonly titles: ReadonlyArray<Title>
  readonly exists: (path: string) => boolean
  /** What `docs/rules.md` holds. */
  readonly page: string
  /** The keys that may be without a test for now. */
  readonly owed: ReadonlyArray<string>
  /** The enforced keys that may be without a property of enough runs under each of their versions for now. */
  readonly thin: ReadonlyArray<string>
}

/** How often a property of a rule is checked at least. */
export const enoughRuns = 1000

const without = (some: ReadonlyArray<string>, others: ReadonlyArray<string>) => {
  const known = new Set(others)
  return some.filter((one) => !known.has(one))
}

const repeated = (all: ReadonlyArray<string>) => all.filter((one, index) => all.indexOf(one) !== index)

const ofKeys = ({ keys, rows, rules }: Catalogue): ReadonlyArray<string> => {
  const own = rules.map(({ key }): string => key)
  const covered = rules.flatMap((rule) => rule.rows.map(({ id }) => id))
  return [
    ...without(keys, own).map((key) => `${key} has no row in the catalogue`),
    ...without(own, keys).map((key) => `${key} is in the catalogue and is no key`),
    ...repeated(own).map((key) => `${key} is in the catalogue twice`),
    ...rules.filter((rule) => rule.rows.length === 0).map(({ key }) => `${key} rests on no row of a document`),
    ...without(rows, covered).map((id) => `${id} belongs to no key`),
    ...repeated(covered).map((id) => `${id} belongs to two keys`),
  ]
}

/** Whether the title of one, or that of what it stands in, names a version. */
const isUnder = (some: ReadonlyArray<Title>, version: string): boolean =>
  some.some(({ name }) => name.includes(version))

const ofRule = (
  { exists, owed, thin, titles }: Catalogue,
  { entry, key, versions }: RuleCatalogue.Rule,
): ReadonlyArray<string> => {
  const module = exists(`${root}/${entry.module}`) ? [] : [`${key}: there is no module ${entry.module}`]
  if (entry.kind === "organisational") {
    const says = /^[A-Z].{30,}\.$/.test(entry.why) && entry.how.length > 30
    return says ? module : [...module, `${key}: say why only people can keep it, and what helps them`]
  }
  if (entry.tests.length === 0) {
    // What is owed may lie in a module that is still to come.
    return owed.includes(key) ? [] : [...module, `${key} is ${entry.kind} and no test is entered for it`]
  }
  const naming = titles.filter(({ name }) => names(name, key))
  const missing = entry.tests.flatMap((test) => {
    const file = `${root}/${test}`
    if (!exists(file)) return [`${key}: there is no test file ${test}`]
    return naming.some((title) => title.file === file) ? [] : [`${key}: no test of ${test} names it`]
  })
  const properties = naming.filter(({ runs = 0 }) => runs >= enoughRuns)
  const unproven = entry.kind === "enforced" ? versions.filter((version) => !isUnder(properties, version)) : []
  return [
    ...module,
    ...missing,
    ...(owed.includes(key) ? [`${key} has a test: take it off the list of those that are owed`] : []),
    ...(thin.includes(key) ? [] : unproven).map(
      (version) => `${key} is named by no property of ${enoughRuns} runs under ${version}`,
    ),
    ...(unproven.length === 0 && thin.includes(key)
      ? [`${key} has its properties: take it off the list of the thin ones`]
      : []),
  ]
}

const ofTitles = ({ keys, libraryKeys, titles }: Catalogue): ReadonlyArray<string> => {
  const known = [...keys, ...libraryKeys]
  const faults = titles.flatMap(({ file, name }) =>
    without(cited(name), known).map((word) => `${file} names ${word}, which is no key: ${name}`),
  )
  return Array.from(new Set(faults))
}

/** All faults, one sentence each. */
export const faultsOf = (catalogue: Catalogue): ReadonlyArray<string> => {
  const faults = [
    ...ofKeys(catalogue),
    ...catalogue.rules.flatMap((rule) => ofRule(catalogue, rule)),
    ...ofTitles(catalogue),
  ]
  const isCurrent = catalogue.page === tableOf(catalogue.rules)
  return isCurrent ? faults : [...faults, "docs/rules.md is out of date: npm run rules -- --write"]
}
