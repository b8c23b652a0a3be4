/**
 * The answer of a decider that does not accept a command. It names the rule and the accepted values; it never repeats
 * the input.
 */
import * as Schema from "effect/Schema"

/**
 * A refused command. Nothing of it was recorded.
 *
 * @example
 * ```ts
 * import { Refusal } from "@tacet/core/eventsourcing"
 *
 * const refusal = new Refusal.Refusal({
 *   rule: "LISTED",
 *   command: "StartInteraction",
 *   field: "entryPoint",
 *   accepted: "a number or entry point that the Customer lists at that moment"
 * })
 * refusal.message.startsWith("StartInteraction (entryPoint) was refused by rule LISTED.") // => true
 * ```
 */
export class Refusal extends Schema.TaggedError<Refusal>()("Refusal", {
  /** The key of the rule, as in `docs/rules.md` (`LISTED`), or one of the library's own (`TACET-…`). */
  rule: Schema.String,
  /** The command by name. */
  command: Schema.String,
  /** The field that decided, where one did, by its path; never its value. */
  field: Schema.optionalKey(Schema.String),
  /** What would be accepted. */
  accepted: Schema.String,
}) {
  override get message(): string {
    const where = this.field === undefined ? "" : ` (${this.field})`
    return `${this.command}${where} was refused by rule ${this.rule}. Accepted: ${this.accepted}.`
  }
}
