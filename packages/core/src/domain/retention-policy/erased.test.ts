import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as fc from "fast-check"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { versions } from "../../policy/laws.testing.ts"
import { erasedInteraction } from "./erased.ts"
import { initial } from "./state.ts"

const at = (days: number) => DateTime.makeUnsafe(Date.UTC(2026, 0, 1 + days))

describe("an interaction of an erased person", () => {
  for (const { id, policy } of versions) {
    const stating = (erasedInteractions: "keep" | "purge") => ({
      ...policy,
      parameters: { ...policy.parameters, erasedInteractions },
    })
    // Planted and found: the latest policy alone asked; a hold that keeps after its release.
    it.prop(
      `R-ERASE NOTLINKABLE under ${id}: stays where every policy since its collection lets it stay, and as long as a hold keeps it`,
      [
        fc.array(fc.constantFrom("keep" as const, "purge" as const), { minLength: 1, maxLength: 3 }),
        fc.option(fc.tuple(fc.nat(9), fc.nat(9)), { nil: undefined }),
        fc.nat(20),
        fc.constantFrom("interfaceUsage" as const, "freeText" as const),
      ],
      (stated, hold, day, category) => {
        const [placed = 0, lasts = 0] = hold ?? []
        const holds = new Map(
          hold === undefined
            ? []
            : [
                [
                  "0a0a0a0a-0000-4000-8000-000000000001" as Uuid,
                  {
                    placedAt: DateTime.toEpochMillis(at(placed)),
                    releasedAt: DateTime.toEpochMillis(at(placed + lasts)),
                    matter: "litigation" as const,
                    reference: "Code de commerce L123-22",
                    categories: [category],
                  },
                ],
              ],
        )
        const facts = {
          category: "interfaceUsage",
          about: "interaction",
          events: { collection: at(0) },
        } as const
        const outcome = erasedInteraction({ ...initial, holds }, facts, stated.map(stating), at(day))
        const isHeld = hold !== undefined && category === "interfaceUsage" && placed <= day && day < placed + lasts
        const mayBePutOff = policy.parameters.retentionExtension !== "never"
        expect(outcome).toBe(!stated.includes("purge") ? "keep" : isHeld && mayBePutOff ? "held" : "purge")
      },
      { numRuns: 1000 },
    )

    it(`R-ERASE under ${id}: a text that is silent deletes it`, () => {
      expect(policy.parameters.erasedInteractions).toBe("purge")
    })
  }
})
