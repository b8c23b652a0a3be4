/**
 * What a keeper does: it seals values and records them in the log, opens them, erases every second subject, and saves a
 * projection's state that is its own.
 */
import { type CustomerId, type EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import { type Sealed, type Subject, Vault } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import type { Reporting } from "./Reporting.ts"
import { aUuid, writeFact } from "./writing.ts"

const pause = Effect.sleep(100)
const again = Effect.sleep(50)

/** Calls the vault until it answers; nothing where it refuses for another reason than being unavailable. */
const calling = <A, E extends { readonly _tag: string; readonly message: string }>(
  { say, timed }: Reporting,
  call: Effect.Effect<A, E>,
): Effect.Effect<A | undefined> =>
  Effect.matchEffect(timed("vault", call), {
    onSuccess: Effect.succeed,
    onFailure: (error) =>
      error._tag === "VaultUnavailable"
        ? Effect.andThen(again, calling({ say, timed }, call))
        : Effect.as(say({ _tag: "wrong", call: "vault", answer: error.message }), undefined),
  })

/** A request to open a value. */
export const opening = (customer: CustomerId.CustomerId, sealed: Sealed.Sealed<string>): Vault.ToOpen => ({
  customer,
  sealed,
  purpose: "customerCare",
  actor: { id: "00000000-0000-4000-8000-00000000ac10" as ReturnType<typeof aUuid>, roles: [] },
  reason: "customerSupport",
})

/** Seals, records, opens and erases for ever. */
export const keeping = (
  reporting: Reporting,
  customer: CustomerId.CustomerId,
): Effect.Effect<never, never, Vault.Vault | EventStore.EventStore> =>
  Effect.gen(function* () {
    const vault = yield* Vault.Vault
    const { say } = reporting
    for (let turn = 0; ; turn++) {
      const subject = aUuid() as string as Subject.SubjectId
      const text = `value of ${subject}`
      const sealed = yield* calling(
        reporting,
        vault.seal({
          customer,
          subject,
          category: "freeText",
          value: text,
          purposes: ["customerCare"],
          collectedAt: 0,
          retentionEnd: undefined,
        }),
      )
      if (sealed !== undefined) {
        yield* say({ _tag: "sealed", customer, subject, sealed, text })
        // The vault first, then the log: an event never names a value that is not there.
        yield* writeFact(reporting, customer, JSON.stringify({ sealed }))
        const opened = yield* calling(reporting, vault.open(opening(customer, sealed)))
        if (opened?._tag !== "Open" || opened.value !== text) {
          yield* say({ _tag: "wrong", call: "vault", answer: `a value opens as ${opened?._tag ?? "nothing"}` })
        }
        if (turn % 2 === 0) {
          yield* say({ _tag: "erasing", customer, subject })
          yield* calling(reporting, vault.erase(customer, subject, "request"))
          yield* say({ _tag: "erased", customer, subject })
        }
      }
      yield* pause
    }
  })

/** Saves states one after the other, each at the checkpoint after the last. */
export const saving = (
  { say, timed }: Reporting,
  customer: CustomerId.CustomerId,
): Effect.Effect<never, never, ProjectionStore.ProjectionStore> =>
  Effect.gen(function* () {
    const store = yield* ProjectionStore.ProjectionStore
    const name = `saved-${aUuid()}`
    const key = { name, version: 1 }
    const load = Effect.map(
      store.load(customer, key),
      Option.match({ onNone: () => 0, onSome: (one) => one.checkpoint }),
    )
    let checkpoint = 0
    while (true) {
      const next = checkpoint + 1
      yield* say({ _tag: "saving", customer, name, checkpoint: next })
      const answer = yield* Effect.result(
        timed("save", store.save(customer, key, checkpoint, { checkpoint: next, state: String(next) })),
      )
      if (answer._tag === "Success") {
        yield* say({ _tag: "saved", customer, name, checkpoint: next })
        checkpoint = next
      } else {
        const error = answer.failure
        if (error._tag === "CheckpointMoved") yield* say({ _tag: "wrong", call: "save", answer: error.message })
        // Whether it was saved is what the store says: that it was not, or the state that was.
        const found = yield* Effect.retry(timed("read", load), { schedule: Schedule.spaced("50 millis") })
        const isUnknown = error._tag === "StoreUnavailable" && error.outcome === "unknown"
        if (found !== checkpoint && !(isUnknown && found === next)) {
          yield* say({ _tag: "wrong", call: "save", answer: `${error.message} It is at ${found}, not ${checkpoint}` })
        }
        checkpoint = found
      }
      yield* pause
    }
  }).pipe(Effect.orDie)
