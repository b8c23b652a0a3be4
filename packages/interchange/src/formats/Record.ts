/**
 * A record as all formats read it: it gives the text of a field by its name.
 */

/** The text of a field, or `undefined` where the record has none of that name. */
export type Get = (field: string) => string | undefined

/** One record of a file. */
export interface SourceRecord {
  /** The line on which it ends, or its ordinal; from 1. */
  readonly line: number
  readonly get: Get
}
