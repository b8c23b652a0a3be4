import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it, runs } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { Encryption } from "../privacy/Encryption.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import { Customers } from "./Customers.ts"
import { DataSubjectRequests } from "./DataSubjectRequests.ts"
import { atOnce, type AtEachCall, settled } from "./ports.testing.ts"
import { type Declaration, Pseudonyms } from "./Pseudonyms.ts"
import {
  access,
  contract,
  contracted,
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
  periodOf,
  refusalOf,
  start,
  startUnder,
  twelveMonths,
} from "./scene.testing.ts"

/** The content of the vault and of the log, to see whether anything was changed. */
const everything = (memory: VaultMemory.VaultMemory) =>
  Effect.map(
    EventStore.use((store) => store.readLog(customer, { limit: 1000 })),
    ({ events }) => {
      const rows = memory.rows.get(customer)
      const maps = [rows?.values, rows?.keyrings, rows?.locators, rows?.destroyed]
      return [events.length, ...maps.map((map) => map?.size ?? 0)]
    },
  )

describe("an observed person", () => {
  it.effect("R-LOCATE: is found by the identifier, whose value opens for the purpose that was declared", () =>
    Effect.gen(function* () {
      const pseudonym = yield* start
      const sealed = yield* observed(pseudonym, "+33 6 12 34 56 78")
      expect(yield* locate("+33612345678")).toEqual([pseudonym])
      expect(yield* locate("+33612345679")).toEqual([])
      expect(yield* locate("+33612345678", dawn - 40 * day)).toEqual([])
      expect(yield* open(sealed)).toBe("Open +33 6 12 34 56 78")
      expect(yield* open(sealed, "serviceUsageAnalytics")).not.toContain("Open")
      const { identifiers, values } = yield* Pseudonyms.use((service) => service.stateOf({ customer, pseudonym }))
      expect([Array.from(identifiers), Array.from(values)]).toEqual([["telephoneNumber"], [sealed.reference]])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("RET-12M under dialonce/2019-03-05 is asked by Vault.open: it opens until the end of the policy", () =>
    Effect.gen(function* () {
      const pseudonym = yield* startUnder(twelveMonths)
      const sealed = yield* observed(pseudonym, "+33612345678")
      yield* TestClock.setTime(Date.parse("2022-03-02T09:59:59Z"))
      expect(yield* open(sealed)).toContain("Open")
      yield* TestClock.setTime(Date.parse("2022-03-02T10:00:00Z"))
      expect(yield* open(sealed)).toBe("Expired")
      expect(yield* locate("+33612345678", dawn + day)).toEqual([])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  it.effect("RET-CONTRACT-CAP under dialonce/2021-02-17 is asked by Vault.open: it opens until the contract ends", () =>
    Effect.gen(function* () {
      const customers = yield* Customers
      const pseudonym = yield* start
      const sealed = yield* observed(pseudonym, "+33612345678")
      expect(yield* open(sealed)).toContain("Open")
      yield* customers.declare(customer, [{ _tag: "EndContract", at: moment(9), contract }])
      yield* TestClock.setTime(dawn + 9 * day)
      // A request of the person is answered without an instruction of the Customer's; the value has expired for it too.
      const matter = yield* DataSubjectRequests.use((requests) =>
        requests.receive({ customer, kind: "access", channel: "email", requester: nobody }),
      )
      const request = { customer, sealed, ...access, purpose: "rightsFulfilment", matter }
      expect((yield* Vault.use((vault) => vault.open(request)))._tag).toBe("Expired")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})

describe("a refusal", () => {
  it.effect("CATEGORIES R-RESTRICT POLICY-BIND: changes neither log nor vault", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* start
      const whose = { customer, pseudonym }
      const sealed = yield* observed(pseudonym, "+33612345678")
      yield* pseudonyms.declare(whose, { _tag: "RestrictProcessing", at: moment(2) })
      const before = yield* everything(memory)
      expect(yield* refusalOf(observed(pseudonym, "+33612345679"))).toBe("R-RESTRICT")
      expect(yield* refusalOf(observed(nobody, "+33612345679"))).toBe("TACET-STARTED")
      expect(yield* refusalOf(observed(pseudonym, "somebody's"))).toBe("Failure")
      const strange = { reference: nobody, category: "telephoneNumber" } as const
      expect(yield* refusalOf(pseudonyms.rectify(whose, strange, "+33612345679"))).toBe("R-RECT")
      const lift: Declaration = { _tag: "LiftRestriction", at: moment(3), personTold: false }
      expect(yield* refusalOf(pseudonyms.declare(whose, lift))).toBe("R-RESTRICT")
      expect(yield* refusalOf(pseudonyms.issue(customer, { at: dawn - day }))).toBe("POLICY-BIND")
      expect(yield* everything(memory)).toEqual(before)
      expect(yield* open(sealed)).toBe("Restricted")
    }).pipe(Effect.provide(over(memory)))
  })
})

describe("a rectified value", () => {
  it.effect("R-RECT: is read with its correction, and the old value never again", () =>
    Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* start
      const whose = { customer, pseudonym }
      const old = yield* observed(pseudonym, "+33612345678")
      const sealed = yield* pseudonyms.rectify(whose, old, "+33612345679")
      expect(yield* Effect.forEach([old, sealed], (one) => open(one))).toEqual(["Erased", "Open +33612345679"])
      expect(yield* refusalOf(pseudonyms.rectify(whose, old, "+33612345670"))).toBe("ACCURATE")
      expect(yield* open(sealed)).toBe("Open +33612345679")
      expect(Array.from((yield* pseudonyms.stateOf(whose)).values)).toEqual([sealed.reference])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  /** Lets the rectification die at one call, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after") => {
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* start
      const whose = { customer, pseudonym }
      const old = yield* observed(pseudonym, "+33612345678")
      const first = yield* armed(pseudonyms.rectify(whose, old, "+33612345679"))
      if (first._tag === "Success") return undefined
      yield* Effect.result(pseudonyms.rectify(whose, old, "+33612345679"))
      const { values } = yield* pseudonyms.stateOf(whose)
      const now = Array.from(values, (reference) => ({ reference, category: "telephoneNumber" }) as const)
      return { old: yield* open(old), now: yield* Effect.forEach(now, (one) => open(one)) }
    }).pipe(Effect.provide(over(VaultMemory.make(), around), { local: true }))
  }

  // Planted and found: the old value destroyed only where the rectification was not refused.
  it.effect.each(["before", "after"] as const)("R-RECT: is right after a crash %s any call, and a repetition", (when) =>
    Effect.gen(function* () {
      let call = 1
      for (; ; call++) {
        const seen = yield* killedAt(call, when)
        if (seen === undefined) break
        expect([call, seen]).toEqual([call, { old: "Erased", now: ["Open +33612345679"] }])
      }
      expect(call).toBeGreaterThan(10)
    }),
  )
})

describe("restriction and objection", () => {
  it.effect("R-RESTRICT R-OBJECT: stop reading at once, and let it go on when they end", () =>
    Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* start
      const whose = { customer, pseudonym }
      const sealed = yield* observed(pseudonym, "+33612345678")
      const after = function* (declaration: Declaration) {
        yield* pseudonyms.declare(whose, declaration)
        return yield* open(sealed)
      }
      expect(yield* after({ _tag: "RestrictProcessing", at: moment(2) })).toBe("Restricted")
      expect(yield* after({ _tag: "LiftRestriction", at: moment(3), personTold: true })).toContain("Open")
      expect(yield* after({ _tag: "RaiseObjection", at: moment(4), purpose: "customerCare" })).toBe("Restricted")
      const rejected: Declaration = {
        _tag: "ResolveObjection",
        at: moment(5),
        purpose: "customerCare",
        upheld: false,
        grounds: "decision 5/2021",
      }
      expect(yield* after(rejected)).toContain("Open")
      expect(yield* after({ _tag: "RaiseObjection", at: moment(6), purpose: "customerCare" })).toBe("Restricted")
      const upheld: Declaration = { _tag: "ResolveObjection", at: moment(7), purpose: "customerCare", upheld: true }
      expect(yield* after(upheld)).toBe("Restricted")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted and found: the fence not put up again after the event; the log not looked at again after the fence moved.
  it("R-RESTRICT: after concurrent restrictions and liftings, in any order of calls, vault and log agree", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler({ act: settled }), fc.boolean(), async (scheduler, isTwice) => {
        const memory = VaultMemory.make()
        let isFree = true
        const inTurn: AtEachCall = (port, call) =>
          Effect.flatMap(
            Effect.promise(() => (isFree ? Promise.resolve() : scheduler.schedule(Promise.resolve(), port))),
            () => call,
          )
        const program = Effect.gen(function* () {
          const pseudonyms = yield* Pseudonyms
          yield* contracted()
          const pseudonym = yield* pseudonyms.issue(customer)
          const whose = { customer, pseudonym }
          yield* observed(pseudonym, "+33612345678")
          isFree = false
          const restrict = pseudonyms.declare(whose, { _tag: "RestrictProcessing", at: moment(2) })
          const lift = pseudonyms.declare(whose, { _tag: "LiftRestriction", at: moment(3), personTold: true })
          const all = isTwice ? [restrict, lift, Effect.andThen(lift, restrict)] : [restrict, lift]
          yield* Effect.all(all, { concurrency: "unbounded" })
          isFree = true
          const { phase } = yield* pseudonyms.stateOf(whose)
          const keyring = memory.rows.get(customer)?.keyrings.get(pseudonym as Uuid.Uuid as SubjectId)
          return [phase === "restricted", keyring?.restricted]
        })
        const still: Clock.Clock = Object.assign(Object.create(await Effect.runPromise(Clock.Clock)) as Clock.Clock, {
          currentTimeMillis: Effect.succeed(dawn + day),
          currentTimeMillisUnsafe: () => dawn + day,
        })
        const run = Effect.runPromise(
          program.pipe(
            Effect.provideService(Encryption, atOnce),
            Effect.provideService(Clock.Clock, still),
            Effect.provide(over(memory, inTurn), { local: true }),
          ),
        )
        await scheduler.waitFor(run)
        const [inLog, inVault] = await run
        expect(inVault).toBe(inLog)
      }),
      { numRuns: runs(200) },
    )
  }, 60_000)
})

describe("an interaction", () => {
  it.effect("is linked to a pseudonym in the vault alone", () =>
    Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* startUnder(twelveMonths)
      const interaction = yield* Uuid.next
      yield* pseudonyms.link({ customer, pseudonym }, interaction)
      const vault = yield* Vault
      expect(yield* vault.subjectOf(customer, interaction)).toEqual(Option.some(pseudonym))
      const { events } = yield* EventStore.use((store) => store.readLog(customer, { limit: 100 }))
      expect(events.some(({ data, stream }) => stream.id === interaction || data.includes(interaction))).toBe(false)
      yield* TestClock.setTime(Date.parse("2022-03-02T10:00:00Z"))
      expect(yield* vault.subjectOf(customer, interaction)).toEqual(Option.none())
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )
})

describe("a datum without an end", () => {
  // Planted and found: the gate without `requireEnd`; a link without it.
  it.effect.each(["dialonce/2021-02-17", "dialonce/2019-03-05"])(
    "RET-CONTRACT: is refused under %s, sealed or linked, and neither log nor vault changes, until it has a period",
    (version) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const pseudonym = yield* startUnder(version)
        const interaction = yield* Uuid.next
        const kept = () =>
          Pseudonyms.use((service) =>
            service.keep({ customer, pseudonym, category: "freeText", value: "text", purposes: ["customerCare"] }),
          )
        const linked = () => Pseudonyms.use((service) => service.link({ customer, pseudonym }, interaction))
        const before = yield* everything(memory)
        expect(yield* refusalOf(observed(pseudonym, "+33612345678"))).toBe("RET-CONTRACT")
        expect(yield* refusalOf(kept())).toBe("RET-CONTRACT")
        expect(yield* refusalOf(linked())).toBe("RET-CONTRACT")
        expect(yield* everything(memory)).toEqual(before)
        yield* Effect.forEach(["telephoneNumber", "freeText", "interfaceUsage"] as const, (category) =>
          periodOf(category, "P1M", version),
        )
        yield* observed(pseudonym, "+33612345678")
        const sealed = yield* kept()
        yield* linked()
        expect(yield* open(sealed)).toBe("Open text")
        const ends = Array.from(memory.rows.get(customer)?.values.values() ?? [], ({ retentionEnd }) => retentionEnd)
        // A month later by the calendar of Paris, where summer time has begun.
        const end = Date.parse("2021-04-02T09:00:00Z")
        expect(ends).toEqual([end, end])
      }).pipe(Effect.provide(over(memory, undefined, true), { local: true }))
    },
  )
})
