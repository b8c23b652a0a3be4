/**
 * Decides on the data that an interaction collects: from the terminal, in fields and in surveys, after the notices that
 * the policy asks for.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import * as Contract from "../Contract.ts"
import * as Customer from "../Customer.ts"
import * as Category from "../internal/Category.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { type CommandOf, type Context } from "./commands.ts"
import type { Event, NoticeContent } from "./events.ts"
import { locationViolation } from "./location.ts"
import { type Reference, type State, wasTold } from "./state.ts"

export const showNotice = (
  state: State,
  command: CommandOf<"ShowNotice">,
  { customer }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, policyVersion, tells } = command
  if (tells.every((thing) => wasTold(state, policyVersion, thing, occurredAt))) return nothing
  return policyVersion === Customer.policyVersionAt(customer, occurredAt)
    ? record({ _tag: "NoticeShown", occurredAt, policyVersion, tells })
    : refuse("POLICY-BIND", command, "policyVersion", "the version in force for the Customer at that moment")
}

/** The violation, if any, in collecting values of these categories at this moment, under the policy of the moment. */
const collectionViolation = (
  state: State,
  command: CommandOf<"ObserveTerminal" | "EnterInput" | "AnswerSurvey">,
  categories: ReadonlyArray<PersonalDataCategory>,
  field: string,
  { customer, policyAt, withoutEnd }: Context,
): Result.Result<never, Refusal> | undefined => {
  const policy = policyAt(command.at)
  const policyVersion = Customer.policyVersionAt(customer, command.at)
  if (policy === undefined || policyVersion === undefined) {
    return refuse("POLICY-BIND", command, "at", "a moment at which the Customer has adopted a policy version")
  }
  const listed = policy.parameters.categories.processor
  if (categories.some((category) => !listed.includes(category))) {
    return refuse("CATEGORIES", command, field, `a category that the policy lists: ${listed.join(", ")}`)
  }
  for (const category of categories) {
    const missing = withoutEnd?.(category, command.at)
    if (missing !== undefined) return refuse(missing.rule, command, field, missing.accepted)
  }
  const owes = (notice: EffectivePolicy["parameters"]["collectionNotice"][number]): boolean =>
    policy.parameters.collectionNotice.includes(notice)
  const misses = (thing: NoticeContent): boolean => !wasTold(state, policyVersion, thing, command.at)
  if (owes("purposeBeforeCollection") && misses("purposes")) {
    return refuse("PURPOSE-FIRST", command, undefined, "a notice of the purposes first: send ShowNotice")
  }
  if (command._tag === "ObserveTerminal") return undefined
  if (owes("policyBeforeInput") && misses("policy")) {
    return refuse("ACK-FIRST", command, undefined, "a notice with the policy version in force first: send ShowNotice")
  }
  const owesFields = owes("reasonForMandatoryField") || policy.parameters.mandatoryFields.includes("tellBefore")
  if (owesFields && misses("fields")) {
    return refuse("MANDATORY", command, undefined, "a notice of what the fields are for first: send ShowNotice")
  }
  return undefined
}

const sealedAnew = "a value sealed anew: each is recorded once"

export const observeTerminal = (
  state: State,
  command: CommandOf<"ObserveTerminal">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  for (const { category } of command.values) {
    if (Category.isLocation(category)) {
      const violation = locationViolation(state, command, context)
      if (violation !== undefined) return violation
      continue
    }
    const barred = Category.ruleAgainst(category)
    if (barred !== undefined) return refuse(barred, command, "values.category", Category.recordable)
    if (!Category.isToldByTerminal(category)) {
      return refuse(
        "AUTO",
        command,
        "values.category",
        "technical attributes of the terminal: any other value needs a declared field",
      )
    }
  }
  const categories = command.values.map(({ category }) => category)
  const violation =
    categories.length === 0 ? undefined : collectionViolation(state, command, categories, "values.category", context)
  if (violation !== undefined) return violation
  const references = new Set(command.values.map(({ reference }) => reference))
  const known = Array.from(references, (reference) => state.sealed.get(reference))
  if (known.every((where) => where === "terminal")) return nothing
  return references.size < command.values.length || known.some((where) => where !== undefined)
    ? refuse("TACET-ONCE", command, "values.reference", sealedAnew)
    : record({ _tag: "TerminalObserved", occurredAt: command.at, values: command.values })
}

export const enterInput = (
  state: State,
  command: CommandOf<"EnterInput">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, field, value } = command
  const undeclared = fieldViolation(state, context, command, value)
  if (undeclared !== undefined) return undeclared
  const input = state.inputs.get(field)
  if (input?.reference === value.reference) return nothing
  // Not even an earlier value of this field may return: its life ended when it was changed or deleted (FREETEXT-LIFE).
  if (state.sealed.has(value.reference)) return refuse("TACET-ONCE", command, "value.reference", sealedAnew)
  if (input !== undefined && DateTime.toEpochMillis(occurredAt) < input.changedAt) {
    return refuse("FREETEXT-LIFE", command, "at", "a moment at or after the last change or deletion of the field")
  }
  return record({
    _tag: input?.reference === undefined ? "InputEntered" : "InputChanged",
    occurredAt,
    field,
    value,
  })
}

export const answerSurvey = (
  state: State,
  command: CommandOf<"AnswerSurvey">,
  context: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { answer, at: occurredAt, field } = command
  const undeclared = fieldViolation(state, context, command, answer)
  if (undeclared !== undefined) return undeclared
  const where = state.sealed.get(answer.reference)
  if (where === undefined) return record({ _tag: "SurveyAnswered", occurredAt, field, answer })
  return where === `answer ${field}` ? nothing : refuse("TACET-ONCE", command, "answer.reference", sealedAnew)
}

const fieldViolation = (
  state: State,
  context: Context,
  command: CommandOf<"EnterInput" | "AnswerSurvey">,
  value: Reference,
): Result.Result<never, Refusal> | undefined => {
  const declared = Customer.fieldAt(context.customer, command.field, command.at)
  if (declared === undefined) {
    return refuse("FIELD-RESP", command, "field", "a field that the Customer declared before its first value")
  }
  if (value.category !== declared.category) {
    return refuse("CATEGORIES", command, "field", "a value of the category with which the field was declared")
  }
  const policy = context.policyAt(command.at)
  const isOwnService = declared.origin === "customerService" && policy !== undefined
  if (isOwnService && !Contract.coversOwnService(context.customer, value.category, policy, command.at)) {
    return refuse("SUBCONTRACT", command, "field", "a contract in force that covers the category of the service's data")
  }
  return collectionViolation(state, command, [value.category], "field", context)
}
