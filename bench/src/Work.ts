/**
 * A work: one thing that is measured, by its name on the command line.
 */
import type { Load } from "./Load.ts"
import type { Measurement } from "./Measurement.ts"

/** What the command line asks of a work. */
export interface Options {
  /** How often each subject is measured; the median counts. */
  readonly rounds: number
  /** A share of the full size, up to 1: for trying a benchmark out. Its figures mean nothing. */
  readonly scale: number
  /** How many interactions the log of `scale` holds. */
  readonly interactions: number
}

/** Part of a work: subjects that did the same thing on the same data. */
export interface Section {
  readonly title: string
  /** Notes beside the figures: the shape of the data, caveats. */
  readonly notes: ReadonlyArray<string>
  readonly measurements: ReadonlyArray<Measurement>
  /** What other programs used of the machine meanwhile; known once the section is done. */
  readonly load?: Load
}

/** A work. Sections are printed as they come. */
export interface Work {
  readonly name: string
  readonly about: string
  readonly run: (options: Options, done: (section: Section) => void) => Promise<void>
}
