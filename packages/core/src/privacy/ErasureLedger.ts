/**
 * The ledger of erasures, as a port. It lives apart from the vault (with the log, and with the key store), so that a
 * vault that is restored from a backup finds what it must forget again. It holds fingerprints, which say nothing without
 * the key store, and never an identifier.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { ErasureCause } from "./Subject.ts"
import type { VaultUnavailable } from "./VaultError.ts"

/** One erasure; or, before all erasures of a Customer, the check value of its key store, which is no subject's fingerprint. */
export interface LedgerEntry {
  readonly fingerprint: string
  readonly at: EpochMillis
  readonly cause: ErasureCause
}

/** The port. */
export class ErasureLedger extends Context.Service<
  ErasureLedger,
  {
    /** Records an erasure. The first entry of a fingerprint is kept. */
    readonly record: (customer: CustomerId, entry: LedgerEntry) => Effect.Effect<void, VaultUnavailable>
    /** The entry of a fingerprint, if there is one. */
    readonly find: (
      customer: CustomerId,
      fingerprint: string,
    ) => Effect.Effect<Option.Option<LedgerEntry>, VaultUnavailable>
    /** All entries of a Customer, in the order in which they were recorded. */
    readonly entries: (customer: CustomerId) => Effect.Effect<ReadonlyArray<LedgerEntry>, VaultUnavailable>
  }
>()("@tacet/core/privacy/ErasureLedger") {}
