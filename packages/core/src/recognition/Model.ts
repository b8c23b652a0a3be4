/**
 * The Fellegi–Sunter model of one Customer: for each field and level of agreement how often it occurs between two
 * observations of the same device (m) and of different ones (u); how many pseudonyms show each value, since agreement in
 * a rare value is stronger evidence; and the steps by which scores were calibrated. A version of the model stores all of
 * these, so a past score can be computed again.
 */
import { calibrated, type Step } from "./Calibration.ts"
import { type Field, levelOf, levels, prepare, type Prepared } from "./Comparison.ts"
import type { Compartment, Observation } from "./Observation.ts"

/** The counts of one field. `Value`: the attribute itself, or the keyed token that replaces it once stored. */
export interface FieldParameters<Value extends string = string> {
  readonly field: Field
  /** m by level. */
  readonly same: ReadonlyArray<number>
  /** u by level. */
  readonly different: ReadonlyArray<number>
  /** How many pseudonyms show a value, for those that enough of them show. */
  readonly holders: ReadonlyArray<{ readonly value: Value; readonly pseudonyms: number }>
  /** How many show any other value, on average. */
  readonly rareHolders: number
}

/** A model as it is fitted and stored. */
export interface Parameters<Value extends string = string> {
  /** Of how many pseudonyms. */
  readonly pseudonyms: number
  /** Pairs of observations of one pseudonym, and of two. */
  readonly pairs: { readonly same: number; readonly different: number }
  /** A value that fewer pseudonyms show is not kept. */
  readonly minimumHolders: number
  readonly fields: ReadonlyArray<FieldParameters<Value>>
  /** Empty: not calibrated. */
  readonly steps: ReadonlyArray<Step>
}

/** A model to compare observations of compartment `C` by. */
export interface Model<in out C> {
  readonly parameters: Parameters
  /** How two observations compare. */
  readonly compare: (one: Observation<C>, other: Observation<C>) => Evidence
}

/** The result of a comparison. */
export type Evidence =
  /** Both have a token of their installation: it is the same, or it is not. A cleared token makes the device a new one. */
  | { readonly _tag: "Decided"; readonly same: boolean }
  /** `score` in bits as added up, `bits` as calibrated; both 0 where nothing could be compared. */
  | { readonly _tag: "Weighed"; readonly score: number; readonly bits: number }

/**
 * A model from fitted or stored parameters. `tokenOf` gives the token of an attribute in the parameters; default: the
 * attribute itself.
 */
export const make = <C>(
  _compartment: Compartment<C>,
  parameters: Parameters,
  tokenOf: (field: Field, value: string) => string | undefined = (_, value) => value,
): Model<C> => {
  const scales = parameters.fields.map((field) => scaleOf(parameters, field))
  return {
    parameters,
    compare: (one, other) => {
      const [mine, theirs] = [one.traits.installation, other.traits.installation]
      if (mine !== undefined && theirs !== undefined) return { _tag: "Decided", same: mine === theirs }
      return weigh(parameters, scales, prepare(one), prepare(other), tokenOf)
    },
  }
}

const weigh = (
  { steps }: Parameters,
  scales: ReadonlyArray<Scale>,
  one: Prepared,
  other: Prepared,
  tokenOf: (field: Field, value: string) => string | undefined,
): Evidence => {
  let score = 0
  let compared = false
  for (const { bits, field, holdersOf } of scales) {
    const level = levelOf(field, one, other)
    if (level === undefined) continue
    compared = true
    score += bits(level, level < levels[field].agreesFrom ? 0 : holdersOf(tokenOf(field, one.traits[field] ?? "")))
  }
  return { _tag: "Weighed", score, bits: compared ? calibrated(steps, score) : 0 }
}

/** The weights of a field. */
export interface Scale {
  readonly field: Field
  /** How many pseudonyms show a value: 0 where it is none of those that are kept. */
  readonly holdersOf: (value: string | undefined) => number
  /** The weight of a level, in bits; of agreement in a value, by how many pseudonyms show it. */
  readonly bits: (level: number, holders: number) => number
}

/** The scale of a field. */
export const scaleOf = (
  { minimumHolders, pseudonyms }: Pick<Parameters, "minimumHolders" | "pseudonyms">,
  { different, field, holders, rareHolders, same }: FieldParameters,
): Scale => {
  const { agreesFrom } = levels[field]
  const byLevel = rising(same, different)
  const known = new Map(holders.map(({ pseudonyms: count, value }) => [value, count]))
  const agreeing = different.slice(agreesFrom).reduce((sum, one) => sum + one, 0)
  const floor = byLevel[agreesFrom - 1] ?? 0
  return {
    field,
    holdersOf: (value) => (value === undefined ? 0 : (known.get(value) ?? 0)),
    bits: (level, count) => {
      const weight = byLevel[level] ?? 0
      if (level < agreesFrom) return weight
      const share = (count < minimumHolders ? rareHolders : count) / pseudonyms
      // A value that all devices show is weak evidence, but never weaker than a different value.
      return Math.max(floor, weight + Math.log2(agreeing / share))
    },
  }
}

/** log₂(m/u) by level, levels pooled where more agreement would weigh less. */
const rising = (same: ReadonlyArray<number>, different: ReadonlyArray<number>): ReadonlyArray<number> => {
  const pooled: Array<{ m: number; u: number; levels: number }> = []
  same.forEach((m, level) => {
    pooled.push({ m, u: different[level] ?? 0, levels: 1 })
    for (;;) {
      const [below, above] = pooled.slice(-2)
      if (below === undefined || above === undefined || below.m * above.u <= above.m * below.u) break
      pooled.splice(-2, 2, { m: below.m + above.m, u: below.u + above.u, levels: below.levels + above.levels })
    }
  })
  return pooled.flatMap(({ levels: count, m, u }) => Array<number>(count).fill(Math.log2(m / u)))
}

/**
 * The probability that two observations are of one device, where it was `prior` before they were compared.
 *
 * @example
 * ```ts
 * import { Model } from "@tacet/core/recognition"
 *
 * Model.probability({ _tag: "Weighed", score: 0, bits: 0 }, 0.01) // => 0.01
 * Model.probability({ _tag: "Decided", same: true }, 0.01) // => 1
 * ```
 */
export const probability = (evidence: Evidence, prior: number): number =>
  evidence._tag === "Decided" ? (evidence.same ? 1 : 0) : posterior(2 ** evidence.bits, prior)

/** The posterior probability of a prior and a likelihood ratio. */
export const posterior = (factor: number, prior: number): number => {
  const odds = (prior / (1 - prior)) * factor
  return odds === Number.POSITIVE_INFINITY ? 1 : factor === 1 ? prior : odds / (1 + odds)
}
