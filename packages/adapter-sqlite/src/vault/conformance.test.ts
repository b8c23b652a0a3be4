import { AccessLogSuite, ErasureLedgerSuite, Fixture, KeyStoreSuite, VaultSuite } from "@tacet/testing"
import { it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describeSqlite as describe, folderForThisFile } from "../file.testing.ts"
import { backupOf } from "./backup.testing.ts"
import * as VaultSqlite from "./VaultSqlite.ts"

const place = folderForThisFile()
const options = { file: place("tacet.db"), keys: place("tacet.keys") }
const layer = VaultSqlite.layer(options)
const backup = Layer.succeed(Fixture.VaultBackup, { take: Effect.suspend(() => backupOf(options.file)) })
const capabilities = { survivesRestart: true }

VaultSuite.register("adapter-sqlite", { stores: Layer.merge(layer, backup), capabilities }, { describe, it })
KeyStoreSuite.register("adapter-sqlite", { layer, capabilities }, { describe, it })
AccessLogSuite.register("adapter-sqlite", { layer, capabilities }, { describe, it })
ErasureLedgerSuite.register("adapter-sqlite", { layer, capabilities }, { describe, it })
ErasureLedgerSuite.register(
  "adapter-sqlite in one place",
  { layer: VaultSqlite.layerRecords({ file: place("records.db") }), capabilities },
  { describe, it },
)
