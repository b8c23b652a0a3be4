/**
 * Reads a whole call from the fields of one record. Times that a system does not write are derived: the end from start
 * and duration, the answer from end and talk time.
 */
import type { CallFields, Mapping } from "../mapping/Mapping.ts"
import { accepted } from "../mapping/Rule.ts"
import type { CallFact, Quality } from "../SourceRow.ts"
import { durationReader, notNegative } from "./Duration.ts"
import { timeViolation } from "./Violation.ts"
import type { Get } from "./Record.ts"
import { timeReader } from "./Time.ts"
import { valueReader } from "./Value.ts"

/** Reads a call; `at` is the time of the row, where the mapping declares one. */
export type CallReader = (get: Get, at: number | undefined, quality: Quality) => CallFact

/** Compiles a reader; calls `use` with each field that it reads. */
export const callReader = (
  declared: CallFields,
  zone: string,
  longest: number,
  use: (field: string) => void,
): CallReader => {
  const time = (key: "placed" | "answered" | "ended") =>
    declared[key] === undefined ? () => undefined : timeReader(declared[key], zone, `call.${key}`, use)
  const length = (key: "duration" | "talk") =>
    declared[key] === undefined ? () => undefined : durationReader(declared[key], use)
  const [readPlaced, readAnswered, readEnded] = [time("placed"), time("answered"), time("ended")]
  const [readDuration, readTalk] = [length("duration"), length("talk")]
  const human = declared.human === undefined ? undefined : valueReader(declared.human, accepted.human, use)
  const disposition =
    declared.disposition === undefined ? undefined : valueReader(declared.disposition, accepted.disposition, use)
  const asks =
    declared.asksForPerson === undefined ? undefined : valueReader(declared.asksForPerson, accepted.boolean, use)
  return (get, at, quality) => {
    const times = callTimes(
      {
        placed: readPlaced(get) ?? at,
        answered: readAnswered(get),
        ended: readEnded(get),
        duration: readDuration(get, quality),
        talk: readTalk(get, quality),
      },
      disposition?.(get) === "answered",
      quality,
      longest,
    )
    const answered = times.answeredAt !== undefined
    return {
      ...times,
      human: human?.(get) ?? (answered ? "unknown" : false),
      disposition: disposition?.(get) ?? (answered ? "answered" : "noAnswer"),
      asksForPerson: asks?.(get) ?? true,
    }
  }
}

/** The longest call of a mapping, in seconds. */
export const longestCallOf = ({ longestCall = 86_400 }: Mapping): number => longestCall

/** The times of a call in a record, in epoch milliseconds and seconds; the talk time is not negative. */
export interface WrittenTimes {
  readonly placed: number | undefined
  readonly answered: number | undefined
  readonly ended: number | undefined
  readonly duration: number | undefined
  readonly talk: number | undefined
}

/**
 * The times of a call, each after the one before. `saysAnswered`: the record says so though it names no moment.
 * Where an answer is missing it is the end less the talk time; where an end is missing, start plus duration.
 */
export const callTimes = (
  written: WrittenTimes,
  saysAnswered: boolean,
  quality: Quality,
  longest = longestCallOf({}),
): Pick<CallFact, "placedAt" | "answeredAt" | "endedAt" | "talkSeconds"> => {
  const { answered, duration, placed, talk } = written
  if (placed === undefined) throw timeViolation("call.placed", "the moment at which the call was placed")
  const farthest = longest * 1000
  const isFar = (moment: number | undefined) => moment !== undefined && Math.abs(moment - placed) > farthest
  if (isFar(answered)) throw timeViolation("call.answered", `a moment within ${longest} seconds of the call's start`)
  if (isFar(written.ended)) throw timeViolation("call.ended", `a moment within ${longest} seconds of the call's start`)
  if (Math.max(duration ?? 0, talk ?? 0) > longest) throw timeViolation("call.duration", `at most ${longest} seconds`)
  const end =
    written.ended ??
    (duration === undefined ? (answered ?? placed) + (talk ?? 0) * 1000 : placed + Math.round(duration * 1000))
  const endedAt = notBefore(placed, end, quality)
  const isAnswered = answered !== undefined || saysAnswered || (talk ?? 0) > 0
  if (!isAnswered) return { placedAt: placed, endedAt, talkSeconds: 0 }
  const saysEnd = written.ended !== undefined || duration !== undefined || talk !== undefined
  // When it ended, and so how long they talked, is not known.
  if (!saysEnd) return { placedAt: placed, answeredAt: Math.max(placed, answered ?? placed) }
  const answeredAt = Math.max(placed, Math.min(endedAt, answered ?? endedAt - Math.round((talk ?? 0) * 1000)))
  return { placedAt: placed, answeredAt, endedAt, talkSeconds: talk ?? (endedAt - answeredAt) / 1000 }
}

const notBefore = (start: number, end: number, quality: Quality): number =>
  start + notNegative((end - start) / 1000, quality) * 1000
