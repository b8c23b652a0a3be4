/**
 * The measures of security of a compartment, each with its state and date (SEC-MEAS, GDPR 32(1)). Which of them the policy
 * demands and which are not in place can be answered for any date.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { Measure } from "../policy/text/parameters/protection.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { DocumentReference } from "./Recipient.ts"

// Stream

/** The kind of the register's stream. */
export const streamKind = "security-register"

/** The stream of the register in a compartment. */
export const streamOf = (compartment: CustomerId): StreamId => ({ kind: streamKind, id: compartment })

// Values

/** The state of a measure. A suspended one is to be in place again; one that has ended is not. */
export const MeasureState = Schema.Literals(["planned", "inPlace", "suspended", "ended"])
export type MeasureState = typeof MeasureState.Type

// Events: their names and fields are a storage format

/** A measure has a state from now on. */
export const MeasureDeclared = Schema.TaggedStruct("MeasureDeclared", {
  occurredAt: Schema.DateTimeUtcFromMillis,
  measure: Measure,
  state: MeasureState,
  /** The document that describes it, or proves its state. */
  document: Schema.optionalKey(DocumentReference),
})

/** How the events of the register are stored. */
export const codec = EventCodec.make(streamKind, [MeasureDeclared])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** The declarations of all measures, in the order of their moments. */
export interface State {
  readonly declared: ReadonlyArray<Event>
}

/** The register before its first declaration. */
export const initial: State = { declared: [] }

/** The measures at a moment, each by its last declaration. */
export const measuresAt = ({ declared }: State, at: DateTime.Utc): ReadonlyMap<Measure, Event> =>
  new Map(
    declared
      .filter(({ occurredAt }) => !DateTime.isGreaterThan(occurredAt, at))
      .map((event) => [event.measure, event] as const),
  )

/** A measure that is not in place, by the rule that demands it. */
export interface Missing {
  readonly rule: RuleKey
  readonly measure: Measure
  /** `undefined` where it was never declared. */
  readonly state: MeasureState | undefined
}

/**
 * The measures that the policy demands and that are not in place at a moment (SEC-MEAS), and the plan for incidents where it
 * promises one (BREACH).
 *
 * @rule SEC-MEAS
 */
export const missingMeasures = (
  state: State,
  { parameters }: EffectivePolicy,
  at: DateTime.Utc,
): ReadonlyArray<Missing> => {
  const known = measuresAt(state, at)
  const planned: ReadonlyArray<Omit<Missing, "state">> =
    parameters.breach.includes("plan") && !parameters.securityMeasures.includes("incidentPlan")
      ? [{ rule: "BREACH", measure: "incidentPlan" }]
      : []
  return [...parameters.securityMeasures.map((measure) => ({ rule: "SEC-MEAS" as const, measure })), ...planned]
    .map((demanded) => ({ ...demanded, state: known.get(demanded.measure)?.state }))
    .filter((demanded) => demanded.state !== "inPlace")
}

// Evolve

const evolve = ({ declared }: State, event: Event): State => ({ declared: [...declared, event] })

// Commands

/** The command on the register. */
export const Command = Schema.TaggedStruct("DeclareMeasure", {
  at: Schema.DateTimeUtc,
  measure: Measure,
  state: MeasureState,
  document: MeasureDeclared.fields.document,
})
export type Command = typeof Command.Type

// Decide

const decide = ({ declared }: State, command: Command): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { _tag: _, at: occurredAt, ...wanted } = command
  const last = declared.findLast(({ measure }) => measure === wanted.measure)
  if (last?.state === wanted.state && last.document === wanted.document) return nothing
  if (declared.some((event) => DateTime.isGreaterThan(event.occurredAt, occurredAt))) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last declaration")
  }
  if (wanted.state === "suspended" && last?.state !== "inPlace" && last?.state !== "suspended") {
    return refuse("SEC-MEAS", command, "state", "a measure that is in place before it is suspended")
  }
  if (wanted.state === "ended" && last === undefined) {
    return refuse("SEC-MEAS", command, "state", "a measure that was declared before it ends")
  }
  return record({ _tag: "MeasureDeclared", occurredAt, ...wanted })
}

/** The decider of the register. */
export const decider: Decider<State, Command, Event, undefined> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
