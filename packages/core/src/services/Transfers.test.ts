import { layer as memory, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import type * as Recipient from "../domain/Recipient.ts"
import type * as Transfer from "../domain/Transfer.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Vault } from "../privacy/Vault.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import {
  access,
  customer,
  dawn,
  day,
  deadly,
  moment,
  observed,
  over,
  refusalOf,
  start,
  toSubProcessor,
} from "./scene.testing.ts"
import { type AtEachCall } from "./ports.testing.ts"
import { type Disclosure, layer as transfersLayer, type Requested, Transfers } from "./Transfers.ts"

const services = (kept: VaultMemory.VaultMemory, around?: AtEachCall) =>
  Layer.merge(Layer.provide(recipientsLayer, memory), transfersLayer).pipe(Layer.provideMerge(over(kept, around)))

const recipient = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Recipient.RecipientId
const other = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12" as Recipient.RecipientId
const transfer = "7b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Transfer.TransferId

const duties = [
  "commitmentToLaw",
  "similarTreatment",
  "guaranteesRecorded",
  "priorAuthorisation",
  "sameDutiesAsProcessor",
] as const

/** A sub-processor with every commitment and a contract. */
const register: Recipient.Command = {
  _tag: "RegisterRecipient",
  at: moment(1),
  kind: "subProcessor",
  country: "FR",
  undertakings: duties.map((undertaking) => ({ undertaking, document: `proof of ${undertaking}` })),
}
const sign: Recipient.Command = { _tag: "SignRecipientContract", at: moment(1), document: "contract 7" }

const enter = (...commands: ReadonlyArray<Recipient.Command>) =>
  Effect.forEach(commands, (command) =>
    Recipients.use((recipients) => recipients.declare(customer, recipient, command)),
  )

const wanted: Omit<Requested, "at"> = {
  customer,
  transfer,
  recipient,
  ...toSubProcessor,
}

const requested = (change: Partial<Requested> = {}) =>
  Effect.map(
    Transfers.use((transfers) => transfers.request({ ...wanted, ...change })),
    (judged) => (judged._tag === "authorised" ? "authorised" : judged.rules.join(" ")),
  )

const executed = (
  pseudonym: Pseudonym.PseudonymId,
  values: ReadonlyArray<Sealed<string>>,
  handed: Array<Disclosure> = [],
) =>
  Transfers.use((transfers) =>
    transfers.execute({
      customer,
      transfer,
      pseudonym,
      values,
      actor: access.actor,
      reason: access.reason,
      deliver: (disclosure) => Effect.sync(() => void handed.push(disclosure)),
    }),
  )

const status = Effect.map(
  Transfers.use((transfers) => transfers.stateOf({ customer, transfer })),
  (state) => state.status,
)

describe("a disclosure", () => {
  it.effect("SUBPROC REGISTER CATEGORIES NOT-SOLD: is refused with every rule, on the facts of the register", () =>
    Effect.gen(function* () {
      yield* start
      const ids = yield* Effect.replicateEffect(Uuid.next, 6)
      const [first, second, third, fourth, fifth, sixth] = ids as unknown as ReadonlyArray<Transfer.TransferId>
      expect(yield* requested({ transfer: first! })).toBe("REGISTER SUBPROC")
      yield* enter(register)
      expect(yield* requested({ transfer: second! })).toBe("CONTRACT-RCPT SUBPROC")
      yield* enter(sign)
      expect(yield* requested({ transfer: third! })).toBe("authorised")
      expect(yield* requested({ transfer: fourth!, againstPayment: true })).toBe("NOT-SOLD")
      expect(yield* requested({ transfer: fifth!, categories: ["voiceRecording"] })).toBe("CATEGORIES")
      expect(yield* requested({ transfer: sixth!, ground: "owningCustomer" })).toBe("CUST-ONLY")
      // The same request again is answered as before, though a contract has been signed since.
      expect(yield* requested({ transfer: second! })).toBe("CONTRACT-RCPT SUBPROC")
    }).pipe(Effect.provide(services(VaultMemory.make()))),
  )

  // Planted: the consents left out.
  it.effect("D-CONSENT: rests on a consent of this person that names the recipient and the manner", () =>
    Effect.gen(function* () {
      const pseudonym = yield* start
      yield* enter({ ...register, kind: "consentedRecipient", undertakings: [] })
      const byConsent = (id: Uuid.Uuid, change: Partial<Requested> = {}) =>
        requested({ transfer: id as Transfer.TransferId, ground: "explicitConsent", pseudonym, ...change })
      const consent = (named: Recipient.RecipientId, at: number) =>
        Pseudonyms.use((pseudonyms) =>
          pseudonyms.declare(
            { customer, pseudonym },
            {
              _tag: "GiveConsent",
              at: moment(at),
              purpose: "customerCare",
              recipient: named,
              manner: "form",
              text: "consent 3",
              disclosure: "file",
            },
          ),
        )
      expect(yield* byConsent(yield* Uuid.next)).toContain("D-CONSENT")
      yield* consent(other, 1)
      expect(yield* byConsent(yield* Uuid.next)).toContain("D-CONSENT")
      yield* consent(recipient, 1)
      expect(yield* byConsent(yield* Uuid.next)).toBe("authorised")
      expect(yield* byConsent(yield* Uuid.next, { manner: "print" })).toContain("D-CONSENT")
      const stranger = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
      expect(yield* byConsent(yield* Uuid.next, { pseudonym: stranger })).toContain("D-CONSENT")
    }).pipe(Effect.provide(services(VaultMemory.make()))),
  )

  it.effect("D-PARTNER: gives a partner the least data that was declared for the purpose, and no more", () =>
    Effect.gen(function* () {
      yield* start
      yield* enter({ ...register, kind: "partner" }, sign)
      const toPartner = Effect.flatMap(Uuid.next, (id) =>
        requested({ transfer: id as Transfer.TransferId, ground: "partner" }),
      )
      expect(yield* toPartner).toBe("D-PARTNER")
      const declaring = { _tag: "DeclareMinimalData", at: moment(1), purpose: "customerCare" } as const
      yield* enter({ ...declaring, categories: ["freeText"] })
      expect(yield* toPartner).toBe("D-PARTNER")
      yield* enter({ ...declaring, categories: ["freeText", "telephoneNumber"] })
      expect(yield* toPartner).toBe("authorised")
    }).pipe(Effect.provide(services(VaultMemory.make()))),
  )

  // Planted: the category not compared; the owner not compared.
  it.effect(
    "CATEGORIES REGISTER-RCPT R-RESTRICT: hands over the values of the person that were requested, once recorded",
    () =>
      Effect.gen(function* () {
        const pseudonym = yield* start
        const mine = yield* observed(pseudonym, "+33612345678")
        const stranger = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
        const theirs = yield* observed(stranger, "+33612345679")
        expect(yield* refusalOf(executed(pseudonym, [mine]))).toBe("GROUNDS")
        yield* enter(register, sign)
        expect(yield* requested()).toBe("authorised")
        const handed: Array<Disclosure> = []
        expect(yield* refusalOf(executed(pseudonym, [mine, theirs], handed))).toBe("REGISTER-RCPT")
        expect(
          yield* refusalOf(executed(pseudonym, [{ reference: mine.reference, category: "freeText" }], handed)),
        ).toBe("CATEGORIES")
        const whose = { customer, pseudonym }
        yield* Pseudonyms.use((pseudonyms) => pseudonyms.declare(whose, { _tag: "RestrictProcessing", at: moment(1) }))
        expect(yield* refusalOf(executed(pseudonym, [mine], handed))).toBe("R-RESTRICT")
        yield* Pseudonyms.use((pseudonyms) =>
          pseudonyms.declare(whose, { _tag: "LiftRestriction", at: moment(1), personTold: true }),
        )
        expect([handed, yield* status]).toEqual([[], "authorised"])
        const { digest, values } = yield* executed(pseudonym, [mine], handed)
        expect(values).toEqual([{ category: "telephoneNumber", value: "+33612345678", source: "observed" }])
        expect([handed.length, handed[0]?.digest, yield* status]).toEqual([1, digest, "executed"])
        expect(yield* Vault.use((vault) => vault.interactionsOf(customer, pseudonym as never))).toEqual([transfer])
        yield* enter({ _tag: "EndRecipientContract", at: moment(2) })
      }).pipe(Effect.provide(services(VaultMemory.make()))),
  )

  it.effect("CONTRACT-RCPT: is refused where the contract has ended since the request", () =>
    Effect.gen(function* () {
      const pseudonym = yield* start
      const mine = yield* observed(pseudonym, "+33612345678")
      yield* enter(register, sign)
      yield* requested()
      yield* TestClock.setTime(dawn + 3 * day)
      yield* enter({ _tag: "EndRecipientContract", at: moment(2) })
      expect(yield* refusalOf(executed(pseudonym, [mine]))).toBe("CONTRACT-RCPT")
    }).pipe(Effect.provide(services(VaultMemory.make()))),
  )

  /** Lets a disclosure die at one call, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after") => {
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      const pseudonym = yield* start
      const mine = yield* observed(pseudonym, "+33612345678")
      yield* enter(register, sign)
      yield* requested()
      const handed: Array<Disclosure> = []
      const first = yield* armed(executed(pseudonym, [mine], handed))
      // The disclosure that was handed over is in the log.
      if (handed.length > 0) expect(yield* status).toBe("executed")
      if (first._tag === "Success") return undefined
      const { digest } = yield* executed(pseudonym, [mine], handed)
      expect(new Set(handed.map((each) => each.digest))).toEqual(new Set([digest]))
      return yield* status
    }).pipe(Effect.provide(services(VaultMemory.make(), around), { local: true }))
  }

  it.effect.each(["before", "after"] as const)(
    "REGISTER-RCPT: is recorded before it leaves, and completed after a crash %s any call",
    (when) =>
      Effect.gen(function* () {
        let call = 1
        for (; ; call++) {
          const seen = yield* killedAt(call, when)
          if (seen === undefined) break
          expect([call, seen]).toEqual([call, "executed"])
        }
        expect(call).toBeGreaterThan(8)
      }),
  )
})

describe("the register of recipients", () => {
  // Planted: entries read in the order of the log; a later entry counted.
  it.effect.prop(
    "REGISTER: answers for any date as the entries up to it say, and with what changed since",
    [
      fc.array(
        fc.record({
          which: fc.boolean(),
          at: fc.integer({ min: 0, max: 30 }),
          what: fc.constantFrom("sign", "end", "prove"),
        }),
        { maxLength: 8 },
      ),
      fc.integer({ min: 0, max: 31 }),
    ],
    (story, date) =>
      Effect.gen(function* () {
        yield* start
        const recipients = yield* Recipients
        for (const id of [recipient, other]) yield* recipients.declare(customer, id, { ...register, undertakings: [] })
        const accepted: Array<{ readonly id: Recipient.RecipientId; readonly event: Recipient.Event }> = []
        for (const { at: days, what, which } of story) {
          const id = which ? recipient : other
          const at = moment(1 + days)
          const command: Recipient.Command =
            what === "sign"
              ? { _tag: "SignRecipientContract", at, document: "contract 7" }
              : what === "end"
                ? { _tag: "EndRecipientContract", at }
                : { _tag: "RecordUndertaking", at, undertaking: "commitmentToLaw", document: "letter 2" }
          const answer = yield* Effect.result(recipients.declare(customer, id, command))
          if (answer._tag === "Success") for (const event of answer.success) accepted.push({ id, event })
        }
        const instant = dawn + (1 + date) * day
        const entries = yield* recipients.asOf(customer, instant)
        expect(entries.map((entry) => entry.recipient).toSorted()).toEqual([recipient, other].toSorted())
        for (const { hasContract, recipient: id, undertakings } of entries) {
          const of = accepted
            .filter((each) => each.id === id && DateTime.toEpochMillis(each.event.occurredAt) <= instant)
            .map(({ event }) => event)
            .toSorted((one, two) => DateTime.toEpochMillis(one.occurredAt) - DateTime.toEpochMillis(two.occurredAt))
          const lastContract = of.findLast(({ _tag }) => /Contract/.test(_tag))?._tag
          expect(hasContract).toBe(lastContract === "RecipientContractSigned")
          expect("commitmentToLaw" in undertakings).toBe(of.some(({ _tag }) => _tag === "UndertakingRecorded"))
        }
        const changed = yield* recipients.changed(customer, instant)
        expect(changed.length).toBe(
          accepted.filter(({ event }) => DateTime.toEpochMillis(event.occurredAt) >= instant).length +
            (date === 0 ? 2 : 0),
        )
        expect(yield* recipients.asOf(customer, dawn + day - 1)).toEqual([])
      }).pipe(Effect.provide(services(VaultMemory.make()))),
    { numRuns: 40 },
  )
})
