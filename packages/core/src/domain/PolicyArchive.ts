/**
 * The texts of an operator: the versions of its privacy policy as they were published, with the notices of each change, the
 * supplements for single products, and the provisions that were found invalid (ARCHIVE, VERSION-DATE, NOTIFY, SUPPLEMENT,
 * SEVER). Events hold the texts themselves, so an old version can be read whatever texts the program carries.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { ofPublic } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type * as History from "../policy/binding/History.ts"
import * as PolicyRegister from "../policy/binding/PolicyRegister.ts"
import * as Resolve from "../policy/binding/Resolve.ts"
import * as Severability from "../policy/binding/Severability.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import { equal } from "../policy/law/Requirement.ts"
import * as Policy from "../policy/text/PrivacyPolicy.ts"
import { nameViolation, PolicyVersionId, ProductId } from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { DocumentReference } from "./Recipient.ts"

// Stream

/** The kind of the archive's stream. */
export const streamKind = "policy-archive"

/** The stream of the archive in an operator's compartment. */
export const streamOf = (operator: CustomerId): StreamId => ({ kind: streamKind, id: operator })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A version is published from now on, with its text. */
export const PolicyPublished = Schema.TaggedStruct("PolicyPublished", {
  occurredAt,
  policy: Policy.PrivacyPolicy.annotate(ofPublic),
  digest: TextDigest.TextDigest,
  /** Whether the change asks for a more visible notice (NOTIFY-MAJOR). */
  significant: Schema.Boolean,
  /** Whether it affects how personal data are used (CHOICES). */
  affectsUse: Schema.Boolean,
})
/** Users were notified of a version. */
export const ChangeNotified = Schema.TaggedStruct("ChangeNotified", {
  occurredAt,
  policyVersion: PolicyVersionId,
  channel: DocumentReference,
  /** More than the text on the page: an e-mail, a message in the product. */
  visible: Schema.Boolean,
  /** The choices that the notice lists. */
  choices: Schema.Array(DocumentReference),
})
/** From now on the policy is read with an addition where a product is used. */
export const SupplementPublished = Schema.TaggedStruct("SupplementPublished", {
  occurredAt,
  supplement: PolicyVersionId,
  product: ProductId,
  parameters: Policy.Statements.annotate(ofPublic),
})
/** From now on a version is read without provisions that were found invalid, such as by a judgment. */
export const ProvisionsSevered = Schema.TaggedStruct("ProvisionsSevered", {
  occurredAt,
  policyVersion: PolicyVersionId,
  provisions: Schema.NonEmptyArray(Schema.Literals(Policy.parameterNames)),
  reference: DocumentReference,
})

/** How the events of the archive are stored. */
export const codec = EventCodec.make(streamKind, [
  PolicyPublished,
  ChangeNotified,
  SupplementPublished,
  ProvisionsSevered,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** The archive. */
export interface State {
  readonly register: PolicyRegister.PolicyRegister
  /** The digest of each text as it was published, by the id of its version. */
  readonly digests: ReadonlyMap<string, TextDigest.TextDigest>
  /** In the order of `from`. */
  readonly supplements: ReadonlyArray<History.Supplement>
  readonly severances: ReadonlyArray<Severability.Severance>
}

/** An archive without a version. */
export const initial: State = { register: [], digests: new Map(), supplements: [], severances: [] }

/** A version in force, and the provisions of it that are invalid. */
export interface InForce {
  readonly policy: Policy.PrivacyPolicy
  readonly severed: ReadonlyArray<Policy.ParameterName>
}

/**
 * The version that is published at a moment, and the provisions of it that are invalid then (INFO-AVAIL); `undefined`
 * before the first publication.
 *
 * @example
 * ```ts
 * import { PolicyArchive } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 *
 * PolicyArchive.inForceAt(PolicyArchive.initial, DateTime.makeUnsafe(0)) // => undefined
 * ```
 */
export const inForceAt = ({ register, severances }: State, at: DateTime.Utc): InForce | undefined => {
  const policy = PolicyRegister.publishedAt(register, at)
  return policy === undefined ? undefined : { policy, severed: Severability.invalidAt(severances, policy, at) }
}

// Evolve

const evolve = (state: State, event: Event): State => {
  const { occurredAt: from } = event
  switch (event._tag) {
    case "PolicyPublished": {
      const { affectsUse, digest, policy, significant } = event
      const published = { policy, at: from, change: { significant, affectsUse }, notices: [] }
      return {
        ...state,
        register: [...state.register, published],
        digests: new Map(state.digests).set(policy.id, digest),
      }
    }
    case "ChangeNotified": {
      const { _tag: _, occurredAt: at, policyVersion, ...notice } = event
      const notified = PolicyRegister.notify(state.register, policyVersion, { at, ...notice })
      return { ...state, register: Result.getOrElse(notified, () => state.register) }
    }
    case "SupplementPublished": {
      const { parameters, product, supplement: id } = event
      const supplements = [...state.supplements, { id, product, from, parameters }]
      return { ...state, supplements: supplements.toSorted(byMoment) }
    }
    case "ProvisionsSevered": {
      const { policyVersion: policy, provisions } = event
      return { ...state, severances: [...state.severances, { from, policy, provisions }] }
    }
  }
}

const byMoment = (one: { readonly from: DateTime.Utc }, other: { readonly from: DateTime.Utc }): number =>
  DateTime.toEpochMillis(one.from) - DateTime.toEpochMillis(other.from)

// Commands

const at = Schema.DateTimeUtc
const commandOf = <Fields extends Schema.Struct.Fields>(fields: Fields) => {
  const { _tag: _, digest: __, occurredAt: ___, ...own } = fields
  return own
}

/** The commands on the archive. `at` is the moment from which it holds. */
export const Command = Schema.Union([
  Schema.TaggedStruct("PublishPolicy", { at, ...commandOf(PolicyPublished.fields) }),
  Schema.TaggedStruct("NotifyChange", { at, ...commandOf(ChangeNotified.fields) }),
  Schema.TaggedStruct("PublishSupplement", { at, ...commandOf(SupplementPublished.fields) }),
  Schema.TaggedStruct("SeverProvisions", { at, ...commandOf(ProvisionsSevered.fields) }),
])
export type Command = typeof Command.Type
type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>
type Decision = Result.Result<ReadonlyArray<Event>, Refusal>

// Decide

const decide = (state: State, command: Command): Decision => {
  switch (command._tag) {
    case "PublishPolicy":
      return publish(state, command)
    case "NotifyChange":
      return notify(state, command)
    case "PublishSupplement":
      return supplement(state, command)
    case "SeverProvisions":
      return sever(state, command)
  }
}

const publish = ({ digests, register }: State, command: CommandOf<"PublishPolicy">): Decision => {
  const { affectsUse, at: moment, policy, significant } = command
  const digest = TextDigest.of(policy)
  const known = register.find((published) => published.policy.id === policy.id)
  const isRepeated =
    known !== undefined &&
    digests.get(policy.id) === digest &&
    DateTime.toEpochMillis(known.at) === DateTime.toEpochMillis(moment) &&
    equal(known.change, { significant, affectsUse })
  if (isRepeated) return nothing
  for (const field of ["id", "version"] as const) {
    const violation = nameViolation(policy[field])
    if (violation !== undefined) return refuse(violation.rule, command, `policy.${field}`, violation.accepted)
  }
  return Result.map(
    PolicyRegister.publish(register, policy, moment, { significant, affectsUse }),
    (): ReadonlyArray<Event> => [
      { _tag: "PolicyPublished", occurredAt: moment, policy, digest, significant, affectsUse },
    ],
  )
}

const notify = ({ register }: State, command: CommandOf<"NotifyChange">): Decision => {
  const { _tag: _, at: moment, policyVersion, ...content } = command
  const notice = { at: moment, ...content }
  const known = register.find(({ policy }) => policy.id === policyVersion)
  if (known?.notices.some((given) => sameNotice(given, notice)) === true) return nothing
  return Result.map(PolicyRegister.notify(register, policyVersion, notice), (): ReadonlyArray<Event> => [
    { _tag: "ChangeNotified", occurredAt: moment, policyVersion, ...content },
  ])
}

const sameNotice = ({ at: one, ...own }: PolicyRegister.Notice, { at: other, ...notice }: PolicyRegister.Notice) =>
  DateTime.toEpochMillis(one) === DateTime.toEpochMillis(other) && equal(own, notice)

/**
 * A supplement adds purposes or categories where the version in force lets it, and may be stricter on every other point,
 * never looser (SUPPLEMENT).
 */
const supplement = (state: State, command: CommandOf<"PublishSupplement">): Decision => {
  const { at: moment, parameters: statements, product, supplement: id } = command
  const known = state.supplements.find((one) => one.id === id)
  if (known !== undefined) {
    const wanted = { id, product, parameters: statements }
    const { from, ...own } = known
    return equal(own, wanted) && DateTime.toEpochMillis(from) === DateTime.toEpochMillis(moment)
      ? nothing
      : refuse("TACET-ONCE", command, "supplement", "a new id: a published supplement never changes")
  }
  const inForce = inForceAt(state, moment)
  if (inForce === undefined) return refuse("SUPPLEMENT", command, "at", "a moment at which a version is published")
  const text = Severability.severedAt(inForce.policy, state.severances, moment)
  const bound = Resolve.resolve({ adopted: [{ from: moment, policy: text }] }, { at: moment })
  if (Result.isFailure(bound)) return refuse("SUPPLEMENT", command, "at", "a moment at which a version is published")
  const { parameters } = bound.success
  for (const name of Policy.parameterNames) {
    const stated = Policy.statement(statements, name)
    if (stated === undefined) continue
    const adds = addition[name]
    if (adds === undefined ? isLooser(name, parameters[name], stated.value) : !parameters.supplements.includes(adds)) {
      const allowed = parameters.supplements.join(", ")
      const accepted = `additions that the version allows (${allowed}), and on every other point nothing looser`
      return refuse("SUPPLEMENT", command, `parameters.${name}`, accepted)
    }
  }
  return record({ _tag: "SupplementPublished", occurredAt: moment, supplement: id, product, parameters: statements })
}

/** The parameters to which a supplement may add, and the addition that each is. */
const addition: { readonly [Name in Policy.ParameterName]?: "addPurposes" | "addCategories" } = {
  purposes: "addPurposes",
  dataPurposes: "addPurposes",
  categories: "addCategories",
}

const isLooser = (name: Policy.ParameterName, base: unknown, stated: unknown): boolean => {
  const { extend, meet } = Policy.parameter(name)
  const extended = extend(base as never, stated as never)
  return !equal(meet(base as never, extended), meet(extended, extended))
}

const sever = ({ register, severances }: State, command: CommandOf<"SeverProvisions">): Decision => {
  const { at: moment, policyVersion, provisions, reference } = command
  const published = register.find(({ policy }) => policy.id === policyVersion)
  if (published === undefined || DateTime.isLessThan(moment, published.at)) {
    return refuse("SEVER", command, "policyVersion", "a version that was published by then")
  }
  const { policy } = published
  const own = Resolve.ownValues(policy)
  if (!provisions.every((name) => name in own)) {
    return refuse("SEVER", command, "provisions", "provisions on which the version is not silent")
  }
  const invalid = Severability.invalidAt(severances, policy, moment)
  return provisions.every((name) => invalid.includes(name))
    ? nothing
    : record({ _tag: "ProvisionsSevered", occurredAt: moment, policyVersion, provisions, reference })
}

/** The decider of the archive. */
export const decider: Decider<State, Command, Event, void> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
