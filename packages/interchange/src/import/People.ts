/**
 * Who came back. For the length of a run it is known, by token alone, which interactions one person had in the last
 * seven days, for what `Interactions` asks of its callers: the interactions of the person who calls, and those of persons
 * whose windows of return have closed.
 */
import { Visit } from "@tacet/core/domain"
import * as Heap from "./Heap.ts"

/** An interaction of a person, as recorded so far; `judged` is kept here. */
type Seen = Omit<Visit.Visit, "judged">

export interface People {
  /** How many interactions are remembered. */
  readonly size: number
  readonly saw: (person: string, seen: Seen) => void
  /** All of their interactions that are remembered. */
  readonly visitsOf: (person: string) => ReadonlyArray<Visit.Visit>
  /**
   * The persons who came back within a window that closed before the moment, each with the interaction on which that is
   * to be noted and the others; all rows before the moment must have been recorded.
   */
  readonly due: (moment: number) => ReadonlyArray<ReadonlyArray<Visit.Visit>>
}

interface Known {
  readonly person: string
  /** With the number of windows that have closed. */
  visit: Visit.Visit
  noted: boolean
}

const windows = Visit.returnWindows.length

export const make = (): People => {
  const byPerson = new Map<string, Array<Known>>()
  const closing = Heap.make<{ readonly at: number; readonly known: Known }>((one, other) => one.at - other.at)
  let size = 0

  const closesAt = ({ visit }: Known): number => Visit.nextClose(visit) ?? visit.end
  const schedule = (known: Known): void => closing.push({ at: closesAt(known), known })
  const visitsOf = (person: string) => (byPerson.get(person) ?? []).map(({ visit }) => visit)

  const forget = (known: Known): void => {
    size--
    const others = (byPerson.get(known.person) ?? []).filter((other) => other !== known)
    if (others.length === 0) byPerson.delete(known.person)
    else byPerson.set(known.person, others)
  }

  /** Closes the next window of an interaction; gives the interactions of the person where they came back within it. */
  const closeNext = (known: Known): ReadonlyArray<Visit.Visit> | undefined => {
    const { noted, person, visit } = known
    const others = visitsOf(person).filter((other) => other !== visit)
    const isReturn = !noted && Visit.nextReturn(visit, others) !== undefined
    known.noted ||= isReturn
    known.visit = { ...visit, judged: visit.judged + 1 }
    if (known.visit.judged < windows) schedule(known)
    else forget(known)
    return isReturn ? [visit, ...others.map((other) => ({ ...other, judged: windows }))] : undefined
  }

  return {
    get size() {
      return size
    },
    saw: (person, seen) => {
      const visits = byPerson.get(person) ?? []
      byPerson.set(person, visits)
      const known = visits.find((other) => other.visit.interaction === seen.interaction)
      if (known !== undefined) {
        const { end, judged, number, showedInterface } = known.visit
        known.visit = {
          ...seen,
          judged,
          number: number ?? seen.number,
          end: Math.max(end, seen.end),
          showedInterface: showedInterface || seen.showedInterface,
        }
        return
      }
      size++
      const added: Known = { person, visit: { ...seen, judged: 0 }, noted: false }
      visits.push(added)
      schedule(added)
    },
    visitsOf,
    due: (moment) => {
      const due: Array<ReadonlyArray<Visit.Visit>> = []
      for (let next = closing.peek(); next !== undefined && next.at < moment; next = closing.peek()) {
        closing.pop()
        const { known } = next
        // Activity since then has moved the close of the window.
        if (closesAt(known) >= moment) {
          schedule(known)
          continue
        }
        const back = closeNext(known)
        if (back !== undefined) due.push(back)
      }
      return due
    },
  }
}
