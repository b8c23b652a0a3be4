/**
 * The boundary at which commands from outside come in. A command that does not fit is refused whole, by the rule that
 * forbids it: no part of it is processed, and no part is repeated in the refusal, not even the name of a field.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaIssue from "effect/SchemaIssue"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { Sealed } from "../privacy/Sealed.ts"
import * as Customer from "./Customer.ts"
import * as FieldName from "./internal/FieldName.ts"
import { nameViolation } from "./Identifier.ts"
import * as Interaction from "./Interaction.ts"
import * as Moment from "./internal/Moment.ts"
import * as PlainData from "./internal/PlainData.ts"
import * as ProcessingRegister from "./ProcessingRegister.ts"

/**
 * Reads a command for an interaction from outside, such as a parsed JSON body. `at` is an ISO 8601 text with its zone
 * or a `DateTime.Utc`; every other field is as the command declares it. The result shares nothing with the input.
 *
 * @rule OPEN-ONLY
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { CommandInput } from "@tacet/core/domain"
 *
 * const body: unknown = JSON.parse('{ "_tag": "TakeStep", "at": "2026-01-31T09:30:00Z", "step": "faq", "kind": "faq" }')
 * Result.isSuccess(CommandInput.readInteractionCommand(body)) // => true
 * ```
 */
export const readInteractionCommand = (input: unknown): Result.Result<Interaction.Command, Refusal> =>
  read(decodeInteraction, input)

/**
 * Reads a command for a Customer from outside, in the same way.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { CommandInput } from "@tacet/core/domain"
 *
 * const refused = CommandInput.readCustomerCommand({ _tag: "ListNumber", phone: "a number itself" })
 * if (Result.isFailure(refused)) {
 *   refused.failure.rule // => "NO-IDENTIFY"
 *   refused.failure.field // => "personal value"
 * }
 * ```
 */
export const readCustomerCommand = (input: unknown): Result.Result<Customer.Command, Refusal> =>
  read(decodeCustomer, input)

/**
 * Reads a command for the record of processing from outside. It speaks of a processing and of nobody, so a field is judged by
 * its form alone.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { CommandInput } from "@tacet/core/domain"
 *
 * const input = { _tag: "EndProcessing", at: "2026-01-31T09:30:00Z", name: "answering calls" }
 * Result.isSuccess(CommandInput.readProcessingCommand(input)) // => true
 * ```
 */
export const readProcessingCommand = (input: unknown): Result.Result<ProcessingRegister.Command, Refusal> =>
  Result.mapError(decodeProcessing(PlainData.copy(input, () => undefined).data), () => {
    const accepted = "EnterProcessing or EndProcessing with exactly the fields that it declares, each in its form"
    return new Refusal({ rule: "TACET-FORMAT", command: "EnterProcessing", accepted })
  })

type Decode<A> = (input: unknown) => Result.Result<A, Schema.SchemaError>

/** The commands as they come from outside: `at` may be written as text. */
const decodeInteraction = Schema.decodeUnknownResult(
  Schema.Union(Interaction.Command.members.map((member) => Schema.Struct({ ...member.fields, at: Moment.Moment }))),
  { onExcessProperty: "error" },
) as Decode<Interaction.Command>
const decodeCustomer = Schema.decodeUnknownResult(
  Schema.Union(Customer.Command.members.map((member) => Schema.Struct({ ...member.fields, at: Moment.Moment }))),
  { onExcessProperty: "error" },
) as Decode<Customer.Command>

const decodeProcessing = Schema.decodeUnknownResult(
  Schema.Union(
    ProcessingRegister.Command.members.map((member) => Schema.Struct({ ...member.fields, at: Moment.Moment })),
  ),
  { onExcessProperty: "error" },
) as Decode<ProcessingRegister.Command>

const read = <A>(decode: Decode<A>, input: unknown): Result.Result<A, Refusal> => {
  const { data, end } = PlainData.copy(input, forbiddenField)
  const command = nameOf(data)
  if (end === "unreadable") return Result.fail(new Refusal({ rule: "TACET-FORMAT", command, accepted: plainCommand }))
  if (end !== undefined) {
    const { accepted, label, rule } = end.found
    return Result.fail(new Refusal({ rule, command, field: label, accepted }))
  }
  return Result.mapError(decode(data), ({ issue }) => {
    const violation = violationOf(issue, data)
    const isContent = violation.field === undefined && isOpenedPage(data)
    return new Refusal({ command, ...(isContent ? { rule: "OPEN-ONLY", accepted: openingAlone } : violation) })
  })
}

/** Places outside the interface: of such a page its opening alone is recorded (OPEN-ONLY). */
const openedPages: ReadonlySet<unknown> = new Set(["webPage", "customerArea", "thirdPartyPage", "appLaunch"])

const isOpenedPage = (data: unknown): boolean =>
  typeof data === "object" &&
  data !== null &&
  nameOf(data) === "TakeStep" &&
  "kind" in data &&
  openedPages.has(data.kind) &&
  Object.keys(data).some((name) => !declaredFields.has(name))

const openingAlone = "the opening of a page by its step and kind, and nothing of what the page holds"

const plainCommand = "a command as plain data: a record of texts, numbers, lists and records"
const knownCommand =
  "a command of a known name with exactly the fields that it declares, each in its form, and 'at' as " + Moment.accepted

const members = [...Interaction.Command.members, ...Customer.Command.members]

const commandNames: ReadonlySet<unknown> = new Set(members.map((member) => member.fields._tag.schema.literal))

/** The command's name where it is one of ours: a name from outside is input like any other. */
const nameOf = (data: unknown): string => {
  const tag = typeof data === "object" && data !== null && "_tag" in data ? data._tag : undefined
  return typeof tag === "string" && commandNames.has(tag) ? tag : "UnknownCommand"
}

/** The names of fields that commands declare, at any depth. */
const declaredFields: ReadonlySet<string> = new Set([
  ...members.flatMap((member) => Object.keys(member.fields)),
  ...Interaction.Trigger.members.flatMap((member) => Object.keys(member.fields)),
  ...Object.keys(Sealed.fields),
])

const forbiddenField = (name: string, around: PlainData.Around | undefined): FieldName.Family | undefined => {
  if (declaredFields.has(name)) return undefined
  const family = FieldName.forbidden(name)
  if (family?.rule !== "GEO-NEVER") return family
  let outer = around
  while (outer !== undefined && !FieldName.isHost(outer.name)) outer = outer.around
  return FieldName.forbidden(name, outer !== undefined)
}

/** The violation in a command of plain data: the declared field that does not fit, and the rule that it breaks. */
const violationOf = (
  issue: SchemaIssue.Issue,
  data: unknown,
): { readonly rule: RuleKey; readonly field?: string; readonly accepted: string } => {
  const path: Array<string> = []
  let value = data
  let inner: SchemaIssue.Issue | undefined = issue
  while (inner !== undefined) {
    for (const segment of inner._tag === "Pointer" ? inner.path : []) {
      value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[segment] : undefined
      if (typeof segment === "number") continue
      if (!declaredFields.has(String(segment))) return { rule: "TACET-FORMAT", accepted: knownCommand }
      path.push(String(segment))
    }
    inner = "issues" in inner ? inner.issues[0] : "issue" in inner ? inner.issue : undefined
  }
  if (path.length === 0) return { rule: "TACET-FORMAT", accepted: knownCommand }
  const field = path.join(".")
  const violation = typeof value === "string" && field !== "at" ? nameViolation(value) : undefined
  return violation === undefined || violation.rule === "TACET-FORMAT"
    ? { rule: "TACET-FORMAT", field, accepted: field === "at" ? Moment.accepted : knownCommand }
    : { ...violation, field }
}
