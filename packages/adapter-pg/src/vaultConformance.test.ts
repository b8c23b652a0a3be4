import { AccessLogSuite, ErasureLedgerSuite, Fixture, KeyStoreSuite, VaultSuite } from "@tacet/core/testing"
import { describe, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { backupOf } from "./privacy/backup.testing.ts"
import { vaultForThisFile } from "./testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()
const layer = VaultPostgres.layer(options)
const backup = Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(options.vault)) })

VaultSuite.register(
  "adapter-pg",
  { stores: Layer.merge(layer, backup), capabilities: { survivesRestart: true } },
  { describe, it },
)
KeyStoreSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })
AccessLogSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })
ErasureLedgerSuite.register("adapter-pg", { layer, capabilities: { survivesRestart: true } }, { describe, it })

const withLogAlone = VaultPostgres.layerRecords({ log: options.log })
ErasureLedgerSuite.register(
  "adapter-pg in one place",
  { layer: withLogAlone, capabilities: { survivesRestart: true } },
  { describe, it },
)
