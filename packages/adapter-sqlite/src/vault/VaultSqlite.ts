/**
 * The stores of a vault in SQLite: its rows, the access log and the ledger of erasures in one file, which may be that of the
 * event log, and the keys that wrap its keys in another, with a second copy of the ledger. Never put the two in one backup:
 * who has both reads everything, also what was erased since.
 */
import { AccessLog, ErasureLedger, KeyStore, VaultStore } from "@tacet/core/privacy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Database from "../file/Database.ts"
import { FileUnavailable, type StartError } from "../file/FileError.ts"
import type { FileOptions } from "../file/Options.ts"
import * as Accesses from "./AccessLog.ts"
import * as Ledger from "./ErasureLedger.ts"
import * as KeyMaterial from "./KeyMaterial.ts"
import * as Rows from "./VaultStore.ts"

/** The file of the data and, beside it, that of the keys. */
export interface VaultOptions extends FileOptions {
  /** The path of the file of keys: on another disk than the data's, and in no backup of it. */
  readonly keys: string
}

const opened = (options: FileOptions) => Database.make(options, "data")

/** Opens the file of keys. Where the data have been sealed already, it must be there: new keys would open none of them. */
const openedKeys = Effect.fnUntraced(function* (
  { keys, ...options }: VaultOptions,
  data: Database.Database,
): Effect.fn.Return<Database.Database, StartError, Scope.Scope> {
  const isSealed = yield* Effect.mapError(
    data.read(({ one }) => one("SELECT 1 FROM data_key UNION ALL SELECT 1 FROM erasure LIMIT 1") !== undefined),
    ({ cause }) => new FileUnavailable({ cause }),
  )
  const create = (options.create ?? true) && !isSealed
  return yield* Effect.mapError(Database.make({ ...options, create, file: keys }, "keys"), (error) =>
    error._tag === "FileUnavailable" ? new FileUnavailable({ cause: `keys: ${error.cause}` }) : error,
  )
})

/**
 * The vault's rows.
 */
export const layerRows = (options: FileOptions): Layer.Layer<VaultStore.VaultStore, StartError> =>
  Layer.effect(VaultStore.VaultStore, Effect.map(opened(options), Rows.make))

/**
 * The key store for installations without a key management service, in a file of its own. Access to it is access to the
 * keys.
 */
export const layerKeys = (options: FileOptions): Layer.Layer<KeyStore.KeyStore, StartError> =>
  Layer.effect(
    KeyStore.KeyStore,
    Effect.map(Database.make(options, "keys"), (database) => KeyStore.fromMaterial(KeyMaterial.make(database))),
  )

/**
 * The access log and the ledger of erasures, for a vault whose keys are elsewhere. Restore no backup of the file alone:
 * there is no second copy of the ledger.
 */
export const layerRecords = (
  options: FileOptions,
): Layer.Layer<AccessLog.AccessLog | ErasureLedger.ErasureLedger, StartError> =>
  Layer.effectContext(
    Effect.map(opened(options), (database) =>
      Context.make(AccessLog.AccessLog, Accesses.make(database)).pipe(
        Context.add(ErasureLedger.ErasureLedger, Ledger.make([database])),
      ),
    ),
  )

/**
 * All four.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultSqlite } from "@tacet/adapter-sqlite"
 * import { Vault } from "@tacet/core/privacy"
 *
 * const stores = VaultSqlite.layer({ file: "/var/lib/tacet/tacet.db", keys: "/media/keys/tacet.keys" })
 * const vault = Layer.provide(Vault.layer, stores)
 * ```
 */
export const layer = (
  options: VaultOptions,
): Layer.Layer<
  VaultStore.VaultStore | KeyStore.KeyStore | AccessLog.AccessLog | ErasureLedger.ErasureLedger,
  StartError
> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const data = yield* opened(options)
      const keys = yield* openedKeys(options, data)
      return Context.make(VaultStore.VaultStore, Rows.make(data)).pipe(
        Context.add(KeyStore.KeyStore, KeyStore.fromMaterial(KeyMaterial.make(keys))),
        Context.add(AccessLog.AccessLog, Accesses.make(data)),
        Context.add(ErasureLedger.ErasureLedger, Ledger.make([data, keys])),
      )
    }),
  )
