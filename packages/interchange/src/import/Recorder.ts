/**
 * Keeps units until they are recorded, by interaction and by person. Several interactions are recorded at once.
 */
import type { CustomerId, EventStore, EventStoreError } from "@tacet/core/eventsourcing"
import type { Interactions } from "@tacet/core/services"
import * as Effect from "effect/Effect"
import { callsOf, type Planner } from "./Commands.ts"
import type { RowCounter } from "./RowCounts.ts"
import type { People } from "./People.ts"
import * as Recording from "./Recording.ts"
import type { Target } from "./Target.ts"
import type { Unit } from "./Unit.ts"

export interface Recorder {
  /** How many units wait. */
  readonly pending: number
  /** Whether one of them names a person. */
  readonly hasPeople: boolean
  readonly add: (target: Target, unit: Unit) => void
  readonly flush: (target: Target) => Effect.Effect<void, Recording.RecordError>
  /** Records what waits of several interactions at once. */
  readonly flushEach: (targets: ReadonlyArray<Target>) => Effect.Effect<void, Recording.RecordError>
  /** Records what waits of a person, so that it is known which interactions they had. */
  readonly flushPerson: (person: string) => Effect.Effect<void, Recording.RecordError>
  readonly flushAll: Effect.Effect<void, Recording.RecordError>
  /** Whether the interaction has started. */
  readonly exists: (target: Target) => Effect.Effect<boolean, Recording.RecordError>
  /** Whether an earlier run has recorded a call of the unit in the interaction. */
  readonly heldCall: (target: Target, unit: Unit) => Effect.Effect<boolean, Recording.RecordError>
  readonly attributionOf: Recording.Recording["attributionOf"]
  readonly noteReturns: Recording.Recording["noteReturns"]
}

export const make = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  planner: Planner,
  counter: RowCounter,
  people: People,
): Effect.fn.Return<Recorder, EventStoreError.ReadError, Interactions.Interactions | EventStore.EventStore> {
  const { attributionOf, hasEarlier, load, noteReturns, record } = yield* Recording.make(
    customer,
    planner,
    counter,
    people,
  )
  const waiting = new Set<Target>()
  const waitingByPerson = new Map<string, Set<Target>>()
  let pending = 0

  const recordPending = Effect.fnUntraced(function* (target: Target) {
    const units = target.pending.splice(0)
    pending -= units.length
    waiting.delete(target)
    yield* record(target, units)
  })

  const flush = (target: Target) => flushEach([target])

  /** Several interactions are recorded concurrently; their notes are made in their order, whichever finished first. */
  const flushEach = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
    yield* Effect.forEach(targets, recordPending, { concurrency: atOnce, discard: true })
    for (const { toNote } of targets) for (const note of toNote.splice(0)) yield* note
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
      if (!hasEarlier) return false
      yield* load(target)
      return callsOf(planner, unit).some((call) => target.earlier.placed(call))
    }),
    exists: (target) => Effect.map(load(target), ({ started }) => started),
    attributionOf,
    noteReturns,
  }
})

/** How many interactions are recorded at once: a store that combines appends sends them together. */
const atOnce = 32
