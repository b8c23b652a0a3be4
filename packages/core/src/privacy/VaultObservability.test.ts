import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { keptSpans } from "../eventsourcing/tracing.testing.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { Scene } from "@tacet/testing"
import { ErasureLedger } from "./ErasureLedger.ts"
import { layerSpans } from "./VaultObservability.ts"
import { OpeningPolicy } from "./OpeningPolicy.ts"
import type { SubjectId } from "./Subject.ts"
import { layer, Vault } from "./Vault.ts"

const policy = Layer.succeed(OpeningPolicy, { check: () => Effect.void })

const traced = Layer.suspend(() =>
  Layer.provideMerge(layer, Layer.merge(Layer.provide(layerSpans, VaultMemory.layerOver(VaultMemory.make())), policy)),
)

describe("a vault over stores with spans", () => {
  // Planted: a port left out; an attribute that holds the subject. Both were found.
  it.effect("behaves like the vault, and reports each operation with numbers alone", () => {
    const { spans, tracer } = keptSpans()
    return Effect.gen(function* () {
      const vault = yield* Vault
      const customer = yield* Scene.aCustomer
      const subject = (yield* Uuid.next) as SubjectId
      const about = { customer, subject, category: "freeText", value: "canary", purposes: ["customerCare"] } as const
      const sealed = yield* vault.seal({ ...about, collectedAt: 0, retentionEnd: undefined })
      const actor = { id: yield* Uuid.next, roles: [] }
      const asked = { customer, purpose: "customerCare", actor, reason: "incident" } as const
      expect(yield* vault.open({ ...asked, sealed })).toEqual({ _tag: "Open", value: "canary" })
      const identifier = { kind: "ipAddress", text: "192.0.2.7" } as const
      yield* vault.observe({ customer, subject, identifier, validFrom: 0, validTo: undefined, retentionEnd: undefined })
      expect(yield* vault.locate({ ...asked, identifier, from: 0, to: 9 })).toEqual([subject])
      yield* vault.erase(customer, subject, "request")
      expect(yield* vault.open({ ...asked, sealed })).toMatchObject({ _tag: "Erased" })
      const { fingerprint } = (yield* ErasureLedger.use((ledger) => ledger.entries(customer)))[0]!

      const told = new Map(spans.map(({ attributes, name }) => [name, Object.fromEntries(attributes)]))
      for (const port of ["VaultStore", "KeyStore", "AccessLog", "ErasureLedger"]) {
        expect(
          Array.from(told.keys()).some((name) => name.startsWith(`${port}.`)),
          port,
        ).toBe(true)
      }
      expect(told.get("VaultStore.put")).toEqual({ "tacet.values": 0, "tacet.links": 0, "tacet.locators": 1 })
      expect(told.get("VaultStore.fence")).toEqual({})
      for (const name of ["KeyStore.wrap", "KeyStore.token", "AccessLog.record", "ErasureLedger.record"]) {
        expect(told.has(name), name).toBe(true)
      }
      const text = JSON.stringify(spans.map(({ attributes, name }) => [name, ...attributes]))
      for (const id of [
        customer,
        subject,
        sealed.reference,
        actor.id,
        fingerprint,
        "customerCare",
        "canary",
        "192.0",
      ]) {
        expect(text).not.toContain(id)
      }
    }).pipe(Effect.provide(traced), Effect.withTracer(tracer))
  })
})
