import { readFileSync } from "node:fs"
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import { DisclosureManner, type RecipientId } from "../domain/Recipient.ts"
import type * as Recipient from "../domain/Recipient.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, versions } from "../policy/laws.testing.ts"
import { Consents, type Given, layer, type PseudonymRef } from "./Consents.ts"
import { Customers } from "./Customers.ts"
import { Erasure } from "./Erasure.ts"
import { type AtEachCall, undisturbed } from "./ports.testing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import { customer, deadly, over, refusalOf } from "./scene.testing.ts"
import { layer as transfersLayer, Transfers } from "./Transfers.ts"

const services = (around: AtEachCall = undisturbed) =>
  Layer.mergeAll(layer, transfersLayer, Layer.provide(recipientsLayer, eventStores)).pipe(
    Layer.provideMerge(over(VaultMemory.make(), around)),
  )

const day = 86_400_000
const years = ["2016-07-01", "2019-04-01", "2021-04-01", "2021-04-01"]
const bindsFrom = new Map(versions.map(({ id }, index) => [id, Date.parse(`${years[index]}T10:00:00Z`)]))
const ids = ["3b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11", "3b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12"] as ReadonlyArray<string>
const recipients = ids as ReadonlyArray<RecipientId>

/** A person of a Customer that has adopted a version, in the time of that version. */
const startUnder = Effect.fnUntraced(function* (version: string) {
  const from = bindsFrom.get(version)!
  yield* TestClock.setTime(from)
  const at = DateTime.makeUnsafe(from)
  yield* Customers.use((customers) =>
    customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at, policyVersion: version as PolicyVersionId }]),
  )
  const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  yield* TestClock.adjust(day)
  return { customer, pseudonym }
})

const consent: Given = {
  purpose: "customerCare",
  manner: "form",
  text: "terms 7",
  notice: "notice 3",
}

const given = (whose: PseudonymRef, change: Partial<Given> = {}) =>
  Consents.use((consents) => consents.give(whose, { ...consent, ...change }))

const isolated = { local: true } as const
const runs = { numRuns: 15 }

describe("the consents of a person", () => {
  for (const { id, policy } of versions) {
    // Planted: another age given to the rule.
    it.effect.prop(
      `FAIR under ${id} is asked by Consents.give: a child below the age of the policy consents through the guardian`,
      [
        fc.option(fc.integer({ min: 5, max: 20 }), { nil: undefined }),
        fc.constantFrom("person", "guardian", undefined),
      ],
      (age, givenBy) =>
        Effect.gen(function* () {
          const whose = yield* startUnder(id)
          const isChild = age !== undefined && age < policy.parameters.childConsentAge
          const change = { ...(age === undefined ? {} : { age }), ...(givenBy === undefined ? {} : { givenBy }) }
          const answer = yield* refusalOf(given(whose, change))
          expect(answer).toBe(isChild && givenBy !== "guardian" ? "FAIR" : "Success")
          const { consents } = yield* Consents.use((service) => service.record(whose))
          expect(consents.map(({ changes }) => changes.map(({ given: one }) => one?.by))).toEqual(
            answer === "FAIR" ? [] : [[givenBy ?? "person"]],
          )
          expect(JSON.stringify(consents)).not.toContain("age")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )

    // Planted: the manner of the caller replaced by an explicit one.
    it.effect.prop(
      `D-CONSENT MARKETING under ${id}: an explicit consent that the policy asks for is refused in another manner`,
      [
        fc.constantFrom(...Pseudonym.ConsentManner.literals),
        fc.constantFrom<Given["purpose"]>("customerCare", "directMarketing"),
      ],
      (manner, purpose) =>
        Effect.gen(function* () {
          const whose = yield* startUnder(id)
          const isRefused = manner === "affirmativeAct" && policy.parameters.consent.includes("explicit")
          const rule = purpose === "directMarketing" ? "MARKETING" : "D-CONSENT"
          expect(yield* refusalOf(given(whose, { manner, purpose }))).toBe(isRefused ? rule : "Success")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("D-CONSENT")) {
    // Planted: a consent to one recipient taken for one to another.
    it.effect.prop(
      `D-CONSENT under ${id} is asked by Transfers.request: a consent counts for its recipient and its manner alone`,
      [
        fc.constantFrom(...recipients),
        fc.constantFrom(...recipients),
        fc.constantFrom(...DisclosureManner.literals),
        fc.constantFrom(...DisclosureManner.literals),
        fc.boolean(),
      ],
      (consented, asked, disclosure, manner, isWithdrawn) =>
        Effect.gen(function* () {
          const whose = yield* startUnder(id)
          const at = yield* DateTime.now
          const register = { _tag: "RegisterRecipient", at, kind: "consentedRecipient", country: "FR" } as const
          for (const one of recipients) {
            const undertakings: Extract<Recipient.Command, { readonly _tag: "RegisterRecipient" }>["undertakings"] = []
            yield* Recipients.use((service) => service.declare(customer, one, { ...register, undertakings }))
          }
          yield* given(whose, { recipient: consented, disclosure })
          if (isWithdrawn) {
            yield* Consents.use((consents) =>
              consents.withdraw(whose, { purpose: consent.purpose, recipient: consented }),
            )
          }
          const judged = yield* Transfers.use((transfers) =>
            Effect.flatMap(Uuid.next, (transfer) =>
              transfers.request({
                ...whose,
                transfer: transfer as never,
                recipient: asked,
                ground: "explicitConsent",
                purpose: consent.purpose,
                categories: ["telephoneNumber"],
                data: "otherData",
                manner,
                destination: "FR",
                conditions: [],
                againstPayment: false,
              }),
            ),
          )
          const rules = judged._tag === "refused" ? judged.rules : []
          const isCovered = consented === asked && disclosure === manner && !isWithdrawn
          expect(rules.includes("D-CONSENT")).toBe(!isCovered)
        }).pipe(Effect.provide(services(), isolated)),
      { numRuns: 30 },
    )
  }

  for (const { id } of holding("WITHDRAW")) {
    // Planted: a withdrawal that leaves out the recipient.
    it.effect.prop(
      `WITHDRAW under ${id} is asked by Consents.withdraw: a consent is in force until it is withdrawn, and again when it is given again`,
      [fc.array(fc.tuple(fc.boolean(), fc.constantFrom(...recipients, undefined)), { maxLength: 8 })],
      (story) =>
        Effect.gen(function* () {
          const whose = yield* startUnder(id)
          const inForce = new Map<RecipientId | undefined, boolean>()
          for (const [isGiven, recipient] of story) {
            const to = recipient === undefined ? {} : { recipient }
            if (isGiven) yield* given(whose, to)
            else yield* Consents.use((consents) => consents.withdraw(whose, { purpose: consent.purpose, ...to }))
            if (isGiven || inForce.has(recipient)) inForce.set(recipient, isGiven)
          }
          const { consents } = yield* Consents.use((service) => service.record(whose))
          expect(consents.map(({ recipient, state }) => [recipient, state !== "consentWithdrawn"])).toEqual(
            Array.from(inForce),
          )
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  // Planted: the policy version and its digest left out of the receipt.
  it.effect("WITHDRAW D-CONSENT: a receipt has the form of ISO/IEC TS 27560 in terms of DPV", () =>
    Effect.gen(function* () {
      const whose = yield* startUnder("dialonce/2021-02-17")
      const [recipient] = recipients as readonly [RecipientId]
      yield* given(whose, { recipient, disclosure: "file", givenBy: "guardian" })
      yield* TestClock.adjust(day)
      const receipt = yield* Consents.use((consents) =>
        consents.withdraw(whose, { purpose: consent.purpose, recipient }),
      )
      const written = JSON.parse(JSON.stringify(receipt).replaceAll(whose.pseudonym, "pseudonym")) as unknown
      const golden = new URL("golden/consent-receipt.json", import.meta.url)
      expect(written).toEqual(JSON.parse(readFileSync(golden, "utf8")))
      const again = yield* Consents.use((consents) => consents.receipt(whose, { purpose: consent.purpose, recipient }))
      expect(again).toEqual(receipt)
    }).pipe(Effect.provide(services())),
  )

  it.effect("R-OBJECT R-ERASE: a record has the objections as they are, and is empty after an erasure", () =>
    Effect.gen(function* () {
      const whose = yield* startUnder("dialonce/2021-02-17")
      yield* given(whose)
      yield* Consents.use((consents) => consents.object(whose, { purpose: "directMarketing" }))
      const record = Consents.use((consents) => consents.record(whose))
      const since = bindsFrom.get("dialonce/2021-02-17")! + day
      const before = yield* record
      expect(before.objections).toEqual([{ purpose: "directMarketing", state: "raised", since }])
      expect(before.consents).toHaveLength(1)
      yield* Erasure.use((erasure) => erasure.erase({ customer, subject: whose.pseudonym as never, cause: "request" }))
      const after = yield* record
      expect([after.consents, after.objections]).toEqual([[], []])
    }).pipe(Effect.provide(services())),
  )

  // Finds: a receipt that is answered before the consent is appended.
  it.effect("D-CONSENT: a consent that a crash stopped at any call of a port is given when it is repeated", () =>
    Effect.forEach(
      [1, 2, 3, 4, 5, 6].flatMap((call) => [
        { call, when: "before" as const },
        { call, when: "after" as const },
      ]),
      ({ call, when }) => {
        const { armed, around } = deadly(call, when)
        return Effect.gen(function* () {
          const whose = yield* startUnder("dialonce/2021-02-17")
          const exit = yield* armed(given(whose))
          if (exit._tag === "Failure") yield* given(whose)
          const { consents } = yield* Consents.use((service) => service.record(whose))
          expect(consents.map(({ changes, state }) => [state, changes.length])).toEqual([["consentGiven", 1]])
        }).pipe(Effect.provide(services(around), isolated))
      },
    ),
  )
})
