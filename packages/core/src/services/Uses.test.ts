import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { holding } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import { Customers } from "./Customers.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer as operator, day, nobody, over, refusalOf } from "./scene.testing.ts"
import { OperatorOf } from "./Policies.ts"
import { type Asked, layer, Uses } from "./Uses.ts"
import { allowedUse, contractedUnder } from "./versions.testing.ts"

const services = () => Layer.provideMerge(layer, over(VaultMemory.make()))

type Use = Omit<Asked, "compartment" | "pseudonym">

/** A use that a rule refuses, by which rule, and one beside it that is permitted. */
interface Case {
  readonly refused: Use
  readonly by?: PolicyRuleKey
  readonly permitted: Use
  /** Recorded before the permitted use, and after the refused one. */
  readonly consent?: boolean
}

const controller = { role: "controller", basis: "contract" } as const
const publisher = { role: "publisher" } as const
const accounts = { ...controller, purpose: "accountManagement" } as const
const email = { category: "emailAddress", declared: ["accountManagement"] } as const
const training = { role: "controller", kind: "voiceRecording", basis: "legitimateInterests" } as const

const ofCompany = { role: "publisher", label: "nonPersonal", purpose: "serviceOptimisation" } as const
const switchboard = { namesPerson: false, reachesOnePerson: false }

const statistics = { role: "controller", label: "nonPersonal", purpose: "serviceOptimisation" } as const

// Planted: the organisation of a record dropped; consents of no person passed on; every objection dropped; the role of a processor asked for every use.
const cases: ReadonlyArray<readonly [PolicyRuleKey, Case]> = [
  [
    "CTRL-MIN",
    {
      refused: { ...accounts, datum: { ...email, category: "freeText" } },
      by: "CATEGORIES",
      permitted: { ...accounts, datum: email },
    },
  ],
  [
    "NO-OWN-USE",
    { refused: { ...controller, purpose: "customerCare" }, permitted: { ...publisher, purpose: "customerCare" } },
  ],
  [
    "MARKETING",
    {
      refused: { ...publisher, purpose: "directMarketing" },
      permitted: { ...publisher, purpose: "directMarketing" },
      consent: true,
    },
  ],
  [
    "BASIS",
    {
      refused: { role: "controller", purpose: "serviceUsageAnalytics", basis: "consent" },
      permitted: { role: "controller", purpose: "serviceUsageAnalytics" },
    },
  ],
  [
    "COMPATIBLE",
    {
      refused: { role: "controller", purpose: "marketMeasurement", basis: "legitimateInterests" },
      by: "PURPOSES",
      permitted: {
        role: "controller",
        purpose: "marketMeasurement",
        basis: "legitimateInterests",
        compatibility: "assessment 7",
      },
    },
  ],
  [
    "TRAINING",
    {
      refused: { ...training, purpose: "customerCare" },
      permitted: { ...training, purpose: "staffTraining" },
    },
  ],
  [
    "NO-RETARGET",
    {
      refused: { ...controller, purpose: "retargeting" },
      permitted: { ...controller, purpose: "serviceCommunication" },
    },
  ],
  [
    "LEGAL-PERSON",
    {
      refused: { ...ofCompany, organisation: { ...switchboard, reachesOnePerson: true } },
      permitted: { ...ofCompany, organisation: switchboard },
    },
  ],
  [
    "STAT-IMPROVE",
    {
      refused: { ...statistics, datum: { category: "ipAddress", declared: ["serviceOptimisation"] } },
      permitted: statistics,
    },
  ],
  ["NOT-SOLD", { refused: { ...publisher, purpose: "sale" }, permitted: { ...publisher, purpose: "customerCare" } }],
]

describe("a use of the operator", () => {
  const started = Effect.fnUntraced(function* (id: string, effectiveFrom: string) {
    const dawn = Date.parse(`${effectiveFrom}T09:00:00Z`) + 40 * day
    const at = DateTime.makeUnsafe(dawn)
    yield* TestClock.setTime(dawn)
    yield* Customers.use((customers) =>
      customers.declare(operator, [{ _tag: "AdoptPolicyVersion", at, policyVersion: id as PolicyVersionId }]),
    )
    return { at, pseudonym: yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(operator)) }
  })
  const ask = (use: Use, pseudonym: Pseudonym.PseudonymId) =>
    refusalOf(
      Uses.use((uses) =>
        uses.ask({ ...use, compartment: operator, ...(use.label === "nonPersonal" ? {} : { pseudonym }) }),
      ),
    )
  const declare = (pseudonym: Pseudonym.PseudonymId, declaration: Parameters<Pseudonyms["Service"]["declare"]>[1]) =>
    Pseudonyms.use((pseudonyms) => pseudonyms.declare({ customer: operator, pseudonym }, declaration))
  const consent = (pseudonym: Pseudonym.PseudonymId, at: DateTime.Utc) =>
    declare(pseudonym, { _tag: "GiveConsent", at, purpose: "directMarketing", manner: "form", text: "text 1" })

  for (const [key, { by = key, consent: isConsented = false, permitted, refused }] of cases) {
    for (const { id, text } of holding(key)) {
      it.effect(
        `${key} under ${id} is asked by Uses.ask: the use is refused, and another one beside it permitted`,
        () =>
          Effect.gen(function* () {
            const { at, pseudonym } = yield* started(id, text.effectiveFrom)
            expect(yield* ask(refused, pseudonym)).toBe(by)
            if (isConsented) yield* consent(pseudonym, at)
            expect(yield* ask(permitted, pseudonym)).toBe("Success")
          }).pipe(Effect.provide(services())),
      )
    }
  }

  for (const { id, text } of holding("NO-ADS")) {
    it.effect(`NO-ADS under ${id} is asked by Uses.ask: no advertising, whatever the person consents to`, () =>
      Effect.gen(function* () {
        const { at, pseudonym } = yield* started(id, text.effectiveFrom)
        const purpose = "personalisedAdvertising" as const
        const role = text.id === "dialonce/2016-06-29" ? publisher : controller
        yield* declare(pseudonym, { _tag: "GiveConsent", at, purpose, manner: "form", text: "text 1" })
        expect(yield* ask({ ...role, purpose }, pseudonym)).toBe("NO-ADS")
        expect(yield* ask({ ...role, purpose: "serviceCommunication" }, pseudonym)).toBe("Success")
      }).pipe(Effect.provide(services())),
    )
  }

  for (const { id, text } of holding("OPTOUT")) {
    it.effect(`OPTOUT under ${id} is asked by Uses.ask: marketing ends with the objection of the person`, () =>
      Effect.gen(function* () {
        const { at, pseudonym } = yield* started(id, text.effectiveFrom)
        const role = text.id === "dialonce/2016-06-29" ? publisher : ({ role: "controller" } as const)
        const use = { ...role, purpose: "directMarketing" } as const
        yield* consent(pseudonym, at)
        expect(yield* ask(use, pseudonym)).toBe("Success")
        yield* declare(pseudonym, { _tag: "RaiseObjection", at, purpose: "directMarketing" })
        expect(yield* ask(use, pseudonym)).toBe("OPTOUT")
      }).pipe(Effect.provide(services())),
    )
  }

  for (const { id, text } of holding("STAT-IMPROVE")) {
    it.effect(`STAT-IMPROVE under ${id}: a person who is named by a pseudonym is no statistic`, () =>
      Effect.gen(function* () {
        const { pseudonym } = yield* started(id, text.effectiveFrom)
        const asked = { ...statistics, compartment: operator, pseudonym }
        expect(yield* refusalOf(Uses.use((uses) => uses.ask(asked)))).toBe("STAT-IMPROVE")
      }).pipe(Effect.provide(services())),
    )
  }

  // Planted and found: the contract not read, and the operator of the compartment not asked.
  for (const version of holding("ROLE")) {
    it.effect(
      `ROLE under ${version.id} is asked by Uses.ask: controller of its own data, processor of a Customer's, and nothing else`,
      () =>
        Effect.gen(function* () {
          const at = DateTime.toEpochMillis(version.policy.at) + 100 * day
          const { pseudonym } = yield* started(version.id, version.text.effectiveFrom)
          const own = { ...controller, purpose: "accountManagement" } as const
          expect(yield* ask({ ...own, role: "publisher" }, pseudonym)).toBe("ROLE")
          expect(yield* ask(own, pseudonym)).toBe("Success")
          yield* TestClock.setTime(at)
          yield* contractedUnder(version, at)
          const { category, purpose } = allowedUse(version)
          const datum = { category, declared: [purpose] }
          expect(yield* ask({ role: "controller", basis: "contract", purpose, datum }, pseudonym)).toBe("ROLE")
          expect(yield* ask({ role: "processor", purpose, datum }, pseudonym)).toBe("Success")
        }).pipe(Effect.provide(services())),
    )

    it.effect(`ROLE under ${version.id}: the compartment of another operator's Customer is no one's own`, () =>
      Effect.gen(function* () {
        const { pseudonym } = yield* started(version.id, version.text.effectiveFrom)
        expect(yield* ask({ ...controller, purpose: "accountManagement" }, pseudonym)).toBe("ROLE")
      }).pipe(
        Effect.provide(
          Layer.provide(
            services(),
            Layer.succeed(OperatorOf, () => nobody as Uuid as CustomerId),
          ),
        ),
      ),
    )
  }

  for (const version of holding("PROCESSINGS")) {
    it.effect(`PROCESSINGS under ${version.id} is asked by Uses.ask: only what the policy lists for the role`, () =>
      Effect.gen(function* () {
        const { pseudonym } = yield* started(version.id, version.text.effectiveFrom)
        const own = { ...controller, purpose: "accountManagement" } as const
        expect(yield* ask({ ...own, operation: "launchApplication" }, pseudonym)).toBe("PROCESSINGS")
        expect(yield* ask({ ...own, operation: "use" }, pseudonym)).toBe("Success")
        expect(yield* ask({ ...own, operation: "erase" }, pseudonym)).toBe("Success")
      }).pipe(Effect.provide(services())),
    )
  }

  it.effect("POLICY-BIND: no use is permitted before the operator has adopted a policy", () =>
    Effect.gen(function* () {
      const nobody = "9b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Pseudonym.PseudonymId
      expect(yield* ask({ ...publisher, purpose: "customerCare" }, nobody)).toBe("POLICY-BIND")
    }).pipe(Effect.provide(services())),
  )
})
