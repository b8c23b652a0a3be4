/**
 * What a person says or types is kept only after they were informed, under each version that asks for it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { FieldId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import { layer as policiesLayer, Policies } from "./Policies.ts"
import { Pseudonyms, type ToKeep } from "./Pseudonyms.ts"
import { customer, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder, startedUnder } from "./versions.testing.ts"

type Notice = (typeof Interaction.NoticeContent.literals)[number]

const services = () => Layer.provideMerge(policiesLayer, over(VaultMemory.make(), undefined, false, true))

const others = (content: Notice) => Interaction.NoticeContent.literals.filter((one) => one !== content)

/** A person under a version, and an interaction of theirs in which a notice tells some things. */
const scene = Effect.fnUntraced(function* (version: Version, tells: ReadonlyArray<Notice>) {
  const { at, parameters } = version.policy
  const millis = DateTime.toEpochMillis(at)
  yield* TestClock.setTime(millis)
  yield* contractedUnder(version, millis)
  const typed = parameters.categories.processor.filter((one) => one === "freeText" || one === "textDialogue")
  const { category, purpose } = allowedUse(version, typed)
  const interaction = Uuid.derived("an interaction")
  yield* startedUnder(version, { interaction, field: "question" as FieldId, category, tells })
  const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  return {
    interaction,
    keep: (also: Partial<ToKeep> = {}) =>
      Pseudonyms.use((pseudonyms) =>
        pseudonyms.keep({ customer, pseudonym, category, value: "a value", purposes: [purpose], ...also }),
      ).pipe(refusalOf),
    accept: Policies.use((policies) =>
      policies.accept({ customer, by: pseudonym, policyVersion: version.id as PolicyVersionId, manner: "form" }),
    ),
    observed: parameters.categories.processor.find((one) => one === "connectionLog" || one === "interfaceUsage")!,
    earlier: millis - 1,
  }
})

// Planted and found: the interaction not read; a notice of the purposes taken for one of the policy; the moment of the
// acceptance left out; everything that is observed held to need a notice; what a person typed held to be observed.
describe("what a person types", () => {
  const notices = [
    ["PURPOSE-FIRST", "purposes"],
    ["ACK-FIRST", "policy"],
  ] as const
  for (const [key, thing] of notices) {
    for (const version of holding(key)) {
      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep: is kept after a notice in the interaction in which they did`,
        () =>
          Effect.gen(function* () {
            const told = Effect.flatMap(scene(version, others(thing)), ({ interaction, keep }) => keep({ interaction }))
            expect(yield* Effect.provide(told, services(), { local: true })).toBe(key)
            const { interaction, keep, observed } = yield* scene(version, Interaction.NoticeContent.literals)
            expect(yield* keep()).not.toBe("Success")
            expect(yield* keep({ interaction })).toBe("Success")
            expect(yield* keep({ category: observed, purposes: ["requestedService"] })).toBe("Success")
          }).pipe(Effect.provide(services())),
      )

      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep: is kept once they have accepted the policy`,
        () =>
          Effect.gen(function* () {
            const { accept, earlier, interaction, keep } = yield* scene(version, others(thing))
            expect(yield* keep({ interaction })).toBe(key)
            yield* accept
            expect(yield* keep()).toBe("Success")
            expect(yield* keep({ collectedAt: earlier })).not.toBe("Success")
          }).pipe(Effect.provide(services())),
      )
    }
  }

  // Planted and found: the interaction read without asking whose it is.
  it.effect.each(holding("PURPOSE-FIRST"))(
    "PURPOSE-FIRST: a notice that another person was shown informs nobody else ($id)",
    (version) =>
      Effect.gen(function* () {
        const { interaction, keep } = yield* scene(version, Interaction.NoticeContent.literals)
        const other = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
        yield* Pseudonyms.use((pseudonyms) => pseudonyms.link({ customer, pseudonym: other }, interaction))
        expect(yield* keep({ interaction })).toBe("PURPOSE-FIRST")
        expect(yield* keep({ interaction, pseudonym: other })).toBe("Success")
      }).pipe(Effect.provide(services())),
  )
})
