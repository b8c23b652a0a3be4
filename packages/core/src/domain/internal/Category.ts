/**
 * Which categories of personal data an event may refer to, and where. A category that is barred here is barred under
 * every policy; a policy's own closed list may bar more (CATEGORIES).
 */
import type { RuleKey } from "../../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"

/**
 * The rule that keeps a category out of every declared field, or `undefined` where none does.
 *
 * A location is among them: a version that allows one (GEO-OK) ties it to a service that the person opened, and it comes
 * from the terminal.
 */
export const ruleAgainst = (category: PersonalDataCategory): RuleKey | undefined => barred.get(category)

const barred: ReadonlyMap<PersonalDataCategory, RuleKey> = new Map<PersonalDataCategory, RuleKey>([
  ["deviceCallLog", "CALL-LOG"],
  ["addressBook", "ADDR-READ"],
  ["preciseLocation", "GEO-NEVER"],
  ["coarseLocation", "GEO-NEVER"],
])

/** The accepted alternative, for refusals. */
export const recordable = "any category but a device's call log, its address book and its location"

/** Whether a category is a location, precise or coarse. */
export const isLocation = (category: PersonalDataCategory): boolean => ruleAgainst(category) === "GEO-NEVER"

/**
 * Whether a terminal reports values of a category by itself. A person types or says values of any other category, which
 * needs a declared field (AUTO).
 */
export const isToldByTerminal = (category: PersonalDataCategory): boolean => toldByTerminal.has(category)

const toldByTerminal: ReadonlySet<PersonalDataCategory> = new Set<PersonalDataCategory>([
  "ipAddress",
  "telephoneNumber",
  "deviceIdentifier",
  "advertisingIdentifier",
  "terminalEnvironment",
  "connectionLog",
  "interfaceUsage",
  "cookieIdentifier",
])

/**
 * Whether a field of this category takes free text: no such field may be mandatory (VOLUNTARY).
 */
export const isFreeText = (category: PersonalDataCategory): boolean => freeText.has(category)

const freeText: ReadonlySet<PersonalDataCategory> = new Set<PersonalDataCategory>([
  "freeText",
  "surveyAnswer",
  "textDialogue",
  "voiceRecording",
])
