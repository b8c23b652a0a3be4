/**
 * The work `fold`: from step events to counted journeys, in time and memory.
 */
import type { Options, Section, Work } from "../Work.ts"
import { fullSize, generate } from "./generated.ts"
import * as Msnbc from "./msnbc.ts"
import { sizeOf } from "./size.ts"
import { speedOf } from "./speed.ts"
import type { Steps } from "./StepEvent.ts"

/** The work. */
export const fold: Work = {
  name: "fold",
  about: "the fold of the statistics beside the same written by hand",
  run: (options, done) => {
    measure(generate(Math.round(fullSize * options.scale)), options, done)
    const real = Msnbc.read()
    if (real !== undefined) measure(real.steps, options, done, real.truth)
    return Promise.resolve()
  },
}

const measure = (steps: Steps, options: Options, done: (section: Section) => void, truth?: Msnbc.Truth): void => {
  for (const collapse of [true, false]) {
    done(speedOf(steps, collapse, options, collapse ? truth?.collapsed : truth?.raw))
    done(sizeOf(steps, collapse))
  }
}
