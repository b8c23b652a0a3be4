import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { EventStore } from "@tacet/core/eventsourcing"
import * as EventStoreSuite from "./EventStoreSuite.ts"
import * as ModelStore from "./ModelStore.ts"

describe("the store over the reference model", () => {
  it.live("satisfies every property", () =>
    Effect.gen(function* () {
      const findings = yield* EventStoreSuite.run({
        layer: Layer.sync(EventStore.EventStore, () => ModelStore.make()),
        capabilities: { pushSubscription: true, survivesRestart: false },
      })
      expect(findings.length).toBeGreaterThan(100)
      expect(findings.flatMap(({ violation }) => (violation === undefined ? [] : [violation.message]))).toEqual([])
    }),
  )
})
