/**
 * Reads the archives of operators. An archive holds whole texts, so what was read of it is kept, and only what came after is
 * read again: one read of the store for each question.
 */
import * as Effect from "effect/Effect"
import * as PolicyArchive from "../../domain/PolicyArchive.ts"
import type * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import { type Archive, OperatorOf } from "./Declarations.ts"
import * as Kept from "./Kept.ts"

/** Reads archives. */
export interface Archives {
  /** The archive of an operator. */
  readonly read: (operator: CustomerId) => Effect.Effect<Archive, ReadError | UndecodableEvent>
  /** The archive of the operator of a Customer; `undefined`, without a read of the store, where it has none. */
  readonly of: (customer: CustomerId) => Effect.Effect<Archive | undefined, ReadError | UndecodableEvent>
}

/** Archives over an event store. */
export const over = (handler: CommandHandler.Handler): Effect.Effect<Archives> =>
  Effect.zipWith(OperatorOf, Kept.Memory, (operatorOf, { declarations }) => {
    // A text weighs as much as a hundred declarations.
    const known = Kept.make<CustomerId, Archive>(declarations, ({ state }) => 1 + 100 * state.register.length)
    const read: Archives["read"] = (operator) =>
      Effect.suspend(() =>
        Effect.tap(handler.load(PolicyArchive.aggregate, operator, operator, known.get(operator)), (archive) =>
          Effect.sync(() => {
            // Two may read at once, and the older answer may come last.
            const before = known.get(operator)
            if (before === undefined || before.version < archive.version) known.set(operator, archive)
          }),
        ),
      )
    return {
      read,
      of: (customer) =>
        Effect.suspend((): ReturnType<Archives["of"]> => {
          const operator = operatorOf(customer)
          return operator === undefined ? Effect.succeed(undefined) : read(operator)
        }),
    }
  })
