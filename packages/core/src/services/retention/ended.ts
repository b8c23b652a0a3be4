/**
 * Which rows of the vault have ended: each judged by the periods, the contract, the policies since its collection, and the
 * laws and holds that keep it (RET-NEC, RET-CONTRACT).
 *
 * Within a stretch of time in which nothing was declared, data that were collected earlier end earlier. So the segments of
 * a category are found by halving stretches, and no row has to be read.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Calendar from "../../calendar/Calendar.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Ended, Segment, Span, SubjectSegment, SubjectSpan } from "../../privacy/Ended.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { VaultUnavailable } from "../../privacy/VaultError.ts"
import type { Declared } from "../internal/Declarations.ts"
import * as PersonEnds from "../internal/PersonEnds.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"

/** The declarations and the retention policy by which rows end. */
export interface Facts {
  readonly declared: Declared
  readonly state: RetentionPolicy.State
  /** The ends of the person whose rows are judged. Default: rows of any person, of whom none is known. */
  readonly ends?: Pseudonym.PersonEnds
}

/** How far rows have ended that were collected at a moment: all of them, or those whose own end came by then. */
type Reach = "all" | EpochMillis

/**
 * The rows that have ended at a moment, of those that are kept; `usual`: those whose usual end has come, whatever keeps
 * them.
 */
const endedOf = (
  facts: Facts,
  spans: ReadonlyArray<Span>,
  at: EpochMillis,
  which: "ended" | "usual" = "ended",
): Ended => {
  const ofCategories = spans.map((span) => segmentsOf(facts, span, at, reaches[which]))
  if (which === "usual") return { at, segments: ofCategories.flat(), ofSubjects: [], unrecordedBy: at }
  // A row without a category may be of any that is held.
  const holds = Array.from(facts.state.holds.values()).filter(
    ({ releasedAt }) => releasedAt === undefined || releasedAt > at,
  )
  return {
    at,
    segments: ofCategories.flat(),
    ofSubjects: [],
    unrecordedBy: Math.min(at, ...holds.map(({ placedAt }) => placedAt)),
  }
}

/** How many subjects are looked for at a time. */
const page = 500

/** The ports by which the rows of single persons are found. */
export interface OfPersons {
  readonly store: EventStore["Service"]
  readonly customer: CustomerId
  readonly spansOf: (subjects: ReadonlyArray<SubjectId>) => Effect.Effect<ReadonlyArray<SubjectSpan>, VaultUnavailable>
}

/** As `endedOf`, with the rows of persons whose purposes, account or relationship have ended. */
export const endedWithPersons = Effect.fnUntraced(function* (
  { customer, spansOf, store }: OfPersons,
  facts: Facts,
  spans: ReadonlyArray<Span>,
  at: EpochMillis,
  which: "ended" | "usual" = "ended",
): Effect.fn.Return<Ended, ReadError | UndecodableEvent | VaultUnavailable> {
  const persons = yield* PersonEnds.lookUp(store, customer)
  const subjects = Array.from(persons.keys())
  const ofSubjects: Array<SubjectSegment> = []
  for (let first = 0; first < subjects.length; first += page) {
    for (const span of yield* spansOf(subjects.slice(first, first + page))) {
      const ends = persons.get(span.subject) ?? Pseudonym.noEnds
      const segments = segmentsOf({ ...facts, ends }, span, at, reaches[which])
      ofSubjects.push(...segments.map((segment) => ({ ...segment, subject: span.subject })))
    }
  }
  return { ...endedOf(facts, spans, at, which), ofSubjects }
})

const segmentsOf = (
  facts: Facts,
  { category, newest, oldest }: Omit<Span, "endless">,
  at: EpochMillis,
  reach: typeof reachAt,
): ReadonlyArray<Segment> => {
  const reachOf = (collectedAt: EpochMillis) => reach(facts, category, collectedAt, at)
  const found: Array<Segment> = []
  const add = (since: EpochMillis, until: EpochMillis, reach: Reach) => {
    const endedBy = reach === "all" ? undefined : reach
    const last = found.at(-1)
    if (last !== undefined && last.until === since && last.endedBy === endedBy) {
      found[found.length - 1] = { ...last, until }
    } else if (reach !== -Infinity) found.push({ category, since, until, endedBy })
  }
  /** Adds the segments of `[since, until)`, in which nothing was declared. */
  const halve = (since: EpochMillis, until: EpochMillis, first: Reach, last: Reach): void => {
    if (first === last || until - since === 1) return add(since, until, first)
    const middle = since + Math.ceil((until - since) / 2)
    halve(since, middle, first, reachOf(middle - 1))
    halve(middle, until, reachOf(middle), last)
  }
  const marks = declaredAt(facts).filter((mark) => oldest < mark && mark <= newest)
  const bounds = [oldest, ...Array.from(new Set(marks)).sort((one, other) => one - other), newest + 1]
  for (const [index, since] of bounds.slice(0, -1).entries()) {
    const until = bounds[index + 1]!
    halve(since, until, reachOf(since), reachOf(until - 1))
  }
  return found
}

/** The moments at which a declaration may have changed when data end that are collected from then on. */
const declaredAt = ({ declared, ends = Pseudonym.noEnds, state }: Facts): ReadonlyArray<EpochMillis> => [
  ...declared.changes(),
  ...declared.state.contracts.flatMap(({ from, terms: { lastDay }, to }) => [
    from,
    to,
    ...(lastDay === undefined
      ? []
      : zonesOf(declared).map((zone) => DateTime.toEpochMillis(Calendar.endOfDay(lastDay, zone)))),
  ]),
  ...Array.from(state.periods.values()).flatMap((set) => set.map(({ from }) => from)),
  // An event ends the data that were collected up to it, and none that are collected later.
  ...Object.values(ends).flatMap((moments) => moments.map((moment) => moment + 1)),
]

const zonesOf = ({ changes, policyAt }: Declared): ReadonlyArray<Calendar.TimeZoneName> =>
  Array.from(new Set(changes().flatMap((from) => policyAt(DateTime.makeUnsafe(from))?.timeZone ?? [])))

const usualReachAt: typeof reachAt = ({ declared, ends = Pseudonym.noEnds, state }, category, collectedAt, at) => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at, ends })
  const end = held && RetentionPolicy.usualEnd(state, held.facts, held.policies)
  return end !== undefined && DateTime.toEpochMillis(end) <= at ? "all" : at
}

const reachAt = (
  { declared, ends = Pseudonym.noEnds, state }: Facts,
  category: PersonalDataCategory,
  collectedAt: EpochMillis,
  at: EpochMillis,
): Reach => {
  const held = RetentionEnds.held(declared, { category, collectedAt, at, ends })
  // Without a policy no declaration ends it, and none keeps it.
  if (held === undefined) return at
  const { facts, policies } = held
  const hasEnded = (end: DateTime.Utc | undefined) => end !== undefined && DateTime.toEpochMillis(end) <= at
  if (hasEnded(RetentionPolicy.retentionEnd(state, facts, policies))) return "all"
  // A hold keeps what had not ended when it was placed: so far back an own end must be.
  const placed = Array.from(state.holds.values()).flatMap(({ placedAt }) => (placedAt <= at ? [placedAt] : []))
  return Math.max(
    ...[at, ...placed].filter((end) =>
      hasEnded(RetentionPolicy.postponed(state, facts, policies, DateTime.makeUnsafe(end))),
    ),
  )
}

const reaches = { ended: reachAt, usual: usualReachAt }
