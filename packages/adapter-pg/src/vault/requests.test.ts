/**
 * Requests of people about their data, with log, vault and keys on PostgreSQL.
 */
import type { Pseudonym } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Vocabulary } from "@tacet/core/policy"
import { Vault } from "@tacet/core/privacy"
import {
  Customers,
  DataSubjectRequests,
  Erasure,
  Interactions,
  Openings,
  Pseudonyms,
  Retention,
} from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import { contracted } from "./contracted.testing.ts"
import { dying } from "./dying.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()
const death = dying()

const services = DataSubjectRequests.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Pseudonyms.layer, Customers.layer, Interactions.layer, Erasure.layer)),
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.provideMerge(death.layer, Layer.merge(layer(options.log), VaultPostgres.layer(options)))),
  Layer.provide(Layer.merge(Retention.layerElsewhere, Pseudonyms.layerNoticedElsewhere)),
)

const day = 86_400_000
// The clock is the real one: connections wait by it.
const dawn = Date.now() - 2 * day
const moment = (days: number) => DateTime.makeUnsafe(dawn + days * day)
const requester = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a66" as Uuid.Uuid
const actor = { id: requester, roles: ["support"] }
const number = { kind: "telephoneNumber", text: "+33612345678" } as const
const address = { kind: "ipAddress", text: "192.0.2.1" } as const
const detailOf = (identifier: typeof number | typeof address) => ({ identifier, from: dawn, to: dawn + day })

/** Declares a Customer with a contract. */
const declared = (customer: CustomerId.CustomerId) =>
  contracted({
    customer,
    at: moment(0),
    purposes: ["requestedService", "customerCare"],
    categories: ["telephoneNumber", "ipAddress", "freeText"],
  })

/** A pseudonym that was seen with some identifiers and has sent a text. */
const seen = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  identifiers: ReadonlyArray<typeof number | typeof address>,
  value: string,
) {
  const pseudonyms = yield* Pseudonyms.Pseudonyms
  const pseudonym = yield* pseudonyms.issue(customer)
  const whose = { customer, pseudonym }
  for (const identifier of identifiers) {
    yield* pseudonyms.observe({ ...whose, identifier, purposes: ["customerCare"], validFrom: dawn })
  }
  const text = yield* pseudonyms.keep({ ...whose, category: "freeText", value, purposes: ["customerCare"] })
  return { pseudonym, text }
})

const open = (customer: CustomerId.CustomerId, sealed: Effect.Success<ReturnType<typeof seen>>["text"]) =>
  Effect.map(
    Vault.Vault.use((vault) =>
      vault.open({ customer, sealed, purpose: "customerCare", actor, reason: "customerSupport" }),
    ),
    (answer) => (answer._tag === "Open" ? answer.value : answer._tag),
  )

/** A request of a person who was located and verified. */
const accepted = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  kind: DataSubjectRequests.Received["kind"],
  choice: DataSubjectRequests.Choice,
) {
  const requests = yield* DataSubjectRequests.DataSubjectRequests
  const which = { customer, request: yield* requests.receive({ customer, kind, channel: "email", requester }) }
  yield* requests.choose(which, choice, actor)
  const at = yield* DateTime.now
  yield* requests.declare(which, { _tag: "VerifyIdentity", at, by: "customer", method: "locatorMatch" })
  return which
})

describe("requests on PostgreSQL", () => {
  // Planted: the check of other candidates left out of `choose`.
  it.live("R-LOCATE R-ERASE: of two behind one telephone one is erased, by a detail of their own", () =>
    Effect.gen(function* () {
      const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
      yield* declared(customer)
      const one = yield* seen(customer, [number, address], "one")
      const other = yield* seen(customer, [number], "other")
      const taking = (details: ReadonlyArray<DataSubjectRequests.Detail>) => ({
        details,
        take: [one.pseudonym],
        leaveOut: [other.pseudonym] as ReadonlyArray<Pseudonym.PseudonymId>,
      })
      const refused = yield* Effect.result(accepted(customer, "erasure", taking([detailOf(number)])))
      expect(refused).toMatchObject({ failure: { rule: "R-LOCATE", field: "take" } })
      const which = yield* accepted(customer, "erasure", taking([detailOf(number), detailOf(address)]))
      const requests = yield* DataSubjectRequests.DataSubjectRequests
      yield* requests.fulfil({ ...which, actor, by: "customer", states: [...Vocabulary.answerDuties] })
      expect([yield* open(customer, one.text), yield* open(customer, other.text)]).toEqual(["Erased", "other"])
    }).pipe(Effect.provide(services)),
  )

  const states = [...Vocabulary.answerDuties]

  /** A person of a new Customer, with a request that was received two days ago and has nobody yet. */
  const asking = Effect.fnUntraced(function* (
    kind: DataSubjectRequests.Received["kind"],
    purposes: DataSubjectRequests.Received["purposes"] = ["customerCare"],
  ) {
    const customer = (yield* Uuid.next) as CustomerId.CustomerId
    yield* declared(customer)
    const { pseudonym, text } = yield* seen(customer, [number], "a text")
    const requests = yield* DataSubjectRequests.DataSubjectRequests
    const at = dawn + day
    const request = yield* requests.receive({ customer, kind, channel: "email", requester, purposes, at })
    const which = { customer, request }
    const choose = requests.choose(which, { details: [detailOf(number)], take: [pseudonym], leaveOut: [] }, actor)
    const opened = Effect.map(Effect.result(open(customer, text)), (answer) => {
      if (answer._tag === "Success") return answer.success
      return answer.failure._tag === "Refusal" ? answer.failure.rule : answer.failure._tag
    })
    const verify = Effect.flatMap(DateTime.now, (now) =>
      requests.declare(which, { _tag: "VerifyIdentity", at: now, by: "customer", method: "locatorMatch" }),
    )
    return { requests, which, pseudonym, choose, verify, opened }
  })

  // Planted and found: the purposes stopped after the choice is recorded.
  it.live.each(["before", "after"] as const)(
    "R-OBJECT: killed %s any call of the choice, nobody is taken whose purpose is still used, from the receipt on",
    (when) =>
      Effect.gen(function* () {
        let call = 1
        for (; ; call++) {
          const { choose, opened, requests, which } = yield* asking("objection")
          const killed = yield* death.at(call, when, choose)
          const { located } = yield* requests.stateOf(which)
          const isSafe = !located || (yield* opened) === "Restricted"
          yield* choose
          expect([call, isSafe, yield* opened]).toEqual([call, true, "Restricted"])
          if (killed._tag === "Success") break
        }
        expect(call).toBeGreaterThan(20)
      }).pipe(Effect.provide(services)),
    120_000,
  )

  // Planted and found: the purposes stopped after the request is recorded.
  it.live("R-OBJECT: killed at any call of the receipt, no purpose of a request that is recorded is still used", () =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const { opened, pseudonym, requests, which } = yield* asking("access", [])
        const request = (yield* Uuid.next) as typeof which.request
        const receive = requests.receive({
          customer: which.customer,
          request,
          kind: "objection",
          channel: "settings",
          requester,
          purposes: ["customerCare"],
          at: dawn + day,
          pseudonyms: [pseudonym],
        })
        const killed = yield* death.at(call, call % 2 === 0 ? "after" : "before", receive)
        const { status } = yield* requests.stateOf({ ...which, request })
        const isSafe = status === "none" || (yield* opened) === "Restricted"
        yield* receive
        expect([call, isSafe, yield* opened]).toEqual([call, true, "Restricted"])
        if (killed._tag === "Success") break
      }
      expect(call).toBeGreaterThan(20)
    }).pipe(Effect.provide(services)),
  )

  it.live("R-RESTRICT R-LOCAL-LAW: one purpose is restricted and lifted, under the law of the place", () =>
    Effect.gen(function* () {
      const { choose, opened, requests, verify, which } = yield* asking("restriction")
      yield* choose
      yield* verify
      const localLaw = { country: "CH", reference: "CH FADP 25" }
      yield* requests.fulfil({ ...which, actor, by: "customer", states, localLaw })
      expect(yield* opened).toBe("R-RESTRICT")
      const told = yield* Effect.result(requests.lift({ ...which, actor, informed: false }))
      expect(told).toMatchObject({ failure: { rule: "R-RESTRICT" } })
      yield* requests.lift({ ...which, actor, informed: true })
      expect(yield* opened).toBe("a text")
    }).pipe(Effect.provide(services)),
  )

  it.live("R-1M: killed at any call, a request that says the same joins the earlier one or does not", () =>
    Effect.gen(function* () {
      for (let call = 1; ; call++) {
        const { choose, requests, verify, which } = yield* asking("access", [])
        yield* choose
        yield* verify
        const again = yield* requests.receive({ customer: which.customer, kind: "access", channel: "email", requester })
        const join = requests.join({ ...which, request: again }, which.request)
        const killed = yield* death.at(call, call % 2 === 0 ? "after" : "before", join)
        const { status } = yield* requests.stateOf({ ...which, request: again })
        const { duplicates } = yield* requests.stateOf(which)
        expect(status === "duplicate").toBe(duplicates.has(again))
        yield* join
        expect((yield* requests.open(which.customer)).map(({ request }) => request)).toEqual([which.request])
        if (killed._tag === "Success") return
      }
    }).pipe(Effect.provide(services)),
  )
})
