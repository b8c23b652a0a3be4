import type { Identifier, Pseudonym } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { type Sealed, type Subject, Vault } from "@tacet/core/privacy"
import {
  Accounts,
  Customers,
  DataSubjectRequests,
  Erasure,
  Openings,
  Pseudonyms,
  Retention,
} from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = DataSubjectRequests.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Accounts.layer, Customers.layer, Pseudonyms.layer, Erasure.layer, Retention.layer)),
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

const day = 86_400_000

describe("the operator's own accounts on PostgreSQL", () => {
  // Planted and found: locators kept behind the relationship; a detail sealed anew by a repetition.
  it.live(
    "RET-ACCOUNT R-LOCATE: are registered once, located by address and account, and end with the relationship",
    () =>
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const operator = (yield* Uuid.next) as CustomerId.CustomerId
        const at = DateTime.makeUnsafe(now - 20 * day)
        const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
        yield* Customers.Customers.use((customers) =>
          customers.declare(operator, [
            { _tag: "AdoptPolicyVersion", at, policyVersion },
            { _tag: "DeclareOwnAccounts", at },
          ]),
        )
        const person = (yield* Uuid.next) as Pseudonym.PseudonymId
        const accounts = yield* Accounts.Accounts
        const toRegister: Accounts.ToRegister = {
          operator,
          person,
          accepted: "form",
          relation: "dashboardUser",
          bases: [{ purpose: "accountManagement", basis: "contract" }],
          details: [
            { category: "emailAddress", value: "Ada@Example.com" },
            { category: "accountIdentifier", value: "ada.7" },
            { category: "name", value: "Ada" },
          ],
          at: now - 10 * day,
        }
        const sealed = yield* accounts.register(toRegister)
        expect(yield* accounts.register(toRegister)).toEqual(sealed)
        const vault = yield* Vault.Vault
        const kept = vault.valuesOf(operator, person as string as Subject.SubjectId, { limit: 9 })
        expect((yield* kept).length).toBe(3)

        const actor = { id: person as string as Uuid.Uuid, roles: ["support"] }
        const requests = yield* DataSubjectRequests.DataSubjectRequests
        const request = yield* requests.receive({
          customer: operator,
          kind: "access",
          channel: "email",
          requester: actor.id,
        })
        const located = (kind: "accountIdentifier" | "emailAddress", text: string) =>
          Effect.map(
            requests.locate(
              { customer: operator, request },
              [{ identifier: { kind, text }, from: now - 9 * day, to: now }],
              actor,
            ),
            (found) => found.map((one) => one.pseudonym),
          )
        expect(yield* located("emailAddress", "ada@example.com")).toEqual([person])
        expect(yield* located("accountIdentifier", "ada.7")).toEqual([person])
        expect(yield* located("accountIdentifier", "ada@example.com")).toEqual([])

        const open = (one: Sealed.Sealed<string>) =>
          Effect.map(
            vault.open({
              customer: operator,
              sealed: one,
              actor,
              purpose: "accountManagement",
              reason: "customerSupport",
            }),
            ({ _tag }) => _tag,
          )
        const retention = yield* Retention.Retention
        expect(yield* Effect.forEach(sealed, open)).toEqual(["Open", "Open", "Open"])
        expect(yield* retention.sweep(operator)).toMatchObject({ rows: 0, endless: [] })
        yield* accounts.endRelationship({ operator, person }, now - day)
        expect(yield* Effect.forEach(sealed, open)).toEqual(["Expired", "Expired", "Expired"])
        expect(yield* retention.sweep(operator)).toMatchObject({ rows: 5 })
        expect(yield* kept).toEqual([])
        expect(yield* located("emailAddress", "ada@example.com")).toEqual([])
      }).pipe(Effect.provide(services)),
  )
})
