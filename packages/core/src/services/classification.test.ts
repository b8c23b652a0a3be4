import { layer as memory, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type * as Recipient from "../domain/Recipient.ts"
import type * as Transfer from "../domain/Transfer.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Customers } from "./Customers.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import { access, contract, customer, day, over, refusalOf } from "./scene.testing.ts"
import { layer as transfersLayer, type Requested, Transfers } from "./Transfers.ts"

const services = Layer.merge(Layer.provide(recipientsLayer, memory), transfersLayer).pipe(
  Layer.provideMerge(Layer.suspend(() => over(VaultMemory.make()))),
)

const recipient = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Recipient.RecipientId
const categories = ["interfaceUsage", "telephoneNumber"] as const

/** A ground that a version lists: in 2016 it knew no sub-processors. */
const groundUnder = (policyVersion: string) => (policyVersion.includes("2016") ? "owningCustomer" : "subProcessor")

/** A Customer of a version in that version's own time, with a recipient that has undertaken everything. */
const startUnder = Effect.fnUntraced(function* (policyVersion: string, date: string) {
  const dawn = Date.parse(`${date}T10:00:00Z`)
  const at = DateTime.makeUnsafe(dawn)
  yield* TestClock.setTime(dawn)
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at, policyVersion: policyVersion as PolicyVersionId },
      {
        _tag: "SignContract",
        at,
        contract,
        clauses: [...agreementClauses],
        purposes: ["customerCare"],
        categories: [...categories],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
    ]),
  )
  const duties = [
    "commitmentToLaw",
    "similarTreatment",
    "guaranteesRecorded",
    "priorAuthorisation",
    "sameDutiesAsProcessor",
  ] as const
  const undertakings = duties.map((undertaking) => ({ undertaking, document: "annex B" }))
  const recipients = yield* Recipients
  const kind = groundUnder(policyVersion) === "owningCustomer" ? "customer" : "subProcessor"
  const entry = { _tag: "RegisterRecipient", at, kind, country: "FR", undertakings } as const
  yield* recipients.declare(customer, recipient, entry)
  yield* recipients.declare(customer, recipient, { _tag: "SignRecipientContract", at, document: "contract 7" })
  yield* TestClock.setTime(dawn + day)
})

const issued = Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))

const kept = (pseudonym: Pseudonym.PseudonymId, category: PersonalDataCategory) =>
  Pseudonyms.use((pseudonyms) =>
    pseudonyms.keep({ customer, pseudonym, category, value: "a value", purposes: ["customerCare"] }),
  )

const requested = (transfer: Uuid.Uuid, change: Partial<Requested> = {}) =>
  Effect.map(
    Transfers.use((transfers) =>
      transfers.request({
        customer,
        transfer: transfer as Transfer.TransferId,
        recipient,
        ground: "subProcessor",
        purpose: "customerCare",
        categories: [...categories],
        data: "otherData",
        manner: "file",
        destination: "FR",
        conditions: [],
        againstPayment: false,
        ...change,
      }),
    ),
    (judged) => (judged._tag === "authorised" ? "authorised" : judged.rules.join(" ")),
  )

/** Requests a disclosure of values and executes it. */
const disclosed = Effect.fnUntraced(function* (
  pseudonym: Pseudonym.PseudonymId,
  values: ReadonlyArray<Sealed<string>>,
  claimed: Pick<Requested, "label" | "ground"> & Partial<Pick<Requested, "manner">>,
) {
  const transfer = yield* Uuid.next
  expect(yield* requested(transfer, claimed)).toBe("authorised")
  return yield* Transfers.use((transfers) =>
    transfers.execute({
      customer,
      transfer: transfer as Transfer.TransferId,
      pseudonym,
      values,
      actor: access.actor,
      reason: access.reason,
      deliver: () => Effect.void,
    }),
  )
})

const ownTimes = [
  ["dialonce/2016-06-29", "2016-08-01"],
  ["dialonce/2019-03-05", "2019-04-01"],
  ["dialonce/2021-02-17", "2021-03-01"],
] as const

describe("data that are said to identify no person", () => {
  // Planted in the wiring: the values alone classified, without what is kept beside them.
  it.effect.each(ownTimes)(
    "CLASSIFY COMBINE under %s are asked by Transfers.execute: what can be joined with a personal value is personal",
    ([version, date]) =>
      Effect.gen(function* () {
        yield* startUnder(version, date)
        const ground = groundUnder(version)
        const nonPersonal = { ground, label: "nonPersonal" } as const
        const pseudonym = yield* issued
        const usage = yield* kept(pseudonym, "interfaceUsage")
        const first = yield* disclosed(pseudonym, [usage], nonPersonal)
        expect([first.label, first.sources]).toEqual(["nonPersonal", ["observed", "derived"]])
        const number = yield* kept(pseudonym, "telephoneNumber")
        expect(yield* refusalOf(disclosed(pseudonym, [usage], nonPersonal))).toBe("CLASSIFY")
        expect(yield* refusalOf(disclosed(pseudonym, [usage, number], nonPersonal))).toBe("COMBINE")
        expect((yield* disclosed(pseudonym, [usage], { ground })).label).toBe("personal")
        const other = yield* issued
        const alone = yield* kept(other, "interfaceUsage")
        expect((yield* disclosed(other, [alone], nonPersonal)).label).toBe("nonPersonal")
      }).pipe(Effect.provide(services)),
  )

  // Planted in the wiring: values that are printed taken for non-personal.
  it.effect.each(ownTimes)(
    "MEDIUM under %s is asked by Transfers.execute: on paper and as a file the same data are personal",
    ([version, date]) =>
      Effect.gen(function* () {
        yield* startUnder(version, date)
        const ground = groundUnder(version)
        for (const manner of ["print", "file", "interface"] as const) {
          const pseudonym = yield* issued
          const usage = yield* kept(pseudonym, "interfaceUsage")
          const claimed = { ground, manner, label: "nonPersonal" } as const
          expect((yield* disclosed(pseudonym, [usage], claimed)).label).toBe("nonPersonal")
          const number = yield* kept(pseudonym, "telephoneNumber")
          expect(yield* refusalOf(disclosed(pseudonym, [number], claimed))).toBe("COMBINE")
          expect((yield* disclosed(pseudonym, [number], { ground, manner })).label).toBe("personal")
        }
      }).pipe(Effect.provide(services)),
  )

  it.effect(
    "REGISTER-RCPT is asked by Transfers.notify: the recipients of executed disclosures alone are notified",
    () =>
      Effect.gen(function* () {
        yield* startUnder("dialonce/2021-02-17", "2021-03-01")
        const pseudonym = yield* issued
        const usage = yield* kept(pseudonym, "interfaceUsage")
        const transfers = yield* Transfers
        const transfer = (yield* Uuid.next) as Transfer.TransferId
        const notice = {
          customer,
          transfer,
          notice: Uuid.derived("request"),
          cause: "erasure",
          result: "notified",
        } as const
        expect(yield* refusalOf(transfers.notify(notice))).toBe("REGISTER-RCPT")
        expect(yield* requested(transfer)).toBe("authorised")
        expect(yield* refusalOf(transfers.notify(notice))).toBe("REGISTER-RCPT")
        const { actor, reason } = access
        yield* transfers.execute({
          customer,
          transfer,
          pseudonym,
          values: [usage],
          actor,
          reason,
          deliver: () => Effect.void,
        })
        expect(yield* refusalOf(transfers.notify(notice))).toBe("Success")
      }).pipe(Effect.provide(services)),
  )

  // Planted in the wiring: the label not handed to the check of the purpose.
  it.effect.each(ownTimes)(
    "NONIDENT-FREE under %s is asked by Transfers.request: they pass every check of purpose, and other data do not",
    ([version, date]) =>
      Effect.gen(function* () {
        yield* startUnder(version, date)
        const ground = groundUnder(version)
        const change = { ground, purpose: "personalisedAdvertising", categories: ["interfaceUsage"] } as const
        expect(yield* requested(yield* Uuid.next, change)).not.toBe("authorised")
        expect(yield* requested(yield* Uuid.next, { ...change, label: "nonPersonal" })).toBe("authorised")
      }).pipe(Effect.provide(services)),
  )

  // Planted together: the values alone classified, without what is kept beside them; the label not handed to the check.
  it.effect.prop(
    "COMBINE: a disclosure takes the strictest label of what is kept under its pseudonym, in any order",
    [fc.array(fc.constantFrom(...categories), { minLength: 1, maxLength: 4 }), fc.nat(3), fc.nat(3)],
    (held, from, many) =>
      Effect.gen(function* () {
        yield* startUnder("dialonce/2021-02-17", "2021-03-01")
        const pseudonym = yield* issued
        const values = yield* Effect.forEach(held, (category) => kept(pseudonym, category))
        const chosen = values.slice(from % values.length).slice(0, 1 + many)
        const ground = "subProcessor"
        const { label } = yield* disclosed(pseudonym, chosen, { ground })
        expect(label).toBe(held.includes("telephoneNumber") ? "personal" : "nonPersonal")
        const rule = yield* refusalOf(disclosed(pseudonym, chosen, { ground, label: "nonPersonal" }))
        const isPersonal = chosen.some(({ category }) => category === "telephoneNumber")
        expect(rule).toBe(label === "nonPersonal" ? "Success" : isPersonal ? "COMBINE" : "CLASSIFY")
      }).pipe(Effect.provide(services, { local: true })),
    { numRuns: 30 },
  )
})
