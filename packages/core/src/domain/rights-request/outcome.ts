/**
 * The rules for the answer to a request: it covers everything that the person asked for and nothing of another person,
 * or names a ground on which the request may be refused. Pure rules; `RightsRequest` decides by them.
 */
import * as Schema from "effect/Schema"
import { identifiesNobody } from "../Identifier.ts"
import { ofPublic } from "../../eventsourcing/FieldClass.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { citesAct } from "../../policy/legal/Citation.ts"
import type { RefusalGround, Right } from "../../policy/text/parameters/rights.ts"
import { Purpose } from "../../policy/checks/Purpose.ts"
import type { RuleKey } from "../../policy/text/RuleKey.ts"

/** The law that a rule or a refusal rests on, as it is cited: `GDPR 17(3)(b)`. */
export const LegalReference = Schema.String.check(
  Schema.isPattern(/^(?=.*\p{L})(?!.*\d{9})[\p{L}\p{N} .,:;()§/-]{2,160}$/u, {
    expected: "a citation of 2 to 160 characters, without an address or a telephone number",
  }),
  identifiesNobody,
).annotate(ofPublic)

/** A format that a program can read back (R-PORT). */
export const ExportFormat = Schema.Literals(["json", "csv", "xml"])

/** The information that accompanies a copy of the data (GDPR 15(1)). */
export const explanations = ["purposes", "categories", "recipients", "retention", "source", "safeguards"] as const

const References = Schema.Array(Uuid)

/** The measures taken on a request, by its kind. References name values in the vault and are not recorded. */
export const Outcome = Schema.Union([
  Schema.TaggedStruct("access", { given: References, explains: Schema.Array(Schema.Literals(explanations)) }),
  Schema.TaggedStruct("portability", { given: References, format: ExportFormat }),
  Schema.TaggedStruct("rectification", {
    /** Each old value with the one that replaces it. */
    replaced: Schema.Array(Schema.Struct({ old: Uuid, new: Uuid })),
    /** Whether the keys of the old values are destroyed. */
    oldUnreadable: Schema.Boolean,
  }),
  Schema.TaggedStruct("erasure", {
    erased: References,
    keysDestroyed: Schema.Boolean,
    /** Whether the account no longer opens, where the person has one. */
    signInRemoved: Schema.Boolean,
  }),
  Schema.TaggedStruct("restriction", { restricted: References }),
  Schema.TaggedStruct("objection", { stopped: Schema.Array(Purpose) }),
  Schema.TaggedStruct("consentWithdrawal", { stopped: Schema.Array(Purpose) }),
  Schema.TaggedStruct("complaint", {}),
])
export type Outcome = typeof Outcome.Type

/** A value of the person that the vault can open. */
export interface Holding {
  readonly reference: Uuid
  /** Given by the person and handled automatically on their consent or a contract (GDPR 20(1)). */
  readonly portable: boolean
  /** The law that requires it to be kept (R-LEGAL-LIMIT, RET-10Y). */
  readonly keptBy?: string
}

/** The facts of the request that an answer depends on. */
export interface Asked {
  readonly kind: Right
  readonly purposes: ReadonlyArray<Purpose>
  readonly registered: boolean
  /** The law of the place that decides with the policy (R-LOCAL-LAW). */
  readonly localLaw?: string | undefined
}

/** Why an answer does not hold: the rule, the field that decided, and what would be accepted. */
export interface Violation {
  readonly rule: RuleKey
  readonly field: string | undefined
  readonly accepted: string
}

const violation = (rule: RuleKey, field: string | undefined, accepted: string): Violation => ({ rule, field, accepted })

/** The rule that gives each right. */
export const ruleOf: Readonly<Record<Right, RuleKey>> = {
  access: "R-ACCESS",
  portability: "R-PORT",
  rectification: "R-RECT",
  erasure: "R-ERASE",
  restriction: "R-RESTRICT",
  objection: "R-OBJECT",
  consentWithdrawal: "WITHDRAW",
  complaint: "R-COMPLAINT",
}

// Fulfilled

/**
 * How many values, or purposes, an outcome concerns.
 *
 * @example
 * ```ts
 * import { RightsRequest } from "@tacet/core/domain"
 *
 * const size: number = RightsRequest.sizeOf({ _tag: "objection", stopped: ["directMarketing"] }) // => 1
 * ```
 */
export const sizeOf = (outcome: Outcome): number => {
  switch (outcome._tag) {
    case "access":
    case "portability":
      return outcome.given.length
    case "rectification":
      return outcome.replaced.length
    case "erasure":
      return outcome.erased.length
    case "restriction":
      return outcome.restricted.length
    case "objection":
    case "consentWithdrawal":
      return outcome.stopped.length
    case "complaint":
      return 0
  }
}

/** Why an outcome does not answer its request; `undefined` where it is whole. */
export const outcomeViolation = (
  request: Asked,
  outcome: Outcome,
  holdings: ReadonlyArray<Holding>,
): Violation | undefined => {
  if (outcome._tag !== request.kind)
    return violation(ruleOf[request.kind], "outcome", "the outcome that the request asks for")
  const missing = incomplete(request, outcome, holdings)
  if (missing === undefined) return undefined
  const [field, accepted] = missing
  return violation(field === "signInRemoved" ? "R-ACCESS-LOST" : ruleOf[request.kind], `outcome.${field}`, accepted)
}

/** The part that an outcome lacks or has in excess; `undefined` where it is complete. */
const incomplete = (
  request: Asked,
  outcome: Outcome,
  holdings: ReadonlyArray<Holding>,
): readonly [field: string, accepted: string] | undefined => {
  const of = (which: (holding: Holding) => boolean) => holdings.filter(which).map(({ reference }) => reference)
  switch (outcome._tag) {
    case "access":
      if (!explanations.every((part) => outcome.explains.includes(part))) {
        return ["explains", `all of ${explanations.join(", ")}`]
      }
      return equal(
        outcome.given,
        of(() => true),
      )
        ? undefined
        : ["given", "every readable value of the person, and none of another"]
    case "portability":
      return equal(
        outcome.given,
        of(({ portable }) => portable),
      )
        ? undefined
        : ["given", "every value that the person gave on consent or contract, and no other"]
    case "rectification": {
      const own = new Set(of(() => true))
      if (outcome.replaced.length === 0) return ["replaced", "at least one value"]
      if (outcome.replaced.some((pair) => !own.has(pair.old) || pair.old === pair.new)) {
        return ["replaced", "values of the person, each with another in its place"]
      }
      return outcome.oldUnreadable ? undefined : ["oldUnreadable", "old values that can no longer be opened"]
    }
    case "erasure":
      if (
        !equal(
          outcome.erased,
          of(({ keptBy }) => keptBy === undefined),
        )
      ) {
        return ["erased", "every value that no law requires to be kept"]
      }
      if (!outcome.keysDestroyed) return ["keysDestroyed", "values whose keys are destroyed"]
      return request.registered && !outcome.signInRemoved
        ? ["signInRemoved", "an account that no longer opens"]
        : undefined
    case "restriction":
      return equal(
        outcome.restricted,
        of(() => true),
      )
        ? undefined
        : ["restricted", "every value of the person"]
    case "objection":
    case "consentWithdrawal":
      return equal(outcome.stopped, request.purposes) ? undefined : ["stopped", "the purposes that the request names"]
    case "complaint":
      return undefined
  }
}

const equal = <A>(one: ReadonlyArray<A>, other: ReadonlyArray<A>): boolean => {
  const left = new Set(one)
  return left.size === one.length && left.size === new Set(other).size && other.every((element) => left.has(element))
}

// Refused

/** The grounds that decide an objection, and no other kind of request (R-OBJ-NEC). */
const necessities: ReadonlySet<RefusalGround> = new Set(["strictlyNecessary", "legallyNecessary", "compellingGrounds"])

const necessitiesOf: Readonly<Record<EffectivePolicy["parameters"]["objectionTest"], ReadonlyArray<RefusalGround>>> = {
  unlessStrictlyNecessary: ["strictlyNecessary"],
  unlessStrictlyOrLegallyNecessary: ["strictlyNecessary", "legallyNecessary"],
  particularSituation: ["compellingGrounds"],
}

/** Grounds that are nothing without the law that gives them and a datum of the person that it holds. */
const legalGrounds: ReadonlySet<RefusalGround> = new Set([
  "legalLimit",
  "legalObligation",
  "legalClaims",
  "legallyNecessary",
])

/** Whether a ground rests on a law that holds data of the person. */
export const isLegalGround = (ground: RefusalGround): boolean => legalGrounds.has(ground)

const marketing: ReadonlyArray<Purpose> = ["directMarketing", "personalisedAdvertising", "retargeting"]

/**
 * Why a request may not be refused on a ground (R-REFUSE16, R-LEGAL-LIMIT, R-OBJ-NEC, R-MANAGE); `undefined` where it
 * may.
 */
export const groundViolation = (
  request: Asked,
  refusal: { readonly ground: RefusalGround; readonly legalReference?: string; readonly held?: ReadonlyArray<Uuid> },
  context: {
    readonly policy: EffectivePolicy
    readonly holdings?: ReadonlyArray<Holding>
  },
): Violation | undefined => {
  const { kind } = request
  const { ground, legalReference } = refusal
  const { accountSelfService, objectionTest, refusalGrounds } = context.policy.parameters
  const isMarketing = request.purposes.some((purpose) => marketing.includes(purpose))
  if (kind === "consentWithdrawal") {
    return violation(isMarketing ? "OPTOUT" : "WITHDRAW", undefined, "FulfilRequest: a withdrawal is never refused")
  }
  if (kind === "complaint") return violation("R-COMPLAINT", undefined, "FulfilRequest: a complaint is answered")
  if (kind === "objection" && isMarketing) {
    return violation("R-OBJECT", undefined, "FulfilRequest: an objection to advertising always holds")
  }
  if (request.registered && accountSelfService === "atAnyTime" && (kind === "access" || kind === "rectification")) {
    return violation("R-MANAGE", undefined, "FulfilRequest: users read and change their account at any time")
  }
  if (!refusalGrounds.includes(ground)) {
    const rule = ground === "badFaith" || ground === "impractical" ? "R-REFUSE16" : "R-LEGAL-LIMIT"
    return violation(rule, "ground", `one of ${refusalGrounds.join(", ")}`)
  }
  if (necessities.has(ground) && (kind !== "objection" || !necessitiesOf[objectionTest].includes(ground))) {
    return violation("R-OBJ-NEC", "ground", "for an objection the necessity that the policy names, else another")
  }
  if (ground === "notRequiredByLocalLaw" && request.localLaw !== legalReference) {
    return violation("R-LOCAL-LAW", "legalReference", "the law of the place that the request comes from")
  }
  if (ground === "legalObligation" && kind !== "erasure") {
    return violation("R-ERASE", "ground", "an erasure of values that a law requires to be kept")
  }
  const isErasure = kind === "erasure" && (ground === "legalObligation" || ground === "legalLimit")
  if (isErasure && (context.holdings ?? []).some(({ keptBy }) => keptBy === undefined)) {
    return violation("R-ERASE", "ground", "FulfilRequest: the values that no law keeps are erased (GDPR 17(3))")
  }
  const needsAct = legalGrounds.has(ground) || ground === "notRequiredByLocalLaw"
  if (needsAct && (legalReference === undefined || !citesAct(legalReference))) {
    const accepted = "the act that the refusal rests on, with its provision: no policy and no contract (GDPR 17(3)(b))"
    return violation("R-LEGAL-LIMIT", "legalReference", accepted)
  }
  return legalGrounds.has(ground) ? heldViolation(refusal, context.holdings ?? [], isErasure) : undefined
}

/** A legal ground holds data: at least one value of the person, and against an erasure one that the act itself keeps. */
const heldViolation = (
  { held = [], legalReference }: Parameters<typeof groundViolation>[1],
  holdings: ReadonlyArray<Holding>,
  isErasure: boolean,
): Violation | undefined => {
  const named = holdings.filter(({ reference }) => held.includes(reference))
  if (named.length === 0 || named.length !== held.length) {
    return violation("R-LEGAL-LIMIT", "held", "the values of the person that the act holds, at least one, each once")
  }
  return !isErasure || named.every(({ keptBy }) => keptBy === legalReference)
    ? undefined
    : violation("R-ERASE", "legalReference", "the act that keeps the values, as the retention policy cites it")
}
