/**
 * How often and from which seed properties run.
 *
 * A property is checked with a fixed seed, so that a red build stays red until it is mended; fast-check prints
 * the seed and the path of a failure. `TACET_RUNS=20 npm test` checks each property twenty times as often,
 * `TACET_SEED=random npm test` (or a number) from another seed.
 */
import type * as FastCheck from "fast-check"

/** Arbitraries for the parameters of a property, one for each. */
export type Arbitraries<Values extends [unknown, ...Array<unknown>]> = {
  readonly [Index in keyof Values]: FastCheck.Arbitrary<Values[Index]>
}

const factor = Number(process.env["TACET_RUNS"] ?? "1")
if (!(factor > 0)) throw new RangeError(`TACET_RUNS: "${process.env["TACET_RUNS"]}" is no positive number`)

/** The number of runs to ask of a property: `base` (fast-check's own default of 100) times `TACET_RUNS`. */
export const runs = (base = 100): number => Math.max(1, Math.round(base * factor))

const seed = (): Pick<FastCheck.Parameters, "seed"> => {
  const given = process.env["TACET_SEED"]
  if (given === "random") return {}
  const value = Number(given ?? "20261")
  if (!Number.isSafeInteger(value)) throw new RangeError(`TACET_SEED: "${given}" is neither an integer nor "random"`)
  return { seed: value }
}

/** Checks `holds` against arbitrary values; rejects with fast-check's report of the smallest counterexample. */
export const check = async <Values extends [unknown, ...Array<unknown>]>(
  arbitraries: Arbitraries<Values>,
  holds: (...values: Values) => Promise<boolean | void>,
  parameters: FastCheck.Parameters<Values> = {},
): Promise<void> => {
  // Loaded here: most test files hold no property.
  const fc = await import("fast-check")
  const property = fc.asyncProperty<Values>(...arbitraries, async (...values) => (await holds(...values)) !== false)
  await fc.assert(property, {
    ...seed(),
    ...parameters,
    numRuns: runs(parameters.numRuns),
  })
}
