/**
 * Fits a model from pseudonyms that are known to be one device each: pairs of observations of one pseudonym are the same
 * device, pairs of two are different ones. Fitting counts and never estimates, and the same pseudonyms give the
 * same model in any order.
 */
import * as Calibration from "./Calibration.ts"
import { type Field, fields, levelOf, levels, prepare, type Prepared } from "./Comparison.ts"
import { type FieldParameters, type Parameters, scaleOf } from "./Model.ts"
import type { Observation } from "./Observation.ts"

/** A pseudonym with the observations of its device. */
export interface Known<in out C> {
  readonly pseudonym: string
  readonly observations: ReadonlyArray<Observation<C>>
}

/** How to count. */
export interface Options {
  /**
   * The pairs of one pseudonym, and those of two, weigh as much as so many at most, so that a daily visitor does not
   * dominate the model. Default 2,000.
   */
  readonly pairsPerPseudonym?: number
  /** A value that fewer pseudonyms show is one of the rare ones, and is not kept. Default 5. */
  readonly minimumHolders?: number
  /** How many pseudonyms each step of the calibration rests on at least. Default 30. */
  readonly minimumPseudonyms?: number
  /** How many pairs of pseudonyms are compared at most. Default 200,000. */
  readonly maximumPairs?: number
}

/** The defaults. */
export const defaults: Required<Options> = {
  pairsPerPseudonym: 2000,
  minimumHolders: 5,
  minimumPseudonyms: 30,
  maximumPairs: 200_000,
}

/** Observations of one device that compare alike. */
interface Kind extends Prepared {
  count: number
}

interface Device {
  readonly kinds: ReadonlyArray<Kind>
  readonly observations: number
}

/** Pairs that agree alike in all fields, in values that equally many other pseudonyms show. */
interface Pattern {
  readonly levels: ReadonlyArray<number | undefined>
  /** By field: how many pseudonyms but those of the pair show the value in which it agrees. */
  readonly others: ReadonlyArray<number>
  same: number
  different: number
  readonly pseudonyms: Set<number>
}

/**
 * The model of these pseudonyms. `undefined` if fewer pseudonyms have pairs than a step of the calibration needs:
 * such a model would describe single persons.
 *
 * @example
 * ```ts
 * import { Fit } from "@tacet/core/recognition"
 *
 * Fit.fit([]) // => undefined
 * ```
 */
export const fit = <C>(known: ReadonlyArray<Known<C>>, options: Options = {}): Parameters | undefined => {
  const chosen = { ...defaults, ...options }
  const { minimumHolders, minimumPseudonyms } = chosen
  const devices = known
    .filter(({ observations }) => observations.length > 0)
    .toSorted((one, other) => (one.pseudonym < other.pseudonym ? -1 : 1))
    .map(({ observations }) => deviceOf(observations))
  if (devices.filter(({ observations }) => observations > 1).length < minimumPseudonyms) return undefined
  const holders = fields.map((field) => holdersOf(devices, field))
  const patterns = patternsOf(devices, holders, chosen)
  const parameters: Parameters = {
    pseudonyms: devices.length,
    pairs: pairsOf(devices),
    minimumHolders,
    fields: fields.map((field, index) => ({
      field,
      ...rates(patterns, index, levels[field].names.length),
      ...kept(holders[index] ?? new Map<string, number>(), minimumHolders),
    })),
    steps: [],
  }
  return { ...parameters, steps: calibrate(parameters, patterns, minimumPseudonyms) }
}

const deviceOf = <C>(observations: ReadonlyArray<Observation<C>>): Device => {
  const kinds = new Map<string, Kind>()
  for (const { at, traits } of observations) {
    // Only a network is compared by its time.
    const key = JSON.stringify([...fields.map((field) => traits[field] ?? null), traits.network === undefined ? 0 : at])
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, { ...prepare({ at, traits }), count: 1 })
    else kind.count += 1
  }
  const inOrder = Array.from(kinds).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return { kinds: inOrder.map(([, kind]) => kind), observations: observations.length }
}

const choose2 = (count: number): number => (count * (count - 1)) / 2

const pairsOf = (devices: ReadonlyArray<Device>): Parameters["pairs"] => {
  const same = devices.reduce((sum, { observations }) => sum + choose2(observations), 0)
  const all = choose2(devices.reduce((sum, { observations }) => sum + observations, 0))
  return { same, different: all - same }
}

/** How many pseudonyms show each value. */
const holdersOf = (devices: ReadonlyArray<Device>, field: Field): ReadonlyMap<string, number> => {
  const holders = new Map<string, number>()
  for (const { kinds } of devices) {
    for (const value of new Set(kinds.flatMap(({ traits }) => traits[field] ?? []))) {
      holders.set(value, (holders.get(value) ?? 0) + 1)
    }
  }
  return holders
}

const kept = (
  holders: ReadonlyMap<string, number>,
  minimumHolders: number,
): Pick<FieldParameters, "holders" | "rareHolders"> => {
  const rare = Array.from(holders.values()).filter((count) => count < minimumHolders)
  return {
    holders: Array.from(holders)
      .filter(([, count]) => count >= minimumHolders)
      .map(([value, pseudonyms]) => ({ value, pseudonyms }))
      .toSorted((one, other) => other.pseudonyms - one.pseudonyms || (one.value < other.value ? -1 : 1)),
    rareHolders: rare.length === 0 ? 1 : rare.reduce((sum, count) => sum + count, 0) / rare.length,
  }
}

/**
 * Every pair, scored as if its own pseudonyms had not been counted. Counting them would make every value look at least as
 * common as its own device makes it, and the scale would hold for the fitted devices and not for new ones.
 */
const patternsOf = (
  devices: ReadonlyArray<Device>,
  holders: ReadonlyArray<ReadonlyMap<string, number>>,
  { maximumPairs, pairsPerPseudonym }: Required<Options>,
): ReadonlyArray<Pattern> => {
  const patterns = new Map<string, Pattern>()
  const add = (one: Kind, other: Kind, weight: number, pseudonym: number | undefined): void => {
    const own = pseudonym === undefined ? 2 : 1
    const reached = fields.map((field) => levelOf(field, one, other))
    const others = reached.map((level, index) => {
      const field = fields[index] ?? "software"
      if (level === undefined || level < levels[field].agreesFrom) return 0
      return (holders[index]?.get(one.traits[field] ?? "") ?? own) - own
    })
    const key = `${reached.join()} ${others.join()}`
    let pattern = patterns.get(key)
    if (pattern === undefined) {
      pattern = { levels: reached, others, same: 0, different: 0, pseudonyms: new Set() }
      patterns.set(key, pattern)
    }
    if (pseudonym === undefined) pattern.different += weight
    else {
      pattern.same += weight
      pattern.pseudonyms.add(pseudonym)
    }
  }
  devices.forEach(({ kinds, observations }, index) => {
    const weight = Math.min(1, pairsPerPseudonym / choose2(observations))
    kinds.forEach((one, first) => {
      if (one.count > 1) add(one, one, choose2(one.count) * weight, index)
      for (const other of kinds.slice(first + 1)) add(one, other, one.count * other.count * weight, index)
    })
  })
  for (const [first, second] of partners(devices.length, maximumPairs)) {
    const [one, other] = [devices[first], devices[second]]
    if (one === undefined || other === undefined) continue
    const weight = Math.min(1, pairsPerPseudonym / (one.observations * other.observations))
    for (const mine of one.kinds) {
      for (const theirs of other.kinds) add(mine, theirs, mine.count * theirs.count * weight, undefined)
    }
  }
  return Array.from(patterns.values())
}

/** Pairs of devices: each with those that follow it, as far as there is room. Ids are random, so who follows is too. */
function* partners(count: number, maximum: number): Generator<readonly [number, number]> {
  const reach = Math.min(Math.floor(count / 2), Math.max(1, Math.floor(maximum / Math.max(1, count))))
  for (let distance = 1; distance <= reach; distance++) {
    // Half-way around, each pair would come twice.
    const end = distance * 2 === count ? distance : count
    for (let first = 0; first < end; first++) yield [first, (first + distance) % count]
  }
}

/** How often each level occurs, with one more of each: a level that was never observed is not impossible. */
const rates = (
  patterns: ReadonlyArray<Pattern>,
  index: number,
  size: number,
): Pick<FieldParameters, "same" | "different"> => {
  const counted = (of: "same" | "different"): ReadonlyArray<number> => {
    const counts = Array<number>(size).fill(1)
    for (const pattern of patterns) {
      const level = pattern.levels[index]
      if (level !== undefined) counts[level] = (counts[level] ?? 0) + pattern[of]
    }
    const total = counts.reduce((sum, count) => sum + count, 0)
    return counts.map((count) => count / total)
  }
  return { same: counted("same"), different: counted("different") }
}

const calibrate = (
  parameters: Parameters,
  patterns: ReadonlyArray<Pattern>,
  minimumPseudonyms: number,
): ReadonlyArray<Calibration.Step> => {
  const scales = parameters.fields.map((field) => scaleOf(parameters, field))
  const groups = new Map<number, { same: number; different: number; pseudonyms: Set<number> }>()
  for (const { different, levels: reached, others, pseudonyms, same } of patterns) {
    if (reached.every((level) => level === undefined)) continue
    const score = scales.reduce((sum, { bits }, index) => {
      const level = reached[index]
      return level === undefined ? sum : sum + bits(level, others[index] ?? 0)
    }, 0)
    const group = groups.get(score) ?? { same: 0, different: 0, pseudonyms: new Set<number>() }
    group.same += same
    group.different += different
    for (const pseudonym of pseudonyms) group.pseudonyms.add(pseudonym)
    groups.set(score, group)
  }
  const all = Array.from(groups, ([score, group]) => ({ score, ...group }))
  return Calibration.fit(all, minimumPseudonyms)
}
