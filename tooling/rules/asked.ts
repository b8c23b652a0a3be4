/**
 * The service verbs that ask a rule, by the titles of the tests that saw a verb both refuse and permit:
 * `KEY under VERSION is asked by Service.verb`. A title without a version speaks of each version that holds the rule.
 */
import type { RuleCatalogue } from "@tacet/catalogue"
import type { Title } from "./titles.ts"
import { names } from "./titles.ts"

/** The verbs that ask a rule, for each version that holds it. */
export type AskedBy = Readonly<Record<string, ReadonlyArray<string>>>

const verb = "[A-Z]\\w*\\.\\w+"
const claim = new RegExp(`^(.*) (?:is|are) asked by (${verb}(?:(?:, | and )${verb})*)`)

interface Claim {
  readonly keys: string
  readonly verbs: ReadonlyArray<string>
}

const claimOf = ({ name }: Pick<Title, "name">): Claim | undefined => {
  const [, keys, verbs] = claim.exec(name) ?? []
  return keys === undefined || verbs === undefined ? undefined : { keys, verbs: verbs.split(/, | and /) }
}

/** A title that names a version speaks of no other. */
const isUnder = (keys: string, version: string, versions: ReadonlyArray<string>): boolean =>
  keys.includes(version) || !versions.some((one) => keys.includes(one))

/** The verbs that ask a rule under each of its versions, of all `versions` that titles may name. */
export const askedBy = (
  { key, versions }: Pick<RuleCatalogue.Rule, "key" | "versions">,
  titles: ReadonlyArray<Title>,
  all: ReadonlyArray<string>,
): AskedBy => {
  const claims = titles.flatMap((title) => claimOf(title) ?? []).filter(({ keys }) => names(keys, key))
  return Object.fromEntries(
    versions.map((version) => {
      const verbs = claims.flatMap((one) => (isUnder(one.keys, version, all) ? one.verbs : []))
      return [version, Array.from(new Set(verbs)).toSorted()]
    }),
  )
}

/** The versions under which no verb asks a rule. */
export const unaskedUnder = (asked: AskedBy): ReadonlyArray<string> =>
  Object.entries(asked).flatMap(([version, verbs]) => (verbs.length === 0 ? [version] : []))
