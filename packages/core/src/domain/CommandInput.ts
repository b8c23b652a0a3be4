/**
 * The boundary at which commands from outside come in. What does not fit is refused whole, by the rule that forbids it:
 * nothing of it goes on, and nothing of it is repeated in the answer.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { RuleKey } from "../policy/RuleKey.ts"
import * as Customer from "./Customer.ts"
import * as Interaction from "./Interaction.ts"

/** Fields that some rule forbids by name, wherever they stand in a command. */
const forbiddenFields: ReadonlyArray<readonly [names: RegExp, rule: RuleKey, accepted: string]> = [
  [/^(call_?logs?|calls|call_?history)$/i, "CALL-LOG", "one call at a time, to or from a listed number"],
  [/^(address_?book|contacts?)$/i, "ADDR-READ", "a command without address-book values"],
  [
    /^(geo.*|coordinates?|lat(itude)?|lng|lon(gitude)?|location|position)$/i,
    "GEO-NEVER",
    "a command without a location, precise or coarse"
  ],
  [
    /^(msisdn|phone.*|telephone.*|caller.*|imei|ip(_?address)?|e?mail.*|(first|last|full)?_?name|user_?id)$/i,
    "NO-IDENTIFY",
    "a command without a value that identifies a person: seal it, and send the reference"
  ],
  [/^(password|passcode|credentials?|pin|token)$/i, "REDIRECT", "a redirection to the Customer's own sign-in"]
]

/**
 * Reads a command for an interaction from outside, such as a parsed JSON body with `at` as a `DateTime.Utc`.
 *
 * @example
 * ```ts
 * import { CommandInput } from "@tacet/core/domain"
 *
 * const read = (body: unknown) => CommandInput.readInteractionCommand(body)
 * ```
 */
export const readInteractionCommand = (input: unknown): Result.Result<Interaction.Command, Refusal> =>
  read(decodeInteraction, input)

/**
 * Reads a command for a Customer from outside.
 *
 * @example
 * ```ts
 * import { CommandInput } from "@tacet/core/domain"
 *
 * const read = (body: unknown) => CommandInput.readCustomerCommand(body)
 * ```
 */
export const readCustomerCommand = (input: unknown): Result.Result<Customer.Command, Refusal> =>
  read(decodeCustomer, input)

const strict = { onExcessProperty: "error" } as const
const decodeInteraction = Schema.decodeUnknownResult(Interaction.Command, strict)
const decodeCustomer = Schema.decodeUnknownResult(Customer.Command, strict)

const read = <A>(
  decode: (input: unknown) => Result.Result<A, unknown>,
  input: unknown
): Result.Result<A, Refusal> => {
  const forbidden = forbiddenIn(input, [])
  if (forbidden !== undefined) return Result.fail(new Refusal({ ...forbidden, command: nameOf(input) }))
  return Result.mapError(
    decode(input),
    () =>
      new Refusal({
        rule: "TACET-FORMAT",
        command: nameOf(input),
        accepted: "a command of a known name with exactly the fields that it declares, each in its form"
      })
  )
}

const commandNames = new Set<string>(
  [...Interaction.Command.members, ...Customer.Command.members].map((member) => member.fields._tag.schema.literal)
)

/** The command's name where it is one of ours: a name from outside is input like any other. */
const nameOf = (input: unknown): string => {
  const tag = typeof input === "object" && input !== null && "_tag" in input ? input._tag : undefined
  return typeof tag === "string" && commandNames.has(tag) ? tag : "UnknownCommand"
}

const forbiddenIn = (
  input: unknown,
  path: ReadonlyArray<string>
): { readonly rule: RuleKey; readonly field: string; readonly accepted: string } | undefined => {
  if (typeof input !== "object" || input === null || path.length > 8) return undefined
  if (Array.isArray(input)) {
    for (const element of input) {
      const found = forbiddenIn(element, path)
      if (found !== undefined) return found
    }
    return undefined
  }
  for (const [name, value] of Object.entries(input)) {
    const rule = forbiddenFields.find(([names]) => names.test(name))
    if (rule !== undefined) return { rule: rule[1], field: [...path, name.slice(0, 40)].join("."), accepted: rule[2] }
    const found = forbiddenIn(value, [...path, "…"])
    if (found !== undefined) return found
  }
  return undefined
}
