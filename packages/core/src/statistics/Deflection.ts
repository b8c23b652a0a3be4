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
import { EventStore, type LogChunk, streamEvents } from "../eventsourcing/EventStore.ts"
import type { ReadError } from "../eventsourcing/EventStoreError.ts"
import type { Projection } from "../eventsourcing/Projection.ts"
import { toEpochDay } from "../calendar/PlainDate.ts"
import { dayMillis } from "../calendar/UtcDay.ts"
import * as Contribution from "./Contribution.ts"
import type { CustomerReport } from "./CustomerReport.ts"
import type { Definition } from "./Definition.ts"
import { decode, empty, encode, liveWith, type State, sweepMark, watermark } from "./DeflectionState.ts"
import { savedVersion } from "./Measures.ts"
import { figuresOf, reportOf } from "./reportOf.ts"
import * as PackedEvents from "./PackedEvents.ts"

export { empty, type Live, type Purged, type State, watermark } from "./DeflectionState.ts"

/**
 * Folds a chunk of the log. Fails with `UndecodableEvent` at an event that cannot be read, and with the store's errors
 * where a stream has to be read again for a late event.
 */
export const apply = Effect.fnUntraced(function* (
  state: State,
  chunk: LogChunk,
  customer: CustomerId,
): Effect.fn.Return<State, UndecodableEvent | ReadError, EventStore> {
  let latest = Number.NEGATIVE_INFINITY
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
      live.latest = Math.max(live.latest, recorded.occurredAt)
      live.excluded ||= placed.event._tag === "InteractionExcluded"
      live.finalFrom = Number.NEGATIVE_INFINITY
    }
    latest = Math.max(latest, recorded.occurredAt)
  }
  if (latest >= state.sweptAt + sweepEvery && sweepMark(state) >= state.sweptAt + sweepEvery) sweep(state)
  return state
})

/**
 * Publishes the figures of all days that are over and whose every interaction is final. The report lists later changes
 * under `restated`, with both values.
 */
export const publish = (state: State): void => {
  const now = watermark(state)
  if (!Number.isFinite(now)) return
  const { local } = state.settled
  const today = local.day(now)
  withLive(state, now, (live) => {
    const unfinished = new Set(live.flatMap(({ finalAt, startedAt }) => (finalAt > now ? [local.day(startedAt)] : [])))
    for (const [day, counters] of state.settled.days) {
      if (day < today && !unfinished.has(day) && !state.published.has(day)) {
        state.published.set(day, figuresOf(counters))
      }
    }
  })
}

/** A report was asked for as of a moment that the state has passed. Fold the log anew with `until` to answer it. */
export class MomentPassed extends Schema.TaggedError<MomentPassed>()("MomentPassed", {
  asOf: Schema.Finite,
  watermark: Schema.Finite,
}) {
  override get message(): string {
    const [asOf, passed] = [this.asOf, this.watermark].map((at) => DateTime.formatIso(DateTime.makeUnsafe(at)))
    return `The statistics are past ${asOf}: their watermark is ${passed}. Fold the log with \`until\` for a past moment.`
  }
}

/**
 * The report. `asOf` (epoch milliseconds) moves the watermark on, on a quiet stream. Throws {@link MomentPassed} where it is
 * before the watermark: a report of a past moment needs a fold from the beginning with `until`. `declared` are the
 * scenarios that the Customer has published. The state is the same afterwards.
 *
 * @rule SEPARATE, STAT-NOCALL
 */
export const report = (
  state: State,
  options: { readonly customer: string; readonly asOf?: number; readonly declared: ReadonlyArray<Scenario> },
): CustomerReport => {
  const passed = watermark(state)
  const at = options.asOf ?? passed
  if (at < passed) throw new MomentPassed({ asOf: at, watermark: passed })
  return withLive(state, at, () =>
    reportOf(state.settled, {
      customer: options.customer,
      watermark: at,
      declared: options.declared,
      published: state.published,
    }),
  )
}

/** Counts the live interactions in, and out again afterwards: exact, without a copy of all that is settled. */
const withLive = <A>(state: State, at: number, use: (live: ReadonlyArray<Contribution.Contribution>) => A): A => {
  const live = Array.from(state.live.values()).flatMap(({ packed }) => {
    const contribution = Contribution.of(PackedEvents.eventsOf(packed, state.texts), state.definition, at, state.until)
    return contribution === undefined ? [] : [contribution]
  })
  for (const contribution of live) state.settled.add(contribution, 1)
  try {
    return use(live)
  } finally {
    for (const contribution of live) state.settled.add(contribution, -1)
  }
}

/** The state as of a past moment, folded from the beginning of the log without the events after it. */
export const stateAt = Effect.fn("Deflection.stateAt")(function* (
  definition: Definition,
  customer: CustomerId,
  until: number,
): Effect.fn.Return<State, UndecodableEvent | ReadError, EventStore> {
  const store = yield* EventStore
  let state = empty(definition, { until })
  for (let after = 0; ;) {
    const chunk = yield* store.readLog(customer, { after, filter })
    state = yield* apply(state, chunk, customer)
    after = chunk.through
    if (after >= chunk.head) return state
  }
})

/**
 * Adds the state of another shard: of other interactions of the same Customer, under the same definition; each shard folds
 * the purged days. The first state is changed; do not use the other afterwards.
 */
export const merge = (state: State, other: State): State => {
  state.settled.merge(other.settled)
  for (const [id, { excluded, latest, packed }] of other.live) {
    const repacked = PackedEvents.of(PackedEvents.eventsOf(packed, other.texts), state.texts)
    state.live.set(id, { packed: repacked, excluded, latest, finalFrom: Number.NEGATIVE_INFINITY })
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
  version: savedVersion,
  filter,
  initial: () => empty(definition),
  apply,
  encode,
  decode: (text) => decode(definition, text),
})

const filter = { streamKinds: [Interaction.streamKind, RetentionPolicy.streamKind] }

/** How far the watermark moves between two sweeps for final contributions. */
const sweepEvery = dayMillis

/** Moves the contributions that only a late event could still change from `live` to `settled`. */
const sweep = (state: State): void => {
  const now = sweepMark(state)
  state.sweptAt = Math.max(state.sweptAt, now)
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
    if (!live.excluded) state.latest = Math.max(state.latest, live.latest)
    state.live.delete(id)
  }
}

const aggregated = "InteractionsAggregated"

/** Replaces the interactions of a purged day by its counters. A further batch of the same purge changes nothing. */
const replace = (state: State, at: Position, event: typeof PurgedDay.InteractionsAggregated.Type): void => {
  const { cohort, contribution, through = at } = event
  const day = toEpochDay(cohort)
  // A report as of a past moment uses the counters only of days that were settled by then.
  if (state.until < (day + 2) * dayMillis + Interaction.longestWindowMillis) return
  state.latest = Math.max(state.latest, Math.min(DateTime.toEpochMillis(event.occurredAt), state.until))
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
