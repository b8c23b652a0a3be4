/**
 * The common form of every input format: rows of facts in the domain's words. A format reads, a pipeline (`import/`)
 * orders, deduplicates, attributes and turns facts into commands. A row holds no personal value but the two keys `case`
 * and `person`, which the pipeline replaces by keyed tokens at once and never stores.
 */
import type { Identifier, Interaction } from "@tacet/core/domain"

/** One fact of a row. */
export type Fact =
  /** The interaction began. Where no row says so, the pipeline starts it at its first fact. */
  | { readonly _tag: "started"; readonly trigger?: Interaction.Channel }
  | { readonly _tag: "inhibited" }
  | { readonly _tag: "step"; readonly step: string; readonly kind?: typeof Identifier.StepKind.Type }
  | { readonly _tag: "redirected"; readonly to?: "customerArea" | "application" | "website" }
  | { readonly _tag: "goal"; readonly goal: string }
  | { readonly _tag: "callRequested" }
  /** The three moments of a call, one row each: for logs with one row per event. */
  | { readonly _tag: "callPlaced"; readonly call?: string }
  | { readonly _tag: "callAnswered"; readonly call?: string; readonly human: Interaction.PersonReached }
  | {
      readonly _tag: "callEnded"
      readonly call?: string
      readonly talkSeconds?: number
      readonly disposition?: Interaction.Disposition
    }
  /** A whole call in one row: for logs with one row per call. */
  | ({ readonly _tag: "call" } & CallFact)
  /**
   * One leg of a call: the pipeline gathers the legs of a case and derives the call (transfer, conference: one call).
   */
  | ({ readonly _tag: "leg" } & CallFact)
  | { readonly _tag: "excluded"; readonly reason: "test" | "bot" | "void" }
  | { readonly _tag: "ended"; readonly reason?: "completed" | "abandoned" | "redirected" | "timedOut" }

/** The known facts of a call or a leg. Times in epoch milliseconds. */
export interface CallFact {
  readonly placedAt: number
  /** Absent: never answered. */
  readonly answeredAt?: number
  /** Absent: it was answered, and the source does not say when it ended. */
  readonly endedAt?: number
  /** Absent with the end. */
  readonly talkSeconds?: number
  readonly human: Interaction.PersonReached
  readonly disposition: Interaction.Disposition
  /** Whether it asked for a person (dial, queue, agent) or stayed in the automated part. */
  readonly asksForPerson: boolean
}

/** A row that could be read. */
export interface SourceRow {
  readonly _tag: "row"
  /** The line (CSV, JSON lines) or the ordinal of the record (XES event, OCEL event), from 1; a header is a line. */
  readonly line: number
  /** The source's key of the interaction: case, session, linked id, uuid. */
  readonly case: string
  /** The source's id of this very row, where it has one: the same id again is a duplicate or a contradiction. */
  readonly id?: string
  /** The source's key of the person, where it has one. */
  readonly person?: string
  /** The name of the Customer's number from which the interaction began, or that was called. */
  readonly number?: string
  /** The name of the Customer's entry point at which the interaction began. */
  readonly entryPoint?: string
  /** When it happened, in epoch milliseconds: what rows are ordered by. */
  readonly at: number
  /** All are accepted or none. */
  readonly facts: ReadonlyArray<Fact>
}

/** A row that could not be read, or that a rule forbids. No value of the row is repeated. */
export interface RejectedRow {
  readonly _tag: "rejected"
  readonly line: number
  /** The column or attribute that decided; a name that the mapping or the format knows, never a value. */
  readonly field: string
  /** The key of the rule. */
  readonly rule: string
  /** The violation and the accepted values. */
  readonly reason: string
}

/** The source says that no further row of this case will follow (the end of an XES trace). */
export interface CaseComplete {
  readonly _tag: "caseComplete"
  readonly case: string
}

export type SourceItem = SourceRow | RejectedRow | CaseComplete

/** Irregularities found while reading, apart from the rows: counters that grow until the end of the file. */
export interface Quality {
  /** Records read: each became a row (in OCEL one for each case it belongs to), a rejected row, or was dropped. */
  records: number
  /** Records that say nothing which the mapping wants: dropped because it says so. */
  dropped: number
  /** Negative lengths of time, and talk time of calls that were not answered: taken as 0. */
  clamped: number
  /** OCEL only: objects read. */
  objects: number
}

/** A stream of bytes, such as a file opened with `createReadStream`, or of UTF-8 text. */
export type ByteStream = AsyncIterable<Uint8Array | string>

/** A readable input: batches of items, in the order of the file. */
export interface Source {
  readonly items: AsyncIterable<ReadonlyArray<SourceItem>>
  /**
   * How rows are ordered: `time` (up to lateness), so that they are recorded while they are read; `case`, by their cases
   * or not at all, so that they are sorted by time before the first is recorded.
   */
  readonly order: "time" | "case"
  readonly quality?: Readonly<Quality>
}

/** The input as a whole cannot be used: unreadable, another format, a mapping that does not fit. Exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError"
}
