/**
 * Spans of a vault for its operator: one for each operation of its ports. They carry operations and numbers of rows,
 * never an id, a purpose or a value. `Vault` has its own.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { AccessLog } from "./AccessLog.ts"
import { ErasureLedger } from "./ErasureLedger.ts"
import { KeyStore } from "./KeyStore.ts"
import { VaultStore } from "./VaultStore.ts"

type Ports = VaultStore | KeyStore | AccessLog | ErasureLedger

/**
 * The ports of a layer with a span around each operation: `VaultStore.put`, `KeyStore.unwrap` and so on.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultMemory } from "@tacet/adapter-memory"
 * import { Vault, VaultObservability } from "@tacet/core/privacy"
 *
 * const traced = Layer.provide(VaultObservability.layerSpans, VaultMemory.layerOver(VaultMemory.make()))
 * const vault = Layer.provide(Vault.layer, traced)
 * ```
 */
export const layerSpans: Layer.Layer<Ports, never, Ports> = Layer.mergeAll(
  Layer.effect(
    VaultStore,
    VaultStore.useSync((store) => {
      const traced = withSpans("VaultStore", store)
      const put: typeof store.put = (customer, subject, rows) =>
        Effect.withSpan(store.put(customer, subject, rows), "VaultStore.put", {
          attributes: {
            "tacet.values": rows.values?.length ?? 0,
            "tacet.links": rows.links?.length ?? 0,
            "tacet.locators": rows.locators?.length ?? 0,
          },
        })
      return { ...traced, put }
    }),
  ),
  Layer.effect(
    KeyStore,
    KeyStore.useSync((store) => withSpans("KeyStore", store)),
  ),
  Layer.effect(
    AccessLog,
    AccessLog.useSync((log) => withSpans("AccessLog", log)),
  ),
  Layer.effect(
    ErasureLedger,
    ErasureLedger.useSync((ledger) => withSpans("ErasureLedger", ledger)),
  ),
)

/** The same functions, each in a span of its name. */
function withSpans<Service extends Readonly<Record<keyof Service, (...given: never) => Effect.Effect<unknown, Error>>>>(
  name: string,
  service: Service,
): Service {
  const traced = Object.entries<(...given: Array<unknown>) => Effect.Effect<unknown, Error>>(
    service as Readonly<Record<string, never>>,
  ).map(([operation, run]) => [
    operation,
    (...given: Array<unknown>) => Effect.withSpan(run(...given), `${name}.${operation}`),
  ])
  return Object.fromEntries(traced) as Service
}
