/**
 * An invented month: visits of a help page with their steps, the calls that follow them or come by themselves, people
 * who come back. From one seed always the same lines, in the order in which such a log would be written: a call's line
 * when it has ended, all others at once.
 */
import { DateTime, IANAZone } from "luxon"
import { type Call, callAt, isOpenAt } from "./Call.ts"
import type { Draw } from "./Draw.ts"
import { type Column, type End, type Intent, intents, intentWeights, timeZone } from "./scenario.ts"

/** A line of the log; columns that are absent are empty. */
export interface Line {
  /** When it was written, in epoch milliseconds. */
  readonly writtenAt: number
  readonly cells: Readonly<Partial<Record<Column, string>>>
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const days = 28
const firstDay = DateTime.fromISO("2026-03-02", { zone: timeZone })

/** Visits of the page and calls by phone alone, by weekday from Monday. */
const visitsOfWeekday = [230, 196, 188, 184, 172, 92, 58]
const callsOfWeekday = [58, 46, 44, 42, 40, 12, 4]

/** How busy each hour of the day is. */
const busyness = [1, 1, 0, 0, 1, 2, 6, 14, 30, 44, 48, 42, 34, 32, 38, 40, 38, 34, 28, 20, 16, 12, 7, 3]

/** The lines of the month, in the order in which they were written. */
export const generate = (draw: Draw): ReadonlyArray<Line> => {
  const lines: Array<Line> = []
  const end = firstDay.plus({ days }).toMillis()
  let numbers = 0

  const write = (at: number, cells: Line["cells"], writtenAt = at): void => {
    const line = { id: `r${++numbers}`, at: localText(at), ...cells }
    if (writtenAt < end) lines.push({ writtenAt, cells: line })
  }

  const writeCall = (call: Call, session: string, visitor: string): void => {
    const answered = call.answered === undefined ? "" : localText(call.answered)
    const { agent, asked, ended, placed, result } = call
    const times = { placed: localText(placed), answered, ended: localText(ended) }
    write(placed, { session, visitor, what: "call", ...times, agent, result, asked }, ended)
  }

  const visit = (start: number, visitor: string, returns: number): void => {
    const intent: Intent = intents[draw.weighted(intentWeights)]
    const session = `s${++numbers}`
    const channel = draw.weighted({ web: 70, app: 18, sms: 8, qr: 4 })
    let at = start
    write(at, { session, visitor, what: "open", channel })
    if (draw.chance(0.007)) write(at + second, { session, visitor, what: "test" })
    const isBounce = draw.chance(0.06)
    for (const screen of isBounce ? [] : walk(draw, intent)) {
      at += draw.around(6) * second
      write(at, { session, visitor, what: "screen", screen })
      at += draw.around(18) * second
    }
    const wanted = isBounce ? "leave" : draw.weighted<End>(intent.ends)
    // The page says when the line is open: most who read that do not try.
    const ending = wanted === "call" && !isOpenAt(at) && draw.chance(0.7) ? "leave" : wanted
    if (ending === "goal") write(at, { session, visitor, what: "goal", screen: intent.goal ?? "" })
    if (ending === "area") write(at, { session, visitor, what: "area" })
    if (ending === "goal" && draw.chance(0.5)) write(at + 2 * second, { session, visitor, what: "close" })
    const isReached = ending === "call" && call(session, visitor, at)
    const comesBack = isReached ? 0.04 : ending === "call" ? 0.42 : ending === "leave" ? 0.2 : 0.06
    if (returns < 3 && draw.chance(comesBack)) {
      const back = at + draw.around(returns === 0 ? 9 : 40) * hour
      if (draw.chance(0.65)) visit(back, visitor, returns + 1)
      else if (visitor !== "") byPhone(back, visitor)
    }
  }

  /** From the page, so that the call carries its session, or dialled by hand, so that at most the person is known. */
  const call = (session: string, visitor: string, at: number): boolean => {
    const isFromPage = draw.chance(0.6)
    const placed = at + (isFromPage ? draw.around(8) * second : draw.around(25) * minute)
    const made = callAt(draw, placed, !isFromPage)
    writeCall(made, isFromPage ? session : `c${++numbers}`, visitor)
    return made.agent !== "no"
  }

  const byPhone = (placed: number, visitor: string): void =>
    writeCall(callAt(draw, placed, true), `c${++numbers}`, visitor)

  for (let day = 0; day < days; day++) {
    const date = firstDay.plus({ days: day })
    for (let left = visitsOfWeekday[day % 7] ?? 0; left > 0; left--) {
      const visitor = draw.chance(0.72) ? `v${draw.whole(1, 90_000)}` : ""
      visit(momentOf(draw, date), visitor, 0)
    }
    for (let left = callsOfWeekday[day % 7] ?? 0; left > 0; left--) {
      const moment = momentOf(draw, date)
      if (isOpenAt(moment) || draw.chance(0.3)) byPhone(moment, draw.chance(0.4) ? `v${draw.whole(1, 90_000)}` : "")
    }
  }
  return lines.sort((one, other) => one.writtenAt - other.writtenAt)
}

/** The screens of a visit: the straight path with what people do on it: go back, look again, give up half way. */
const walk = (draw: Draw, { path }: Intent): ReadonlyArray<string> => {
  const screens: Array<string> = []
  for (const [place, screen] of path.entries()) {
    if (place > 1 && draw.chance(0.07)) break
    screens.push(screen)
    if (draw.chance(0.05)) screens.push(screen)
    if (place === 0 && draw.chance(0.05)) screens.push("contact/faq", screen)
    if (place > 0 && draw.chance(0.06)) screens.push("home", screen)
  }
  for (let again = 0; again < 3 && draw.chance(0.09); again++) screens.push(...path.slice(1, 3))
  if (draw.chance(0.12)) screens.push("contact")
  return screens
}

const momentOf = (draw: Draw, date: DateTime): number => {
  const weights = Object.fromEntries(busyness.map((weight, at) => [String(at), weight]))
  const busy = Number(draw.weighted(weights))
  return date.set({ hour: busy, minute: draw.whole(0, 59), second: draw.whole(0, 59) }).toMillis()
}

/** A local time without an offset, as most systems write it. */
export const localText = (millis: number): string =>
  new Date(millis + offsetAt(Math.floor(millis / hour))).toISOString().slice(0, 19).replace("T", " ")

const offsets = new Map<number, number>()

/** The offset of the zone in an hour: looked up once for each. */
const offsetAt = (ofHour: number): number => {
  const offset = offsets.get(ofHour) ?? IANAZone.create(timeZone).offset(ofHour * hour) * minute
  offsets.set(ofHour, offset)
  return offset
}
