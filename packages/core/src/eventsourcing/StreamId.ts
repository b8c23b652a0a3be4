/**
 * A stream: all events of one aggregate, in the order in which they were appended. Its id is random; its kind says
 * which aggregate it is.
 */
import * as Schema from "effect/Schema"
import { Uuid } from "./Uuid.ts"

/** The format of a kind: a lower-case word such as `interaction`. Kinds are a storage format: never rename one. */
export const kindPattern: RegExp = /^[a-z][a-z0-9-]{0,39}$/

/** A kind, checked. */
export const StreamKind = Schema.String.check(
  Schema.isPattern(kindPattern, { expected: "a lower-case word of at most 40 characters" }),
)
export type StreamKind = typeof StreamKind.Type

/** The address of one stream within a compartment. */
export const StreamId = Schema.Struct({ kind: StreamKind, id: Uuid })
export type StreamId = typeof StreamId.Type

/**
 * One text for one stream, for maps and messages: `interaction/0b1f6f0e-…`.
 *
 * @example
 * ```ts
 * import { StreamId, type Uuid } from "@tacet/core/eventsourcing"
 *
 * const id = "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as Uuid.Uuid
 * StreamId.format({ kind: "interaction", id }) // => "interaction/0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10"
 * ```
 */
export const format = (stream: StreamId): string => `${stream.kind}/${stream.id}`
