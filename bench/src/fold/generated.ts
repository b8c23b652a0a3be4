/**
 * Sessions of the same shape as those of msnbc.com, from a seed: a million sessions of 17 categories, most of them of
 * one or two steps and a few of thousands, two steps in three a repeat of the one before. The constants were fitted to
 * the moments of the real file; no line of it is in here.
 */
import { type Random, seeded } from "../random.ts"
import type { StepEvent, Steps } from "./StepEvent.ts"

/** Categories with their weights, most used first. */
const categories: ReadonlyArray<readonly [step: string, weight: number]> = [
  ["frontpage", 28],
  ["on-air", 15],
  ["news", 12],
  ["weather", 9],
  ["local", 8],
  ["tech", 7],
  ["business", 6],
  ["sports", 6],
  ["misc", 5],
  ["msn-sports", 4],
  ["msn-news", 4],
  ["health", 2],
  ["living", 2],
  ["opinion", 1],
  ["summary", 1],
  ["bbs", 0.3],
  ["travel", 0.3],
]
const names = categories.map(([step]) => step)
const weights = categories.map(([, weight]) => weight)

/** How many sessions there are at full size. */
export const fullSize = 990_000

/** Sessions of a seed. */
export const generate = (sessions: number, seed = 19_990_928): Steps => {
  const random = seeded(seed)
  const events: Array<StepEvent> = []
  for (let interaction = 0; interaction < sessions; interaction++) {
    for (const place of session(random)) events.push({ interaction, step: names[place]! })
  }
  return { name: "generated", events }
}

function* session(random: Random): Generator<number> {
  const length = lengthOf(random)
  // Some people read one category only; the others each have their own restlessness.
  const focused = random.next() < 0.12
  const staying = 0.2 + 0.72 * random.next()
  let step = random.weighted(weights)
  let before = step
  for (let place = 0; place < length; place++) {
    yield step
    if (focused || random.next() < staying) continue
    // Half of the moves go back to where one was before.
    const next = before !== step && random.next() < 0.5 ? before : random.weighted(weights)
    before = step
    step = next
  }
}

/** Log-normal, with one session in a hundred thousand from a far heavier tail. */
const lengthOf = (random: Random): number =>
  random.next() < 1e-5
    ? Math.min(15_000, Math.ceil(100 / (1 - random.next())))
    : Math.max(1, Math.round(Math.exp(0.807 + 1.2 * random.normal())))
