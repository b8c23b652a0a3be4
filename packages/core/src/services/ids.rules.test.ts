/**
 * Ids and words that a program gives to the vault through services as typed values. A text in their place is refused, and no
 * store keeps it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { Vault } from "../privacy/Vault.ts"
import { Erasure } from "./Erasure.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, dawn, over, refusalOf, start } from "./scene.testing.ts"

const canary = "jane.doe@example.com" as never

describe("an id or a word given to the vault", () => {
  // Planted and found: a vault that asks for none of its ids, and one that asks for no words.
  it.effect("TACET-FORMAT: is refused in each place where it is no UUID or no word of the vocabulary", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const pseudonym = yield* start
      const pseudonyms = yield* Pseudonyms
      const vault = yield* Vault
      const interaction = Uuid.derived("interaction")
      const purposes = ["customerCare"] as const
      const keep = { customer, pseudonym, category: "telephoneNumber", value: "+33612345678", purposes } as const
      const sealing = {
        customer,
        subject: pseudonym as never,
        category: "telephoneNumber",
        value: "+33612345678",
        purposes,
        collectedAt: dawn,
        retentionEnd: undefined,
      } as const
      const identifier = { kind: "telephoneNumber", text: "+33612345678" } as const
      const observing = {
        customer,
        subject: canary,
        identifier,
        validFrom: dawn,
        validTo: undefined,
        retentionEnd: undefined,
      }
      const refused = [
        yield* refusalOf(pseudonyms.keep({ ...keep, pseudonym: canary })),
        yield* refusalOf(pseudonyms.link({ customer, pseudonym }, canary)),
        yield* refusalOf(pseudonyms.link({ customer, pseudonym: canary }, interaction)),
        yield* refusalOf(pseudonyms.keep({ ...keep, source: canary })),
        yield* refusalOf(vault.seal({ ...sealing, subject: canary })),
        yield* refusalOf(vault.seal({ ...sealing, category: canary })),
        yield* refusalOf(vault.seal({ ...sealing, kind: canary })),
        yield* refusalOf(vault.observe(observing)),
        yield* refusalOf(vault.restrict(customer, canary, true)),
        yield* refusalOf(vault.object(customer, canary, "customerCare", true)),
        yield* refusalOf(Erasure.use((erasure) => erasure.erase({ customer, subject: canary, cause: "request" }))),
      ]
      expect(refused).toEqual(refused.map(() => "TACET-FORMAT"))
      expect(yield* refusalOf(pseudonyms.keep(keep))).toBe("Success")
      const kept = JSON.stringify(memory, (_, value: unknown) => (value instanceof Map ? Array.from(value) : value))
      expect(kept.includes(canary)).toBe(false)
      expect(kept.includes(pseudonym)).toBe(true)
    }).pipe(Effect.provide(over(memory)))
  })
})
