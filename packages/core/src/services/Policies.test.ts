import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type {
  ContractId,
  EntryPointId,
  InterfaceId,
  ListedNumberId,
  PolicyVersionId,
  ProductId,
} from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as PolicyArchive from "../domain/PolicyArchive.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import { holding } from "../policy/laws.testing.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import {
  parameter,
  type ParameterName,
  parameterNames,
  type PrivacyPolicy,
  statement,
} from "../policy/text/PrivacyPolicy.ts"
import { dialonce20190305, dialonce20210217 } from "../policy/versions/index.ts"
import { Customers, KnownPolicies } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import { layer, OperatorOf, Policies } from "./Policies.ts"
import type { AtEachCall } from "./ports.testing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, day, deadly, over, refusalOf } from "./scene.testing.ts"

const operator = "4b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const number = "1b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as ListedNumberId
const entryPoint = "1b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12" as EntryPointId
const app = "app" as ProductId

const services = (
  around?: AtEachCall,
  kept = VaultMemory.make(),
  customerPolicies: NonNullable<PolicyBook.PolicyBook["customerPolicies"]> = [],
) =>
  layer.pipe(
    Layer.provideMerge(over(kept, around)),
    Layer.provide(Layer.succeed(OperatorOf, () => operator)),
    Layer.provide(Layer.succeed(KnownPolicies, () => ({ ...PolicyBook.published, customerPolicies }))),
  )

/** A version as an operator can publish it: with a date and a controller to reach. */
const complete = (text: PrivacyPolicy, change: Partial<PrivacyPolicy> = {}): PrivacyPolicy => ({
  ...text,
  contact: dialonce20190305.contact!,
  publishedOn: text.publishedOn ?? text.effectiveFrom,
  ...change,
})
const minor = { significant: false, affectsUse: false }

/** Some weeks after the first day of a version. */
const dawnOf = ({ effectiveFrom }: PrivacyPolicy): number => Date.parse(`${effectiveFrom}T09:00:00Z`) + 40 * day

/** A world in the time of a version: it is published, and a Customer has adopted it. */
const worldOf = (text: PrivacyPolicy) => {
  const dawn = dawnOf(text)
  const at = (days: number) => dawn + days * day
  const moment = (days: number) => DateTime.makeUnsafe(at(days))
  const policyVersion = text.id as PolicyVersionId
  const contract = (days: number, more: ReadonlyArray<Purpose> = []) =>
    ({
      _tag: "SignContract",
      at: moment(days),
      contract: Uuid.derived("contract", `${days}`) as ContractId,
      clauses: [...agreementClauses],
      purposes: ["requestedService", "customerCare", ...more],
      categories: ["telephoneNumber", "ipAddress"],
      ownServices: [],
      places: ["FR"],
      recognition: false,
    }) as const
  const publish = Policies.use((policies) =>
    policies.publish(operator, { policy: complete(text), at: dawn, significant: true, affectsUse: true }),
  )
  const start = Effect.gen(function* () {
    yield* TestClock.setTime(dawn)
    yield* publish
    yield* Customers.use((customers) =>
      customers.declare(customer, [
        { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion },
        { _tag: "ListNumber", at: moment(0), number },
        { _tag: "ListEntryPoint", at: moment(0), entryPoint },
        contract(0),
      ]),
    )
    return yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  })
  /** By which rule an interaction is refused on a day, if it is. */
  const record = (days: number) =>
    Effect.gen(function* () {
      const isWeb = text.parameters.channels?.value.includes("web") === true
      const trigger = isWeb
        ? ({ _tag: "contactRequest", channel: "web", entryPoint } as const)
        : ({ _tag: "outgoingCall", number } as const)
      const { outcomes } = yield* Interactions.use((interactions) =>
        Effect.flatMap(Uuid.next, (interaction) =>
          interactions.record({
            customer,
            interaction,
            commands: [
              {
                _tag: "StartInteraction",
                at: moment(days),
                trigger,
                interface: "web" as InterfaceId,
                linkable: true,
              },
            ],
          }),
        ),
      )
      return outcomes[0]?._tag === "Failure" ? outcomes[0].failure.rule : "Success"
    })
  /** By which rule a value is refused on a day, if it is. */
  const keep = (pseudonym: Pseudonym.PseudonymId, days: number, purposes: ReadonlyArray<Purpose> = ["customerCare"]) =>
    refusalOf(
      Pseudonyms.use((pseudonyms) =>
        pseudonyms.keep({
          customer,
          pseudonym,
          category: "telephoneNumber",
          value: "+33612345678",
          purposes,
          collectedAt: at(days),
        }),
      ),
    )
  const sever = (days: number, ...provisions: readonly [ParameterName, ...Array<ParameterName>]) =>
    Policies.use((policies) =>
      policies.sever(operator, { policyVersion, provisions, reference: "judgment 7", at: at(days) }),
    )
  const supplement = (days: number, parameters: Parameters<Policies["Service"]["supplement"]>[1]["parameters"]) =>
    Policies.use((policies) =>
      policies.supplement(operator, {
        supplement: `${text.id}-app` as PolicyVersionId,
        product: app,
        parameters,
        at: at(days),
      }),
    )
  const useProduct = (days: number) =>
    Customers.use((customers) => customers.declare(customer, [{ _tag: "UseProduct", at: moment(days), product: app }]))
  return { at, moment, policyVersion, contract, start, publish, record, keep, sever, supplement, useProduct }
}

describe("the texts of an operator", () => {
  const publish = (text: PrivacyPolicy, at: number) =>
    refusalOf(Policies.use((policies) => policies.publish(operator, { policy: text, at, ...minor })))
  const dawn = dawnOf(dialonce20210217)

  for (const { id, text } of holding("VERSION-DATE")) {
    it.effect(
      `VERSION-DATE under ${id} is asked by Policies.publish: a version bears a date and number of its own`,
      () =>
        Effect.gen(function* () {
          const { publishedOn: _, ...undated } = complete(text)
          expect(yield* publish(undated, dawn)).toBe("VERSION-DATE")
          expect(yield* publish(complete(text), dawn)).toBe("Success")
          expect(yield* publish(complete(text), dawn)).toBe("Success")
          expect(yield* publish(complete(text), dawn + day)).toBe("VERSION-DATE")
          expect(yield* publish(complete(text, { id: "operator/other" }), dawn + day)).toBe("VERSION-DATE")
          expect(yield* publish(complete(text, { id: "operator/other", version: "9" }), dawn - day)).toBe(
            "VERSION-DATE",
          )
          expect(yield* publish(complete(text, { id: "operator/other", version: "9" }), dawn + day)).toBe("Success")
        }).pipe(Effect.provide(services())),
    )
  }

  for (const { id, text } of holding("CONTACT")) {
    it.effect(`CONTACT under ${id} is asked by Policies.publish: a version names a controller to reach`, () =>
      Effect.gen(function* () {
        const contact = { name: "An operator", email: "privacy@example.org" }
        expect(yield* publish(complete(text, { contact }), dawn)).toBe("CONTACT")
        expect(yield* publish(complete(text, { contact: { ...contact, postalAddress: "Paris" } }), dawn)).toBe(
          "Success",
        )
      }).pipe(Effect.provide(services())),
    )
  }

  for (const { id, text } of holding("LAW")) {
    // Planted and found: the promise of the version not looked at.
    it.effect(`LAW under ${id} is asked by Policies.publish: a version names the laws that it promises to name`, () =>
      Effect.gen(function* () {
        const { applicableLaws, ...parameters } = text.parameters
        const naming = (value: ReadonlyArray<string>) =>
          complete(text, { parameters: { ...parameters, applicableLaws: { ...applicableLaws!, value } } })
        expect(yield* publish(naming([]), dawn)).toBe("LAW")
        expect(yield* publish(complete(text, { parameters }), dawn)).toBe("LAW")
        expect(yield* publish(naming(["EU 2016/679", "DK 429/2000", "DK 227/2002"]), dawn)).toBe("Success")
      }).pipe(Effect.provide(services())),
    )
  }

  for (const key of ["NOTIFY", "NOTIFY-MAJOR", "CHOICES"] as const) {
    for (const { id, text } of holding(key)) {
      it.effect(`${key} under ${id} is asked by Policies.owed: a change owes the notice until it is given`, () =>
        Effect.gen(function* () {
          const policies = yield* Policies
          const owed = Effect.map(policies.owed(operator), (open) =>
            open.filter(({ rule }) => rule === key).map(({ policy }) => policy),
          )
          const policyVersion = "operator/2" as PolicyVersionId
          const change = { significant: key === "NOTIFY-MAJOR", affectsUse: key === "CHOICES" }
          yield* policies.publish(operator, { policy: complete(text), at: dawn, significant: true, affectsUse: true })
          expect(yield* owed).toEqual([])
          const policy = complete(text, { id: policyVersion, version: "9" })
          yield* policies.publish(operator, { policy, at: dawn + day, ...change })
          expect(yield* owed).toEqual([policyVersion])
          const notice = { policyVersion, channel: "page", visible: false, choices: [], at: dawn + 2 * day }
          expect(
            yield* refusalOf(policies.notify(operator, { ...notice, policyVersion: "operator/3" as PolicyVersionId })),
          ).toBe("NOTIFY")
          yield* policies.notify(operator, notice)
          expect(yield* owed).toEqual(key === "NOTIFY" ? [] : [policyVersion])
          yield* policies.notify(operator, { ...notice, visible: true, choices: ["object"] })
          expect(yield* owed).toEqual([])
        }).pipe(Effect.provide(services())),
      )
    }
  }

  for (const { id, text } of holding("INFO-AVAIL")) {
    it.effect(`INFO-AVAIL under ${id} is asked by Policies.textAt: the version of any moment can be read`, () =>
      Effect.gen(function* () {
        const policies = yield* Policies
        const world = worldOf(text)
        yield* world.publish
        yield* policies.publish(operator, {
          policy: complete(text, { id: "operator/2", version: "9" }),
          at: world.at(5),
          ...minor,
        })
        yield* world.sever(3, "channels")
        expect(yield* refusalOf(policies.textAt(operator, world.at(0) - 1))).toBe("INFO-AVAIL")
        const seen = (days: number) =>
          Effect.map(policies.textAt(operator, world.at(days)), ({ policy, severed }) => [policy.id, severed])
        expect(yield* seen(0)).toEqual([id, []])
        expect(yield* seen(4)).toEqual([id, ["channels"]])
        expect(yield* seen(5)).toEqual(["operator/2", []])
      }).pipe(Effect.provide(services())),
    )
  }

  for (const { id, text } of holding("ARCHIVE")) {
    it.effect(`ARCHIVE under ${id} is asked by Policies.archived: a version is read as it was published`, () =>
      Effect.gen(function* () {
        const policies = yield* Policies
        const world = worldOf(text)
        yield* world.publish
        yield* world.sever(1, "channels")
        yield* policies.publish(operator, {
          policy: complete(text, { id: "operator/2", version: "9" }),
          at: world.at(5),
          ...minor,
        })
        expect(yield* policies.archived(operator, id)).toEqual(complete(text))
        expect(yield* refusalOf(policies.archived(operator, "operator/3"))).toBe("ARCHIVE")
      }).pipe(Effect.provide(services())),
    )
  }

  // Planted: texts of the program alone offered for adoption.
  it.effect("POLICY-BIND: a version that the operator has published may be adopted, and binds", () =>
    Effect.gen(function* () {
      const world = worldOf(dialonce20210217)
      yield* world.start
      const policyVersion = "operator/2" as PolicyVersionId
      const channels = { value: ["sms" as const], sources: [] }
      const policy = complete(dialonce20210217, {
        id: policyVersion,
        version: "9",
        parameters: { ...dialonce20210217.parameters, channels },
      })
      const adopt = Customers.use((customers) =>
        customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at: world.moment(2), policyVersion }]),
      )
      expect(yield* refusalOf(adopt)).toBe("POLICY-BIND")
      yield* Policies.use((policies) => policies.publish(operator, { policy, at: world.at(1), ...minor }))
      expect(yield* refusalOf(adopt)).toBe("Success")
      yield* TestClock.setTime(world.at(3))
      expect([yield* world.record(1), yield* world.record(3)]).toEqual(["Success", "TRIGGER"])
    }).pipe(Effect.provide(services())),
  )
})

describe("provisions found invalid", () => {
  for (const { id, text } of holding("SEVER")) {
    // Planted: the archive of the cached declarations read no more; severances left out of the book; the text of a later
    // moment read before its severance.
    it.effect.prop(
      `SEVER under ${id} is asked by Policies.sever: from its moment on other services decide without the provision`,
      [fc.constantFrom("channels", "categories"), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })],
      (provision, severed, asked) =>
        Effect.gen(function* () {
          const world = worldOf(text)
          const pseudonym = yield* world.start
          expect([yield* world.record(0), yield* world.keep(pseudonym, 0)]).toEqual(["Success", "Success"])
          yield* world.sever(severed, provision)
          yield* TestClock.setTime(world.at(5))
          const isInvalid = (name: string) => name === provision && asked >= severed
          expect(yield* world.record(asked)).toBe(isInvalid("channels") ? "TRIGGER" : "Success")
          expect(yield* world.keep(pseudonym, asked)).toBe(isInvalid("categories") ? "CATEGORIES" : "Success")
        }).pipe(Effect.provide(services(), { local: true })),
      { numRuns: 12 },
    )
    it.effect(`SEVER under ${id} is asked by Policies.sever: of a published version, on what it says`, () =>
      Effect.gen(function* () {
        const world = worldOf(text)
        expect(yield* refusalOf(world.sever(1, "channels"))).toBe("SEVER")
        yield* world.publish
        expect(yield* refusalOf(world.sever(-1, "channels"))).toBe("SEVER")
        expect(yield* refusalOf(world.sever(1, "automatedDecisions"))).toBe("SEVER")
        expect(yield* refusalOf(world.sever(1, "channels"))).toBe("Success")
      }).pipe(Effect.provide(services())),
    )
  }
})

describe("supplements", () => {
  const stated = <A>(value: A) => ({ value, sources: [] })
  for (const { id, text } of holding("SUPPLEMENT")) {
    const purposes = { controller: [], processor: ["accountManagement" as const], publisher: [] }
    // Planted: the product of the Customer not passed on.
    it.effect.prop(
      `SUPPLEMENT under ${id} is asked by Policies.supplement: it binds the Customer that uses the product, from then on`,
      [fc.integer({ min: 1, max: 4 }), fc.option(fc.integer({ min: 1, max: 4 })), fc.integer({ min: 1, max: 4 })],
      (published, used, asked) =>
        Effect.gen(function* () {
          const world = worldOf(text)
          const pseudonym = yield* world.start
          yield* world.supplement(published, { purposes: stated(purposes) })
          if (used !== null) yield* world.useProduct(used)
          yield* TestClock.setTime(world.at(5))
          const binds = used !== null && asked >= used && asked >= published
          const signed = Customers.use((customers) =>
            customers.declare(customer, [world.contract(asked, ["accountManagement"])]),
          )
          expect(yield* refusalOf(signed)).toBe(binds ? "Success" : "PURPOSES")
          expect(yield* world.keep(pseudonym, asked, ["accountManagement"])).toBe(
            binds ? "Success" : text.id === "dialonce/2016-06-29" ? "PURPOSES" : "CUST-PURPOSE",
          )
        }).pipe(Effect.provide(services(), { local: true })),
      { numRuns: 12 },
    )
    it.effect(
      `SUPPLEMENT under ${id} is asked by Policies.supplement: adds what the version lets it, and loosens nothing`,
      () =>
        Effect.gen(function* () {
          const world = worldOf(text)
          expect(yield* refusalOf(world.supplement(1, { purposes: stated(purposes) }))).toBe("SUPPLEMENT")
          yield* world.publish
          const categories = { controller: [], processor: ["transaction" as const], publisher: [] }
          const mayAdd = text.parameters.supplements!.value.includes("addCategories")
          expect(yield* refusalOf(world.supplement(1, { advertising: stated("onLegitimateInterest") }))).toBe(
            "SUPPLEMENT",
          )
          if (!mayAdd) {
            expect(yield* refusalOf(world.supplement(1, { categories: stated(categories) }))).toBe("SUPPLEMENT")
            expect(yield* refusalOf(world.supplement(1, { purposes: stated(purposes) }))).toBe("Success")
            return
          }
          expect(yield* refusalOf(world.supplement(1, { categories: stated(categories) }))).toBe("Success")
          expect(yield* refusalOf(world.supplement(1, { categories: stated(categories) }))).toBe("Success")
          expect(yield* refusalOf(world.supplement(2, { categories: stated(categories) }))).toBe("TACET-ONCE")
          yield* world.sever(3, "supplements")
          const other = Policies.use((policies) =>
            policies.supplement(operator, {
              supplement: "operator/other" as PolicyVersionId,
              product: app,
              parameters: { categories: stated(categories) },
              at: world.at(4),
            }),
          )
          expect(yield* refusalOf(other)).toBe("SUPPLEMENT")
        }).pipe(Effect.provide(services())),
    )
  }
})

describe("the texts that decided", () => {
  const stated = <A>(value: A) => ({ value, sources: [] })
  for (const { id, text } of holding("PRECEDENCE")) {
    const own = { id: "customer/1", from: worldOf(text).moment(2), parameters: { channels: stated(["qr" as const]) } }
    // Planted: the Customer's own policy left out of the answer.
    it.effect(
      `PRECEDENCE under ${id} is asked by Policies.decidedBy: the points that the Customer's own policy decides`,
      () =>
        Effect.gen(function* () {
          const world = worldOf(text)
          yield* world.start
          yield* TestClock.setTime(world.at(5))
          const policies = yield* Policies
          const decided = (days: number) =>
            Effect.map(policies.decidedBy(customer, { at: world.at(days) }), ({ byCustomer, policyVersion }) => [
              policyVersion,
              byCustomer,
            ])
          expect([yield* decided(1), yield* world.record(1)]).toEqual([[id, []], "Success"])
          expect([yield* decided(3), yield* world.record(3)]).toEqual([[id, ["channels"]], "TRIGGER"])
          expect(yield* refusalOf(policies.decidedBy(customer, { at: world.at(-1) }))).toBe("POLICY-BIND")
        }).pipe(Effect.provide(services(undefined, VaultMemory.make(), [own]))),
    )
  }
  for (const { id, text } of holding("LANGUAGE")) {
    // Planted: a text of which only its own language is read.
    it.effect(
      `LANGUAGE under ${id} is asked by Policies.decidedBy: the prevailing language decides where texts differ`,
      () =>
        Effect.gen(function* () {
          const world = worldOf(text)
          yield* world.start
          const policies = yield* Policies
          const policyVersion = "operator/2" as PolicyVersionId
          const french = { language: "fr", document: "own", parameters: { channels: stated(["qr" as const]) } }
          const policy = complete(text, { id: policyVersion, version: "9", language: "en", variants: [french] })
          yield* policies.publish(operator, { policy, at: world.at(1), ...minor })
          yield* Customers.use((customers) =>
            customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at: world.moment(2), policyVersion }]),
          )
          yield* TestClock.setTime(world.at(5))
          const before = yield* policies.decidedBy(customer, { at: world.at(1) })
          expect([before.differing.includes("channels"), yield* world.record(1)]).toEqual([false, "Success"])
          const after = yield* policies.decidedBy(customer, { at: world.at(3) })
          expect([after.language, after.differing.includes("channels")]).toEqual(["fr", true])
          expect(after.promises.map(({ name }) => name)).toEqual(
            parameterNames.filter((name) => parameter(name).readBy === "declared"),
          )
          for (const { name, value } of after.promises) {
            const said = statement(text.parameters, name)
            if (said !== undefined) expect([name, value]).toEqual([name, said.value])
          }
          expect(yield* world.record(3)).toBe("TRIGGER")
        }).pipe(Effect.provide(services())),
    )
  }
  // Planted: the declared product in place of the one that is asked for; the severances of any moment.
  it.effect("RECORDED: the version, its digest, severed provisions and supplements are read back for any moment", () =>
    Effect.gen(function* () {
      const world = worldOf(dialonce20210217)
      yield* world.start
      const policies = yield* Policies
      const purposes = { controller: [], processor: ["accountManagement" as const], publisher: [] }
      yield* world.supplement(1, { purposes: stated(purposes) })
      yield* world.sever(2, "channels")
      yield* world.useProduct(3)
      const seen = (days: number, product?: string) =>
        Effect.map(
          policies.decidedBy(customer, {
            at: world.at(days),
            ...(product === undefined ? {} : { product: product as ProductId }),
          }),
          ({ digest, product: of, severed, supplemented }) => {
            expect(digest).toBe(TextDigest.of(complete(dialonce20210217)))
            return [of, supplemented, severed]
          },
        )
      expect(yield* seen(1)).toEqual([undefined, [], []])
      expect(yield* seen(1, app)).toEqual([app, ["purposes"], []])
      expect(yield* seen(2)).toEqual([undefined, [], ["channels"]])
      expect(yield* seen(3)).toEqual([app, ["purposes"], ["channels"]])
      expect(yield* seen(3, "other")).toEqual(["other", [], ["channels"]])
    }).pipe(Effect.provide(services())),
  )
})

describe("an acceptance", () => {
  for (const { id, text } of holding("POLICY-BIND")) {
    // Planted: any version accepted.
    it.effect(
      `POLICY-BIND under ${id} is asked by Policies.accept: of the version in force, by a person or the Customer`,
      () =>
        Effect.gen(function* () {
          const world = worldOf(text)
          const pseudonym = yield* world.start
          const other = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
          const policies = yield* Policies
          const stranger = "9b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Pseudonym.PseudonymId
          const accept = (by: Pseudonym.PseudonymId | "customer", policyVersion: string, days = 1) =>
            refusalOf(
              policies.accept({
                customer,
                by,
                policyVersion: policyVersion as PolicyVersionId,
                manner: "form",
                at: world.at(days),
              }),
            )
          const accepted = (of: Pseudonym.PseudonymId) =>
            Effect.map(
              Pseudonyms.use((pseudonyms) => pseudonyms.stateOf({ customer, pseudonym: of })),
              ({ acceptances }) => Array.from(acceptances.keys()),
            )
          const declared = Effect.map(
            Customers.use((customers) => customers.declared(customer)),
            ({ acceptances }) => Array.from(acceptances.keys()),
          )
          for (const by of [pseudonym, "customer"] as const) {
            expect(yield* accept(by, "starter/1")).toBe("POLICY-BIND")
            expect(yield* accept(by, id, -1)).toBe("POLICY-BIND")
          }
          expect(yield* accept(stranger, id)).toBe("TACET-STARTED")
          expect([yield* accepted(pseudonym), yield* declared]).toEqual([[], []])
          expect(yield* accept(pseudonym, id)).toBe("Success")
          expect([yield* accepted(pseudonym), yield* accepted(other), yield* declared]).toEqual([[id], [], []])
          expect(yield* accept("customer", id)).toBe("Success")
          expect(yield* declared).toEqual([id])
        }).pipe(Effect.provide(services())),
    )
  }
})

describe("a crash between two calls", () => {
  const text = dialonce20210217
  const killedAt = Effect.fnUntraced(function* (call: number, when: "before" | "after") {
    const { armed, around } = deadly(call, when)
    return yield* Effect.gen(function* () {
      const world = worldOf(text)
      const pseudonym = yield* world.start
      const policies = yield* Policies
      const purposes = { controller: [], processor: ["accountManagement" as const], publisher: [] }
      const all = Effect.gen(function* () {
        yield* policies.publish(operator, {
          policy: complete(text, { id: "operator/2", version: "9" }),
          at: world.at(1),
          ...minor,
        })
        const policyVersion = "operator/2" as PolicyVersionId
        yield* policies.notify(operator, {
          policyVersion,
          channel: "page",
          visible: true,
          choices: [],
          at: world.at(1),
        })
        yield* world.supplement(1, { purposes: { value: purposes, sources: [] } })
        yield* world.sever(1, "channels")
        for (const by of [pseudonym, "customer"] as const) {
          yield* policies.accept({ customer, by, policyVersion: world.policyVersion, manner: "form", at: world.at(1) })
        }
      })
      const stopped = yield* armed(all)
      if (stopped._tag === "Success") return undefined
      yield* all
      yield* TestClock.setTime(world.at(5))
      const { policy } = yield* policies.textAt(operator)
      const { version } = yield* EventStore.use((store) =>
        store.readStream(operator, PolicyArchive.streamOf(operator), { after: 0 }),
      )
      return [version, policy.id, yield* policies.owed(operator), yield* world.record(0), yield* world.record(2)]
    }).pipe(Effect.provide(services(around), { local: true }))
  })
  // Planted: a notice recorded twice as two.
  it.effect.each(["before", "after"] as const)("%s one loses and repeats nothing once it is called again", (when) =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const seen = yield* killedAt(call, when)
        if (seen === undefined) break
        expect([call, seen]).toEqual([call, [5, "operator/2", [], "Success", "TRIGGER"]])
      }
      expect(call).toBeGreaterThan(8)
    }),
  )
})
