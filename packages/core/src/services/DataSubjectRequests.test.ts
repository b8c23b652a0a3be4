import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as Recipient from "../domain/Recipient.ts"
import type * as RightsRequest from "../domain/RightsRequest.ts"
import * as Transfer from "../domain/Transfer.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import type { Actor } from "../privacy/AccessLog.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { type Answer, type Notice, DataSubjectRequests, NotifyRecipient } from "./DataSubjectRequests.ts"
import {
  customer,
  dawn,
  day,
  deadly,
  locate,
  moment,
  nobody,
  observed,
  open,
  over,
  refusalOf,
  start,
} from "./scene.testing.ts"

const recipient = "7b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a77" as Recipient.RecipientId
const requester = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a66" as Uuid.Uuid
const actor: Actor = { id: nobody, roles: ["support"] }
const number = "+33612345678"
const detail = { identifier: { kind: "telephoneNumber", text: number }, from: dawn, to: dawn + day } as const

/** A disclosure that was made, as the log holds it. */
const disclosed = Effect.gen(function* () {
  const transfer = (yield* Uuid.next) as Transfer.TransferId
  const at = DateTime.makeUnsafe(dawn + day)
  const events: ReadonlyArray<Transfer.Event> = [
    {
      _tag: "TransferRequested",
      occurredAt: at,
      recipient,
      ground: "owningCustomer",
      purpose: "customerCare",
      categories: ["telephoneNumber"],
      data: "interactionData",
      manner: "file",
      destination: "FR",
      conditions: [],
    },
    { _tag: "TransferAuthorised", occurredAt: at },
    { _tag: "TransferExecuted", occurredAt: at, values: 1, digest: "0".repeat(64) },
  ]
  const registered: Recipient.Event = {
    _tag: "RecipientRegistered",
    occurredAt: at,
    kind: "customer",
    country: "FR",
    undertakings: [],
  }
  const stream = Transfer.streamOf(transfer)
  const writes = [
    { stream, expected: Expected.none, events: events.map(Transfer.codec.encode) },
    { stream: Recipient.streamOf(recipient), expected: Expected.any, events: [Recipient.codec.encode(registered)] },
  ]
  yield* EventStore.use((store) =>
    Effect.flatMap(Uuid.next, (commitId) => store.append({ customer, commitId, writes })),
  )
  return transfer
})

/**
 * Two pseudonyms that are recorded as one person, and one of another; each with a number, one with an interaction and a
 * disclosure.
 */
const people = Effect.gen(function* () {
  const pseudonyms = yield* Pseudonyms
  const one = yield* start
  const other = yield* pseudonyms.issue(customer)
  const stranger = yield* pseudonyms.issue(customer)
  const own: Array<Sealed<string>> = []
  for (const pseudonym of [one, other]) own.push(yield* observed(pseudonym, number))
  const text = { customer, pseudonym: one, category: "freeText", value: "call me", purposes: ["customerCare"] } as const
  own.push(yield* pseudonyms.keep(text))
  const strange = yield* observed(stranger, "+33612345679")
  const transfer = yield* disclosed
  yield* pseudonyms.link({ customer, pseudonym: one }, yield* Uuid.next)
  yield* pseudonyms.link({ customer, pseudonym: one }, transfer)
  yield* pseudonyms.declare({ customer, pseudonym: one }, { _tag: "LinkPseudonym", at: moment(2), other })
  yield* TestClock.setTime(dawn + 3 * day)
  return { one, other, stranger, own, strange, transfer }
})

type Kind = RightsRequest.Outcome["_tag"]

const received = (kind: Kind, purposes: ReadonlyArray<Purpose> = []) =>
  DataSubjectRequests.use((requests) => requests.receive({ customer, kind, channel: "email", requester, purposes }))

const verified = (request: RightsRequest.RequestId) =>
  DataSubjectRequests.use((requests) =>
    requests.declare(
      { customer, request },
      { _tag: "VerifyIdentity", at: DateTime.makeUnsafe(dawn + 3 * day), by: "customer", method: "locatorMatch" },
    ),
  )

/** Takes all who are found by the number into a request. */
const chosen = Effect.fnUntraced(function* (request: RightsRequest.RequestId) {
  const requests = yield* DataSubjectRequests
  const which = { customer, request }
  const found = (yield* requests.locate(which, [detail], actor)).map(({ pseudonym }) => pseudonym)
  yield* requests.choose(which, { details: [detail], take: found, leaveOut: [] }, actor)
  return found
})

/** A request of a person who was found and is the one. */
const accepted = Effect.fnUntraced(function* (kind: Kind, purposes?: ReadonlyArray<Purpose>) {
  const request = yield* received(kind, purposes)
  const found = yield* chosen(request)
  yield* verified(request)
  return { request, found, which: { customer, request } }
})

const answering = (request: RightsRequest.RequestId, more: Partial<Answer> = {}) =>
  DataSubjectRequests.use((requests) =>
    requests.fulfil({ customer, request, actor, by: "customer", states: [...answerDuties], ...more }),
  )

const eventsOf = (kind: string, id: Uuid.Uuid) =>
  Effect.map(
    EventStore.use((store) => store.readStream(customer, { kind, id })),
    ({ events }) => events,
  )

const opened = (values: ReadonlyArray<Sealed<string>>) => Effect.forEach(values, (one) => open(one))

/** NotifyRecipients a recipient, and notes that. */
const telling = (told: Array<Notice>) =>
  Layer.succeed(NotifyRecipient, (notice: Notice) =>
    Effect.sync(() => {
      told.push(notice)
      return "notified" as const
    }),
  )

describe("a person whose data is restricted", () => {
  // Planted: `isOwnRight` left out: the copy is empty.
  it.effect("R-ACCESS R-RESTRICT: still gets a copy of it, and no other purpose reads it", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const { one, own } = yield* people
      const pseudonyms = yield* Pseudonyms
      yield* pseudonyms.declare(
        { customer, pseudonym: one },
        { _tag: "RestrictProcessing", at: DateTime.makeUnsafe(dawn + 2 * day) },
      )
      const { which } = yield* accepted("access")
      const { values } = yield* requests.read(which, actor)
      expect(values.map(({ value }) => value).sort()).toEqual([number, number, "call me"])
      expect(yield* open(own[2]!)).toBe("Restricted")
      // A matter that is no request is not a right of the person.
      const forged = {
        customer,
        sealed: own[2]!,
        purpose: "rightsFulfilment",
        actor,
        reason: "personRequest" as const,
        matter: requester,
      }
      expect(yield* refusalOf(Vault.use((vault) => vault.open(forged)))).toBe("BASIS")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})

describe("a request for erasure", () => {
  it.effect(
    "R-ERASE R-LOCATE: finds the person by number and time, and leaves nothing of theirs, nor of the request",
    () => {
      const told: Array<Notice> = []
      return Effect.gen(function* () {
        const requests = yield* DataSubjectRequests
        const { one, other, own, strange, transfer } = yield* people
        const { found, request, which } = yield* accepted("erasure")
        expect(new Set(found)).toEqual(new Set([one, other]))
        expect(yield* answering(request)).toEqual({ unnotified: [] })
        expect(yield* opened(own)).toEqual(["Erased", "Erased", "Erased"])
        expect(yield* open(strange)).toBe("Open +33612345679")
        expect(yield* locate(number)).toEqual([])
        const fulfilled = (yield* eventsOf("rights-request", request)).at(-1)
        expect(fulfilled).toMatchObject({ type: "RequestFulfilled" })
        expect(JSON.parse(fulfilled?.data ?? "")).toMatchObject({ values: 3, kept: 0, by: "customer" })
        // GDPR 19: each recipient of the data is notified, once.
        expect(told.map((notice) => [notice.transfer, notice.recipient, notice.cause])).toEqual([
          [transfer, recipient, "erasure"],
        ])
        expect((yield* eventsOf("transfer", transfer)).map(({ type }) => type).slice(3)).toEqual(["RecipientNotified"])
        // The details by which the person was found are erased too.
        const vault = yield* Vault
        expect(yield* vault.valuesOf(customer, request as Uuid.Uuid as SubjectId, { limit: 9 })).toEqual([])
        expect((yield* requests.stateOf(which)).status).toBe("requestFulfilled")
        expect(yield* vault.unfinished(customer)).toEqual([])
        expect(yield* answering(request)).toEqual({ unnotified: [] })
      }).pipe(Effect.provide(Layer.mergeAll(over(VaultMemory.make()), telling(told))))
    },
  )

  it.effect("R-VERIFY R-TO-CUSTOMER: has no effect for a requester who is not shown to be the person", () =>
    Effect.gen(function* () {
      const { own } = yield* people
      const request = yield* received("erasure")
      yield* chosen(request)
      expect(yield* refusalOf(answering(request))).toBe("R-VERIFY")
      yield* verified(request)
      expect(yield* refusalOf(answering(request, { states: [] }))).toBe("R-COMPLAINT")
      expect(yield* opened(own)).toEqual([`Open ${number}`, `Open ${number}`, "Open call me"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("GDPR 19: lists the recipients to notify where no service notifies them", () =>
    Effect.gen(function* () {
      const { transfer } = yield* people
      const { request } = yield* accepted("erasure")
      expect(yield* answering(request)).toEqual({ unnotified: [transfer] })
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  /** Lets the answer die at one call of a port, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after") => {
    const { armed, around } = deadly(call, when)
    const told: Array<Notice> = []
    return Effect.gen(function* () {
      const { own, transfer } = yield* people
      const { request } = yield* accepted("erasure")
      const first = yield* armed(answering(request))
      if (first._tag === "Success") return undefined
      yield* answering(request)
      const last = (yield* eventsOf("rights-request", request)).filter(({ type }) => type === "RequestFulfilled")
      return {
        opened: yield* opened(own),
        fulfilled: last.map(({ data }) => (JSON.parse(data) as { readonly values: number }).values),
        notices: (yield* eventsOf("transfer", transfer)).length - 3,
        unfinished: (yield* Vault.use((vault) => vault.unfinished(customer))).length,
        left: (yield* Vault.use((vault) => vault.valuesOf(customer, request as Uuid.Uuid as SubjectId, { limit: 9 })))
          .length,
      }
    }).pipe(Effect.provide(Layer.mergeAll(over(VaultMemory.make(), around), telling(told)), { local: true }))
  }

  // Planted and found: the plan not kept, so that the number of values is that of the second attempt; the request's own
  // values erased before the outcome is recorded.
  it.effect.each(["before", "after"] as const)(
    "R-ERASE: killed %s any call is done by a repetition, and once",
    (when) =>
      Effect.gen(function* () {
        const done = { opened: ["Erased", "Erased", "Erased"], fulfilled: [3], notices: 1, unfinished: 0, left: 0 }
        let call = 1
        for (; ; call++) {
          const seen = yield* killedAt(call, when)
          if (seen === undefined) break
          expect([call, seen]).toEqual([call, done])
        }
        expect(call).toBeGreaterThan(60)
      }),
    // One run for each call of a port, of which the gate makes some: half a minute on two busy cores.
    180_000,
  )
})

describe("a request for access", () => {
  it.effect("R-ACCESS: gives every value of the person, none of another's, and who got them", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const { own, transfer } = yield* people
      const { request, which } = yield* accepted("access")
      const copy = yield* requests.read(which, actor)
      expect(copy.values.map(({ reference }) => reference).toSorted()).toEqual(
        own.map(({ reference }) => reference).toSorted(),
      )
      expect(copy.values.map(({ value }) => value).toSorted()).toEqual([number, number, "call me"].toSorted())
      expect(copy.disclosures).toEqual([
        {
          transfer,
          recipient,
          purpose: "customerCare",
          isAbroad: false,
          safeguard: undefined,
          kind: "customer",
          country: "FR",
        },
      ])
      const given = copy.values.map(({ reference }) => reference)
      expect(yield* refusalOf(answering(request, { given: given.slice(1) }))).toBe("R-ACCESS")
      yield* answering(request, { given })
      expect((yield* requests.stateOf(which)).status).toBe("requestFulfilled")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect(
    "R-LOCATE: finds no person at another time, by another's number, or by details of two, and keeps no detail",
    () =>
      Effect.gen(function* () {
        const requests = yield* DataSubjectRequests
        yield* people
        const request = yield* received("access")
        const asked = (details: Parameters<typeof requests.locate>[1]) =>
          requests.locate({ customer, request }, details, actor)
        expect(yield* asked([{ ...detail, from: dawn - 40 * day, to: dawn - 39 * day }])).toEqual([])
        const unknown = { kind: "telephoneNumber", text: "+33612345670" } as const
        expect(yield* asked([{ ...detail, identifier: unknown }])).toEqual([])
        const strange = { kind: "telephoneNumber", text: "+33612345679" } as const
        const ofTwo = [detail, { ...detail, identifier: strange }]
        const candidates = yield* asked(ofTwo)
        expect(candidates.map(({ matches }) => matches.join()).toSorted()).toEqual(["0", "0", "1"])
        const choice = { details: ofTwo, take: candidates.map(({ pseudonym }) => pseudonym), leaveOut: [] }
        expect(yield* refusalOf(requests.choose({ customer, request }, choice, actor))).toBe("R-LOCATE")
        expect(yield* refusalOf(asked([{ ...detail, to: detail.from }]))).toBe("R-LOCATE")
        const cookie = { kind: "advertisingIdentifier", text: "11111111-2222-4333-8444-555555555555" } as const
        expect(yield* refusalOf(asked([{ ...detail, identifier: cookie }]))).toBe("R-LOCATE-AD")
        const kept = yield* Vault.use((vault) =>
          vault.valuesOf(customer, request as Uuid.Uuid as SubjectId, { limit: 9 }),
        )
        expect(kept).toEqual([])
        expect((yield* requests.stateOf({ customer, request })).located).toBe(false)
      }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted and found: data read without a look at who asks.
  it.effect("R-VERIFY: opens no value for a requester who is not shown to be the person", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      yield* people
      const request = yield* received("access")
      const which = { customer, request }
      yield* chosen(request)
      expect(yield* refusalOf(requests.read(which, actor))).toBe("R-VERIFY")
      expect(yield* refusalOf(answering(request, { given: [] }))).toBe("R-VERIFY")
      const opened = (memory.accesses.get(customer) ?? []).filter(({ outcome }) => outcome === "opened")
      // Who was found is the request's own note; no value of the person was opened.
      expect(new Set(opened.map(({ category }) => category))).toEqual(new Set(["accountIdentifier"]))
    }).pipe(Effect.provide(over(memory)))
  })

  it.effect("R-PORT: gives a copy in a format that a program reads", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      yield* people
      const { request, which } = yield* accepted("portability")
      const { values } = yield* requests.read(which, actor)
      yield* answering(request, { given: values.map(({ reference }) => reference), format: "csv" })
      const last = (yield* eventsOf("rights-request", request)).at(-1)
      expect(JSON.parse(last?.data ?? "")).toMatchObject({ values: 3, format: "csv" })
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})

describe("an answer", () => {
  // Planted: `by: state.handler` in `fulfil`; `overdue(…)` replaced by `false` in `decide`; `answeredAt !== undefined ||` left
  // out of `listOpen`.
  it.effect("R-TO-CUSTOMER R-1M: is that of its handler, is listed until then, and is marked where it is late", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      yield* people
      const open = (days: number) =>
        Effect.map(requests.open(customer, { at: dawn + days * day }), (all) =>
          all.map(({ due, kind, late }) => ({ due, kind, late })),
        )
      const { request } = yield* accepted("restriction")
      const complaint = yield* received("complaint")
      expect(yield* refusalOf(answering(request, { by: "operator" }))).toBe("R-TO-CUSTOMER")
      const due = "2021-04-04"
      const [restriction, complained] = (["restriction", "complaint"] as const).map((kind) => ({ due, kind }))
      expect(yield* open(4)).toEqual([
        { ...restriction, late: false },
        { ...complained, late: false },
      ])
      yield* answering(request)
      expect(yield* open(40)).toEqual([{ ...complained, late: true }])
      yield* TestClock.setTime(dawn + 40 * day)
      yield* answering(complaint)
      expect(yield* open(40)).toEqual([])
      const last = [request, complaint].map((one) => Effect.map(eventsOf("rights-request", one), (all) => all.at(-1)))
      const answers = (yield* Effect.all(last)).map((event) => JSON.parse(event?.data ?? ""))
      expect(answers.map(({ late }) => late)).toEqual([undefined, true])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})

describe("the receipt of a request", () => {
  // Planted and found: a repetition at the moment of its call.
  it.effect.each(["before", "after"] as const)(
    "R-TO-CUSTOMER: is recorded once and handed on, after a crash %s any call and a repetition",
    (when) =>
      Effect.gen(function* () {
        let call = 0
        for (let isOver = false; !isOver;) {
          const { armed, around } = deadly(++call, when)
          yield* Effect.gen(function* () {
            yield* start
            const request = (yield* Uuid.next) as RightsRequest.RequestId
            const receiving = DataSubjectRequests.use((requests) =>
              requests.receive({ customer, request, kind: "access", channel: "email", requester }),
            )
            isOver = (yield* armed(receiving))._tag === "Success"
            yield* TestClock.adjust("1 hour")
            expect(yield* receiving).toBe(request)
            expect((yield* eventsOf("rights-request", request)).map(({ type }) => type)).toEqual([
              "RequestReceived",
              "ForwardedToCustomer",
            ])
            const other = { customer, request, kind: "erasure", channel: "email", requester } as const
            expect(yield* refusalOf(DataSubjectRequests.use((requests) => requests.receive(other)))).toBe("TACET-ONCE")
          }).pipe(Effect.provide(over(VaultMemory.make(), around)))
        }
        expect(call).toBeGreaterThan(4)
      }),
  )
})

describe("other requests", () => {
  // Planted: `&& !correction` left out of `put`.
  it.effect("R-RECT R-RESTRICT: a restricted person's value is corrected, and stays restricted", () =>
    Effect.gen(function* () {
      const { one, own } = yield* people
      const pseudonyms = yield* Pseudonyms
      yield* pseudonyms.declare({ customer, pseudonym: one }, { _tag: "RestrictProcessing", at: moment(2) })
      const { request } = yield* accepted("rectification")
      yield* answering(request, { corrections: [{ old: own[0]!, value: "+33612345670" }] })
      const { values } = yield* pseudonyms.stateOf({ customer, pseudonym: one })
      const now = Array.from(values, (reference) => ({ reference, category: "telephoneNumber" }) as const)
      expect(yield* opened([own[0]!, ...now])).toEqual(["Erased", "Restricted"])
      const { which } = yield* accepted("access")
      const copy = yield* DataSubjectRequests.use((requests) => requests.read(which, actor))
      expect(copy.values.map(({ value }) => value)).toContain("+33612345670")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("R-RECT: a value is rectified, the old one can no longer be read, another person's is refused", () =>
    Effect.gen(function* () {
      const { one, own, strange } = yield* people
      const { request } = yield* accepted("rectification")
      const another = [{ old: strange, value: "+33612345670" }]
      expect(yield* refusalOf(answering(request, { corrections: another }))).toBe("R-RECT")
      expect(yield* refusalOf(answering(request))).toBe("R-RECT")
      // A value that no event names is corrected like one that an event does.
      const corrections = [
        { old: own[0]!, value: "+33612345670" },
        { old: own[2]!, value: "call them" },
      ]
      yield* answering(request, { corrections })
      expect(yield* opened([own[0]!, own[2]!, strange])).toEqual(["Erased", "Erased", "Open +33612345679"])
      const kept = yield* Vault.use((vault) => vault.valuesOf(customer, one as Uuid.Uuid as SubjectId, { limit: 9 }))
      expect((yield* opened(kept)).toSorted()).toEqual(["Open +33612345670", "Open call them"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("R-RESTRICT: everything of the person is stored and nothing else", () =>
    Effect.gen(function* () {
      const { own, strange } = yield* people
      const { request } = yield* accepted("restriction")
      yield* answering(request)
      expect(yield* opened([...own, strange])).toEqual(["Restricted", "Restricted", "Restricted", "Open +33612345679"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("R-OBJECT: the purpose stops for each pseudonym of the person", () =>
    Effect.gen(function* () {
      const { one, other, own } = yield* people
      const { request } = yield* accepted("objection", ["customerCare"])
      yield* answering(request)
      expect(yield* opened(own)).toEqual(["Restricted", "Restricted", "Restricted"])
      const states = yield* Effect.forEach([one, other], (pseudonym) =>
        Pseudonyms.use((pseudonyms) => pseudonyms.stateOf({ customer, pseudonym })),
      )
      expect(states.map(({ objections }) => objections.get("customerCare"))).toEqual(["upheld", "upheld"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted: `stopFromReceipt` left out of `choose`.
  it.effect("R-OBJECT: stops its purpose as soon as the person is known, until it is refused", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const { own } = yield* people
      const { which } = yield* accepted("objection", ["customerCare"])
      expect(yield* opened(own)).toEqual(["Restricted", "Restricted", "Restricted"])
      const reasons = "We need it to answer you."
      const states = [...answerDuties]
      const refusal = { ...which, actor, by: "customer", ground: "strictlyNecessary", reasons, states } as const
      yield* requests.refuse(refusal)
      expect(yield* open(own[0]!)).toBe(`Open ${number}`)
      yield* requests.refuse(refusal)
      expect((yield* requests.stateOf(which)).status).toBe("requestRejected")
      expect(yield* opened(own)).toEqual([`Open ${number}`, `Open ${number}`, "Open call me"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("WITHDRAW: every consent to the purpose ends, for every recipient, and no other", () =>
    Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const { one } = yield* people
      const whose = { customer, pseudonym: one }
      const at = DateTime.makeUnsafe(dawn + 2 * day)
      const give = (purpose: Purpose, more: { readonly recipient?: Recipient.RecipientId } = {}) =>
        pseudonyms.declare(whose, { _tag: "GiveConsent", at, purpose, manner: "form", text: "text 3", ...more })
      yield* give("directMarketing")
      yield* give("directMarketing", { recipient })
      yield* give("personalisedAdvertising")
      const { request } = yield* accepted("consentWithdrawal", ["directMarketing"])
      yield* answering(request)
      const { consents } = yield* pseudonyms.stateOf(whose)
      expect(Array.from(consents)).toEqual([
        ["directMarketing ", "consentWithdrawn"],
        [`directMarketing ${recipient}`, "consentWithdrawn"],
        ["personalisedAdvertising ", "consentGiven"],
      ])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("R-COMPLAINT: is answered, and changes nothing", () =>
    Effect.gen(function* () {
      const { own } = yield* people
      const request = yield* received("complaint")
      yield* answering(request)
      expect(yield* opened(own)).toEqual([`Open ${number}`, `Open ${number}`, "Open call me"])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})
