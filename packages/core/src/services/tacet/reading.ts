/**
 * Reads ids and lists from outside.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Refusal } from "../../eventsourcing/Refusal.ts"

/** Reads an id from outside. It is not repeated where it does not fit: it may be something else by mistake. */
export const readId = <A>(
  schema: Schema.Codec<A, string>,
  input: string,
  command: string,
  field: string,
): Effect.Effect<A, Refusal> =>
  Option.match(Schema.decodeUnknownOption(schema)(input), {
    onNone: () => Effect.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted: "a UUID in lower case" })),
    onSome: Effect.succeed,
  })

/** Reads a list from outside. */
export const readList = <A>(
  input: ReadonlyArray<A>,
  command: string,
  field: string,
): Effect.Effect<ReadonlyArray<A>, Refusal> =>
  Array.isArray(input)
    ? Effect.succeed(input)
    : Effect.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted: "a list" }))
