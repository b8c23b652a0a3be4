/**
 * The choice of one visitor of the operator's sites: whether vendors may measure them (VENDOR-OPTOUT). Its stream is named by
 * a keyed token of the visitor's own identifier, so the log holds nothing that identifies them.
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import { nothing, record } from "./internal/Decision.ts"

// Stream

/** The kind of the stream of a visitor's choice. */
export const streamKind = "visitor-choice"

/** A visitor, by a keyed token of their identifier: meaningless without the key store. */
export const VisitorToken = Uuid.pipe(Schema.brand("VisitorToken"))
export type VisitorToken = typeof VisitorToken.Type

/** The stream of a visitor's choice. */
export const streamOf = (visitor: VisitorToken): StreamId => ({ kind: streamKind, id: visitor })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** The visitor asked for the measurement by vendors to stop. */
export const VendorMeasurementStopped = Schema.TaggedStruct("VendorMeasurementStopped", { occurredAt })
/** The visitor permitted it again. */
export const VendorMeasurementPermitted = Schema.TaggedStruct("VendorMeasurementPermitted", { occurredAt })

/** How the events of a visitor's choice are stored. */
export const codec = EventCodec.make(streamKind, [VendorMeasurementStopped, VendorMeasurementPermitted])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A visitor's choice. */
export interface State {
  readonly askedToStop: boolean
}

/** A visitor who has said nothing. */
export const initial: State = { askedToStop: false }

// Evolve

const evolve = (_: State, { _tag }: Event): State => ({ askedToStop: _tag === "VendorMeasurementStopped" })

// Commands

/** The commands of a visitor. */
export const Command = Schema.Union([
  Schema.TaggedStruct("StopVendorMeasurement", { at: Schema.DateTimeUtc }),
  Schema.TaggedStruct("PermitVendorMeasurement", { at: Schema.DateTimeUtc }),
])
export type Command = typeof Command.Type

// Decide

/**
 * Decides a visitor's choice. No policy can refuse it.
 *
 * @example
 * ```ts
 * import { VisitorChoice } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 *
 * const stop = { _tag: "StopVendorMeasurement" as const, at: DateTime.makeUnsafe(0) }
 * const [event] = Result.getOrThrow(VisitorChoice.decide(VisitorChoice.initial, stop))
 * event?._tag // => "VendorMeasurementStopped"
 * ```
 */
export const decide = (
  { askedToStop }: State,
  { _tag, at: occurredAt }: Command,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const stops = _tag === "StopVendorMeasurement"
  if (stops === askedToStop) return nothing
  return record({ _tag: stops ? "VendorMeasurementStopped" : "VendorMeasurementPermitted", occurredAt })
}

/** The decider of a visitor's choice. */
export const decider: Decider<State, Command, Event, unknown> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
