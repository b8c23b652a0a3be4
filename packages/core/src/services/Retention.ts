/**
 * Lets go of what has come to its end: interactions by whole days, with what remains of them in figures, then the rows of
 * the vault. Run it once a day, at night; whatever stops it, run it again. What has ended is unreadable before any of this
 * runs (SWEEP, RET-NEC): this is what makes it physically gone.
 *
 * A day of interactions goes when the first of them ends, once every window has closed on all of them and every projection
 * has read them. It goes in bounded batches, each one commit that tells what remains of the day and removes streams, so
 * that nobody who appends waits for long.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Interaction from "../domain/Interaction.ts"
import * as PurgedDay from "../domain/PurgedDay.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { Commit } from "../eventsourcing/Commit.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis, Position } from "../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks, streamEvents } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import * as Projection from "../eventsourcing/Projection.ts"
import { type CheckpointMoved, type ProjectionKey, ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { derived, type Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { fromEpochDay, type PlainDate } from "../calendar/PlainDate.ts"
import { Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import { DayTally } from "../statistics/DayTally.ts"
import * as Contribution from "../statistics/Contribution.ts"
import { type Definition, standard } from "../statistics/Definition.ts"
import * as LocalTime from "../calendar/LocalTime.ts"
import * as DayIndex from "./internal/DayIndex.ts"
import * as Facts from "./internal/Facts.ts"

/** How it is swept. */
export interface Settings {
  /**
   * What the figures of the Customer's reports mean: what remains of a day is counted by it. Its time zone must be the
   * policy's, in which days end. Default: `Definition.standard`.
   */
  readonly definition: Definition
  /** The projections that must have read an interaction before it goes. Default: none. */
  readonly awaits: ReadonlyArray<ProjectionKey>
  /** How many streams a commit removes at most. Default 500. */
  readonly streamsPerCommit: number
  /** How many events a commit removes at most, beyond those of its first stream. Default 2,000. */
  readonly eventsPerCommit: number
  /** Of how many persons a journey must be to be told by itself. Default 10; never fewer than 5. */
  readonly k: number
}

/** The settings in force. */
export const InForce: Context.Reference<Settings> = Context.Reference<Settings>(
  "@tacet/core/services/Retention/Settings",
  {
    defaultValue: () => ({ definition: standard, awaits: [], streamsPerCommit: 500, eventsPerCommit: 2000, k: 10 }),
  },
)

/**
 * Settings that differ from the default in some.
 *
 * @example
 * ```ts
 * import { Retention } from "@tacet/core/services"
 * import { Definition, Deflection } from "@tacet/core/statistics"
 * import * as Layer from "effect/Layer"
 *
 * const definition = Definition.make({ timeZone: "Europe/Paris" })
 * const settings = Retention.layerSettings({ definition, awaits: [Deflection.projection(definition)] })
 * const retention = Layer.provide(Retention.layer, settings)
 * ```
 */
export const layerSettings = (changes: Partial<Settings>): Layer.Layer<never> =>
  Layer.effect(
    InForce,
    Effect.map(InForce, (settings: Settings) => ({ ...settings, ...changes })),
  )

/** What a sweep did. */
export interface Swept {
  /** The days of which nothing is left but figures. */
  readonly days: ReadonlyArray<PlainDate>
  /** How many interactions were deleted, and of how many events. */
  readonly interactions: number
  readonly events: number
  /** How many rows of the vault were removed. */
  readonly rows: number
  /** Days that have come to their end, and stay until a projection has read them or a window has closed. */
  readonly waiting: ReadonlyArray<PlainDate>
}

/** What a sweep can fail with; what it has done by then stands. */
export type RetentionError = Refusal | Facts.DecisionError | CheckpointMoved | VaultUnavailable

/** The service. */
export class Retention extends Context.Service<
  Retention,
  {
    /**
     * Deletes all of a Customer that has come to its end. Twice is as once, and one that was stopped is taken up by the
     * next. Refused while the Customer has adopted no policy, or where days are counted in another zone than the policy's.
     */
    readonly sweep: (customer: CustomerId) => Effect.Effect<Swept, RetentionError>
  }
>()("@tacet/core/services/Retention") {}

/** How many sweeps ran. */
export const sweeps = Metric.counter("tacet_sweeps", { description: "Sweeps that were carried out", incremental: true })
/** How many interactions they deleted. */
export const deletedInteractions = Metric.counter("tacet_interactions_deleted", {
  description: "Interactions deleted at their end",
  incremental: true,
})
/** How many days have ended and could not go yet, at the latest sweep. */
export const waitingDays = Metric.gauge("tacet_retention_waiting_days", {
  description: "Days that have come to their end and wait for a projection or a window",
})

/** How many streams are read at a time. */
const readers = 8
/** How many streams are looked for at a time. */
const page = 200

/** An interaction of a day. */
interface Found {
  readonly stream: StreamId
  readonly position: Position
}

/** An interaction that goes. */
interface Going extends Found {
  readonly events: number
}

/** An interaction that was read. */
interface Read extends Going {
  readonly last: Position
  readonly contribution: Contribution.Contribution | undefined
}

/** What a sweep rests on; every commit checks that it is still so. */
interface Basis {
  readonly customer: CustomerId
  readonly now: EpochMillis
  readonly facts: Facts.Facts
  readonly retention: CommandHandler.Loaded<RetentionPolicy.State>
  readonly policy: EffectivePolicy
}

/** The service over the stores in force, and over the vault where there is one. */
export const layer: Layer.Layer<Retention, never, EventStore | ProjectionStore> = Layer.effect(
  Retention,
  Effect.gen(function* () {
    const settings = yield* InForce
    const store = yield* EventStore
    const projections = yield* ProjectionStore
    const vault = Option.getOrUndefined(yield* Effect.serviceOption(Vault))
    const { definition } = settings
    const k = Math.max(5, settings.k)
    const index = DayIndex.projection(definition.timeZone)
    const local = LocalTime.make(definition.timeZone)

    const withStores = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(Effect.provideService(EventStore, store), Effect.provideService(ProjectionStore, projections))

    const basisOf = Effect.fnUntraced(function* (customer: CustomerId) {
      const now = yield* Clock.currentTimeMillis
      const facts = yield* Facts.load(customer)
      const policy = yield* Facts.bound(facts, "Sweep", DateTime.makeUnsafe(now))
      if (policy.timeZone !== definition.timeZone) {
        const accepted = `a definition that counts days in the policy's time zone, ${policy.timeZone}`
        return yield* new Refusal({ rule: "TACET-FORMAT", command: "Sweep", field: "definition.timeZone", accepted })
      }
      const retention = yield* CommandHandler.load(RetentionPolicy.aggregate, customer, customer)
      const basis: Basis = { customer, now, facts, retention, policy }
      return basis
    })

    /** The interactions of a day that began at a position of the log or before it, in pages. */
    const found = (customer: CustomerId, number: number, { stretches }: DayIndex.Day, through: Position) =>
      Stream.fromIterable(stretches).pipe(
        Stream.flatMap(({ from, to }) =>
          logChunks(customer, { after: from - 1, filter: DayIndex.filter, limit: Math.min(page, to - from + 1) }).pipe(
            Stream.takeUntil((chunk) => chunk.through >= to),
            Stream.map(({ events }) =>
              events.flatMap(({ occurredAt, position, stream }): ReadonlyArray<Found> =>
                position <= Math.min(to, through) && local.day(occurredAt) === number ? [{ stream, position }] : [],
              ),
            ),
          ),
        ),
        Stream.filter((list) => list.length > 0),
      )

    const read = Effect.fnUntraced(function* (customer: CustomerId, { position, stream }: Found) {
      const history: Array<Contribution.PlacedEvent> = []
      let last = position
      yield* Stream.runForEach(streamEvents(customer, stream), (recorded) => {
        const decoded = Interaction.codec.decode(recorded)
        if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
        last = recorded.position
        history.push({ version: recorded.version, event: decoded.success })
        return Effect.void
      })
      const contribution = Contribution.of(history, definition, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
      const one: Read = { stream, position, events: history.length, last, contribution }
      return one
    })

    const readAll = (customer: CustomerId, list: ReadonlyArray<Found>) =>
      Effect.forEach(list, (one) => read(customer, one), { concurrency: readers })

    const sized = (customer: CustomerId, list: ReadonlyArray<Found>) =>
      Effect.forEach(
        list,
        (one) =>
          Effect.map(store.readStream(customer, one.stream, { limit: 1 }), ({ version }): Going => ({
            ...one,
            events: version,
          })),
        { concurrency: readers },
      )

    const personsOf = (customer: CustomerId, list: ReadonlyArray<Read>) =>
      Effect.forEach(
        list,
        ({ contribution, stream }) =>
          vault === undefined || contribution?.linkable !== true
            ? Effect.succeed(undefined)
            : Effect.map(vault.subjectOf(customer, stream.id), Option.getOrUndefined),
        { concurrency: readers },
      )

    /** The position up to which every awaited projection has read. */
    const readThrough = Effect.fnUntraced(function* (customer: CustomerId) {
      let through = Number.POSITIVE_INFINITY
      for (const key of settings.awaits) {
        const saved = yield* projections.load(customer, key)
        through = Math.min(through, Option.isSome(saved) ? saved.value.checkpoint : 0)
      }
      return through
    })

    /** Repeats a commit until it is known what became of it. */
    const append = (commit: Commit) =>
      Effect.retry(store.append(commit), {
        times: 10,
        while: (error) => error._tag === "StoreUnavailable" && error.outcome === "unknown",
      })

    /** Removes streams in commits of bounded size. The first commands tell what remains of them. */
    const purgeBy = (basis: Basis, day: PlainDate, from: CommandHandler.Loaded<PurgedDay.State>) => {
      const { customer, now, policy } = basis
      const stream = PurgedDay.streamOf(customer, day)
      let cohort = from
      let waiting: Array<Going> = []
      let size = 0
      const removed = { interactions: 0, events: 0 }
      const commands: Array<(batch: Uuid) => PurgedDay.Command> = []
      const at = DateTime.makeUnsafe(now)
      const commit = Effect.fnUntraced(function* () {
        if (waiting.length === 0) return
        const batch = derived("batch", customer, day, String(cohort.version))
        const command = commands.shift()?.(batch) ?? { _tag: "PurgeBatch", at, batch }
        const events = yield* Effect.fromResult(PurgedDay.decider.decide(cohort.state, command, { policy, k }))
        yield* append({
          customer,
          commitId: batch,
          writes: [{ stream, expected: Expected.exact(cohort.version), events: events.map(PurgedDay.codec.encode) }],
          checks: [
            Facts.check(customer, basis.facts),
            { stream: RetentionPolicy.streamOf(customer), expected: Expected.exact(basis.retention.version) },
          ],
          purge: { streams: waiting.map((one) => one.stream), reason: "retention" },
        })
        yield* Metric.update(deletedInteractions, waiting.length)
        cohort = { state: events.reduce(PurgedDay.decider.evolve, cohort.state), version: cohort.version + 1 }
        removed.interactions += waiting.length
        removed.events += size
        waiting = []
        size = 0
      })
      return {
        telling: (command: (batch: Uuid) => PurgedDay.Command) => void commands.push(command),
        add: Effect.fnUntraced(function* (list: ReadonlyArray<Going>) {
          for (const one of list) {
            const isFull = waiting.length >= settings.streamsPerCommit || size + one.events > settings.eventsPerCommit
            if (isFull) yield* commit()
            waiting.push(one)
            size += one.events
          }
        }),
        finish: Effect.suspend(commit),
        /** What was removed by now. */
        removed,
        /** How many interactions the latest count has added. */
        added: () => cohort.state.added,
      }
    }

    /** What became of a day: gone, or it has to wait. */
    const purge = Effect.fnUntraced(function* (
      basis: Basis,
      number: number,
      entry: DayIndex.Day,
      through: Position,
      passed: Position,
    ) {
      const { customer, now } = basis
      const day = fromEpochDay(number)
      const at = DateTime.makeUnsafe(now)
      const loaded = yield* CommandHandler.load(PurgedDay.aggregate, customer, PurgedDay.streamOf(customer, day).id)
      const told = loaded.state.through
      const batches = purgeBy(basis, day, loaded)
      const counted = new DayTally(definition, k)
      let [fresh, isReady] = [0, true]
      // A day that fits into a commit is not looked for twice.
      let few: Array<Going> | undefined = []
      yield* Stream.runForEach(found(customer, number, entry, through), (list) =>
        Effect.gen(function* () {
          // What an earlier sweep has told already, and was stopped before it could remove it.
          const left = list.filter(({ position }) => position <= told)
          yield* batches.add(yield* sized(customer, left))
          const uncounted = yield* readAll(
            customer,
            list.filter(({ position }) => position > told),
          )
          const persons = yield* personsOf(customer, uncounted)
          uncounted.forEach(({ contribution, last }, place) => {
            if (contribution === undefined) return
            counted.add(contribution, persons[place])
            if (last > passed || contribution.finalAt > now) isReady = false
          })
          fresh += uncounted.length
          if (fresh > settings.streamsPerCommit) few = undefined
          few?.push(...uncounted.map(({ events, position, stream }) => ({ events, position, stream })))
        }),
      )
      yield* batches.finish
      if (!isReady) return undefined
      const before = fresh === 0 || batches.removed.interactions > 0 ? batches.added() : 0
      if (fresh > 0) {
        batches.telling((batch) => ({
          _tag: "CountDay",
          at,
          day,
          batch,
          counted: counted.counted,
          through,
        }))
        if (few !== undefined) yield* batches.add(few)
        else {
          yield* Stream.runForEach(found(customer, number, entry, through), (list) =>
            Effect.flatMap(
              sized(
                customer,
                list.filter(({ position }) => position > told),
              ),
              batches.add,
            ),
          )
        }
        yield* batches.finish
      }
      return { ...batches.removed, deleted: fresh > 0 ? before + batches.added() : before }
    })

    /** The same, and once more on newer facts where those it rested on have changed meanwhile. */
    const sweepDay = Effect.fnUntraced(function* (
      from: Basis,
      number: number,
      entry: DayIndex.Day,
      through: Position,
      passed: Position,
    ) {
      let basis = from
      for (let attempt = 0; ; attempt++) {
        if (!isDue(basis, number, entry)) return { basis, outcome: "kept" as const }
        const tried = yield* Effect.result(purge(basis, number, entry, through, passed))
        if (Result.isSuccess(tried)) return { basis, outcome: tried.success }
        if (attempt >= Facts.retries || !isMoved(tried.failure)) return yield* tried.failure
        basis = yield* basisOf(basis.customer)
      }
    })

    /** Tells in the log that all that had ended is gone: once a day, and whenever something was deleted. */
    const complete = Effect.fnUntraced(function* (customer: CustomerId, deleted: DayIndex.State["deleted"]) {
      const { now, policy, retention } = yield* basisOf(customer)
      const { runs, sweptAt } = retention.state
      const interactions = deleted.runs === runs.size ? deleted.interactions : 0
      if (interactions === 0 && sweptAt !== undefined && local.day(sweptAt) === local.day(now)) return
      const command: RetentionPolicy.Command = {
        _tag: "CompleteSweep",
        at: DateTime.makeUnsafe(now),
        run: derived("run", customer, String(runs.size)),
        deleted: interactions,
        remaining: 0,
      }
      yield* CommandHandler.handle(RetentionPolicy.aggregate, { customer, id: customer, command, context: { policy } })
    })

    const sweep = Effect.fn("Retention.sweep")(function* (customer: CustomerId) {
      let basis: Basis = yield* basisOf(customer)
      const { checkpoint, state } = yield* Projection.catchUp(index, customer)
      const passed = yield* readThrough(customer)
      const [days, waiting]: [Array<PlainDate>, Array<PlainDate>] = [[], []]
      let [interactions, events] = [0, 0]
      for (const [number, entry] of Array.from(state.days).sort(([one], [other]) => one - other)) {
        const tried = yield* sweepDay(basis, number, entry, checkpoint, passed)
        basis = tried.basis
        const { outcome } = tried
        if (outcome === "kept") continue
        const runs = basis.retention.state.runs.size
        const day = fromEpochDay(number)
        if (outcome === undefined) {
          waiting.push(day)
          continue
        }
        days.push(day)
        interactions += outcome.interactions
        events += outcome.events
        const before = state.deleted.runs === runs ? state.deleted.interactions : 0
        state.deleted = { runs, interactions: before + outcome.deleted }
        state.days.delete(number)
        yield* projections.save(customer, index, checkpoint, { checkpoint, state: index.encode(state) })
      }
      const rows = vault === undefined ? 0 : yield* vault.sweep(customer)
      if (waiting.length === 0) yield* complete(customer, state.deleted)
      yield* Metric.update(sweeps, 1)
      yield* Metric.update(waitingDays, waiting.length)
      yield* Effect.annotateCurrentSpan({
        "tacet.days": days.length,
        "tacet.interactions": interactions,
        "tacet.rows": rows,
        "tacet.waiting": waiting.length,
      })
      const swept: Swept = { days, interactions, events, rows, waiting }
      return swept
    })

    return { sweep: (customer) => withStores(sweep(customer)) }
  }),
)

/** What the decision rested on has changed, or another sweep was first: look again. */
const isMoved = (error: RetentionError): boolean => error._tag === "CommitIdReused" || error._tag === "VersionConflict"

/**
 * Whether a day goes: its first interaction has ended and no law holds any of them, and every window can have closed. The
 * last is asked for too: a contract may have begun or ended in the course of the day.
 */
const isDue = ({ facts, now, policy, retention }: Basis, number: number, { first, last }: DayIndex.Day): boolean => {
  const settled = DateTime.toEpochMillis(Calendar.endOfDay(fromEpochDay(number), policy.timeZone))
  if (now < settled + Interaction.longestWindowMillis) return false
  let isEnded = false
  for (const collectedAt of [first, last]) {
    const judged = Facts.held(facts, { category: "interfaceUsage", collectedAt, at: now })
    if (judged === undefined) continue
    const end = RetentionPolicy.endOf(retention.state, judged.facts, judged.policies)
    if (end !== undefined && DateTime.toEpochMillis(end) <= now) isEnded = true
    const isHeld =
      end === undefined || DateTime.toEpochMillis(end) > now
        ? RetentionPolicy.legalGround(retention.state, judged.facts, judged.policies, DateTime.makeUnsafe(now))
        : undefined
    if (isHeld !== undefined) return false
  }
  return isEnded
}
