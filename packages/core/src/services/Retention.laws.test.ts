import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import * as Interaction from "../domain/Interaction.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { derived } from "../eventsourcing/Uuid.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import * as Contribution from "../statistics/Contribution.ts"
import * as Definition from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import {
  append,
  customer,
  day,
  declared,
  fold,
  headline,
  idOf,
  log,
  midnight,
  over,
  paris,
  rebuilt,
  reportOf,
  runsOf,
  streamsOf,
  sweep,
  traceOf,
  visit,
} from "./retention.testing.ts"
import { deadly } from "./scene.testing.ts"

const aDefinition = fc
  .record({
    window: fc.constantFrom(...Definition.windows),
    minTalkSeconds: fc.constantFrom(0, 10),
    unknownHuman: fc.constantFrom("effective" as const, "not-effective" as const),
    collapse: fc.boolean(),
    maxSteps: fc.constantFrom(null, 2, 50),
  })
  .map((changes) => Definition.make({ ...changes, timeZone: "Europe/Paris" }))

const settingsOf = (definition: Definition.Definition, streamsPerCommit: number) => ({
  definition,
  streamsPerCommit,
  k: 5,
})

/** Long enough after the last interaction that every day has ended, or so that some have and others not. */
const aNight = fc.integer({ min: 0, max: 40 }).map((days) => midnight(1, 31) + days * day)

const afterwards = midnight(6, 1)

/** Days are purged while reports stay the same: of a state that is up to date, lags behind, was saved, or is new. */
const aCase = {
  definition: aDefinition,
  streamsPerCommit: fc.integer({ min: 1, max: 4 }),
  nights: fc
    .array(aNight, { minLength: 1, maxLength: 3 })
    .map((nights) => nights.toSorted((one, other) => one - other)),
  lag: fc.double({ min: 0, max: 1, noNaN: true }),
  chunk: fc.integer({ min: 1, max: 60 }),
}

const copyOf = (state: Deflection.State, definition: Definition.Definition): Deflection.State => {
  const { decode, encode } = Deflection.projection(definition)
  return decode(encode(state))
}

/** Some of the histories again under other ids: a journey of many persons is counted alone. */
const repeated = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  times: number,
): ReadonlyArray<ArbitraryInteractions.History> =>
  Array.from({ length: times }, (_, turn) =>
    histories.map(({ events, id }) => ({ events, id: derived(id, String(turn)) })),
  ).flat()

/** Which interactions have ended by a night, from the words of the rule: days in Paris, a month, windows closed. */
const endedBy = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  night: number,
  definition: Definition.Definition,
): ReadonlySet<string> => {
  const days = new Map<string, Array<ArbitraryInteractions.History>>()
  const zone = DateTime.zoneMakeNamedUnsafe("Europe/Paris")
  const startOf = ({ events }: ArbitraryInteractions.History) => DateTime.setZone(events[0]!.occurredAt, zone)
  for (const history of histories) {
    const date = DateTime.formatIsoDate(startOf(history))
    days.set(date, [...(days.get(date) ?? []), history])
  }
  const gone = Array.from(days.values()).filter((group) => {
    const start = group.map(startOf).reduce((one, other) => (DateTime.isLessThan(other, one) ? other : one))
    const settled = DateTime.add(DateTime.startOf(start, "day"), { days: 1 })
    const finals = group.map(({ events }) => {
      const placed = events.map((event, index) => ({ event, version: index + 1 }))
      return Contribution.of(placed, definition, Infinity, Infinity)?.finalAt ?? 0
    })
    return (
      DateTime.toEpochMillis(DateTime.add(start, { months: 1 })) <= night &&
      DateTime.toEpochMillis(settled) + 7 * day <= night &&
      Math.max(...finals) <= night
    )
  })
  return new Set(gone.flat().map(({ id }) => id))
}

describe("laws of the sweep", () => {
  it.effect.prop(
    "SWEEP STAT-NOCALL STAT-JOURNEY: purging changes no headline figure, in whatever state a projection is",
    [ArbitraryInteractions.interactions({ days: 20 }), fc.record(aCase), fc.constantFrom(1, 6)],
    (drawn, { chunk, definition, lag, nights, streamsPerCommit }, times) =>
      Effect.gen(function* () {
        const histories = repeated(drawn, times)
        yield* declared()
        yield* append(histories)
        const { head } = yield* log
        const upToDate = yield* fold(Deflection.empty(definition), { chunk })
        const behind = yield* fold(Deflection.empty(definition), { chunk, until: Math.floor(head * lag) })
        const before = reportOf(yield* rebuilt(definition), afterwards)
        let waiting: ReadonlyArray<string> = []
        for (const night of nights) {
          yield* TestClock.setTime(night)
          const swept = yield* sweep
          waiting = swept.waiting
        }
        const swept = yield* log
        // Twice is as once.
        expect(yield* sweep).toMatchObject({ days: [], interactions: 0, rows: 0, waiting })
        const { events } = yield* log
        expect(events).toEqual(swept.events)
        // Planted and found: a day counted twice; journeys of a purged day left in the tree; a day's calls left out; the
        // returns of a day left out; a further batch that replaces as the first does, with nothing.
        const after = reportOf(yield* rebuilt(definition, chunk), afterwards)
        expect(headline(after)).toEqual(headline(before))
        for (const { after: position, state } of [
          upToDate,
          behind,
          { ...upToDate, state: copyOf(upToDate.state, definition) },
          { ...behind, state: copyOf(behind.state, definition) },
        ]) {
          const { state: caughtUp } = yield* fold(state, { after: position, chunk })
          expect(reportOf(caughtUp, afterwards)).toEqual(after)
          expect(reportOf(copyOf(caughtUp, definition), afterwards)).toEqual(after)
        }
        // Expired interactions are deleted, by whole days, and no others.
        const left = new Set(streamsOf(events))
        const ended = endedBy(histories, nights.at(-1)!, definition)
        expect(histories.filter(({ id }) => !left.has(id)).map(({ id }) => id)).toEqual(
          histories.filter(({ id }) => ended.has(id)).map(({ id }) => id),
        )
        // Journeys of too few persons are counted together.
        if (left.size === 0) {
          expect(after.journeys.merged.interactions).toBe(after.journeys.interactions)
          expect(after.waterfall).toEqual([])
          expect(after.failedByHour.flat().every((count) => count === 0)).toBe(true)
        }
        const deleted = runsOf(events).reduce((sum, count) => sum + count, 0)
        if (waiting.length === 0) expect(deleted).toBe(ended.size)
        else expect(deleted).toBeLessThanOrEqual(ended.size)
      }).pipe(Effect.provide(over(settingsOf(definition, streamsPerCommit)), { local: true })),
    { numRuns: 60 },
  )

  const headlineAfter = (
    portions: ReadonlyArray<ReadonlyArray<ArbitraryInteractions.History>>,
    definition: Definition.Definition,
  ) =>
    Effect.gen(function* () {
      yield* declared()
      yield* TestClock.setTime(afterwards)
      for (const portion of portions) {
        yield* append(portion)
        yield* sweep
      }
      const { events } = yield* log
      expect(streamsOf(events)).toEqual([])
      return headline(reportOf(yield* rebuilt(definition), afterwards))
    }).pipe(Effect.provide(over(settingsOf(definition, 3)), { local: true }), Effect.provide(TestClock.layer()))

  it.effect.prop(
    "SWEEP STAT-NOCALL: interactions imported for a purged day are added to its counters",
    [
      ArbitraryInteractions.interactions({ days: 3 }),
      aDefinition,
      fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    ],
    (histories, definition, isLate) =>
      Effect.gen(function* () {
        const early = histories.filter((_, index) => isLate[index % 5] !== true)
        const late = histories.filter((_, index) => isLate[index % 5] === true)
        // Planted and found: the counters of an earlier purge added again; the returns of one portion counted for both.
        const together = yield* headlineAfter([histories], definition)
        expect(yield* headlineAfter([early, late], definition)).toEqual(together)
      }),
    { numRuns: 150 },
  )

  const person = (n: number): SubjectId => `0e0e0e0e-0000-4000-8000-${n.toString(16).padStart(12, "0")}` as SubjectId

  const link = (n: number, subject: SubjectId) =>
    Vault.use((vault) => vault.link(customer, subject, idOf(n), undefined))

  it.effect(
    "STAT-JOURNEY: a journey of k persons is counted alone, one of fewer is not, however often it was taken",
    () =>
      Effect.gen(function* () {
        yield* declared()
        const noon = midnight(1, 1) + day / 2
        const journeys = [
          ...Array.from({ length: 5 }, (_, n) => ["many", n] as const),
          ...Array.from({ length: 16 }, (_, n) => [`few-${n % 2}`, n % 8] as const),
        ]
        for (const [n, [step, who]] of journeys.entries()) {
          yield* append([visit(idOf(n), noon + n, [step], true)])
          yield* link(n, person(who))
        }
        // Interactions of no known person do not count, however many they are.
        yield* append(Array.from({ length: 20 }, (_, n) => visit(idOf(100 + n), noon, ["nobody"], n % 2 === 0)))
        yield* TestClock.setTime(midnight(3, 1))
        yield* sweep
        const { journeys: told } = reportOf(yield* rebuilt(paris), afterwards)
        // Planted and found: interactions counted as persons.
        expect(told.mostUsed.map(({ interactions, steps }) => [steps, interactions])).toEqual([[["many"], 5]])
        expect(told.merged).toEqual({ journeys: 3, interactions: 36 })
        expect(told.flow.links).toContainEqual({ source: "start", target: "1~other", interactions: 36 })
      }).pipe(Effect.provide(over({ k: 5 }), { local: true })),
  )

  /** A few days with values in the vault, killed at a call, then something, then swept again. */
  const killed = (call: number, when: "before" | "after", isLate: boolean) =>
    Effect.gen(function* () {
      const { armed, around } = deadly(call, when)
      return yield* Effect.gen(function* () {
        yield* declared()
        const at = midnight(1, 1) + day / 2
        yield* TestClock.setTime(at)
        yield* append(Array.from({ length: 7 }, (_, n) => visit(idOf(n + 1), at + (n % 3) * day, ["start"], true)))
        for (let n = 1; n < 8; n++) yield* link(n, person(n))
        const vault = yield* Vault
        for (let n = 1; n < 4; n++) {
          yield* vault.seal({
            customer,
            subject: person(n),
            category: "freeText",
            value: "text",
            purposes: ["customerCare"],
            collectedAt: at,
            retentionEnd: midnight(2, 1),
          })
        }
        const upToDate = yield* fold(Deflection.empty(paris))
        const before = headline(reportOf(upToDate.state, afterwards))
        yield* TestClock.setTime(midnight(2, 4))
        const first = yield* armed(sweep)
        const between = yield* fold(upToDate.state, { after: upToDate.after })
        const store = yield* EventStore
        if (isLate) {
          // Something comes late for whatever is still there, in the midst of its day's purge too.
          for (const id of streamsOf((yield* log).events)) {
            yield* store.append({
              customer,
              commitId: derived("late", id),
              writes: [
                {
                  stream: Interaction.streamOf(id as never),
                  expected: Expected.exists,
                  events: [
                    Interaction.codec.encode({ _tag: "CallRequested", occurredAt: DateTime.makeUnsafe(at + 3 * day) }),
                  ],
                },
              ],
            })
          }
        }
        // One projection reads the late events while their streams exist, another after they were deleted.
        const meanwhile = yield* fold(copyOf(between.state, paris), { after: between.after })
        const second = yield* sweep
        const { events } = yield* log
        const rows = yield* vault.sweep(customer)
        const anew = reportOf(yield* rebuilt(paris), afterwards)
        for (const { after, state } of [between, meanwhile]) {
          const caughtUp = reportOf((yield* fold(state, { after })).state, afterwards)
          expect([call, caughtUp]).toEqual([call, anew])
        }
        if (!isLate) expect([call, headline(anew)]).toEqual([call, before])
        expect(streamsOf(events)).toEqual([])
        expect(anew.interactions.started).toBe(7)
        return { died: first._tag === "Failure", second, rows, runs: runsOf(events), trace: traceOf(events) }
      }).pipe(Effect.provide(over({ streamsPerCommit: 2 }, around, VaultMemory.make()), { local: true }))
    })

  it.effect.each(["before", "after"] as const)(
    "SWEEP: killed %s any call of a port and run again, it gives the same result, and counts no interaction twice",
    (when) =>
      Effect.gen(function* () {
        const whole = yield* killed(Number.POSITIVE_INFINITY, when, false)
        expect(whole).toMatchObject({ died: false, rows: 0, runs: [7], second: { interactions: 0 } })
        let call = 1
        // Planted and found: interactions that a stopped sweep had counted, counted again; its streams left; ids drawn anew.
        for (; ; call++) {
          const again = yield* killed(call, when, false)
          if (!again.died) break
          expect([call, again.runs, again.rows]).toEqual([call, [7], 0])
          expect([call, again.trace]).toEqual([call, whole.trace])
        }
        expect(call).toBeGreaterThan(40)
      }),
    120_000,
  )

  it.effect(
    "SWEEP: a late event of a day whose purge is under way is not counted, in any state of a projection",
    () =>
      Effect.gen(function* () {
        let call = 1
        // Planted and found: a late event that subtracts an interaction already in its day's counters.
        for (; ; call++) if (!(yield* killed(call, "after", true)).died) break
        expect(call).toBeGreaterThan(40)
      }),
    120_000,
  )
})
