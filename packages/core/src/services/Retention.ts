/**
 * Deletes expired data: interactions one calendar day at a time, replaced by that day's counters, then the rows of the
 * vault. Run it once a day, at night, and again after it was stopped. Expired data cannot be read even before it is
 * deleted (SWEEP, RET-NEC).
 *
 * It also deletes the interactions of persons who were erased, whatever their day, unless the policy lets them stay
 * (R-ERASE).
 *
 * A day of interactions is deleted when the first of them ends, after every window has closed on all of them and every
 * projection has read them. Its commits are bounded, so that no other writer waits for long.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as LocalTime from "../calendar/LocalTime.ts"
import { fromEpochDay, type PlainDate } from "../calendar/PlainDate.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Projection from "../eventsourcing/Projection.ts"
import { type CheckpointMoved, ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Retry from "../eventsourcing/Retry.ts"
import { derived, type Uuid } from "../eventsourcing/Uuid.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import { make as makeDefinition } from "../statistics/Definition.ts"
import * as DayIndex from "./internal/DayIndex.ts"
import * as Decisions from "./internal/Decisions.ts"
import { millisOrNow } from "./internal/Moments.ts"
import * as PersonEnds from "./internal/PersonEnds.ts"
import { subjectOf } from "./pseudonyms/recording.ts"
import { type Basis, basisOf, factsOf, judge, type Verdict } from "./retention/basis.ts"
import { hold, release, setPeriod, type ToHold, type ToKeepFor } from "./retention/declaring.ts"
import * as Erased from "./retention/erased.ts"
import { type Endless, endlessDays, endlessRows } from "./retention/endless.ts"
import { explain, type Explained, type Held, type Ports, type Waiting } from "./retention/explaining.ts"
import type { IndexedDay } from "./retention/interactionsOfDay.ts"
import * as Purging from "./retention/purging.ts"
import { type Scheduled, scheduleOf } from "./retention/schedule.ts"
import { Elsewhere, layerElsewhere, layerSettings, type RetentionSettings, Settings } from "./retention/settings.ts"

export { Elsewhere, layerElsewhere, layerSettings, type RetentionSettings, Settings }
export { deletedInteractions } from "./retention/purging.ts"
export type { Endless, Explained, Held, Scheduled, ToHold, ToKeepFor, Waiting }

/** The result of a sweep. */
export interface Swept {
  /** The deleted days, of which only the counters are left. */
  readonly days: ReadonlyArray<PlainDate>
  /** How many interactions were deleted, and of how many events. */
  readonly interactions: number
  readonly events: number
  /** How many rows of the vault were removed. */
  readonly rows: number
  /** The interactions of erased persons, on days that have not ended. */
  readonly erased: SweptErased
  /** Expired days that wait until a projection has read them or a window has closed. */
  readonly waiting: ReadonlyArray<PlainDate>
  /** Data that have no end: no sweep ever deletes them unless one is declared. */
  readonly endless: ReadonlyArray<Endless>
}

/** The deleted interactions of erased persons. */
export interface SweptErased {
  /** How many were deleted, and of how many events. */
  readonly interactions: number
  readonly events: number
  /** How many wait until a projection has read their day, its windows have closed, or a law no longer keeps them. */
  readonly waiting: number
}

/** The errors of a sweep; deletions before the failure are kept. */
export type RetentionError = Refusal | Decisions.DecisionError | CheckpointMoved | VaultUnavailable

/** The service. */
export class Retention extends Context.Service<
  Retention,
  {
    /**
     * Deletes all expired data of a Customer. Repeating it changes nothing, and the next sweep continues one that was
     * stopped. Refused while the Customer has adopted no policy, where days are counted in another zone than the
     * policy's, and where the policy has data anonymised at their end and never deleted (DEL-OR-ANON).
     */
    readonly sweep: (customer: CustomerId) => Effect.Effect<Swept, RetentionError>
    /**
     * Explains what a sweep would do at the moment: what it would delete, what waits and for what, what a law or a legal
     * hold keeps, and what has no end (SWEEP, RET-NEC). Nothing is written. Refused as a sweep is.
     */
    readonly explain: (customer: CustomerId) => Effect.Effect<Explained, RetentionError>
    /**
     * Sets how long categories are kept, all of them or none, and answers them (RET-CONTRACT). A shorter period applies to
     * existing data too, a longer one does not. Refused above the cap of the policy or of a category.
     */
    readonly setPeriod: (
      customer: CustomerId,
      period: ToKeepFor,
    ) => Effect.Effect<ReadonlyArray<PersonalDataCategory>, Refusal | Decisions.DecisionError>
    /** Places a legal hold: data of the categories that have not ended by then are kept until it is released (RET-NEC). */
    readonly hold: (customer: CustomerId, hold: ToHold) => Effect.Effect<void, Refusal | Decisions.DecisionError>
    /** Releases a legal hold. */
    readonly release: (
      customer: CustomerId,
      hold: Uuid,
      at?: EpochMillis,
    ) => Effect.Effect<void, Refusal | Decisions.DecisionError>
    /**
     * When a datum of each category ends that is collected at a moment (default: now): by which rule, what holds it, and
     * what to declare where it would have no end (RET-PUBLISHED). With a pseudonym, when a datum of that person ends.
     * Nothing is written.
     */
    readonly schedule: (
      customer: CustomerId,
      collectedAt?: EpochMillis,
      pseudonym?: Pseudonym.PseudonymId,
    ) => Effect.Effect<ReadonlyArray<Scheduled>, Refusal | Decisions.DecisionError>
  }
>()("@tacet/core/services/Retention") {}

/** How many sweeps ran. */
export const sweeps = Metric.counter("tacet_sweeps", { description: "Sweeps that were carried out", incremental: true })
/** How many expired days could not be deleted yet, at the latest sweep. */
export const waitingDays = Metric.gauge("tacet_retention_waiting_days", {
  description: "Days that have ended and wait for a projection or a window",
})

/** The service over the stores in force, and over the vault where there is one. */
export const layer: Layer.Layer<Retention, never, EventStore | ProjectionStore> = Layer.effect(
  Retention,
  Effect.gen(function* () {
    const settings = yield* Settings
    const stores = {
      store: yield* EventStore,
      projections: yield* ProjectionStore,
      vault: Option.getOrUndefined(yield* Effect.serviceOption(Vault)),
      decisions: yield* Decisions.make,
      settings: { ...settings, k: Math.max(5, settings.k) },
    }
    const { decisions } = stores
    /** The ports of a Customer: its days are counted in its policy's time zone where no definition says in which. */
    const portsOf = Effect.fnUntraced(function* (customer: CustomerId) {
      const { policy } = yield* factsOf(decisions, customer, "Sweep")
      const definition = settings.definition ?? makeDefinition({ timeZone: policy.timeZone })
      const { timeZone } = definition
      const ports: Ports = {
        ...stores,
        definition,
        local: LocalTime.make(timeZone),
        index: DayIndex.projection(timeZone),
      }
      return ports
    })
    return Retention.of({
      sweep: (customer) => Effect.flatMap(portsOf(customer), (ports) => sweep(ports)(customer)),
      explain: (customer) => Effect.flatMap(portsOf(customer), (ports) => explain(ports)(customer)),
      setPeriod: setPeriod(decisions),
      hold: hold(decisions),
      release: release(decisions),
      schedule: Effect.fn("Retention.schedule")(function* (
        customer: CustomerId,
        collectedAt?: EpochMillis,
        pseudonym?: Pseudonym.PseudonymId,
      ) {
        const basis = yield* factsOf(decisions, customer, "Schedule")
        const from = yield* millisOrNow("Schedule", collectedAt, "collectedAt")
        const ends = pseudonym && (yield* PersonEnds.of(decisions, customer, subjectOf(pseudonym)))
        return scheduleOf(basis, from, ends)
      }),
    })
  }),
)

const sweep = (ports: Ports) =>
  Effect.fn("Retention.sweep")(function* (customer: CustomerId) {
    const { decisions, definition, index, projections, store, vault } = ports
    let basis: Basis = yield* basisOf(decisions, customer, definition.timeZone)
    yield* requireDeletion(basis)
    const days = new Set<PlainDate>()
    let [interactions, events] = [0, 0]
    const caughtUp = Projection.catchUp(index, customer).pipe(
      Effect.provideService(EventStore, store),
      Effect.provideService(ProjectionStore, projections),
    )
    // Where another sweep has moved the index, the days are looked at as it has left them, and the index moves no further:
    // of several sweeps at once, each moves it once.
    const asLeft = Effect.flatMap(
      projections.load(customer, index),
      Option.match({
        onNone: () => caughtUp,
        onSome: (saved) => Effect.succeed({ ...saved, state: index.decode(saved.state) }),
      }),
    )
    let isFirst = true
    const sweepDays = Effect.gen(function* () {
      const reading = isFirst ? caughtUp : asLeft
      isFirst = false
      const { checkpoint, state } = yield* reading
      const passed = yield* Purging.readThrough(projections, ports, customer)
      const waiting: Array<PlainDate> = []
      const withoutEnd: Array<PlainDate> = []
      for (const [number, entry] of Array.from(state.days).sort(([one], [other]) => one - other)) {
        const tried = yield* sweepDay(ports, basis, { number, entry, through: checkpoint }, passed)
        basis = tried.basis
        const { outcome } = tried
        const day = fromEpochDay(number)
        if (outcome === "endless") withoutEnd.push(day)
        if (typeof outcome === "string") continue
        const runs = basis.retention.state.runs.size
        if (outcome === undefined) {
          waiting.push(day)
          continue
        }
        days.add(day)
        interactions += outcome.interactions
        events += outcome.events
        const before = state.deleted.runs === runs ? state.deleted.interactions : 0
        state.deleted = { runs, interactions: before + outcome.deleted }
        state.days.delete(number)
        yield* projections.save(customer, index, checkpoint, { checkpoint, state: index.encode(state) })
      }
      return { checkpoint, passed, state, waiting, withoutEnd }
    })
    const { checkpoint, passed, state, waiting, withoutEnd } = yield* Retry.whileFailing(
      sweepDays,
      ({ _tag }) => _tag === "CheckpointMoved",
    )
    const erasing = { days: state.days, through: checkpoint, passed }
    const erased = vault === undefined ? noneErased : yield* sweepErased(ports, vault, customer, erasing)
    const rows = vault === undefined ? 0 : yield* vault.sweep(customer)
    if (waiting.length === 0) yield* complete(ports, customer, state.deleted)
    yield* Metric.update(sweeps, 1)
    yield* Metric.update(waitingDays, waiting.length)
    yield* Effect.annotateCurrentSpan({
      "tacet.days": days.size,
      "tacet.interactions": interactions,
      "tacet.rows": rows,
      "tacet.erased": erased.interactions,
      "tacet.waiting": waiting.length,
    })
    const spans = vault === undefined ? [] : yield* vault.spans(customer)
    const endless = endlessRows(basis, spans, endlessDays(basis, withoutEnd))
    const swept: Swept = { days: Array.from(days), interactions, events, rows, erased, waiting, endless }
    return swept
  })

/** Refuses to delete anything where the policy has data only anonymised at their end. */
const requireDeletion = ({ policy }: Basis): Effect.Effect<void, Refusal> =>
  policy.parameters.expiryOutcomes.includes("deleted")
    ? Effect.void
    : Effect.fail(
        new Refusal({
          rule: "DEL-OR-ANON",
          command: "Sweep",
          accepted: "a policy under which data are deleted at their end",
        }),
      )

/** The outcome of a day: its deletion, `undefined` where it has to wait, its verdict where it is not due. */
type DayOutcome = Exclude<Verdict, "due"> | Effect.Success<ReturnType<typeof Purging.purge>>

/** Deletes a day if it is due, and decides again on newer facts where those have changed meanwhile. */
const sweepDay = Effect.fnUntraced(function* (ports: Ports, from: Basis, indexed: IndexedDay, passed: number) {
  let basis = from
  const attempt = Effect.fnUntraced(function* (
    isLast: boolean,
  ): Effect.fn.Return<Option.Option<DayOutcome>, RetentionError> {
    const verdict = judge(basis, indexed.number, indexed.entry)
    if (verdict !== "due") return Option.some(verdict)
    const tried = yield* Effect.result(Purging.purge(ports, basis, indexed, passed))
    if (Result.isSuccess(tried)) return Option.some(tried.success)
    if (isLast || !isMoved(tried.failure)) return yield* tried.failure
    basis = yield* basisOf(ports.decisions, basis.customer, ports.definition.timeZone)
    return Option.none()
  })
  const outcome = yield* Retry.untilAnswered(attempt)
  return { basis, outcome }
})

const noneErased: SweptErased = { interactions: 0, events: 0, waiting: 0 }

/** The days of the index, the position up to which it has read, and the one up to which awaited projections have. */
interface Erasing {
  readonly days: DayIndex.State["days"]
  readonly through: number
  readonly passed: number
}

/** Deletes the interactions of erased persons, and decides again on newer facts where those have changed meanwhile. */
const sweepErased = Effect.fnUntraced(function* (
  ports: Ports,
  vault: Vault["Service"],
  customer: CustomerId,
  { days, passed, through }: Erasing,
): Effect.fn.Return<SweptErased, RetentionError> {
  const swept = { interactions: 0, events: 0, waiting: 0 }
  const attempt = Effect.fnUntraced(function* (
    isLast: boolean,
  ): Effect.fn.Return<Option.Option<number>, RetentionError> {
    const basis = yield* basisOf(ports.decisions, customer, ports.definition.timeZone)
    const { due, settled, waiting } = yield* Erased.list(ports, vault, basis)
    yield* vault.forgetInteractions(customer, settled)
    let left = waiting
    for (const [number, all] of Array.from(due).sort(([one], [other]) => one - other)) {
      const entry = days.get(number)
      // Events that were appended since the index was read wait for the next sweep.
      const found = entry === undefined ? [] : all.filter(({ position }) => position <= through)
      left += all.length - found.length
      if (entry === undefined || found.length === 0) continue
      const tried = yield* Effect.result(Purging.purgeErased(ports, basis, { number, entry, through }, passed, found))
      if (Result.isFailure(tried)) {
        if (isLast || !isMoved(tried.failure)) return yield* tried.failure
        return Option.none()
      }
      if (tried.success === undefined) {
        left += found.length
        continue
      }
      swept.interactions += tried.success.interactions
      swept.events += tried.success.events
      yield* vault.forgetInteractions(
        customer,
        found.map(({ stream }) => stream.id),
      )
    }
    return Option.some(left)
  })
  swept.waiting = yield* Retry.untilAnswered(attempt)
  return swept
})

/** Whether the facts have changed or another sweep has come first. */
const isMoved = (error: RetentionError): boolean => error._tag === "CommitIdReused" || error._tag === "VersionConflict"

/** Records that all expired data is deleted: once a day, and whenever something was deleted. */
const complete = Effect.fnUntraced(function* (
  { decisions, definition, local }: Ports,
  customer: CustomerId,
  deleted: DayIndex.State["deleted"],
) {
  const { now, policy, retention } = yield* basisOf(decisions, customer, definition.timeZone)
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
  yield* decisions.handle(RetentionPolicy.aggregate, { customer, id: customer, command, context: { policy } })
})
