/**
 * The switches of one application on one device: whether the person has left the technology and the location on (SWITCH,
 * GEO-SWITCH). Its stream is named by a keyed token of device and application, so the log holds nothing that identifies either.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"

// Stream

/** The kind of the stream of a device's switches. */
export const streamKind = "device-switch"

/** An application on a device, by a keyed token: meaningless without the key store. */
export const DeviceToken = Uuid.pipe(Schema.brand("DeviceToken"))
export type DeviceToken = typeof DeviceToken.Type

/** The stream of the switches of an application on a device. */
export const streamOf = (device: DeviceToken): StreamId => ({ kind: streamKind, id: device })

// Values

/** What can be switched: the technology itself, or the location alone. */
export const Switch = Schema.Literals(["technology", "location"])
export type Switch = typeof Switch.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** The person switched it off. */
export const SwitchedOff = Schema.TaggedStruct("SwitchedOff", { occurredAt, what: Switch })
/** The person switched it on again. */
export const SwitchedOn = Schema.TaggedStruct("SwitchedOn", { occurredAt, what: Switch })

/** How the events of the switches are stored. */
export const codec = EventCodec.make(streamKind, [SwitchedOff, SwitchedOn])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** The positions of each switch in the order of their moments, in epoch milliseconds. */
export type State = { readonly [What in Switch]: ReadonlyArray<{ readonly from: number; readonly isOff: boolean }> }

/** A device on which the person has left both on. */
export const initial: State = { technology: [], location: [] }

/**
 * Whether a switch is off at a moment.
 *
 * @example
 * ```ts
 * import { DeviceSwitch } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 *
 * DeviceSwitch.isOffAt(DeviceSwitch.initial, "technology", DateTime.makeUnsafe(0)) // => false
 * ```
 */
export const isOffAt = (state: State, what: Switch, at: DateTime.Utc): boolean =>
  state[what].findLast(({ from }) => from <= DateTime.toEpochMillis(at))?.isOff ?? false

// Evolve

const evolve = (state: State, { _tag, occurredAt: at, what }: Event): State => ({
  ...state,
  [what]: [...state[what], { from: DateTime.toEpochMillis(at), isOff: _tag === "SwitchedOff" }],
})

// Commands

/** The commands on the switches. */
export const Command = Schema.Union([
  Schema.TaggedStruct("SwitchOff", { at: Schema.DateTimeUtc, what: Switch }),
  Schema.TaggedStruct("SwitchOn", { at: Schema.DateTimeUtc, what: Switch }),
])
export type Command = typeof Command.Type

// Decide

/**
 * Decides on a switch. No policy can refuse it; a moment before its last change is refused (TACET-TIME).
 *
 * @example
 * ```ts
 * import { DeviceSwitch } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const off = { _tag: "SwitchOff" as const, at: DateTime.makeUnsafe(0), what: "location" as const }
 * const [event] = Result.getOrThrow(DeviceSwitch.decide(DeviceSwitch.initial, off))
 * event?._tag // => "SwitchedOff"
 * ```
 */
export const decide = (state: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at, what } = command
  if (!Object.hasOwn(state, what)) {
    return refuse("TACET-FORMAT", command, "what", `one of these: ${Object.keys(state).join(", ")}`)
  }
  const last = state[what].at(-1)
  const off = command._tag === "SwitchOff"
  if (off === (last?.isOff ?? false)) return nothing
  if (last !== undefined && DateTime.toEpochMillis(at) < last.from) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last change of the switch")
  }
  return record({ _tag: off ? "SwitchedOff" : "SwitchedOn", occurredAt: at, what })
}

/** The decider of the switches. */
export const decider: Decider<State, Command, Event, unknown> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
