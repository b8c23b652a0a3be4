/**
 * Draws from a seeded generator, from which the invented month is made.
 */

/** Draws; the same seed gives the same ones. */
export interface Draw {
  /** From 0 up to, not including, 1. */
  readonly next: () => number
  readonly chance: (probability: number) => boolean
  /** A whole number from `from` up to and with `to`. */
  readonly whole: (from: number, to: number) => number
  /** One of the names, each as often as its weight. */
  readonly weighted: <Name extends string>(weights: Readonly<Record<Name, number>>) => Name
  /** Around a median, never far below and sometimes far above it: how long people take. */
  readonly around: (median: number) => number
}

export const make = (next: () => number): Draw => {
  const whole = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1))
  return {
    next,
    chance: (probability) => next() < probability,
    whole,
    weighted: <Name extends string>(weights: Readonly<Record<Name, number>>): Name => {
      const entries = Object.entries<number>(weights)
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        left -= weight
        if (left < 0) return name as Name
      }
      return entries[0]?.[0] as Name
    },
    around: (median) => {
      // The sum of three even draws is close enough to a bell.
      const bell = (next() + next() + next() - 1.5) * 1.6
      return Math.max(1, Math.round(median * Math.exp(bell)))
    },
  }
}
