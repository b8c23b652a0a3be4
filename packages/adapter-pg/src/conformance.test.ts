import { EventStoreSuite, ProjectionStoreSuite } from "@tacet/testing"
import { describe, it } from "@tacet/vitest"
import { layer } from "./layer.ts"
import { forThisFile } from "./testDatabase.testing.ts"

const options = forThisFile()

EventStoreSuite.register(
  "adapter-pg",
  { layer: layer(options), capabilities: { pushSubscription: true, survivesRestart: true } },
  { describe, it },
)

// Without the functions of the schema, as where functions do not travel.
EventStoreSuite.register(
  "adapter-pg, statements on the wire",
  {
    layer: layer({ ...options, appendFunctions: false }),
    capabilities: { pushSubscription: true, survivesRestart: true },
  },
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
