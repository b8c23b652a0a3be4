/**
 * The rules on purposes and readers through the services that keep and open values, under each version that holds them: a
 * value is refused for the one fault, and kept or opened without it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { holding, type Version } from "../policy/laws.testing.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Vault } from "../privacy/Vault.ts"
import type { Customers } from "./Customers.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, nobody, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder } from "./versions.testing.ts"

/** Keeps a value in a world of its own. */
const kept = (version: Version, category: PersonalDataCategory, purposes: ReadonlyArray<Purpose.Purpose>) =>
  Effect.gen(function* () {
    const at = DateTime.toEpochMillis(version.policy.at)
    yield* TestClock.setTime(at)
    yield* contractedUnder(version, at)
    const pseudonyms = yield* Pseudonyms
    const pseudonym = yield* pseudonyms.issue(customer)
    return yield* pseudonyms.keep({ customer, pseudonym, category, value: "a value", purposes })
  })

/** A category without purposes of its own. */
const plainOf = ({ policy }: Version) =>
  policy.parameters.categories.processor.filter(
    (category) =>
      !["ipAddress", "deviceIdentifier", "terminalEnvironment", "advertisingIdentifier", "voiceRecording"].includes(
        category,
      ),
  )

/** Keeps a value and opens it. */
const opened = (version: Version, roles: ReadonlyArray<string>, purpose?: Purpose.Purpose) =>
  Effect.gen(function* () {
    const use = allowedUse(version, plainOf(version))
    const sealed = yield* kept(version, use.category, [use.purpose])
    const access = { purpose: purpose ?? use.purpose, actor: { id: nobody, roles }, reason: "customerSupport" } as const
    return yield* Vault.use((vault) => vault.open({ customer, sealed, ...access }))
  })

/** A purpose that a processor may have under the version, and not for this kind of data. */
const foreignTo = ({ policy }: Version, kind: keyof Version["policy"]["parameters"]["dataPurposes"]) =>
  policy.parameters.purposes.processor.find((purpose) => !policy.parameters.dataPurposes[kind]?.includes(purpose))!

/** A purpose of the version for which the value was not kept. */
const undeclared = (version: Version) => {
  const { category, purpose } = allowedUse(version, plainOf(version))
  return Purpose.purposes.find(
    (one) =>
      one !== purpose &&
      Purpose.check(version.policy, {
        role: "processor",
        purpose: one,
        instructed: Purpose.purposes,
        consented: [],
        datum: { category, declared: [one] },
      })._tag === "allow",
  )!
}

type Services = Customers | Pseudonyms | Vault
type Kept = Effect.Effect<unknown, Effect.Error<ReturnType<typeof kept | typeof opened>>, Services>
type Verb = "Pseudonyms.keep" | "Vault.open"

const keepsOf = (version: Version, among?: ReadonlyArray<PersonalDataCategory>) => {
  const { category, purpose } = allowedUse(version, among)
  return kept(version, category, [purpose])
}

const cases: Partial<
  Record<PolicyRuleKey, readonly [verb: Verb, breaks: (version: Version) => Kept, keeps: (version: Version) => Kept]>
> = {
  MINIMISE: [
    "Pseudonyms.keep",
    (version) => kept(version, allowedUse(version).category, []),
    (version) => keepsOf(version),
  ],
  "TECH-PURPOSE": [
    "Pseudonyms.keep",
    (version) => kept(version, "ipAddress", [foreignTo(version, "technicalData")]),
    (version) => keepsOf(version, ["ipAddress"]),
  ],
  "NOT-SOLD": [
    "Pseudonyms.keep",
    (version) => kept(version, allowedUse(version).category, ["sale"]),
    (version) => keepsOf(version),
  ],
  PURPOSES: [
    "Vault.open",
    (version) => opened(version, ["support"], undeclared(version)),
    (version) => opened(version, ["support"]),
  ],
  AUTHZ: ["Vault.open", (version) => opened(version, []), (version) => opened(version, ["support"])],
}

// Planted and found: a gate that seals without asking for the kind of data; one that opens for a reader without a role.
describe("a value", () => {
  for (const [key, [verb, breaks, keeps]] of Object.entries(cases)) {
    for (const version of holding(key as PolicyRuleKey)) {
      it.effect(`${key} under ${version.id} is asked by ${verb}`, () =>
        Effect.gen(function* () {
          const of = (effect: Kept) => Effect.suspend(() => Effect.provide(refusalOf(effect), over(VaultMemory.make())))
          expect([yield* of(breaks(version)), yield* of(keeps(version))]).toEqual([key, "Success"])
        }),
      )
    }
  }
})
