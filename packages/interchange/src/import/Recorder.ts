/**
 * Records units. The units of one interaction are combined and decided together; where one of them is refused they are
 * decided one by one, so that each is accepted or refused independently and the size of a batch has no effect. A unit
 * is recorded whole or refused whole.
 */
import type { Interaction } from "@tacet/core/domain"
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
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { callsOf, type Violation, faultOfRefusal, plan, type Planned, type Planner, type Progress } from "./Commands.ts"
import * as Earlier from "./Earlier.ts"
import type { RowCounter } from "./RowCounts.ts"
import type { Note, People } from "./People.ts"
import { loneCallAt, showsInterface, type Unit } from "./Unit.ts"

/** An interaction of which this run knows nothing yet. */
export const targetOf = (id: Uuid.Uuid): Target => ({
  id,
  progress: undefined,
  state: undefined,
  earlier: Earlier.none,
  toldUntil: Number.NEGATIVE_INFINITY,
  pending: [],
  toNote: [],
  cases: 0,
})

/** An interaction to which units are being recorded. */
export interface Target {
  readonly id: Uuid.Uuid
  /** `undefined`: not looked up yet. */
  progress: Progress | undefined
  /** Set with `progress`: the interaction as recorded, and what of it was recorded by earlier runs. */
  state: Interaction.State | undefined
  earlier: Earlier.Earlier
  /** The latest moment of it that this run has recorded. */
  toldUntil: number
  readonly pending: Array<Unit>
  /** The pending notes of the recorded units, in their order. */
  readonly toNote: Array<Effect.Effect<void>>
  /** How many open cases lead to it. */
  cases: number
}

export interface Recorder {
  /** How many units wait. */
  readonly pending: number
  /** Whether one of them names a person. */
  readonly hasPeople: boolean
  readonly add: (target: Target, unit: Unit) => void
  readonly flush: (target: Target) => Effect.Effect<void, RecordError>
  /** Records what waits of several interactions at once. */
  readonly flushEach: (targets: ReadonlyArray<Target>) => Effect.Effect<void, RecordError>
  /** Records what waits of a person, so that it is known which interactions they had. */
  readonly flushPerson: (person: string) => Effect.Effect<void, RecordError>
  readonly flushAll: Effect.Effect<void, RecordError>
  /** Whether the interaction has started. */
  readonly exists: (target: Target) => Effect.Effect<boolean, RecordError>
  /** Whether an earlier run has recorded a call of the unit in the interaction. */
  readonly heldCall: (target: Target, unit: Unit) => Effect.Effect<boolean, RecordError>
  /** Notes returns, in an order that says nothing. */
  readonly note: (notes: ReadonlyArray<Note>) => Effect.Effect<void, RecordError>
}

export type RecordError = Interactions.InteractionsError | EventCodec.UndecodableEvent | EventStoreError.ReadError

type Handled = Effect.Success<ReturnType<Interactions.Interactions["Service"]["record"]>>

export const make = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  planner: Planner,
  counter: RowCounter,
  people: People,
): Effect.fn.Return<Recorder, EventStoreError.ReadError, Interactions.Interactions | EventStore.EventStore> {
  const interactions = yield* Interactions.Interactions
  const store = yield* EventStore.EventStore
  /** The log as this run found it. */
  const { head: found } = yield* store.readLog(customer, { limit: 1 })
  const waiting = new Set<Target>()
  const waitingByPerson = new Map<string, Set<Target>>()
  let pending = 0

  const record = (target: Target, commands: ReadonlyArray<Interaction.Command>) =>
    interactions.record({ customer, interaction: target.id, commands, accept: "all" })

  const load = Effect.fnUntraced(function* (target: Target) {
    if (target.progress !== undefined) return target.progress
    // No command: the result is the current state.
    const { state } = yield* record(target, [])
    if (state.phase !== "notStarted" && found > 0) {
      target.earlier = yield* Earlier.read(customer, target.id, found).pipe(
        Effect.provideService(EventStore.EventStore, store),
      )
    }
    target.state = state
    target.progress = progressOf(state, target.earlier)
    return target.progress
  })

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
        number,
        showedInterface: showsInterface(unit),
        excluded: state.excluded,
      }
      target.toNote.push(Effect.sync(() => people.saw(person, seen)))
    }
  }

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
    const handled = yield* record(
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
    const handled = yield* record(target, commands)
    const refused = firstViolation(handled.outcomes)
    if (refused !== undefined) return void target.toNote.push(counter.rejected(unit.rows, refused))
    settle(target, unit, planned.success, handled.outcomes)
    target.progress = planned.success.next
    remember(target, [unit], [planned.success], handled.state)
  })

  const recordPending = Effect.fnUntraced(function* (target: Target) {
    const units = target.pending.splice(0)
    pending -= units.length
    waiting.delete(target)
    if (units.length > 1) {
      yield* load(target)
      if (target.earlier === Earlier.none && (yield* recordTogether(target, units))) return
    }
    for (const unit of units) yield* recordOne(target, unit)
  })

  const flush = (target: Target) => flushEach([target])

  /** Several interactions are recorded concurrently; their notes are made in their order, whichever finished first. */
  const flushEach = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
    yield* Effect.forEach(targets, recordPending, { concurrency: atOnce, discard: true })
    for (const { toNote } of targets) for (const note of toNote.splice(0)) yield* note
  })

  const noteOne = Effect.fnUntraced(function* ({ at, class: recontact, interaction }: Note) {
    const handled = yield* interactions.record({
      customer,
      interaction,
      commands: [{ _tag: "ObserveRecontact", at: DateTime.makeUnsafe(at), class: recontact }],
    })
    if (firstViolation(handled.outcomes) === undefined) counter.count("recontacts")
  })

  return {
    get pending() {
      return pending
    },
    get hasPeople() {
      return waitingByPerson.size > 0
    },
    add: (target, unit) => {
      target.pending.push(unit)
      waiting.add(target)
      pending++
      if (unit.person === undefined) return
      const targets = waitingByPerson.get(unit.person) ?? new Set()
      waitingByPerson.set(unit.person, targets.add(target))
    },
    flush,
    flushEach,
    flushPerson: Effect.fnUntraced(function* (person) {
      const targets = waitingByPerson.get(person)
      waitingByPerson.delete(person)
      yield* flushEach(Array.from(targets ?? []))
    }),
    flushAll: Effect.suspend(() => {
      waitingByPerson.clear()
      return flushEach(Array.from(waiting))
    }),
    heldCall: Effect.fnUntraced(function* (target, unit) {
      if (found === 0) return false
      yield* load(target)
      return callsOf(planner, unit).some((call) => target.earlier.placed(call))
    }),
    exists: (target) => Effect.map(load(target), ({ started }) => started),
    note: Effect.fnUntraced(function* (notes) {
      const byInteraction = new Map<Uuid.Uuid, Array<Note>>()
      for (const note of yield* Random.shuffle(notes)) {
        const others = byInteraction.get(note.interaction)
        if (others === undefined) byInteraction.set(note.interaction, [note])
        else others.push(note)
      }
      yield* Effect.forEach(byInteraction.values(), (notes) => Effect.forEach(notes, noteOne, { discard: true }), {
        concurrency: atOnce,
        discard: true,
      })
    }),
  }
})

/** The progress of a recorded interaction. Calls of earlier runs may be repeated. */
const progressOf = (state: Interaction.State, earlier: Earlier.Earlier): Progress => {
  const calls = Array.from(state.calls)
  const [id, open] = calls.filter(([, { end }]) => end === undefined).at(-1) ?? []
  return {
    started: state.phase !== "notStarted",
    lastAt: Math.max(state.lastActivity, state.endedAt, ...calls.map(([, call]) => latestOf(call))),
    calls: new Map(calls.filter(([id]) => !earlier.placed(id)).map(([id, call]) => [id, latestOf(call)])),
    openCall:
      id === undefined || open === undefined
        ? undefined
        : {
            id,
            placedAt: open.placedAt,
            ...(open.human === undefined ? {} : { answeredAt: open.answeredAt, human: open.human }),
          },
  }
}

const latestOf = ({ answeredAt, end, placedAt }: Interaction.Call): number =>
  Math.max(placedAt, answeredAt, end === undefined ? placedAt : DateTime.toEpochMillis(end.occurredAt))

/** How many interactions are recorded at once: a store that combines appends sends them together. */
const atOnce = 32

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
