import { EventStoreSuite, ProjectionStoreSuite } from "@tacet/testing"
import { it } from "@tacet/vitest"
import { describeSqlite as describe, folderForThisFile } from "./file.testing.ts"
import { layer } from "./layer.ts"

const file = folderForThisFile()("tacet.db")

EventStoreSuite.register(
  "adapter-sqlite",
  { layer: layer({ file }), capabilities: { pushSubscription: true, survivesRestart: true } },
  { describe, it },
)

ProjectionStoreSuite.register(
  "adapter-sqlite",
  {
    layer: (inline) => layer({ file, inline }),
    capabilities: { inlineProjections: true, survivesRestart: true },
  },
  { describe, it },
)
