/**
 * The work `fold`: from step events to counted journeys, in time and memory; then the whole path from commands to the
 * report, layer by layer.
 */
import { measurePath } from "../path/index.ts"
import type { Options, Section, Work } from "../Work.ts"
import { fullSize, generate } from "./generated.ts"
import * as Msnbc from "./msnbc.ts"
import { sizeOf } from "./size.ts"
import { speedOf } from "./speed.ts"
import type { Steps } from "./StepEvent.ts"

/** The work. */
export const fold: Work = {
  name: "fold",
  about: "the fold of the statistics beside hand-written loops, and what each layer costs from command to report",
  run: (options, done) => {
    measure(generate(Math.round(fullSize * options.scale)), options, done)
    const real = Msnbc.read()
    if (real !== undefined) measure(real.steps, options, done, real.truth)
    measurePath(options, done)
    return Promise.resolve()
  },
}

const measure = (steps: Steps, options: Options, done: (section: Section) => void, truth?: Msnbc.Truth): void => {
  for (const collapse of [true, false]) {
    done(speedOf(steps, collapse, options, collapse ? truth?.collapsed : truth?.raw))
    done(sizeOf(steps, collapse))
  }
}
