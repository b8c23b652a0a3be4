/**
 * Which value of each parameter binds at a moment, and why: the rules of rules.md 7.1 as one pure function.
 *
 * The text of a version is read in its prevailing language, with the special clause before the general one, together
 * with the supplements for the product and with the Customer's own policy; where it is silent the strictest other
 * version speaks. A datum that was collected earlier is bound by every version under which it was held since. The law
 * binds the result from its date, and the library's invariants bind it always.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Calendar from "../../calendar/Calendar.ts"
import type { EffectivePolicy, Reason, Resolution } from "./EffectivePolicy.ts"
import type { CustomerPolicy, History, NoPolicyInForce, Supplement } from "./History.ts"
import { bindingAt, latest } from "./History.ts"
import { remembering } from "./internal/remembering.ts"
import * as Law from "../law/Law.ts"
import type { LegalData } from "../legal/LegalData.ts"
import { legalData, regulationApplies } from "../legal/LegalData.ts"
import { invariants } from "../law/LibraryInvariant.ts"
import { fromEpochDay } from "../../calendar/PlainDate.ts"
import { dayOf } from "../../calendar/UtcDay.ts"
import type { ParameterName, Parameters, PrivacyPolicy, Source, Statements, ValueOf } from "../text/PrivacyPolicy.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import type { Requirement } from "../law/Requirement.ts"
import { equal } from "../law/Requirement.ts"
import { published } from "../versions/index.ts"

/** For what a resolution is asked. */
export interface Moment {
  readonly at: DateTime.Utc
  /** When the datum in question was collected. Default: at the moment itself. */
  readonly collectedAt?: DateTime.Utc
  /** The product by which it comes, for supplements. */
  readonly product?: string
  /** `processor`: the datum is handled for the Customer, whose own policy then decides what it regulates. */
  readonly role?: "controller" | "processor"
}

/** On what a resolution rests beside the history. */
export interface Options {
  /** Dated legal data. Default: those of the library. */
  readonly legal?: LegalData
  /** The versions that speak where the version in force is silent. Default: the published ones. */
  readonly others?: ReadonlyArray<PrivacyPolicy>
}

/**
 * Resolves the policy that binds a moment. Fails with `NoPolicyInForce` where none was adopted by then, or by the time
 * at which the datum was collected.
 *
 * @rule LANGUAGE, LAW, POLICY-BIND, PRECEDENCE, SUPPLEMENT
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 * import { History, Resolve, Versions } from "@tacet/core/policy"
 *
 * const cap = Resolve.resolve(History.of(Versions.dialonce20190305), {
 *   at: DateTime.makeUnsafe("2020-01-01T00:00:00Z"),
 * }).pipe(Result.map((policy) => policy.parameters.retentionCap))
 * Result.getOrThrow(cap) // => [{ after: "collection", within: "P12M" }]
 * ```
 */
export const resolve = (
  history: History,
  moment: Moment,
  options: Options = {},
): Result.Result<EffectivePolicy, NoPolicyInForce> => {
  const { legal = legalData, others = published } = options
  const bound = bindingAt(history, moment.at)
  if (Result.isFailure(bound)) return Result.fail(bound.failure)
  const { policy } = bound.success
  const { country, timeZone } = policy
  let values: Values | undefined
  for (const at of pathOf(history, moment)) {
    const stage = stageAt(history, moment, at, others)
    if (Result.isFailure(stage)) return Result.fail(stage.failure)
    const law = lawApplies(legal, country, timeZone, at) ? legal : noLaw
    const now = withEndsOfLaw(stage.success, law)
    values = values === undefined || values === now ? now : tighten(values, now)
  }
  const final = bindValues(values ?? {}, country, lawApplies(legal, country, timeZone, moment.at) ? legal : noLaw)
  return Result.succeed({ policy: policy.id, at: moment.at, country, timeZone, ...final })
}

interface Decided {
  readonly value: unknown
  readonly reason: Reason
}

type Values = { readonly [Name in ParameterName]?: Decided }

const mapValues = <A>(values: Values, f: (decided: Decided) => A): { [Name in ParameterName]?: A } =>
  Object.fromEntries(Object.entries(values).map(([name, decided]) => [name, f(decided)]))

// The way of a datum through the versions

/** The moments at which something changed for the datum: its collection, each change since, and the moment itself. */
const pathOf = (history: History, { at, collectedAt }: Moment): ReadonlyArray<DateTime.Utc> => {
  const end = DateTime.toEpochMillis(at)
  const start = collectedAt === undefined ? end : DateTime.toEpochMillis(collectedAt)
  if (start >= end) return [at]
  const changes = [...history.adopted, ...(history.supplements ?? []), ...(history.customerPolicies ?? [])]
    .map(({ from }) => DateTime.toEpochMillis(from))
    .filter((from) => from > start && from <= end)
  return Array.from(new Set([start, ...changes.toSorted((one, other) => one - other)]), (millis) =>
    DateTime.makeUnsafe(millis),
  )
}

/** The values at one moment, before law and library. */
const stageAt = (
  history: History,
  moment: Moment,
  at: DateTime.Utc,
  others: ReadonlyArray<PrivacyPolicy>,
): Result.Result<Values, NoPolicyInForce> =>
  Result.map(bindingAt(history, at), ({ policy }) => {
    let values = completed(policy, others)
    const instant = DateTime.toEpochMillis(at)
    for (const supplement of history.supplements ?? []) {
      if (supplement.product !== moment.product || DateTime.toEpochMillis(supplement.from) > instant) continue
      values = supplemented(values, supplement)
    }
    if (moment.role === "processor" && values.customerPolicy?.value === "decidesWhatItRegulates") {
      const own = latest(history.customerPolicies ?? [], at)
      if (own !== undefined) values = regulated(values, own)
    }
    return values
  })

const overlay = (
  values: Values,
  { id, parameters }: { readonly id: string; readonly parameters: Statements },
  resolution: "supplement" | "customerPolicy",
): Values => {
  const result: { [Name in ParameterName]?: Decided } = { ...values }
  for (const name of Policy.parameterNames) {
    const stated = Policy.statement(parameters, name)
    const base = values[name]
    if (stated === undefined || base === undefined) continue
    result[name] = {
      value:
        resolution === "supplement" ? Policy.parameter(name).extend(base.value as never, stated.value) : stated.value,
      reason: {
        resolutions: resolution === "supplement" ? [...base.reason.resolutions, resolution] : [resolution],
        sources: resolution === "supplement" ? [...base.reason.sources, ...stated.sources] : stated.sources,
        policies: resolution === "supplement" ? [...base.reason.policies, id] : [id],
        articles: [],
      },
    }
  }
  return result
}

const supplemented = remembering((values: Values, supplement: Supplement) => overlay(values, supplement, "supplement"))
const regulated = remembering((values: Values, own: CustomerPolicy) => overlay(values, own, "customerPolicy"))

/** Both are obeyed; a choice and a fact are those of the later version. */
const tighten = remembering((earlier: Values, later: Values): Values => {
  const result: { [Name in ParameterName]?: Decided } = {}
  for (const name of Policy.parameterNames) {
    const before = earlier[name]
    const now = later[name]
    if (before === undefined || now === undefined) continue
    const value = Policy.parameter(name).meet(before.value as never, now.value as never)
    result[name] = equal(value, now.value)
      ? now
      : {
          value,
          reason: {
            resolutions: unique([...now.reason.resolutions, "neverLoosened"]),
            sources: unique([...before.reason.sources, ...now.reason.sources]),
            policies: unique([...before.reason.policies, ...now.reason.policies]),
            articles: [],
          },
        }
  }
  return result
})

/** The ends that the law sets where a text names none: a datum that was held under one keeps it (GDPR 5(1)(e)). */
const withEndsOfLaw = remembering((values: Values, legal: LegalData | typeof noLaw): Values => {
  const result: { [Name in ParameterName]?: Decided } = { ...values }
  for (const [requirement, resolution] of bindings(legal, noInvariants)) {
    // None of these depends on the country.
    if (Policy.parameter(requirement.parameter).kind === "ends") bindValue(result, requirement, "", resolution)
  }
  return Policy.parameterNames.every((name) => result[name] === values[name]) ? values : result
})

const unique = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => Array.from(new Set(list))

// One version by itself

/** A value for every parameter: the version's own word, or where it is silent the strictest other version's. */
const completed = remembering((policy: PrivacyPolicy, others: ReadonlyArray<PrivacyPolicy>): Values => {
  const values: { [Name in ParameterName]?: Decided } = {}
  for (const name of Policy.parameterNames) {
    const { reason, value } = stated(policy, name) ?? strictestOther(policy, name, others)
    values[name] = { reason, value: canonical(name, value) }
  }
  return values
})

/** Lists in the order of their vocabulary, so that what says the same is equal. */
const canonical = (name: ParameterName, value: unknown): unknown =>
  Policy.parameter(name).meet(value as never, value as never)

/** The statements of a version on a parameter in all its languages. */
const stated = (policy: PrivacyPolicy, name: ParameterName): Decided | undefined =>
  everythingStated(policy, Policy.parameters)[name]

const everythingStated = remembering((policy: PrivacyPolicy, parameters: typeof Policy.parameters): Values => {
  const values: { [Name in ParameterName]?: Decided } = {}
  for (const name of Object.keys(parameters) as ReadonlyArray<ParameterName>) {
    const decided = readInAllLanguages(policy, name)
    if (decided !== undefined) values[name] = decided
  }
  return values
})

/**
 * The values of a version itself, read in all its languages: one for each parameter on which it is not silent.
 *
 * @example
 * ```ts
 * import { Resolve, Versions } from "@tacet/core/policy"
 *
 * Resolve.ownValues(Versions.dialonce20190305).retentionCap // => [{ after: "collection", within: "P12M" }]
 * ```
 */
export const ownValues = (policy: PrivacyPolicy): { readonly [Name in ParameterName]?: ValueOf<Name> } =>
  Object.fromEntries(
    Object.entries(everythingStated(policy, Policy.parameters)).map(([name, { value }]) => [
      name,
      canonical(name as ParameterName, value),
    ]),
  )

const readInAllLanguages = (policy: PrivacyPolicy, name: ParameterName): Decided | undefined => {
  const own = Policy.statement(policy.parameters, name)
  const precedence = Policy.statement(policy.parameters, "languagePrecedence")?.value ?? policy.language
  let decided: Decided | undefined = own && { value: own.value, reason: reasonOf(policy, own, "stated") }
  for (const variant of policy.variants ?? []) {
    const other = Policy.statement(variant.parameters, name)
    if (other === undefined) continue
    if (decided === undefined) {
      decided = { value: other.value, reason: reasonOf(policy, other, "stricterLanguageKept") }
      continue
    }
    if (equal(other.value, decided.value)) continue
    const definition = Policy.parameter(name)
    const both = definition.meet(decided.value as never, other.value)
    const addsDuty = definition.kind === "duties" || definition.kind === "ends" || definition.kind === "atLeast"
    const prevails = precedence === variant.language
    if (addsDuty || precedence === "none") {
      if (equal(both, decided.value)) continue
      decided = {
        value: both,
        reason: {
          ...decided.reason,
          resolutions: unique([...decided.reason.resolutions, "stricterLanguageKept"]),
          sources: [...decided.reason.sources, ...other.sources],
        },
      }
    } else {
      decided = prevails
        ? { value: other.value, reason: reasonOf(policy, other, "languagePrevails") }
        : {
            value: decided.value,
            reason: {
              ...decided.reason,
              resolutions: unique([...decided.reason.resolutions, "languagePrevails"]),
            },
          }
    }
  }
  return decided
}

const reasonOf = (
  policy: PrivacyPolicy,
  statement: { readonly sources: ReadonlyArray<Source>; readonly general?: unknown },
  resolution: Resolution,
): Reason => ({
  resolutions: statement.general === undefined ? [resolution] : [resolution, "specialBeatsGeneral"],
  sources: statement.sources,
  policies: [policy.id],
  articles: [],
})

const strictestOther = (policy: PrivacyPolicy, name: ParameterName, others: ReadonlyArray<PrivacyPolicy>): Decided => {
  const definition = Policy.parameter(name)
  const unordered = definition.kind === "choice" || definition.kind === "fact"
  let decided: Decided | undefined
  for (const other of unordered ? [] : others) {
    const said = other.id === policy.id ? undefined : stated(other, name)
    if (said === undefined) continue
    decided =
      decided === undefined
        ? { value: said.value, reason: { ...said.reason, resolutions: ["silent"] } }
        : {
            value: definition.meet(decided.value as never, said.value as never),
            reason: {
              resolutions: ["silent"],
              sources: [...decided.reason.sources, ...said.reason.sources],
              policies: [...decided.reason.policies, ...said.reason.policies],
              articles: [],
            },
          }
  }
  return (
    decided ?? {
      value: definition.strictest,
      reason: { resolutions: ["silent"], sources: [], policies: [], articles: [] },
    }
  )
}

// Law and library

/**
 * Whether the law applies on the day that it is in a zone, which is the day of Greenwich, the one before or the one
 * after.
 */
const lawApplies = (legal: LegalData, country: string, timeZone: string, at: DateTime.Utc): boolean => {
  const day = dayOf(DateTime.toEpochMillis(at))
  const before = regulationApplies(legal, country, fromEpochDay(day - 1))
  return before === regulationApplies(legal, country, fromEpochDay(day + 1))
    ? before
    : regulationApplies(legal, country, Calendar.localDate(at, timeZone))
}

type Final = Pick<EffectivePolicy, "parameters" | "reasons">

/** The law first, then the library's invariants. */
const bindings = remembering((legal: LegalData | typeof noLaw, own: ReadonlyArray<Requirement>) => [
  ...("asOf" in legal ? Law.requirements(legal) : []).map((requirement) => [requirement, "law"] as const),
  ...own.map((requirement) => [requirement, "libraryInvariant"] as const),
])
const noLaw = {}
const noInvariants: ReadonlyArray<Requirement> = []

/** One table for each country, under a law or under none. */
const bound = remembering((_values: Values, _legal: LegalData | typeof noLaw): Map<string, Final> => new Map())

const bindValues = (values: Values, country: string, legal: LegalData | typeof noLaw): Final => {
  const byCountry = bound(values, legal)
  const found = byCountry.get(country)
  if (found !== undefined) return found
  const result: { [Name in ParameterName]?: Decided } = { ...values }
  for (const [requirement, resolution] of bindings(legal, invariants)) {
    bindValue(result, requirement, country, resolution)
  }
  const final: Final = {
    parameters: mapValues(result, ({ value }) => value) as unknown as Parameters,
    reasons: mapValues(result, ({ reason }) => reason) as EffectivePolicy["reasons"],
  }
  byCountry.set(country, final)
  return final
}

const bindValue = (
  values: { [Name in ParameterName]?: Decided },
  requirement: Requirement,
  country: string,
  resolution: "law" | "libraryInvariant",
): void => {
  const before = values[requirement.parameter]
  if (before === undefined) return
  const value = requirement.bind(before.value as never, country)
  if (equal(value, before.value)) return
  values[requirement.parameter] = {
    value,
    reason: {
      ...before.reason,
      resolutions: unique([...before.reason.resolutions, resolution]),
      articles: unique([...before.reason.articles, ...requirement.articles]),
    },
  }
}
