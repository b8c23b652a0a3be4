/**
 * The names and references that events of the domain carry. Each is a code that an organisation gave to a thing of its
 * own: none is, or may hold, a value that identifies a person.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "../eventsourcing/Uuid.ts"

/** Why a text cannot be the name of a step, or `undefined` where it can. */
const nameFault = (text: string): string | undefined => {
  if (text.length === 0 || text.length > 160) return "a name of 1 to 160 characters"
  if (text.trim() !== text) return "a name without white space at its ends"
  if (/[\u0000-\u001f\u007f]/.test(text)) return "a name without control characters"
  if (/:\/\/|[?&]\w+=/.test(text)) return "the id of a screen, never a web address (NO-AUTOSEND)"
  if (/\S@\S+\.\S/.test(text)) return "a name without an e-mail address (NO-IDENTIFY)"
  if (/(?:\d[ .()/-]?){9,}/.test(text)) return "a name without a telephone or account number (NO-IDENTIFY)"
  return undefined
}

const Name = Schema.String.check(Schema.makeFilter(nameFault))

/**
 * One place of an interface: scenario and screen, such as `invoice/explain`. Never a web address, and nothing that
 * names a person.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Identifier } from "@tacet/core/domain"
 *
 * const step: Identifier.StepId = Schema.decodeUnknownSync(Identifier.StepId)("invoice/explain")
 * ```
 */
export const StepId = Name.pipe(Schema.brand("StepId"))
export type StepId = typeof StepId.Type

/** The id of a scenario: the declared journeys and screens of one interface. */
export const ScenarioId = Name.pipe(Schema.brand("ScenarioId"))
export type ScenarioId = typeof ScenarioId.Type

/** The id of an interface, such as `web` or `phone-menu`. */
export const InterfaceId = Name.pipe(Schema.brand("InterfaceId"))
export type InterfaceId = typeof InterfaceId.Type

/** The id of a declared input field. */
export const FieldId = Name.pipe(Schema.brand("FieldId"))
export type FieldId = typeof FieldId.Type

/** The id of a goal that a scenario declares. */
export const GoalId = Name.pipe(Schema.brand("GoalId"))
export type GoalId = typeof GoalId.Type

/** The id of a version of a privacy policy, such as `dialonce/2021-02-17`. */
export const PolicyVersionId = Name.pipe(Schema.brand("PolicyVersionId"))
export type PolicyVersionId = typeof PolicyVersionId.Type

/** The reference under which a Customer lists a number: never the number itself. */
export const ListedNumberId = Uuid.pipe(Schema.brand("ListedNumberId"))
export type ListedNumberId = typeof ListedNumberId.Type

/** The reference under which a Customer lists an entry point: a page, an app, a QR code. */
export const EntryPointId = Uuid.pipe(Schema.brand("EntryPointId"))
export type EntryPointId = typeof EntryPointId.Type

/** One call within an interaction. Random; not the telephone system's own id. */
export const CallId = Uuid.pipe(Schema.brand("CallId"))
export type CallId = typeof CallId.Type

/** What kind of place a step is. */
export const StepKind = Schema.Literals([
  "page", "faq", "form", "menu", "webPage", "customerArea", "thirdPartyPage", "appLaunch", "message", "other"
])
export type StepKind = typeof StepKind.Type
