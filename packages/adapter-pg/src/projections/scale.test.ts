import { type Identifier, Interaction } from "@tacet/core/domain"
import {
  type CustomerId,
  EventStore,
  ExpectedVersion,
  Projection,
  ProjectionStore,
  Uuid,
} from "@tacet/core/eventsourcing"
import { Definition, Deflection } from "@tacet/core/statistics"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { layer } from "../layer.ts"
import { ProjectionRunner } from "./ProjectionRunner.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

/** A process: its own pools, its own runner. */
const aProcess = Effect.map(Layer.build(Layer.fresh(layer(options))), (context) => ({
  context,
  store: Context.get(context, EventStore.EventStore),
  projections: Context.get(context, ProjectionStore.ProjectionStore),
  runner: Context.get(context, ProjectionRunner),
}))

const version = (number: number): ReturnType<typeof Deflection.projection> => ({
  ...Deflection.projection(Definition.make({ timeZone: "Europe/Paris" })),
  version: number,
})
const known = [version(1), version(2)]

const dawn = Date.UTC(2026, 0, 5)
const perDay = 100
const screens = ["menu", "invoice/list", "invoice/explain", "outage/map", "contact/options"] as ReadonlyArray<string>

/** The events of one interaction of many: a few steps, a call for one in three. */
const eventsOf = (place: number): ReadonlyArray<Interaction.Event> => {
  let at = dawn + Math.floor((place * 86_400_000) / perDay)
  const next = () => ({ occurredAt: DateTime.makeUnsafe((at += 5_000)) })
  const call = `00000000-0000-4000-8000-${place.toString(16).padStart(12, "0")}` as Identifier.CallId
  const number = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as Identifier.ListedNumberId
  return [
    {
      _tag: "InteractionStarted",
      ...next(),
      trigger: { _tag: "outgoingCall", number },
      interface: "web" as Identifier.InterfaceId,
      linkable: true,
      policyVersion: "dialonce/2021-02-17" as Identifier.PolicyVersionId,
    },
    ...Array.from({ length: stepsOf(place) }, (_, step) => ({
      _tag: "StepTaken" as const,
      ...next(),
      step: screens[(place * (step + 1)) % screens.length] as Identifier.StepId,
      kind: "page" as const,
    })),
    ...(place % 3 === 0
      ? [
          { _tag: "CallPlaced" as const, ...next(), call, number, asksForPerson: true },
          { _tag: "CallAnswered" as const, ...next(), call, human: true },
          { _tag: "CallEnded" as const, ...next(), call, talkSeconds: 60, disposition: "answered" as const, legs: 1 },
        ]
      : []),
    { _tag: "InteractionEnded", ...next(), reason: "completed" },
  ]
}

const stepsOf = (place: number): number => 1 + (place % 4)

describe("the next version of a projection over 2,000 interactions", () => {
  // Planted and found: a build that continues from its saved state at the first event; a switch before it has caught
  // up; a trace that is kept when its interaction is final.
  it.live(
    "is built beside the live one while interactions are recorded and the report is read, and takes its place at once",
    () =>
      Effect.gen(function* () {
        const [recording, following, building] = [yield* aProcess, yield* aProcess, yield* aProcess]
        const customer = (yield* Uuid.next) as CustomerId.CustomerId
        let recorded = 0
        const record = Effect.fnUntraced(function* (count: number) {
          const writes = yield* Effect.forEach(
            Array.from({ length: count }, (_, n) => recorded + n),
            (place) =>
              Effect.map(Uuid.next, (id) => ({
                stream: { kind: Interaction.streamKind, id },
                expected: ExpectedVersion.none,
                events: eventsOf(place).map(Interaction.codec.encode),
              })),
          )
          yield* recording.store.append({ customer, commitId: yield* Uuid.next, writes })
          recorded += count
        })
        while (recorded < 2_000) yield* record(100)
        const half: { size?: number } = {}
        const weighed: ReturnType<typeof Deflection.projection> = {
          ...version(1),
          encode: (state) => {
            const text = version(1).encode(state)
            half.size ??= text.length
            return text
          },
        }
        yield* Effect.provideContext(
          Projection.catchUp(weighed, customer, { saveEvery: 6_000, chunkSize: 500 }),
          following.context,
        )
        yield* Effect.provideContext(Projection.rebuild(version(1), customer), following.context)
        // The state does not grow with the log: at the end it is as large as halfway, except for the figures of the
        // days.
        const whole = Option.getOrThrow(yield* following.projections.load(customer, version(1))).state.length
        expect(whole).toBeLessThan(half.size! * 1.25)

        const follower = yield* Effect.forkScoped(
          Effect.provideContext(following.runner.run(version(1), customer), following.context),
        )
        let isStopped = false
        const writer = yield* Effect.forkScoped(
          Effect.gen(function* () {
            while (!isStopped) yield* Effect.andThen(record(1), Effect.sleep(10))
          }),
        )
        const read: Array<number> = []
        const reader = yield* Effect.forkScoped(
          Effect.gen(function* () {
            while (!isStopped) {
              const active = yield* Projection.readActive(known, customer)
              const { state } = Option.getOrThrow(active)
              // All that was recorded before the version was built is in it.
              expect(Deflection.report(state, { customer, declared: [] }).interactions.started).toBeGreaterThan(1_999)
              read.push(Option.getOrThrow(yield* recording.projections.activeVersion(customer, "deflection")))
              yield* Effect.sleep(50)
            }
          }).pipe(Effect.provideContext(recording.context)),
        )

        // Stopped after half of the log, and taken up by another process.
        let chunks = 0
        const stopped = yield* Effect.forkScoped(
          Effect.provideContext(
            Projection.catchUp(
              {
                ...version(2),
                apply: (state, chunk, of) => (++chunks > 12 ? Effect.never : version(2).apply(state, chunk, of)),
              },
              customer,
              { saveEvery: 1_000, chunkSize: 500 },
            ),
            following.context,
          ),
        )
        while (chunks <= 12) yield* Effect.sleep(5)
        yield* Fiber.interrupt(stopped)
        expect(Option.getOrThrow(yield* building.projections.load(customer, version(2))).checkpoint).toBeGreaterThan(0)
        yield* Effect.provideContext(Projection.rebuild(version(2), customer), building.context)
        const switchedAt = read.length
        while (read.length < switchedAt + 3) yield* Effect.sleep(5)
        isStopped = true
        yield* Fiber.join(writer)
        yield* Fiber.join(reader)

        expect(recorded).toBeGreaterThan(2_000)
        expect(read.slice(0, 1)).toEqual([1])
        expect(read.slice(-1)).toEqual([2])
        expect(read.toSorted((one, other) => one - other)).toEqual(read)
        const { head } = yield* recording.store.readLog(customer, { limit: 1 })
        yield* Effect.provideContext(Projection.rebuild(version(2), customer), building.context)
        const isCaughtUp = Effect.map(
          following.projections.load(customer, version(1)),
          (saved) => Option.getOrThrow(saved).checkpoint === head,
        )
        while (!(yield* isCaughtUp)) yield* Effect.sleep(20)
        yield* Fiber.interrupt(follower)
        const reports = yield* Effect.forEach(known, (projection) =>
          Effect.map(recording.projections.load(customer, projection), (saved) =>
            Deflection.report(projection.decode(Option.getOrThrow(saved).state), { customer, declared: [] }),
          ),
        )
        expect(reports[1]).toEqual(reports[0])
        const places = Array.from({ length: recorded }, (_, place) => place)
        expect(reports[1]).toMatchObject({
          interactions: { started: recorded },
          calls: { total: Math.ceil(recorded / 3), effective: Math.ceil(recorded / 3) },
          journeys: { interactions: recorded },
        })
        expect(reports[1]!.waterfall.reduce((sum, { visits }) => sum + visits, 0)).toBe(
          places.reduce((sum, place) => sum + visitsOf(place), 0),
        )
      }),
    120_000,
  )
})

/** Steps of an interaction, repeats of one taken as one. */
const visitsOf = (place: number): number => {
  const steps = Array.from({ length: stepsOf(place) }, (_, step) => (place * (step + 1)) % screens.length)
  return steps.filter((step, index) => step !== steps[index - 1]).length
}
