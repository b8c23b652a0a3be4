/**
 * One disclosure of personal data to one recipient, from the request to the notices that follow it. The law's *transfer*
 * crosses a border; a *disclosure* may stay inside: both are judged here, and access from afar counts as crossing
 * (REMOTE). Every rule that is not kept is named in `TransferRefused`, so that a refusal is evidence too.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { ofPseudonymous, ofPublic } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { AdequacyCondition } from "../policy/legal/Adequacy.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import { DisclosureGround } from "../policy/text/parameters/disclosure.ts"
import type { GroundCondition } from "../policy/text/parameters/disclosure.ts"
import { Instrument } from "../policy/text/parameters/location.ts"
import { Purpose } from "../policy/text/parameters/purposes.ts"
import type { Role } from "../policy/text/parameters/processing.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import * as ProcessingLocation from "../policy/checks/ProcessingLocation.ts"
import * as PurposeCheck from "../policy/checks/Purpose.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import * as TransferInstrument from "../policy/checks/TransferInstrument.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { DisclosureConsent } from "./Pseudonym.ts"
import * as Recipient from "./Recipient.ts"
import { LegalReference } from "./rights-request/outcome.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of a disclosure's stream. */
export const streamKind = "transfer"

/** The id of a disclosure. */
export const TransferId = Uuid.pipe(Schema.brand("TransferId"))
export type TransferId = typeof TransferId.Type

/**
 * The stream of a disclosure.
 *
 * @example
 * ```ts
 * import { Transfer } from "@tacet/core/domain"
 *
 * const stream = (id: Transfer.TransferId) => Transfer.streamOf(id)
 * ```
 */
export const streamOf = (id: TransferId): StreamId => ({ kind: streamKind, id })

// Values

/** A safeguard of GDPR 45 to 47 as it was recorded; the fields are those of `TransferInstrument.Safeguard`. */
export const Safeguard = Schema.Struct({
  instrument: Instrument,
  /** Empty where the instrument is an act of the Commission. */
  reference: Schema.Union([Schema.Literal(""), Recipient.DocumentReference]),
  recordedOn: PlainDate,
  act: Schema.optionalKey(LegalReference),
  contractMadeOn: Schema.optionalKey(PlainDate),
  authorisation: Schema.optionalKey(Recipient.DocumentReference),
})

/** The form in which the data are disclosed; a consent names it. */
export const Manner = Recipient.DisclosureManner

/** The reason for a notice to a recipient (GDPR 19). */
export const NoticeCause = Schema.Literals(["erasure", "rectification", "restriction"])

/** What of the recipient brings it into the scope of a decision on adequacy. */
const Conditions = Schema.Array(
  Schema.Literals([
    "commercialOrganisation",
    "underFaroeseAct",
    "automatedProcessing",
    "privateOperatorUnderSupplementaryRules",
    "underKoreanAct",
    "selfCertified",
    "onDataPrivacyFrameworkList",
  ] satisfies ReadonlyArray<AdequacyCondition>),
)

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** Words of the library's own legal data: an article, an act, a rule. */
const Cited = Schema.String.annotate(ofPublic)

/** A disclosure was requested: the data, the recipient, the ground and the destination. */
export const TransferRequested = Schema.TaggedStruct("TransferRequested", {
  occurredAt,
  recipient: Recipient.RecipientId,
  ground: DisclosureGround,
  purpose: Purpose,
  categories: Schema.Array(PersonalDataCategory),
  /** `interactionData`: pseudonymised data of interactions, for the owning Customer alone (CUST-ONLY). */
  data: Schema.Literals(["interactionData", "otherData"]),
  manner: Manner,
  destination: Recipient.Country,
  conditions: Conditions,
  safeguard: Schema.optionalKey(Safeguard),
  /** The documents that prove the conditions of the ground. */
  legalReference: Schema.optionalKey(Recipient.DocumentReference),
  transaction: Schema.optionalKey(Recipient.DocumentReference),
  need: Schema.optionalKey(Recipient.DocumentReference),
  /** Another purpose of the recipient's own, and what authorises it. */
  otherPurpose: Schema.optionalKey(
    Schema.Struct({ purpose: Purpose, authorisation: Schema.optionalKey(Recipient.DocumentReference) }),
  ),
})
/** Every rule is kept. */
export const TransferAuthorised = Schema.TaggedStruct("TransferAuthorised", {
  occurredAt,
  /** The article that carries it over the border, where it crosses one. */
  article: Schema.optionalKey(Cited),
  act: Schema.optionalKey(Cited),
})
/** These rules are not. */
export const TransferRefused = Schema.TaggedStruct("TransferRefused", {
  occurredAt,
  rules: Schema.Array(Cited),
})
/** The transfer was executed: the number of values, and the digest of the disclosed data. */
export const TransferExecuted = Schema.TaggedStruct("TransferExecuted", {
  occurredAt,
  values: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  digest: Schema.String.check(
    Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a SHA-256 digest in hexadecimal" }),
  ).annotate(ofPseudonymous),
})
/** The recipient was notified of an erasure, rectification or restriction (GDPR 19). */
export const RecipientNotified = Schema.TaggedStruct("RecipientNotified", {
  occurredAt,
  notice: Uuid,
  cause: NoticeCause,
})
/** It could not be, or only with disproportionate effort. */
export const NoticeImpossible = Schema.TaggedStruct("NoticeImpossible", {
  occurredAt,
  notice: Uuid,
  cause: NoticeCause,
  reason: Schema.Literals(["impossible", "disproportionateEffort"]),
})

/** How the events of a disclosure are stored. */
export const codec = EventCodec.make(streamKind, [
  TransferRequested,
  TransferAuthorised,
  TransferRefused,
  TransferExecuted,
  RecipientNotified,
  NoticeImpossible,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A disclosure as far as it has come. */
export interface State {
  readonly status: "none" | "requested" | "authorised" | "refused" | "executed"
  readonly request: typeof TransferRequested.Type | undefined
  /** What carries it over the border; `undefined` where it crosses none. */
  readonly carried: { readonly article: string; readonly act: string | undefined } | undefined
  readonly executedAt: number
  readonly notices: ReadonlySet<Uuid>
}

/** A disclosure before its request. */
export const initial: State = {
  status: "none",
  request: undefined,
  carried: undefined,
  executedAt: 0,
  notices: new Set(),
}

/** The answer to a person who asks for the safeguard of a disclosure. */
export interface SafeguardCopy {
  /** The article that the disclosure rests on. */
  readonly article: string
  /** The reference of the document: the recorded one, or a published act. */
  readonly document: string
}

/**
 * The safeguard under which data left the EEA, to be given to anyone who asks for a copy (SAFEGUARD-COPY, GDPR
 * 13(1)(f)); `undefined` where they did not leave it.
 *
 * @rule SAFEGUARD-COPY
 *
 * @example
 * ```ts
 * import { Transfer } from "@tacet/core/domain"
 *
 * const none = Transfer.safeguardOf(Transfer.initial) // => undefined
 * ```
 */
export const safeguardOf = ({ carried, request }: State): SafeguardCopy | undefined => {
  if (carried === undefined) return undefined
  const recorded = request?.safeguard?.reference.trim()
  const document = recorded === undefined || recorded === "" ? carried.act : recorded
  return document === undefined ? undefined : { article: carried.article, document }
}

// Evolve

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "TransferRequested":
      return { ...state, status: "requested", request: event }
    case "TransferAuthorised":
      return {
        ...state,
        status: "authorised",
        carried: event.article === undefined ? undefined : { article: event.article, act: event.act },
      }
    case "TransferRefused":
      return { ...state, status: "refused" }
    case "TransferExecuted":
      return { ...state, status: "executed", executedAt: DateTime.toEpochMillis(event.occurredAt) }
    case "RecipientNotified":
    case "NoticeImpossible":
      return { ...state, notices: new Set(state.notices).add(event.notice) }
  }
}

// Commands

const at = Schema.DateTimeUtc
const { _tag: _, occurredAt: __, ...requested } = TransferRequested.fields

/** The commands of a disclosure. */
export const Command = Schema.Union([
  Schema.TaggedStruct("RequestTransfer", {
    ...requested,
    at,
    /** Whether anything is given for the data (NOT-SOLD). */
    againstPayment: Schema.Boolean,
  }),
  Schema.TaggedStruct("ExecuteTransfer", {
    at,
    values: TransferExecuted.fields.values,
    digest: TransferExecuted.fields.digest,
  }),
  Schema.TaggedStruct("NotifyRecipient", { at, notice: Uuid, cause: NoticeCause }),
  Schema.TaggedStruct("DeclareNoticeImpossible", {
    at,
    notice: Uuid,
    cause: NoticeCause,
    reason: NoticeImpossible.fields.reason,
  }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  readonly legal: LegalData.LegalData
  /** The operator's role in what it discloses. */
  readonly role: Role
  /** The recipient as registered. */
  readonly recipient: Recipient.State
  /** The consents to disclosures that are in force at the moment of the decision. */
  readonly consents: ReadonlyArray<DisclosureConsent>
  /** The purposes that the Customer instructs; `undefined` without a contract. */
  readonly instructed: ReadonlyArray<Purpose> | undefined
  /** The fewest categories that a purpose needs, as declared (D-AFFIL, D-PARTNER); `undefined`: nothing was declared. */
  readonly minimumFor: (purpose: Purpose) => ReadonlyArray<PersonalDataCategory> | undefined
}

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  switch (command._tag) {
    case "RequestTransfer": {
      const { _tag: _request, againstPayment, at: _at, ...wanted } = command
      const request = { _tag: "TransferRequested" as const, occurredAt, ...wanted }
      if (state.request !== undefined) {
        return same(state.request, request)
          ? nothing
          : refuse("TACET-ONCE", command, undefined, "another disclosure in a stream of its own")
      }
      const assessment = assess(request, occurredAt, context, againstPayment)
      if (Result.isFailure(assessment)) {
        return Result.succeed([
          request,
          { _tag: "TransferRefused", occurredAt, rules: assessment.failure.map(({ rule }) => rule) },
        ])
      }
      const { act, article } = assessment.success
      return Result.succeed([
        request,
        {
          _tag: "TransferAuthorised",
          occurredAt,
          ...(article === undefined ? {} : { article }),
          ...(act === undefined ? {} : { act }),
        },
      ])
    }
    case "ExecuteTransfer": {
      if (state.status === "executed") return nothing
      if (state.status !== "authorised" || state.request === undefined) {
        return refuse("GROUNDS", command, undefined, "a disclosure that was authorised")
      }
      if (DateTime.toEpochMillis(occurredAt) < DateTime.toEpochMillis(state.request.occurredAt)) {
        return refuse("TACET-TIME", command, "at", "a moment at or after the authorisation")
      }
      // The grounds of the authorisation may have ended since: a contract, a consent, a decision on adequacy.
      const assessment = assess(state.request, occurredAt, context, false)
      const first = Result.isFailure(assessment) ? assessment.failure[0] : undefined
      return first === undefined
        ? record({ _tag: "TransferExecuted", occurredAt, values: command.values, digest: command.digest })
        : refuse(first.rule, command, undefined, first.accepted)
    }
    case "NotifyRecipient":
    case "DeclareNoticeImpossible":
      return decideNotice(state, command)
  }
}

/**
 * Records a notice to the recipient: that it was given, or why it was impossible (GDPR 19). It needs no policy, because
 * the duty holds under every policy.
 *
 * @example
 * ```ts
 * import type { Uuid } from "@tacet/core/eventsourcing"
 * import { Transfer } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const command = {
 *   _tag: "NotifyRecipient" as const,
 *   at: DateTime.makeUnsafe(0),
 *   notice: "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Uuid.Uuid,
 *   cause: "erasure" as const,
 * }
 * Result.isFailure(Transfer.decideNotice(Transfer.initial, command)) // => true
 * ```
 */
export const decideNotice = (
  state: State,
  command: Extract<Command, { readonly _tag: "NotifyRecipient" | "DeclareNoticeImpossible" }>,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, cause, notice } = command
  if (state.status !== "executed") {
    return refuse("REGISTER-RCPT", command, undefined, "a disclosure that was made: nobody else has to be told")
  }
  if (state.notices.has(notice)) return nothing
  return command._tag === "NotifyRecipient"
    ? record({ _tag: "RecipientNotified", occurredAt, notice, cause })
    : record({ _tag: "NoticeImpossible", occurredAt, notice, cause, reason: command.reason })
}

/** What carries an authorised disclosure over the border, where it crosses one. */
interface Carried {
  readonly article?: string
  readonly act?: string
}

/**
 * Judges a disclosure at a moment. Fails with every rule that is not kept, in a fixed order.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { Transfer } from "@tacet/core/domain"
 *
 * const judge = (request: typeof Transfer.TransferRequested.Type, context: Transfer.Context) =>
 *   Transfer.assess(request, DateTime.makeUnsafe("2026-01-01T00:00:00Z"), context, false)
 * ```
 */
export const assess = (
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  context: Context,
  againstPayment: boolean,
): Result.Result<Carried, ReadonlyArray<Recipient.Violation>> => {
  const { legal, policy, recipient } = context
  const found: Array<Recipient.Violation> = []
  if (againstPayment) found.push({ rule: "NOT-SOLD", accepted: "a disclosure for which nothing is given" })
  if (!policy.parameters.disclosureGrounds.includes(request.ground)) {
    found.push({ rule: "GROUNDS", accepted: `one of these grounds: ${policy.parameters.disclosureGrounds.join(", ")}` })
  }
  if (request.data === "interactionData" && !policy.parameters.interactionDataRecipients.includes(request.ground)) {
    found.push({ rule: "CUST-ONLY", accepted: "the Customer of the interaction, or a processor for the operator" })
  }
  found.push(...Recipient.violations(recipient, policy, legal, at))
  for (const condition of policy.parameters.groundConditions[request.ground] ?? []) {
    const violation = conditionViolation(condition, request, at, context)
    if (violation !== undefined) found.push(violation)
  }
  const use = PurposeCheck.check(policy, {
    role: context.role,
    purpose: request.purpose,
    ...(context.instructed === undefined ? {} : { instructed: context.instructed }),
    // A consent counts for the recipient that it names, and for no other (D-CONSENT).
    consented: context.consents.flatMap(({ purpose, recipient: named }) =>
      named === request.recipient ? [purpose] : [],
    ),
    ...(request.legalReference === undefined ? {} : { legalReference: request.legalReference }),
  })
  if (use._tag === "violation") found.push({ rule: use.rule, accepted: use.accepted })
  if (use._tag === "undeclared") found.push({ rule: use.rule, accepted: `what is missing: ${use.missing}` })
  for (const category of request.categories) {
    if (policy.parameters.categories[context.role].includes(category)) continue
    found.push({ rule: "CATEGORIES", accepted: "categories that the policy lists for the role" })
    break
  }
  const other = request.otherPurpose
  if (other !== undefined) {
    const allowed = policy.parameters.otherPurposeOfRecipient
    if (allowed === "never") found.push({ rule: "D-NOOTHER", accepted: "no other purpose of the recipient's own" })
    else if (other.authorisation === undefined) {
      found.push({ rule: "D-NOOTHER-AUTH", accepted: "another purpose that was expressly authorised" })
    }
  }
  const border = crossBorder(request, at, context)
  if (Result.isFailure(border)) found.push(border.failure)
  return found.length > 0 ? Result.fail(distinct(found)) : Result.succeed(Result.getOrThrow(border))
}

const conditionViolation = (
  condition: GroundCondition,
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  context: Context,
): Recipient.Violation | undefined => {
  const kind = context.recipient.registered?.kind
  const minimum = context.minimumFor(request.purpose)
  const consent = context.consents.find(
    ({ purpose, recipient }) => recipient === request.recipient && purpose === request.purpose,
  )
  const violation = (kept: boolean, rule: RuleKey, accepted: string): Recipient.Violation | undefined =>
    kept ? undefined : { rule, accepted }
  switch (condition) {
    case "ownInteractions":
      return violation(kind === "customer", "CUST-ONLY", "the Customer whose interactions these are")
    case "contractInForce":
      return violation(
        Recipient.hasContractAt(context.recipient, at),
        request.ground === "subProcessor" ? "SUBPROC" : "CONTRACT-RCPT",
        "a recipient with a contract in force at that moment",
      )
    case "onBehalfOfOperator":
      return violation(kind === "subProcessor", "SUBPROC", "a sub-processor that works for the operator")
    case "explicitConsent":
    case "namedRecipient":
      return violation(
        consent !== undefined,
        consentRule(request.ground),
        "a consent in force that names the recipient",
      )
    case "namedManner":
      return violation(consent?.manner === request.manner, "D-CONSENT", "the manner that the consent names")
    case "requestOrConsent":
      return violation(consent !== undefined, "ADV-CONSENT", "a request or a consent of the person for this recipient")
    case "minimumFields":
      return violation(
        minimum !== undefined && request.categories.every((category) => minimum.includes(category)),
        request.ground === "partner" ? "D-PARTNER" : "D-AFFIL",
        "no more than the declared minimum for the purpose",
      )
    case "specifiedPurpose":
      return violation(minimum !== undefined, "D-PARTNER", "a purpose that was declared for the partner")
    case "legalReference":
      return violation(request.legalReference !== undefined, "D-LAW", "a reference to the law, procedure or authority")
    case "partyToNamedTransaction":
      return violation(
        request.transaction !== undefined && kind === "transactionParty",
        "D-MERGER",
        "a party to the transaction that is named",
      )
    case "commitmentToThisPolicy":
      return violation(
        Recipient.hasUndertaken(context.recipient, "commitmentToThisPolicy", at),
        "D-MERGER-COMMIT",
        "a party that undertook before to treat the data under this policy",
      )
    case "demonstratedNeed":
      return violation(request.need !== undefined, "D-ENFORCE", "a need that was demonstrated and recorded")
  }
}

const consentRule = (ground: typeof DisclosureGround.Type): RuleKey =>
  ground === "groupMarketing"
    ? "GROUP-MKT"
    : ground === "advertiser" || ground === "collaborator"
      ? "ADV-CONSENT"
      : "D-CONSENT"

/** Whether it crosses the border of the EEA, and what carries it. Fails with the rule that keeps it inside. */
const crossBorder = (
  request: typeof TransferRequested.Type,
  at: DateTime.Utc,
  { legal, policy }: Context,
): Result.Result<Carried, Recipient.Violation> => {
  const date = Calendar.localDate(at, policy.timeZone)
  const question = { entity: request.destination, date, conditions: request.conditions }
  const status = LegalData.statusOf(legal, request.destination, date)
  if (Result.isFailure(status)) {
    return Result.fail({
      rule: "A45-47",
      accepted: "a date for which the legal data answer: replace them by newer ones",
    })
  }
  if (status.success !== "thirdCountry") return Result.succeed({})
  if (request.manner === "remoteAccess" && policy.parameters.remoteAccess === "isNoTransfer") return Result.succeed({})
  const safeguard = request.safeguard
  if (request.ground === "subProcessor") {
    const place = ProcessingLocation.check(
      policy,
      safeguard === undefined ? question : { ...question, safeguard },
      legal,
    )
    if (Result.isFailure(place)) {
      return Result.fail(
        place.failure._tag === "LocationRefused"
          ? { rule: place.failure.rule as RuleKey, accepted: place.failure.accepted }
          : { rule: "A45-47", accepted: "a date for which the legal data answer" },
      )
    }
  }
  if (safeguard === undefined) {
    return Result.fail({
      rule: request.manner === "remoteAccess" ? "REMOTE" : "A45-47",
      accepted: `one of these instruments, recorded before: ${policy.parameters.instruments.join(", ")}`,
    })
  }
  const carried = TransferInstrument.check(safeguard, question, policy.parameters.instruments, legal)
  if (Result.isSuccess(carried)) {
    const { act, article } = carried.success
    return Result.succeed({ article, ...(act === undefined ? {} : { act }) })
  }
  const { failure } = carried
  return Result.fail(
    failure._tag === "InstrumentRefused"
      ? { rule: failure.rule, accepted: failure.accepted }
      : { rule: "A45-47", accepted: "a decision on adequacy in force at that date for that country and scope" },
  )
}

const distinct = (found: ReadonlyArray<Recipient.Violation>): ReadonlyArray<Recipient.Violation> =>
  found.filter(({ rule }, index) => found.findIndex((one) => one.rule === rule) === index)

const same = Schema.toEquivalence(TransferRequested)

/**
 * The decider of a disclosure.
 *
 * @rule CUST-MATCH
 */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
