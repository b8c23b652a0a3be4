import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import type { ContractId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import type { PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import { dialonce20210217 } from "../policy/versions/index.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import { Customers, KnownPolicies } from "./Customers.ts"
import { Retention } from "./Retention.ts"
import { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import * as DayIndex from "./internal/DayIndex.ts"
import { adopted, append, customer, day, idOf, log, midnight, over, sweep, visit } from "./retention.testing.ts"

const quarter = day / 4
const dawn = midnight(1, 1)

/** A moment by its number of quarters of a day. */
const moment = (quarters: number) => dawn + quarters * quarter

const categories = ["freeText", "telephoneNumber", "interfaceUsage"] as const
type Category = (typeof categories)[number]

/** Declarations are made in the first quarter of a day, each on a day of its own. */
type Declaration =
  | { readonly _tag: "period"; readonly day: number; readonly category: Category; readonly days: number }
  | { readonly _tag: "hold"; readonly day: number; readonly categories: ReadonlyArray<Category> }
  | { readonly _tag: "release"; readonly day: number; readonly hold: number }
  /** A version is adopted under which nothing is kept for longer than six days. */
  | { readonly _tag: "adopt"; readonly day: number }
  /** Every purpose is fulfilled for which data of a person were collected. */
  | { readonly _tag: "fulfil"; readonly day: number; readonly person: number }

const aDay = fc.nat({ max: 30 })
const aCategory = fc.constantFrom(...categories)
const aDeclaration: fc.Arbitrary<Declaration> = fc.oneof(
  fc.record({
    _tag: fc.constant("period" as const),
    day: aDay,
    category: aCategory,
    days: fc.constantFrom(4, 9, 15),
  }),
  fc.record({
    _tag: fc.constant("hold" as const),
    day: aDay,
    categories: fc.subarray([...categories], { minLength: 1 }),
  }),
  fc.record({ _tag: fc.constant("release" as const), day: aDay, hold: aDay }),
  fc.record({ _tag: fc.constant("adopt" as const), day: aDay }),
  fc.record({ _tag: fc.constant("fulfil" as const), day: aDay, person: fc.nat({ max: 1 }) }),
)

const persons = [902, 903].map((n) => idOf(n) as string as SubjectId)

const strict: PrivacyPolicy = {
  ...dialonce20210217,
  id: "strict/1",
  parameters: {
    ...dialonce20210217.parameters,
    retentionCap: { ...dialonce20210217.parameters.retentionCap!, value: [{ after: "collection", within: "P6D" }] },
  },
}
const policies = Layer.succeed(KnownPolicies, () => ({
  ...PolicyBook.published,
  versions: [...PolicyBook.published.versions, strict],
}))

/** A value: the end that it is sealed with is the one that is known, none, or one that is sooner than any period. */
const aValue = fc.record({
  category: fc.constantFrom("freeText", "telephoneNumber"),
  day: fc.nat({ max: 20 }),
  person: fc.nat({ max: 1 }),
  own: fc.constantFrom("known", "none", 3),
})

const aWorld = {
  declarations: fc.uniqueArray(aDeclaration, { maxLength: 6, selector: (one) => one.day }),
  values: fc.array(aValue, { minLength: 1, maxLength: 4 }),
  visits: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
  /** Whether a projection is awaited that has read nothing. */
  isAwaited: fc.boolean(),
  nights: fc.uniqueArray(fc.integer({ min: 4, max: 45 }), { minLength: 1, maxLength: 2 }),
}

interface Tracked {
  readonly category: Category
  readonly person: number | undefined
  readonly at: number
  own: number
  coveredBy: Set<number>
  isEnded: boolean
}

/** The state of values by the words of the rules, a quarter of a day after the other. */
const wordsOf = (declarations: ReadonlyArray<Declaration>) => {
  const periods: Array<{ readonly from: number; readonly category: Category; readonly days: number }> = []
  for (const category of categories) periods.push({ from: -1, category, days: 12 })
  const active = new Map<number, ReadonlyArray<Category>>()
  let isStrict = false
  const fulfilled: Array<{ readonly at: number; readonly person: number }> = []
  const values: Array<Tracked> = []
  const endsOf = ({ at, category, own, person }: Tracked): number => {
    const all = periods.filter((one) => one.category === category)
    const first = all.findLastIndex(({ from }) => from <= at)
    return Math.min(
      own,
      ...all.slice(Math.max(0, first)).map(({ days }) => at + days * 4),
      ...(isStrict ? [at + 24] : []),
      ...fulfilled.filter((one) => one.person === person && one.at >= at).map((one) => one.at),
    )
  }
  const settle = (now: number) => {
    for (const value of values) {
      const isHeld = Array.from(value.coveredBy).some((hold) => active.has(hold))
      if (endsOf(value) <= now && !isHeld) value.isEnded = true
    }
  }
  return {
    values,
    active,
    endsOf,
    /** The next quarter: what ends by itself does so before anything is declared. */
    tick: (now: number) => {
      settle(now)
      const found = declarations.find((one) => one.day * 4 + 1 === now)
      // A period beyond the cap would be refused.
      const declared = found?._tag === "period" && isStrict && found.days > 6 ? undefined : found
      if (declared?._tag === "period") periods.push({ from: now, category: declared.category, days: declared.days })
      if (declared?._tag === "release") active.delete(declared.hold)
      if (declared?._tag === "adopt") isStrict = true
      if (declared?._tag === "fulfil") fulfilled.push({ at: now, person: declared.person })
      if (declared?._tag === "hold") {
        active.set(declared.day, declared.categories)
        for (const value of values) {
          if (!value.isEnded && declared.categories.includes(value.category)) value.coveredBy.add(declared.day)
        }
      }
      if (declared !== undefined) settle(now)
      return declared
    },
    add: (category: Category, now: number, person: number | undefined): Tracked => {
      const value: Tracked = { category, person, at: now, own: Infinity, coveredBy: new Set(), isEnded: false }
      // A hold that is active holds what is collected under it.
      for (const [hold, held] of active) if (held.includes(category)) value.coveredBy.add(hold)
      values.push(value)
      return value
    },
  }
}

const contracted = Effect.gen(function* () {
  yield* adopted
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      {
        _tag: "SignContract",
        at: DateTime.makeUnsafe(dawn),
        contract: idOf(900) as string as ContractId,
        clauses: [...agreementClauses],
        purposes: ["customerCare"],
        categories: [...categories],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
    ]),
  )
})

/** The values that are kept of both persons. */
const valuesOfAll = Effect.map(
  Effect.forEach(persons, (subject) => Vault.use((vault) => vault.valuesOf(customer, subject, { limit: 99 }))),
  (lists) => lists.flat(),
)

/** Records that the purposes of a person are fulfilled. */
const fulfilled = ({ day: date, person }: Extract<Declaration, { readonly _tag: "fulfil" }>) =>
  EventStore.use((store) =>
    store.append({
      customer,
      commitId: idOf(1100 + date),
      writes: [
        {
          stream: Pseudonym.streamOf(persons[person]! as string as Pseudonym.PseudonymId),
          expected: Expected.any,
          events: [
            Pseudonym.codec.encode({
              _tag: "PurposesFulfilled",
              occurredAt: DateTime.makeUnsafe(moment(date * 4 + 1)),
            }),
          ],
        },
      ],
    }),
  )

/** All that a dry run may not change. */
const state = Effect.gen(function* () {
  const { head } = yield* log
  const saved = yield* ProjectionStore.use((projections) =>
    projections.load(customer, DayIndex.projection("Europe/Paris")),
  )
  const kept = yield* valuesOfAll
  return { head, saved, kept: kept.length }
})

/** How a value answers a reader of customer care, or one who works on a legal matter. */
const open = (sealed: Sealed<string>, hold?: number) =>
  Vault.use((vault) =>
    vault.open({
      customer,
      sealed,
      actor: { id: idOf(901), roles: ["support"] },
      ...(hold === undefined
        ? { purpose: "customerCare", reason: "customerSupport" }
        : { purpose: "legalCompliance", reason: "legalDuty", matter: idOf(1000 + hold) }),
    }),
  ).pipe(Effect.map((answer) => (answer._tag === "Restricted" ? `Restricted ${answer.by}` : answer._tag)))

const declare = Effect.fnUntraced(function* (declared: Declaration, isActive: boolean) {
  const retention = yield* Retention
  switch (declared._tag) {
    case "period":
      yield* retention.setPeriod(customer, { period: `P${declared.days}D`, categories: [declared.category] })
      return
    case "hold":
      yield* retention.hold(customer, {
        hold: idOf(1000 + declared.day),
        matter: "litigation",
        reference: "law/civil-code-2224",
        categories: declared.categories,
      })
      return
    case "adopt":
      yield* Customers.use((customers) =>
        customers.declare(customer, [
          {
            _tag: "AdoptPolicyVersion",
            at: DateTime.makeUnsafe(moment(declared.day * 4 + 1)),
            policyVersion: strict.id as PolicyVersionId,
          },
        ]),
      )
      return
    case "fulfil":
      yield* fulfilled(declared)
      return
    case "release":
      if (isActive) yield* retention.release(customer, idOf(1000 + declared.hold))
  }
})

describe("rows of the vault", () => {
  it.effect.prop(
    "RET-NEC RET-CONTRACT SWEEP: end by the periods and holds in force, whatever end they were sealed with",
    [fc.record(aWorld)],
    ({ declarations, isAwaited, nights, values, visits }) =>
      Effect.gen(function* () {
        const words = wordsOf(declarations)
        const sealed: Array<readonly [Tracked, Sealed<string>]> = []
        yield* contracted
        yield* TestClock.setTime(dawn)
        yield* Retention.use((retention) =>
          retention.setPeriod(customer, { period: "P12D", categories, at: dawn - day }),
        )
        for (let now = 0; now <= 46 * 4; now++) {
          const active = new Set(words.active.keys())
          const declared = words.tick(now)
          const isNight = nights.some((night) => night * 4 + 2 === now)
          const collected = values.filter((value) => value.day * 4 === now)
          yield* append(visits.flatMap((one, index) => (one * 4 === now ? [visit(idOf(index + 1), moment(now))] : [])))
          if (declared === undefined && collected.length === 0 && !isNight) continue
          yield* TestClock.setTime(moment(now))
          if (declared !== undefined) {
            yield* declare(declared, declared._tag === "release" && active.has(declared.hold))
          }
          for (const value of collected) {
            const tracked = words.add(value.category, now, value.person)
            if (typeof value.own === "number") tracked.own = now + value.own * 4
            const end = value.own === "none" ? undefined : moment(words.endsOf(tracked))
            const toSeal = { customer, subject: persons[value.person]!, category: value.category }
            const row = {
              ...toSeal,
              value: "v",
              purposes: ["customerCare"],
              collectedAt: moment(now),
              retentionEnd: end,
            }
            sealed.push([tracked, yield* Vault.use((vault) => vault.seal(row))])
          }
          if (!isNight) continue
          const ordinary = (value: Tracked) =>
            value.isEnded ? "Expired" : words.endsOf(value) <= now ? "Restricted hold" : "Open"
          const expected = sealed.map(([value]) => ordinary(value))
          const seen = () => Effect.forEach(sealed, ([, reference]) => open(reference))
          // Planted: a stricter policy ends what a hold held before it; an event of one person ends the rows of another, or
          // those that were collected behind it; rows swept by their own end alone; values that have ended by their periods swept by their own end; a
          // held value open for customer care; a held value open for the matter of any hold.
          expect([now, yield* seen()]).toEqual([now, expected])
          // Planted: a hold that explains no row; the rows that are kept counted as removed; the days of the index saved;
          // a day that waits counted as deleted.
          const before = yield* state
          const explained = yield* Retention.use((retention) => retention.explain(customer))
          expect(yield* state).toEqual(before)
          const held = sealed.filter(([value]) => ordinary(value) === "Restricted hold")
          const heldRows = explained.held.reduce((sum, { rows }) => sum + rows, 0)
          expect([now, heldRows]).toEqual([now, held.length])
          for (const { references } of explained.held) expect(references).toEqual(["law/civil-code-2224"])
          const { erased: _, rows, ...swept } = yield* sweep
          expect([now, swept]).toEqual([
            now,
            {
              days: explained.days,
              interactions: explained.interactions,
              events: explained.events,
              waiting: explained.waiting.map((one) => one.day),
              endless: explained.endless,
            },
          ])
          expect([now, rows]).toEqual([now, explained.rows.reduce((sum, one) => sum + one.rows, 0)])
          const kept = yield* valuesOfAll
          expect([now, kept.length]).toEqual([now, sealed.filter(([value]) => !value.isEnded).length])
          for (const [value, reference] of sealed) {
            if (ordinary(value) !== "Restricted hold") continue
            // For the matter of a hold that keeps it, and of no other.
            for (const hold of [...words.active.keys(), 99]) {
              const isItsMatter = value.coveredBy.has(hold) && words.active.has(hold)
              expect([now, yield* open(reference, hold)]).toEqual([now, isItsMatter ? "Open" : "Restricted hold"])
            }
          }
        }
      }).pipe(
        Effect.provide(over({ awaits: isAwaited ? [{ name: "own", version: 1 }] : [] }).pipe(Layer.provide(policies)), {
          local: true,
        }),
      ),
    { numRuns: 60 },
  )

  // Planted: a period that was set after the hold ends data as if it had been set before.
  it.effect("RET-NEC: a hold keeps what it found, though a shorter period would have ended it before", () =>
    Effect.gen(function* () {
      yield* contracted
      yield* TestClock.setTime(dawn)
      const retention = yield* Retention
      yield* retention.setPeriod(customer, { period: "P12D", categories, at: dawn - day })
      const vault = yield* Vault
      const sealed = yield* vault.seal({
        customer,
        subject: idOf(902) as string as SubjectId,
        category: "freeText",
        value: "v",
        purposes: ["customerCare"],
        collectedAt: dawn,
        retentionEnd: dawn + 12 * day,
      })
      yield* TestClock.setTime(dawn + 8 * day)
      yield* declare({ _tag: "hold", day: 8, categories: ["freeText"] }, false)
      yield* TestClock.setTime(dawn + 9 * day)
      yield* declare({ _tag: "period", day: 9, category: "freeText", days: 4 }, false)
      expect(yield* sweep).toMatchObject({ rows: 0 })
      expect(yield* open(sealed)).toBe("Restricted hold")
      expect(yield* open(sealed, 8)).toBe("Open")
      yield* declare({ _tag: "release", day: 10, hold: 8 }, true)
      expect(yield* open(sealed, 8)).toBe("Expired")
      expect(yield* sweep).toMatchObject({ rows: 1 })
    }).pipe(Effect.provide(over(), { local: true })),
  )

  // Planted: rows without an end left out; those that a period ends later listed.
  it.effect("RET-NEC RET-CONTRACT: without an end are listed by category, with what to declare", () =>
    Effect.gen(function* () {
      yield* adopted
      yield* TestClock.setTime(dawn)
      const retention = yield* Retention
      const subject = idOf(902) as string as SubjectId
      const row = {
        customer,
        subject,
        value: "v",
        purposes: ["customerCare"],
        collectedAt: dawn,
        retentionEnd: undefined,
      }
      yield* Vault.use((vault) => vault.seal({ ...row, category: "freeText" }))
      yield* Vault.use((vault) => vault.seal({ ...row, category: "telephoneNumber" }))
      yield* append([visit(idOf(1), dawn)])
      yield* TestClock.setTime(dawn + 40 * day)
      yield* retention.setPeriod(customer, { period: "P50D", categories: ["telephoneNumber"] })
      const declareOf = (category: string) => expect.stringContaining(`set a period for ${category}`)
      const { endless } = yield* sweep
      expect(endless).toEqual([
        {
          category: "interfaceUsage",
          days: ["2026-01-01"],
          rule: "RET-CONTRACT",
          declare: declareOf("interfaceUsage"),
        },
        { category: "freeText", days: [], rule: "RET-CONTRACT", declare: declareOf("freeText") },
      ])
      yield* retention.setPeriod(customer, { period: "P10D", categories: ["freeText", "interfaceUsage"] })
      expect(yield* sweep).toMatchObject({ rows: 1, endless: [] })
      yield* TestClock.setTime(dawn + 50 * day)
      expect(yield* sweep).toMatchObject({ rows: 1, endless: [] })
    }).pipe(Effect.provide(over(), { local: true })),
  )
})
