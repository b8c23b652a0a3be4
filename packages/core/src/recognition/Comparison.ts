/**
 * How two observations are compared, field by field. Each field has levels of agreement, from none to the closest.
 * Attributes that depend on each other (browser, operating system, model) are one field: the model adds the weights of
 * fields, and would count the same agreement several times.
 */
import { dayMillis } from "../calendar/UtcDay.ts"
import type { Observation, Traits } from "./Observation.ts"

/** The fields that are compared. */
export const fields = ["software", "screen", "language", "timeZone", "network"] as const
export type Field = (typeof fields)[number]

/** The levels of a field, in order of agreement. From `agreesFrom` on, the values are the same. */
export interface Levels {
  readonly names: ReadonlyArray<string>
  readonly agreesFrom: number
}

const sameOrNot: Levels = { names: ["different", "identical"], agreesFrom: 1 }

/** The levels of each field. */
export const levels: Readonly<Record<Field, Levels>> = {
  /** `sameFamily`: the same once its version numbers are taken out. */
  software: { names: ["different", "sameFamily", "identical"], agreesFrom: 2 },
  screen: sameOrNot,
  language: sameOrNot,
  timeZone: sameOrNot,
  /** The same network is weaker evidence the longer ago it was observed: its addresses are reassigned. */
  network: { names: ["different", "longAgo", "withinMonth", "withinDay"], agreesFrom: 1 },
}

const month = 30 * dayMillis

/**
 * A description of software without its version numbers.
 *
 * @example
 * ```ts
 * import { Comparison } from "@tacet/core/recognition"
 *
 * Comparison.familyOf("Browser/5.0 (Phone; OS 8_1_2)") // => "Browser/ (Phone; OS )"
 * ```
 */
export const familyOf = (software: string): string => software.replace(/[\d._]+/g, "")

/** An observation made ready for many comparisons. */
export interface Prepared {
  readonly at: number
  readonly traits: Traits
  readonly family: string | undefined
}

/** Makes an observation ready. */
export const prepare = ({ at, traits }: Observation<never> | Pick<Prepared, "at" | "traits">): Prepared => ({
  at,
  traits,
  family: traits.software === undefined ? undefined : familyOf(traits.software),
})

/** At which level two observations agree in a field; `undefined` where one of them lacks it. */
export const levelOf = (field: Field, one: Prepared, other: Prepared): number | undefined => {
  const [a, b] = [one.traits[field], other.traits[field]]
  if (a === undefined || b === undefined) return undefined
  if (a !== b) return field === "software" && one.family === other.family ? 1 : 0
  if (field !== "network") return levels[field].agreesFrom
  const gap = Math.abs(one.at - other.at)
  return gap <= dayMillis ? 3 : gap <= month ? 2 : 1
}
