/**
 * An advertising identifier beside other data of a person, through the services, under each version that speaks of it: only
 * with express consent, for the analysis alone, however the two come together.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Vault } from "../privacy/Vault.ts"
import { type Declaration, Pseudonyms } from "./Pseudonyms.ts"
import { access, customer, over, refusalOf } from "./scene.testing.ts"
import { contractedUnder } from "./versions.testing.ts"

const analysis = "serviceUsageAnalytics"
const identifiers = {
  advertisingIdentifier: { kind: "advertisingIdentifier", text: "38400000-8cf0-11bd-b23e-10b96e40000d" },
  deviceIdentifier: { kind: "deviceIdentifier", of: "imei", text: "490154203237518" },
  telephoneNumber: { kind: "telephoneNumber", text: "+33612345678" },
} as const
type Identified = keyof typeof identifiers

/** Two pseudonyms of one person under a version, and what is done with them. */
const scene = Effect.fnUntraced(function* (version: Version) {
  const millis = DateTime.toEpochMillis(version.policy.at)
  const at = version.policy.at
  yield* TestClock.setTime(millis)
  yield* contractedUnder(version, millis)
  const pseudonyms = yield* Pseudonyms
  const [one, other] = [yield* pseudonyms.issue(customer), yield* pseudonyms.issue(customer)]
  return {
    one,
    other,
    keep: (pseudonym: Pseudonym.PseudonymId, category: PersonalDataCategory, purposes: ReadonlyArray<Purpose>) =>
      pseudonyms.keep({ customer, pseudonym, category, value: "a value", purposes }),
    observe: (pseudonym: Pseudonym.PseudonymId, kind: Identified, purposes: ReadonlyArray<Purpose> = [analysis]) =>
      pseudonyms.observe({ customer, pseudonym, identifier: identifiers[kind], purposes, validFrom: millis }),
    declare: (pseudonym: Pseudonym.PseudonymId, declaration: Declaration) =>
      pseudonyms.declare({ customer, pseudonym }, declaration),
    consent: { _tag: "GiveConsent", at, purpose: analysis, manner: "form", text: "text 1" },
    withdrawal: { _tag: "WithdrawConsent", at, purpose: analysis },
    linkTo: (to: Pseudonym.PseudonymId) => ({ _tag: "LinkPseudonym", at, other: to }) as const,
  } as const
})

type Scene = Effect.Success<ReturnType<typeof scene>>

const open = (sealed: Effect.Success<ReturnType<Scene["keep"]>>, purpose: Purpose) =>
  refusalOf(Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose })))

const besides = [
  ["ADID-DEV", "deviceIdentifier"],
  ["ADID-PII", "telephoneNumber"],
] as const

// Planted and found: only the log's identifiers asked, not what the vault keeps; pseudonyms that are linked passed over; a
// consent that was withdrawn under a linked pseudonym passed over; a link recorded in one stream alone.
describe("an advertising identifier", () => {
  const inWorld = <A, E>(effect: Effect.Effect<A, E, Pseudonyms | Vault | EffectServices>) =>
    Effect.provide(effect, over(VaultMemory.make()), { local: true })
  type EffectServices = Effect.Services<ReturnType<typeof contractedUnder>>

  for (const [key, beside] of besides) {
    for (const version of holding(key)) {
      const orders: ReadonlyArray<readonly [Identified, Identified]> = [
        ["advertisingIdentifier", beside],
        [beside, "advertisingIdentifier"],
      ]
      for (const [first, second] of orders) {
        it.effect(
          `${key} under ${version.id} is asked by Pseudonyms.keep and Pseudonyms.observe: ${second} after ${first}, until the person consents`,
          () =>
            inWorld(
              Effect.gen(function* () {
                const { consent, declare, keep, observe, one, other, withdrawal } = yield* scene(version)
                yield* keep(one, first, [analysis])
                expect(yield* refusalOf(keep(one, second, [analysis]))).toBe(key)
                expect(yield* refusalOf(observe(one, second))).toBe(key)
                yield* keep(other, second, [analysis])
                yield* declare(one, consent)
                yield* keep(one, second, [analysis])
                yield* observe(one, second)
                yield* declare(one, withdrawal)
                expect(yield* refusalOf(keep(one, second, [analysis]))).toBe(key)
              }),
            ),
        )
      }

      it.effect(`${key} under ${version.id} is asked by Pseudonyms.declare: of the two pseudonyms of a link`, () =>
        inWorld(
          Effect.gen(function* () {
            const { consent, declare, keep, linkTo, one, other } = yield* scene(version)
            yield* keep(one, "advertisingIdentifier", [analysis])
            yield* keep(other, beside, [analysis])
            expect(yield* refusalOf(declare(one, linkTo(other)))).toBe(key)
            expect(yield* refusalOf(declare(other, linkTo(one)))).toBe(key)
            yield* declare(one, consent)
            yield* declare(one, linkTo(other))
          }),
        ),
      )

      it.effect(`${key} under ${version.id}: holds under a linked pseudonym too, whichever of the two was linked`, () =>
        inWorld(
          Effect.gen(function* () {
            const { consent, declare, keep, linkTo, one, other, withdrawal } = yield* scene(version)
            yield* declare(one, linkTo(other))
            yield* keep(one, "advertisingIdentifier", [analysis])
            expect(yield* refusalOf(keep(other, beside, [analysis]))).toBe(key)
            yield* declare(one, consent)
            yield* keep(other, beside, [analysis])
            yield* declare(one, withdrawal)
            yield* declare(other, consent)
            expect(yield* refusalOf(keep(other, beside, [analysis]))).toBe(key)
          }),
        ),
      )

      it.effect(`${key} under ${version.id} is asked by Vault.open: no longer read once the consent is withdrawn`, () =>
        inWorld(
          Effect.gen(function* () {
            const { consent, declare, keep, one, withdrawal } = yield* scene(version)
            yield* declare(one, consent)
            const sealed = yield* keep(one, "advertisingIdentifier", [analysis])
            yield* keep(one, beside, [analysis])
            expect(yield* open(sealed, analysis)).toBe("Success")
            yield* declare(one, withdrawal)
            expect(yield* open(sealed, analysis)).toBe(key)
          }),
        ),
      )
    }
  }

  for (const version of holding("ADID-PII")) {
    it.effect(`ADID-PII under ${version.id}: what was destroyed meets nothing`, () =>
      inWorld(
        Effect.gen(function* () {
          const { keep, one } = yield* scene(version)
          const { reference } = yield* keep(one, "advertisingIdentifier", [analysis])
          yield* Vault.use((vault) => vault.destroy(customer, [reference], "request"))
          expect(yield* refusalOf(keep(one, "telephoneNumber", [analysis]))).toBe("Success")
        }),
      ),
    )

    it.effect(`ADID-PII under ${version.id}: of two that are kept at once, one is refused`, () =>
      inWorld(
        Effect.gen(function* () {
          const { keep, one } = yield* scene(version)
          const both = [keep(one, "advertisingIdentifier", [analysis]), keep(one, "telephoneNumber", [analysis])]
          const answers = yield* Effect.all(both.map(refusalOf), { concurrency: "unbounded" })
          expect(new Set(answers)).toEqual(new Set(["ADID-PII", "Success"]))
        }),
      ),
    )
  }

  for (const version of holding("ADID-USE")) {
    it.effect(
      `ADID-USE under ${version.id} is asked by Pseudonyms.keep, Pseudonyms.observe and Vault.open: for the analysis alone`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { keep, observe, one } = yield* scene(version)
            const care: ReadonlyArray<Purpose> = [analysis, "customerCare"]
            expect(yield* refusalOf(keep(one, "advertisingIdentifier", care))).toBe("ADID-USE")
            expect(yield* refusalOf(observe(one, "advertisingIdentifier", care))).toBe("ADID-USE")
            yield* observe(one, "advertisingIdentifier")
            const sealed = yield* keep(one, "advertisingIdentifier", [analysis])
            expect(yield* open(sealed, "customerCare")).toBe("ADID-USE")
            expect(yield* open(sealed, analysis)).toBe("Success")
          }),
        ),
    )
  }
})
