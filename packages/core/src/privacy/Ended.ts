/**
 * Which rows of a vault have come to their end, as data that any store can act on: by category, the time of collection and
 * the end that a row was kept with. `services` compute it from the periods, contracts, policies and legal holds of the
 * moment, so that a hold keeps rows behind their own end and a shorter period ends them before it.
 */
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { SubjectId } from "./Subject.ts"

/** The category of a datum, and when it was collected. */
export interface Collected {
  readonly category: PersonalDataCategory
  readonly at: EpochMillis
}

/** The time over which the rows of a category that are kept were collected. */
export interface Span {
  readonly category: PersonalDataCategory
  readonly oldest: EpochMillis
  readonly newest: EpochMillis
  /** The same of those that were kept without an end; `undefined` where there are none. */
  readonly endless: { readonly oldest: EpochMillis; readonly newest: EpochMillis } | undefined
}

/** The time over which the rows of a category that are kept of one subject were collected. */
export interface SubjectSpan extends Omit<Span, "endless"> {
  readonly subject: SubjectId
}

/** Rows of a category that were collected within `[since, until)`. */
export interface Segment {
  readonly category: PersonalDataCategory
  readonly since: EpochMillis
  readonly until: EpochMillis
  /** Those have ended whose own end came by then; `undefined`: all of them, whatever their own end. */
  readonly endedBy: EpochMillis | undefined
}

/** The same of the rows of one subject. */
export interface SubjectSegment extends Segment {
  readonly subject: SubjectId
}

/** The rows that have ended at a moment: those of a segment. The segments of a category do not overlap, nor those of a subject. */
export interface Ended {
  readonly at: EpochMillis
  readonly segments: ReadonlyArray<Segment>
  /** Rows of single subjects that have ended beside those, by events of the person. */
  readonly ofSubjects: ReadonlyArray<SubjectSegment>
  /** Rows of which no category is recorded have ended where their own end came by then. */
  readonly unrecordedBy: EpochMillis
}

/** How many rows of a category there are; `undefined`: of rows without one. */
export interface Tally {
  readonly category: PersonalDataCategory | undefined
  readonly rows: number
}

/** The rows whose own end has come, among all that are kept. */
export const byOwnEnd = (spans: ReadonlyArray<Span>, at: EpochMillis): Ended => ({
  at,
  segments: spans.map(({ category, newest, oldest }) => ({ category, since: oldest, until: newest + 1, endedBy: at })),
  ofSubjects: [],
  unrecordedBy: at,
})
