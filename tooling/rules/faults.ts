/** Finds the faults of the catalogue of rules, given the sources and the tests that exist. */
import { unaskedUnder } from "./asked.ts"
import type { Home } from "./homes.ts"
import type { KeptRule } from "./table.ts"
import { tableOf } from "./table.ts"
import type { Title } from "./titles.ts"
import { cited } from "./titles.ts"

export interface Catalogue {
  readonly rules: ReadonlyArray<KeptRule>
  /** The keys of the policies, and those of the library. */
  readonly keys: ReadonlyArray<string>
  readonly libraryKeys: ReadonlyArray<string>
  /** The ids of the rows of the documents. */
  readonly rows: ReadonlyArray<string>
  readonly homes: ReadonlyArray<Home>
  readonly titles: ReadonlyArray<Title>
  /** The enforced keys that services do not ask yet under each version. */
  readonly unasked: ReadonlyArray<string>
  /** The text of a test file. */
  readonly read: (file: string) => string
  /** What `docs/rules.md` holds. */
  readonly page: string
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

/** A tag is a claim: a test that names the rule must use the declaration that bears it. */
const ofTags = ({ read }: Catalogue, { homes, key, titles }: KeptRule): ReadonlyArray<string> => {
  const texts = Array.from(new Set(titles.map(({ file }) => file)), read)
  return homes.flatMap(({ declares, file, line }) =>
    declares === undefined || texts.some((text) => new RegExp(`\\b${declares}\\b`).test(text))
      ? []
      : [`${key}: no test that names it uses ${declares}, which is tagged with it (${file}:${line})`],
  )
}

const ofRule = (catalogue: Catalogue, rule: KeptRule): ReadonlyArray<string> => {
  const { entry, homes, key, modules, titles, versions } = rule
  if (entry.kind === "organisational") {
    const says = /^[A-Z].{30,}\.$/.test(entry.why) && entry.how.length > 30
    return says ? [] : [`${key}: say why only people can keep it, and what helps them`]
  }
  const isKept = entry.kind === "enforced" ? homes.some(({ way }) => way !== "parameter") : modules.length > 0
  const home = isKept ? [] : [`${key} is ${entry.kind} and no module refuses it, requires it or is tagged with it`]
  if (titles.length === 0) return [...home, `${key} is ${entry.kind} and no test names it`]
  const properties = titles.filter(({ runs = 0 }) => runs >= enoughRuns)
  const isUnder = (version: string) => properties.some(({ name }) => name.includes(version))
  const unproven = entry.kind === "enforced" ? versions.filter((version) => !isUnder(version)) : []
  return [
    ...home,
    ...ofTags(catalogue, rule),
    ...unproven.map((version) => `${key} is named by no property of ${enoughRuns} runs under ${version}`),
  ]
}

/** An enforced rule protects a person only where a service asks it. */
const ofAsking = ({ rules, unasked }: Catalogue): ReadonlyArray<string> =>
  rules.flatMap(({ askedBy, entry, key }) => {
    const missing = entry.kind === "enforced" ? unaskedUnder(askedBy) : []
    const isListed = unasked.includes(key)
    if (isListed === missing.length > 0) return []
    return isListed
      ? [`${key} is asked by services: take it out of UnaskedRule.ts`]
      : [`${key} is asked by no service under ${missing.join(", ")}: no test is titled "… is asked by Service.verb"`]
  })

const ofTitles = ({ homes, keys, libraryKeys, titles }: Catalogue): ReadonlyArray<string> => {
  const known = [...keys, ...libraryKeys]
  const cites = titles.flatMap(({ file, name }) =>
    without(cited(name), known).map((word) => `${file} names ${word}, which is no key: ${name}`),
  )
  const tags = homes.flatMap(({ file, key, line }) =>
    known.includes(key) ? [] : [`${file}:${line}: ${key} is no key`],
  )
  return Array.from(new Set([...cites, ...tags]))
}

/** All faults, one sentence each. */
export const faultsOf = (catalogue: Catalogue): ReadonlyArray<string> => {
  const faults = [
    ...ofKeys(catalogue),
    ...catalogue.rules.flatMap((rule) => ofRule(catalogue, rule)),
    ...ofAsking(catalogue),
    ...ofTitles(catalogue),
  ]
  const isCurrent = catalogue.page === tableOf(catalogue.rules)
  return isCurrent ? faults : [...faults, "docs/rules.md is out of date: npm run rules -- --write"]
}
