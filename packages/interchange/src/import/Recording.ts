/**
 * Records the units of one interaction. They are combined and decided together; where one of them is refused they are
 * decided one by one, so that each is accepted or refused independently and the size of a batch has no effect. A unit is
 * recorded whole or refused whole.
 */
import type { Interaction, Visit } from "@tacet/core/domain"
import {
  type CustomerId,
  type EventCodec,
  EventStore,
  type EventStoreError,
  type Uuid,
} from "@tacet/core/eventsourcing"
import { Interactions } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Violation, faultOfRefusal, plan, type Planned, type Planner, type Progress } from "./Commands.ts"
import * as Earlier from "./Earlier.ts"
import type { People } from "./People.ts"
import type { RowCounter } from "./RowCounts.ts"
import type { Target } from "./Target.ts"
import { loneCallAt, showsInterface, type Unit } from "./Unit.ts"

/** Records units of one interaction, and returns to it. */
export interface Recording {
  /** The interaction as recorded, looked up once. */
  readonly load: (target: Target) => Effect.Effect<Progress, RecordError>
  /** Whether the log held events when this run began. */
  readonly hasEarlier: boolean
  readonly record: (target: Target, units: ReadonlyArray<Unit>) => Effect.Effect<void, RecordError>
  /** The interaction that a call of a person belongs to; `number` is the name of the Customer's number, if known. */
  readonly attributionOf: (
    visits: ReadonlyArray<Visit.Visit>,
    at: number,
    number: string | undefined,
  ) => Effect.Effect<Uuid.Uuid | undefined, RecordError>
  /** Notes that persons came back, in windows that closed before a moment. */
  readonly noteReturns: (
    people: ReadonlyArray<ReadonlyArray<Visit.Visit>>,
    asOf: number,
  ) => Effect.Effect<void, RecordError>
}

export type RecordError = Interactions.InteractionsError | EventCodec.UndecodableEvent | EventStoreError.ReadError

type Handled = Effect.Success<ReturnType<Interactions.Interactions["Service"]["record"]>>

export const make = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  planner: Planner,
  counter: RowCounter,
  people: People,
): Effect.fn.Return<Recording, EventStoreError.ReadError, Interactions.Interactions | EventStore.EventStore> {
  const interactions = yield* Interactions.Interactions
  const store = yield* EventStore.EventStore
  /** The log as this run found it. */
  const { head: found } = yield* store.readLog(customer, { limit: 1 })
  const { remember, settle } = noting(planner, counter, people)

  const send = (target: Target, commands: ReadonlyArray<Interaction.Command>) =>
    interactions.record({ customer, interaction: target.id, commands, accept: "all" })

  const load = Effect.fnUntraced(function* (target: Target) {
    if (target.progress !== undefined) return target.progress
    // No command: the result is the current state.
    const { state } = yield* send(target, [])
    if (state.phase !== "notStarted" && found > 0) {
      target.earlier = yield* Earlier.read(customer, target.id, found).pipe(
        Effect.provideService(EventStore.EventStore, store),
      )
    }
    target.state = state
    target.progress = progressOf(state, target.earlier)
    return target.progress
  })

  /** Decides all units in one go; false where one of them is refused, and then nothing was recorded. */
  const recordTogether = Effect.fnUntraced(function* (target: Target, units: ReadonlyArray<Unit>) {
    let progress = yield* load(target)
    const plans: Array<Planned> = []
    for (const unit of units) {
      const planned = plan(planner, unit, progress)
      if (Result.isFailure(planned)) return false
      plans.push(planned.success)
      progress = planned.success.next
    }
    const handled = yield* send(
      target,
      plans.flatMap(({ commands }) => commands),
    )
    if (handled.outcomes.some(Result.isFailure)) return false
    let from = 0
    units.forEach((unit, place) => {
      const planned = plans[place]
      if (planned === undefined) return
      settle(target, unit, planned, handled.outcomes.slice(from, from + planned.commands.length))
      from += planned.commands.length
    })
    target.progress = progress
    remember(target, units, plans, handled.state)
    return true
  })

  const recordOne = Effect.fnUntraced(function* (target: Target, unit: Unit) {
    const planned = plan(planner, unit, yield* load(target))
    if (Result.isFailure(planned)) return void target.toNote.push(counter.rejected(unit.rows, planned.failure))
    const commands = target.earlier.without(planned.success.commands)
    if (commands.length === 0 && planned.success.commands.length > 0 && target.state !== undefined) {
      target.toNote.push(Effect.sync(() => counter.duplicate(unit.rows)))
      target.progress = planned.success.next
      return remember(target, [unit], [planned.success], target.state)
    }
    const handled = yield* send(target, commands)
    const refused = firstViolation(handled.outcomes)
    if (refused !== undefined) return void target.toNote.push(counter.rejected(unit.rows, refused))
    settle(target, unit, planned.success, handled.outcomes)
    target.progress = planned.success.next
    remember(target, [unit], [planned.success], handled.state)
  })

  const noteReturns = Effect.fnUntraced(function* (people: ReadonlyArray<ReadonlyArray<Visit.Visit>>, asOf: number) {
    if (people.length === 0) return
    const { noted } = yield* (
      interactions
        .noteReturns({ customer, people, asOf })
        // The declarations hold from 1970 on: where no policy binds, nothing was recorded.
        .pipe(Effect.catchTag("Refusal", () => Effect.succeed({ noted: 0 })))
    )
    counter.count("recontacts", noted)
  })

  const attributionOf = (visits: ReadonlyArray<Visit.Visit>, at: number, number: string | undefined) =>
    interactions
      .attributionOf({
        customer,
        among: visits,
        at,
        ...(number === undefined ? {} : { number: planner.declarations.number(number) }),
      })
      // It refuses what is no moment, which no row has.
      .pipe(Effect.catchTag("Refusal", () => Effect.succeed(undefined)))

  return {
    load,
    hasEarlier: found > 0,
    record: Effect.fnUntraced(function* (target, units) {
      if (units.length > 1) {
        yield* load(target)
        if (target.earlier === Earlier.none && (yield* recordTogether(target, units))) return
      }
      for (const unit of units) yield* recordOne(target, unit)
    }),
    attributionOf,
    noteReturns,
  }
})

/** Notes what became of units: how their rows are counted, and which persons they are of. */
const noting = (planner: Planner, counter: RowCounter, people: People) => {
  /** Counts a unit that was accepted; what changed nothing had been recorded before. */
  const settle = (target: Target, unit: Unit, planned: Planned, outcomes: Handled["outcomes"]): void => {
    target.toNote.push(Effect.sync(() => count(target, unit, planned, outcomes)))
  }

  const count = (target: Target, unit: Unit, planned: Planned, outcomes: Handled["outcomes"]): void => {
    const isNew =
      outcomes.length === 0 || outcomes.some((outcome) => Result.isSuccess(outcome) && outcome.success.length > 0)
    if (!isNew) return counter.duplicate(unit.rows)
    counter.accepted(unit.rows)
    counter.count("clampedDurations", planned.clamped)
    const isAttributed = loneCallAt(unit) !== undefined && planner.tokens.interaction(unit.case) !== target.id
    if (isAttributed) counter.count("attributedCalls")
  }

  const remember = (
    target: Target,
    units: ReadonlyArray<Unit>,
    plans: ReadonlyArray<Planned>,
    state: Interaction.State,
  ): void => {
    target.state = state
    target.toldUntil = Math.max(
      target.toldUntil,
      latest(plans, (tag) => tag !== "EndInteraction"),
    )
    if (state.phase === "notStarted") return
    // Events that an earlier run recorded at later moments are not yet known at this one.
    const lastActivity =
      target.earlier === Earlier.none ? state.lastActivity : Math.min(state.lastActivity, target.toldUntil)
    const endedAt = latest(plans, (tag) => tag === "EndInteraction")
    for (const unit of units) {
      const { number, person } = unit
      if (person === undefined) continue
      const seen = {
        interaction: target.id,
        startedAt: state.startedAt,
        lastActivity,
        end: Math.max(lastActivity, endedAt),
        number: number === undefined ? undefined : planner.declarations.number(number),
        showedInterface: showsInterface(unit),
        excluded: state.excluded,
      }
      target.toNote.push(Effect.sync(() => people.saw(person, seen)))
    }
  }

  return { settle, remember }
}

/** The progress of a recorded interaction. Calls of earlier runs may be repeated. */
const progressOf = (state: Interaction.State, earlier: Earlier.Earlier): Progress => {
  const calls = Array.from(state.calls)
  const [id, open] = calls.filter(([, { end }]) => end === undefined).at(-1) ?? []
  return {
    started: state.phase !== "notStarted",
    lastAt: Math.max(state.lastActivity, state.endedAt, ...calls.map(([, call]) => latestOf(call))),
    calls: new Map(calls.filter(([id]) => !earlier.placed(id)).map(([id, call]) => [id, latestOf(call)])),
    openCalls:
      id === undefined || open === undefined
        ? new Map()
        : new Map([
            [
              undefined,
              {
                id,
                placedAt: open.placedAt,
                ...(open.human === undefined ? {} : { answeredAt: open.answeredAt, human: open.human }),
              },
            ],
          ]),
  }
}

const latestOf = ({ answeredAt, end, placedAt }: Interaction.Call): number =>
  Math.max(placedAt, answeredAt, end === undefined ? placedAt : DateTime.toEpochMillis(end.occurredAt))

const firstViolation = (outcomes: Handled["outcomes"]): Violation | undefined => {
  for (const outcome of outcomes) if (Result.isFailure(outcome)) return faultOfRefusal(outcome.failure)
  return undefined
}

/** The latest moment of certain commands, or minus infinity. */
const latest = (plans: ReadonlyArray<Planned>, counts: (tag: Interaction.Command["_tag"]) => boolean): number =>
  Math.max(
    ...plans.flatMap(({ commands }) =>
      commands.map(({ _tag, at }) => (counts(_tag) ? DateTime.toEpochMillis(at) : Number.NEGATIVE_INFINITY)),
    ),
  )
