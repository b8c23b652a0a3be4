/**
 * The options of a file.
 */
import type { Projection } from "@tacet/core/eventsourcing"
import type * as Duration from "effect/Duration"
import type { DriverName } from "./Driver.ts"

/** Where a file is, and how it is worked with. */
export interface FileOptions {
  /** The path of the file, on a disk of this machine: a write-ahead log works over no network. */
  readonly file: string
  /** Whether a file that is missing when the layer is built is made. One that goes missing later never is. Default true. */
  readonly create?: boolean
  /** How long a call waits while other processes write. Default 5 seconds. */
  readonly patience?: Duration.Input
  /** How long after the last removal of rows the file is compacted. Default 1 second. */
  readonly compactAfter?: Duration.Input
  /** Default: `node:sqlite` where this Node has it, else `better-sqlite3`. */
  readonly driver?: DriverName
}

/** Options of the event log. */
export interface Options extends FileOptions {
  /** How long a subscriber at the head sleeps before it looks for what other processes appended; longer each time nothing came. */
  readonly polling?: {
    /** Default 20 milliseconds. */
    readonly shortest?: Duration.Input
    /** Default 1 second. */
    readonly longest?: Duration.Input
  }
  /** Projections whose counters change in the append itself. */
  readonly inline?: ReadonlyArray<Projection.InlineProjection>
}
