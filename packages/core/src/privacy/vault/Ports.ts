/**
 * The stores that the vault joins, and the keyrings over them.
 */
import * as Effect from "effect/Effect"
import { AccessLog } from "../AccessLog.ts"
import { ErasureLedger } from "../ErasureLedger.ts"
import { KeyStore } from "../KeyStore.ts"
import { OpeningPolicy } from "../OpeningPolicy.ts"
import { VaultStore } from "../VaultStore.ts"

/** The stores that the vault joins. */
export interface Ports {
  readonly store: VaultStore["Service"]
  readonly keyStore: KeyStore["Service"]
  readonly accessLog: AccessLog["Service"]
  readonly ledger: ErasureLedger["Service"]
  readonly policy: OpeningPolicy["Service"]
}

/** The stores in force. */
export const ports: Effect.Effect<Ports, never, VaultStore | KeyStore | AccessLog | ErasureLedger | OpeningPolicy> =
  Effect.gen(function* () {
    return {
      store: yield* VaultStore,
      keyStore: yield* KeyStore,
      accessLog: yield* AccessLog,
      ledger: yield* ErasureLedger,
      policy: yield* OpeningPolicy,
    }
  })
