import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type * as CookieRegister from "../domain/CookieRegister.ts"
import type { CookieName, PartyName, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Recipient from "../domain/Recipient.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding } from "../policy/laws.testing.ts"
import { cookieFields, cookiePurposes } from "../policy/text/parameters/protection.ts"
import type { RecordUse } from "../policy/checks/Cookie.ts"
import { layer as vaultLayer } from "../privacy/Vault.ts"
import { Cookies, layer } from "./Cookies.ts"
import { Customers, layer as customersLayer } from "./Customers.ts"
import { layer as openingsLayer } from "./Openings.ts"
import { type AtEachCall, disturbed, undisturbed } from "./ports.testing.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import { deadly, refusalOf } from "./scene.testing.ts"
import { layer as transfersLayer, Transfers } from "./Transfers.ts"

const operator = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const day = 86_400_000
const bindsFrom: { readonly [id: string]: number } = {
  "dialonce/2016-06-29": Date.parse("2016-07-01T10:00:00Z"),
  "dialonce/2019-03-05": Date.parse("2019-04-01T10:00:00Z"),
  "dialonce/2021-02-17": Date.parse("2021-04-01T10:00:00Z"),
}

const services = (around: AtEachCall = undisturbed) =>
  Layer.mergeAll(layer, customersLayer, recipientsLayer, transfersLayer).pipe(
    Layer.provideMerge(vaultLayer),
    Layer.provideMerge(openingsLayer),
    Layer.provideMerge(
      Layer.provideMerge(disturbed(around), Layer.merge(VaultMemory.layerOver(VaultMemory.make()), eventStores)),
    ),
  )

const adopt = (version: string, at: number) =>
  Effect.andThen(
    TestClock.setTime(at),
    Customers.use((customers) =>
      customers.declare(operator, [
        {
          _tag: "AdoptPolicyVersion",
          at: DateTime.makeUnsafe(at),
          policyVersion: version as PolicyVersionId,
        },
      ]),
    ),
  )

/** An operator that has adopted a version, in the time of that version. */
const startUnder = (version: string) => adopt(version, bindsFrom[version]!)

type Declare = Extract<CookieRegister.Command, { readonly _tag: "DeclareCookie" }>

const declared = (change: Partial<Omit<Declare, "at">> = {}) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    const cookie = {
      name: "session" as CookieName,
      setBy: "operator" as PartyName,
      purpose: "functional",
      measurement: "none",
      control: ["delete", "block"],
      duration: "session",
    } as const
    return yield* Cookies.use((cookies) =>
      cookies.declare(operator, { _tag: "DeclareCookie", at, ...cookie, ...change }),
    )
  })

const publish = (...purposes: ReadonlyArray<(typeof cookiePurposes)[number]>) =>
  Effect.gen(function* () {
    const at = yield* DateTime.now
    const command = { _tag: "PublishCookieRules", at, document: "cookies 2021/1", purposes } as const
    return yield* Cookies.use((cookies) => cookies.declare(operator, command))
  })

const visits = "visits" as CookieName
const vendorCookie = { name: visits, setBy: "vendor" as PartyName, measurement: "vendor" } as const
const measures = (visitor: string, name = visits) =>
  Cookies.use((cookies) => cookies.mayMeasure(operator, name, visitor))

const record = (date: string) => ({
  date,
  time: "10:00",
  internetAddress: "192.0.2.1",
  deviceProtocol: "HTTP/2",
  page: "/start",
})

const uses = (use: RecordUse, written: { readonly [field: string]: string } = record("2019-04-01")) =>
  refusalOf(Cookies.use((cookies) => cookies.useRecord(operator, { record: written, use })))

const isolated = { local: true } as const
const runs = { numRuns: 20 }

describe("the cookies of an operator", () => {
  for (const { id, policy } of holding("COOKIE-PURPOSE")) {
    // Planted: another purpose given to the rule.
    it.effect.prop(
      `COOKIE-PURPOSE under ${id} is asked by Cookies.declare: a cookie serves a purpose that the version lists`,
      [fc.constantFrom(...cookiePurposes)],
      (purpose) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const isListed = policy.parameters.cookiePurposes.includes(purpose)
          const consequence = "no sign-in" as NonNullable<Declare["consequence"]>
          expect(yield* refusalOf(declared({ purpose, consequence }))).toBe(isListed ? "Success" : "COOKIE-PURPOSE")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("COOKIE-CTRL")) {
    // Planted: every control added to what the caller declares.
    it.effect.prop(
      `COOKIE-CTRL under ${id} is asked by Cookies.declare: a cookie can be deleted and blocked`,
      [fc.subarray<"delete" | "block">(["delete", "block"])],
      (control) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          expect(yield* refusalOf(declared({ control }))).toBe(control.length === 2 ? "Success" : "COOKIE-CTRL")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("COOKIE-DOC")) {
    // Planted: the document of the register not given to the rule.
    it.effect.prop(
      `COOKIE-DOC COOKIE-PURPOSE under ${id} is asked by Cookies.declare: a cookie follows the document with its rules`,
      [fc.boolean(), fc.subarray([...cookiePurposes], { minLength: 1 })],
      (isPublished, purposes) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          if (isPublished) yield* publish(...purposes)
          const listed = purposes.includes("functional") ? "Success" : "COOKIE-PURPOSE"
          expect(yield* refusalOf(declared())).toBe(isPublished ? listed : "COOKIE-DOC")
          const { document } = yield* Cookies.use((cookies) => cookies.list(operator))
          expect(document).toBe(isPublished ? "cookies 2021/1" : undefined)
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  it.effect("COOKIE-DOC: a document is refused where the policy itself states the rules", () =>
    Effect.gen(function* () {
      yield* startUnder("dialonce/2019-03-05")
      expect(yield* refusalOf(publish("functional"))).toBe("COOKIE-DOC")
    }).pipe(Effect.provide(services())),
  )

  for (const { id } of holding("RET-COOKIE6M")) {
    // Planted: the duration not given to the rule.
    it.effect.prop(
      `RET-COOKIE6M under ${id} is asked by Cookies.declare: a cookie of the operator's measurement lasts six months at most`,
      [
        fc.constantFrom<Declare["duration"]>("session", "P1D", "P6M", "P6M1D", "P12M"),
        fc.constantFrom<Declare["measurement"]>("own", "none", "vendor"),
      ],
      (duration, measurement) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const isLonger = measurement === "own" && (duration === "P6M1D" || duration === "P12M")
          expect(yield* refusalOf(declared({ duration, measurement }))).toBe(isLonger ? "RET-COOKIE6M" : "Success")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )

    // Planted: a record judged on its own date.
    it.effect.prop(
      `RET-COOKIE6M under ${id} is asked by Cookies.useRecord: a record serves until six months after its date`,
      [fc.oneof(fc.constantFrom(182, 183, 184), fc.nat(400))],
      (days) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          yield* TestClock.setTime(bindsFrom[id]! + days * day)
          // From 1 April to 1 October 2019 are 183 days.
          expect(yield* uses("measure")).toBe(days < 183 ? "Success" : "RET-COOKIE6M")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("COOKIE-FIELDS")) {
    // Planted: only the missing fields counted.
    it.effect.prop(
      `COOKIE-FIELDS under ${id} is asked by Cookies.useRecord: a record has the listed fields and no other`,
      [fc.oneof(fc.constant([...cookieFields]), fc.subarray([...cookieFields, "screen", "pseudonym"]))],
      (fields) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const whole: { readonly [field: string]: string } = record("2019-04-01")
          const written = Object.fromEntries(fields.map((field) => [field, whole[field] ?? "a value"]))
          const isExact = fields.length === 5 && cookieFields.every((field) => fields.includes(field))
          expect(yield* uses("measure", written)).toBe(isExact ? "Success" : "COOKIE-FIELDS")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("COOKIE-NO3P")) {
    it.effect(
      `COOKIE-NO3P COOKIE-NOJOIN under ${id} is asked by Cookies.useRecord: a record is measured and nothing else`,
      () =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const answers = yield* Effect.forEach(["measure", "transferToThirdParty", "reuse", "join"] as const, (use) =>
            uses(use),
          )
          expect(answers).toEqual(["Success", "COOKIE-NO3P", "COOKIE-NOJOIN", "COOKIE-NOJOIN"])
        }).pipe(Effect.provide(services())),
    )

    // Planted: the categories of a disclosure not looked at; a sub-processor taken for a third party.
    it.effect.prop(
      `COOKIE-NO3P under ${id} is asked by Transfers.request: a record of the measurement goes to no third party`,
      [
        fc.constantFrom<Recipient.RecipientKind>(
          "subProcessor",
          "affiliate",
          "partner",
          "authority",
          "consentedRecipient",
        ),
        fc.constantFrom<"measurementRecord" | "telephoneNumber">("measurementRecord", "telephoneNumber"),
      ],
      (kind, category) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const recipient = (yield* Uuid.next) as Recipient.RecipientId
          const at = yield* DateTime.now
          yield* Recipients.use((recipients) =>
            recipients.declare(operator, recipient, {
              _tag: "RegisterRecipient",
              at,
              kind,
              country: "FR",
              undertakings: [],
            }),
          )
          const transfer = (yield* Uuid.next) as never
          const judged = yield* Transfers.use((transfers) =>
            transfers.request({
              customer: operator,
              transfer,
              recipient,
              ground: "explicitConsent",
              purpose: "customerCare",
              categories: [category],
              data: "otherData",
              manner: "file",
              destination: "FR",
              conditions: [],
              againstPayment: false,
            }),
          )
          const rules = judged._tag === "refused" ? judged.rules : []
          expect(rules.includes("COOKIE-NO3P")).toBe(category === "measurementRecord" && kind !== "subProcessor")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("COOKIE-READ")) {
    // Planted: the reader compared with the name of the cookie; a cookie that was removed still read.
    it.effect.prop(
      `COOKIE-READ under ${id} is asked by Cookies.mayRead: only the party that sets a declared cookie reads it`,
      [fc.constantFrom("operator", "vendor"), fc.constantFrom("operator", "vendor", "session"), fc.boolean()],
      (setBy, party, isRemoved) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          const name = "session" as CookieName
          const reads = Cookies.use((cookies) => cookies.mayRead(operator, name, party))
          expect(yield* reads).toBe(false)
          yield* declared({ setBy: setBy as PartyName })
          yield* TestClock.adjust(day)
          if (isRemoved) yield* Cookies.use((cookies) => cookies.remove(operator, name))
          expect(yield* reads).toBe(setBy === party && !isRemoved)
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("VENDOR-OPTOUT")) {
    // Planted: the choice of one visitor asked for another; a choice that counts for the operator's own measurement.
    it.effect.prop(
      `VENDOR-OPTOUT under ${id} is asked by Cookies.mayMeasure: a vendor measures a visitor until that visitor opts out`,
      [fc.array(fc.tuple(fc.constantFrom("ann", "bea"), fc.boolean()), { maxLength: 6 })],
      (choices) =>
        Effect.gen(function* () {
          yield* startUnder(id)
          yield* declared(vendorCookie)
          yield* declared({ name: "own" as CookieName, measurement: "own" })
          for (const [visitor, isOut] of choices) {
            yield* Cookies.use((cookies) =>
              isOut ? cookies.optOut(operator, visitor) : cookies.optIn(operator, visitor),
            )
          }
          for (const visitor of ["ann", "bea"]) {
            const isOut = choices.findLast(([who]) => who === visitor)?.[1] ?? false
            expect(yield* measures(visitor)).toBe(!isOut)
            expect(yield* measures(visitor, "own" as CookieName)).toBe(true)
          }
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )

    it.effect(
      `VENDOR-OPTOUT under ${id} is asked by Cookies.mayMeasure: no cookie, or one for nothing of it, measures`,
      () =>
        Effect.gen(function* () {
          yield* startUnder(id)
          expect(yield* measures("ann")).toBe(false)
          yield* declared({ name: visits })
          expect(yield* measures("ann")).toBe(false)
        }).pipe(Effect.provide(services())),
    )
  }

  // Planted: the visitor's own identifier as the id of the stream.
  it.effect("NO-IDENTIFY: the log holds nothing of a visitor but a keyed token, and no other use has the same", () =>
    Effect.gen(function* () {
      yield* startUnder("dialonce/2019-03-05")
      const visitor = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a77"
      yield* Cookies.use((cookies) => cookies.optOut(operator, visitor))
      const store = yield* EventStore
      const { events } = yield* store.readLog(operator)
      expect(events.map(({ type }) => type)).toEqual(["PolicyVersionAdopted", "VendorMeasurementStopped"])
      expect(JSON.stringify(events)).not.toContain(visitor)
    }).pipe(Effect.provide(services())),
  )

  // Planted: the cookies judged by the policy that bound when they were declared.
  it.effect("COOKIE-PURPOSE POLICY-BIND: are listed on any date, with what the policy of that date objects to", () =>
    Effect.gen(function* () {
      yield* startUnder("dialonce/2019-03-05")
      yield* declared({ name: visits, purpose: "audienceMeasurement", measurement: "own", duration: "P6M" })
      yield* declared({ name: "other" as CookieName })
      const later = bindsFrom["dialonce/2021-02-17"]!
      yield* adopt("dialonce/2021-02-17", later)
      const listed = (at: number) => Cookies.use((cookies) => cookies.list(operator, at))
      expect((yield* listed(later - 1)).violations).toEqual([])
      expect((yield* listed(later)).violations.map(({ name, rule }) => [name, rule])).toEqual([
        ["visits", "COOKIE-DOC"],
        ["other", "COOKIE-DOC"],
      ])
      yield* publish("functional")
      expect((yield* listed(later)).violations.map(({ name, rule }) => [name, rule])).toEqual([
        ["visits", "COOKIE-PURPOSE"],
      ])
      yield* Cookies.use((cookies) => cookies.remove(operator, visits, { at: later + day }))
      expect((yield* listed(later + day)).cookies.map(({ name }) => name)).toEqual(["other"])
      expect((yield* listed(later + day - 1)).cookies).toHaveLength(2)
    }).pipe(Effect.provide(services())),
  )

  it.effect("POLICY-BIND TACET-ONCE: are refused before a policy is adopted, and twice with other content", () =>
    Effect.gen(function* () {
      expect(yield* refusalOf(declared())).toBe("POLICY-BIND")
      yield* startUnder("dialonce/2019-03-05")
      expect(yield* declared()).toHaveLength(1)
      expect(yield* declared()).toEqual([])
      expect(yield* refusalOf(declared({ duration: "P1D" }))).toBe("TACET-ONCE")
    }).pipe(Effect.provide(services())),
  )

  // Finds: an answer before the choice is appended.
  it.effect("VENDOR-OPTOUT: a choice that a crash stopped at any call of a port is made when it is repeated", () =>
    Effect.forEach(
      [1, 2, 3, 4].flatMap((call) => [
        { call, when: "before" as const },
        { call, when: "after" as const },
      ]),
      ({ call, when }) => {
        const { armed, around } = deadly(call, when)
        return Effect.gen(function* () {
          yield* startUnder("dialonce/2019-03-05")
          yield* declared(vendorCookie)
          const optOut = Cookies.use((cookies) => cookies.optOut(operator, "ann"))
          const exit = yield* armed(optOut)
          if (exit._tag === "Failure") yield* optOut
          expect(yield* measures("ann")).toBe(false)
        }).pipe(Effect.provide(services(around), isolated))
      },
    ),
  )
})
