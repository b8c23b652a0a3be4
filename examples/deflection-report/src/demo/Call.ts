/**
 * Invented calls. Their shares follow loosely what real call centres publish: of those who ask for a person roughly two
 * in three are put through by day, most of the others leave the queue, and the worst hours are Monday morning and noon.
 */
import { DateTime } from "luxon"
import type { Draw } from "./Draw.ts"
import { timeZone } from "./scenario.ts"

export interface Call {
  readonly placed: number
  readonly answered: number | undefined
  readonly ended: number
  readonly agent: "yes" | "no" | ""
  readonly result: string
  readonly asked: "yes" | "no"
}

const second = 1000

/** A call placed at a moment; `fromMenu`: it came by the phone alone, so some of it stays in the phone menu. */
export const callAt = (draw: Draw, placed: number, fromMenu: boolean): Call => {
  const at = (seconds: number): number => placed + seconds * second
  if (fromMenu && draw.chance(0.09)) {
    const ended = at(draw.around(45))
    const result = draw.chance(0.6) ? "automated" : "menuAbandoned"
    return { placed, answered: at(2), ended, agent: "no", result, asked: "no" }
  }
  if (!isOpenAt(placed)) return { placed, answered: at(1), ended: at(22), agent: "no", result: "closed", asked: "yes" }
  const outcome = draw.weighted({
    queueAbandoned: 100 * patienceLost(placed),
    shortAbandoned: 2,
    busy: 2,
    noAnswer: 2,
    voicemail: 3,
    failed: 0.6,
    reached: 55,
  })
  switch (outcome) {
    case "reached": {
      const wait = draw.around(70)
      const ended = at(wait + draw.around(230))
      return {
        placed,
        answered: at(wait),
        ended,
        agent: draw.chance(0.93) ? "yes" : "",
        result: "answered",
        asked: "yes",
      }
    }
    case "voicemail": {
      const ring = draw.whole(20, 40)
      return {
        placed,
        answered: at(ring),
        ended: at(ring + draw.around(25)),
        agent: "no",
        result: outcome,
        asked: "yes",
      }
    }
    default: {
      const seconds = {
        queueAbandoned: draw.around(110),
        shortAbandoned: draw.whole(2, 8),
        noAnswer: 60,
        busy: 3,
        failed: 1,
      }
      return { placed, answered: undefined, ended: at(seconds[outcome]), agent: "no", result: outcome, asked: "yes" }
    }
  }
}

/** Whether the line is open. */
export const isOpenAt = (moment: number): boolean => {
  const { hour, weekday } = DateTime.fromMillis(moment, { zone: timeZone })
  return weekday <= 5 ? hour >= 8 && hour < 19 : weekday === 6 && hour >= 9 && hour < 13
}

/** The share of callers who leave the queue, by weekday and hour. */
const patienceLost = (moment: number): number => {
  const { hour, weekday } = DateTime.fromMillis(moment, { zone: timeZone })
  const byHour = hour < 10 ? 0.3 : hour < 12 ? 0.2 : hour < 14 ? 0.38 : hour < 17 ? 0.16 : 0.24
  return weekday === 1 && hour < 12 ? byHour * 1.6 : byHour
}
