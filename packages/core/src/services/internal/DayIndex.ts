/**
 * An index from calendar days to the positions at which their interactions begin in the log: a checkpointed projection,
 * so that a sweep finds expired interactions without reading the whole log. It keeps ranges of positions for each day,
 * not ids: a year takes some kilobytes, however many interactions it has, and late imports of old days are indexed as
 * well.
 */
import * as Effect from "effect/Effect"
import * as Interaction from "../../domain/Interaction.ts"
import type { EpochMillis, Position } from "../../eventsourcing/EventEnvelope.ts"
import type { Projection } from "../../eventsourcing/Projection.ts"
import * as LocalTime from "../../calendar/LocalTime.ts"

/** The positions at which the interactions of one day began. */
export interface Day {
  /** Stretches of the log, both ends included, in order. Interactions of other days may begin within them too. */
  readonly stretches: Array<{ from: Position; to: Position }>
  /** The first and the last moment at which one began. */
  first: EpochMillis
  last: EpochMillis
}

/** The state, by the number of the day. It is changed in place. */
export interface State {
  readonly days: Map<number, Day>
  /** How many interactions were deleted since this many runs of the sweep had been completed. */
  deleted: { readonly runs: number; readonly interactions: number }
}

/** Stretches nearer to each other than this are merged: reading the gap costs less than a second query. */
const near = 2000
/** The maximum number of stretches of a day. Beyond it, the nearest are merged. */
const most = 32

/** The events that begin an interaction. */
export const filter = { streamKinds: [Interaction.streamKind], eventTypes: ["InteractionStarted"] }

/** The projection, for the days of a time zone. Each zone has one of its own. */
export const projection = (timeZone: string): Projection<State> => {
  const local = LocalTime.make(timeZone)
  return {
    name: `retention-days-${timeZone.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`,
    version: 1,
    filter,
    initial: () => ({ days: new Map(), deleted: { runs: 0, interactions: 0 } }),
    apply: (state, chunk) =>
      Effect.sync(() => {
        for (const { occurredAt, position } of chunk.events) note(state, local.day(occurredAt), occurredAt, position)
        return state
      }),
    encode: ({ days, deleted }) => JSON.stringify({ days: Array.from(days), deleted }),
    decode: (text) => {
      const saved = JSON.parse(text) as { days: ReadonlyArray<[number, Day]>; deleted: State["deleted"] }
      return { days: new Map(saved.days), deleted: saved.deleted }
    },
  }
}

const note = ({ days }: State, number: number, at: EpochMillis, position: Position): void => {
  const day = days.get(number)
  if (day === undefined) {
    days.set(number, { stretches: [{ from: position, to: position }], first: at, last: at })
    return
  }
  day.first = Math.min(day.first, at)
  day.last = Math.max(day.last, at)
  const { stretches } = day
  const last = stretches[stretches.length - 1]!
  if (position - last.to <= near) {
    last.to = position
    return
  }
  stretches.push({ from: position, to: position })
  if (stretches.length > most) joinNearest(stretches)
}

const joinNearest = (stretches: Day["stretches"]): void => {
  let nearest = 1
  const gap = (index: number): number => stretches[index]!.from - stretches[index - 1]!.to
  for (let index = 2; index < stretches.length; index++) if (gap(index) < gap(nearest)) nearest = index
  stretches[nearest - 1]!.to = stretches[nearest]!.to
  stretches.splice(nearest, 1)
}
