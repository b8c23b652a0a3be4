/**
 * Decides which interaction a unit belongs to, and hands it to the recorder. A unit belongs to the interaction of its own
 * case. A call whose case is unknown belongs to the interaction that the same person started last, if there is one.
 */
import type { Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import type { Planner } from "./Commands.ts"
import type { People } from "./People.ts"
import type * as Recorder from "./Recorder.ts"
import type { RecordError } from "./Recording.ts"
import { newTarget, type Target } from "./Target.ts"
import { loneCallAt, ofCaseEnd, type Unit } from "./Unit.ts"

export interface Router {
  /** How many cases are open. */
  readonly size: number
  readonly route: (unit: Unit) => Effect.Effect<void, RecordError>
  /** Ends the interaction of a case of which no row will follow. */
  readonly endCase: (caseKey: string) => void
  /** Closes the cases without a row since a moment. */
  readonly closeIdle: (since: number, now: number) => void
}

/** A case that rows may still come for. */
interface OpenCase {
  /** Its own interaction, or the one that its call was attributed to. */
  readonly target: Target
  lastAt: number
}

const day = 86_400_000

export const make = ({ tokens }: Planner, people: People, recorder: Recorder.Recorder): Router => {
  const cases = new Map<Uuid.Uuid, OpenCase>()
  const targets = new Map<Uuid.Uuid, Target>()

  /** Records the pending units of a person's interactions, because the next row is decided by their state. */
  const recordPerson = Effect.fnUntraced(function* (person: string) {
    yield* recorder.flushPerson(person)
    for (const { interaction } of people.visitsOf(person)) {
      const target = targets.get(interaction)
      if (target !== undefined && target.pending.length > 0) yield* recorder.flush(target)
    }
  })

  const targetOf = (id: Uuid.Uuid): Target => targets.get(id) ?? newTarget(id)

  /** By the source's own key, else by the person; a call that belongs to no interaction is one of its own. */
  const attribute = Effect.fnUntraced(function* (unit: Unit, own: Target) {
    const callAt = loneCallAt(unit)
    if (callAt === undefined || unit.person === undefined) return own
    if (yield* recorder.exists(own)) return own
    yield* recordPerson(unit.person)
    const visits = people.visitsOf(unit.person)
    for (const { interaction } of visits) {
      const target = targetOf(interaction)
      if (yield* recorder.heldCall(target, unit)) return target
    }
    const found = yield* recorder.attributionOf(visits, callAt, unit.number)
    return found === undefined ? own : targetOf(found)
  })

  const openCase = Effect.fnUntraced(function* (unit: Unit, own: Uuid.Uuid) {
    const target = yield* attribute(unit, targetOf(own))
    targets.set(target.id, target)
    target.cases++
    const open: OpenCase = { target, lastAt: unit.at }
    cases.set(own, open)
    return open
  })

  const close = (own: Uuid.Uuid, { target }: OpenCase): void => {
    cases.delete(own)
    if (--target.cases === 0) targets.delete(target.id)
  }

  return {
    get size() {
      return cases.size
    },
    route: Effect.fnUntraced(function* (unit) {
      const own = tokens.interaction(unit.case)
      const open = cases.get(own) ?? (yield* openCase(unit, own))
      open.lastAt = Math.max(open.lastAt, unit.at)
      recorder.add(open.target, unit)
    }),
    endCase: (caseKey) => {
      const open = cases.get(tokens.interaction(caseKey))
      if (open !== undefined) recorder.add(open.target, ofCaseEnd(caseKey))
    },
    closeIdle: (since, now) => {
      for (const [own, open] of cases) {
        const calls = Array.from(open.target.progress?.openCalls.values() ?? [])
        const isOnCall = calls.some((call) => call.placedAt + day > now)
        if (open.lastAt < since && !isOnCall && open.target.pending.length === 0) close(own, open)
      }
    },
  }
}
