/**
 * The statistics by hand, as a fold of the log. An interaction is held as its decoded events until its longest window has
 * closed, then counted; a journey is a text in a `Map`, with a counter for each outcome. The definition is the one that
 * `walk.ts` uses.
 */
import type { Definition } from "@tacet/core/statistics"
import { decode } from "./codec.ts"
import { type Event, longestWindow } from "./Interaction.ts"
import { localTime } from "./localTime.ts"
import type { Recorded } from "./Log.ts"

const hour = 3_600_000
const windowLengths = [0, 24 * hour, 72 * hour, longestWindow] as const
/** The windows after which a return can be observed, by their place in `windowLengths`. */
const returnWindows = [1, 2, 3] as const
/** The window of the headline figures: 24 hours. */
export const headline = 1

/** Standings of an interaction in a window, by the place of their counter. */
export const columns = {
  open: 0,
  pendingUndecided: 1,
  pendingEffective: 2,
  effective: 3,
  attemptFailed: 4,
  handedOff: 5,
  left: 6,
  bounced: 7,
  linkable: 8,
  linkableNoEffective: 9,
} as const
type Column = keyof typeof columns
const width = Object.keys(columns).length

/** Outcomes of a journey, by the place of their counter. */
export const outcomes = ["effective", "attemptFailed", "handedOff", "left", "provisional"] as const
type Outcome = (typeof outcomes)[number]

/** Steps in the key of a journey are apart by a character that no step has. */
export const separator = "\u0000"
const capMark = "…"

/** The counters of one day. */
export class Day {
  started = 0
  /** A row for each window. */
  readonly windows = new Array<number>(width * windowLengths.length).fill(0)
  /** For each window of a return: who did not come back, and who was observed. */
  readonly returns = new Array<number>(returnWindows.length * 2).fill(0)

  of(window: number, column: Column): number {
    return this.windows[window * width + columns[column]]!
  }

  add(window: number, column: Column, by: number): void {
    this.windows[window * width + columns[column]]! += by
  }
}

interface Call {
  readonly placedAt: number
  readonly asksForPerson: boolean
  human: boolean | "unknown" | undefined
  talkSeconds: number
  disposition: string | undefined
  legs: number
}

/** What one interaction adds. */
interface Contribution {
  readonly startedAt: number
  readonly linkable: boolean
  readonly policyVersion: string
  readonly standings: ReadonlyArray<Column>
  readonly failedReason: string | undefined
  readonly failedAt: number | undefined
  readonly journey: ReadonlyArray<string>
  readonly journeyAt: ReadonlyArray<number>
  readonly calls: ReadonlyArray<Call>
  readonly overrodeInhibition: boolean
  readonly finalAt: number
}

interface Live {
  readonly events: Array<Event>
  finalFrom: number
}

/** The state of the fold, changed in place. */
export class Statistics {
  readonly days = new Map<number, Day>()
  readonly journeys = new Map<string, Array<number>>()
  readonly dwell = new Map<string, Map<number, number>>()
  readonly failedReasons = new Map<string, number>()
  readonly failedByHour = new Array<number>(168).fill(0)
  readonly policyVersions = new Map<string, number>()
  readonly calls = { total: 0, legs: 0, effective: 0, notHuman: 0, humanUnknown: 0 }
  overrodeInhibition = 0
  readonly live = new Map<string, Live>()
  latest = Number.NEGATIVE_INFINITY
  private sweptAt = Number.NEGATIVE_INFINITY
  private readonly local: ReturnType<typeof localTime>
  private readonly definition: Definition.Definition

  constructor(definition: Definition.Definition) {
    this.definition = definition
    this.local = localTime(definition.timeZone)
  }

  /** Folds events of the log. */
  apply(events: ReadonlyArray<Recorded>): void {
    for (const recorded of events) {
      const event = decode(recorded)
      const live = this.live.get(recorded.stream)
      if (live !== undefined) {
        live.events.push(event)
        live.finalFrom = Number.NEGATIVE_INFINITY
      } else if (recorded.version === 1) {
        this.live.set(recorded.stream, { events: [event], finalFrom: Number.NEGATIVE_INFINITY })
      } else {
        throw new Error("An event comes after its interaction was counted: the recordings have none")
      }
      if (event.at > this.latest) this.latest = event.at
    }
    if (this.watermark() >= this.sweptAt + 24 * hour) this.sweep()
  }

  watermark(): number {
    return this.latest - this.definition.latenessMinutes * 60_000
  }

  /** Runs something while the interactions that are not final are counted as they are. */
  withLive<A>(use: () => A): A {
    const provisional = Array.from(this.live.values(), ({ events }) => this.contributionOf(events, this.watermark()))
    for (const contribution of provisional) this.count(contribution, 1)
    try {
      return use()
    } finally {
      for (const contribution of provisional) this.count(contribution, -1)
    }
  }

  /** The state as a text to be saved. */
  save(): string {
    return JSON.stringify({
      days: Array.from(this.days),
      journeys: Array.from(this.journeys),
      dwell: Array.from(this.dwell, ([step, seconds]) => [step, Array.from(seconds)]),
      failedReasons: Array.from(this.failedReasons),
      failedByHour: this.failedByHour,
      policyVersions: Array.from(this.policyVersions),
      calls: this.calls,
      overrodeInhibition: this.overrodeInhibition,
      live: Array.from(this.live, ([stream, { events }]) => [stream, events]),
      latest: this.latest,
      sweptAt: this.sweptAt,
    })
  }

  /** Counts the interactions that only a late event could change. */
  private sweep(): void {
    const now = this.watermark()
    this.sweptAt = now
    for (const [stream, live] of this.live) {
      if (live.finalFrom > now) continue
      const contribution = this.contributionOf(live.events, now)
      live.finalFrom = contribution.finalAt
      if (contribution.finalAt > now) continue
      this.count(contribution, 1)
      this.live.delete(stream)
    }
  }

  private contributionOf(history: ReadonlyArray<Event>, watermark: number): Contribution {
    const events = inOrder(history)
    const [started] = events
    if (started?.type !== "InteractionStarted") throw new Error("An interaction does not begin with its start")
    const journey: Array<string> = []
    const journeyAt: Array<number> = []
    const calls = new Map<string, Call>()
    let lastActivity = started.at
    let ended: number | undefined
    let hasAttempted = false
    let isInhibited = false
    let isHandedOff = false
    for (const event of events) {
      switch (event.type) {
        case "InteractionStarted":
          break
        case "CallInhibited":
          isInhibited = true
          lastActivity = event.at
          break
        case "StepTaken":
          lastActivity = event.at
          isHandedOff = event.kind === "customerArea" || event.kind === "appLaunch"
          if (hasAttempted) break
          journey.push(event.step)
          journeyAt.push(event.at)
          break
        case "CallPlaced":
          hasAttempted ||= event.asksForPerson
          calls.set(event.call, {
            placedAt: event.at,
            asksForPerson: event.asksForPerson,
            human: undefined,
            talkSeconds: 0,
            disposition: undefined,
            legs: 1,
          })
          break
        case "CallAnswered": {
          const call = calls.get(event.call)
          if (call !== undefined && call.human !== true) call.human = event.human
          break
        }
        case "CallEnded": {
          const call = calls.get(event.call)
          if (call === undefined) break
          call.talkSeconds = event.talkSeconds
          call.disposition = event.disposition
          call.legs = event.legs
          break
        }
        case "InteractionEnded":
          ended = event.at
          break
      }
    }
    const idle = this.definition.idleMinutes * 60_000
    const end = ended === undefined ? lastActivity : Math.max(ended, lastActivity)
    const isOpen = ended === undefined && watermark < lastActivity + idle
    const placed = Array.from(calls.values())
    const deflected: Column = isHandedOff ? "handedOff" : journey.length === 0 ? "bounced" : "left"
    const standings: Array<Column> = []
    let failedReason: string | undefined
    let failedAt: number | undefined
    for (let window = 0; window < windowLengths.length; window++) {
      const length = windowLengths[window]!
      const reach = window === 0 && ended === undefined ? idle : length
      const attempts = placed.filter(
        (call) => call.placedAt <= end + reach && (call.asksForPerson || this.isEffective(call)),
      )
      const isEffective = attempts.some((call) => this.isEffective(call))
      const isClosed = !isOpen && watermark >= end + length
      if (isOpen) standings.push("open")
      else if (!isClosed) standings.push(isEffective ? "pendingEffective" : "pendingUndecided")
      else if (isEffective) standings.push("effective")
      else if (attempts.length === 0) standings.push(deflected)
      else {
        standings.push("attemptFailed")
        if (window !== headline) continue
        failedReason = attempts[attempts.length - 1]!.disposition ?? "unfinished"
        failedAt = attempts[0]!.placedAt
      }
    }
    return {
      startedAt: started.at,
      linkable: started.linkable,
      policyVersion: started.policyVersion,
      standings,
      failedReason,
      failedAt,
      journey,
      journeyAt,
      calls: placed,
      overrodeInhibition: isInhibited && placed.some(({ asksForPerson }) => asksForPerson),
      finalAt: Math.max(end + longestWindow, lastActivity + idle),
    }
  }

  private isEffective({ human, talkSeconds }: Call): boolean {
    const { minTalkSeconds, unknownHuman } = this.definition
    return talkSeconds > minTalkSeconds && (human === true || (human === "unknown" && unknownHuman === "effective"))
  }

  /** Adds what an interaction contributes, or takes it back. */
  private count(contribution: Contribution, by: 1 | -1): void {
    const { calls, failedAt, failedReason, linkable, policyVersion, standings, startedAt } = contribution
    const number = this.local.day(startedAt)
    let day = this.days.get(number)
    if (day === undefined) {
      day = new Day()
      this.days.set(number, day)
    }
    day.started += by
    for (let window = 0; window < standings.length; window++) {
      const standing = standings[window]!
      day.add(window, standing, by)
      if (!linkable || !isSettled(standing)) continue
      day.add(window, "linkable", by)
      if (standing !== "effective") day.add(window, "linkableNoEffective", by)
    }
    returnWindows.forEach((window, place) => {
      if (!linkable || !isDeflected(standings[window]!)) return
      // These recordings contain no returns.
      day.returns[place * 2]! += by
      day.returns[place * 2 + 1]! += by
    })
    for (const call of calls) {
      this.calls.total += by
      this.calls.legs += by * call.legs
      if (this.isEffective(call)) this.calls.effective += by
      if (call.human === false) this.calls.notHuman += by
      if (call.human === "unknown") this.calls.humanUnknown += by
    }
    if (contribution.overrodeInhibition) this.overrodeInhibition += by
    bump(this.policyVersions, policyVersion, by)
    if (failedReason !== undefined) bump(this.failedReasons, failedReason, by)
    if (failedAt !== undefined) this.failedByHour[this.local.hourOfWeek(failedAt)]! += by
    this.countJourney(contribution, by)
    if (day.started === 0) this.days.delete(number)
  }

  private countJourney({ journey, journeyAt, standings }: Contribution, by: 1 | -1): void {
    const { collapse, maxSteps } = this.definition
    let key = ""
    let depth = 0
    let since = 0
    for (let place = 0; place < journey.length; place++) {
      const step = journey[place]!
      if (place > 0) {
        const before = journey[since]!
        if (collapse && step === before) continue
        this.countDwell(before, coarse((journeyAt[place]! - journeyAt[since]!) / 1000), by)
        since = place
      }
      if (maxSteps !== null && depth > maxSteps) continue
      const name = maxSteps !== null && depth === maxSteps ? capMark : step
      key = depth === 0 ? name : key + separator + name
      depth++
    }
    const standing = standings[headline]!
    const outcome: Outcome = !isSettled(standing)
      ? "provisional"
      : standing === "bounced"
        ? "left"
        : (standing as Outcome)
    let counts = this.journeys.get(key)
    if (counts === undefined) {
      counts = new Array<number>(outcomes.length).fill(0)
      this.journeys.set(key, counts)
    }
    counts[outcomes.indexOf(outcome)]! += by
    if (by < 0 && counts.every((count) => count === 0)) this.journeys.delete(key)
  }

  private countDwell(step: string, seconds: number, by: number): void {
    let histogram = this.dwell.get(step)
    if (histogram === undefined) {
      histogram = new Map()
      this.dwell.set(step, histogram)
    }
    bump(histogram, seconds, by)
  }
}

const isDeflected = (standing: Column): boolean =>
  standing === "handedOff" || standing === "left" || standing === "bounced"

const isSettled = (standing: Column): boolean =>
  standing === "effective" || standing === "attemptFailed" || isDeflected(standing)

const bump = <Key>(counts: Map<Key, number>, key: Key, by: number): void => {
  const next = (counts.get(key) ?? 0) + by
  if (next === 0) counts.delete(key)
  else counts.set(key, next)
}

/** By time; events of one moment stay in the order of their stream. */
const inOrder = (events: ReadonlyArray<Event>): ReadonlyArray<Event> => {
  for (let place = 1; place < events.length; place++) {
    if (events[place]!.at < events[place - 1]!.at) return events.toSorted((one, other) => one.at - other.at)
  }
  return events
}

/** Whole seconds below an hour, whole minutes below a day, whole hours beyond. */
const coarse = (seconds: number): number => {
  const unit = seconds < 3600 ? 1 : seconds < 86_400 ? 60 : 3600
  return Math.floor(seconds / unit) * unit
}
