/**
 * Gathers the legs of a call. Rows of legs are held by case until the clock of the rows has passed the last of them, so
 * that no leg that began during the call can be missing; then they form one call.
 */
import type { Fact, SourceRow } from "../SourceRow.ts"
import * as Heap from "./Heap.ts"
import { callOfLegs, legGraceMillis, type RowReference, type Unit, type UnitFact, whereOf } from "./Unit.ts"

type Leg = Extract<Fact, { readonly _tag: "leg" }>

export interface CallGroups {
  /** How many rows are held. */
  readonly size: number
  readonly add: (row: SourceRow, reference: RowReference, person: string | undefined) => void
  /** The groups of which the last leg ended before the moment, complete, by the moment at which they did. */
  readonly due: (moment: number) => ReadonlyArray<Unit>
  /** The group of one case, complete, if there is one. */
  readonly take: (caseKey: string) => Unit | undefined
}

interface Group {
  readonly case: string
  readonly rows: Array<RowReference>
  readonly legs: Array<Leg>
  readonly others: Array<{ readonly at: number; readonly fact: UnitFact }>
  person: string | undefined
  /** As its first leg says: a transfer within the Customer does not change which number was called. */
  where: Pick<Unit, "number" | "entryPoint">
  at: number
  endsAt: number
}

export const make = (): CallGroups => {
  const groups = new Map<string, Group>()
  const ending = Heap.make<{ readonly at: number; readonly group: Group }>((one, other) => one.at - other.at)
  let size = 0

  const close = (group: Group): Unit => {
    size -= group.rows.length
    groups.delete(group.case)
    const call = callOfLegs(group.legs)
    const facts = [...group.others]
    if (call !== undefined) {
      // A person is asked for when the menu is left: not before its last step.
      const lastStep = Math.max(
        ...group.others.map(({ at, fact }) => (fact._tag === "step" ? at : Number.NEGATIVE_INFINITY)),
      )
      const placedAt = call.asksForPerson ? Math.max(call.placedAt, lastStep) : call.placedAt
      facts.push({ at: placedAt, fact: { ...call, placedAt } })
    }
    return {
      rows: group.rows,
      at: group.at,
      case: group.case,
      ...(group.person === undefined ? {} : { person: group.person }),
      ...group.where,
      facts,
      kind: "callGroup",
    }
  }

  const opened = (caseKey: string): Group => {
    const existing = groups.get(caseKey)
    if (existing !== undefined) return existing
    const group: Group = {
      case: caseKey,
      rows: [],
      legs: [],
      others: [],
      person: undefined,
      where: {},
      at: Number.POSITIVE_INFINITY,
      endsAt: Number.NEGATIVE_INFINITY,
    }
    groups.set(caseKey, group)
    return group
  }

  return {
    get size() {
      return size
    },
    add: (row, reference, person) => {
      const group = opened(row.case)
      size++
      group.rows.push(reference)
      group.person ??= person
      if (row.at < group.at) group.where = { ...group.where, ...whereOf(row) }
      else group.where = { ...whereOf(row), ...group.where }
      group.at = Math.min(group.at, row.at)
      const before = group.endsAt
      for (const fact of row.facts) {
        if (fact._tag === "leg") {
          group.legs.push(fact)
          group.endsAt = Math.max(group.endsAt, fact.endedAt ?? fact.answeredAt ?? fact.placedAt, fact.placedAt)
        } else if (fact._tag === "call") {
          group.legs.push({ ...fact, _tag: "leg" })
        } else {
          group.others.push({ at: row.at, fact })
        }
      }
      group.endsAt = Math.max(group.endsAt, row.at)
      if (group.endsAt > before) ending.push({ at: group.endsAt + legGraceMillis, group })
    },
    due: (moment) => {
      const complete: Array<Unit> = []
      for (let next = ending.peek(); next !== undefined && next.at < moment; next = ending.peek()) {
        ending.pop()
        const { at, group } = next
        const isStale = groups.get(group.case) !== group || group.endsAt + legGraceMillis > at
        if (!isStale) complete.push(close(group))
      }
      return complete
    },
    take: (caseKey) => {
      const group = groups.get(caseKey)
      return group === undefined ? undefined : close(group)
    },
  }
}
