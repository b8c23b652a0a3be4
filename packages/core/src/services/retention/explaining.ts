/**
 * What a sweep would do at the moment, without doing it: what it would delete, what waits and for what, what a law or a
 * legal hold keeps, and what has no end.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { fromEpochDay, type PlainDate } from "../../calendar/PlainDate.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Projection from "../../eventsourcing/Projection.ts"
import { ProjectionStore } from "../../eventsourcing/ProjectionStore.ts"
import type { Tally } from "../../privacy/Ended.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type * as DayIndex from "../internal/DayIndex.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import { type Basis, basisOf, judge } from "./basis.ts"
import { endedWithPersons } from "./ended.ts"
import { type Endless, endlessDays, endlessRows } from "./endless.ts"
import * as Purging from "./purging.ts"

/** A day that has ended and cannot be deleted yet. */
export interface Waiting {
  readonly day: PlainDate
  /** A window in which a call may still follow, or a projection that has not read the day. */
  readonly for: ReadonlyArray<"window" | "projection">
}

/** Data of a category that a law or a legal hold keeps behind their usual end. */
export interface Held {
  readonly category: PersonalDataCategory
  readonly days: ReadonlyArray<PlainDate>
  /** How many rows of the vault. */
  readonly rows: number
  /** The references of what keeps them. */
  readonly references: ReadonlyArray<string>
}

/** What a sweep would do. */
export interface Explained {
  /** Whether the regular check is due: where the policy asks for one, a day after the latest sweep that left nothing. */
  readonly isDue: boolean
  readonly days: ReadonlyArray<PlainDate>
  readonly interactions: number
  readonly events: number
  /** The rows of the vault that it would remove, by category. */
  readonly rows: ReadonlyArray<Tally>
  readonly waiting: ReadonlyArray<Waiting>
  readonly held: ReadonlyArray<Held>
  readonly endless: ReadonlyArray<Endless>
}

/** The ports of explaining. */
export interface Ports extends Purging.Ports {
  readonly projections: ProjectionStore["Service"]
  readonly index: ReturnType<typeof DayIndex.projection>
}

/** Explains a sweep. */
export const explain = (ports: Ports) =>
  Effect.fn("Retention.explain")(function* (customer: CustomerId) {
    const { decisions, definition, index, projections, store, vault } = ports
    const basis = yield* basisOf(decisions, customer, definition.timeZone)
    const { checkpoint, state } = yield* Projection.catchUp(index, customer).pipe(
      Effect.provideService(EventStore, store),
      // The days are read anew by the next sweep.
      Effect.provideService(ProjectionStore, { ...projections, save: () => Effect.void }),
    )
    const passed = yield* Purging.readThrough(projections, ports, customer)
    const days: Array<PlainDate> = []
    const waiting: Array<Waiting> = []
    const withoutEnd: Array<PlainDate> = []
    const heldDays: Array<PlainDate> = []
    let [interactions, events] = [0, 0]
    for (const [number, entry] of Array.from(state.days).sort(([one], [other]) => one - other)) {
      const day = fromEpochDay(number)
      const verdict = judge(basis, number, entry)
      if (verdict === "endless") withoutEnd.push(day)
      if (verdict === "held" && keepersOf(basis, "interfaceUsage", entry.first).length > 0) heldDays.push(day)
      if (verdict !== "due") continue
      const foreseen = yield* Purging.foresee(ports, basis, { number, entry, through: checkpoint }, passed)
      if (foreseen.waitsFor.length > 0) {
        waiting.push({ day, for: foreseen.waitsFor })
        continue
      }
      days.push(day)
      interactions += foreseen.interactions
      events += foreseen.events
    }
    const spans = vault === undefined ? [] : yield* vault.spans(customer)
    const facts = { declared: basis.declared, state: basis.retention.state }
    const tally = Effect.fnUntraced(function* (which: "ended" | "usual") {
      if (vault === undefined) return []
      const spansOf = (subjects: ReadonlyArray<SubjectId>) => vault.spansOf(customer, subjects)
      const ended = yield* endedWithPersons({ store, customer, spansOf }, facts, spans, basis.now, which)
      return yield* vault.tally(customer, ended)
    })
    const rows = yield* tally("ended")
    const usual = yield* tally("usual")
    const held = new Map<PersonalDataCategory, Held>()
    for (const { category, rows: all } of usual) {
      const kept = all - (rows.find((one) => one.category === category)?.rows ?? 0)
      if (category !== undefined && kept > 0) {
        held.set(category, { category, days: [], rows: kept, references: referencesOf(basis, category) })
      }
    }
    if (heldDays.length > 0) {
      const category = "interfaceUsage"
      const rows = held.get(category)?.rows ?? 0
      held.set(category, { category, days: heldDays, rows, references: referencesOf(basis, category) })
    }
    const endless = endlessRows(basis, spans, endlessDays(basis, withoutEnd))
    const explained: Explained = {
      isDue: RetentionPolicy.isSweepDue(basis.retention.state, basis.policy, DateTime.makeUnsafe(basis.now)),
      days,
      interactions,
      events,
      rows,
      waiting,
      held: Array.from(held.values()),
      endless,
    }
    return explained
  })

/** What keeps a datum behind its usual end. */
const keepersOf = ({ declared, now, retention }: Basis, category: PersonalDataCategory, collectedAt: number) => {
  const found = RetentionEnds.held(declared, { category, collectedAt, at: now })
  const end = found && RetentionPolicy.usualEnd(retention.state, found.facts, found.policies)
  if (found === undefined || end === undefined || DateTime.toEpochMillis(end) > now) return []
  return RetentionPolicy.keepersAt(retention.state, found.facts, found.policies, end, DateTime.makeUnsafe(now))
}

/** The references of the laws and holds on a category at the moment. */
const referencesOf = ({ now, policy, retention }: Basis, category: PersonalDataCategory): ReadonlyArray<string> => {
  const laws = policy.parameters.legalRetention.filter((law) => law.category === category)
  const holds = Array.from(retention.state.holds.values()).filter(
    ({ categories, placedAt, releasedAt = Infinity }) =>
      categories.includes(category) && placedAt <= now && now < releasedAt,
  )
  return Array.from(new Set([...laws, ...holds].map(({ reference }) => reference)))
}
