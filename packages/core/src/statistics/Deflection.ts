/**
 * The deflection statistics of one Customer, as a fold of its log. The events of an interaction are held, packed, until
 * its longest window has closed; then only its contribution is kept. A later event reads that one stream again, takes the
 * old contribution back and adds the new one. Any order of streams, any batches and any split over shards lead to the same
 * figures, without the vault and without any person.
 *
 * When a day is purged, `InteractionsAggregated` replaces all that was counted of it: a current state, one that lags
 * behind and one rebuilt from the remaining log have the same figures.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Scenario } from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as PurgedDay from "../domain/PurgedDay.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../eventsourcing/EventCodec.ts"
import type { Position, RecordedEvent } from "../eventsourcing/EventEnvelope.ts"
import { type EventStore, type LogChunk, streamEvents } from "../eventsourcing/EventStore.ts"
import type { ReadError } from "../eventsourcing/EventStoreError.ts"
import type { Projection } from "../eventsourcing/Projection.ts"
import { toEpochDay } from "../calendar/PlainDate.ts"
import { dayMillis } from "../calendar/UtcDay.ts"
import * as Contribution from "./Contribution.ts"
import type { CustomerReport } from "./CustomerReport.ts"
import { Definition } from "./Definition.ts"
import { figuresOf, reportOf } from "./reportOf.ts"
import { Tally, type TallySnapshot } from "./Tally.ts"
import * as PackedEvents from "./PackedEvents.ts"

/** The state of the fold. It is changed in place. */
export interface State {
  readonly definition: Definition
  /** Events after this moment are left out: a report as of a past moment. Default: none are. */
  readonly until: number
  /** Contributions that are final. */
  readonly settled: Tally
  /** Interactions that are not, by the id of their stream. */
  readonly live: Map<string, Live>
  /** The texts in their packed events. */
  readonly texts: PackedEvents.TextTable
  /** The latest moment of any event, in epoch milliseconds. */
  latest: number
  /** The watermark up to which final contributions were moved to `settled`. */
  sweptAt: number
  /** The contract figures of days as they were published. */
  readonly published: Map<number, ReadonlyArray<readonly [k: number, n: number]>>
  /** The purged days, each with its latest `InteractionsAggregated`. */
  readonly purged: Map<number, Purged>
}

/** The latest aggregation of a purged day: interactions that began before it are no longer counted one by one. */
export interface Purged {
  /** The position up to which interactions are in its counters. */
  readonly through: Position
  /** The position of the event itself. */
  readonly at: Position
}

/** An interaction whose windows have not all closed. */
export interface Live {
  readonly packed: PackedEvents.PackedEvents
  /** When its contribution becomes final, as the latest sweep computed it; an event resets it to `-Infinity`. */
  finalFrom: number
}

/**
 * The state before the first event.
 */
export const empty = (definition: Definition, options?: { readonly until?: number }): State => ({
  definition,
  until: options?.until ?? Number.POSITIVE_INFINITY,
  settled: new Tally(definition),
  live: new Map(),
  texts: new PackedEvents.TextTable(),
  latest: Number.NEGATIVE_INFINITY,
  sweptAt: Number.NEGATIVE_INFINITY,
  published: new Map(),
  purged: new Map(),
})

/**
 * The watermark: the latest moment of any event less the allowed lateness, or `-Infinity` before the first event.
 */
export const watermark = (state: State): number => state.latest - state.definition.latenessMinutes * 60_000

/**
 * Folds a chunk of the log. Fails with `UndecodableEvent` at an event that cannot be read, and with the store's errors
 * where a stream has to be read again for a late event.
 */
export const apply = Effect.fnUntraced(function* (
  state: State,
  chunk: LogChunk,
  customer: CustomerId,
): Effect.fn.Return<State, UndecodableEvent | ReadError, EventStore> {
  for (const recorded of chunk.events) {
    if (recorded.type === aggregated && recorded.stream.kind === PurgedDay.streamKind) {
      const decoded = PurgedDay.codec.decode(recorded)
      if (Result.isFailure(decoded)) return yield* decoded.failure
      replace(state, recorded.position, decoded.success)
      continue
    }
    if (recorded.stream.kind !== Interaction.streamKind || recorded.occurredAt > state.until) continue
    const decoded = Interaction.codec.decode(recorded)
    if (Result.isFailure(decoded)) return yield* decoded.failure
    const placed = { version: recorded.version, event: decoded.success }
    const live = state.live.get(recorded.stream.id)
    if (live === undefined) {
      const before = recorded.version === 1 ? [] : yield* takeBack(state, customer, recorded)
      // A late event of a purged interaction is not counted.
      if (before === undefined) continue
      state.live.set(recorded.stream.id, liveWith(PackedEvents.of([...before, placed], state.texts)))
    } else {
      PackedEvents.add(live.packed, placed, state.texts)
      live.finalFrom = Number.NEGATIVE_INFINITY
    }
    if (recorded.occurredAt > state.latest) state.latest = recorded.occurredAt
  }
  if (watermark(state) >= state.sweptAt + sweepEvery) sweep(state)
  return state
})

/**
 * Publishes the figures of all days that are over and whose every interaction is final. The report lists later changes
 * under `restated`, with both values.
 */
export const publish = (state: State): void => {
  sweep(state)
  const now = watermark(state)
  if (!Number.isFinite(now)) return
  const { local } = state.settled
  const today = local.day(now)
  const unfinished = new Set<number>()
  for (const { packed } of state.live.values()) unfinished.add(local.day(packed.begin))
  for (const [day, counters] of state.settled.days) {
    if (day < today && !unfinished.has(day) && !state.published.has(day)) {
      state.published.set(day, figuresOf(counters))
    }
  }
}

/**
 * The report. `asOf` (epoch milliseconds) moves the watermark on, on a quiet stream; it never moves it back: for a
 * report of a past moment fold from the beginning with `until`. `declared` are the scenarios that the Customer has
 * published. The state is the same afterwards.
 *
 * @rule SEPARATE, STAT-NOCALL
 */
export const report = (
  state: State,
  options: { readonly customer: string; readonly asOf?: number; readonly declared: ReadonlyArray<Scenario> },
): CustomerReport => {
  const at = Math.max(watermark(state), options.asOf ?? Number.NEGATIVE_INFINITY)
  const provisional = Array.from(state.live.values()).flatMap(({ packed }) => {
    const contribution = Contribution.of(PackedEvents.eventsOf(packed, state.texts), state.definition, at, state.until)
    return contribution === undefined ? [] : [contribution]
  })
  // Counting the live ones in and out again is exact, and spares a copy of everything that is settled.
  for (const contribution of provisional) state.settled.add(contribution, 1)
  try {
    return reportOf(state.settled, {
      customer: options.customer,
      watermark: at,
      declared: options.declared,
      published: state.published,
    })
  } finally {
    for (const contribution of provisional) state.settled.add(contribution, -1)
  }
}

/**
 * Adds the state of another shard: of other interactions of the same Customer, under the same definition; each shard folds
 * the purged days. The first state is changed; do not use the other afterwards.
 */
export const merge = (state: State, other: State): State => {
  state.settled.merge(other.settled)
  for (const [id, { packed }] of other.live) {
    state.live.set(id, liveWith(PackedEvents.of(PackedEvents.eventsOf(packed, other.texts), state.texts)))
  }
  for (const [day, figures] of other.published) {
    const mine = state.published.get(day)
    state.published.set(
      day,
      mine === undefined
        ? figures
        : figures.map(([k, n], window) => [k + mine[window]![0], n + mine[window]![1]] as const),
    )
  }
  for (const [day, theirs] of other.purged) {
    const mine = state.purged.get(day)
    if (mine === undefined || mine.at < theirs.at) state.purged.set(day, theirs)
  }
  state.latest = Math.max(state.latest, other.latest)
  state.sweptAt = Math.max(state.sweptAt, other.sweptAt)
  return state
}

/**
 * The statistics as a catch-up projection: state and checkpoint are saved together.
 */
export const projection = (definition: Definition): Projection<State, UndecodableEvent | ReadError, EventStore> => ({
  name: "deflection",
  version: 2,
  filter: { streamKinds: [Interaction.streamKind, RetentionPolicy.streamKind] },
  initial: () => empty(definition),
  apply,
  encode,
  decode: (text) => decode(definition, text),
})

/** How far the watermark moves between two sweeps for final contributions. */
const sweepEvery = dayMillis

/** Moves the contributions that only a late event could still change from `live` to `settled`. */
const sweep = (state: State): void => {
  const now = watermark(state)
  state.sweptAt = now
  for (const [id, live] of state.live) {
    if (live.finalFrom > now) continue
    const contribution = Contribution.of(
      PackedEvents.eventsOf(live.packed, state.texts),
      state.definition,
      now,
      state.until,
    )
    if (contribution === undefined) continue
    live.finalFrom = contribution.finalAt
    if (contribution.finalAt > now) continue
    state.settled.add(contribution, 1)
    state.live.delete(id)
  }
}

const liveWith = (packed: PackedEvents.PackedEvents): Live => ({
  packed,
  finalFrom: Number.NEGATIVE_INFINITY,
})

const aggregated = "InteractionsAggregated"

/** Replaces the interactions of a purged day by its counters. A further batch of the same purge changes nothing. */
const replace = (state: State, at: Position, event: typeof PurgedDay.InteractionsAggregated.Type): void => {
  const { cohort, contribution, through = at } = event
  const day = toEpochDay(cohort)
  // A report as of a past moment uses the counters only of days that were settled by then.
  if (state.until < (day + 2) * dayMillis + Interaction.longestWindowMillis) return
  state.latest = Math.max(state.latest, DateTime.toEpochMillis(event.occurredAt))
  const known = state.purged.get(day)
  if (known !== undefined && known.through >= through) return
  for (const [id, { packed }] of state.live) if (state.settled.local.day(packed.begin) === day) state.live.delete(id)
  state.settled.replace(day, contribution)
  state.purged.set(day, { through, at })
}

/**
 * Takes the final contribution of an interaction back, and returns the events that it was computed from; `undefined` if
 * the interaction was purged, or is already in the counters of its purged day.
 */
const takeBack = (
  state: State,
  customer: CustomerId,
  late: RecordedEvent,
): Effect.Effect<Array<Contribution.PlacedEvent> | undefined, UndecodableEvent | ReadError, EventStore> =>
  Effect.map(
    Stream.runFoldEffect(
      Stream.takeWhile(streamEvents(customer, late.stream), (recorded) => recorded.version < late.version),
      (): { first: Position; readonly history: Array<Contribution.PlacedEvent> } => ({ first: 0, history: [] }),
      (found, recorded) => {
        const decoded = Interaction.codec.decode(recorded)
        if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
        if (found.history.length === 0) found.first = recorded.position
        found.history.push({ version: recorded.version, event: decoded.success })
        return Effect.succeed(found)
      },
    ),
    ({ first, history }) => {
      const start = history[0]
      if (start === undefined) return undefined
      const purged = state.purged.get(state.settled.local.day(DateTime.toEpochMillis(start.event.occurredAt)))
      if (purged !== undefined && first < purged.at) return undefined
      // It was final when it was counted, so at no later watermark would it have been counted otherwise.
      const contribution = Contribution.of(history, state.definition, Number.POSITIVE_INFINITY, state.until)
      if (contribution !== undefined) state.settled.add(contribution, -1)
      return history
    },
  )

interface Saved {
  readonly definition: Definition
  readonly until: number | null
  readonly settled: TallySnapshot
  readonly names: ReadonlyArray<string>
  readonly live: ReadonlyArray<readonly [id: string, begin: number, cells: Array<number>, calls: Array<string>]>
  readonly latest: number | null
  readonly sweptAt: number | null
  readonly published: ReadonlyArray<readonly [number, ReadonlyArray<readonly [number, number]>]>
  readonly purged: ReadonlyArray<readonly [number, Purged]>
}

const encode = (state: State): string => {
  const saved: Saved = {
    definition: state.definition,
    until: finite(state.until),
    settled: state.settled.toSnapshot(),
    names: state.texts.all,
    live: Array.from(state.live, ([id, { packed }]) => [id, packed.begin, packed.cells, packed.calls]),
    latest: finite(state.latest),
    sweptAt: finite(state.sweptAt),
    published: Array.from(state.published),
    purged: Array.from(state.purged),
  }
  return JSON.stringify(saved)
}

/** Reads a saved state. Throws if it was saved under another definition: its figures would mix two meanings. */
const decode = (definition: Definition, text: string): State => {
  const saved = JSON.parse(text) as Saved
  if (!sameDefinition(saved.definition, definition)) {
    throw new Error("The statistics were saved under another definition: build them anew as another version")
  }
  const state = empty(definition, { until: saved.until ?? Number.POSITIVE_INFINITY })
  return {
    ...state,
    settled: Tally.fromSnapshot(definition, saved.settled),
    texts: new PackedEvents.TextTable(saved.names),
    live: new Map(saved.live.map(([id, begin, cells, calls]) => [id, liveWith({ begin, cells, calls })])),
    latest: saved.latest ?? Number.NEGATIVE_INFINITY,
    sweptAt: saved.sweptAt ?? Number.NEGATIVE_INFINITY,
    published: new Map(saved.published),
    purged: new Map(saved.purged),
  }
}

const sameDefinition = Schema.toEquivalence(Definition)

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
