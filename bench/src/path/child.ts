/**
 * Measures the path in a process of its own, so that no other benchmark has filled its heap or taught its compiler, and
 * Effect's schema compiler can be there from the beginning. Writes the rounds as JSON to its output.
 */
import * as StringKey from "../fold/stringKey.ts"
import { collectGarbage } from "../memory.ts"
import { costsOf } from "./layers.ts"
import { generate, stepsOf } from "./recordings.ts"
import type { Round } from "./Round.ts"
import { walk } from "./walk.ts"

const [interactions, rounds] = process.argv.slice(2).map(Number)
const recordings = generate(interactions!)
const steps = stepsOf(recordings)

const round = async (): Promise<Round> => {
  collectGarbage()
  const start = performance.now()
  const counts = StringKey.fold(steps, true)
  const loop = performance.now() - start
  collectGarbage()
  const { result, ...walked } = await walk(recordings)
  if (result.interactions.started !== recordings.length || result.journeys.distinct !== counts.size) {
    throw new Error(`The path counted ${result.journeys.distinct} journeys, the loop ${counts.size}`)
  }
  collectGarbage()
  const costs = await costsOf(recordings)
  return { ...walked, loop, costs }
}

// The first round warms up.
await round()
const measured: Array<Round> = []
for (let time = 0; time < rounds!; time++) measured.push(await round())
process.stdout.write(JSON.stringify(measured))
