/**
 * The state of the deflection statistics, its watermark and its saved form. The form is kept by a golden file for each
 * version of the projection.
 */
import * as Schema from "effect/Schema"
import type { Position } from "../eventsourcing/EventEnvelope.ts"
import { Definition } from "./Definition.ts"
import * as PackedEvents from "./PackedEvents.ts"
import { Tally, type TallySnapshot } from "./Tally.ts"

/** The state of the fold. It is changed in place. */
export interface State {
  readonly definition: Definition
  /** Events after this moment are left out: a report as of a past moment. Default: none are. */
  readonly until: number
  /** Contributions that are final. */
  readonly settled: Tally
  /** Interactions that are not, by the id of their stream. */
  readonly live: Map<string, Live>
  /** The texts in their packed events. */
  readonly texts: PackedEvents.TextTable
  /** The latest moment of interactions that are settled and not excluded, and of purges, in epoch milliseconds. */
  latest: number
  /** The watermark up to which final contributions were moved to `settled`. */
  sweptAt: number
  /** The contract figures of days as they were published. */
  readonly published: Map<number, ReadonlyArray<readonly [k: number, n: number]>>
  /** The purged days, each with its latest `InteractionsAggregated`. */
  readonly purged: Map<number, Purged>
}

/** The latest aggregation of a purged day: interactions that began before it are no longer counted one by one. */
export interface Purged {
  /** The position up to which interactions are in its counters. */
  readonly through: Position
  /** The position of the event itself. */
  readonly at: Position
}

/** An interaction whose windows have not all closed. */
export interface Live {
  readonly packed: PackedEvents.PackedEvents
  /** The latest moment of its events. */
  latest: number
  /** Whether it counts in no statistic: then it moves no watermark. */
  excluded: boolean
  /** When its contribution becomes final, as the latest sweep computed it; an event resets it to `-Infinity`. */
  finalFrom: number
}

/**
 * The state before the first event.
 */
export const empty = (definition: Definition, options?: { readonly until?: number }): State => ({
  definition,
  until: options?.until ?? Number.POSITIVE_INFINITY,
  settled: new Tally(definition),
  live: new Map(),
  texts: new PackedEvents.TextTable(),
  latest: Number.NEGATIVE_INFINITY,
  sweptAt: Number.NEGATIVE_INFINITY,
  published: new Map(),
  purged: new Map(),
})

/**
 * The watermark: the latest moment of any interaction that is not excluded, less the allowed lateness, or `-Infinity`
 * before the first event.
 */
export const watermark = (state: State): number => latestWithout(state, 0) - state.definition.latenessMinutes * 60_000

/** The latest moment when so many of the interactions that are furthest ahead are left out. */
const latestWithout = ({ latest, live }: State, leftOut: number): number => {
  // Furthest first, one more than are left out.
  const furthest: Array<number> = new Array<number>(leftOut + 1).fill(Number.NEGATIVE_INFINITY)
  for (const one of live.values()) {
    if (one.excluded) continue
    let moment = one.latest
    for (let place = 0; place <= leftOut; place++) {
      const other = furthest[place]!
      if (moment > other) [furthest[place], moment] = [moment, other]
    }
  }
  return Math.max(latest, furthest[leftOut]!)
}

/**
 * How many of the interactions that are furthest ahead settle no other. A wrong clock puts an interaction ahead of all;
 * once it is excluded, the watermark falls back, and those that it would have settled have to be live still.
 */
const leftOutOfSweeps = 3

/** The moment up to which a sweep settles interactions. It is never later than the watermark. */
export const sweepMark = (state: State): number =>
  latestWithout(state, leftOutOfSweeps) - state.definition.latenessMinutes * 60_000

/** A live interaction from its packed events. */
export const liveWith = (packed: PackedEvents.PackedEvents): Live => ({
  packed,
  latest: PackedEvents.latestOf(packed),
  excluded: PackedEvents.has(packed, "InteractionExcluded"),
  finalFrom: Number.NEGATIVE_INFINITY,
})

interface Saved {
  readonly definition: Definition
  readonly until: number | null
  readonly settled: TallySnapshot
  readonly names: ReadonlyArray<string>
  readonly live: ReadonlyArray<readonly [id: string, begin: number, cells: Array<number>, calls: Array<string>]>
  readonly latest: number | null
  readonly sweptAt: number | null
  readonly published: ReadonlyArray<readonly [number, ReadonlyArray<readonly [number, number]>]>
  readonly purged: ReadonlyArray<readonly [number, Purged]>
}

/** The saved form of a state. */
export const encode = (state: State): string => {
  const saved: Saved = {
    definition: state.definition,
    until: finite(state.until),
    settled: state.settled.toSnapshot(),
    names: state.texts.all,
    live: Array.from(state.live, ([id, { packed }]) => [id, packed.begin, packed.cells, packed.calls]),
    latest: finite(state.latest),
    sweptAt: finite(state.sweptAt),
    published: Array.from(state.published),
    purged: Array.from(state.purged),
  }
  return JSON.stringify(saved)
}

/** Reads a saved state. Throws if it was saved under another definition: its figures would mix two meanings. */
export const decode = (definition: Definition, text: string): State => {
  const saved = JSON.parse(text) as Saved
  if (!sameDefinition(saved.definition, definition)) {
    throw new Error("The statistics were saved under another definition: build them anew as another version")
  }
  const state = empty(definition, { until: saved.until ?? Number.POSITIVE_INFINITY })
  return {
    ...state,
    settled: Tally.fromSnapshot(definition, saved.settled),
    texts: new PackedEvents.TextTable(saved.names),
    live: new Map(saved.live.map(([id, begin, cells, calls]) => [id, liveWith({ begin, cells, calls })])),
    latest: saved.latest ?? Number.NEGATIVE_INFINITY,
    sweptAt: saved.sweptAt ?? Number.NEGATIVE_INFINITY,
    published: new Map(saved.published),
    purged: new Map(saved.purged),
  }
}

const sameDefinition = Schema.toEquivalence(Definition)

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
