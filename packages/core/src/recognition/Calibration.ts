/**
 * Calibration of scores. The model adds the weights of fields as if fields were independent, and a value that is rare among
 * known devices seems rarer than it is, so raw scores are too high. Calibration sorts pairs by score and counts, for each
 * step of the scale, how often they were the same device (isotonic regression by pooling adjacent violators).
 */

/** Pairs of one score, counted or weighted. */
export interface Group {
  /** In bits. */
  readonly score: number
  readonly same: number
  readonly different: number
  /** The pseudonyms of which there are pairs that are the same. */
  readonly pseudonyms: ReadonlySet<number>
}

/** From this score on, in bits, the calibrated weight in bits: log₂ of how much likelier the same device is. */
export interface Step {
  readonly from: number
  readonly bits: number
}

interface Block {
  readonly lowest: number
  highest: number
  same: number
  different: number
  readonly pseudonyms: Set<number>
}

/**
 * The steps that groups of pairs support. No step rests on fewer than `minimumPseudonyms`, unless on none: a finer
 * scale than the pseudonyms support is noise.
 *
 * @example
 * ```ts
 * import { Calibration } from "@tacet/core/recognition"
 *
 * const one = new Set([0, 1])
 * const steps = Calibration.fit(
 *   [
 *     { score: -1, same: 10, different: 900, pseudonyms: one },
 *     { score: 4, same: 50, different: 60, pseudonyms: one },
 *     { score: 5, same: 40, different: 40, pseudonyms: one },
 *   ],
 *   2,
 * )
 * steps.map(({ from }) => from) // => [-1, 1.5, 4.5]
 * Calibration.calibrated(steps, 4) === steps[1]?.bits // => true
 * ```
 */
export const fit = (groups: ReadonlyArray<Group>, minimumPseudonyms: number): ReadonlyArray<Step> => {
  const ascending = groups.toSorted((one, other) => one.score - other.score)
  const same = sum(ascending, (group) => group.same)
  const different = sum(ascending, (group) => group.different)
  const blocks: Array<Block> = []
  for (const { pseudonyms, score, ...pairs } of ascending) {
    const last = blocks.at(-1)
    const next: Block = { lowest: score, highest: score, ...pairs, pseudonyms: new Set(pseudonyms) }
    // A block without equal pairs describes no pseudonym.
    const thin = last !== undefined && last.pseudonyms.size > 0 && last.pseudonyms.size < minimumPseudonyms
    if (thin) pool(last, next)
    else blocks.push(next)
  }
  for (;;) {
    const [below, top] = blocks.slice(-2)
    if (below === undefined || top === undefined || top.pseudonyms.size >= minimumPseudonyms) break
    pool(below, top)
    blocks.pop()
  }
  const rising: Array<Block> = []
  for (const block of blocks) {
    rising.push(block)
    for (;;) {
      const [below, above] = rising.slice(-2)
      if (below === undefined || above === undefined) break
      if ((below.same + 1) * (above.different + 1) < (above.same + 1) * (below.different + 1)) break
      pool(below, above)
      rising.pop()
    }
  }
  const size = rising.length
  return rising.map((block, index) => ({
    // Half-way from the scores below: one between two steps is of the nearer.
    from: (block.lowest + (rising[index - 1]?.highest ?? block.lowest)) / 2,
    // One more of each: a pair that was never observed is not impossible.
    bits: Math.log2((block.same + 1) / (same + size) / ((block.different + 1) / (different + size))),
  }))
}

/** The calibrated weight of a score: that of the highest step that it reaches; without steps, the score itself. */
export const calibrated = (steps: ReadonlyArray<Step>, score: number): number =>
  (steps.findLast(({ from }) => from <= score) ?? steps[0])?.bits ?? score

const pool = (into: Block, from: Block): void => {
  into.highest = from.highest
  into.same += from.same
  into.different += from.different
  for (const pseudonym of from.pseudonyms) into.pseudonyms.add(pseudonym)
}

const sum = <A>(all: ReadonlyArray<A>, of: (one: A) => number): number => all.reduce((total, one) => total + of(one), 0)
