/**
 * Requests of people about their data, with log, vault and keys on PostgreSQL.
 */
import type { Pseudonym } from "@tacet/core/domain"
import type { CustomerId, Uuid } from "@tacet/core/eventsourcing"
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
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = DataSubjectRequests.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Pseudonyms.layer, Customers.layer, Interactions.layer, Erasure.layer)),
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
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
})
