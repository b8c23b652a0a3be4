/**
 * Ends by events of a person: purposes fulfilled, an account deleted, a relationship ended. They end what was collected until
 * then, also what was sealed before, and nothing of another person or of a later time.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { Period } from "../calendar/Period.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { holding, type Version, versions } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import { dialonce20210217 } from "../policy/versions/index.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Vault } from "../privacy/Vault.ts"
import { Customers, KnownPolicies } from "./Customers.ts"
import { type AtEachCall, undisturbed } from "./ports.testing.ts"
import { type Declaration, Pseudonyms } from "./Pseudonyms.ts"
import { layer as retentionLayer, Retention } from "./Retention.ts"
import { access, customer, day, deadly, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder } from "./versions.testing.ts"

const services = (around: AtEachCall = undisturbed, memory = VaultMemory.make()) =>
  Layer.provideMerge(retentionLayer, over(memory, around, true))

/** Asks in a world of its own. */
const inWorld = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>) =>
  Effect.suspend(() => Effect.provide(effect, services(), { local: true }))

const timeOf = ({ policy }: Version): number => DateTime.toEpochMillis(policy.at)

const named = (id: string): Version => versions.find((version) => version.id === id)!

/** A Customer under the version in its time, and persons. */
const persons = Effect.fnUntraced(function* (version: Version, category: PersonalDataCategory, period?: Period) {
  const now = timeOf(version)
  yield* TestClock.setTime(now)
  yield* contractedUnder(version, now)
  const categories = Array.from(new Set([category, "interfaceUsage" as const]))
  if (period !== undefined) {
    yield* Retention.use((retention) => retention.setPeriod(customer, { period, categories, at: now - 1 }))
  }
  const pseudonyms = yield* Pseudonyms
  const { purpose } = allowedUse(version, [category])
  return {
    one: yield* pseudonyms.issue(customer),
    other: yield* pseudonyms.issue(customer),
    keep: (pseudonym: Pseudonym.PseudonymId, collectedAt: number) =>
      pseudonyms.keep({
        customer,
        pseudonym,
        category,
        value: "a value",
        purposes: [purpose],
        source: "observed",
        collectedAt,
      }),
    declare: (pseudonym: Pseudonym.PseudonymId, _tag: Ending, at: number) =>
      pseudonyms.declare({ customer, pseudonym }, { _tag, at: DateTime.makeUnsafe(at) }),
    open: (sealed: Sealed<string>) =>
      Effect.map(
        Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose })),
        ({ _tag }) => _tag,
      ),
    scheduled: (collectedAt: number, pseudonym?: Pseudonym.PseudonymId) =>
      Effect.map(
        Retention.use((retention) => retention.schedule(customer, collectedAt, pseudonym)),
        (all) => all.find((one) => one.category === category),
      ),
  }
})

type Ending = Extract<Declaration["_tag"], "FulfilPurposes" | "CloseAccount" | "EndRelationship">

/** Which event ends a category under the version, how long after, and by which rule. */
const endings: ReadonlyArray<readonly [PolicyRuleKey, PersonalDataCategory | undefined, Ending, within?: Period]> = [
  ["RET-NEC", undefined, "FulfilPurposes"],
  ["RET-UNTIL-ACCOUNT", "accountIdentifier", "CloseAccount"],
  ["RET-USER-5Y", "interfaceUsage", "CloseAccount", "P5Y"],
]

// Planted and found: the events of a person left out where a value is opened, where one is kept, and where the schedule is
// read; an event that ends what is collected behind it.
describe("an end by an event of the person", () => {
  for (const [key, of, ending, within] of endings) {
    for (const version of holding(key)) {
      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep and Pseudonyms.declare: what was collected until then ends with it`,
        () =>
          inWorld(
            Effect.gen(function* () {
              const category = of ?? allowedUse(version, ["ipAddress"]).category
              const { declare, keep, one, open, other, scheduled } = yield* persons(version, category, "P10Y").pipe(
                Effect.catchIf(
                  ({ _tag }) => _tag === "Refusal",
                  () => persons(version, category, "P11M"),
                ),
              )
              const now = timeOf(version)
              const values = [yield* keep(one, now), yield* keep(other, now)] as const
              yield* TestClock.setTime(now + 2 * day)
              yield* declare(one, ending, now + day)
              const ended = DateTime.toEpochMillis(
                within === undefined
                  ? DateTime.makeUnsafe(now + day)
                  : Calendar.addTo(DateTime.makeUnsafe(now + day), within, version.policy.timeZone),
              )
              expect(yield* scheduled(now, one)).toMatchObject({ end: ended, rule: key })
              expect((yield* scheduled(now, other))?.end).not.toBe(ended)
              expect((yield* scheduled(now))?.end).not.toBe(ended)
              yield* TestClock.setTime(ended - 1)
              if (within !== undefined) {
                expect(yield* refusalOf(keep(one, now))).toBe("Success")
                expect(yield* open(values[0])).toBe("Open")
              }
              yield* TestClock.setTime(Math.max(ended, now + 2 * day))
              expect(yield* refusalOf(keep(one, now))).toBe(key)
              expect(yield* refusalOf(keep(other, now))).toBe("Success")
              expect([yield* open(values[0]), yield* open(values[1])]).toEqual(["Expired", "Open"])
              // The person comes back: a new purpose, a new account.
              expect(yield* open(yield* keep(one, now + day + 1))).toBe("Open")
            }),
          ),
      )
    }
  }
})

const version = named("dialonce/2021-02-17")
const now = timeOf(version)

/** How many rows a sweep would remove, and then does remove. */
const swept = Effect.gen(function* () {
  const retention = yield* Retention
  const { held, rows } = yield* retention.explain(customer)
  const foreseen = rows.reduce((sum, one) => sum + one.rows, 0)
  const { rows: removed } = yield* retention.sweep(customer)
  expect(removed).toBe(foreseen)
  return { removed, held: held.map((one) => [one.category, one.rows]) }
})

/** Observes a number of a person, and links an interaction. */
const observed = Effect.fnUntraced(function* (pseudonym: Pseudonym.PseudonymId, text: string) {
  const pseudonyms = yield* Pseudonyms
  const identifier = { kind: "telephoneNumber", text } as const
  yield* pseudonyms.observe({ customer, pseudonym, identifier, purposes: ["customerCare"], validFrom: now })
  yield* pseudonyms.link({ customer, pseudonym }, yield* Uuid.next)
})

describe("the rows of a person", () => {
  // Planted and found: rows of another person removed; rows that were collected later removed; a row counted twice that has
  // ended by its period too.
  it.effect("RET-NEC SWEEP: go with the next sweep, values, links and locators, and those of others stay", () =>
    inWorld(
      Effect.gen(function* () {
        const { declare, keep, one, other } = yield* persons(version, "telephoneNumber", "P11M")
        yield* observed(one, "+33612345678")
        yield* observed(other, "+33612345678")
        yield* TestClock.setTime(now + 2 * day)
        yield* declare(one, "FulfilPurposes", now + day)
        yield* keep(one, now + 2 * day)
        expect(yield* swept).toEqual({ removed: 3, held: [] })
        expect(yield* swept).toEqual({ removed: 0, held: [] })
        const left = (pseudonym: Pseudonym.PseudonymId) =>
          Vault.use((vault) =>
            Effect.all([
              Effect.map(vault.valuesOf(customer, pseudonym as never, { limit: 9 }), (all) => all.length),
              Effect.map(vault.interactionsOf(customer, pseudonym as never), (all) => all.length),
            ]),
          )
        expect([yield* left(one), yield* left(other)]).toEqual([
          [1, 0],
          [1, 1],
        ])
        yield* TestClock.setTime(now + 400 * day)
        expect(yield* swept).toEqual({ removed: 4, held: [] })
      }),
    ),
  )

  // Planted and found: a hold that keeps what had ended by an event before it was placed.
  it.effect("RET-NEC: a hold keeps what had not ended when it was placed", () =>
    inWorld(
      Effect.gen(function* () {
        const { declare, keep, one, open, other } = yield* persons(version, "telephoneNumber", "P11M")
        const values = [yield* keep(one, now), yield* keep(other, now)] as const
        yield* TestClock.setTime(now + 5 * day)
        yield* declare(one, "FulfilPurposes", now + day)
        const hold = yield* Uuid.next
        const retention = yield* Retention
        yield* retention.hold(customer, {
          hold,
          matter: "litigation",
          reference: "FR Code civil 2224",
          categories: ["telephoneNumber"],
          at: now + 2 * day,
        })
        yield* declare(other, "FulfilPurposes", now + 3 * day)
        expect([yield* open(values[0]), yield* open(values[1])]).toEqual(["Expired", "Restricted"])
        expect(yield* swept).toEqual({ removed: 1, held: [["telephoneNumber", 1]] })
        yield* retention.release(customer, hold)
        expect(yield* open(values[1])).toBe("Expired")
        expect(yield* swept).toEqual({ removed: 1, held: [] })
      }),
    ),
  )

  // Planted and found: a policy that was adopted after the hold ends what the hold keeps.
  it.effect("RET-NEC: a stricter policy that is adopted after a hold ends nothing that the hold keeps", () => {
    const { retentionCap } = dialonce20210217.parameters
    const value = [{ after: "collection", within: "P2D" }] as const
    const strict: PrivacyPolicy = {
      ...dialonce20210217,
      id: "strict/1",
      parameters: { ...dialonce20210217.parameters, retentionCap: { ...retentionCap!, value } },
    }
    const known = { ...PolicyBook.published, versions: [...PolicyBook.published.versions, strict] }
    const policies = Layer.succeed(KnownPolicies, () => known)
    return Effect.gen(function* () {
      const { keep, one, open } = yield* persons(version, "telephoneNumber", "P1M")
      const first = yield* keep(one, now)
      yield* TestClock.setTime(now + 4 * day)
      const retention = yield* Retention
      const hold = yield* Uuid.next
      const about = { matter: "litigation", reference: "FR Code civil 2224", categories: ["telephoneNumber"] } as const
      yield* retention.hold(customer, { hold, ...about })
      const adopt = { _tag: "AdoptPolicyVersion", policyVersion: strict.id as PolicyVersionId } as const
      yield* TestClock.setTime(now + 5 * day)
      yield* Customers.use((customers) =>
        customers.declare(customer, [{ ...adopt, at: DateTime.makeUnsafe(now + 5 * day) }]),
      )
      expect(yield* open(first)).toBe("Restricted")
      expect(yield* swept).toEqual({ removed: 0, held: [["telephoneNumber", 1]] })
      yield* retention.release(customer, hold)
      expect(yield* open(first)).toBe("Expired")
      expect(yield* swept).toEqual({ removed: 1, held: [] })
    }).pipe((effect) =>
      Effect.suspend(() => Effect.provide(effect, Layer.provide(services(), policies), { local: true })),
    )
  })

  /** Declares and sweeps, killed at a call and repeated. */
  const killed = (call: number, when: "before" | "after") => {
    const memory = VaultMemory.make()
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      const { declare, keep, one, open } = yield* persons(version, "telephoneNumber", "P11M")
      const sealed = yield* keep(one, now)
      yield* TestClock.setTime(now + 2 * day)
      const ending = declare(one, "EndRelationship", now + day)
      const fulfilling = declare(one, "FulfilPurposes", now + day)
      const first = yield* armed(Effect.andThen(ending, fulfilling))
      yield* Effect.andThen(ending, fulfilling)
      // From then on it is ended, whether or not any sweep came to its end.
      expect(yield* open(sealed)).toBe("Expired")
      const second = yield* armed(Retention.use((retention) => retention.sweep(customer)))
      yield* Retention.use((retention) => retention.sweep(customer))
      const { ends } = yield* Pseudonyms.use((pseudonyms) => pseudonyms.stateOf({ customer, pseudonym: one }))
      const rows = memory.rows.get(customer)?.values.size
      return { died: first._tag === "Failure" || second._tag === "Failure", ends, rows }
    }).pipe((effect) => Effect.provide(effect, services(around, memory), { local: true }))
  }

  it.effect.each(["before", "after"] as const)(
    "RET-NEC: killed %s any call and repeated, an end is recorded once and the rows are gone",
    (when) =>
      Effect.gen(function* () {
        const ends = { purposeFulfilled: [now + day], accountDeletion: [], relationshipEnd: [now + day] }
        let call = 1
        for (; ; call++) {
          const again = yield* killed(call, when)
          expect([call, again.ends, again.rows]).toEqual([call, ends, 0])
          if (!again.died) break
        }
        expect(call).toBeGreaterThan(10)
      }),
  )
})
