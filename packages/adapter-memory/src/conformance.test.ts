import { EventStoreSuite, ProjectionStoreSuite } from "@tacet/testing"
import { describe, it } from "@tacet/vitest"
import { layer, layerWith } from "./layer.ts"

EventStoreSuite.register(
  "adapter-memory",
  { layer, capabilities: { pushSubscription: true, survivesRestart: false } },
  { describe, it },
)

ProjectionStoreSuite.register(
  "adapter-memory",
  {
    layer: (inline) => layerWith({ inline }),
    capabilities: { inlineProjections: true, survivesRestart: false },
  },
  { describe, it },
)
