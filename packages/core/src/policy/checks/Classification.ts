/**
 * Whether data are personal. A datum is if it relates to a natural person by itself or by anything else that is held and
 * can be joined to it (CLASSIFY); a record made of several inputs is if one of them is (COMBINE); and neither the medium,
 * the store nor the order in which data came in changes that (MEDIUM, NOTLINKABLE). The label never falls, but by an
 * anonymisation that was checked.
 */

import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { type Source, sources as everySource } from "../../privacy/Source.ts"

export type { Source }

/** A datum that is held, as far as its label depends on it. */
export interface Item {
  readonly id: string
  /** Whether it names or reaches a natural person by itself: a name, a personal number, an address. */
  readonly relatesToPerson: boolean
  /** The values by which it can be joined with others: a pseudonym, a device, a contract number. */
  readonly joinKeys: ReadonlyArray<string>
  readonly source: Source
  /** On what it is held; it changes nothing. */
  readonly medium: "automated" | "paper"
  /** Whether it stays on the person's own device for their purely personal activity: then it is not collected at all. */
  readonly onOwnDevice?: boolean
}

export type Label = "personal" | "nonPersonal"

/** The label of a datum. */
export interface Classified {
  /** False for what stays on the person's own device (PERSONAL-ACT). */
  readonly collected: boolean
  readonly label: Label
}

/**
 * The labels of all that is held, by id.
 *
 * @rule CLASSIFY, MEDIUM, NOTLINKABLE, PERSONAL-ACT
 *
 * @example
 * ```ts
 * import { Classification } from "@tacet/core/policy"
 *
 * const labels = Classification.classify([
 *   { id: "visit", relatesToPerson: false, joinKeys: ["device 7"], source: "observed", medium: "automated" },
 *   { id: "form", relatesToPerson: true, joinKeys: ["device 7"], source: "givenByPerson", medium: "paper" },
 * ])
 * labels.get("visit")?.label // => "personal"
 * ```
 */
export const classify = (items: ReadonlyArray<Item>): ReadonlyMap<string, Classified> => {
  const held = items.filter(({ onOwnDevice }) => onOwnDevice !== true)
  const personalKeys = new Set<string>()
  const personal = new Set<Item>(held.filter(({ relatesToPerson }) => relatesToPerson))
  // Whatever shares a key with something personal is personal, and so are its own keys, until nothing is added.
  let reached: ReadonlyArray<Item> = Array.from(personal)
  while (reached.length > 0) {
    for (const { joinKeys } of reached) for (const key of joinKeys) personalKeys.add(key)
    reached = held.filter((item) => !personal.has(item) && item.joinKeys.some((key) => personalKeys.has(key)))
    for (const item of reached) personal.add(item)
  }
  return new Map(
    items.map((item) => [
      item.id,
      { collected: item.onOwnDevice !== true, label: personal.has(item) ? "personal" : "nonPersonal" },
    ]),
  )
}

/**
 * Whether a value of a category names or reaches a natural person by itself, without anything else that is held. The others
 * describe a use or an opinion, and become personal by what they can be joined with.
 *
 * @example
 * ```ts
 * import { Classification } from "@tacet/core/policy"
 *
 * Classification.relatesToPerson("telephoneNumber") // => true
 * Classification.relatesToPerson("interfaceUsage") // => false
 * ```
 */
export const relatesToPerson = (category: PersonalDataCategory): boolean => !byItselfOfNobody.has(category)

const byItselfOfNobody: ReadonlySet<PersonalDataCategory> = new Set([
  "terminalEnvironment",
  "interfaceUsage",
  "coarseLocation",
  "surveyAnswer",
  "measurementRecord",
])

/** A record that was made, or an input of one. */
export interface Labelled {
  readonly label: Label
  readonly sources: ReadonlyArray<Source>
}

/**
 * The label and the sources of a record made of several inputs. Anonymised output is non-personal only if the check of the
 * anonymisation passed.
 *
 * @rule COMBINE, PROVENANCE
 *
 * @example
 * ```ts
 * import { Classification } from "@tacet/core/policy"
 *
 * const joined = Classification.combine([
 *   { label: "nonPersonal", sources: ["observed"] },
 *   { label: "personal", sources: ["thirdParty"] },
 * ])
 * joined // => { label: "personal", sources: ["observed", "thirdParty", "derived"] }
 * ```
 */
export const combine = (
  inputs: ReadonlyArray<Labelled>,
  anonymisation: "none" | "checkPassed" | "checkFailed" = "none",
): Labelled => ({
  label:
    anonymisation !== "checkPassed" && inputs.some(({ label }) => label === "personal") ? "personal" : "nonPersonal",
  sources: everySource.filter(
    (source) => source === "derived" || inputs.some(({ sources }) => sources.includes(source)),
  ),
})

/** A record about an organisation. */
export interface OrganisationRecord {
  readonly namesPerson: boolean
  /** Whether a number or an address in it can be one person's: a mobile number, a mailbox with a name. */
  readonly reachesOnePerson: boolean
}

/**
 * The label of a record about an organisation (LEGAL-PERSON).
 *
 * @rule LEGAL-PERSON
 *
 * @example
 * ```ts
 * import { Classification } from "@tacet/core/policy"
 *
 * const company = Classification.ofOrganisation({ namesPerson: false, reachesOnePerson: false }) // => "nonPersonal"
 * ```
 */
export const ofOrganisation = ({ namesPerson, reachesOnePerson }: OrganisationRecord): Label =>
  namesPerson || reachesOnePerson ? "personal" : "nonPersonal"
