import type { Recipient, Transfer } from "@tacet/core/domain"
import { Uuid } from "@tacet/core/eventsourcing"
import { Vault } from "@tacet/core/privacy"
import { Customers, Openings, Pseudonyms, Recipients, Retention, Transfers } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import { contracted } from "./contracted.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(Customers.layer, Pseudonyms.layer, Recipients.layer, Transfers.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
)

describe("a disclosure", () => {
  it.live("REGISTER-RCPT SUBPROC: is judged by the register, recorded, linked to the person and handed over", () =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const at = DateTime.makeUnsafe(now - 60_000)
      const customer = yield* contracted({ at, categories: ["telephoneNumber"] })
      const recipient = (yield* Uuid.next) as Recipient.RecipientId
      const transfer = (yield* Uuid.next) as Transfer.TransferId
      const pseudonym = yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
      const sealed = yield* Pseudonyms.Pseudonyms.use((pseudonyms) =>
        pseudonyms.observe({
          customer,
          pseudonym,
          identifier: { kind: "telephoneNumber", text: "+33612345678" },
          purposes: ["customerCare"],
          validFrom: now,
        }),
      )
      const recipients = yield* Recipients.Recipients
      const transfers = yield* Transfers.Transfers
      const request = (id: Transfer.TransferId) =>
        transfers.request({
          customer,
          transfer: id,
          recipient,
          ground: "subProcessor",
          purpose: "customerCare",
          categories: ["telephoneNumber"],
          data: "otherData",
          manner: "file",
          destination: "FR",
          conditions: [],
          againstPayment: false,
        })
      const unregistered = yield* request((yield* Uuid.next) as Transfer.TransferId)
      expect(unregistered).toEqual({ _tag: "refused", rules: ["REGISTER", "SUBPROC"] })
      const undertakings = (
        [
          "commitmentToLaw",
          "similarTreatment",
          "guaranteesRecorded",
          "priorAuthorisation",
          "sameDutiesAsProcessor",
        ] as const
      ).map((undertaking) => ({ undertaking, document: "annex B" }))
      yield* recipients.declare(customer, recipient, {
        _tag: "RegisterRecipient",
        at,
        kind: "subProcessor",
        country: "FR",
        undertakings,
      })
      yield* recipients.declare(customer, recipient, { _tag: "SignRecipientContract", at, document: "contract 7" })
      const atOnce = yield* Effect.all(
        Array.from({ length: 8 }, () => recipients.asOf(customer)),
        { concurrency: "unbounded" },
      )
      for (const entries of atOnce) expect(entries).toMatchObject([{ recipient, hasContract: true, violations: [] }])
      expect(yield* request(transfer)).toEqual({ _tag: "authorised" })
      const handed: Array<unknown> = []
      const { digest } = yield* transfers.execute({
        customer,
        transfer,
        pseudonym,
        values: [sealed],
        actor: { id: pseudonym, roles: ["support"] },
        reason: "customerSupport",
        deliver: ({ values }) => Effect.sync(() => void handed.push(values)),
      })
      expect(handed).toEqual([[{ category: "telephoneNumber", value: "+33612345678", source: "observed" }]])
      expect(digest).toMatch(/^[0-9a-f]{64}$/)
      expect((yield* transfers.stateOf({ customer, transfer })).status).toBe("executed")
      const linked = yield* Vault.Vault.use((vault) => vault.interactionsOf(customer, pseudonym as never))
      expect(linked).toEqual([transfer])
    }).pipe(Effect.provide(services)),
  )
})
