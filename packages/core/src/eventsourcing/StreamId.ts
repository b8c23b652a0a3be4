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

/**
 * The address of one stream within a compartment.
 *
 * @example
 * ```ts
 * import type { Uuid } from "@tacet/core/eventsourcing"
 * import { StreamId } from "@tacet/core/eventsourcing"
 *
 * const streamOf = (id: Uuid.Uuid): StreamId.StreamId => ({ kind: "interaction", id })
 * ```
 */
export const StreamId = Schema.Struct({ kind: StreamKind, id: Uuid })
export type StreamId = typeof StreamId.Type

/**
 * One text for one stream, for maps and messages: `interaction/0b1f6f0e-…`.
 *
 * @example
 * ```ts
 * import type { StreamId as Stream } from "@tacet/core/eventsourcing"
 * import { StreamId } from "@tacet/core/eventsourcing"
 *
 * const label = (stream: Stream.StreamId): string => StreamId.format(stream)
 * ```
 */
export const format = (stream: StreamId): string => `${stream.kind}/${stream.id}`
