/**
 * The rules of the ends of data, through the services that keep, open and delete them, under each version that holds them:
 * refused for the one fault, and permitted without it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { Period } from "../calendar/Period.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { FieldId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import type { Purpose } from "../policy/checks/Purpose.ts"
import { holding, type Version, versions } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Vault } from "../privacy/Vault.ts"
import { Collection } from "./Collection.ts"
import { KnownPolicies } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import { undisturbed } from "./ports.testing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as retentionLayer, Retention } from "./Retention.ts"
import { access, customer, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder, startedUnder } from "./versions.testing.ts"

const services = () => Layer.provideMerge(retentionLayer, over(VaultMemory.make(), undisturbed, true))

/** Asks in a world of its own. */
const inWorld = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof services>>>) =>
  Effect.suspend(() => Effect.provide(effect, services(), { local: true }))

const timeOf = ({ policy }: Version): number => DateTime.toEpochMillis(policy.at)

/** The moment that lies a period after the version's own time, and some milliseconds. */
const after = ({ policy }: Version, period: Period, millis = 0): number =>
  DateTime.toEpochMillis(Calendar.addTo(policy.at, period, policy.timeZone)) + millis

/** A Customer under the version in its time, and a person. */
const person = Effect.fnUntraced(function* (version: Version) {
  yield* TestClock.setTime(timeOf(version))
  yield* contractedUnder(version, timeOf(version))
  return yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
})

/** A purpose that is allowed for a category. */
const purposeOf = (version: Version, category: PersonalDataCategory): Purpose =>
  category === "voiceRecording" ? "staffTraining" : allowedUse(version, [category]).purpose

/** Keeps a value that was collected in the version's own time. */
const keep = (
  version: Version,
  pseudonym: Pseudonym.PseudonymId,
  category: PersonalDataCategory,
  purposes: ReadonlyArray<Purpose> = [purposeOf(version, category)],
) =>
  Pseudonyms.use((pseudonyms) =>
    pseudonyms.keep({
      customer,
      pseudonym,
      category,
      value: "a value",
      purposes,
      source: "observed",
      collectedAt: timeOf(version),
    }),
  )

/** How long a category may be kept at most, and a period that is too long. */
const caps: ReadonlyArray<readonly [PolicyRuleKey, PersonalDataCategory, within: Period, beyond: Period]> = [
  ["RET-1M", "voiceRecording", "P1M", "P32D"],
  ["RET-3Y", "textDialogue", "P3Y", "P4Y"],
  ["RET-10Y", "transaction", "P10Y", "P11Y"],
  ["RET-12M", "ipAddress", "P12M", "P13M"],
]

// Planted and found: a value sealed though it has ended; the period compared with the cap of another category.
describe("the cap of a category", () => {
  for (const [key, category, within, beyond] of caps) {
    for (const version of holding(key)) {
      it.effect(`${key} under ${version.id} is asked by Retention.setPeriod`, () =>
        inWorld(
          Effect.gen(function* () {
            yield* person(version)
            const set = (period: Period) =>
              Retention.use((retention) => retention.setPeriod(customer, { period, categories: [category] }))
            expect(yield* refusalOf(set(beyond))).toBe(key)
            expect(yield* set(within)).toEqual([category])
          }),
        ),
      )
      it.effect(
        `${key} under ${version.id} is asked by Pseudonyms.keep: a value is kept before its end, and not from it on`,
        () =>
          inWorld(
            Effect.gen(function* () {
              const pseudonym = yield* person(version)
              yield* Retention.use((retention) =>
                retention.setPeriod(customer, {
                  period: within,
                  categories: [category],
                  at: timeOf(version) - 1,
                }),
              )
              yield* TestClock.setTime(after(version, within, -1))
              const sealed = yield* keep(version, pseudonym, category)
              const opened = () =>
                Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose: purposeOf(version, category) }))
              expect((yield* opened())._tag).toBe("Open")
              yield* TestClock.setTime(after(version, within))
              expect([yield* refusalOf(keep(version, pseudonym, category)), (yield* opened())._tag]).toEqual([
                key,
                "Expired",
              ])
            }),
          ),
      )
    }
  }
})

// Planted and found: a hold on any reference.
describe("a hold", () => {
  for (const version of holding("RET-NEC").filter(({ policy }) => policy.parameters.retentionExtension !== "never")) {
    it.effect(
      `RET-NEC under ${version.id} is asked by Retention.hold: an end is put off on a ground of law alone`,
      () =>
        inWorld(
          Effect.gen(function* () {
            yield* person(version)
            const held = (reference: string) =>
              Effect.gen(function* () {
                const hold = yield* Uuid.next
                const about = { hold, matter: "litigation", reference, categories: ["ipAddress"] } as const
                yield* Retention.use((retention) => retention.hold(customer, about))
              })
            expect(yield* refusalOf(held("ten years of our own policy"))).toBe("RET-NEC")
            expect(yield* refusalOf(held("FR Code civil 2224"))).toBe("Success")
          }),
        ),
    )
  }
})

const field = "question" as FieldId
const interaction = Uuid.derived("an interaction of the ends")

/** A person who may type, in an interaction whose use is kept for a month. */
const typing = Effect.fnUntraced(function* (version: Version, periodOfText?: Period) {
  const pseudonym = yield* person(version)
  const retention = yield* Retention
  const at = timeOf(version) - 1
  yield* retention.setPeriod(customer, { period: "P1M", categories: ["interfaceUsage"], at })
  if (periodOfText !== undefined) {
    yield* retention.setPeriod(customer, { period: periodOfText, categories: ["freeText"], at })
  }
  yield* startedUnder(version, { interaction, field, category: "freeText" })
  const { purpose } = allowedUse(version, ["freeText"])
  return {
    enter: (at: number) =>
      Collection.use((collection) =>
        collection.enter({ customer, interaction, pseudonym, purposes: [purpose], field, value: "a text", at }),
      ),
    remove: (at: number) => Collection.use((collection) => collection.remove({ customer, interaction, field, at })),
    opened: (sealed: Effect.Success<ReturnType<Collection["Service"]["enter"]>>) =>
      Effect.map(
        Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose })),
        ({ _tag }) => _tag,
      ),
    pseudonym,
  }
})

describe("a typed text", () => {
  for (const version of holding("FREETEXT-LIFE")) {
    it.effect(
      `FREETEXT-LIFE under ${version.id} is asked by Collection.enter: its life ends with a change, a deletion or the retention`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { enter, opened, remove } = yield* typing(version, "P1M")
            const now = timeOf(version)
            yield* TestClock.setTime(now + 4000)
            const first = yield* enter(now + 1000)
            const second = yield* enter(now + 2000)
            expect([yield* opened(first), yield* opened(second)]).toEqual(["Erased", "Open"])
            yield* remove(now + 3000)
            expect(yield* opened(second)).toBe("Erased")
            // Nothing is entered into a life that is over.
            expect(yield* refusalOf(enter(now + 2500))).toBe("FREETEXT-LIFE")
            const third = yield* enter(now + 4000)
            yield* TestClock.setTime(after(version, "P1M", 3999))
            expect(yield* opened(third)).toBe("Open")
            yield* TestClock.setTime(after(version, "P1M", 4000))
            expect(yield* opened(third)).toBe("Expired")
          }),
        ),
    )
  }

  // Planted and found: the text of 2016 refused for want of a period; ended with the period of other data.
  for (const version of holding("FREETEXT-LIFE16")) {
    it.effect(
      `FREETEXT-LIFE16 under ${version.id} is asked by Collection.enter: it is kept without a period, as nothing else is`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const { enter, opened, pseudonym, remove } = yield* typing(version)
            const now = timeOf(version)
            expect(yield* refusalOf(keep(version, pseudonym, "telephoneNumber"))).toBe("RET-NEC")
            const sealed = yield* enter(now)
            yield* TestClock.setTime(after(version, "P1Y"))
            expect(yield* opened(sealed)).toBe("Open")
            yield* remove(after(version, "P1Y"))
            expect(yield* opened(sealed)).toBe("Erased")
          }),
        ),
    )
  }
})

describe("technical data", () => {
  // Planted and found: the purposes of a value dropped on the way to its end.
  for (const version of holding("STAT-FOREVER16")) {
    it.effect(
      `STAT-FOREVER16 under ${version.id} is asked by Pseudonyms.keep: for statistics and support alone it is kept without a period`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const pseudonym = yield* person(version)
            const kept = (purposes: ReadonlyArray<Purpose>) =>
              refusalOf(keep(version, pseudonym, "ipAddress", purposes))
            expect(yield* kept(["serviceUsageAnalytics", "requestedService"])).toBe("RET-NEC")
            expect(yield* kept(["serviceUsageAnalytics"])).toBe("Success")
            expect(yield* kept(["serviceUsageAnalytics", "customerCare"])).toBe("Success")
          }),
        ),
    )
  }
  it.effect("STAT-FOREVER16: no later version lets it be kept so", () =>
    Effect.forEach(versions.slice(1), (version) =>
      inWorld(
        Effect.gen(function* () {
          const pseudonym = yield* person(version)
          const { purpose } = allowedUse(version, ["ipAddress"])
          const purposes: ReadonlyArray<Purpose> = version.id === "dialogra" ? [purpose] : ["serviceUsageAnalytics"]
          expect(yield* refusalOf(keep(version, pseudonym, "ipAddress", purposes))).toMatch(/^RET-(NEC|CONTRACT)$/)
        }),
      ),
    ),
  )
})

describe("the schedule", () => {
  // Planted and found: the period of another moment.
  for (const version of holding("RET-PUBLISHED")) {
    it.effect(
      `RET-PUBLISHED under ${version.id} is asked by Retention.schedule: the period in force can be read at any time`,
      () =>
        inWorld(
          Effect.gen(function* () {
            const retention = yield* Retention
            expect(yield* refusalOf(retention.schedule(customer))).toBe("POLICY-BIND")
            const pseudonym = yield* person(version)
            const of = (at?: number) =>
              Effect.map(retention.schedule(customer, at), (all) =>
                all.find(({ category }) => category === "ipAddress"),
              )
            const before = yield* of()
            expect([before?.period, before?.missing?.rule]).toEqual([undefined, "RET-CONTRACT"])
            expect(yield* refusalOf(keep(version, pseudonym, "ipAddress"))).toBe("RET-CONTRACT")
            const set = timeOf(version)
            yield* retention.setPeriod(customer, { period: "P6M", categories: ["ipAddress"], at: set })
            yield* retention.setPeriod(customer, { period: "P2M", categories: ["ipAddress"], at: set + 1000 })
            expect([(yield* of(set))?.period, (yield* of(set + 1000))?.period]).toEqual(["P6M", "P2M"])
            expect((yield* of(set + 1000))?.end).toBe(after(version, "P2M", 1000))
          }),
        ),
    )
  }
})

/** Two interactions of the version's own time, which a month ends. */
const visited = Effect.fnUntraced(function* (version: Version) {
  const pseudonym = yield* person(version)
  const at = timeOf(version) - 1
  yield* Retention.use((retention) =>
    retention.setPeriod(customer, { period: "P1M", categories: ["interfaceUsage"], at }),
  )
  yield* startedUnder(version, { interaction, field, category: "interfaceUsage" })
  const end = { _tag: "EndInteraction", at: version.policy.at, reason: "completed" } as const
  yield* Interactions.use((interactions) => interactions.record({ customer, interaction, commands: [end] }))
  yield* Pseudonyms.use((pseudonyms) => pseudonyms.link({ customer, pseudonym }, interaction))
})

/** The completed runs, as recorded: how much each deleted and anonymised. */
const runs = EventStore.use((store) =>
  Effect.map(
    store.readLog(customer, { limit: 1000, filter: { eventTypes: ["RetentionRunCompleted"] } }),
    ({ events }) =>
      events.map(({ data }) => JSON.parse(data) as { readonly deleted: number; readonly anonymised: number }),
  ),
)

/** How many interactions the log holds. */
const started = EventStore.use((store) =>
  Effect.map(
    store.readLog(customer, { limit: 1000, filter: { eventTypes: ["InteractionStarted"] } }),
    ({ events }) => events.length,
  ),
)

describe("a sweep", () => {
  for (const version of holding("SWEEP")) {
    // Planted and found: a run recorded while a day waits; a sweep that is never due.
    it.effect(
      `SWEEP under ${version.id} is asked by Retention.sweep and Retention.explain: it handles all that has ended, and twice is as once`,
      () =>
        inWorld(
          Effect.gen(function* () {
            yield* visited(version)
            const retention = yield* Retention
            yield* TestClock.setTime(after(version, "P1M", -1))
            expect([yield* retention.explain(customer), yield* retention.sweep(customer)]).toMatchObject([
              { isDue: true, days: [], rows: [] },
              { days: [], rows: 0 },
            ])
            expect(yield* retention.explain(customer)).toMatchObject({ isDue: false })
            yield* TestClock.setTime(after(version, "P1M", 2 * 86_400_000))
            expect(yield* retention.explain(customer)).toMatchObject({ isDue: true, interactions: 1 })
            expect(yield* retention.sweep(customer)).toMatchObject({
              interactions: 1,
              rows: 1,
              waiting: [],
              endless: [],
            })
            expect(yield* retention.explain(customer)).toMatchObject({ isDue: false, days: [], rows: [] })
            expect(yield* retention.sweep(customer)).toMatchObject({ interactions: 0, rows: 0, days: [] })
            expect((yield* runs).map(({ deleted }) => deleted)).toEqual([0, 1])
          }),
        ),
    )
  }
  for (const version of holding("DEL-OR-ANON")) {
    // Planted and found: days deleted before the policy was asked.
    it.effect(
      `DEL-OR-ANON under ${version.id} is asked by Retention.sweep: what ends is deleted and recorded so, or stays where the text has it anonymised`,
      () =>
        Effect.gen(function* () {
          const swept = Effect.gen(function* () {
            yield* visited(version)
            yield* TestClock.setTime(after(version, "P2M"))
            const refused = yield* refusalOf(Retention.use((retention) => retention.sweep(customer)))
            return { refused, runs: yield* runs, left: yield* started }
          })
          expect(yield* inWorld(swept)).toMatchObject({
            refused: "Success",
            runs: [{ deleted: 1, anonymised: 0 }],
            left: 0,
          })
          const { text } = version
          const expiryOutcomes = { ...text.parameters.expiryOutcomes!, value: ["anonymised" as const] }
          const changed = { ...text, parameters: { ...text.parameters, expiryOutcomes } }
          const others = PolicyBook.published.versions.filter(({ id }) => id !== (version.id as PolicyVersionId))
          const policies = Layer.succeed(KnownPolicies, () => ({
            ...PolicyBook.published,
            versions: [...others, changed],
          }))
          const answer = yield* Effect.suspend(() =>
            Effect.provide(swept, Layer.provide(services(), policies), { local: true }),
          )
          expect(answer).toEqual({ refused: "DEL-OR-ANON", runs: [], left: 1 })
        }),
    )
  }
})
