import { EventStoreSuite, ProjectionStoreSuite } from "@tacet/core/testing"
import { describe, it } from "@tacet/vitest"
import { layer } from "./layer.ts"
import { forThisFile } from "./testDatabase.testing.ts"

const options = forThisFile()

EventStoreSuite.register(
  "adapter-pg",
  { layer: layer(options), capabilities: { pushSubscription: true, survivesRestart: true } },
  { describe, it },
)

ProjectionStoreSuite.register(
  "adapter-pg",
  {
    layer: (inline) => layer({ ...options, inline }),
    capabilities: { inlineProjections: true, survivesRestart: true },
  },
  { describe, it },
)
