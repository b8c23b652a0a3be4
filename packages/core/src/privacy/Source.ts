/**
 * Where a personal value comes from (PROVENANCE; GDPR 14(2)(f), 15(1)(g)).
 */
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"

/** Where values come from, in the order in which a record that joins several names them. */
export const sources = ["givenByPerson", "observed", "thirdParty", "derived"] as const

/** The source of a value. */
export type Source = (typeof sources)[number]

/** The kinds of a value that its category does not tell: data observed of a call, and data about a third party's service. */
export const toldKinds = ["callData", "thirdPartyServiceData"] as const

/** The kind of a value that its category does not tell. */
export type ToldKind = (typeof toldKinds)[number]

/** Who may have collected a value on its own, where the operator only holds it. */
export const collectors = ["customer", "partner", "thirdParty"] as const

/** Who collected a value on its own. */
export type Collector = (typeof collectors)[number]

/** The source of a value of which none is recorded: what a person says or types comes from them, all else is observed. */
export const usualSourceOf = (category: PersonalDataCategory): Source =>
  said.has(category) ? "givenByPerson" : "observed"

/** Whether a category says by itself where its values come from. A payment, or an account's name, may come from anyone. */
export const tellsSource = (category: PersonalDataCategory): boolean =>
  category !== "transaction" && category !== "accountIdentifier"

const said: ReadonlySet<PersonalDataCategory> = new Set([
  "freeText",
  "surveyAnswer",
  "textDialogue",
  "voiceRecording",
  "name",
  "emailAddress",
  "workContact",
])
