/**
 * What is kept of an interaction until it is final: of each event what a contribution reads, as numbers in one array. An
 * interaction of sixteen events takes some 600 bytes, in memory as in a saved state a tenth of what its decoded events
 * take; a Customer with a million interactions a year has twenty thousand that are not final.
 */
import * as DateTime from "effect/DateTime"
import type { Fact, PlacedEvent } from "./Contribution.ts"

/** A trace. Events are added in the order of the stream. */
export interface Trace {
  /** The moment of the first event, in epoch milliseconds; the others count from it. */
  readonly begin: number
  /** For each event its version, its moment, the place of its tag in `tags`, and what is read of it. */
  readonly cells: Array<number>
  /** The ids of its calls; cells hold places in it. */
  readonly calls: Array<string>
}

/** The texts of all traces of a state, by place: step ids, dispositions and the like, of which there are few. */
export class Names {
  readonly all: Array<string> = []
  private readonly places = new Map<string, number>()

  constructor(names: Iterable<string> = []) {
    for (const name of names) this.place(name)
  }

  place(name: string): number {
    const known = this.places.get(name)
    if (known !== undefined) return known
    this.all.push(name)
    this.places.set(name, this.all.length - 1)
    return this.all.length - 1
  }
}

// Saved states hold places in these lists: they grow at the end.
const tags = [
  "InteractionStarted",
  "NoticeShown",
  "TerminalObserved",
  "CallInhibited",
  "InterfaceActivated",
  "StepTaken",
  "InputEntered",
  "InputChanged",
  "InputDeleted",
  "SurveyAnswered",
  "RedirectedToCustomer",
  "CallRequested",
  "CallPlaced",
  "CallAnswered",
  "CallEnded",
  "GoalReached",
  "InteractionExcluded",
  "InteractionEnded",
  "RecontactObserved",
] as const satisfies ReadonlyArray<Fact["_tag"]>
const humans = [false, true, "unknown"] as const

const placeOfTag = new Map<Fact["_tag"], number>(tags.map((tag, place) => [tag, place]))

/** The trace of a history. */
export const of = (history: ReadonlyArray<PlacedEvent>, names: Names): Trace => {
  const [first] = history
  const begin = first === undefined ? 0 : DateTime.toEpochMillis(first.event.occurredAt)
  const trace: Trace = { begin, cells: [], calls: [] }
  for (const placed of history) add(trace, placed, names)
  return trace
}

/** Adds the next event of the stream. */
export const add = ({ begin, calls, cells }: Trace, { event, version }: PlacedEvent, names: Names): void => {
  cells.push(version, DateTime.toEpochMillis(event.occurredAt) - begin, placeOfTag.get(event._tag)!)
  switch (event._tag) {
    case "InteractionStarted":
      return void cells.push(event.linkable ? 1 : 0, names.place(event.policyVersion))
    case "StepTaken":
      return void cells.push(names.place(event.step), names.place(event.kind))
    case "CallPlaced":
      return void cells.push(placeOfCall(calls, event.call), event.asksForPerson ? 1 : 0)
    case "CallAnswered":
      return void cells.push(placeOfCall(calls, event.call), humans.indexOf(event.human))
    case "CallEnded": {
      const { call, disposition, legs, talkSeconds } = event
      return void cells.push(placeOfCall(calls, call), talkSeconds, names.place(disposition), legs)
    }
    case "RecontactObserved":
      return void cells.push(names.place(event.class))
    default:
  }
}

const placeOfCall = (calls: Array<string>, call: string): number => {
  const known = calls.indexOf(call)
  return known >= 0 ? known : calls.push(call) - 1
}

/** The events of a trace, as far as they are read. */
export const eventsOf = ({ begin, calls, cells }: Trace, { all }: Names): ReadonlyArray<PlacedEvent> => {
  const placed: Array<PlacedEvent> = []
  let at = 0
  const next = (): number => cells[at++]!
  // What was packed as one of a few literals comes back as that one.
  const name = () => all[next()]! as never
  const call = () => calls[next()]! as never
  const factOf = (_tag: Fact["_tag"], occurredAt: DateTime.Utc): Fact => {
    switch (_tag) {
      case "InteractionStarted":
        return { _tag, occurredAt, linkable: next() === 1, policyVersion: name() }
      case "StepTaken":
        return { _tag, occurredAt, step: name(), kind: name() }
      case "CallPlaced":
        return { _tag, occurredAt, call: call(), asksForPerson: next() === 1 }
      case "CallAnswered":
        return { _tag, occurredAt, call: call(), human: humans[next()]! }
      case "CallEnded":
        return { _tag, occurredAt, call: call(), talkSeconds: next(), disposition: name(), legs: next() }
      case "RecontactObserved":
        return { _tag, occurredAt, class: name() }
      default:
        return { _tag, occurredAt }
    }
  }
  while (at < cells.length) {
    const version = next()
    const occurredAt = DateTime.makeUnsafe(begin + next())
    placed.push({ version, event: factOf(tags[next()]!, occurredAt) })
  }
  return placed
}
