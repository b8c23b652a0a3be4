import { layer } from "@tacet/adapter-memory"
import { describe, expect, it, runs } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import fc from "fast-check"
import type { FieldId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as EventStore from "../eventsourcing/EventStore.ts"
import * as ExpectedVersion from "../eventsourcing/ExpectedVersion.ts"
import * as Projection from "../eventsourcing/Projection.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { holding } from "../policy/laws.testing.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import * as Definition from "./Definition.ts"
import * as Deflection from "./Deflection.ts"
import { recount } from "./recount.testing.ts"

const customer = "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001" as CustomerId

/** One event a commit, in an order that a seed draws among all interleavings of the streams. */
const append = Effect.fnUntraced(function* (histories: ReadonlyArray<ArbitraryInteractions.History>, seed: number) {
  const store = yield* EventStore.EventStore
  const next = histories.map(() => 0)
  const turns = yield* Random.shuffle(histories.flatMap(({ events }, index) => events.map(() => index))).pipe(
    Random.withSeed(seed),
  )
  let commit = 0
  for (const turn of turns) {
    const { events, id } = histories[turn]!
    const version = next[turn]!++
    yield* store.append({
      customer,
      commitId: `00000000-0000-4000-8000-${(++commit).toString(16).padStart(12, "0")}` as Uuid,
      writes: [
        {
          stream: Interaction.streamOf(id),
          expected: ExpectedVersion.exact(version),
          events: [Interaction.codec.encode(events[version]!)],
        },
      ],
    })
  }
})

/** Appends each history as a whole, one after the other. */
const appendWhole = Effect.fnUntraced(function* (histories: ReadonlyArray<ArbitraryInteractions.History>) {
  const store = yield* EventStore.EventStore
  for (const { events, id } of histories) {
    if (events.length === 0) continue
    yield* store.append({
      customer,
      commitId: id,
      writes: [
        {
          stream: Interaction.streamOf(id),
          expected: ExpectedVersion.none,
          events: events.map(Interaction.codec.encode),
        },
      ],
    })
  }
})

/** Appends in a drawn order, or each history as a whole, then folds in chunks of a size. */
const foldOf = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  options: { readonly seed?: number; readonly chunk: number; readonly definition: Definition.Definition },
) =>
  Effect.gen(function* () {
    yield* options.seed === undefined ? appendWhole(histories) : append(histories, options.seed)
    const store = yield* EventStore.EventStore
    let state = Deflection.empty(options.definition)
    for (let after = 0; ;) {
      const chunk = yield* store.readLog(customer, { after, limit: options.chunk })
      state = yield* Deflection.apply(state, chunk, customer)
      after = chunk.through
      if (after >= chunk.head) return state
    }
  }).pipe(Effect.provide(layer, { local: true }))

const reportOf = (state: Deflection.State, asOf: number) => Deflection.report(state, { customer, asOf, declared: [] })

const lastMoment = (histories: ReadonlyArray<ArbitraryInteractions.History>): number =>
  Math.max(0, ...histories.flatMap(({ events }) => events.map((event) => DateTime.toEpochMillis(event.occurredAt))))

const aDefinition = fc
  .record({
    window: fc.constantFrom(...Definition.windows),
    minTalkSeconds: fc.constantFrom(0, 10),
    unknownHuman: fc.constantFrom("effective" as const, "not-effective" as const),
    timeZone: fc.constantFrom("UTC", "Europe/Paris", "America/St_Johns"),
    collapse: fc.boolean(),
    maxSteps: fc.constantFrom(null, 2, 50),
  })
  .map(Definition.make)

const aFold = {
  seed: fc.integer(),
  chunk: fc.integer({ min: 1, max: 50 }),
}

/** How long after the last event the report is made: at the edges of lateness, idle time and windows. */
const aDelay = fc.constantFrom(
  0,
  1_799_999,
  1_800_000,
  3_600_000,
  86_400_000,
  86_400_001,
  7 * 86_400_000,
  30 * 86_400_000,
)

/** The same histories, bound to a version. */
const boundTo = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  id: string,
): ReadonlyArray<ArbitraryInteractions.History> =>
  histories.map((history) => ({
    ...history,
    events: history.events.map((event) =>
      "policyVersion" in event ? { ...event, policyVersion: id as PolicyVersionId } : event,
    ),
  }))

/** The same histories with values of the person observed and typed in each, under references drawn from a number. */
const withValues = (
  histories: ReadonlyArray<ArbitraryInteractions.History>,
  from: number,
): ReadonlyArray<ArbitraryInteractions.History> => {
  let next = from
  const reference = (): Uuid => `0f0f0f0f-0000-4000-8000-${(next++).toString(16).padStart(12, "0")}` as Uuid
  return histories.map((history) => ({
    ...history,
    events: history.events.flatMap((event): ReadonlyArray<Interaction.Event> => {
      if (event._tag !== "StepTaken") return [event]
      const { occurredAt } = event
      return [
        event,
        {
          _tag: "TerminalObserved",
          occurredAt,
          values: [
            { reference: reference(), category: "ipAddress" },
            { reference: reference(), category: "deviceIdentifier" },
          ],
        },
        {
          _tag: "InputEntered",
          occurredAt,
          field: "message" as FieldId,
          value: { reference: reference(), category: "freeText" },
        },
      ]
    }),
  }))
}

describe("laws of the deflection statistics", () => {
  for (const { id } of holding("SEPARATE")) {
    it.effect.prop(
      `SEPARATE under ${id}: a report holds nothing of a person, and is the same whatever becomes of the values`,
      // Planted and found: a step counted by the text typed at it.
      [ArbitraryInteractions.interactions(), aDefinition, aDelay],
      (drawn, definition, delay) =>
        Effect.gen(function* () {
          const histories = boundTo(drawn, id)
          const fold = { chunk: 1000, definition }
          const asOf = lastMoment(histories) + delay
          const report = reportOf(yield* foldOf(withValues(histories, 1), fold), asOf)
          expect(JSON.stringify(report)).not.toContain("0f0f0f0f")
          if (report.interactions.started > report.interactions.excluded) expect(report.policyVersion).toBe(id)
          // Other people, other values: what the vault forgets changes no figure.
          expect(reportOf(yield* foldOf(withValues(histories, 100_000), fold), asOf)).toEqual(report)
        }),
      { numRuns: 1000 },
    )
  }

  // Planted and found: events more than an hour late left out.
  it.effect.prop(
    "STAT-NOCALL STAT-JOURNEY: any interleaving of streams and any batches give the same report",
    [ArbitraryInteractions.interactions(), aDefinition, fc.record(aFold), fc.record(aFold), aDelay],
    (histories, definition, one, other, delay) =>
      Effect.gen(function* () {
        const asOf = lastMoment(histories) + delay
        const first = reportOf(yield* foldOf(histories, { ...one, definition }), asOf)
        const second = reportOf(yield* foldOf(histories, { ...other, definition }), asOf)
        expect(second).toEqual(first)
      }),
    { numRuns: 200 },
  )

  for (const { id } of holding("STAT-NOCALL")) {
    // Planted and found: live interactions with two calls left out.
    it.effect.prop(
      `STAT-NOCALL STAT-JOURNEY under ${id}: the report equals a recount from the histories`,
      [ArbitraryInteractions.interactions(), aDefinition, fc.record(aFold), aDelay],
      (drawn, definition, fold, delay) =>
        Effect.gen(function* () {
          const histories = boundTo(drawn, id)
          const asOf = lastMoment(histories) + delay
          const report = reportOf(yield* foldOf(histories, { ...fold, definition }), asOf)
          const expected = recount(histories, definition, asOf)
          expect({
            interactions: report.interactions,
            rates: Object.fromEntries(
              Definition.windows.map((window) => [
                window,
                {
                  noEffectiveCall: [report.rates[window].noEffectiveCall.k, report.rates[window].noEffectiveCall.n],
                  effective: report.rates[window].effective.k,
                  attemptFailed: report.rates[window].attemptFailed.k,
                  deflected: report.rates[window].deflected.k,
                  pending: report.rates[window].deflected.pending,
                  open: report.rates[window].deflected.open,
                },
              ]),
            ),
            calls: report.calls,
            journeys: Object.fromEntries(
              report.journeys.mostUsed.map((row) => [row.steps.join(">"), [row.interactions, row.effectiveCalls]]),
            ),
            loops: report.journeys.loops.k,
          }).toEqual(expected)
        }),
      { numRuns: 1000 },
    )
  }

  // Planted and found: who bounced counted once more among those who left.
  it.effect.prop(
    "STAT-NOCALL: outcomes are exclusive and add up to the interactions that started",
    [ArbitraryInteractions.interactions(), aDefinition, fc.record(aFold), aDelay],
    (histories, definition, fold, delay) =>
      Effect.gen(function* () {
        const report = reportOf(yield* foldOf(histories, { ...fold, definition }), lastMoment(histories) + delay)
        const { started, ...parts } = report.interactions
        expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(started)
        expect(started).toBe(histories.length)
        for (const window of Definition.windows) {
          const { attemptFailed, bounds, deflected, effective, noEffectiveCall } = report.rates[window]
          expect(effective.k + attemptFailed.k + deflected.k).toBe(noEffectiveCall.n)
          expect(noEffectiveCall.n + noEffectiveCall.pending + noEffectiveCall.open + noEffectiveCall.excluded).toBe(
            started,
          )
          if (bounds !== null) expect(bounds[0]).toBeLessThanOrEqual(bounds[1])
        }
        expect(report.journeys.interactions).toBe(started - report.interactions.excluded)
        const kinds = report.deflectedKinds
        expect(kinds.goal + kinds.handedOff + kinds.left + kinds.bounced).toBe(report.interactions.deflected)
        for (const row of report.waterfall) {
          const onward = row.next.reduce((sum, { visits }) => sum + visits, 0)
          expect(onward + row.exitToCall + row.exitWithoutCall + row.provisional).toBe(row.visits)
        }
      }),
    { numRuns: 200 },
  )

  // Planted and found: settled contributions of another shard left out.
  it.effect.prop(
    "STAT-NOCALL: shards add up to the whole, however streams are split",
    [ArbitraryInteractions.interactions(), aDefinition, fc.record(aFold), fc.integer({ min: 1, max: 4 }), aDelay],
    (histories, definition, fold, shards, delay) =>
      Effect.gen(function* () {
        const asOf = lastMoment(histories) + delay
        const whole = reportOf(yield* foldOf(histories, { ...fold, definition }), asOf)
        let merged = Deflection.empty(definition)
        for (let shard = 0; shard < shards; shard++) {
          const part = histories.filter((_, index) => index % shards === shard)
          merged = Deflection.merge(merged, yield* foldOf(part, { ...fold, definition }))
        }
        expect(reportOf(merged, asOf)).toEqual(whole)
      }),
    { numRuns: 150 },
  )

  // Planted and found: a saved state without its settled contributions.
  it.effect.prop(
    "STAT-NOCALL: incremental equals rebuild, through saved states as well",
    [ArbitraryInteractions.interactions(), aDefinition, fc.integer(), fc.integer({ min: 1, max: 20 })],
    (histories, definition, seed, chunkSize) =>
      Effect.gen(function* () {
        const asOf = lastMoment(histories) + 86_400_000
        const half = Math.floor(histories.length / 2)
        const projection = Deflection.projection(definition)
        const incremental = yield* Effect.gen(function* () {
          yield* append(histories.slice(0, half), seed)
          yield* Projection.catchUp(projection, customer, { chunkSize, saveEvery: 3 })
          yield* appendWhole(histories.slice(half))
          return (yield* Projection.catchUp(projection, customer, { chunkSize, saveEvery: 3 })).state
        }).pipe(Effect.provide(layer, { local: true }))
        const rebuilt = yield* foldOf(histories, { seed, chunk: 1000, definition })
        expect(reportOf(incremental, asOf)).toEqual(reportOf(rebuilt, asOf))
      }),
    { numRuns: 150 },
  )

  // Planted and found: a provisional contribution that is not taken back.
  it.effect.prop(
    "STAT-NOCALL: reporting changes nothing",
    [ArbitraryInteractions.interactions(), aDefinition, fc.record(aFold), aDelay],
    (histories, definition, fold, delay) =>
      Effect.gen(function* () {
        const state = yield* foldOf(histories, { ...fold, definition })
        const asOf = lastMoment(histories) + delay
        expect(reportOf(state, asOf)).toEqual(reportOf(state, asOf))
      }),
    { numRuns: runs(50) },
  )
})
