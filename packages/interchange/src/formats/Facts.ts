/**
 * Makes facts of a record by the rules of a mapping.
 */
import { Identifier } from "@tacet/core/domain"
import { RuleKey } from "@tacet/core/policy"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { accepted, type LongRule, type Rules, type ShortRule } from "../mapping/Rule.ts"
import { type Fact, InputError, type Quality } from "../SourceRow.ts"
import type { CallReader } from "./Call.ts"
import { durationReader } from "./Duration.ts"
import { Violation, formatViolation } from "./Violation.ts"
import { keyReader } from "./Key.ts"
import type { Get } from "./Record.ts"
import { textReader, valueReader } from "./Value.ts"

/** Makes one fact; `undefined` drops the record. `at` is the time of the row, where it has one. */
export type FactMaker = (get: Get, at: number | undefined, quality: Quality) => Fact | undefined

/** The context that rules need beside the record. */
export interface RuleContext {
  /** The field whose value names a step or goal that a rule does not name. */
  readonly activity: string | undefined
  /** The reader of whole calls; it throws an `InputError` where the mapping declares none. */
  readonly call: () => CallReader
  /** Called with each field that a rule reads. */
  readonly use: (field: string) => void
}

/** Compiles rules. */
export const factMakers = (rules: Rules, context: RuleContext): ReadonlyArray<FactMaker> =>
  (isList(rules) ? rules : [rules]).map((rule) => factMaker(typeof rule === "string" ? long(rule) : rule, context))

const isList = (rules: Rules): rules is ReadonlyArray<ShortRule | LongRule> => Array.isArray(rules)

const long = (as: ShortRule): LongRule => ({ as })

const factMaker = (rule: LongRule, { activity, call, use }: RuleContext): FactMaker => {
  switch (rule.as) {
    case "drop":
      return () => undefined
    case "step": {
      const name = nameReader("step", rule.step, activity, checkStep, use)
      const kind = rule.kind === undefined ? undefined : valueReader(rule.kind, accepted.kind, use)
      return (get) => {
        const declared = kind?.(get)
        return { _tag: "step", step: name(get), ...(declared === undefined ? {} : { kind: declared }) }
      }
    }
    case "goal": {
      const name = nameReader("goal", rule.goal, activity, checkGoal, use)
      return (get) => ({ _tag: "goal", goal: name(get) })
    }
    case "started": {
      const trigger = rule.trigger === undefined ? undefined : valueReader(rule.trigger, accepted.trigger, use)
      return (get) => {
        const declared = trigger?.(get)
        return { _tag: "started", ...(declared === undefined ? {} : { trigger: declared }) }
      }
    }
    case "redirected": {
      const to = rule.to === undefined ? undefined : valueReader(rule.to, accepted.to, use)
      return (get) => {
        const declared = to?.(get)
        return { _tag: "redirected", ...(declared === undefined ? {} : { to: declared }) }
      }
    }
    case "callPlaced": {
      const reference = callReference(rule.call, use)
      return (get) => ({ _tag: "callPlaced", ...reference(get) })
    }
    case "callAnswered": {
      const reference = callReference(rule.call, use)
      const human = rule.human === undefined ? undefined : valueReader(rule.human, accepted.human, use)
      return (get) => ({ _tag: "callAnswered", ...reference(get), human: human?.(get) ?? "unknown" })
    }
    case "callEnded": {
      const reference = callReference(rule.call, use)
      const talk = rule.talk === undefined ? undefined : durationReader(rule.talk, use)
      const how = rule.disposition === undefined ? undefined : valueReader(rule.disposition, accepted.disposition, use)
      return (get, _at, quality) => {
        const talkSeconds = talk?.(get, quality)
        const disposition = how?.(get)
        return {
          _tag: "callEnded",
          ...reference(get),
          ...(talkSeconds === undefined ? {} : { talkSeconds }),
          ...(disposition === undefined ? {} : { disposition }),
        }
      }
    }
    case "call":
    case "leg": {
      const read = call()
      return (get, at, quality) => ({ _tag: rule.as, ...read(get, at, quality) })
    }
    case "excluded": {
      const reason = valueReader(rule.reason, accepted.excluded, use)
      const field = typeof rule.reason === "object" ? rule.reason.field : "excluded"
      return (get) => {
        const declared = reason(get)
        if (declared === undefined) throw formatViolation(field, `one of ${accepted.excluded.join(", ")}`)
        return { _tag: "excluded", reason: declared }
      }
    }
    case "ended": {
      const reason = rule.reason === undefined ? undefined : valueReader(rule.reason, accepted.ended, use)
      return (get) => {
        const declared = reason?.(get)
        return { _tag: "ended", ...(declared === undefined ? {} : { reason: declared }) }
      }
    }
    case "inhibited":
    case "callRequested": {
      const fact: Fact = { _tag: rule.as }
      return () => fact
    }
  }
}

const callReference = (field: string | undefined, use: (field: string) => void) => {
  if (field === undefined) return () => ({})
  const read = keyReader(field, use)
  return (get: Get): { readonly call?: string } => {
    const call = read(get)
    return call === undefined ? {} : { call }
  }
}

const nameReader = (
  what: "step" | "goal",
  declared: string | { readonly field: string } | undefined,
  activity: string | undefined,
  check: (name: string) => Violation | undefined,
  use: (field: string) => void,
): ((get: Get) => string) => {
  const source = declared ?? (activity === undefined ? undefined : { field: activity })
  if (source === undefined)
    throw new InputError(`mapping: a rule that names no ${what} needs an activity to take it from`)
  const read = textReader(source, use)
  const field = typeof source === "object" ? source.field : what
  return (get) => {
    const name = read(get)
    if (name === undefined) throw formatViolation(field, `the name of a ${what}`)
    const violation = check(name)
    if (violation !== undefined) throw new Violation(field, violation.rule, violation.message)
    return name
  }
}

/** Checks a text as a name, by the schema of its identifier; a file has few names, so each is checked once. */
const nameCheck = (schema: Schema.Codec<string, string>): ((name: string) => Violation | undefined) => {
  const decode = Schema.decodeUnknownResult(schema)
  const describe = SchemaIssue.makeFormatterStandardSchemaV1()
  const known = new Map<string, Violation | undefined>()
  return (name) => {
    if (known.has(name)) return known.get(name)
    const decoded = decode(name)
    const violation = Result.isSuccess(decoded)
      ? undefined
      : nameViolation(describe(decoded.failure.issue).issues[0]?.message)
    if (known.size >= 10_000) known.clear()
    if (name.length <= 1024) known.set(name, violation)
    return violation
  }
}

const nameViolation = (message = "a name"): Violation => {
  const key = /\(([A-Z0-9-]+)\)$/.exec(message)?.[1]
  const rule = RuleKey.policyRuleKeys.find((known) => known === key)
  return new Violation("step", rule ?? "TACET-FORMAT", message)
}

const checkStep = nameCheck(Schema.revealCodec(Identifier.StepId))
const checkGoal = nameCheck(Schema.revealCodec(Identifier.GoalId))
