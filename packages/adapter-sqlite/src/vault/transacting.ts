/**
 * Transactions of the stores of a vault. Each is safe to repeat by its caller.
 */
import { VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import type { TransactionFailed } from "../file/FileError.ts"

/** Names the store that a transaction was for. */
export const during = <A>(
  store: VaultError.VaultUnavailable["store"],
  transaction: Effect.Effect<A, TransactionFailed>,
): Effect.Effect<A, VaultError.VaultUnavailable> =>
  Effect.mapError(transaction, ({ cause }) => new VaultError.VaultUnavailable({ store, cause }))
