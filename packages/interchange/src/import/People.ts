/**
 * Who came back. For the length of a run it is known, by token alone, which interactions one person had in the last
 * seven days: a call without a case of its own is attributed to the one that was started last, and a return is noted
 * on the earlier one. The log gets no link: a note carries its class only, is dated to the close of the class's window,
 * and is handed out with others of that hour.
 */
import { Interaction } from "@tacet/core/domain"
import type { Uuid } from "@tacet/core/eventsourcing"
import * as Heap from "./Heap.ts"

/** An interaction of a person, as recorded so far. Times in epoch milliseconds. */
interface Visit {
  readonly interaction: Uuid.Uuid
  readonly startedAt: number
  readonly lastActivity: number
  /** The last activity or, where it was recorded and is later, the end. */
  readonly end: number
  /** The Customer's number from which it began, where the source has it. */
  readonly number: string | undefined
  /** Whether an interface was used: calls are attributed to these alone, so that each call of a call log counts. */
  readonly showedInterface: boolean
  readonly excluded: boolean
}

/** A return to be noted. */
export interface Note {
  readonly interaction: Uuid.Uuid
  readonly at: number
  readonly class: Interaction.RecontactClass
}

export interface People {
  /** How many interactions are remembered. */
  readonly size: number
  readonly saw: (person: string, visit: Visit) => void
  /**
   * The interaction that a call of the person belongs to: the one started last whose window holds the call, and that did
   * not begin from another number than was called.
   */
  readonly interactionOf: (person: string, callAt: number, number: string | undefined) => Uuid.Uuid | undefined
  /** All of their interactions that are remembered. */
  readonly interactionsOf: (person: string) => ReadonlyArray<Uuid.Uuid>
  /** The notes whose window closed before the moment; all rows before it must have been recorded. */
  readonly due: (moment: number) => ReadonlyArray<Note>
}

const hour = 3_600_000
const stages: ReadonlyArray<{ readonly after: number; readonly class: Interaction.RecontactClass }> = [
  { after: 24 * hour, class: "within24Hours" },
  { after: 72 * hour, class: "within72Hours" },
  { after: Interaction.longestWindowMillis, class: "within7Days" },
]

interface Known {
  readonly person: string
  visit: Visit
  /** Which window closes next. */
  stage: number
  noted: boolean
}

export const make = (): People => {
  const byPerson = new Map<string, Array<Known>>()
  const closing = Heap.make<{ readonly at: number; readonly known: Known }>((one, other) => one.at - other.at)
  let size = 0

  const closesAt = ({ stage, visit }: Known): number => visit.end + (stages[stage]?.after ?? 0)
  const schedule = (known: Known): void => closing.push({ at: closesAt(known), known })

  const forget = (known: Known): void => {
    size--
    const others = (byPerson.get(known.person) ?? []).filter((other) => other !== known)
    if (others.length === 0) byPerson.delete(known.person)
    else byPerson.set(known.person, others)
  }

  const cameBack = (known: Known, by: number): boolean =>
    (byPerson.get(known.person) ?? []).some(
      ({ visit }) => !visit.excluded && visit.startedAt > known.visit.startedAt && visit.startedAt <= by,
    )

  const closeNext = (known: Known): Note | undefined => {
    const stage = stages[known.stage]
    if (stage === undefined) return undefined
    const at = closesAt(known)
    const isReturn = !known.noted && !known.visit.excluded && cameBack(known, at)
    known.noted ||= isReturn
    known.stage++
    if (known.stage < stages.length) schedule(known)
    else forget(known)
    return isReturn ? { interaction: known.visit.interaction, at, class: stage.class } : undefined
  }

  return {
    get size() {
      return size
    },
    saw: (person, visit) => {
      const visits = byPerson.get(person) ?? []
      byPerson.set(person, visits)
      const known = visits.find((other) => other.visit.interaction === visit.interaction)
      if (known !== undefined) {
        const { end, number, showedInterface } = known.visit
        known.visit = {
          ...visit,
          number: number ?? visit.number,
          end: Math.max(end, visit.end),
          showedInterface: showedInterface || visit.showedInterface,
        }
        return
      }
      size++
      const added: Known = { person, visit, stage: 0, noted: false }
      visits.push(added)
      schedule(added)
    },
    interactionOf: (person, callAt, number) => {
      let found: Visit | undefined
      for (const { visit } of byPerson.get(person) ?? []) {
        const holds = visit.startedAt <= callAt && callAt <= visit.lastActivity + Interaction.longestWindowMillis
        if (!holds || !visit.showedInterface || visit.excluded) continue
        if (number !== undefined && visit.number !== undefined && visit.number !== number) continue
        if (found === undefined || visit.startedAt >= found.startedAt) found = visit
      }
      return found?.interaction
    },
    interactionsOf: (person) => (byPerson.get(person) ?? []).map(({ visit }) => visit.interaction),
    due: (moment) => {
      const notes: Array<Note> = []
      for (let next = closing.peek(); next !== undefined && next.at < moment; next = closing.peek()) {
        closing.pop()
        const { known } = next
        // Activity since then has moved the close of the window.
        if (closesAt(known) >= moment) {
          schedule(known)
          continue
        }
        const note = closeNext(known)
        if (note !== undefined) notes.push(note)
      }
      return notes
    },
  }
}
