/**
 * The declarations of an adapter to the suites: how to build it, and its capabilities. The suites skip nothing: they
 * check one property for a capability that is declared present, and another where it is declared absent.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import type { AccessLog, ErasureLedger, KeyStore, OpeningPolicy, Vault, VaultStore } from "@tacet/core/privacy"

/** How to build an event store, and its capabilities. */
export interface EventStoreFixture {
  /**
   * The store. Each property builds it anew and draws new Customers, so several layers may share one database; they need
   * not be empty.
   */
  readonly layer: Layer.Layer<EventStore.EventStore, unknown>
  readonly capabilities: {
    /** A subscriber is woken by an append; it does not poll. */
    readonly pushSubscription: boolean
    /** A rebuilt layer holds the earlier writes. */
    readonly survivesRestart: boolean
  }
}

/** How to build a projection store together with its event store, and its capabilities. */
export interface ProjectionStoreFixture {
  /** Both stores, with these inline projections. */
  readonly layer: (
    inline: ReadonlyArray<Projection.InlineProjection>,
  ) => Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore, unknown>
  readonly capabilities: {
    /** Counters change in the append. Where absent, the given projections are ignored. */
    readonly inlineProjections: boolean
    /** A layer that is built again holds the saved states. */
    readonly survivesRestart: boolean
  }
}

/** A backup of the vault's rows as its operator would take one: not of the key store, the ledger or the access log. */
export class VaultBackup extends Context.Service<
  VaultBackup,
  {
    /** Takes a backup and returns an effect that restores it, replacing all later data. */
    readonly take: Effect.Effect<Effect.Effect<void>>
  }
>()("@tacet/testing/VaultBackup") {}

/** The stores of a vault. */
export type VaultPorts = VaultStore.VaultStore | KeyStore.KeyStore | AccessLog.AccessLog | ErasureLedger.ErasureLedger

/** How to build the stores of a vault, and their capabilities. */
export interface VaultFixture {
  /** The stores. Each property builds them anew and draws new Customers; they need not be empty. */
  readonly stores: Layer.Layer<VaultPorts | VaultBackup, unknown>
  /** The vault over them. Default: `Vault.layer`. */
  readonly vault?: Layer.Layer<Vault.Vault, never, VaultPorts | OpeningPolicy.OpeningPolicy>
  readonly capabilities: {
    /** A rebuilt layer holds the earlier writes. */
    readonly survivesRestart: boolean
  }
}

/** How to build a key store. */
export interface KeyStoreFixture {
  readonly layer: Layer.Layer<KeyStore.KeyStore, unknown>
  readonly capabilities: { readonly survivesRestart: boolean }
}

/** How to build an access log. */
export interface AccessLogFixture {
  readonly layer: Layer.Layer<AccessLog.AccessLog, unknown>
  readonly capabilities: { readonly survivesRestart: boolean }
}

/** How to build a ledger of erasures. */
export interface ErasureLedgerFixture {
  readonly layer: Layer.Layer<ErasureLedger.ErasureLedger, unknown>
  readonly capabilities: { readonly survivesRestart: boolean }
}
