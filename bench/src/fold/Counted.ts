/**
 * What a subject counted, in a form that does not depend on how it did: all subjects must agree, to the last digit.
 */

/** A journey and how often it was taken. */
export interface Variant {
  readonly steps: ReadonlyArray<string>
  readonly count: number
}

/** The figures by which counts are compared. */
export interface Counted {
  readonly interactions: number
  readonly variants: number
  /** The ten most used: by count, then by key. */
  readonly topTen: ReadonlyArray<Variant>
}

/** The figures of a complete list of journeys. */
export const countedOf = (variants: ReadonlyArray<Variant>): Counted => ({
  interactions: variants.reduce((sum, { count }) => sum + count, 0),
  variants: variants.length,
  topTen: variants
    .filter(({ count }) => count * 1000 >= variants.length)
    .sort((one, other) => other.count - one.count || (one.steps.join(" ") < other.steps.join(" ") ? -1 : 1))
    .slice(0, 10),
})
