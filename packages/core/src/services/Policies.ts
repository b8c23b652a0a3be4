/**
 * The texts of an operator and what becomes of them: published versions with the notices of each change, supplements for
 * single products, provisions that were found invalid, and who has accepted which version. The texts are kept in the
 * operator's own compartment; `OperatorOf` says whose texts bind a Customer. Every other service decides by them.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Customer from "../domain/Customer.ts"
import type { PolicyVersionId, ProductId } from "../domain/Identifier.ts"
import * as PolicyArchive from "../domain/PolicyArchive.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { Resolution } from "../policy/binding/EffectivePolicy.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import * as PolicyRegister from "../policy/binding/PolicyRegister.ts"
import * as Severability from "../policy/binding/Severability.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import {
  parameter,
  type ParameterName,
  parameterNames,
  type Parameters,
  type PolicyId,
  type PrivacyPolicy,
  type Source,
  type Statements,
} from "../policy/text/PrivacyPolicy.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { record } from "./pseudonyms/recording.ts"

export { OperatorOf } from "./internal/Declarations.ts"

/** What every operation can fail with besides refusals: the log could not be reached, or is not whole. */
export type PoliciesError = Decisions.DecisionError

/** The moment from which an operation holds. */
interface Moment {
  /** Default: now. */
  readonly at?: EpochMillis
}

/** A version to publish, with its change. */
export interface Publication extends Moment, PolicyRegister.Change {
  readonly policy: PrivacyPolicy
}

/** A notice of a version to its users. */
export interface ChangeNotice extends Moment, Omit<PolicyRegister.Notice, "at"> {
  readonly policyVersion: PolicyVersionId
}

/** Provisions of a published version that were found invalid. */
export interface Severance extends Moment {
  readonly policyVersion: PolicyVersionId
  readonly provisions: readonly [ParameterName, ...Array<ParameterName>]
  /** The judgment or decision that says so. */
  readonly reference: string
}

/** An addition to the policy for one product. */
export interface Supplement extends Moment {
  readonly supplement: PolicyVersionId
  readonly product: ProductId
  readonly parameters: Statements
}

/** How the policy that binds a moment came about. */
export interface Decided {
  readonly policyVersion: PolicyId
  /** The digest of the text as it was adopted; `null` where it was adopted before texts were pinned. */
  readonly digest: string | null
  /** The language whose text decides where the language versions differ; `none`: both are obeyed. */
  readonly language: string
  /** The points on which the language versions differ. */
  readonly differing: ReadonlyArray<ParameterName>
  /** The product whose supplements were read. */
  readonly product: string | undefined
  readonly supplemented: ReadonlyArray<ParameterName>
  /** The points that the Customer's own policy decides. */
  readonly byCustomer: ReadonlyArray<ParameterName>
  /** The provisions of the version that are invalid at that moment. */
  readonly severed: ReadonlyArray<ParameterName>
  /** The texts that decided any point: versions, supplements, the Customer's own policy. */
  readonly policies: ReadonlyArray<PolicyId>
  /** What the policy promises on the points by which no service decides, because people or other programs keep them. */
  readonly promises: ReadonlyArray<Promised>
}

/** A promise that people or other programs keep, such as encrypted connections. */
export interface Promised {
  readonly name: ParameterName
  /** What it is about, in a sentence. */
  readonly about: string
  /** Its value: words of `docs/parameters.md`. */
  readonly value: Parameters[ParameterName]
  /** Where the documents say it; empty where the law or the strictest text does. */
  readonly sources: ReadonlyArray<Source>
}

/** An acceptance of a policy version. */
export interface Acceptance extends Moment {
  readonly customer: CustomerId
  /** Who accepts it: a person by their pseudonym, or the Customer. */
  readonly by: Pseudonym.PseudonymId | "customer"
  readonly policyVersion: PolicyVersionId
  readonly manner: (typeof Pseudonym.PolicyAccepted.Type)["manner"]
}

/** The service. */
export class Policies extends Context.Service<
  Policies,
  {
    /**
     * Publishes a version. Customers may adopt it from then on, and its text can be read for ever. Refused: a version
     * without its date, with the id of another or the date and number of another (VERSION-DATE), and one without a
     * controller to reach (CONTACT).
     */
    readonly publish: (operator: CustomerId, publication: Publication) => Effect.Effect<void, Refusal | PoliciesError>
    /** Records that users were notified of a version. Refused for one that was not published (NOTIFY). */
    readonly notify: (operator: CustomerId, notice: ChangeNotice) => Effect.Effect<void, Refusal | PoliciesError>
    /**
     * The notices still owed: one of each change (NOTIFY), a more visible one of a significant change (NOTIFY-MAJOR), one
     * that lists the choices where the use of data is affected (CHOICES).
     */
    readonly owed: (operator: CustomerId) => Effect.Effect<ReadonlyArray<PolicyRegister.OpenNotice>, PoliciesError>
    /**
     * The version that is published at a moment, and the provisions of it that are invalid then (INFO-AVAIL). Default:
     * now. Refused before the first publication.
     */
    readonly textAt: (
      operator: CustomerId,
      at?: EpochMillis,
    ) => Effect.Effect<PolicyArchive.InForce, Refusal | PoliciesError>
    /**
     * A version as it was published, whatever came after it (ARCHIVE). Refused for an id that was never published, and
     * where the text that is read is not the one whose digest was recorded.
     */
    readonly archived: (operator: CustomerId, id: string) => Effect.Effect<PrivacyPolicy, Refusal | PoliciesError>
    /**
     * Severs invalid provisions: from that moment on the version is silent on them, and every service decides by the
     * strictest other version and the law (SEVER). Refused for a version that was not published by then and for
     * provisions on which it is silent. Record it before it takes effect: a decision that another process makes at the
     * same time may still rest on the text before.
     */
    readonly sever: (operator: CustomerId, severance: Severance) => Effect.Effect<void, Refusal | PoliciesError>
    /**
     * Publishes a supplement for a product. It binds every Customer that declares the product (`UseProduct`), and no
     * other. Refused where it adds purposes or categories that the version does not let it add, or is looser on another
     * point (SUPPLEMENT).
     */
    readonly supplement: (operator: CustomerId, supplement: Supplement) => Effect.Effect<void, Refusal | PoliciesError>
    /**
     * Records that a person or the Customer has read, understood and accepted the version that binds the Customer at that
     * moment (ACK-FIRST). Refused for any other version (POLICY-BIND), and for a pseudonym that was not issued or was
     * erased.
     */
    readonly accept: (acceptance: Acceptance) => Effect.Effect<void, Refusal | PoliciesError>
    /**
     * Which texts decide at a moment for a Customer, and by which rule of resolution: the version with its digest, the
     * language where the language versions differ (LANGUAGE), the points that the Customer's own policy regulates
     * (PRECEDENCE), severed provisions and supplements. Default: now, and the product that the Customer declared. Refused
     * where no version binds it by then (POLICY-BIND).
     */
    readonly decidedBy: (
      customer: CustomerId,
      options?: { readonly at?: EpochMillis; readonly product?: ProductId },
    ) => Effect.Effect<Decided, Refusal | PoliciesError>
  }
>()("@tacet/core/services/Policies") {}

const valueOf = <Name extends ParameterName>(values: Parameters, name: Name): Parameters[Name] => values[name]

const promised = parameterNames.filter((name) => parameter(name).readBy === "declared")

/** The service over the event store in force. */
export const layer: Layer.Layer<Policies, never, EventStore> = Layer.effect(
  Policies,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make

    const handle = (operator: CustomerId, command: PolicyArchive.Command) =>
      Effect.asVoid(
        decisions.handle(PolicyArchive.aggregate, { customer: operator, id: operator, command, context: undefined }),
      )
    const archive = (operator: CustomerId) => Effect.map(decisions.archives.read(operator), ({ state }) => state)
    const refuse = (rule: string, command: string, field: string, accepted: string) =>
      Effect.fail(new Refusal({ rule, command, field, accepted }))

    return Policies.of({
      publish: Effect.fn("Policies.publish")(function* (operator, { at, ...publication }) {
        yield* handle(operator, { _tag: "PublishPolicy", at: yield* momentOrNow("PublishPolicy", at), ...publication })
      }),
      notify: Effect.fn("Policies.notify")(function* (operator, { at, ...notice }) {
        yield* handle(operator, { _tag: "NotifyChange", at: yield* momentOrNow("NotifyChange", at), ...notice })
      }),
      owed: Effect.fn("Policies.owed")((operator) =>
        Effect.map(archive(operator), ({ register }) => PolicyRegister.openNotices(register)),
      ),
      textAt: Effect.fn("Policies.textAt")(function* (operator, at) {
        const inForce = PolicyArchive.inForceAt(yield* archive(operator), yield* momentOrNow("ReadPolicy", at))
        if (inForce !== undefined) return inForce
        return yield* refuse("INFO-AVAIL", "ReadPolicy", "at", "a moment at which a version is published")
      }),
      archived: Effect.fn("Policies.archived")(function* (operator, id) {
        const { digests, register } = yield* archive(operator)
        const policy = PolicyRegister.archived(register, id)
        if (policy === undefined) {
          return yield* refuse("ARCHIVE", "ReadArchive", "id", "the id of a version that was published")
        }
        if (digests.get(id) === TextDigest.of(policy)) return policy
        return yield* refuse("ARCHIVE", "ReadArchive", "id", "a version whose text has the digest recorded with it")
      }),
      sever: Effect.fn("Policies.sever")(function* (operator, { at, ...severance }) {
        yield* handle(operator, {
          _tag: "SeverProvisions",
          at: yield* momentOrNow("SeverProvisions", at),
          ...severance,
        })
      }),
      supplement: Effect.fn("Policies.supplement")(function* (operator, { at, ...supplement }) {
        yield* handle(operator, {
          _tag: "PublishSupplement",
          at: yield* momentOrNow("PublishSupplement", at),
          ...supplement,
        })
      }),
      decidedBy: Effect.fn("Policies.decidedBy")(function* (customer, options = {}) {
        const at = yield* momentOrNow("ReadDecision", options.at)
        const declared = yield* decisions.declared(customer)
        const { policies, state } = declared
        const product =
          options.product ?? state.products.findLast(({ from }) => from <= DateTime.toEpochMillis(at))?.product
        const products = product === undefined ? [] : [{ from: Number.NEGATIVE_INFINITY, product }]
        const policyAt = Customer.policyTimeline({ policyVersions: state.policyVersions, products }, policies)
        const { parameters, policy, reasons } = yield* Declarations.bound({ policyAt }, "ReadDecision", at)
        const text = PolicyBook.text(policies, policy)
        const byRule = (resolution: Resolution) =>
          parameterNames.filter((name) => reasons[name].resolutions.includes(resolution))
        return {
          policyVersion: policy,
          digest: Customer.adoptionAt(state, at)?.digest ?? null,
          language: parameters.languagePrecedence,
          differing: parameterNames.filter((name) =>
            reasons[name].resolutions.some((each) => each === "languagePrevails" || each === "stricterLanguageKept"),
          ),
          product,
          supplemented: byRule("supplement"),
          byCustomer: byRule("customerPolicy"),
          severed: text === undefined ? [] : Severability.invalidAt(policies.severances ?? [], text, at),
          policies: Array.from(new Set(parameterNames.flatMap((name) => reasons[name].policies))),
          promises: promised.map((name) => ({
            name,
            about: parameter(name).about,
            value: valueOf(parameters, name),
            sources: reasons[name].sources,
          })),
        }
      }),
      accept: Effect.fn("Policies.accept")(function* ({ at: moment, by, customer, manner, policyVersion }) {
        const command = {
          _tag: "AcceptPolicy",
          at: yield* momentOrNow("AcceptPolicy", moment),
          policyVersion,
          manner,
        } as const
        if (by !== "customer") {
          yield* record(decisions, { customer, pseudonym: by }, command, () => Effect.succeed(command))
          return
        }
        const { policies } = yield* decisions.declared(customer)
        yield* decisions.handle(Customer.aggregate, { customer, id: customer, command, context: { policies } })
      }),
    })
  }),
)
