/**
 * The operator's own accounts: registered once, with a legal basis for each purpose, in a compartment of their own; they end with
 * the account or the relationship, and every right is served by the operator.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as Calendar from "../calendar/Calendar.ts"
import type { EntryPointId, ListedNumberId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version, versions } from "../policy/laws.testing.ts"
import type { Purpose } from "../policy/checks/Purpose.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Vault } from "../privacy/Vault.ts"
import { Accounts, type Detail, layer, type ToRegister } from "./Accounts.ts"
import { Customers } from "./Customers.ts"
import { DataSubjectRequests } from "./DataSubjectRequests.ts"
import { type AtEachCall, undisturbed } from "./ports.testing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as retentionLayer, Retention } from "./Retention.ts"
import { access, customer as operator, day, deadly, over, refusalOf } from "./scene.testing.ts"
import { contractUnder } from "./versions.testing.ts"

const services = (around: AtEachCall = undisturbed, memory = VaultMemory.make()) =>
  Layer.mergeAll(layer, retentionLayer).pipe(Layer.provideMerge(over(memory, around, true)))

/** Asks in a world of its own. */
const inWorld = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>) =>
  Effect.suspend(() => Effect.provide(effect, services(), { local: true }))

const timeOf = ({ policy }: Version): number => DateTime.toEpochMillis(policy.at)

/** The operator's own compartment under a version, in its time. */
const own = Effect.fnUntraced(function* (version: Version) {
  yield* TestClock.setTime(timeOf(version))
  yield* Customers.use((customers) =>
    customers.declare(operator, [
      { _tag: "AdoptPolicyVersion", at: version.policy.at, policyVersion: version.id as PolicyVersionId },
      { _tag: "DeclareOwnAccounts", at: version.policy.at },
    ]),
  )
})

const person = Uuid.derived("a person") as string as Pseudonym.PseudonymId

/** A purpose that the version lists for accounts, with a basis. */
const purposeOf = ({ policy }: Version): Purpose =>
  (["accountManagement", "serviceCommunication", "customerCare"] as const).find((purpose) =>
    policy.parameters.purposes.controller.includes(purpose),
  )!

const account: Detail = { category: "accountIdentifier", value: "ada.7" }

const toRegister = (version: Version, changes: Partial<ToRegister> = {}): ToRegister => ({
  operator,
  person,
  relation: "dashboardUser",
  bases: [{ purpose: purposeOf(version), basis: "contract" }],
  accepted: "form",
  details: [account],
  ...changes,
})

const registered = (version: Version, changes: Partial<ToRegister> = {}) =>
  Accounts.use((accounts) => accounts.register(toRegister(version, changes)))

const open = (sealed: Sealed<string>, purpose: Purpose) =>
  Effect.map(
    Vault.use((vault) => vault.open({ customer: operator, sealed, ...access, purpose })),
    (answer) => (answer._tag === "Open" ? answer.value : answer._tag),
  )

/** All that the log holds. */
const log = EventStore.use((store) => Effect.map(store.readLog(operator, { limit: 1000 }), ({ events }) => events))

const version = versions.find(({ id }) => id === "dialonce/2021-02-17")!
const dialogra = versions.find(({ id }) => id === "dialogra")!

describe("a registration", () => {
  // Planted and found: the role of a processor asked in the operator's own compartment; a detail refused behind the record.
  for (const of of holding("CTRL-MIN")) {
    it.effect(
      `CTRL-MIN under ${of.id} is asked by Accounts.register: only what the policy lists for a controller, or nothing`,
      () =>
        inWorld(
          Effect.gen(function* () {
            yield* own(of)
            const strange: Detail = { category: "freeText", value: "a text" }
            const before = (yield* log).length
            expect(yield* refusalOf(registered(of, { details: [account, strange] }))).toBe("CATEGORIES")
            expect((yield* log).length).toBe(before)
            expect(yield* refusalOf(registered(of))).toBe("Success")
          }),
        ),
    )
  }

  // Planted and found: what stays on the device kept like anything else.
  for (const of of holding("PERSONAL-ACT")) {
    it.effect(
      `PERSONAL-ACT under ${of.id} is asked by Accounts.register: what stays on the person's own device is not collected`,
      () =>
        inWorld(
          Effect.gen(function* () {
            yield* own(of)
            const bases = [{ purpose: "customerCare", basis: "contract" }] as const
            const kept = (onOwnDevice: boolean, name: string) =>
              refusalOf(
                registered(of, {
                  person: Uuid.derived(name) as string as Pseudonym.PseudonymId,
                  bases,
                  details: [{ category: "connectionLog", value: "a call", onOwnDevice }],
                }),
              )
            expect([yield* kept(true, "one"), yield* kept(false, "other")]).toEqual(["PERSONAL-ACT", "Success"])
          }),
        ),
    )
  }

  const cases: ReadonlyArray<readonly [PolicyRuleKey, Partial<ToRegister>]> = [
    ["BASIS", { bases: [] }],
    ["PURPOSES", { bases: [{ purpose: "marketMeasurement", basis: "consent" }] }],
    ["NO-RETARGET", { bases: [{ purpose: "retargeting", basis: "consent" }] }],
  ]
  for (const [key, changes] of cases) {
    it.effect(`${key}: refuses a purpose without a basis, and one that the policy does not list`, () =>
      inWorld(
        Effect.gen(function* () {
          yield* own(version)
          const before = (yield* log).length
          expect(yield* refusalOf(registered(version, changes))).toBe(key)
          expect((yield* log).length).toBe(before)
        }),
      ),
    )
  }

  it.effect(
    "PURPOSE-FIRST: keeps what a person gives behind their acceptance of the policy, and what others give without it",
    () =>
      inWorld(
        Effect.gen(function* () {
          yield* own(version)
          const { accepted: _, ...silent } = toRegister(version)
          const register = (details: ReadonlyArray<Detail>) =>
            refusalOf(Accounts.use((accounts) => accounts.register({ ...silent, details })))
          const before = (yield* log).length
          expect(yield* register([account])).toBe("PURPOSE-FIRST")
          expect((yield* log).length).toBe(before)
          expect(yield* register([{ ...account, source: "thirdParty" }])).toBe("Success")
        }),
      ),
  )

  // Planted and found: a person registered beside the interactions of a Customer.
  for (const of of holding("ROLE")) {
    it.effect(
      `ROLE under ${of.id} is asked by Customers.declare and Accounts.register: a compartment is a Customer's or the operator's own`,
      () =>
        Effect.gen(function* () {
          const declare = (command: Parameters<Customers["Service"]["declare"]>[1][number]) =>
            refusalOf(Customers.use((customers) => customers.declare(operator, [command])))
          const { at } = of.policy
          const ofCustomer = [
            contractUnder(of, at),
            { _tag: "ListNumber", at, number: person as string as ListedNumberId },
            { _tag: "ListEntryPoint", at, entryPoint: person as string as EntryPointId },
          ] as const
          for (const command of ofCustomer) {
            yield* inWorld(
              Effect.gen(function* () {
                yield* own(of)
                expect(yield* declare(command)).toBe("ROLE")
              }),
            )
            yield* inWorld(
              Effect.gen(function* () {
                yield* TestClock.setTime(timeOf(of))
                expect(
                  yield* declare({ _tag: "AdoptPolicyVersion", at, policyVersion: of.id as PolicyVersionId }),
                ).toBe("Success")
                expect(yield* declare(command)).toBe("Success")
                expect(yield* declare({ _tag: "DeclareOwnAccounts", at })).toBe("ROLE")
                expect(yield* refusalOf(registered(of))).toBe("ROLE")
              }),
            )
          }
        }),
    )
  }

  // Planted and found: a detail sealed under a reference of its own at each call.
  it.effect.each(["before", "after"] as const)("killed %s any call and repeated, is recorded and kept once", (when) =>
    Effect.gen(function* () {
      const details: ReadonlyArray<Detail> = [
        account,
        { category: "emailAddress", value: "Ada <Ada@example.com>" },
        { category: "name", value: "Ada" },
      ]
      let call = 1
      for (; ; call++) {
        const memory = VaultMemory.make()
        const { armed, around } = deadly(call, when)
        const died = yield* Effect.gen(function* () {
          yield* own(version)
          const exit = yield* armed(registered(version, { details }))
          yield* TestClock.setTime(timeOf(version) + day)
          const sealed = yield* registered(version, { details })
          expect(yield* registered(version, { details })).toEqual(sealed)
          expect(yield* Effect.forEach(sealed, (one) => open(one, "accountManagement"))).toEqual([
            "ada.7",
            "Ada <Ada@example.com>",
            "Ada",
          ])
          const types = (yield* log).map(({ type }) => type).filter((type) => !type.includes("Policy"))
          expect([call, types]).toEqual([
            call,
            ["OwnAccountsDeclared", "PseudonymIssued", "PersonRegistered", "IdentifierObserved", "IdentifierObserved"],
          ])
          return exit._tag === "Failure"
        }).pipe((effect) => Effect.provide(effect, services(around, memory), { local: true }))
        const rows = memory.rows.get(operator)
        expect([call, rows?.values.size, rows?.locators.size]).toEqual([call, 3, 2])
        if (!died) break
      }
      expect(call).toBeGreaterThan(10)
    }),
  )
})

/** Ends an account in a way, a day after the time of the version. */
const endedBy = (verb: "close" | "endRelationship" | "fulfil", at: number) =>
  Accounts.use((accounts) => accounts[verb]({ operator, person }, at))

describe("the data of an account", () => {
  // Planted and found: the ends of interactions counted for accounts; a person who may be registered again after the end.
  const ends: ReadonlyArray<readonly [PolicyRuleKey, "close" | "endRelationship" | "fulfil", verb: string]> = [
    ["RET-ACCOUNT", "endRelationship", "Accounts.endRelationship"],
    ["RET-UNTIL-ACCOUNT", "close", "Accounts.close"],
    ["RET-NEC", "fulfil", "Accounts.fulfil"],
  ]
  for (const [key, verb, name] of ends) {
    for (const of of holding(key).filter(({ policy }) => policy.parameters.ownUse !== "none")) {
      it.effect(
        `${key} under ${of.id} is asked by ${name} and Accounts.register: it opens until then, and none is kept after`,
        () =>
          inWorld(
            Effect.gen(function* () {
              yield* own(of)
              const now = timeOf(of)
              const [sealed] = yield* registered(of)
              const retention = yield* Retention
              // No period and no contract ends it before.
              yield* TestClock.setTime(now + 3000 * day)
              expect(yield* open(sealed!, purposeOf(of))).toBe("ada.7")
              expect(yield* retention.sweep(operator)).toMatchObject({ rows: 0, endless: [] })
              yield* endedBy(verb, now + 3000 * day)
              expect(yield* open(sealed!, purposeOf(of))).toBe("Expired")
              yield* TestClock.setTime(now + 3001 * day)
              const more: Detail = { category: "accountIdentifier", value: "ada.8", source: "observed" }
              const keep = Pseudonyms.use((pseudonyms) =>
                pseudonyms.keep({ customer: operator, pseudonym: person, ...more, purposes: [purposeOf(of)] }),
              )
              expect(yield* refusalOf(keep)).toBe(key)
              const bases = [{ purpose: "serviceUsageAnalytics", basis: "legitimateInterests" }] as const
              expect(yield* refusalOf(registered(of, { bases, details: [] }))).toBe(key)
              const events = (yield* log).length
              yield* endedBy(verb, now + 3001 * day)
              expect((yield* log).length).toBe(events)
              // The value and its locator.
              expect(yield* retention.sweep(operator)).toMatchObject({ rows: 2 })
            }),
          ),
      )
    }
  }

  it.effect("RET-USER-5Y: the use of a service is kept five years behind the account at the latest", () =>
    inWorld(
      Effect.gen(function* () {
        yield* own(dialogra)
        const now = timeOf(dialogra)
        const use: Detail = { category: "interfaceUsage", value: "opened a report", source: "observed" }
        const [sealed, identifier] = yield* registered(dialogra, { details: [use, account] })
        yield* TestClock.setTime(now + day)
        yield* endedBy("close", now + day)
        const last = DateTime.toEpochMillis(
          Calendar.addTo(DateTime.makeUnsafe(now + day), "P5Y", dialogra.policy.timeZone),
        )
        expect(yield* open(identifier!, "accountManagement")).toBe("Expired")
        yield* TestClock.setTime(last - 1)
        expect(yield* open(sealed!, "accountManagement")).toBe("opened a report")
        yield* TestClock.setTime(last)
        expect(yield* open(sealed!, "accountManagement")).toBe("Expired")
      }),
    ),
  )

  // Planted: an identifier for which the device is not asked; the second detail kept under the reference of the first.
  it.effect(
    "PERSONAL-ACT TACET-ONCE: no detail is kept of a device's own, and none beside another of its category",
    () =>
      inWorld(
        Effect.gen(function* () {
          yield* own(version)
          const [before, details] = [
            (yield* log).length,
            [account, { category: "emailAddress", value: "b@example.org" }] as const,
          ]
          const onOwnDevice = { ...details[1], onOwnDevice: true }
          expect(yield* refusalOf(registered(version, { details: [account, onOwnDevice] }))).toBe("PERSONAL-ACT")
          expect(yield* refusalOf(registered(version, { details: [details[1], details[1]] }))).toBe("TACET-ONCE")
          expect((yield* log).length).toBe(before)
          expect(yield* refusalOf(registered(version, { details }))).toBe("Success")
        }),
      ),
  )

  it.effect("are listed with their last use by days, and those that were not used lately", () =>
    inWorld(
      Effect.gen(function* () {
        yield* own(version)
        const now = timeOf(version)
        const accounts = yield* Accounts
        const other = Uuid.derived("another person") as string as Pseudonym.PseudonymId
        yield* registered(version)
        yield* registered(version, { person: other, relation: "prospect", details: [] })
        expect(yield* refusalOf(accounts.noteActivity({ operator, person: Uuid.derived("x") as never }))).toBe(
          "TACET-STARTED",
        )
        const events = (yield* log).length
        expect(yield* refusalOf(accounts.noteActivity({ operator, person }, now + day))).toBe("TACET-TIME")
        expect(yield* refusalOf(accounts.close({ operator, person }, now + day))).toBe("TACET-TIME")
        yield* TestClock.setTime(now + 5 * day)
        for (const at of [now + day, now + day + 1, now + 5 * day]) {
          yield* accounts.noteActivity({ operator, person }, at)
        }
        expect((yield* log).length).toBe(events + 2)
        const all = yield* accounts.list(operator)
        expect(all.map((one) => [one.person, one.relation, one.activeAt])).toEqual([
          [person, "dashboardUser", now + 5 * day],
          [other, "prospect", undefined],
        ])
        const inactive = (inactiveSince: number) =>
          Effect.map(accounts.list(operator, { inactiveSince }), (some) => some.map((one) => one.person))
        expect([yield* inactive(now), yield* inactive(now + day), yield* inactive(now + 6 * day)]).toEqual([
          [],
          [other],
          [person, other],
        ])
        yield* accounts.fulfil({ operator, person: other })
        expect(yield* inactive(now + 6 * day)).toEqual([person])
        yield* TestClock.setTime(now + 6 * day)
        expect(yield* refusalOf(accounts.close({ operator, person: Uuid.derived("x") as never }))).toBe("TACET-STARTED")
      }),
    ),
  )
})

/** Receives, locates by a detail, verifies: a request of the person that is ready to be answered. */
const requested = Effect.fnUntraced(function* (kind: "access" | "erasure", detail: Detail, now: number) {
  const requests = yield* DataSubjectRequests
  const request = yield* requests.receive({ customer: operator, kind, channel: "email", requester: access.actor.id })
  const which = { customer: operator, request }
  const identifier = { kind: detail.category as "emailAddress" | "accountIdentifier", text: detail.value }
  const details = [{ identifier, from: now, to: now + 10 * day }]
  const found = yield* requests.locate(which, details, access.actor)
  yield* requests.choose(which, { details, take: found.map((one) => one.pseudonym), leaveOut: [] }, access.actor)
  const at = DateTime.makeUnsafe(now + day)
  yield* requests.declare(which, { _tag: "VerifyIdentity", at, by: "operator", method: "locatorMatch" })
  return { which, found: found.map((one) => one.pseudonym), handler: (yield* requests.stateOf(which)).handler }
})

describe("a registered person", () => {
  it.effect(
    "R-LOCATE R-ACCESS R-ERASE: is located by address or account, and served by the operator in every right",
    () =>
      inWorld(
        Effect.gen(function* () {
          yield* own(version)
          const now = timeOf(version)
          const email: Detail = { category: "emailAddress", value: "Ada@Example.com" }
          yield* registered(version, { details: [email, account, { category: "name", value: "Ada" }] })
          yield* TestClock.setTime(now + day)
          const written: Detail = { category: "emailAddress", value: "Ada Lovelace <ada@example.com>" }
          const asked = yield* requested("access", written, now)
          expect(asked).toMatchObject({ found: [person], handler: "operator" })
          const requests = yield* DataSubjectRequests
          const copy = yield* requests.read(asked.which, access.actor)
          expect(
            copy.values.map(({ category, endsBy, value }) => `${category} ${value} ${endsBy.join()}`).toSorted(),
          ).toEqual([
            "accountIdentifier ada.7 relationshipEnd,accountDeletion",
            "emailAddress Ada@Example.com relationshipEnd",
            "name Ada relationshipEnd",
          ])
          expect(copy.records.map(({ event }) => event)).toContain("PersonRegistered")
          const erasure = yield* requested("erasure", account, now)
          expect(erasure.found).toEqual([person])
          const states = ["complaintToAuthority", "courtRemedy"] as const
          yield* requests.fulfil({
            ...erasure.which,
            by: "operator",
            actor: access.actor,
            states,
            signInRemoved: true,
          })
          expect(yield* Accounts.use((accounts) => accounts.list(operator))).toEqual([])
        }),
      ),
  )
})
