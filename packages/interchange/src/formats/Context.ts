/**
 * The context of every format: the input, the mapping, the zone of times that name none, and the counters.
 */
import type { Mapping } from "../mapping/Mapping.ts"
import type { Quality, SourceItem } from "../SourceRow.ts"
import type { Input } from "./Input.ts"

export interface Context {
  readonly input: Input
  readonly mapping: Mapping
  /** The zone of the mapping, else of the command line. */
  readonly zone: string
  readonly quality: Quality
}

/** Reads an input of one format. */
export type Reader = (context: Context) => AsyncIterable<ReadonlyArray<SourceItem>>
