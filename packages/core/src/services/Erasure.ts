/**
 * Erases a person's data everywhere, by one protocol: fence; ledger; values, links and locators; whoever else holds
 * something of it; then the fact in the log (`PseudonymErased`). Each step may be repeated, and what is done is noted
 * beside the fence, so whatever stops it, `resume` goes on where it stopped (R-ERASE, GDPR 17, 19).
 *
 * The request itself is recorded before (`RightsRequest`); until the fence stands, whoever holds the request repeats it.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../eventsourcing/EventCodec.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { AppendError, ReadError } from "../eventsourcing/EventStoreError.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"

/** What is erased, and why. */
export interface ToErase {
  readonly customer: CustomerId
  /** The subject of the vault; where it is a pseudonym, its stream tells that it was erased. */
  readonly subject: SubjectId
  readonly cause: "request" | "retention" | "contractEnd"
}

/**
 * Who else holds something of a person: a projection with personal content, a search index, the recipients that have to
 * be told (GDPR 19). It succeeds when its part is done, and may be asked again.
 */
export interface Holder {
  /** Stands in the record of the erasure: a word, never changed. */
  readonly name: string
  readonly forget: (erasure: ToErase) => Effect.Effect<void, VaultUnavailable>
}

/** The holders, in the order in which they are asked. Default: none. */
export const Holders: Context.Reference<ReadonlyArray<Holder>> = Context.Reference<ReadonlyArray<Holder>>(
  "@tacet/core/services/Erasure/Holders",
  { defaultValue: () => [] },
)

/** What an erasure can fail with; what it has done by then stands. */
export type ErasureError = VaultUnavailable | AppendError | ReadError | UndecodableEvent

/** The service. */
export class Erasure extends Context.Service<
  Erasure,
  {
    /** Erases a subject. When it returns, nothing of it is left and nothing attaches to it any more. */
    readonly erase: (erasure: ToErase) => Effect.Effect<void, ErasureError>
    /** Goes on with all erasures of a Customer that have begun, and answers how many were completed. */
    readonly resume: (customer: CustomerId) => Effect.Effect<number, ErasureError>
  }
>()("@tacet/core/services/Erasure") {}

/** The service over the vault and the event store in force. */
export const layer: Layer.Layer<Erasure, never, Vault | EventStore> = Layer.effect(
  Erasure,
  Effect.gen(function* () {
    const vault = yield* Vault
    const handler = CommandHandler.over(yield* EventStore)

    const erase = Effect.fn("Erasure.erase")(function* (toErase: ToErase): Effect.fn.Return<void, ErasureError> {
      const { cause, customer, subject } = toErase
      const { done } = yield* vault.erase(customer, subject, cause)
      for (const holder of yield* Holders) {
        if (done.includes(holder.name)) continue
        yield* holder.forget(toErase)
        yield* vault.stepDone(customer, subject, holder.name)
      }
      const now = yield* Clock.currentTimeMillis
      yield* Effect.catchTag(
        handler.handleBy(Pseudonym.aggregate, { customer, id: subject }, (state) => {
          // What was kept under a request or another id has no pseudonym to erase.
          if (state.phase === "notIssued") return Result.succeed([])
          // An erasure is not refused for a clock that went backwards.
          const at = DateTime.makeUnsafe(Math.max(now, state.issuedAt))
          return Pseudonym.decideErasure(state, { _tag: "ErasePseudonym", at, cause })
        }),
        "Refusal",
        Effect.die,
      )
      yield* vault.stepDone(customer, subject, undefined)
    })

    return {
      erase,
      resume: Effect.fn("Erasure.resume")(function* (customer: CustomerId) {
        const unfinished = yield* vault.unfinished(customer)
        for (const { erasure, subject } of unfinished) {
          const cause = erasure?.cause
          yield* erase({
            customer,
            subject,
            cause: cause === "retention" || cause === "contractEnd" ? cause : "request",
          })
        }
        return unfinished.length
      }),
    }
  }),
)
