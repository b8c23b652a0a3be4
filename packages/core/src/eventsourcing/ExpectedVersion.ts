/**
 * A writer's expectation of a stream's version when it appends. The version of a stream is the number of its events; a
 * stream without events has version 0 and does not exist.
 *
 * | expected | actual 0 | actual n ≥ 1 |
 * |---|---|---|
 * | `none` | holds | conflict |
 * | `exact 0` | holds | conflict |
 * | `exact n` | conflict | holds where the actual version is n |
 * | `exists` | conflict | holds |
 * | `any` | holds | holds |
 *
 * The same table rules written streams and read-only checks, in every adapter.
 */
import * as Schema from "effect/Schema"

/** A version of a stream: the number of its events, 0 where it has none. */
export const Version = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
export type Version = typeof Version.Type

/** The expectation itself. */
export const ExpectedVersion = Schema.Union([
  Schema.TaggedStruct("none", {}),
  Schema.TaggedStruct("exact", { version: Version }),
  Schema.TaggedStruct("exists", {}),
  Schema.TaggedStruct("any", {}),
])
export type ExpectedVersion = typeof ExpectedVersion.Type

/** The stream must have no event. */
export const none: ExpectedVersion = { _tag: "none" }

/** The stream must have at least one event. */
export const exists: ExpectedVersion = { _tag: "exists" }

/** Nothing is expected of the stream. */
export const any: ExpectedVersion = { _tag: "any" }

/**
 * The stream must have exactly this many events.
 *
 * @example
 * ```ts
 * import { ExpectedVersion } from "@tacet/core/eventsourcing"
 *
 * ExpectedVersion.exact(3) // => { _tag: "exact", version: 3 }
 * ```
 */
export const exact = (version: Version): ExpectedVersion => ({ _tag: "exact", version })

/**
 * Whether the expectation holds for a stream of this actual version: the table above.
 *
 * @example
 * ```ts
 * import { ExpectedVersion } from "@tacet/core/eventsourcing"
 *
 * ExpectedVersion.holds(ExpectedVersion.none, 0) // => true
 * ExpectedVersion.holds(ExpectedVersion.exact(3), 4) // => false
 * ```
 */
export const holds = (expected: ExpectedVersion, actual: Version): boolean => {
  switch (expected._tag) {
    case "none":
      return actual === 0
    case "exact":
      return actual === expected.version
    case "exists":
      return actual > 0
    case "any":
      return true
  }
}

/**
 * The expectation in words, for messages.
 *
 * @example
 * ```ts
 * import { ExpectedVersion } from "@tacet/core/eventsourcing"
 *
 * ExpectedVersion.format(ExpectedVersion.exact(3)) // => "exact 3"
 * ```
 */
export const format = (expected: ExpectedVersion): string =>
  expected._tag === "exact" ? `exact ${expected.version}` : expected._tag
