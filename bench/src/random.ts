/**
 * Chance from a seed: the same seed gives the same numbers on every machine.
 */

/** A source of chance. */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  readonly next: () => number
  /** A whole number below a bound. */
  readonly below: (bound: number) => number
  /** A number from the normal distribution around 0 with standard deviation 1. */
  readonly normal: () => number
  /** A place in a list of weights, as often as its weight says. */
  readonly weighted: (weights: ReadonlyArray<number>) => number
}

/** The source of a seed. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0
  // Mulberry32: 32 bits of state, enough for data that only has to look like data.
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    weighted: (weights) => {
      let left = next() * weights.reduce((sum, weight) => sum + weight, 0)
      const place = weights.findIndex((weight) => (left -= weight) < 0)
      return place === -1 ? weights.length - 1 : place
    },
  }
}
