/**
 * The model by which devices are recognised for one Customer, as fitted from its own pseudonyms: every version of it is
 * kept, so that a score of the past can be computed again and explained (RECOG-PROB, RECOG-1CUST). It holds counts and
 * shares of many pseudonyms, and keyed tokens for values that many of them show; nothing of a single one.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import { ofPseudonymous } from "../eventsourcing/FieldClass.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as Comparison from "../recognition/Comparison.ts"
import * as Fit from "../recognition/Fit.ts"
import type * as Model from "../recognition/Model.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { Probability } from "./Pseudonym.ts"

// Stream

/** The kind of the stream of a Customer's models. There is one in a compartment, and its id is the Customer's. */
export const streamKind = "recognition-model"

/** The stream of a Customer's models. */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

// Values

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** The token of an attribute's value: an HMAC under a key that belongs to the model alone. */
const Token = Schema.String.check(
  Schema.isPattern(/^[0-9a-f]{64}$/, { expected: "a keyed token of 64 hexadecimal digits" }),
).annotate(ofPseudonymous)

const Field = Schema.Struct({
  field: Schema.Literals(Comparison.fields),
  same: Schema.Array(Probability),
  different: Schema.Array(Probability),
  holders: Schema.Array(Schema.Struct({ value: Token, pseudonyms: Count })),
  rareHolders: Schema.Finite.check(Schema.isGreaterThan(0)),
})

/** All that a score depends on: `Model.Parameters` with tokens for values. */
export const Parameters = Schema.Struct({
  pseudonyms: Count,
  pairs: Schema.Struct({ same: Count, different: Count }),
  minimumHolders: Count,
  fields: Schema.Array(Field),
  steps: Schema.Array(Schema.Struct({ from: Schema.Finite, bits: Schema.Finite })),
})
export type Parameters = typeof Parameters.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** From now on devices are recognised by this version; versions count 1, 2, 3 … */
export const RecognitionFitted = Schema.TaggedStruct("RecognitionFitted", {
  occurredAt,
  version: Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)),
  parameters: Parameters,
})

/** How the events of a Customer's models are stored. */
export const codec = EventCodec.make(streamKind, [RecognitionFitted])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A version of the model. `from` in epoch milliseconds. */
export interface Version {
  readonly version: number
  readonly from: number
  readonly parameters: Parameters
}

/** All versions, in their order. */
export interface State {
  readonly versions: ReadonlyArray<Version>
}

/** A Customer for which nothing was fitted. */
export const initial: State = { versions: [] }

/**
 * The version in force at a moment, if one was fitted by then.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { RecognitionModel } from "@tacet/core/domain"
 *
 * const version = RecognitionModel.at(RecognitionModel.initial, DateTime.makeUnsafe(0)) // => undefined
 * ```
 */
export const at = ({ versions }: State, moment: DateTime.Utc): Version | undefined =>
  versions.findLast(({ from }) => from <= DateTime.toEpochMillis(moment))

/**
 * How `DeviceRecognised` names a version.
 *
 * @example
 * ```ts
 * import { RecognitionModel } from "@tacet/core/domain"
 *
 * RecognitionModel.referenceOf(3) // => "recognition 3"
 * ```
 */
export const referenceOf = (version: number): string => `recognition ${version}`

// Evolve

const evolve = (state: State, { occurredAt: moment, parameters, version }: Event): State => ({
  versions: [...state.versions, { version, from: DateTime.toEpochMillis(moment), parameters }],
})

// Commands

/** The commands of a model. */
export const Command = Schema.Union([
  Schema.TaggedStruct("FitRecognition", { at: Schema.DateTimeUtc, parameters: Parameters }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  /** Whether the Customer's contract instructs recognition. */
  readonly recognitionInstructed: boolean
}

// Decide

const decide = (
  { versions }: State,
  command: Command,
  { policy, recognitionInstructed }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: moment, parameters } = command
  const { recognition } = policy.parameters
  if (recognition !== "on" && !(recognition === "ifInstructed" && recognitionInstructed)) {
    return refuse("RECOG-ATTACH", command, undefined, "a policy, or an instruction, that allows recognition")
  }
  const { minimumHolders } = Fit.defaults
  const { fields, minimumHolders: minimum } = parameters
  if (minimum < minimumHolders || fields.some(({ holders }) => holders.some((one) => one.pseudonyms < minimum))) {
    return refuse("NO-IDENTIFY", command, "parameters", `values that ${minimumHolders} pseudonyms or more show`)
  }
  if (!isModel(parameters)) {
    return refuse("RECOG-PROB", command, "parameters", "shares of all levels that add up to one, and steps that rise")
  }
  const last = versions.at(-1)
  if (last !== undefined && isSame(last.parameters, parameters)) return nothing
  if (last !== undefined && DateTime.toEpochMillis(moment) <= last.from) {
    return refuse("TACET-TIME", command, "at", "a moment after the version that it replaces")
  }
  return record({ _tag: "RecognitionFitted", occurredAt: moment, version: (last?.version ?? 0) + 1, parameters })
}

const isSame = Schema.toEquivalence(Parameters)

/** Whether scores can be computed by it, and never fall where a field agrees more. */
const isModel = ({ fields, pseudonyms, steps }: Model.Parameters): boolean =>
  pseudonyms > 0 &&
  new Set(fields.map(({ field }) => field)).size === fields.length &&
  fields.every(({ different, field, same }) =>
    [same, different].every((shares) => shares.length === Comparison.levels[field].names.length && isWhole(shares)),
  ) &&
  steps.every(({ bits, from }, index) => {
    const before = steps[index - 1]
    return before === undefined || (before.from < from && before.bits <= bits)
  })

const isWhole = (shares: ReadonlyArray<number>): boolean =>
  shares.every((share) => share > 0) && Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9

/** The decider of a Customer's models. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
