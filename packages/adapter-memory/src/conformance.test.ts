import { EventStoreSuite } from "@tacet/core/testing"
import { describe, it } from "@tacet/vitest"
import { layer } from "./layer.ts"

EventStoreSuite.register(
  "adapter-memory",
  { layer, capabilities: { pushSubscription: true, survivesRestart: false } },
  { describe, it },
)
