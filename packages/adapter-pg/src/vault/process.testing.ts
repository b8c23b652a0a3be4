/**
 * A process with a vault: connections and services of its own over the databases that it shares with others.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import {
  AccessLog,
  ErasureLedger,
  KeyStore,
  OpeningPolicy,
  type Sealed,
  type Subject,
  Vault,
  VaultStore,
} from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Redacted from "effect/Redacted"
import * as VaultPostgres from "./VaultPostgres.ts"

const policy = Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })

/** All services of a process with a vault over stores. Everybody may open everything. */
export const aProcessOver = Effect.fnUntraced(function* (stores: ReturnType<typeof VaultPostgres.layer>) {
  const services = Effect.all({
    vault: Vault.Vault,
    rows: VaultStore.VaultStore,
    keys: KeyStore.KeyStore,
    accesses: AccessLog.AccessLog,
    ledger: ErasureLedger.ErasureLedger,
  })
  const whole = Layer.fresh(Layer.provideMerge(Vault.layer, Layer.merge(stores, policy)))
  return yield* Effect.provide(services, yield* Layer.build(whole))
})

/** The same over databases. */
export const aProcess = (options: VaultPostgres.VaultOptions) => aProcessOver(VaultPostgres.layer(options))

export const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)
export const aSubject = Effect.map(Uuid.next, (id) => id as Subject.SubjectId)

/** A value of a subject, to be sealed. */
export const value = (
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
  text = "canary-7f3a",
  retentionEnd?: number,
): Vault.ToSeal => ({
  customer,
  subject,
  category: "freeText",
  value: text,
  purposes: ["customerCare"],
  collectedAt: 0,
  retentionEnd,
})

/** A request to open a value, with an actor and a purpose. */
export const opening = (customer: CustomerId.CustomerId, sealed: Sealed.Sealed<string>): Vault.ToOpen => ({
  customer,
  sealed,
  purpose: "customerCare",
  actor: { id: "00000000-0000-4000-8000-00000000ac10" as Uuid.Uuid, roles: [] },
  reason: "customerSupport",
})

/** An identifier that was seen. */
export const observation = (customer: CustomerId.CustomerId, subject: Subject.SubjectId): Vault.Observation => ({
  customer,
  subject,
  identifier: { kind: "ipAddress", text: "192.0.2.7" },
  validFrom: 0,
  validTo: undefined,
  retentionEnd: undefined,
})

/** Waits until so many transactions of a database wait for a lock that another holds. */
export const untilWaiting = Effect.fnUntraced(function* (database: { readonly url: Redacted.Redacted }, count: number) {
  const { queryValues } = yield* PgConnection.make({ url: database.url, prepare: false })
  for (;;) {
    const [row] = yield* queryValues(
      `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if (Number(row![0]) >= count) return
    yield* Effect.sleep(5)
  }
}, Effect.scoped)
