/**
 * A figure of one subject: the median of several rounds, the range of the rounds, and its ratio to a baseline that was
 * measured in the same rounds.
 */

/** How a subject compares with a baseline. Above 1 the subject is better. */
export interface Comparison {
  readonly baseline: string
  /** The baseline's wall-clock time divided by the subject's, round by round; the median. `null` under load. */
  readonly ratio: number | null
  /** The same of processor time, client and server together; `null` where the figure is one of waiting. */
  readonly processorRatio: number | null
  /** The wall-clock ratio that is aimed at, where one is. */
  readonly target?: number
}

/** A figure. */
export interface Measurement {
  readonly subject: string
  readonly median: number
  readonly unit: string
  readonly minimum?: number
  readonly maximum?: number
  readonly rounds?: number
  /** Millions of events a second. */
  readonly millionEventsPerSecond?: number
  readonly comparisons?: ReadonlyArray<Comparison>
  /** The figure that is not to be exceeded, where there is one. */
  readonly limit?: number
  /** Nanoseconds for each event, where the figure is a time. */
  readonly nanosecondsPerEvent?: number
  /** Microseconds of processor time for each append, event or value, in this process and on the server. */
  readonly clientMicroseconds?: number
  readonly serverMicroseconds?: number
  /** The share of a whole, where the figure is a part. */
  readonly share?: number
}

/** Whether a figure reached its aims; `undefined` where it has none, or a ratio is not stated. */
export const met = ({ comparisons = [], limit, median }: Measurement): boolean | undefined => {
  const aimed = comparisons.filter(({ target }) => target !== undefined)
  if (aimed.length === 0 && limit === undefined) return undefined
  if (aimed.some(({ ratio }) => ratio === null)) return undefined
  return aimed.every(({ ratio, target }) => ratio! >= target!) && (limit === undefined || median <= limit)
}

/** The value in the middle; of an even number of values, the mean of the two in the middle. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
