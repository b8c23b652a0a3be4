/**
 * One calendar day of a Customer's interactions that are purged: their counters replace them. A day is purged in
 * batches. The first batch records the counters of all interactions that the day's purge removes, further batches repeat
 * them; interactions that arrive later are added by a count of their own. Where only the interactions of erased persons
 * are removed, the whole day is counted all the same, and a later purge of the day does not count it again. The state is
 * the day's counters as recorded last.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../calendar/Calendar.ts"
import { PlainDate } from "../calendar/PlainDate.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { derived, Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { longestWindowMillis } from "./Interaction.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { Count, CountedDay, DayCounters, withCounted } from "./purged-day/counters.ts"

export { CountedDay, DayCounters, mergeRare, WindowCounters } from "./purged-day/counters.ts"

// Stream

/** The kind of a purged day's stream: the retention policy's, of whose Customer it is. */
export const streamKind = "retention-policy"

/**
 * The stream of a day of a Customer. Each day has its own, so that a reader of periods and holds does not read the
 * counters of every day.
 *
 * @example
 * ```ts
 * import { PurgedDay } from "@tacet/core/domain"
 * import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
 *
 * const customer = Uuid.derived("example") as CustomerId.CustomerId
 * const [one, other] = [PurgedDay.streamOf(customer, "2026-03-01"), PurgedDay.streamOf(customer, "2026-03-02")]
 * one.id === other.id // => false
 * ```
 */
export const streamOf = (customer: CustomerId, day: PlainDate): StreamId => ({
  kind: streamKind,
  id: derived("cohort", customer, day),
})

// Events: their names and fields are a storage format

/** The counters of all purged interactions of the day; they replace the counters recorded for the day before. */
export const InteractionsAggregated = Schema.TaggedStruct("InteractionsAggregated", {
  occurredAt: Schema.DateTimeUtcFromMillis,
  /** The day. */
  cohort: PlainDate,
  /** The batch of the purge. */
  batch: Uuid,
  contribution: DayCounters,
  /** The counters include every interaction of the day that had begun at or before this position of the log. */
  through: Schema.optionalKey(Count),
  /** How many interactions of erased persons the batch removed; the others of the day are still in the log. */
  erased: Schema.optionalKey(Count),
})

/** How the events of a purged day are stored. */
export const codec = EventCodec.make(streamKind, [InteractionsAggregated])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A day as recorded last. */
export interface State {
  /** `undefined` until the day is counted. */
  readonly day: PlainDate | undefined
  readonly counters: DayCounters | undefined
  readonly batches: ReadonlySet<Uuid>
  /** The position of the log up to which the day's interactions are counted. */
  readonly through: number
  /** How many interactions the latest count added, with those that removals of erased persons' have left of earlier ones. */
  readonly added: number
  /** Whether the latest batch removed interactions of erased persons alone. */
  readonly isOpen: boolean
  /** The moment of the latest batch. */
  readonly at: number | undefined
}

/** A day that was not counted. */
export const initial: State = {
  day: undefined,
  counters: undefined,
  batches: new Set(),
  through: 0,
  added: 0,
  isOpen: false,
  at: undefined,
}

// Evolve

const evolve = (state: State, event: Event): State => {
  const { batch, cohort: day, contribution: counters, erased, through = 0 } = event
  const isRepeated = state.counters !== undefined && through > 0 && through === state.through
  const left = isRepeated || state.isOpen ? state.added : 0
  const added = isRepeated ? 0 : counters.started - (state.counters?.started ?? 0)
  return {
    day,
    counters,
    batches: new Set(state.batches).add(batch),
    through,
    added: left + added - (erased ?? 0),
    isOpen: erased !== undefined,
    at: DateTime.toEpochMillis(event.occurredAt),
  }
}

// Commands

const at = Schema.DateTimeUtc

/** The commands of a day that is purged. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  /** Counts interactions of the day; the first batch of them is purged. */
  Schema.TaggedStruct("CountDay", {
    at,
    day: PlainDate,
    batch: Uuid,
    counted: CountedDay,
    /** The position of the log up to which interactions of the day are counted. */
    through: Schema.optionalKey(Count),
    /** How many interactions of erased persons the batch removes, where it removes no others. */
    erased: Schema.optionalKey(Count),
  }),
  /** Another batch of the counted interactions is purged. */
  Schema.TaggedStruct("PurgeBatch", { at, batch: Uuid, erased: Schema.optionalKey(Count) }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs beside the day itself. */
export interface Context {
  /** The policy that binds the moment of the command. */
  readonly policy: EffectivePolicy
  /** The fewest persons of a journey that is recorded by itself. Default 10; never fewer than 5. */
  readonly k?: number
}

// Decide

const decide = (state: State, command: Command, context: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, batch, erased } = command
  if (state.batches.has(batch)) return nothing
  if (command._tag === "CountDay") return countDay(state, command, context)
  const { counters: contribution, day: cohort, through } = state
  return cohort === undefined || contribution === undefined
    ? refuse("TACET-STARTED", command, undefined, "a day that was counted: send CountDay first")
    : record({
        _tag: "InteractionsAggregated",
        occurredAt,
        cohort,
        batch,
        contribution,
        through,
        ...(erased === undefined ? {} : { erased }),
      })
}

const countDay = (
  state: State,
  command: Extract<Command, { readonly _tag: "CountDay" }>,
  { k = 10, policy }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { at: occurredAt, batch, counted, day, erased, through } = command
  if (state.day !== undefined && state.day !== day) {
    return refuse("TACET-ONCE", command, "day", "the day of this stream: each has its own")
  }
  if (through !== undefined && state.counters !== undefined && through <= state.through) {
    return refuse("TACET-ONCE", command, "through", "a position after the one up to which the day is counted")
  }
  const settled = DateTime.toEpochMillis(Calendar.endOfDay(day, policy.timeZone)) + longestWindowMillis
  if (DateTime.toEpochMillis(occurredAt) < settled) {
    return refuse("TACET-WINDOW", command, "day", "a day whose interactions are all settled")
  }
  const total = counted.started - counted.excluded
  const isWhole = counted.windows.every(
    ({ attemptFailed, bounced, effective, goal, handedOff, left }) =>
      attemptFailed + bounced + effective + goal + handedOff + left === total,
  )
  if (!isWhole) return refuse("SWEEP", command, "counted.windows", "every interaction once in each window")
  return record({
    _tag: "InteractionsAggregated",
    occurredAt,
    cohort: day,
    batch,
    contribution: withCounted(state.counters, counted, Math.max(5, k)),
    ...(through === undefined ? {} : { through }),
    ...(erased === undefined ? {} : { erased }),
  })
}

/** The decider of a purged day. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
