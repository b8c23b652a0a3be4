import { AccessLogSuite, ErasureLedgerSuite, Fixture, KeyStoreSuite, VaultSuite } from "@tacet/testing"
import { describe, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as VaultMemory from "./VaultMemory.ts"

const stores = Layer.unwrap(
  Effect.sync(() => {
    const memory = VaultMemory.make()
    const backup = Layer.succeed(Fixture.VaultBackup, {
      take: Effect.map(
        Effect.sync(() => VaultMemory.backup(memory)),
        (restore) => Effect.sync(restore),
      ),
    })
    return Layer.merge(VaultMemory.layerOver(memory), backup)
  }),
)

VaultSuite.register("adapter-memory", { stores, capabilities: { survivesRestart: false } }, { describe, it })

const layer = Layer.suspend(() => VaultMemory.layerOver(VaultMemory.make()))

KeyStoreSuite.register("adapter-memory", { layer, capabilities: { survivesRestart: false } }, { describe, it })
AccessLogSuite.register("adapter-memory", { layer, capabilities: { survivesRestart: false } }, { describe, it })
ErasureLedgerSuite.register("adapter-memory", { layer, capabilities: { survivesRestart: false } }, { describe, it })
