/**
 * Deletes one calendar day of interactions, or those of erased persons among them, in commits of bounded size. The first
 * commit of a day records the counters that replace it; each later one continues it, so that the next sweep can resume one
 * that was stopped.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { fromEpochDay, type PlainDate } from "../../calendar/PlainDate.ts"
import * as PurgedDay from "../../domain/PurgedDay.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { Commit } from "../../eventsourcing/Commit.ts"
import type { Position } from "../../eventsourcing/EventEnvelope.ts"
import type { ProjectionStore } from "../../eventsourcing/ProjectionStore.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import * as Retry from "../../eventsourcing/Retry.ts"
import { derived, type Uuid } from "../../eventsourcing/Uuid.ts"
import { DayTally } from "../../statistics/DayTally.ts"
import type { Decisions } from "../internal/Decisions.ts"
import { type Basis, checksOf } from "./basis.ts"
import * as InteractionsOfDay from "./interactionsOfDay.ts"
import type { RetentionSettings } from "./settings.ts"

/** The ports and settings of purging. */
export interface Ports extends InteractionsOfDay.Ports {
  readonly decisions: Decisions
  readonly settings: RetentionSettings
}

/** How many interactions sweeps deleted. */
export const deletedInteractions = Metric.counter("tacet_interactions_deleted", {
  description: "Interactions deleted at their end, or because their person was erased",
  incremental: true,
})

/** Repeats a commit of unknown outcome; the store answers a commit that it knows as it did before. */
const append = ({ store }: Ports, commit: Commit) =>
  Retry.whileFailing(store.append(commit), (error) => error._tag === "StoreUnavailable" && error.outcome === "unknown")

/** Why streams are deleted: the whole day has ended, or their persons were erased. */
type Reason = "retention" | "erasure"

/** The commits that delete the streams of a day, one after the other. */
const batchesOf = (
  ports: Ports,
  basis: Basis,
  day: PlainDate,
  loaded: CommandHandler.Loaded<PurgedDay.State>,
  reason: Reason,
) => {
  const { eventsPerCommit, streamsPerCommit } = ports.settings
  const { customer, now, policy } = basis
  const stream = PurgedDay.streamOf(customer, day)
  const commands: Array<(batch: Uuid) => PurgedDay.Command> = []
  const removed = { interactions: 0, events: 0 }
  let { state, version } = loaded
  let waiting: Array<InteractionsOfDay.Sized> = []
  let size = 0

  const commit = Effect.fnUntraced(function* () {
    if (waiting.length === 0) return
    const batch = derived("batch", customer, day, String(version))
    const command = commands.shift()?.(batch) ?? { _tag: "PurgeBatch", at: DateTime.makeUnsafe(now), batch }
    const ofErased = reason === "erasure" ? { erased: waiting.length } : {}
    const context = { policy, k: ports.settings.k }
    const events = yield* Effect.fromResult(PurgedDay.decider.decide(state, { ...command, ...ofErased }, context))
    yield* append(ports, {
      customer,
      commitId: batch,
      writes: [{ stream, expected: Expected.exact(version), events: events.map(PurgedDay.codec.encode) }],
      checks: checksOf(basis),
      purge: { streams: waiting.map((one) => one.stream), reason },
    })
    yield* Metric.update(deletedInteractions, waiting.length)
    state = events.reduce(PurgedDay.decider.evolve, state)
    version += 1
    removed.interactions += waiting.length
    removed.events += size
    waiting = []
    size = 0
  })

  return {
    /** The command of the next commit. A commit without one continues the day. */
    record: (command: (batch: Uuid) => PurgedDay.Command) => void commands.push(command),
    /** Deletes streams, commit by commit; a batch that is not full waits for more streams or for `finish`. */
    add: Effect.fnUntraced(function* (list: ReadonlyArray<InteractionsOfDay.Sized>) {
      for (const one of list) {
        const isFull = waiting.length >= streamsPerCommit || size + one.events > eventsPerCommit
        if (isFull) yield* commit()
        waiting.push(one)
        size += one.events
      }
    }),
    finish: Effect.suspend(commit),
    /** The interactions and events deleted so far. */
    removed,
    /** How many interactions the latest count has added. */
    added: () => state.added,
  }
}

/** Counts interactions of a day, and looks whether all of them may be deleted by now. */
const countingOf = (ports: Ports, { customer, now }: Basis, passed: Position) => {
  const tally = new DayTally(ports.definition, ports.settings.k)
  let isReady = true
  return {
    /** Reads interactions and counts them. */
    add: Effect.fnUntraced(function* (list: ReadonlyArray<InteractionsOfDay.Found>) {
      const read = yield* InteractionsOfDay.readAll(ports, customer, list)
      const persons = yield* InteractionsOfDay.personsOf(ports, customer, read)
      read.forEach(({ contribution, last }, place) => {
        if (contribution === undefined) return
        tally.add(contribution, persons[place])
        if (last > passed || contribution.finalAt > now) isReady = false
      })
      return read
    }),
    isReady: () => isReady,
    /** The command that records the counters. */
    command:
      (day: PlainDate, through: Position) =>
      (batch: Uuid): PurgedDay.Command => ({
        _tag: "CountDay",
        at: DateTime.makeUnsafe(now),
        day,
        batch,
        counted: tally.counted,
        through,
      }),
  }
}

/** The deletions of a day: by this sweep, and by all sweeps since its latest count. */
interface Purged {
  readonly interactions: number
  readonly events: number
  readonly deleted: number
}

/** The position up to which every awaited projection has read. */
export const readThrough = Effect.fnUntraced(function* (
  projections: ProjectionStore["Service"],
  { definition, settings: { awaits } }: Pick<Ports, "definition" | "settings">,
  customer: CustomerId,
) {
  let through = Number.POSITIVE_INFINITY
  for (const key of typeof awaits === "function" ? awaits(definition) : awaits) {
    const saved = yield* projections.load(customer, key)
    through = Math.min(through, Option.isSome(saved) ? saved.value.checkpoint : 0)
  }
  return through
})

/** What `purge` would delete of a day, or what the day has to wait for. */
export const foresee = Effect.fnUntraced(function* (
  ports: Ports,
  { customer, now }: Basis,
  indexed: InteractionsOfDay.IndexedDay,
  passed: Position,
) {
  const { id } = PurgedDay.streamOf(customer, fromEpochDay(indexed.number))
  const { state } = yield* ports.decisions.load(PurgedDay.aggregate, customer, id)
  const waitsFor = new Set<"window" | "projection">()
  let [interactions, events] = [0, 0]
  yield* Stream.runForEach(InteractionsOfDay.find(ports, customer, indexed), (list) =>
    Effect.gen(function* () {
      const left = list.filter(({ position }) => position <= state.through)
      if (left.length > 0 && state.through > passed) waitsFor.add("projection")
      const sized = yield* InteractionsOfDay.sizeAll(ports, customer, left)
      const uncounted = list.filter(({ position }) => position > state.through)
      const read = yield* InteractionsOfDay.readAll(ports, customer, uncounted)
      for (const { contribution, last } of read) {
        if (contribution === undefined) continue
        if (last > passed) waitsFor.add("projection")
        if (contribution.finalAt > now) waitsFor.add("window")
      }
      interactions += list.length
      events += [...sized, ...read].reduce((sum, one) => sum + one.events, 0)
    }),
  )
  return { interactions, events, waitsFor: Array.from(waitsFor) }
})

/**
 * Deletes a day, or answers `undefined` where an interaction has to wait for a window or for a projection that has read
 * no further than `passed`.
 */
export const purge = Effect.fnUntraced(function* (
  ports: Ports,
  basis: Basis,
  indexed: InteractionsOfDay.IndexedDay,
  passed: Position,
) {
  const { decisions, settings } = ports
  const { customer, now } = basis
  const { number, through } = indexed
  const day = fromEpochDay(number)
  const { id } = PurgedDay.streamOf(customer, day)
  const loaded = yield* decisions.load(PurgedDay.aggregate, customer, id)
  const countedThrough = loaded.state.through
  const batches = batchesOf(ports, basis, day, loaded, "retention")
  const counting = countingOf(ports, basis, passed)
  let fresh = 0
  let isUnread = false
  // A day that fits into a commit is not looked for twice.
  let few: Array<InteractionsOfDay.Sized> | undefined = []
  yield* Stream.runForEach(InteractionsOfDay.find(ports, customer, indexed), (list) =>
    Effect.gen(function* () {
      // An earlier sweep counted these, and was stopped before it could delete them.
      const left = list.filter(({ position }) => position <= countedThrough)
      // Those that were counted for the sake of erased persons are still there for projections to read.
      if (left.length > 0 && countedThrough > passed) isUnread = true
      if (isUnread) return
      yield* batches.add(yield* InteractionsOfDay.sizeAll(ports, customer, left))
      const uncounted = list.filter(({ position }) => position > countedThrough)
      const read = yield* counting.add(uncounted)
      fresh += read.length
      if (fresh > settings.streamsPerCommit) few = undefined
      few?.push(...read.map(({ events, position, stream }) => ({ events, position, stream })))
    }),
  )
  if (isUnread) return undefined
  yield* batches.finish
  if (!counting.isReady()) return undefined
  if (fresh === 0 && batches.removed.interactions === 0) {
    // Another sweep has removed them, maybe since the day was loaded; a run that was completed since has counted them.
    const { state } = yield* decisions.load(PurgedDay.aggregate, customer, id)
    const isCounted = (state.at ?? now) <= (basis.retention.state.sweptAt ?? -1)
    const gone: Purged = { ...batches.removed, deleted: isCounted ? 0 : state.added }
    return gone
  }
  const before = fresh === 0 || batches.removed.interactions > 0 ? batches.added() : 0
  if (fresh > 0) {
    batches.record(counting.command(day, through))
    if (few !== undefined) yield* batches.add(few)
    else {
      yield* Stream.runForEach(InteractionsOfDay.find(ports, customer, indexed), (list) => {
        const uncounted = list.filter(({ position }) => position > countedThrough)
        return Effect.flatMap(InteractionsOfDay.sizeAll(ports, customer, uncounted), batches.add)
      })
    }
    yield* batches.finish
  }
  const purged: Purged = { ...batches.removed, deleted: fresh > 0 ? before + batches.added() : before }
  return purged
})

/**
 * Deletes the interactions of erased persons of a day and no others, after the whole day was counted. Answers `undefined`
 * where an interaction of the day has to wait for a window or for a projection that has read no further than `passed`.
 */
export const purgeErased = Effect.fnUntraced(function* (
  ports: Ports,
  basis: Basis,
  indexed: InteractionsOfDay.IndexedDay,
  passed: Position,
  erased: ReadonlyArray<InteractionsOfDay.Found>,
) {
  const { customer } = basis
  const { number, through } = indexed
  const day = fromEpochDay(number)
  const { id } = PurgedDay.streamOf(customer, day)
  const loaded = yield* ports.decisions.load(PurgedDay.aggregate, customer, id)
  const countedThrough = loaded.state.through
  if (countedThrough > passed) return undefined
  const batches = batchesOf(ports, basis, day, loaded, "erasure")
  if (erased.some(({ position }) => position > countedThrough)) {
    const counting = countingOf(ports, basis, passed)
    yield* Stream.runForEach(InteractionsOfDay.find(ports, customer, indexed), (list) =>
      counting.add(list.filter(({ position }) => position > countedThrough)),
    )
    if (!counting.isReady()) return undefined
    batches.record(counting.command(day, through))
  }
  yield* batches.add(yield* InteractionsOfDay.sizeAll(ports, customer, erased))
  yield* batches.finish
  return batches.removed
})
