/**
 * Each layer of the path by itself, on the very data that it meets in the whole path. What a layer makes is kept for the
 * next one; only its own work is timed.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { Customer, Interaction } from "@tacet/core/domain"
import { type Commit, Decider, type EventEnvelope, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import type { Contacts } from "@tacet/core/services"
import { Contribution, Deflection, Tally } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { customer, declarations } from "./recordings.ts"
import { definition } from "./wholePath.ts"

/** Milliseconds by layer. */
export type Costs = Readonly<Record<Layer, number>>

/** The layers in the order of the path. */
export const layers = [
  "decide and evolve",
  "encode",
  "commit id",
  "read stream",
  "append",
  "read log",
  "decode",
  "contribution",
  "tally",
  "save state",
] as const
export type Layer = (typeof layers)[number]

/** Runs each layer once. */
export const costs = (recordings: ReadonlyArray<Contacts.Recording>): Promise<Costs> =>
  Effect.gen(function* () {
    const spent = new Map<Layer, number>()
    const timed = <A>(layer: Layer, work: () => A): A => {
      const start = performance.now()
      const result = work()
      spent.set(layer, performance.now() - start)
      return result
    }
    const timedEffect = <A, E, R>(layer: Layer, work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => {
        const start = performance.now()
        return Effect.tap(work, () => Effect.sync(() => void spent.set(layer, performance.now() - start)))
      })
    const store = yield* EventStore.EventStore

    const context = { customer: declaredState, switchedOn: true }
    const decided = timed("decide and evolve", () => recordings.map(({ commands }) => eventsOf(commands, context)))
    const encoded = timed("encode", () => decided.map((events) => events.map(Interaction.codec.encode)))
    const commitIds: Array<Uuid.Uuid> = []
    yield* timedEffect(
      "commit id",
      Effect.gen(function* () {
        for (let place = 0; place < recordings.length; place++) commitIds.push(yield* Uuid.next)
      }),
    )
    yield* timedEffect(
      "read stream",
      Effect.gen(function* () {
        for (const { interaction } of recordings) {
          yield* store.readStream(customer, Interaction.streamOf(interaction), { after: 0 })
        }
      }),
    )
    const commits = recordings.map(({ interaction }, place): Commit.Commit => ({
      customer,
      commitId: commitIds[place]!,
      writes: [
        {
          stream: Interaction.streamOf(interaction),
          expected: ExpectedVersion.exact(0),
          events: encoded[place]!,
        },
      ],
      checks: [{ stream: Customer.streamOf(customer), expected: ExpectedVersion.exact(0) }],
      wantMissedEvents: true,
    }))
    yield* timedEffect(
      "append",
      Effect.gen(function* () {
        for (const commit of commits) yield* store.append(commit)
      }),
    )
    const recorded: Array<EventEnvelope.RecordedEvent> = []
    yield* timedEffect(
      "read log",
      Effect.gen(function* () {
        for (let after = 0; ;) {
          const chunk = yield* store.readLog(customer, { after, filter: { streamKinds: [Interaction.streamKind] } })
          for (const event of chunk.events) recorded.push(event)
          after = chunk.through
          if (after >= chunk.head) return
        }
      }),
    )
    const events = timed("decode", () => recorded.map((event) => Result.getOrThrow(Interaction.codec.decode(event))))
    const histories = new Map<string, Array<Contribution.PlacedEvent>>()
    recorded.forEach(({ stream, version }, place) => {
      const history = histories.get(stream.id) ?? []
      histories.set(stream.id, history)
      history.push({ version, event: events[place]! })
    })
    const contributions = timed("contribution", () =>
      Array.from(histories.values(), (history) =>
        Contribution.of(history, definition, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)!,
      ),
    )
    timed("tally", () => {
      const tally = new Tally.Tally(definition)
      for (const contribution of contributions) tally.add(contribution, 1)
      return tally
    })
    const state = yield* Deflection.apply(
      Deflection.empty(definition),
      { after: 0, through: recorded.length, head: recorded.length, events: recorded, purged: [] },
      customer,
    )
    timed("save state", () => Deflection.projection(definition).encode(state))
    return Object.fromEntries(spent) as Costs
  }).pipe(Effect.provide(memory), Effect.runPromise)

export const declaredState: Customer.State = declarations.reduce(
  (state, command) =>
    Decider.replay(
      Customer.decider,
      Result.getOrThrow(Customer.decider.decide(state, command, Customer.published)),
      state,
    ),
  Customer.initial,
)

const eventsOf = (
  commands: ReadonlyArray<Interaction.Command>,
  context: Interaction.Context,
): ReadonlyArray<Interaction.Event> => {
  const events: Array<Interaction.Event> = []
  let state = Interaction.initial
  for (const command of commands) {
    for (const event of Result.getOrThrow(Interaction.decider.decide(state, command, context))) {
      events.push(event)
      state = Interaction.decider.evolve(state, event)
    }
  }
  return events
}
