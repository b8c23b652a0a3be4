/**
 * Why a record cannot become a row: the field that decided, the rule, and what would be accepted. It is thrown while a
 * record is read and becomes a `RejectedRow`; it never holds a value of the record.
 */
import type { RuleKey } from "@tacet/core/policy"
import type { RejectedRow } from "../SourceRow.ts"

export class Violation extends Error {
  readonly field: string
  readonly rule: RuleKey.RuleKey

  constructor(field: string, rule: RuleKey.RuleKey, reason: string) {
    super(reason)
    this.field = field
    this.rule = rule
  }
}

/** A value is missing or not of the form that its field has. */
export const formatViolation = (field: string, accepted: string): Violation =>
  new Violation(field, "TACET-FORMAT", accepted)

/** A moment is missing, impossible or unreadable. */
export const timeViolation = (field: string, accepted: string): Violation =>
  new Violation(field, "TACET-TIME", accepted)

/** The rejected row of a violation; whatever else was thrown is thrown on. */
export const rejected = (line: number, violation: unknown): RejectedRow => {
  if (!(violation instanceof Violation)) throw violation
  return { _tag: "rejected", line, field: violation.field, rule: violation.rule, reason: violation.message }
}
