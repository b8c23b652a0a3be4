/**
 * Which known device an observation belongs to. One candidate must be clearly the likeliest, else none is recognised
 * (RECOG-PROB): a wrong recognition is worse than services in their usual order.
 */
import { type Evidence, type Model, posterior } from "./Model.ts"
import type { Observation } from "./Observation.ts"
import type { Known } from "./Fit.ts"

/** The probability that the device recognised must reach. */
export const threshold = 0.95
/** The probability that no other device may exceed. */
export const margin = 0.2

/** How likely one device is. */
export interface Candidate {
  readonly pseudonym: string
  readonly probability: number
}

/** The answer. */
export type Answer =
  | { readonly _tag: "Recognised"; readonly pseudonym: string; readonly probability: number }
  /** `best` is the probability of the likeliest device, 0 where none is known. */
  | { readonly _tag: "NotRecognised"; readonly best: number }

/**
 * The probability of each known device, the likeliest first. The prior is uniform over the `active` devices, those without
 * observations too, and a new device.
 *
 * The likelihood ratio of a device with several observations is the mean of theirs: the new observation resembles a random
 * one of its past. The maximum would grow with every observation.
 */
export const candidates = <C>(
  model: Model<C>,
  observation: Observation<C>,
  known: ReadonlyArray<Known<C>>,
  active: number = known.length,
): ReadonlyArray<Candidate> => {
  const prior = 1 / (Math.max(active, known.length) + 1)
  return known
    .flatMap(({ observations, pseudonym }) => {
      if (observations.length === 0) return []
      const evidence = observations.map((one) => model.compare(observation, one))
      return [{ pseudonym, probability: together(evidence, prior) }]
    })
    .toSorted((one, other) => other.probability - one.probability || (one.pseudonym < other.pseudonym ? -1 : 1))
}

const together = (evidence: ReadonlyArray<Evidence>, prior: number): number => {
  const decided = evidence.filter((one) => one._tag === "Decided")
  if (decided.length > 0) return decided.some(({ same }) => same) ? 1 : 0
  const factors = evidence.flatMap((one) => (one._tag === "Weighed" ? [2 ** one.bits] : []))
  return posterior(factors.reduce((sum, factor) => sum + factor, 0) / factors.length, prior)
}

/**
 * Decides: the likeliest device if it reaches {@link threshold} and no other exceeds {@link margin}.
 *
 * @example
 * ```ts
 * import { Recognise } from "@tacet/core/recognition"
 *
 * const one = { pseudonym: "a", probability: 0.97 }
 * const answer = Recognise.decide([one, { pseudonym: "b", probability: 0.1 }])
 * answer // => { _tag: "Recognised", pseudonym: "a", probability: 0.97 }
 * Recognise.decide([one, { pseudonym: "b", probability: 0.3 }])._tag // => "NotRecognised"
 * ```
 */
export const decide = (likeliestFirst: ReadonlyArray<Candidate>): Answer => {
  const [best, second] = likeliestFirst
  if (best === undefined) return { _tag: "NotRecognised", best: 0 }
  return best.probability >= threshold && (second?.probability ?? 0) <= margin
    ? { _tag: "Recognised", ...best }
    : { _tag: "NotRecognised", best: best.probability }
}
