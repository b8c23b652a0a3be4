import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type { ContractId, PolicyVersionId } from "../../domain/Identifier.ts"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { agreementClauses } from "../../policy/text/parameters/processing.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import { Vault } from "../../privacy/Vault.ts"
import { Customers } from "../Customers.ts"
import { Pseudonyms } from "../Pseudonyms.ts"
import { customer, dawn, day, moment, nobody, open, over, refusalOf } from "../scene.testing.ts"

const categories = PersonalDataCategory.literals

/** The categories that the contract covers. */
const covered: ReadonlyArray<PersonalDataCategory> = ["telephoneNumber", "ipAddress", "freeText"]

/** A Customer that has signed for some categories and purposes, and one pseudonym of it. */
const signed = Effect.fnUntraced(function* (
  policyVersion: string,
  terms: { readonly purposes: ReadonlyArray<Purpose>; readonly categories: ReadonlyArray<PersonalDataCategory> },
) {
  yield* TestClock.setTime(dawn)
  yield* Customers.use((service) =>
    service.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policyVersion as PolicyVersionId },
      {
        _tag: "SignContract",
        at: moment(0),
        contract: "0c0c0c0c-0000-4000-8000-000000000001" as ContractId,
        clauses: [...agreementClauses],
        ...terms,
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
    ]),
  )
  yield* TestClock.setTime(dawn + day)
  return yield* Pseudonyms.use((service) => service.issue(customer))
})

const keep = (pseudonym: Pseudonym.PseudonymId, category: PersonalDataCategory, declared: ReadonlyArray<Purpose>) =>
  Pseudonyms.use((service) =>
    service.keep({ customer, pseudonym, category, value: "a value", purposes: declared, collectedAt: dawn + day }),
  )

describe("the gate before the vault", () => {
  // Planted and found: `checkSealing` not asked by the vault; only the first purpose judged.
  it.effect.prop(
    "CATEGORIES MINIMISE PURPOSES CUST-PURPOSE: keeps a value only of a listed category, for purposes that are all instructed",
    [
      fc.oneof(fc.constantFrom(...covered), fc.constantFrom(...categories)),
      fc.uniqueArray(fc.constantFrom<Purpose>("customerCare", "requestedService", "sale"), {
        maxLength: 2,
      }),
    ],
    (category, declared) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const pseudonym = yield* signed("dialonce/2021-02-17", { purposes: ["customerCare"], categories: covered })
        const outcome = yield* refusalOf(keep(pseudonym, category, declared))
        const isKept = covered.includes(category) && declared.length === 1 && declared[0] === "customerCare"
        expect([outcome, memory.rows.get(customer)?.values.size ?? 0]).toEqual(
          isKept ? ["Success", 1] : [expect.not.stringMatching("Success"), 0],
        )
      }).pipe(Effect.provide(over(memory), { local: true }))
    },
    { numRuns: 60 },
  )

  // Planted and found: the kind of the datum left out; only the first purpose judged.
  it.effect.each([
    ["dialogra", "voiceRecording", "staffTraining", "TRAINING"],
    ["dialonce/2019-03-05", "advertisingIdentifier", "serviceUsageAnalytics", "ADID-USE"],
  ] as const)("TRAINING ADID-USE: keeps and opens a value for the purpose of its kind alone (%s)", (row) =>
    Effect.gen(function* () {
      const [version, category, own, rule] = row
      const asked: ReadonlyArray<Purpose> = [own, "customerCare"]
      const pseudonym = yield* signed(version, { purposes: asked, categories: [category] })
      expect(yield* refusalOf(keep(pseudonym, category, asked))).toBe(rule)
      const sealed = yield* keep(pseudonym, category, [own])
      expect(yield* open(sealed, own)).toBe("Open a value")
      expect(yield* open(sealed, "customerCare")).toBe(rule)
    }).pipe(Effect.provide(over(VaultMemory.make()), { local: true })),
  )

  it.effect(
    "TACET-STARTED BASIS: keeps nothing under an id without a pseudonym or request, nor for a right without a request",
    () =>
      Effect.gen(function* () {
        const pseudonym = yield* signed("dialonce/2021-02-17", { purposes: ["customerCare"], categories: ["freeText"] })
        expect(yield* refusalOf(keep(nobody, "freeText", ["customerCare"]))).toBe("TACET-STARTED")
        expect(yield* refusalOf(keep(pseudonym, "freeText", ["rightsFulfilment"]))).toBe("BASIS")
        const toSeal = {
          customer,
          subject: pseudonym as Uuid as SubjectId,
          category: "addressBook",
          value: "a value",
          purposes: ["customerCare"],
          collectedAt: dawn + day,
          retentionEnd: undefined,
        } as const
        expect(yield* refusalOf(Vault.use((vault) => vault.seal(toSeal)))).toBe("CATEGORIES")
      }).pipe(Effect.provide(over(VaultMemory.make()), { local: true })),
  )
})
