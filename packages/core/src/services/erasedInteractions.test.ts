/**
 * The interactions of erased persons: an erasure and the next sweep delete them from the log, and change no figure.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import { holding, versions } from "../policy/laws.testing.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import type { Statements } from "../policy/text/PrivacyPolicy.ts"
import { dialonce20210217 } from "../policy/versions/index.ts"
import { catchUp } from "../eventsourcing/Projection.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import { VaultStore } from "../privacy/VaultStore.ts"
import * as Definition from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import { Customers, KnownPolicies } from "./Customers.ts"
import { Erasure, layer as erasureLayer } from "./Erasure.ts"
import { type AtEachCall, undisturbed } from "./ports.testing.ts"
import type { RetentionSettings } from "./Retention.ts"
import {
  append,
  customer,
  day,
  fold,
  headline,
  idOf,
  log,
  midnight,
  over,
  paris,
  rebuilt,
  reportOf,
  retain,
  runsOf,
  streamsOf,
  sweep,
  traceOf,
  visit,
} from "./retention.testing.ts"
import { deadly } from "./scene.testing.ts"

/** The services over a memory, with the texts that the Customer may adopt. */
const services = (
  settings: Partial<RetentionSettings> = {},
  around: AtEachCall = undisturbed,
  policies: PolicyBook.PolicyBook = PolicyBook.published,
) =>
  Layer.provideMerge(erasureLayer, over({ k: 5, ...settings }, around, VaultMemory.make())).pipe(
    Layer.provide(Layer.succeed(KnownPolicies, () => policies)),
  )

const from = DateTime.makeUnsafe(0)

/** Declares the Customer under a version, whose interactions are kept for two months. */
const declaredUnder = Effect.fnUntraced(function* (version: string) {
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: from, policyVersion: version as PolicyVersionId },
      { _tag: "ListNumber", at: from, number: ArbitraryInteractions.listedNumber },
      { _tag: "ListEntryPoint", at: from, entryPoint: ArbitraryInteractions.listedEntryPoint },
    ]),
  )
  yield* retain({ _tag: "SetRetentionPeriod", at: from, category: "interfaceUsage", period: "P2M" })
})

const person = (n: number): SubjectId => `0e0e0e0e-0000-4000-8000-${n.toString(16).padStart(12, "0")}` as SubjectId

const link = (interaction: ArbitraryInteractions.History["id"], who: number) =>
  Vault.use((vault) => vault.link(customer, person(who), interaction, undefined))

const erase = (who: number) =>
  Erasure.use((erasure) => erasure.erase({ customer, subject: person(who), cause: "request" }))

const listed = Vault.use((vault) => vault.erasedInteractions(customer))

const figuresOf = (definition: Definition.Definition) =>
  Effect.suspend(() => Effect.map(rebuilt(definition), (state) => headline(reportOf(state, afterwards))))

const afterwards = midnight(6, 1)
const noon = (date: number) => midnight(1, date) + day / 2

/** Persons 0 to 2 and one of whom nothing is known, and which of them are erased on which day, before a sweep or two. */
const aWorld = fc.record({
  histories: ArbitraryInteractions.interactions({ days: 4, maxLength: 10 }),
  whose: fc.array(fc.constantFrom(0, 0, 1, 2, undefined), { minLength: 5, maxLength: 5 }),
  erased: fc.uniqueArray(fc.tuple(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: 12 })), {
    minLength: 1,
    selector: ([who]) => who,
  }),
  streamsPerCommit: fc.integer({ min: 1, max: 4 }),
  lag: fc.double({ min: 0, max: 1, noNaN: true }),
})

describe("an erasure and the next sweep", () => {
  for (const { id: version, policy } of versions) {
    const definition = Definition.make({ timeZone: policy.timeZone })
    const figures = figuresOf(definition)
    let deleted = 0
    it.effect.prop(
      `R-ERASE under ${version} is asked by Erasure.erase: no event of the person's interactions is left in the log, no other interaction is touched, and no figure changes`,
      [aWorld],
      ({ erased, histories: drawn, lag, streamsPerCommit, whose }) =>
        Effect.gen(function* () {
          const histories = drawn.filter(({ events }) => events.length > 0)
          const ofErased = new Set<string>()
          yield* declaredUnder(version)
          yield* append(histories)
          for (const [index, { id }] of histories.entries()) {
            const who = whose[index % whose.length]
            if (who === undefined) continue
            yield* link(id, who)
            if (erased.some(([one]) => one === who)) ofErased.add(id)
          }
          const before = yield* log
          const headlines = yield* figures
          const upToDate = yield* fold(Deflection.empty(definition))
          const behind = yield* fold(Deflection.empty(definition), { until: Math.floor(before.head * lag) })
          const nights = new Set<number>()
          for (const [who, date] of erased.toSorted(([, one], [, other]) => one - other)) {
            yield* TestClock.setTime(midnight(1, 5) + date * day)
            yield* erase(who)
            // The erasure itself leaves the log as it is: nothing in it shows which interactions were the person's.
            if (!nights.has(date)) yield* sweep
            nights.add(date)
          }
          yield* TestClock.setTime(midnight(2, 25))
          const swept = yield* sweep
          expect(swept).toMatchObject({ days: [], interactions: 0, erased: { waiting: 0 } })
          expect(yield* listed).toEqual([])
          const after = yield* log
          const left = new Set(streamsOf(after.events))
          // Planted and found: a day's other interactions deleted with them; an erasure that lists no interaction.
          expect(left).toEqual(new Set(histories.map(({ id }) => id).filter((id) => !ofErased.has(id))))
          expect(after.events.filter(({ stream }) => stream.kind !== "retention-policy")).toEqual(
            before.events.filter(({ stream }) => stream.kind !== "retention-policy" && !ofErased.has(stream.id)),
          )
          deleted += ofErased.size
          // Planted and found: deleted without a count of the day; the erased alone counted.
          expect(yield* figures).toEqual(headlines)
          for (const { after: position, state } of [upToDate, behind]) {
            const { state: caughtUp } = yield* fold(state, { after: position })
            expect(headline(reportOf(caughtUp, afterwards))).toEqual(headlines)
          }
          // The days end like all other days, and count no interaction twice.
          yield* TestClock.setTime(afterwards)
          yield* sweep
          const end = yield* log
          expect(streamsOf(end.events)).toEqual([])
          expect(yield* figures).toEqual(headlines)
          // Planted and found: a day whose deleted interactions include those that were deleted before it ended.
          expect(runsOf(end.events).reduce((sum, count) => sum + count, 0)).toBe(histories.length - ofErased.size)
        }).pipe(Effect.provide(services({ definition, streamsPerCommit }), { local: true })),
      { numRuns: 12 },
    )

    it(`R-ERASE under ${version} was tried with persons who had interactions`, () => expect(deleted).toBeGreaterThan(5))
  }

  for (const { id: version } of holding("NOTLINKABLE")) {
    // Planted and found: interactions linked, when they are listed, to a subject of their own for each erased person.
    it.effect(
      `NOTLINKABLE under ${version} is asked by Erasure.erase: neither the log nor the vault joins the interactions of an erased person to one another or to the person`,
      () =>
        Effect.gen(function* () {
          yield* declaredUnder(version)
          for (let n = 1; n <= 6; n++) {
            yield* append([visit(idOf(n), noon(1 + (n % 3)), ["start"], true)])
            yield* link(idOf(n), n % 2)
          }
          const before = yield* log
          yield* TestClock.setTime(noon(5))
          yield* erase(1)
          yield* erase(0)
          expect((yield* log).events).toEqual(before.events)
          const vault = yield* Vault
          const rows = yield* VaultStore
          const subjects = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (n) => rows.subjectOf(customer, idOf(n), 0))
          // One subject represents all erased persons.
          expect(new Set(subjects.map(Option.getOrUndefined)).size).toBe(1)
          expect(yield* listed).toEqual([1, 2, 3, 4, 5, 6].map(idOf))
          yield* TestClock.setTime(noon(20))
          expect((yield* sweep).erased).toEqual({ interactions: 6, events: 18, waiting: 0 })
          const text = JSON.stringify((yield* log).events)
          for (let n = 1; n <= 6; n++) {
            expect(text).not.toContain(idOf(n))
            expect(yield* vault.subjectOf(customer, idOf(n))).toEqual(Option.none())
          }
          expect(yield* listed).toEqual([])
        }).pipe(Effect.provide(services(), { local: true })),
    )
  }

  /** The published text under another id, with what it says of interactions. */
  const bookOf = (
    states: "keep" | "purge" | undefined,
    own: ReadonlyArray<"keep" | "purge">,
  ): PolicyBook.PolicyBook => {
    const stating = (value: "keep" | "purge"): Statements => ({ erasedInteractions: { value, sources: [] } })
    return {
      ...PolicyBook.published,
      versions: [
        {
          ...dialonce20210217,
          id: "own/1",
          parameters: { ...dialonce20210217.parameters, ...(states === undefined ? {} : stating(states)) },
          variants: [],
        },
      ],
      customerPolicies: own.map((value) => ({ id: "customer/1", from, parameters: stating(value) })),
    }
  }

  it.effect.each([
    { states: "keep", own: [], outcome: "keep" },
    { states: "purge", own: [], outcome: "purge" },
    { states: undefined, own: [], outcome: "purge" },
    // The Customer's own policy decides what it regulates.
    { states: "keep", own: ["purge"], outcome: "purge" },
    { states: undefined, own: ["keep"], outcome: "keep" },
  ] as const)(
    "R-ERASE: interactions stay only under a policy that says so, and are not asked for again ($states, $own)",
    ({ outcome, own, states }) =>
      Effect.gen(function* () {
        yield* declaredUnder("own/1")
        yield* append([visit(idOf(1), noon(1), ["start"], true), visit(idOf(2), noon(1))])
        yield* link(idOf(1), 0)
        yield* TestClock.setTime(noon(20))
        yield* erase(0)
        const before = yield* log
        const isKept = outcome === "keep"
        expect((yield* sweep).erased).toEqual({ interactions: isKept ? 0 : 1, events: isKept ? 0 : 3, waiting: 0 })
        const { events } = yield* log
        if (isKept) expect(events.slice(0, before.events.length)).toEqual(before.events)
        else expect(streamsOf(events)).toEqual([idOf(2)])
        expect(yield* listed).toEqual([])
      }).pipe(Effect.provide(services({}, undisturbed, bookOf(states, own)), { local: true })),
  )

  it.effect(
    "R-ERASE RET-NEC: a law that keeps interactions keeps those of erased persons until it no longer does",
    () =>
      Effect.gen(function* () {
        yield* declaredUnder("dialonce/2021-02-17")
        yield* append([visit(idOf(1), noon(1), ["start"], true), visit(idOf(2), noon(1))])
        yield* link(idOf(1), 0)
        yield* TestClock.setTime(noon(10))
        const hold = idOf(99)
        yield* retain({
          _tag: "PlaceLegalHold",
          at: DateTime.makeUnsafe(noon(10)),
          hold,
          matter: "litigation",
          reference: "Code de commerce L123-22",
          categories: ["interfaceUsage"],
        })
        yield* erase(0)
        yield* TestClock.setTime(noon(20))
        // Planted and found: the holds not asked.
        expect((yield* sweep).erased).toEqual({ interactions: 0, events: 0, waiting: 1 })
        expect(streamsOf((yield* log).events)).toEqual([idOf(1), idOf(2)])
        yield* retain({ _tag: "ReleaseLegalHold", at: DateTime.makeUnsafe(noon(20)), hold })
        expect((yield* sweep).erased).toEqual({ interactions: 1, events: 3, waiting: 0 })
        expect(streamsOf((yield* log).events)).toEqual([idOf(2)])
      }).pipe(Effect.provide(services(), { local: true })),
  )

  it.effect("R-ERASE SWEEP: a day waits until its windows have closed and every awaited projection has read it", () => {
    const statistics = Deflection.projection(paris)
    return Effect.gen(function* () {
      yield* declaredUnder("dialonce/2021-02-17")
      yield* append([visit(idOf(1), noon(1), ["start"], true), visit(idOf(2), noon(1))])
      yield* link(idOf(1), 0)
      yield* TestClock.setTime(midnight(1, 9) - 1)
      yield* erase(0)
      yield* catchUp(statistics, customer)
      expect((yield* sweep).erased.waiting).toBe(1)
      yield* append([visit(idOf(3), noon(1), ["start"], true)])
      yield* TestClock.setTime(midnight(1, 9))
      // Planted and found: the others of the day not awaited.
      expect((yield* sweep).erased.waiting).toBe(1)
      yield* catchUp(statistics, customer)
      yield* append([visit(idOf(4), noon(6))])
      expect((yield* sweep).erased).toEqual({ interactions: 1, events: 3, waiting: 0 })
      expect(streamsOf((yield* log).events)).toEqual([idOf(2), idOf(3), idOf(4)])
      // The day was counted up to a position that the statistics have not read.
      yield* TestClock.setTime(afterwards)
      expect((yield* sweep).waiting).toEqual(["2026-01-01", "2026-01-06"])
      yield* catchUp(statistics, customer)
      expect((yield* sweep).days).toEqual(["2026-01-01", "2026-01-06"])
      expect(runsOf((yield* log).events).reduce((sum, count) => sum + count, 0)).toBe(3)
    }).pipe(Effect.provide(services({ awaits: [statistics] }), { local: true }))
  })

  /** Two persons are erased and a sweep runs, killed at a call of a port; then both are repeated. */
  const killed = (call: number, when: "before" | "after") =>
    Effect.gen(function* () {
      const { armed, around } = deadly(call, when)
      return yield* Effect.gen(function* () {
        yield* TestClock.setTime(noon(1))
        yield* declaredUnder("dialonce/2021-02-17")
        for (let n = 1; n <= 6; n++) {
          yield* append([visit(idOf(n), noon(1 + (n % 2)), [`step-${n % 3}`], true)])
          yield* link(idOf(n), n % 3)
        }
        const before = yield* figuresOf(paris)
        yield* TestClock.setTime(noon(20))
        const first = yield* armed(
          Effect.gen(function* () {
            yield* erase(0)
            yield* erase(1)
            yield* sweep
          }),
        )
        const unfinished = yield* Vault.use((vault) => vault.unfinished(customer))
        expect(yield* Erasure.use((erasure) => erasure.resume(customer))).toBe(unfinished.length)
        // The holder of the request repeats it: the crash may have come before the fence.
        yield* erase(0)
        yield* erase(1)
        yield* sweep
        const { events } = yield* log
        expect([call, yield* figuresOf(paris)]).toEqual([call, before])
        expect([call, yield* listed]).toEqual([call, []])
        return { died: first._tag === "Failure", left: streamsOf(events), trace: traceOf(events) }
      }).pipe(Effect.provide(services({ streamsPerCommit: 1 }, around), { local: true }))
    })

  // Planted and found: links removed before they are listed; the list forgotten before the streams are deleted.
  it.effect.each(["before", "after"] as const)(
    "R-ERASE: killed %s any call of a port, resumed and swept again, they give the same result",
    (when) =>
      Effect.gen(function* () {
        const whole = yield* killed(Number.POSITIVE_INFINITY, when)
        expect(whole).toMatchObject({ died: false, left: [idOf(2), idOf(5)] })
        let call = 1
        for (; ; call++) {
          const again = yield* killed(call, when)
          expect([call, again.left]).toEqual([call, whole.left])
          expect([call, again.trace]).toEqual([call, whole.trace])
          if (!again.died) break
        }
        expect(call).toBeGreaterThan(60)
      }),
    120_000,
  )
})
