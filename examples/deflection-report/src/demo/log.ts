/**
 * The log of the demonstration: a seeded month, as the text of a CSV file.
 */
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { blemish } from "./blemish.ts"
import { csv } from "./csv.ts"
import * as Draw from "./Draw.ts"
import { generate } from "./generate.ts"

/** The seed of `npm start`. */
export const standardSeed = "tacet"

/** The lines of the log from a seed. */
export const log = (seed: string): Effect.Effect<Iterable<string>> =>
  Effect.map(Random.Random, (random) => {
    const draw = Draw.make(() => random.nextDoubleUnsafe())
    return csv(blemish(draw, generate(draw)))
  }).pipe(Random.withSeed(seed))
