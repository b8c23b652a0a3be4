/**
 * Stores on PostgreSQL that die once, before or after a call that the test chooses: what was written by then stays.
 */
import { EventStore } from "@tacet/core/eventsourcing"
import { ErasureLedger, KeyStore, VaultStore } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The stores of which each call is counted. */
type Stores = EventStore.EventStore | VaultStore.VaultStore | KeyStore.KeyStore | ErasureLedger.ErasureLedger

type Call = Effect.Effect<unknown>

/** A death that is to come, and the layer of stores in which it comes. */
export const dying = () => {
  let [left, when]: [number, "before" | "after"] = [Number.POSITIVE_INFINITY, "before"]
  const around = (call: Call): Call =>
    Effect.suspend(() => {
      left -= 1
      if (left !== 0) return call
      return when === "before" ? Effect.die("crash") : Effect.andThen(Effect.exit(call), Effect.die("crash"))
    })
  const wrapped = <Port extends object>(sound: Port): Port =>
    Object.fromEntries(
      Object.entries(sound).map(([name, run]: [string, unknown]) => [
        name,
        (...args: ReadonlyArray<unknown>) => {
          const call = (run as (...all: ReadonlyArray<unknown>) => Call)(...args)
          return name === "subscribe" ? call : around(call)
        },
      ]),
    ) as Port
  const layer = Layer.mergeAll(
    Layer.effect(EventStore.EventStore, Effect.map(EventStore.EventStore, wrapped)),
    Layer.effect(VaultStore.VaultStore, Effect.map(VaultStore.VaultStore, wrapped)),
    Layer.effect(KeyStore.KeyStore, Effect.map(KeyStore.KeyStore, wrapped)),
    Layer.effect(ErasureLedger.ErasureLedger, Effect.map(ErasureLedger.ErasureLedger, wrapped)),
  ) as Layer.Layer<Stores, never, Stores>
  return {
    layer,
    /** Does something in the course of which that call may come. */
    at: <A, E, R>(call: number, how: "before" | "after", effect: Effect.Effect<A, E, R>) =>
      Effect.suspend(() => {
        ;[left, when] = [call, how]
        return Effect.tap(Effect.exit(effect), () => Effect.sync(() => void (left = Number.POSITIVE_INFINITY)))
      }),
  }
}
