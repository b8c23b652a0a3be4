/**
 * Visits of persons as rows of a log, for laws over any log.
 */
import * as fc from "fast-check"
import type { Fact, SourceRow } from "../SourceRow.ts"
import { minute, morning, step } from "./importing.testing.ts"

export type Row = Omit<SourceRow, "_tag" | "line">

/** The ending of a visit. */
export const anEnding = fc.constantFrom<ReadonlyArray<Fact>>(
  [],
  [{ _tag: "redirected" }],
  [{ _tag: "ended" }],
  [{ _tag: "callRequested" }],
  [{ _tag: "excluded", reason: "test" }],
)

/** A visit without its calls; `start` and `pause` in minutes. */
interface Visited {
  readonly start: number
  readonly person: string | undefined
  readonly steps: ReadonlyArray<string>
  readonly pause: number
  readonly ending: ReadonlyArray<Fact>
}

/** The rows of a visit, the moment of the last one, and the person as each row names them. */
export const visited = ({ ending, pause, person, start, steps }: Visited, name: string) => {
  const known = person === undefined ? {} : { person }
  const at = morning + start * minute
  const end = at + steps.length * pause * minute
  const taken = steps.map((screen, place): Row => ({
    case: name,
    ...known,
    at: at + place * pause * minute,
    facts: [step(screen)],
  }))
  const last: Row = { case: name, ...known, at: end, facts: [step("home"), ...ending] }
  return { known, end, rows: [...taken, last] }
}

/** A call of which each moment is a row. */
export const inMoments = ({
  at,
  reaches,
  ...of
}: Pick<Row, "case" | "person" | "at"> & { readonly reaches: boolean }): ReadonlyArray<Row> => [
  { ...of, at, facts: [{ _tag: "callPlaced" }] },
  { case: of.case, at: at + minute, facts: [{ _tag: "callAnswered", human: reaches }] },
  { case: of.case, at: at + 2 * minute, facts: [{ _tag: "callEnded" }] },
]

/** The rows of a log in the order of time, each at a moment of its own. */
export const inOrder = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.toSorted((one, other) => one.at - other.at).map((row, place) => shifted(row, place))

/** Some milliseconds later, call and all. */
const shifted = (row: Row, millis: number): Row => ({
  ...row,
  id: `row ${millis}`,
  at: row.at + millis,
  facts: row.facts.map((fact) =>
    fact._tag === "call" || fact._tag === "leg"
      ? {
          ...fact,
          placedAt: fact.placedAt + millis,
          endedAt: (fact.endedAt ?? fact.placedAt) + millis,
          ...(fact.answeredAt === undefined ? {} : { answeredAt: fact.answeredAt + millis }),
        }
      : fact,
  ),
})
