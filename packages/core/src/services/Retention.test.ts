import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Interaction from "../domain/Interaction.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import { derived } from "../eventsourcing/Uuid.ts"
import { make as definitionOf } from "../statistics/Definition.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import { Interactions } from "./Interactions.ts"
import { Retention } from "./Retention.ts"
import {
  adopted,
  append,
  customer,
  day,
  declared,
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

const noon = (month: number, date: number): number => midnight(month, date) + day / 2

/** Three interactions on the first of January, one on the second, one on the third. */
const january = [
  visit(idOf(1), noon(1, 1)),
  visit(idOf(2), noon(1, 1) + 1000),
  visit(idOf(3), midnight(1, 2) - 1),
  visit(idOf(4), midnight(1, 2)),
  visit(idOf(5), noon(1, 3)),
]

describe("a sweep", () => {
  it.effect("SWEEP RET-NEC: deletes the days whose first interaction has ended, and no other", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(january)
      // Planted and found: a day kept until its last interaction has ended; a day in UTC.
      yield* TestClock.setTime(noon(2, 1) - 1)
      expect(yield* sweep).toEqual({
        days: [],
        interactions: 0,
        events: 0,
        rows: 0,
        erased: { interactions: 0, events: 0, waiting: 0 },
        waiting: [],
        endless: [],
      })
      yield* TestClock.setTime(noon(2, 1))
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01"], interactions: 3, events: 9 })
      expect(streamsOf((yield* log).events)).toEqual([idOf(4), idOf(5)])
      yield* TestClock.setTime(noon(2, 10))
      expect(yield* sweep).toMatchObject({ days: ["2026-01-02", "2026-01-03"], interactions: 2 })
      const { events } = yield* log
      expect(streamsOf(events)).toEqual([])
      expect(runsOf(events)).toEqual([0, 3, 2])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  // Planted and found: a day without an end counted as kept; a day whose end is to come listed.
  it.effect("RET-CONTRACT SWEEP: lists the days that have no end, with what to declare, until an end is declared", () =>
    Effect.gen(function* () {
      yield* adopted
      yield* append(january)
      yield* TestClock.setTime(noon(6, 1))
      const { days, endless } = yield* sweep
      expect(days).toEqual([])
      expect(endless).toEqual([
        {
          category: "interfaceUsage",
          days: ["2026-01-01", "2026-01-02", "2026-01-03"],
          rule: "RET-CONTRACT",
          declare: expect.stringContaining("set a period for interfaceUsage"),
        },
      ])
      yield* retain({
        _tag: "SetRetentionPeriod",
        at: DateTime.makeUnsafe(noon(5, 31)),
        category: "interfaceUsage",
        period: "P1Y",
      })
      expect(yield* sweep).toMatchObject({ days: [], endless: [] })
      yield* TestClock.setTime(noon(12, 31) + 4 * day)
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01", "2026-01-02", "2026-01-03"], endless: [] })
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("SWEEP: is recorded once a day where nothing had ended", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* TestClock.setTime(noon(2, 1))
      yield* sweep
      yield* sweep
      yield* TestClock.setTime(noon(2, 2))
      yield* sweep
      expect(runsOf((yield* log).events)).toEqual([0, 0])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("RET-NEC: waits for the longest window, however short the period", () =>
    Effect.gen(function* () {
      yield* declared("P1D")
      yield* append([visit(idOf(1), noon(1, 1))])
      // Its windows close a minute after noon: that is when it ended.
      yield* TestClock.setTime(noon(1, 8))
      expect((yield* sweep).days).toEqual([])
      yield* TestClock.setTime(midnight(1, 9) - 1)
      expect((yield* sweep).days).toEqual([])
      yield* TestClock.setTime(midnight(1, 9))
      expect((yield* sweep).days).toEqual(["2026-01-01"])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("RET-NEC: waits for the window of an interaction that went on for days", () =>
    Effect.gen(function* () {
      yield* declared("P1D")
      yield* append([visit(idOf(1), noon(1, 1))])
      const late = { _tag: "CallRequested", occurredAt: DateTime.makeUnsafe(noon(1, 5)) } as const
      yield* append([{ id: idOf(1), events: [late] }], "late")
      yield* TestClock.setTime(noon(1, 12) - 1)
      // Planted and found: the day judged by its date alone.
      expect(yield* sweep).toMatchObject({ days: [], waiting: ["2026-01-01"] })
      expect(runsOf((yield* log).events)).toEqual([])
      yield* TestClock.setTime(noon(1, 12))
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01"], waiting: [] })
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("RET-NEC: keeps data under a legal hold, and deletes them once it is released", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(january)
      const hold = idOf(99)
      yield* retain({
        _tag: "PlaceLegalHold",
        at: DateTime.makeUnsafe(noon(1, 20)),
        hold,
        matter: "litigation",
        reference: "law/civil-code-2224",
        categories: ["interfaceUsage"],
      })
      yield* TestClock.setTime(noon(3, 1))
      // Planted and found: holds not asked for.
      expect((yield* sweep).days).toEqual([])
      yield* retain({ _tag: "ReleaseLegalHold", at: DateTime.makeUnsafe(noon(3, 1)), hold })
      expect((yield* sweep).days).toEqual(["2026-01-01", "2026-01-02", "2026-01-03"])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("RET-NEC: keeps a day of which a law holds a part, the first of it having ended before", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append([visit(idOf(1), midnight(1, 1)), visit(idOf(2), midnight(1, 2) - 1)])
      const hold = idOf(99)
      const about = { matter: "litigation", reference: "law/civil-code-2224", categories: ["interfaceUsage"] } as const
      yield* retain({ _tag: "PlaceLegalHold", at: DateTime.makeUnsafe(noon(2, 1)), hold, ...about })
      yield* TestClock.setTime(noon(3, 1))
      // Planted and found: only the end of the first asked for.
      expect((yield* sweep).days).toEqual([])
      yield* retain({ _tag: "ReleaseLegalHold", at: DateTime.makeUnsafe(noon(3, 1)), hold })
      expect((yield* sweep).days).toEqual(["2026-01-01"])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("SWEEP: waits until the projections that are named have read the day", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(january)
      yield* TestClock.setTime(noon(3, 1))
      const projections = yield* ProjectionStore
      const awaited = { name: "own", version: 1 }
      expect(yield* sweep).toMatchObject({ days: [], waiting: ["2026-01-01", "2026-01-02", "2026-01-03"] })
      // Through the last event of the third interaction: the fourth day's are not read yet.
      const { events } = yield* log
      const checkpoint = events.findLast(({ stream }) => stream.id === idOf(3))!.position
      yield* projections.save(customer, awaited, 0, { checkpoint: checkpoint - 1, state: "" })
      expect(yield* sweep).toMatchObject({ days: [], waiting: { length: 3 } })
      yield* projections.save(customer, awaited, checkpoint - 1, { checkpoint, state: "" })
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01"], waiting: ["2026-01-02", "2026-01-03"] })
    }).pipe(Effect.provide(over({ awaits: [{ name: "own", version: 1 }] }), { local: true })),
  )

  it.effect("SWEEP: removes no more in a commit than it may", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(Array.from({ length: 25 }, (_, n) => visit(idOf(n + 1), noon(1, 1) + n)))
      yield* TestClock.setTime(noon(3, 1))
      yield* sweep
      // Three events each: three interactions within nine events.
      const batches = (yield* log).events.filter(({ type }) => type === "InteractionsAggregated")
      expect(batches).toHaveLength(9)
      const report = reportOf(yield* rebuilt(paris), noon(3, 2))
      expect(report.interactions).toMatchObject({ started: 25, deflected: 25 })
    }).pipe(Effect.provide(over({ eventsPerCommit: 9, streamsPerCommit: 4 }), { local: true })),
  )

  it.effect("SWEEP: finds an old interaction that was imported behind younger ones", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* TestClock.setTime(noon(2, 10))
      yield* append([visit(idOf(1), noon(2, 9))])
      yield* sweep
      yield* append([visit(idOf(2), noon(1, 1)), visit(idOf(3), noon(2, 10))])
      // Planted and found: the log read from the front, up to the first that is younger.
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01"], interactions: 1 })
      // Once more on the same day: what remained of it before is added to.
      yield* append([visit(idOf(4), noon(1, 1))])
      expect(yield* sweep).toMatchObject({ days: ["2026-01-01"], interactions: 1 })
      const { events } = yield* log
      expect(runsOf(events)).toEqual([0, 1, 1])
      const report = reportOf(yield* rebuilt(paris), noon(2, 20))
      expect(report.interactions.started).toBe(4)
      expect(report.trend.map(({ day: date, started }) => [date, started])).toEqual([
        ["2026-01-01", 2],
        ["2026-02-09", 1],
        ["2026-02-10", 1],
      ])
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("RET-NEC: a late retry does not restore a deleted interaction", () =>
    Effect.gen(function* () {
      yield* declared()
      const interactions = yield* Interactions
      const start = (id: number, at: number) =>
        interactions.record({
          customer,
          interaction: idOf(id),
          commitId: derived("retry", String(id)),
          commands: [
            {
              _tag: "StartInteraction",
              at: DateTime.makeUnsafe(at),
              trigger: { _tag: "contactRequest", channel: "web", entryPoint: ArbitraryInteractions.listedEntryPoint },
              interface: "web" as never,
              linkable: false,
            },
          ],
        })
      yield* TestClock.setTime(noon(1, 1))
      yield* start(1, noon(1, 1))
      yield* TestClock.setTime(noon(2, 1))
      yield* sweep
      const before = (yield* log).head
      // Planted and found: the day not asked for.
      expect((yield* start(1, noon(1, 1))).outcomes[0]).toMatchObject({ failure: { rule: "RET-NEC", field: "at" } })
      expect((yield* start(2, midnight(1, 1))).outcomes[0]).toMatchObject({ failure: { rule: "RET-NEC" } })
      const step = {
        _tag: "TakeStep",
        at: DateTime.makeUnsafe(noon(1, 1)),
        step: "late" as never,
        kind: "page",
      } as const
      const late = yield* interactions.record({ customer, interaction: idOf(1), commands: [step] })
      expect(late.outcomes[0]).toMatchObject({ failure: { rule: "TACET-STARTED" } })
      expect((yield* log).head).toBe(before)
      expect((yield* start(3, noon(1, 2))).outcomes[0]).toMatchObject({ _tag: "Success" })
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("is refused where days are counted in another zone than the policy's", () =>
    Effect.gen(function* () {
      yield* declared()
      const refused = yield* Effect.flip(sweep)
      expect(refused).toMatchObject({ _tag: "Refusal", field: "definition.timeZone" })
      expect((refused as { accepted: string }).accepted).toContain("Europe/Paris")
    }).pipe(Effect.provide(over({ definition: definitionOf({ timeZone: "UTC" }) }), { local: true })),
  )

  // Planted: days counted in UTC where no definition is given.
  it.effect("SWEEP: counts days in the policy's time zone where no definition is given", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(january)
      yield* TestClock.setTime(midnight(2, 2))
      const { days, interactions } = yield* Retention.use((retention) => retention.explain(customer))
      expect([days, interactions]).toEqual([["2026-01-01", "2026-01-02"], 4])
      expect(yield* sweep).toMatchObject({ days, interactions })
    }).pipe(Effect.provide(over({ definition: undefined }), { local: true })),
  )

  it.effect("is refused while the Customer has adopted no policy", () =>
    Effect.gen(function* () {
      expect(yield* Effect.flip(sweep)).toMatchObject({ rule: "POLICY-BIND" })
    }).pipe(Effect.provide(over(), { local: true })),
  )

  it.effect("SWEEP RET-NEC: keeps data for which a hold is placed in the middle of a sweep", () =>
    Effect.gen(function* () {
      let isArmed = false
      const hold = {
        _tag: "PlaceLegalHold",
        at: DateTime.makeUnsafe(noon(1, 20)),
        hold: idOf(98),
        matter: "litigation",
        reference: "law/civil-code-2224",
        categories: ["interfaceUsage"],
      } as const
      let held: Effect.Effect<void> = Effect.void
      const kept = yield* Effect.gen(function* () {
        yield* declared()
        yield* append(january)
        yield* TestClock.setTime(noon(3, 1))
        held = Effect.asVoid(Effect.orDie(Effect.provideService(retain(hold), EventStore, yield* EventStore)))
        isArmed = true
        const swept = yield* sweep
        return { swept, left: streamsOf((yield* log).events) }
      }).pipe(
        Effect.provide(
          over({}, (port, call) =>
            Effect.suspend(() => {
              if (!isArmed || port !== "log.append") return call
              isArmed = false
              return Effect.andThen(held, call)
            }),
          ),
          { local: true },
        ),
      )
      // Planted and found: commits that do not check what they rest on.
      expect(kept.swept.days).toEqual([])
      expect(kept.left).toHaveLength(5)
    }),
  )

  it.effect("handles a store without interactions, and one from which a stream was removed by hand", () =>
    Effect.gen(function* () {
      yield* declared()
      yield* append(january)
      const store = yield* EventStore
      yield* TestClock.setTime(noon(3, 1))
      yield* store.append({
        customer,
        commitId: idOf(1000),
        writes: [
          {
            stream: { kind: "own", id: idOf(1000) },
            expected: Expected.none,
            events: [{ type: "Emptied", schemaVersion: 1, occurredAt: 0, data: "{}" }],
          },
        ],
        purge: { streams: january.map(({ id }) => Interaction.streamOf(id)), reason: "contract-end" },
      })
      expect(yield* sweep).toMatchObject({ interactions: 0, waiting: [] })
    }).pipe(Effect.provide(over(), { local: true })),
  )
})

describe("what keeps data", () => {
  const hold = idOf(99)
  const toHold = {
    hold,
    matter: "litigation",
    reference: "law/civil-code-2224",
    categories: ["interfaceUsage"],
  } as const

  const endOf = (category: string, collectedAt: number) =>
    Effect.map(
      Retention.use((service) => service.schedule(customer, collectedAt)),
      (all) => all.find((one) => one.category === category),
    )

  // Planted and found: each category decided by itself; a schedule that names nothing to declare.
  it.effect(
    "RET-CONTRACT RET-PUBLISHED: a period is set for all of the categories or none, and the schedule has it",
    () =>
      Effect.gen(function* () {
        yield* adopted
        yield* TestClock.setTime(noon(1, 1))
        const before = yield* endOf("freeText", noon(1, 1))
        expect(before).toMatchObject({ end: undefined, rule: undefined, missing: { rule: "RET-CONTRACT" } })
        const categories = ["interfaceUsage", "freeText"] as const
        const { setPeriod } = yield* Retention
        yield* setPeriod(customer, { period: "P1M", categories: ["freeText"] })
        const refused = yield* Effect.flip(setPeriod(customer, { period: "P2M", categories, at: noon(1, 1) - 1 }))
        expect(refused).toMatchObject({ _tag: "Refusal", rule: "TACET-TIME" })
        expect(yield* endOf("interfaceUsage", noon(1, 1))).toMatchObject({ end: undefined })
        const all = yield* setPeriod(customer, { period: "P1M" })
        expect(all).toEqual(expect.arrayContaining(["interfaceUsage", "freeText", "ipAddress"]))
        for (const category of all) {
          expect(yield* endOf(category, noon(1, 1))).toEqual({
            category,
            period: "P1M",
            end: noon(2, 1),
            rule: "RET-CONTRACT",
            heldBy: undefined,
            missing: undefined,
          })
        }
        const { head } = yield* log
        yield* setPeriod(customer, { period: "P1M" })
        expect((yield* log).head).toBe(head)
      }).pipe(Effect.provide(over(), { local: true })),
  )

  /** Sets a period, holds, sweeps in vain, releases and sweeps, killed at a call and then repeated. */
  const killed = (call: number, when: "before" | "after") =>
    Effect.gen(function* () {
      const { armed, around } = deadly(call, when)
      return yield* Effect.gen(function* () {
        yield* adopted
        yield* append(january)
        yield* TestClock.setTime(noon(1, 20))
        const service = yield* Retention
        const once = <A, E>(step: Effect.Effect<A, E>) =>
          Effect.flatMap(armed(step), (exit) => Effect.as(step, exit._tag === "Failure"))
        const died = [
          yield* once(service.setPeriod(customer, { period: "P1M", categories: ["interfaceUsage"], at: noon(1, 1) })),
          yield* once(service.hold(customer, toHold)),
        ]
        yield* TestClock.setTime(noon(3, 1))
        expect((yield* service.sweep(customer)).days).toEqual([])
        expect(yield* endOf("interfaceUsage", noon(1, 1))).toMatchObject({
          end: undefined,
          rule: "RET-CONTRACT",
          heldBy: toHold.reference,
        })
        // A repetition, an hour or months later, is the same hold.
        yield* service.hold(customer, toHold)
        died.push(yield* once(service.release(customer, hold, noon(3, 1))))
        expect((yield* service.sweep(customer)).days).toEqual(["2026-01-01", "2026-01-02", "2026-01-03"])
        return { died: died.includes(true), trace: traceOf((yield* log).events) }
      }).pipe(Effect.provide(over({}, around), { local: true }))
    })

  // Planted and found: a repeated hold placed at its own moment; a release at another moment than the caller gave.
  it.effect.each(["before", "after"] as const)(
    "RET-NEC: killed %s any call and repeated, a hold keeps days until it is released, and is recorded once",
    (when) =>
      Effect.gen(function* () {
        const whole = yield* killed(Number.POSITIVE_INFINITY, when)
        let call = 1
        for (; ; call++) {
          const again = yield* killed(call, when)
          if (!again.died) break
          expect([call, again.trace]).toEqual([call, whole.trace])
        }
        expect(call).toBeGreaterThan(6)
      }),
  )
})
