/**
 * What leaves for others, and what a person gets to know of it, through the services, under each version that holds the
 * rule.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Recipient from "../../domain/Recipient.ts"
import type * as Transfer from "../../domain/Transfer.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { holding } from "../../policy/laws.testing.ts"
import { Pseudonyms } from "../Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "../Recipients.ts"
import { actor, made, personUnder, type Scene } from "../requestsUnder.testing.ts"
import { customer, day, open, over, refusalOf } from "../scene.testing.ts"
import { layer as transfersLayer, type Requested, Transfers } from "../Transfers.ts"

const services = () =>
  Layer.merge(Layer.provide(recipientsLayer, eventStores), transfersLayer).pipe(
    Layer.provideMerge(over(VaultMemory.make())),
  )

/** In a world of its own. */
const apart = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>) =>
  Effect.suspend(() => Effect.provide(effect, services()))

const recipient = Uuid.derived("a recipient") as Recipient.RecipientId

const undertakings = [
  "commitmentToLaw",
  "similarTreatment",
  "guaranteesRecorded",
  "commitmentToThisPolicy",
  "agreementOutsideUnion",
  "priorAuthorisation",
  "sameDutiesAsProcessor",
] as const

/** A disclosure of the person's data to a registered recipient, judged. */
const judged = Effect.fnUntraced(function* (
  { at, pseudonym, value }: Scene,
  kind: Recipient.RecipientKind,
  more: Pick<Requested, "ground" | "purpose"> & Partial<Requested>,
) {
  const before = DateTime.makeUnsafe(at - day)
  const documents = undertakings.map((undertaking) => ({ undertaking, document: "file 1" }))
  yield* Recipients.use((recipients) =>
    Effect.andThen(
      recipients.declare(customer, recipient, {
        _tag: "RegisterRecipient",
        at: before,
        kind,
        country: "FR",
        undertakings: documents,
      }),
      recipients.declare(customer, recipient, { _tag: "SignRecipientContract", at: before, document: "contract 1" }),
    ),
  )
  const transfer = Uuid.derived("a transfer") as Transfer.TransferId
  const answer = yield* Transfers.use((transfers) =>
    transfers.request({
      customer,
      transfer,
      pseudonym,
      recipient,
      categories: [value.category],
      data: "otherData",
      manner: "file",
      destination: "FR",
      conditions: [],
      againstPayment: false,
      legalReference: "law 1",
      ...more,
    }),
  )
  return { rules: answer._tag === "refused" ? answer.rules : [], transfer }
})

/** Hands the person's value over. */
const executed = ({ pseudonym, value }: Scene, transfer: Transfer.TransferId) =>
  Transfers.use((transfers) =>
    transfers.execute({
      customer,
      transfer,
      pseudonym,
      actor,
      reason: "customerSupport",
      values: [value],
      deliver: () => Effect.void,
    }),
  )

describe("what leaves for others, and what a person gets to know of it", () => {
  for (const version of holding("CUST-MATCH")) {
    // Planted and found: the recipient left out of `isOwner`.
    it.effect(
      `CUST-MATCH under ${version.id} is asked by Transfers.request: with files of the owning Customer alone`,
      () =>
        Effect.gen(function* () {
          const matched = (kind: Recipient.RecipientKind) =>
            apart(
              Effect.gen(function* () {
                const fields = { ground: "owningCustomer", purpose: "reconciliation", data: "interactionData" } as const
                return (yield* judged(yield* personUnder(version), kind, fields)).rules
              }),
            )
          expect(yield* matched("customer")).toEqual([])
          expect(yield* matched("partner")).toContain("CUST-MATCH")
          expect(yield* matched("affiliate")).toContain("CUST-MATCH")
        }),
    )
  }

  for (const version of holding("SAFEGUARD-COPY")) {
    // Planted and found: `safeguards` not looked for in the policy; a copy without the safeguards of its disclosures.
    it.effect(
      `SAFEGUARD-COPY under ${version.id} is asked by Transfers.request and DataSubjectRequests.read: the document is there for whoever asks`,
      () =>
        Effect.gen(function* () {
          const sent = (reference: string) =>
            apart(
              Effect.gen(function* () {
                const scene = yield* personUnder(version)
                const { rules, transfer } = yield* judged(scene, "authority", {
                  ground: "legalRequirement",
                  purpose: scene.purpose,
                  destination: "US",
                  safeguard: { instrument: "bindingCorporateRules", reference, recordedOn: "2019-01-01" },
                })
                if (rules.length > 0) return rules
                yield* executed(scene, transfer)
                const { disclosures } = yield* (yield* made(scene, "access")).read
                return disclosures.map(({ safeguard }) => safeguard?.document)
              }),
            )
          expect(yield* sent("")).toEqual(["SAFEGUARD-COPY"])
          expect(yield* sent("rules 4")).toEqual(["rules 4"])
        }),
    )
  }

  for (const version of holding("ACCURATE")) {
    // Planted and found: the values that were rectified not looked up.
    it.effect(
      `ACCURATE under ${version.id} is asked by Pseudonyms.rectify and Transfers.execute: the latest value alone is used`,
      () =>
        apart(
          Effect.gen(function* () {
            const scene = yield* personUnder(version)
            const { pseudonym, purpose, value } = scene
            const { rules, transfer } = yield* judged(scene, "authority", { ground: "legalRequirement", purpose })
            expect(rules).toEqual([])
            const rectify = Pseudonyms.use((pseudonyms) => pseudonyms.rectify({ customer, pseudonym }, value, "newer"))
            const latest = yield* rectify
            expect(yield* refusalOf(rectify)).toBe("ACCURATE")
            expect(yield* refusalOf(executed(scene, transfer))).toBe("ACCURATE")
            expect([yield* open(value, purpose), yield* open(latest, purpose)]).toEqual(["Erased", "Open newer"])
            const { values } = yield* executed({ ...scene, value: latest }, transfer)
            expect(values.map(({ value: one }) => one)).toEqual(["newer"])
          }),
        ),
    )
  }

  for (const version of holding("PROVENANCE")) {
    // Planted and found: the source left out of what the gate is asked; a correction that loses it.
    it.effect(
      `PROVENANCE under ${version.id} is asked by Pseudonyms.keep, DataSubjectRequests.read and Transfers.execute: every value names its source`,
      () =>
        apart(
          Effect.gen(function* () {
            const scene = yield* personUnder(version)
            const { at, pseudonym, purpose } = scene
            const account = {
              category: "accountIdentifier",
              value: "A17",
              purposes: [purpose],
              collectedAt: at,
            } as const
            const keep = (source?: "thirdParty") =>
              Pseudonyms.use((pseudonyms) =>
                pseudonyms.keep({ customer, pseudonym, ...account, ...(source === undefined ? {} : { source }) }),
              )
            expect(yield* refusalOf(keep())).toBe("PROVENANCE")
            const kept = yield* keep("thirdParty")
            const fields = { ground: "legalRequirement", purpose, categories: ["accountIdentifier"] } as const
            const { rules, transfer } = yield* judged(scene, "authority", fields)
            expect(rules).toEqual([])
            const latest = yield* Pseudonyms.use((all) => all.rectify({ customer, pseudonym }, kept, "A18"))
            const disclosed = yield* executed({ ...scene, value: latest }, transfer)
            expect([disclosed.values[0]?.source, disclosed.sources]).toEqual(["thirdParty", ["thirdParty", "derived"]])
            const copy = yield* (yield* made(scene, "access")).read
            expect(copy.values.map(({ category, source }) => `${category} ${source}`).toSorted()).toEqual(
              ["accountIdentifier thirdParty", `${scene.identifier.kind} observed`].toSorted(),
            )
            expect(copy.explains).toContain("source")
          }),
        ),
    )
  }
})
