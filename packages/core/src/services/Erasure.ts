/**
 * Erases a person's data everywhere, by one protocol: fence; ledger; values, links and locators; other holders; then
 * the fact in the log (`PseudonymErased`). Each step can be repeated, and each completed step is recorded beside the fence, so
 * `resume` continues an erasure that was stopped anywhere (R-ERASE, GDPR 17, 19).
 *
 * Record the request first (`RightsRequest`). Until the fence is written, the caller who holds the request must repeat it.
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
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { UndecodableEvent } from "../eventsourcing/EventCodec.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { AppendError, ReadError } from "../eventsourcing/EventStoreError.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"

/** The subject to erase, and the cause. */
export interface ToErase {
  readonly customer: CustomerId
  /** The subject of the vault; where it is a pseudonym, its stream records the erasure. */
  readonly subject: SubjectId
  readonly cause: "request" | "retention" | "contractEnd"
}

/**
 * Another holder of a person's data: a projection with personal content, a search index, the notification of recipients
 * (GDPR 19). It succeeds when its part is done, and can be called again.
 */
export interface Holder {
  /** Its name in the record of the erasure: a word that never changes. */
  readonly name: string
  readonly forget: (erasure: ToErase) => Effect.Effect<void, VaultUnavailable>
}

/** The holders, in the order in which they are asked. Default: none. */
export const Holders: Context.Reference<ReadonlyArray<Holder>> = Context.Reference<ReadonlyArray<Holder>>(
  "@tacet/core/services/Erasure/Holders",
  { defaultValue: () => [] },
)

/** The errors of an erasure; the steps completed by then stay completed. */
export type ErasureError = Refusal | VaultUnavailable | AppendError | ReadError | UndecodableEvent

/** The service. */
export class Erasure extends Context.Service<
  Erasure,
  {
    /** Erases a subject. When it returns, no data of it is left and none can be added. */
    readonly erase: (erasure: ToErase) => Effect.Effect<void, ErasureError>
    /** Continues all unfinished erasures of a Customer and returns how many were completed. */
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
          // A subject that is a request or another id has no pseudonym to erase.
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
