/**
 * A recipient: any party that receives data of a Customer, including the Customer itself (GDPR 4(9)). Its stream holds
 * its kind, its country and its commitments with their dates; a disclosure is judged by the state of the register at
 * its moment (REGISTER, CONTRACT-RCPT, RCPT-CHOSEN).
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { identifiesNobody } from "./Identifier.ts"
import { ofPublic } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import { recipientDuties } from "../policy/text/parameters/disclosure.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { Purpose } from "../policy/text/parameters/purposes.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a recipient's stream. */
export const streamKind = "recipient"

/** The id of a recipient. */
export const RecipientId = Uuid.pipe(Schema.brand("RecipientId"))
export type RecipientId = typeof RecipientId.Type

/** The stream of a recipient. */
export const streamOf = (id: RecipientId): StreamId => ({ kind: streamKind, id })

// Values

/** The relation of a recipient to the operator. `customer`: the one that owns the interactions. */
export const RecipientKind = Schema.Literals([
  "customer",
  "subProcessor",
  "affiliate",
  "partner",
  "authority",
  "transactionParty",
  "consentedRecipient",
])
export type RecipientKind = typeof RecipientKind.Type

/** A country by its ISO 3166 code. */
export const Country = Schema.String.check(
  Schema.isPattern(/^[A-Z]{2}$/, { expected: "a country of two letters" }),
).annotate(ofPublic)

/** A document by the reference under which it is kept; never its text, and no telephone number (NO-IDENTIFY). */
export const DocumentReference = Schema.String.check(
  Schema.isPattern(/^[\p{L}\p{N}][\p{L}\p{N} ./:-]{0,79}$/u, { expected: "a reference of 1 to 80 characters" }),
  identifiesNobody,
).annotate(ofPublic)

/** The commitments of a recipient beside its contract. */
export const Undertaking = Schema.Literals([
  "commitmentToLaw",
  "similarTreatment",
  "guaranteesRecorded",
  "priorAuthorisation",
  "sameDutiesAsProcessor",
  "commitmentToThisPolicy",
  "agreementOutsideUnion",
])
export type Undertaking = typeof Undertaking.Type

/** In what way data is handed over to a recipient; a consent to a disclosure names it. */
export const DisclosureManner = Schema.Literals(["file", "interface", "remoteAccess", "print"])
export type DisclosureManner = typeof DisclosureManner.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A recipient was entered into the register. */
export const RecipientRegistered = Schema.TaggedStruct("RecipientRegistered", {
  occurredAt,
  kind: RecipientKind,
  country: Country,
  undertakings: Schema.Array(Schema.Struct({ undertaking: Undertaking, document: DocumentReference })),
})
/** It undertook more. */
export const UndertakingRecorded = Schema.TaggedStruct("UndertakingRecorded", {
  occurredAt,
  undertaking: Undertaking,
  document: DocumentReference,
})
/** A contract with it is in force from now on. */
export const RecipientContractSigned = Schema.TaggedStruct("RecipientContractSigned", {
  occurredAt,
  document: DocumentReference,
})
/** It is in force no longer. */
export const RecipientContractEnded = Schema.TaggedStruct("RecipientContractEnded", { occurredAt })
/** The least data that a purpose of this recipient needs, from now on (D-AFFIL, D-PARTNER). */
export const MinimalDataDeclared = Schema.TaggedStruct("MinimalDataDeclared", {
  occurredAt,
  purpose: Purpose,
  categories: Schema.Array(PersonalDataCategory),
})

/** How the events of a recipient are stored. */
export const codec = EventCodec.make(streamKind, [
  RecipientRegistered,
  UndertakingRecorded,
  RecipientContractSigned,
  RecipientContractEnded,
  MinimalDataDeclared,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A recipient as registered. Moments in epoch milliseconds. */
export interface State {
  readonly registered: { readonly from: number; readonly kind: RecipientKind; readonly country: string } | undefined
  readonly undertakings: ReadonlyMap<Undertaking, { readonly from: number; readonly document: string }>
  readonly contracts: ReadonlyArray<{ readonly from: number; readonly to: number }>
  /** The declarations for each purpose, in their order. */
  readonly minimums: ReadonlyArray<{
    readonly from: number
    readonly purpose: Purpose
    readonly categories: ReadonlyArray<PersonalDataCategory>
  }>
}

/** A recipient that is not registered. */
export const initial: State = { registered: undefined, undertakings: new Map(), contracts: [], minimums: [] }

/** Whether a contract with the recipient is in force at a moment (CONTRACT-RCPT). */
export const hasContractAt = (state: State, at: DateTime.Utc): boolean => {
  const instant = DateTime.toEpochMillis(at)
  return state.contracts.some(({ from, to }) => from <= instant && instant < to)
}

/** Whether the recipient had undertaken something by a moment. */
export const hasUndertaken = (state: State, undertaking: Undertaking, at: DateTime.Utc): boolean => {
  const known = state.undertakings.get(undertaking)
  return known !== undefined && known.from <= DateTime.toEpochMillis(at)
}

/** The least data that a purpose needs, as declared by a moment; `undefined` where nothing was declared. */
export const minimumFor = (
  { minimums }: State,
  purpose: Purpose,
  at: DateTime.Utc,
): ReadonlyArray<PersonalDataCategory> | undefined =>
  minimums.findLast((declared) => declared.purpose === purpose && declared.from <= DateTime.toEpochMillis(at))
    ?.categories

/** A condition that a recipient fails, by the rule that requires it. */
export interface Violation {
  readonly rule: RuleKey
  readonly accepted: string
}

/**
 * The conditions that the recipient still fails at a moment before data may reach it: every duty of the policy that
 * applies to its kind. An authority is bound by its law, and a recipient that a person consented to by that consent;
 * these need only be registered.
 */
export const violations = (
  state: State,
  policy: EffectivePolicy,
  legal: LegalData.LegalData,
  at: DateTime.Utc,
): ReadonlyArray<Violation> => {
  const { registered } = state
  if (registered === undefined || DateTime.toEpochMillis(at) < registered.from) {
    return [{ rule: "REGISTER", accepted: "a recipient that was registered before" }]
  }
  const { country, kind } = registered
  if (unbound.has(kind)) return []
  const found: Array<Violation> = []
  for (const duty of recipientDuties) {
    if (!policy.parameters.recipientDuties.includes(duty) || duty === "registered") continue
    if (onlyOfSubProcessors.has(duty) && kind !== "subProcessor") continue
    const kept = duty === "contractInForce" ? hasContractAt(state, at) : hasUndertaken(state, duty, at)
    if (!kept) found.push(violationBy[duty])
  }
  if (
    (kind === "customer" || kind === "partner") &&
    policy.parameters.agreementOutsideUnion.includes(kind) &&
    !isInUnion(legal, country, at, policy) &&
    !hasUndertaken(state, "agreementOutsideUnion", at)
  ) {
    found.push({ rule: "NONEU-CUST", accepted: "an agreement that guarantees equivalent protection, recorded before" })
  }
  return found
}

const unbound: ReadonlySet<RecipientKind> = new Set(["authority", "consentedRecipient", "transactionParty"])

type Duty = Exclude<(typeof recipientDuties)[number], "registered">

const onlyOfSubProcessors: ReadonlySet<string> = new Set(["priorAuthorisation", "sameDutiesAsProcessor"])

const violationBy: Readonly<Record<Duty, Violation>> = {
  contractInForce: { rule: "CONTRACT-RCPT", accepted: "a recipient with a contract in force at that moment" },
  commitmentToLaw: { rule: "ALL-BOUND", accepted: "a recipient that has undertaken to keep the law" },
  similarTreatment: { rule: "SIMILAR", accepted: "a recipient whose contract obliges it to treat the data alike" },
  guaranteesRecorded: { rule: "RCPT-CHOSEN", accepted: "a recipient whose guarantees were recorded before" },
  priorAuthorisation: { rule: "SUBPROC", accepted: "a sub-processor that the Customer authorised before" },
  sameDutiesAsProcessor: { rule: "SUBPROC", accepted: "a sub-processor with the same duties as the processor" },
}

/** Where the data cannot say, the country counts as outside: the stricter answer. */
const isInUnion = (legal: LegalData.LegalData, country: string, at: DateTime.Utc, policy: EffectivePolicy): boolean => {
  const status = LegalData.statusOf(legal, country, Calendar.localDate(at, policy.timeZone))
  return Result.isSuccess(status) && status.success === "unionMember"
}

// Evolve

const evolve = (state: State, event: Event): State => {
  const from = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "RecipientRegistered":
      return {
        ...state,
        registered: { from, kind: event.kind, country: event.country },
        undertakings: new Map(event.undertakings.map(({ document, undertaking }) => [undertaking, { from, document }])),
      }
    case "UndertakingRecorded":
      return {
        ...state,
        undertakings: new Map(state.undertakings).set(event.undertaking, { from, document: event.document }),
      }
    case "RecipientContractSigned":
      return { ...state, contracts: [...state.contracts, { from, to: Number.POSITIVE_INFINITY }] }
    case "MinimalDataDeclared":
      return { ...state, minimums: [...state.minimums, { from, purpose: event.purpose, categories: event.categories }] }
    case "RecipientContractEnded":
      return {
        ...state,
        contracts: state.contracts.map((contract) =>
          contract.to === Number.POSITIVE_INFINITY ? { ...contract, to: from } : contract,
        ),
      }
  }
}

// Commands

const at = Schema.DateTimeUtc

/** The commands on a recipient's entry. */
export const Command = Schema.Union([
  Schema.TaggedStruct("RegisterRecipient", {
    at,
    kind: RecipientKind,
    country: Country,
    undertakings: RecipientRegistered.fields.undertakings,
  }),
  Schema.TaggedStruct("RecordUndertaking", { at, undertaking: Undertaking, document: DocumentReference }),
  Schema.TaggedStruct("SignRecipientContract", { at, document: DocumentReference }),
  Schema.TaggedStruct("EndRecipientContract", { at }),
  Schema.TaggedStruct("DeclareMinimalData", {
    at,
    purpose: Purpose,
    categories: MinimalDataDeclared.fields.categories,
  }),
])
export type Command = typeof Command.Type

// Decide

const decide = (state: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  if (command._tag === "RegisterRecipient") {
    const { country, kind, undertakings } = command
    if (new Set(undertakings.map(({ undertaking }) => undertaking)).size !== undertakings.length) {
      return refuse("TACET-ONCE", command, "undertakings", "each undertaking once")
    }
    if (state.registered === undefined) {
      return record({ _tag: "RecipientRegistered", occurredAt, kind, country, undertakings })
    }
    return state.registered.kind === kind && state.registered.country === country
      ? nothing
      : refuse("TACET-ONCE", command, undefined, "an entry of its own for another kind or country")
  }
  if (state.registered === undefined) {
    return refuse("REGISTER", command, undefined, "a recipient that is registered: send RegisterRecipient first")
  }
  if (instant < state.registered.from) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the registration")
  }
  const last = state.contracts.at(-1)
  switch (command._tag) {
    case "RecordUndertaking": {
      const known = state.undertakings.get(command.undertaking)
      // A proof holds from its date on; a second document adds nothing.
      return known === undefined
        ? record({
            _tag: "UndertakingRecorded",
            occurredAt,
            undertaking: command.undertaking,
            document: command.document,
          })
        : nothing
    }
    case "DeclareMinimalData": {
      const { categories, purpose } = command
      const declared = state.minimums.findLast((one) => one.purpose === purpose)
      if (declared !== undefined && instant < declared.from) {
        return refuse("TACET-TIME", command, "at", "a moment at or after the declaration before")
      }
      const isSame = declared !== undefined && sameSet(declared.categories, categories)
      return isSame ? nothing : record({ _tag: "MinimalDataDeclared", occurredAt, purpose, categories })
    }
    case "SignRecipientContract":
      if (last?.to === Number.POSITIVE_INFINITY) return nothing
      return last !== undefined && instant < last.to
        ? refuse("CONTRACT-RCPT", command, "at", "a moment after the contract before has ended")
        : record({ _tag: "RecipientContractSigned", occurredAt, document: command.document })
    case "EndRecipientContract":
      if (last?.to !== Number.POSITIVE_INFINITY) return nothing
      return instant <= last.from
        ? refuse("CONTRACT-RCPT", command, "at", "a moment after the contract was signed")
        : record({ _tag: "RecipientContractEnded", occurredAt })
  }
}

const sameSet = <A>(one: ReadonlyArray<A>, other: ReadonlyArray<A>): boolean =>
  one.every((each) => other.includes(each)) && other.every((each) => one.includes(each))

/** The decider of a recipient. It needs no facts but its own. */
export const decider: Decider<State, Command, Event, void> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
