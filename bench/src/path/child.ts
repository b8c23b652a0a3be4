/**
 * A process that walks the path, so that no other benchmark has filled its heap or warmed its functions, and Effect's schema
 * compiler can be there from the beginning. Its arguments say which path and how many interactions; for each line of its input
 * it walks once and writes the round as a line of JSON.
 */
import { createInterface } from "node:readline"
import { collectGarbage } from "../memory.ts"
import * as Spent from "../Spent.ts"
import { agreementOn } from "./byHand/agreement.ts"
import { factsOf, momentsOf, plainOf } from "./byHand/inputs.ts"
import { figuresOf } from "./byHand/report.ts"
import { walkByHand } from "./byHand/walk.ts"
import { countSteps } from "./countSteps.ts"
import { costsOf } from "./layers.ts"
import { generate, stepsOf } from "./recordings.ts"
import type { Round, RoundByHand } from "./Round.ts"
import { definition, walk } from "./walk.ts"

const [role, interactions] = process.argv.slice(2)
const recordings = generate(Number(interactions))

const tacet = (): (() => Promise<Round>) => async () => {
  const { result, ...walked } = await walk(recordings)
  collectGarbage()
  const costs = await costsOf(recordings)
  return { ...walked, figures: figuresOf(result), costs }
}

const byHand = (): (() => Promise<RoundByHand>) => {
  const facts = factsOf(momentsOf(recordings))
  const agreement = agreementOn(recordings.slice(0, 2_000), facts)
  const plain = plainOf(recordings)
  const steps = stepsOf(recordings)
  return () => {
    const end = Spent.begin()
    countSteps(steps, true)
    const loop = end()
    collectGarbage()
    return Promise.resolve({ ...walkByHand(plain, facts, definition), loop, agreement })
  }
}

const round = role === "byHand" ? byHand() : tacet()

for await (const _ of createInterface(process.stdin)) {
  collectGarbage()
  process.stdout.write(`${JSON.stringify(await round())}\n`)
}
