/**
 * The faults of every real log: lines that are duplicated, late or malformed.
 */
import type { Draw } from "./Draw.ts"
import { localText, type Line } from "./generate.ts"
import type { Column } from "./scenario.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** The lines with repeated, late and faulty ones among them. */
export const blemish = (draw: Draw, lines: ReadonlyArray<Line>): ReadonlyArray<Line> => {
  const blemished: Array<Line> = []
  const end = lines.at(-1)?.writtenAt ?? 0
  let faulty = 0
  for (const line of lines) {
    if (isOverdue(draw, line, end)) {
      // Beyond the seven days after which figures are final: it restates a day.
      blemished.push({ ...line, writtenAt: line.writtenAt + 9 * day })
      continue
    }
    const delay = draw.chance(0.03) ? draw.whole(1, 40) * minute : draw.chance(0.0008) ? draw.whole(2, 6) * hour : 0
    blemished.push({ ...line, writtenAt: line.writtenAt + delay })
    if (draw.chance(0.004)) blemished.push({ ...line, writtenAt: line.writtenAt + draw.whole(1, 20) * minute })
    if (draw.chance(0.0009)) blemished.push(withFault(line, faulty++))
  }
  return blemished.sort((one, other) => one.writtenAt - other.writtenAt)
}

/** A call from the page in the first days, now and then. */
const isOverdue = (draw: Draw, { cells, writtenAt }: Line, end: number): boolean =>
  cells.what === "call" && cells.session?.startsWith("s") === true && writtenAt < end - 20 * day && draw.chance(0.02)

const faults: ReadonlyArray<Readonly<Partial<Record<Column, string>>>> = [
  { what: "screen", screen: "https://energy.example/bill?customer=4711" },
  { what: "screen", screen: "caller 01 23 45 67 89" },
  { what: "screen", screen: "winter-campaign" },
  { what: "hover", screen: "home" },
  { what: "screen", screen: "home", at: "yesterday" },
  { what: "open", channel: "fax" },
]

/** A line of the same session with the next of the faults. */
const withFault = ({ cells, writtenAt }: Line, number: number): Line => {
  const fault = faults[number % faults.length]
  const { session = "", visitor = "" } = cells
  return { writtenAt, cells: { id: `x${number}`, at: localText(writtenAt), session, visitor, ...fault } }
}
