import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as Calendar from "../calendar/Calendar.ts"
import type { InterfaceId, StepId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Customers } from "./Customers.ts"
import { Erasure } from "./Erasure.ts"
import { Interactions } from "./Interactions.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer, PublicStatistics } from "./PublicStatistics.ts"
import { layer as retentionLayer, Retention } from "./Retention.ts"
import { customer, day, over, refusalOf } from "./scene.testing.ts"
import { contractedUnder, listing, triggerUnder } from "./versions.testing.ts"

const services = Layer.provideMerge(
  Layer.merge(layer, retentionLayer),
  Layer.suspend(() => over(VaultMemory.make())),
)

const listed = Uuid.derived("listed")

/** The month in which a version's own time lies, and the first moment after it. */
const monthOf = ({ policy: { at, timeZone } }: Version) => {
  const date = Calendar.localDate(at, timeZone)
  const next = Calendar.addMonths(`${date.slice(0, 7)}-01` as `${number}-${number}-${number}`, 1)
  return { month: date.slice(0, 7), over: DateTime.toEpochMillis(Calendar.startOfDay(next, timeZone)) }
}

/** Records an interaction of each person, with steps of which the number says how many persons took them. */
const attendedBy = Effect.fnUntraced(function* (version: Version, journeys: Readonly<Record<string, number>>) {
  const { at } = version.policy
  const people: Array<Pseudonym.PseudonymId> = []
  for (const [step, persons] of Object.entries(journeys)) {
    for (let person = 0; person < persons; person++) {
      const interaction = yield* Uuid.next
      const { outcomes } = yield* Interactions.use((interactions) =>
        interactions.record({
          customer,
          interaction,
          commands: [
            {
              _tag: "StartInteraction",
              at,
              trigger: triggerUnder(version, listed),
              interface: "web" as InterfaceId,
              linkable: true,
            },
            { _tag: "TakeStep", at, step: step as StepId, kind: "page" },
          ],
        }),
      )
      expect(outcomes.map(({ _tag }) => _tag)).toEqual(["Success", "Success"])
      const pseudonyms = yield* Pseudonyms
      const pseudonym = yield* pseudonyms.issue(customer)
      yield* pseudonyms.link({ customer, pseudonym }, interaction)
      people.push(pseudonym)
    }
  }
  return people
})

const begun = Effect.fnUntraced(function* (version: Version) {
  const at = DateTime.toEpochMillis(version.policy.at)
  yield* TestClock.setTime(at)
  yield* contractedUnder(version, at)
  yield* Customers.use((customers) => customers.declare(customer, listing(version, listed).slice(1)))
})

/** Sets that an interaction is kept for a month. */
const keptForAMonth = ({ policy }: Version) => {
  const command = { _tag: "SetRetentionPeriod", at: policy.at, category: "interfaceUsage", period: "P1M" } as const
  return CommandHandler.handle(RetentionPolicy.aggregate, { customer, id: customer, command, context: { policy } })
}

const closed = (version: Version, options: { readonly minimum?: number } = {}) =>
  PublicStatistics.use((statistics) => statistics.close({ customer, month: monthOf(version).month, ...options }))

describe("a public statistic", () => {
  // Planted and found: the check of the groups left out of the label.
  it.effect.each(holding("COMBINE").map((version) => [version.id, version] as const))(
    "COMBINE PROVENANCE: under %s an edition says that it describes nobody, and where it comes from",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        yield* attendedBy(version, { bill: 12, faq: 2 })
        yield* TestClock.setTime(monthOf(version).over)
        const edition = yield* closed(version)
        expect(edition).toMatchObject({ label: "nonPersonal", sources: ["observed", "derived"] })
        const statistics = yield* PublicStatistics
        expect(yield* statistics.give(customer, edition)).toEqual(edition)
        expect(yield* refusalOf(statistics.give(customer, { ...edition, label: "personal" }))).toBe("AGG-3P")
      }).pipe(Effect.provide(services)),
  )

  // Planted and found in the wiring: the minimum not handed on.
  it.effect.each(holding("NONIDENT").map((version) => [version.id, version] as const))(
    "NONIDENT under %s is asked by PublicStatistics.close: a month that is over, in groups that single nobody out",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        const people = yield* attendedBy(version, { bill: 12, faq: 11, move: 3 })
        expect(yield* refusalOf(closed(version))).toBe("NONIDENT")
        yield* TestClock.setTime(monthOf(version).over)
        expect(yield* refusalOf(closed(version, { minimum: 4 }))).toBe("NONIDENT")
        const statistic = yield* closed(version)
        expect(statistic.cells).toMatchObject([{ journey: ["bill"], persons: 12 }])
        expect(statistic.other).toBe(14)
        expect(JSON.stringify(statistic)).not.toContain(people[0])
        // Whatever is recorded and forgotten since, the month stays as it was published.
        yield* attendedBy(version, { faq: 20 })
        for (const pseudonym of people) {
          const subject = pseudonym as Uuid.Uuid as SubjectId
          yield* Erasure.use((erasure) => erasure.erase({ customer, subject, cause: "request" }))
        }
        expect(yield* closed(version)).toEqual(statistic)
        expect(yield* closed(version, { minimum: 5 })).toEqual(statistic)
      }).pipe(Effect.provide(services)),
  )

  // Planted and found in the wiring: each pseudonym counted as a person; the ends of a person's data left out.
  it.effect.each(holding("NONIDENT").map((version) => [version.id, version] as const))(
    "NONIDENT under %s: counts a person once under linked pseudonyms, and none who objected or whose data ended",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        const people = yield* attendedBy(version, { bill: 16 })
        const pseudonyms = yield* Pseudonyms
        const { at } = version.policy
        const declared = (index: number, declaration: Parameters<Pseudonyms["Service"]["declare"]>[1]) =>
          pseudonyms.declare({ customer, pseudonym: people[index]! }, declaration)
        // The first two are one person, and so are the next two, of whom one objects.
        yield* declared(0, { _tag: "LinkPseudonym", at, other: people[1]! })
        yield* declared(2, { _tag: "LinkPseudonym", at, other: people[3]! })
        yield* declared(3, { _tag: "RaiseObjection", at, purpose: "serviceUsageAnalytics" })
        yield* declared(4, { _tag: "FulfilPurposes", at })
        yield* TestClock.setTime(monthOf(version).over)
        expect((yield* closed(version)).cells).toMatchObject([{ persons: 12 }])
      }).pipe(Effect.provide(services)),
  )

  // Planted and found in the wiring: the ends of what is counted left out.
  it.effect.each(holding("ANON-ASAP").map((version) => [version.id, version] as const))(
    "ANON-ASAP under %s is asked by PublicStatistics.close: before what it counts had to be anonymised",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        yield* keptForAMonth(version)
        yield* attendedBy(version, { bill: 10 })
        const ended = DateTime.toEpochMillis(version.policy.at) + 33 * day
        yield* TestClock.setTime(ended)
        expect(yield* refusalOf(closed(version))).toBe("ANON-ASAP")
        yield* TestClock.setTime(monthOf(version).over)
        expect((yield* closed(version)).cells).toMatchObject([{ persons: 10 }])
        yield* TestClock.setTime(ended)
        expect(yield* refusalOf(closed(version))).toBe("Success")
      }).pipe(Effect.provide(services)),
  )

  // Planted and found in the wiring: days that were purged taken for days on which nobody came.
  it.effect.each(holding("ANON-ASAP").map((version) => [version.id, version] as const))(
    "ANON-ASAP under %s: no month is published of which a day was purged, and one without the erased persons is",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        yield* keptForAMonth(version)
        const people = yield* attendedBy(version, { bill: 11 })
        const subject = people[0] as Uuid.Uuid as SubjectId
        yield* Erasure.use((erasure) => erasure.erase({ customer, subject, cause: "request" }))
        const swept = Retention.use((retention) => retention.sweep(customer))
        return {
          inTime: Effect.gen(function* () {
            yield* TestClock.setTime(monthOf(version).over)
            yield* swept
            expect((yield* closed(version)).cells).toMatchObject([{ persons: 10 }])
          }),
          afterTheEnd: Effect.gen(function* () {
            yield* TestClock.setTime(DateTime.toEpochMillis(version.policy.at) + 70 * day)
            yield* swept
            expect(yield* refusalOf(closed(version))).toBe("ANON-ASAP")
          }),
        }
      }).pipe((begin) =>
        Effect.forEach(["inTime", "afterTheEnd"] as const, (when) =>
          Effect.provide(
            Effect.flatMap(begin, (world) => world[when]),
            services,
            { local: true },
          ),
        ),
      ),
  )

  // Planted and found in the wiring: an edition that is compared with nothing that was published.
  it.effect.each(holding("AGG-3P").map((version) => [version.id, version] as const))(
    "AGG-3P under %s is asked by PublicStatistics.give: an edition that was published, and nothing beside it",
    ([, version]) =>
      Effect.gen(function* () {
        yield* begun(version)
        const [person] = yield* attendedBy(version, { bill: 10 })
        yield* TestClock.setTime(monthOf(version).over)
        const given = (value: unknown) =>
          refusalOf(PublicStatistics.use((statistics) => statistics.give(customer, value)))
        const statistic = yield* closed(version)
        expect(yield* given({ ...statistic, pseudonym: person })).toBe("AGG-3P")
        expect(yield* given({ ...statistic, cells: [{ journey: ["bill"], persons: 11, withoutCall: null }] })).toBe(
          "AGG-3P",
        )
        expect(yield* given({ ...statistic, month: "2016-01" })).toBe("AGG-3P")
        expect(yield* given(statistic)).toBe("Success")
        expect(yield* given(JSON.parse(JSON.stringify(statistic)))).toBe("Success")
      }).pipe(Effect.provide(services)),
  )
})
