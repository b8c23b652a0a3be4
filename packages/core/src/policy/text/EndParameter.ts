/**
 * Parameters of periods and ends, of which the earliest counts.
 */
import * as Schema from "effect/Schema"
import type { Period } from "../../calendar/Period.ts"
import * as Periods from "../../calendar/Period.ts"
import { type About, codec, type Parameter } from "./ParameterKind.ts"

const neverLongerThanAnother = (periods: ReadonlyArray<Period>): ReadonlyArray<Period> =>
  Array.from(new Set(periods))
    .filter((one) => !periods.some((other) => comesFirst(other, one)))
    .toSorted()

/** Of two periods of equal length the one that sorts first stays, so that `P1Y` and `P12M` become one value. */
const comesFirst = (one: Period, other: Period): boolean =>
  one !== other && Periods.neverLonger(one, other) && (!Periods.neverLonger(other, one) || one < other)

/**
 * Periods of which the one that ends first counts: `P1M` and `P30D` together are whichever is sooner.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const answer = Parameter.periods({ about: "Answers.", rules: ["R-1M"], readBy: "decider", strictest: ["P1M"] })
 * const both = answer.meet(["P1M"], ["P31D"]) // => ["P1M"]
 * ```
 */
export const periods = (
  about: About & { readonly strictest: ReadonlyArray<Period> },
): Parameter<ReadonlyArray<Period>> => {
  const both = (one: ReadonlyArray<Period>, other: ReadonlyArray<Period>) => neverLongerThanAnother([...one, ...other])
  return {
    ...about,
    kind: "ends",
    words: [],
    schema: codec(Schema.Array(Periods.Period).check(Schema.isUnique())),
    strictest: about.strictest,
    meet: both,
    extend: both,
  }
}

/** From when a datum's end is counted. */
export const endEvents = [
  "collection",
  "purposeFulfilled",
  "changedOrDeletedByUser",
  "retentionEnd",
  "contractEnd",
  "relationshipEnd",
  "accountDeletion",
] as const
export type EndEvent = (typeof endEvents)[number]

/** An end: so long after an event, or at the event itself. */
export interface End {
  readonly after: EndEvent
  readonly within?: Period
}

/** The Schema of an end. */
export const End: Schema.Codec<End> = codec(
  Schema.Struct({ after: Schema.Literals(endEvents), within: Schema.optionalKey(Periods.Period) }),
)

const earliestEnds = (ends: ReadonlyArray<End>): ReadonlyArray<End> =>
  endEvents.flatMap((after) => {
    const own = ends.filter((end) => end.after === after)
    if (own.length === 0) return []
    if (own.some((end) => end.within === undefined)) return [{ after }]
    return neverLongerThanAnother(own.flatMap((end) => end.within ?? [])).map((within): End => ({ after, within }))
  })

const endsSchema: Schema.Codec<ReadonlyArray<End>> = codec(Schema.Array(End))

/**
 * Ends of which the earliest counts. An empty list is no end at all.
 *
 * @example
 * ```ts
 * import { Parameter } from "@tacet/core/policy"
 *
 * const cap = Parameter.ends({ about: "Retention.", rules: ["RET-NEC"], readBy: "decider", strictest: [{ after: "contractEnd" }] })
 * const cap12 = cap.meet([{ after: "collection", within: "P2Y" }], [{ after: "collection", within: "P12M" }])
 * cap12 // => [{ after: "collection", within: "P12M" }]
 * ```
 */
export const ends = (about: About & { readonly strictest: ReadonlyArray<End> }): Parameter<ReadonlyArray<End>> => {
  const both = (one: ReadonlyArray<End>, other: ReadonlyArray<End>) => earliestEnds([...one, ...other])
  return {
    ...about,
    kind: "ends",
    words: endEvents,
    schema: endsSchema,
    strictest: about.strictest,
    meet: both,
    extend: both,
  }
}
