/**
 * The ports of the vault over one memory: rows, keys, access log and ledger, each apart from the others.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import { AccessLog, ErasureLedger, KeyStore, VaultStore } from "@tacet/core/privacy"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Rows from "./VaultCompartment.ts"

/** The memory of a vault and of its stores. */
export interface VaultMemory {
  rows: Map<CustomerId.CustomerId, Rows.VaultCompartment>
  readonly keys: Map<CustomerId.CustomerId, KeyStore.CustomerKeys>
  readonly accesses: Map<CustomerId.CustomerId, Array<AccessLog.AccessRecord>>
  readonly erasures: Map<CustomerId.CustomerId, Map<string, ErasureLedger.LedgerEntry>>
}

/**
 * An empty memory.
 *
 * @example
 * ```ts
 * import { VaultMemory } from "@tacet/adapter-memory"
 *
 * const stores = VaultMemory.layerOver(VaultMemory.make())
 * ```
 */
export const make = (): VaultMemory => ({ rows: new Map(), keys: new Map(), accesses: new Map(), erasures: new Map() })

/**
 * Takes a backup of the rows alone, like a backup of the vault's database, and returns a function that restores it.
 *
 * @example
 * ```ts
 * import { VaultMemory } from "@tacet/adapter-memory"
 *
 * const restore = VaultMemory.backup(VaultMemory.make())
 * restore()
 * ```
 */
export const backup = (memory: VaultMemory): (() => void) => {
  const rows = copyOf(memory.rows)
  return () => {
    memory.rows = copyOf(rows)
  }
}

const copyOf = (rows: VaultMemory["rows"]): VaultMemory["rows"] =>
  new Map(Array.from(rows, ([customer, vault]) => [customer, Rows.copy(vault)]))

/**
 * The four ports over a memory.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { VaultMemory } from "@tacet/adapter-memory"
 * import { Vault } from "@tacet/core/privacy"
 *
 * const vault = Vault.layer.pipe(Layer.provide(VaultMemory.layerOver(VaultMemory.make())))
 * ```
 */
export const layerOver = (
  memory: VaultMemory,
): Layer.Layer<VaultStore.VaultStore | KeyStore.KeyStore | AccessLog.AccessLog | ErasureLedger.ErasureLedger> =>
  Layer.succeedContext(
    Context.make(VaultStore.VaultStore, vaultStore(memory)).pipe(
      Context.add(KeyStore.KeyStore, KeyStore.fromMaterial(material(memory))),
      Context.add(AccessLog.AccessLog, accessLog(memory)),
      Context.add(ErasureLedger.ErasureLedger, ledger(memory)),
    ),
  )

const vaultOf = (memory: VaultMemory, customer: CustomerId.CustomerId): Rows.VaultCompartment => {
  const known = memory.rows.get(customer)
  if (known !== undefined) return known
  const opened = Rows.empty()
  memory.rows.set(customer, opened)
  return opened
}

const vaultStore = (memory: VaultMemory): VaultStore.VaultStore["Service"] => ({
  keyring: (customer, subject) =>
    Effect.sync(() => Option.fromNullishOr(vaultOf(memory, customer).keyrings.get(subject))),
  changeKeyring: (customer, subject, revision, next) =>
    Effect.suspend(() =>
      Effect.fromResult(Rows.changeKeyring(vaultOf(memory, customer), { customer, subject }, revision, next)),
    ),
  fence: (customer, subject, erasure) =>
    Effect.sync(() => Rows.fence(vaultOf(memory, customer), { customer, subject }, erasure)),
  put: (customer, subject, rows) =>
    Effect.suspend(() => Effect.fromResult(Rows.put(vaultOf(memory, customer), { customer, subject }, rows))),
  find: (customer, reference) =>
    Effect.sync(() => {
      const { destroyed, keyrings, values } = vaultOf(memory, customer)
      const value = values.get(reference)
      if (value !== undefined) {
        const keyring = Option.fromNullishOr(keyrings.get(value.subject))
        return Option.some<VaultStore.Found>({ _tag: "Value", value, keyring })
      }
      const gone = destroyed.get(reference)
      return gone === undefined
        ? Option.none<VaultStore.Found>()
        : Option.some<VaultStore.Found>({ _tag: "Destroyed", destroyed: gone })
    }),
  valuesOf: (customer, subject, { after = "", limit }) =>
    Effect.sync(() =>
      Array.from(vaultOf(memory, customer).rows.get(subject)?.values() ?? [])
        .flatMap((row) => (row._tag === "value" && row.row.reference > after ? [row.row] : []))
        .sort((one, other) => (one.reference < other.reference ? -1 : 1))
        .slice(0, limit),
    ),
  locate: (customer, tokens, { at, from, to }) =>
    Effect.sync(() => {
      const { locators } = vaultOf(memory, customer)
      const rows = tokens.flatMap((token) => Array.from(locators.get(token) ?? []))
      const touched = rows.filter(
        (row) => Rows.isKept(row, at) && row.validFrom < to && (row.validTo ?? Infinity) > from,
      )
      return Array.from(new Set(touched.map(({ subject }) => subject))).sort()
    }),
  linksOf: (customer, subject, at) =>
    Effect.sync(() =>
      Array.from(vaultOf(memory, customer).rows.get(subject)?.values() ?? [])
        .flatMap((row) => (row._tag === "link" && Rows.isKept(row.row, at) ? [row.row.interaction] : []))
        .sort(),
    ),
  subjectOf: (customer, interaction, at) =>
    Effect.sync(() => {
      const links = Array.from(vaultOf(memory, customer).links.get(interaction)?.values() ?? [])
      const subjects = links.filter((link) => Rows.isKept(link, at)).map(({ subject }) => subject)
      return Option.fromNullishOr(subjects.sort()[0])
    }),
  unlink: (customer, subject, interactions) =>
    Effect.sync(() => Rows.unlink(vaultOf(memory, customer), subject, interactions)),
  destroy: (customer, references, destroyed) =>
    Effect.sync(() => Rows.destroy(vaultOf(memory, customer), references, destroyed)),
  removeSubject: (customer, subject, destroyed, limit) =>
    Effect.sync(() => Rows.removeSubject(vaultOf(memory, customer), subject, destroyed, limit)),
  spans: (customer) => Effect.sync(() => Rows.spans(vaultOf(memory, customer))),
  spansOf: (customer, subjects) => Effect.sync(() => Rows.spansOf(vaultOf(memory, customer), subjects)),
  tally: (customer, ended) => Effect.sync(() => Rows.tally(vaultOf(memory, customer), ended)),
  sweep: (customer, ended, limit) => Effect.sync(() => Rows.sweep(vaultOf(memory, customer), ended, limit)),
  keyrings: (customer, { after = "", limit }) =>
    Effect.sync(() =>
      Array.from(vaultOf(memory, customer).keyrings.values())
        .filter(({ subject }) => subject > after)
        .sort((one, other) => (one.subject < other.subject ? -1 : 1))
        .slice(0, limit),
    ),
  unfinished: (customer) =>
    Effect.sync(() => {
      const { keyrings, unfinished } = vaultOf(memory, customer)
      return Array.from(unfinished)
        .sort()
        .flatMap((subject) => keyrings.get(subject) ?? [])
    }),
})

const material = (memory: VaultMemory): KeyStore.KeyMaterial => ({
  load: (customer) => Effect.sync(() => memory.keys.get(customer) ?? KeyStore.noKeys),
  change: (customer, next) =>
    Effect.sync(() => {
      const changed = next(memory.keys.get(customer) ?? KeyStore.noKeys)
      memory.keys.set(customer, changed)
      return changed
    }),
})

const accessLog = (memory: VaultMemory): AccessLog.AccessLog["Service"] => ({
  record: (record) =>
    Effect.sync(() => {
      const records = memory.accesses.get(record.customer) ?? []
      memory.accesses.set(record.customer, records)
      records.push(Object.freeze({ ...record }))
    }),
  read: (customer, { after, limit }) =>
    Effect.sync(() => (memory.accesses.get(customer) ?? []).slice(after, after + limit)),
})

const ledger = (memory: VaultMemory): ErasureLedger.ErasureLedger["Service"] => ({
  record: (customer, entry) =>
    Effect.sync(() => {
      const entries = memory.erasures.get(customer) ?? new Map<string, ErasureLedger.LedgerEntry>()
      memory.erasures.set(customer, entries)
      if (!entries.has(entry.fingerprint)) entries.set(entry.fingerprint, Object.freeze({ ...entry }))
    }),
  find: (customer, fingerprint) =>
    Effect.sync(() => Option.fromNullishOr(memory.erasures.get(customer)?.get(fingerprint))),
  entries: (customer) => Effect.sync(() => Array.from(memory.erasures.get(customer)?.values() ?? [])),
})
