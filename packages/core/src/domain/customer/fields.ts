/**
 * Decides whether a Customer may declare an input field.
 */
import * as DateTime from "effect/DateTime"
import * as Category from "../internal/Category.ts"
import { nothing, record, refuse } from "../internal/Decision.ts"
import { asksForCredential } from "../internal/FieldName.ts"
import * as Contract from "../Contract.ts"
import { type CommandOf, type Context, type Decision, policyOf } from "./commands.ts"
import type { State } from "./state.ts"

export const declareField = (state: State, command: CommandOf<"DeclareInputField">, context: Context): Decision => {
  const { at: occurredAt, category, field, origin = "person", reason, required } = command
  if (asksForCredential(field)) {
    return refuse("REDIRECT", command, "field", "a redirection to the Customer's own sign-in, and no such field")
  }
  const barred = Category.ruleAgainst(category)
  if (barred !== undefined) return refuse(barred, command, "category", Category.recordable)
  if (required && Category.isFreeText(category)) {
    return refuse("VOLUNTARY", command, "required", "a field for free text that may be left empty")
  }
  const declared = state.fields.get(field)
  if (declared !== undefined) {
    const changed =
      declared.category !== category
        ? "category"
        : declared.origin !== origin
          ? "origin"
          : declared.required !== required
            ? "required"
            : declared.reason !== reason
              ? "reason"
              : undefined
    if (changed !== undefined) {
      return refuse("FIELD-RESP", command, changed, "the field as it was declared, or a new field")
    }
    return DateTime.toEpochMillis(occurredAt) >= declared.from
      ? nothing
      : refuse("FIELD-RESP", command, "at", "a moment at or after the declaration of the field")
  }
  const policy = policyOf(state, context, occurredAt)
  const asksReason = policy === undefined || policy.parameters.mandatoryFields.includes("recordReason")
  if (required && asksReason && reason === undefined) {
    return refuse("MANDATORY", command, "reason", "the reason for which the field has to be filled in")
  }
  if (
    origin === "customerService" &&
    (policy === undefined || !Contract.coversOwnService(state, category, policy, occurredAt))
  ) {
    return refuse(
      "SUBCONTRACT",
      command,
      "origin",
      "a contract in force that covers the category of the service's data",
    )
  }
  return record({
    _tag: "InputFieldDeclared",
    occurredAt,
    field,
    category,
    required,
    ...(reason === undefined ? {} : { reason }),
    origin,
  })
}
