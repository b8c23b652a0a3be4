/**
 * Sessions of 630 visitors with their user agents, split by visitor as in the reference: half of the visitors to fit
 * with, half to judge by. The data are no part of the repository.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as Comparison from "./Comparison.ts"
import type { Known } from "./Fit.ts"
import * as Model from "./Model.ts"
import * as Observation from "./Observation.ts"

const file = fileURLToPath(new URL("../../../../../shared/data/airbnb/airbnb-session-data.txt", import.meta.url))
export const hasSharedData = existsSync(file)

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId

/** Each visitor with the user agents of its sessions. */
export type Visitor = readonly [id: string, userAgents: ReadonlyArray<string>]

export const visitors = (): ReadonlyArray<Visitor> => {
  const byVisitor = new Map<string, Array<string>>()
  for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
    const [id, , , userAgent] = line.split("|")
    if (id === undefined || userAgent === undefined) continue
    byVisitor.set(id, [...(byVisitor.get(id) ?? []), userAgent])
  }
  return Array.from(byVisitor).toSorted(([one], [other]) => (one < other ? -1 : 1))
}

/** Two halves of the visitors, in the order in which Python's `random.Random(seed).shuffle` leaves them. */
export const halves = (
  all: ReadonlyArray<Visitor>,
  seed: number,
): readonly [fitted: ReadonlyArray<Visitor>, judged: ReadonlyArray<Visitor>] => {
  const below = mersenneTwister(seed)
  const order = [...all]
  for (let index = order.length - 1; index > 0; index--) {
    const other = below(index + 1)
    const moved = order[index]!
    order[index] = order[other]!
    order[other] = moved
  }
  const half = Math.floor(order.length / 2)
  return [order.slice(0, half), order.slice(half)]
}

/** Whole numbers below a bound, from MT19937 seeded and drawn from as Python does it. */
const mersenneTwister = (seed: number): ((bound: number) => number) => {
  const state = new Uint32Array(624)
  state[0] = 19_650_218
  const mixed = (index: number, factor: number): number => {
    const previous = state[index - 1]!
    return Math.imul(previous ^ (previous >>> 30), factor)
  }
  for (let index = 1; index < 624; index++) state[index] = mixed(index, 1_812_433_253) + index
  let place = 1
  const turn = (next: (index: number) => number): void => {
    state[place] = next(place)
    place += 1
    if (place < 624) return
    state[0] = state[623]!
    place = 1
  }
  for (let count = 0; count < 624; count++) turn((index) => (state[index]! ^ mixed(index, 1_664_525)) + seed)
  for (let count = 0; count < 623; count++) turn((index) => (state[index]! ^ mixed(index, 1_566_083_941)) - index)
  state[0] = 0x80_00_00_00
  let used = 624
  const next = (): number => {
    if (used === 624) {
      for (let index = 0; index < 624; index++) {
        const bits = (state[index]! & 0x80_00_00_00) | (state[(index + 1) % 624]! & 0x7f_ff_ff_ff)
        state[index] = state[(index + 397) % 624]! ^ (bits >>> 1) ^ (bits & 1 ? 0x99_08_b0_df : 0)
      }
      used = 0
    }
    let drawn = state[used]!
    used += 1
    drawn ^= drawn >>> 11
    drawn ^= (drawn << 7) & 0x9d_2c_56_80
    drawn ^= (drawn << 15) & 0xef_c6_00_00
    return (drawn ^ (drawn >>> 18)) >>> 0
  }
  return (bound) => {
    const bits = 32 - Math.clz32(bound)
    for (;;) {
      const drawn = next() >>> (32 - bits)
      if (drawn < bound) return drawn
    }
  }
}

/** The pseudonyms to fit from. A session without a user agent shows the empty one, which visitors share like any other. */
export const knownOf = <C>(
  { observation }: Observation.Compartment<C>,
  some: ReadonlyArray<Visitor>,
): ReadonlyArray<Known<C>> =>
  some.map(([pseudonym, userAgents]) => ({
    pseudonym,
    observations: userAgents.map((software) => observation(0, { software: software === "" ? none : software })),
  }))
const none = "none"

/** Pairs that a model gives one probability. */
export interface Predicted {
  readonly probability: number
  readonly same: number
  readonly different: number
}

/** All pairs of sessions of some visitors, by what a model says of them. */
export const predictions = (
  some: ReadonlyArray<Visitor>,
  parameters: Model.Parameters,
  prior: number,
): ReadonlyArray<Predicted> =>
  Observation.within(customer, (compartment) => {
    const model = Model.make(compartment, parameters)
    const of = (software: string) => compartment.observation(0, { software })
    const byFamily = new Map<string, Map<string, Array<number>>>()
    const sessions: Array<number> = []
    some.forEach(([, userAgents], visitor) => {
      sessions.push(userAgents.length)
      for (const userAgent of userAgents) {
        const software = userAgent === "" ? none : userAgent
        const family = Comparison.familyOf(software)
        const kinds = byFamily.get(family) ?? new Map<string, Array<number>>()
        const counts = kinds.get(software) ?? Array<number>(some.length).fill(0)
        counts[visitor] = (counts[visitor] ?? 0) + 1
        byFamily.set(family, kinds.set(software, counts))
      }
    })
    const found: Array<Predicted> = []
    const predict = (one: string, other: string, pairs: Pairs): void => {
      const probability = Model.probability(model.compare(of(one), of(other)), prior)
      if (pairs.same + pairs.different > 0) found.push({ probability, ...pairs })
    }
    let families: Pairs = { same: 0, different: 0 }
    for (const kinds of byFamily.values()) {
      const whole = Array.from(kinds.values()).reduce((sum, counts) => sum.map((one, index) => one + counts[index]!))
      let apart = pairsWithin(whole)
      families = plus(families, apart)
      for (const [software, counts] of kinds) {
        const identical = pairsWithin(counts)
        predict(software, software, identical)
        apart = minus(apart, identical)
      }
      const [one = "", other] = Array.from(kinds.keys())
      if (other !== undefined) predict(one, other, apart)
    }
    const [one = "", other = ""] = Array.from(byFamily.values(), (kinds) => Array.from(kinds.keys())[0])
    predict(one, other, minus(pairsWithin(sessions), families))
    return found
  })

type Pairs = Omit<Predicted, "probability">

const choose2 = (count: number): number => (count * (count - 1)) / 2
const pairsWithin = (byVisitor: ReadonlyArray<number>): Pairs => {
  const same = byVisitor.reduce((sum, count) => sum + choose2(count), 0)
  return { same, different: choose2(byVisitor.reduce((sum, count) => sum + count, 0)) - same }
}
const plus = (one: Pairs, other: Pairs): Pairs => ({
  same: one.same + other.same,
  different: one.different + other.different,
})
const minus = (one: Pairs, other: Pairs): Pairs => ({
  same: one.same - other.same,
  different: one.different - other.different,
})

/** The mean squared error of predictions. */
export const brier = (predicted: ReadonlyArray<Predicted>): number =>
  total(predicted, (one) => one.same * (1 - one.probability) ** 2 + one.different * one.probability ** 2) /
  total(predicted, ({ different, same }) => same + different)

/** Ten bins of probability: how many pairs, the mean prediction, and the observed share. */
export const reliability = (predicted: ReadonlyArray<Predicted>) =>
  Array.from({ length: 10 }, (_, bin) => {
    const within = predicted.filter(({ probability }) => Math.min(9, Math.floor(probability * 10)) === bin)
    const pairs = total(within, ({ different, same }) => same + different)
    return {
      pairs,
      predicted: total(within, (one) => one.probability * (one.same + one.different)) / pairs,
      observed: total(within, ({ same }) => same) / pairs,
    }
  }).filter(({ pairs }) => pairs > 0)

const total = (all: ReadonlyArray<Predicted>, of: (one: Predicted) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0)
