/**
 * An identifier with a time locates its subject, and nothing else does (R-LOCATE, RECOG-1CUST).
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { AccessLog, type Identifiers, KeyStore, type Subject, Vault } from "@tacet/core/privacy"
import * as Property from "../../Property.ts"
import * as Scene from "../../Scene.ts"
import { access, aSubject, at, dawn, day, forbidden, onVault, outcome } from "./scene.ts"

const address: Identifiers.Identifier = { kind: "ipAddress", text: "2001:db8::7" }

const observe = (
  customer: CustomerId.CustomerId,
  subject: Subject.SubjectId,
  validFrom: number,
  validTo: number | undefined,
  identifier: Identifiers.Identifier = address,
  retentionEnd?: number,
) => Vault.Vault.use((vault) => vault.observe({ customer, subject, identifier, validFrom, validTo, retentionEnd }))

const locate = (
  customer: CustomerId.CustomerId,
  from: number,
  to: number,
  identifier: Identifiers.Identifier = address,
) => Vault.Vault.use((vault) => vault.locate({ customer, identifier, from, to, ...access("rightsFulfilment") }))

/** The properties of locators and links. */
export const locating = onVault("locating", () => [
  {
    name: "an identifier locates its subject within its time, and nothing at any other time",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const [from, to] = [dawn + 10 * day, dawn + 50 * day]
      yield* observe(customer, subject, from, to)
      const within: ReadonlyArray<readonly [number, number]> = [
        [from, to],
        [from, from + 1],
        [to - 1, to + day],
        [dawn, dawn + 400 * day],
        [dawn + 40 * day, dawn + 41 * day],
      ]
      for (const [one, other] of within) {
        yield* Property.same(`found in [${one}, ${other})`, yield* locate(customer, one, other), [subject])
      }
      const outside: ReadonlyArray<readonly [number, number]> = [
        [dawn, from],
        [to, to + day],
        [dawn + 100 * day, dawn + 200 * day],
        [from, from],
      ]
      for (const [one, other] of outside) {
        yield* Property.same(`found in [${one}, ${other})`, yield* locate(customer, one, other), [])
      }
    }),
  },
  {
    name: "an identifier that holds until further notice is found at any later time",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      yield* observe(customer, subject, dawn + 10 * day, undefined)
      yield* Property.same("later", yield* locate(customer, dawn + 300 * day, dawn + 301 * day), [subject])
      yield* Property.same("before", yield* locate(customer, dawn, dawn + 10 * day), [])
    }),
  },
  {
    name: "an address that passed from one to another finds each in their time",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [first, second] = [yield* aSubject, yield* aSubject]
      yield* observe(customer, first, dawn, dawn + day)
      yield* observe(customer, second, dawn + day, dawn + 2 * day)
      yield* Property.same("the first", yield* locate(customer, dawn, dawn + day), [first])
      yield* Property.same("the second", yield* locate(customer, dawn + day, dawn + 2 * day), [second])
      const both = yield* locate(customer, dawn, dawn + 2 * day)
      yield* Property.same("both", both, [first, second].sort())
    }),
  },
  {
    name: "an identifier is found however it is written, and one that differs is not",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      yield* observe(customer, subject, dawn, undefined)
      yield* observe(customer, subject, dawn, undefined, { kind: "telephoneNumber", text: "+33 6 12 34 56 78" })
      const find = (identifier: Identifiers.Identifier) => locate(customer, dawn, dawn + day, identifier)
      yield* Property.same("the address", yield* find({ kind: "ipAddress", text: "2001:0DB8:0:0:0:0:0:0007" }), [
        subject,
      ])
      yield* Property.same("another address", yield* find({ kind: "ipAddress", text: "2001:db8::8" }), [])
      const number = yield* find({ kind: "telephoneNumber", text: "+33612345678" })
      yield* Property.same("the number", number, [subject])
      yield* Property.same("another number", yield* find({ kind: "telephoneNumber", text: "+33612345679" }), [])
      const none = outcome(find({ kind: "ipAddress", text: "192.0.2.256" }))
      yield* Property.same("no address", yield* none, "NoIdentifier")
    }),
  },
  {
    name: "a Customer locates no subject of another",
    program: Effect.gen(function* () {
      const [first, second] = [yield* Scene.aCustomer, yield* Scene.aCustomer]
      const subject = yield* aSubject
      const interaction = yield* Uuid.next
      const vault = yield* Vault.Vault
      yield* observe(first, subject, dawn, undefined)
      yield* vault.link(first, subject, interaction, undefined)
      // So that the second has a key of the same period.
      yield* observe(second, yield* aSubject, dawn, undefined, { kind: "ipAddress", text: "192.0.2.1" })
      yield* Property.same("by the first", yield* locate(first, dawn, dawn + day), [subject])
      yield* Property.same(
        "whose it was, to the first",
        yield* vault.subjectOf(first, interaction),
        Option.some(subject),
      )
      yield* Property.same("by the second", yield* locate(second, dawn, dawn + day), [])
      yield* Property.same("whose it was", yield* vault.subjectOf(second, interaction), Option.none())
      yield* Property.same("interactions", yield* vault.interactionsOf(second, subject), [])
    }),
  },
  {
    name: "a closed period locates nothing, and the others still do",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [old, recent] = [yield* aSubject, yield* aSubject]
      const keyStore = yield* KeyStore.KeyStore
      yield* observe(customer, old, dawn + day, undefined)
      const periods = yield* keyStore.periods(customer)
      yield* observe(customer, recent, dawn + 100 * day, undefined)
      yield* Property.same("before", yield* locate(customer, dawn, dawn + 101 * day), [old, recent].sort())
      for (const period of periods) yield* keyStore.closePeriod(customer, period)
      yield* Property.same("after", yield* locate(customer, dawn, dawn + 101 * day), [recent])
      yield* Property.same("late", yield* outcome(observe(customer, old, dawn + 2 * day, undefined)), "PeriodClosed")
    }),
  },
  {
    name: "from their retention end on, locators and links find nothing",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const interaction = yield* Uuid.next
      const vault = yield* Vault.Vault
      yield* observe(customer, subject, dawn, undefined, address, dawn + day)
      yield* vault.link(customer, subject, interaction, dawn + day)
      const seen = Effect.gen(function* () {
        const located = (yield* locate(customer, dawn, dawn + day)).length
        const linked = (yield* vault.interactionsOf(customer, subject)).length
        return [located, linked, Option.isSome(yield* vault.subjectOf(customer, interaction))]
      })
      yield* Property.same("before", yield* at(dawn + day - 1, seen), [1, 1, true])
      yield* Property.same("at the end", yield* at(dawn + day, seen), [0, 0, false])
    }),
  },
  {
    name: "the interactions of a subject are listed once each, in an order unrelated to time",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const subject = yield* aSubject
      const vault = yield* Vault.Vault
      const interactions = yield* Effect.all(Array.from({ length: 9 }, () => Uuid.next))
      for (const interaction of [...interactions, ...interactions]) {
        yield* vault.link(customer, subject, interaction, undefined)
      }
      yield* Property.same("the interactions", yield* vault.interactionsOf(customer, subject), interactions.toSorted())
      const owner = yield* vault.subjectOf(customer, interactions[3]!)
      yield* Property.same("whose it was", owner, Option.some(subject))
    }),
  },
  {
    name: "who locates leaves a record, and what the policy forbids is refused",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      yield* observe(customer, yield* aSubject, dawn, undefined)
      yield* locate(customer, dawn, dawn + day)
      const request = { customer, identifier: address, from: dawn, to: dawn + day, ...access(forbidden) }
      yield* Property.same("forbidden", yield* outcome(Vault.Vault.use((vault) => vault.locate(request))), "Refusal")
      const records = yield* AccessLog.AccessLog.use((log) => log.read(customer, { after: 0, limit: 9 }))
      yield* Property.same(
        "the records",
        records.map(({ category, outcome }) => `${category} ${outcome}`),
        ["ipAddress located", "ipAddress refused"],
      )
    }),
  },
])
