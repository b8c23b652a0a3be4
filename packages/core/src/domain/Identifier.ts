/**
 * The names and references that events of the domain carry. Each is a code that an organisation gave to a thing of its
 * own: none is, or may hold, a value that identifies a person.
 *
 * The content of a name is checked where it is written and where it is read, so a rule below may be loosened, never
 * tightened, once names were recorded under it: a log must stay readable for ever.
 */
import * as Schema from "effect/Schema"
import { violation as violationOf } from "../eventsourcing/EventCodec.ts"
import { ofPublic } from "../eventsourcing/FieldClass.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"

/** Why a text cannot be a name. */
export interface NameViolation {
  readonly rule: RuleKey
  /** What would be accepted. */
  readonly accepted: string
}

const form = (accepted: string): NameViolation => ({ rule: "TACET-FORMAT", accepted })

const length = form("a name of 1 to 160 characters")
const ends = form("a name without white space at its ends")
const control = form("a name of well-formed text without control characters")
const address: NameViolation = { rule: "NO-AUTOSEND", accepted: "the id of a screen, never a web address" }
const identifies = (what: string): NameViolation => ({ rule: "NO-IDENTIFY", accepted: `a name without ${what}` })
const email = identifies("an e-mail address")
const telephone = identifies("a telephone or account number")
const network = identifies("an IP address")
const coordinates: NameViolation = { rule: "GEO-NEVER", accepted: "a name without coordinates" }

const webAddress = /:\/\/|[?&]\w+=|\bwww\./i
const emailAddress = /\S@\S+\.\S/
const calendarDate = /(?<!\p{Nd})(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\p{Nd})/gu
const longNumber = /(?:\p{Nd}[\s.()/+_-]{0,3}){9,}/u
const byte = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)"
const group = "[\\da-f]{1,4}"
const ipAddress = new RegExp(
  `(?<![\\d.])${byte}(?:\\.${byte}){3}(?![\\d.])` +
    `|(?<![\\w:])(?=[\\da-f:]*\\d)(?:(?:${group}:){4}|${group}(?::${group})*::(?:${group}(?::${group})*)?(?![\\w:]))`,
  "i",
)
const latitudeAndLongitude = /\d\.\d{3,}\s*°?\s*[NS]?\s*[,;/ ]\s*[+-]?\d{1,3}\.\d{3,}/i

/**
 * Why a text cannot be the name of a step or of another thing, or `undefined` where it can. The answer says nothing of
 * the text.
 *
 * @example
 * ```ts
 * import { Identifier } from "@tacet/core/domain"
 *
 * Identifier.nameViolation("invoice/explain") // => undefined
 * Identifier.nameViolation("call 06 12 34 56 78")?.rule // => "NO-IDENTIFY"
 * Identifier.nameViolation("https://example.com/?id=7")?.rule // => "NO-AUTOSEND"
 * ```
 */
export const nameViolation = (text: string): NameViolation | undefined => {
  if (text.length === 0 || text.length > 160) return length
  if (text.trim() !== text) return ends
  if (/[\p{Cc}\p{Zl}\p{Zp}\p{Surrogate}]/u.test(text)) return control
  // As it reads, so that neither wide digits nor characters without width hide what it is.
  const seen = /^[\x20-\x7e]*$/.test(text) ? text : text.normalize("NFKC").replace(/\p{Cf}/gu, "")
  if (webAddress.test(seen)) return address
  if (seen.includes("@") && emailAddress.test(seen)) return email
  if (seen.includes(":") && ipAddress.test(seen)) return network
  if (!/\p{Nd}/u.test(seen)) return undefined
  if (latitudeAndLongitude.test(seen)) return coordinates
  if (ipAddress.test(seen)) return network
  return longNumber.test(seen.replace(calendarDate, "~")) ? telephone : undefined
}

const issueOf = ({ accepted, rule }: NameViolation) => violationOf(rule, accepted)

/**
 * A check for texts that are longer than a name, such as citations and references: none may identify a person, a device
 * or a connection (NO-IDENTIFY).
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Identifier } from "@tacet/core/domain"
 *
 * const isReference = Schema.is(Schema.String.check(Identifier.identifiesNobody))
 * isReference("invoice-2026-03") // => true
 * isReference("jane@example.com") // => false
 * ```
 */
export const identifiesNobody = Schema.makeFilter((text: string) => {
  const violation = nameViolation(text)
  return violation?.rule === "NO-IDENTIFY" || violation?.rule === "GEO-NEVER" ? issueOf(violation) : undefined
})

const Name = Schema.String.check(
  Schema.makeFilter((text) => {
    const violation = nameViolation(text)
    return violation === undefined ? undefined : issueOf(violation)
  }),
).annotate(ofPublic)

/**
 * One place of an interface: scenario and screen, such as `invoice/explain`. Never a web address, and nothing that
 * names a person.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Identifier } from "@tacet/core/domain"
 *
 * const step: Identifier.StepId = Schema.decodeUnknownSync(Identifier.StepId)("invoice/explain") // => "invoice/explain"
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

/** A product of the operator, by its own name for it: a supplement to the policy may be published for one (SUPPLEMENT). */
export const ProductId = Name.pipe(Schema.brand("ProductId"))
export type ProductId = typeof ProductId.Type

/** Why a field has to be filled in, or what an optional one is for: a name of the Customer's own, such as `delivery`. */
export const FieldReason = Name.pipe(Schema.brand("FieldReason"))
export type FieldReason = typeof FieldReason.Type

/** A data centre or a town of one, by the operator's own name for it. */
export const DataCentreName = Name.pipe(Schema.brand("DataCentreName"))
export type DataCentreName = typeof DataCentreName.Type

/** A role of staff who may read personal data, such as `support`. */
export const StaffRole = Name.pipe(Schema.brand("StaffRole"))
export type StaffRole = typeof StaffRole.Type

/** A processing of the record of processing, such as `answering calls`. */
export const ProcessingName = Name.pipe(Schema.brand("ProcessingName"))
export type ProcessingName = typeof ProcessingName.Type

/** A cookie, by the name under which a browser keeps it; never its value. */
export const CookieName = Name.pipe(Schema.brand("CookieName"))
export type CookieName = typeof CookieName.Type

/** The party whose server sets a cookie: the operator, or a vendor by its own name. */
export const PartyName = Name.pipe(Schema.brand("PartyName"))
export type PartyName = typeof PartyName.Type

/** The stated consequence of blocking a necessary cookie, such as `no sign-in`. */
export const CookieConsequence = Name.pipe(Schema.brand("CookieConsequence"))
export type CookieConsequence = typeof CookieConsequence.Type

/** A contract of a Customer with the operator. */
export const ContractId = Uuid.pipe(Schema.brand("ContractId"))
export type ContractId = typeof ContractId.Type

/** A statistic that was published. */
export const StatisticId = Uuid.pipe(Schema.brand("StatisticId"))
export type StatisticId = typeof StatisticId.Type

/** The reference under which a Customer lists a number: never the number itself. */
export const ListedNumberId = Uuid.pipe(Schema.brand("ListedNumberId"))
export type ListedNumberId = typeof ListedNumberId.Type

/** The reference under which a Customer lists an entry point: a page, an app, a QR code. */
export const EntryPointId = Uuid.pipe(Schema.brand("EntryPointId"))
export type EntryPointId = typeof EntryPointId.Type

/** One call within an interaction. Random; not the telephone system's own id. */
export const CallId = Uuid.pipe(Schema.brand("CallId"))
export type CallId = typeof CallId.Type

/** The kind of a step's place. */
export const StepKind = Schema.Literals([
  "page",
  "faq",
  "form",
  "menu",
  "webPage",
  "customerArea",
  "thirdPartyPage",
  "appLaunch",
  "message",
  "other",
])
export type StepKind = typeof StepKind.Type
