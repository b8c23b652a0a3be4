/**
 * The stores of a vault in PostgreSQL: its rows, the keys that wrap its keys, the access log and the ledger of
 * erasures.
 *
 * Each has connections of its own, and no statement reaches from one to another. In production the vault and the keys
 * have a database each, under different owners; the access log and the ledger are in the log's database, with a second
 * copy of the ledger beside the keys.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import { AccessLog, ErasureLedger, KeyStore, VaultStore } from "@tacet/core/privacy"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Database from "../server/Database.ts"
import type { DatabaseUnavailable, StartError, WrongSchemaVersion } from "../server/DatabaseError.ts"
import { checkVersion, type MigrateOptions, migrateBy } from "../schema/migrate.ts"
import { steps } from "../schema/steps.ts"
import { type Part, recording } from "../server/Names.ts"
import type { Options } from "../server/Options.ts"
import * as Accesses from "./AccessLog.ts"
import * as Ledger from "./ErasureLedger.ts"
import * as KeyMaterial from "./KeyMaterial.ts"
import type { Locate } from "./transacting.ts"
import * as Rows from "./VaultStore.ts"

/** One of the databases. Its tables are in a schema named after the part: `tacet_vault`, `tacet_keys`. */
export type PartOptions = Omit<Options, "announcements" | "inline" | "polling">

type Stores = VaultStore.VaultStore | KeyStore.KeyStore | AccessLog.AccessLog | ErasureLedger.ErasureLedger

/** The databases of a vault. They may be one and the same where little is at stake: the schemas and roles differ. */
export interface VaultOptions {
  readonly vault: PartOptions
  readonly keys: PartOptions
  /** The database of the event log. */
  readonly log: PartOptions
}

/** Several deployments, and which of them each Customer is at. */
export interface Located<Name extends string, Options> {
  readonly databases: Readonly<Record<Name, Options>>
  readonly locate: (customer: CustomerId.CustomerId) => Name
}

/**
 * Brings the databases of vault and keys to the schema of this release, each in one transaction. The tables in the
 * log's database come with the log's own `migrate`. With `distribute: true` Citus then distributes their tables.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { VaultPostgres } from "@tacet/adapter-pg"
 *
 * const ready = VaultPostgres.migrate({
 *   vault: { url: Redacted.make("postgresql://owner@localhost/vault") },
 *   keys: { url: Redacted.make("postgresql://owner@localhost/keys") }
 * })
 * ```
 */
export const migrate = ({
  keys,
  vault,
}: {
  readonly vault?: PartOptions & Pick<MigrateOptions, "distribute">
  readonly keys?: PartOptions & Pick<MigrateOptions, "distribute">
}): Effect.Effect<void, DatabaseUnavailable | WrongSchemaVersion> =>
  Effect.gen(function* () {
    if (vault !== undefined) yield* migrateBy("vault", vault, steps.vault)
    if (keys !== undefined) yield* migrateBy("keys", keys, steps.keys)
  })

/** Opens a part of each deployment, and answers where the rows of a Customer are. */
const opened = Effect.fnUntraced(function* <Name extends string>(
  { databases, locate }: Located<Name, PartOptions>,
  part: Part,
): Effect.fn.Return<Locate, StartError, Scope.Scope> {
  const known = new Map<string, Database.Database>()
  for (const [name, options] of Object.entries<PartOptions>(databases)) {
    yield* checkVersion(options, part)
    known.set(name, yield* Database.make(options, part))
  }
  return (customer) => known.get(locate(customer))!
})

/** The same part of each deployment. */
const each = <Name extends string, From>(
  { databases, locate }: Located<Name, From>,
  part: (of: From) => PartOptions,
): Located<Name, PartOptions> => ({
  databases: Object.fromEntries(Object.entries<From>(databases).map(([name, of]) => [name, part(of)])) as Readonly<
    Record<Name, PartOptions>
  >,
  locate,
})

const alone = <Options>(options: Options): Located<"alone", Options> => ({
  databases: { alone: options },
  locate: () => "alone",
})

const rowsAt = <Name extends string>(vault: Located<Name, PartOptions>) =>
  Layer.effect(VaultStore.VaultStore, Effect.map(opened(vault, "vault"), Rows.make))

const keysAt = <Name extends string>(keys: Located<Name, PartOptions>) =>
  Layer.effect(
    KeyStore.KeyStore,
    Effect.map(opened(keys, "keys"), (locate) => KeyStore.fromMaterial(KeyMaterial.make(locate))),
  )

const recordsAt = <Name extends string>(
  log: Located<Name, PartOptions>,
  keys: Located<Name, PartOptions> | undefined,
) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const withLog = yield* opened(each(log, recording), "log")
      const places = keys === undefined ? [withLog] : [withLog, yield* opened(keys, "keys")]
      return Context.make(AccessLog.AccessLog, yield* Accesses.make(withLog)).pipe(
        Context.add(ErasureLedger.ErasureLedger, Ledger.make(places)),
      )
    }),
  )

/**
 * The vault's rows.
 */
export const layerRows = (vault: PartOptions): Layer.Layer<VaultStore.VaultStore, StartError> => rowsAt(alone(vault))

/**
 * The key store for installations without a key management service. Access to its database is access to the keys.
 */
export const layerKeys = (keys: PartOptions): Layer.Layer<KeyStore.KeyStore, StartError> => keysAt(alone(keys))

/**
 * The access log and the ledger of erasures, in the log's database, and the ledger with the keys too where they are in
 * PostgreSQL. Connections work as the vault's role, which sees no event; the log's role does not see the records.
 */
export const layerRecords = ({
  keys,
  log,
}: Pick<VaultOptions, "log"> & Partial<Pick<VaultOptions, "keys">>): Layer.Layer<
  AccessLog.AccessLog | ErasureLedger.ErasureLedger,
  StartError
> => recordsAt(alone(log), keys === undefined ? undefined : alone(keys))

/**
 * All four.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import * as Redacted from "effect/Redacted"
 * import { VaultPostgres } from "@tacet/adapter-pg"
 * import { Vault } from "@tacet/core/privacy"
 *
 * const stores = VaultPostgres.layer({
 *   vault: { url: Redacted.make("postgresql://vault@vault.internal/vault") },
 *   keys: { url: Redacted.make("postgresql://keys@keys.internal/keys") },
 *   log: { url: Redacted.make("postgresql://vault@db.internal/tacet") }
 * })
 * const vault = Layer.provide(Vault.layer, stores)
 * ```
 */
export const layer = (options: VaultOptions): Layer.Layer<Stores, StartError> => layerLocated(alone(options))

/**
 * The same over several deployments: each Customer has one, and `locate` says which.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { VaultPostgres } from "@tacet/adapter-pg"
 *
 * const at = (place: string) => ({
 *   vault: { url: Redacted.make(`postgresql://vault@vault.${place}/vault`) },
 *   keys: { url: Redacted.make(`postgresql://keys@keys.${place}/keys`) },
 *   log: { url: Redacted.make(`postgresql://vault@db.${place}/tacet`) }
 * })
 * const stores = VaultPostgres.layerLocated({
 *   databases: { paris: at("paris"), lyon: at("lyon") },
 *   locate: (customer) => (customer < "8" ? "paris" : "lyon")
 * })
 * ```
 */
export const layerLocated = <Name extends string>(
  options: Located<Name, VaultOptions>,
): Layer.Layer<Stores, StartError> => {
  const keys = each(options, (of) => of.keys)
  return Layer.mergeAll(
    rowsAt(each(options, ({ vault }) => vault)),
    keysAt(keys),
    recordsAt(
      each(options, ({ log }) => log),
      keys,
    ),
  )
}

const part = (url: string): Config.Config<PartOptions> =>
  Config.all({
    url: Config.Redacted(url),
    schema: Config.withDefault(Config.String("TACET_SCHEMA"), "tacet"),
  })

/**
 * The databases that a deployment names in its environment: `VAULT_DATABASE_URL`, `KEYS_DATABASE_URL`, `DATABASE_URL` and,
 * where it is given, `TACET_SCHEMA`.
 */
export const config: Config.Config<VaultOptions> = Config.all({
  vault: part("VAULT_DATABASE_URL"),
  keys: part("KEYS_DATABASE_URL"),
  log: part("DATABASE_URL"),
})

/**
 * All four with options from the environment or wherever `Config` finds them.
 */
export const layerConfig = (
  options: Config.Config<VaultOptions>,
): Layer.Layer<Stores, StartError | Config.ConfigError> => Layer.unwrap(Effect.map(options, layer))
