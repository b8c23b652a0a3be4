/**
 * Each layer of the path by itself, on the very data that it meets in the whole path. What a layer makes is kept for the
 * next one; only its own work is timed.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { Customer, Interaction } from "@tacet/core/domain"
import { type Commit, type EventEnvelope, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import type { Interactions } from "@tacet/core/services"
import { Contribution, Tally } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Spent from "../Spent.ts"
import { declared, policyAt } from "./byHand/inputs.ts"
import { customer } from "./recordings.ts"
import { definition } from "./walk.ts"

/** The layers in the order of the path. */
export const layers = [
  "decide and evolve",
  "encode",
  "draw a commit id",
  "read the stream",
  "append",
  "read the log",
  "decode",
  "contribution",
  "tally",
] as const
export type Layer = (typeof layers)[number]

/** Microseconds of processor time by layer. */
export type Costs = Readonly<Record<Layer, number>>

/** Runs each layer once. */
export const costsOf = (recordings: ReadonlyArray<Interactions.Recording>): Promise<Costs> =>
  Effect.gen(function* () {
    const spent = new Map<Layer, number>()
    const timed = <A>(layer: Layer, work: () => A): A => {
      const end = Spent.begin()
      const result = work()
      spent.set(layer, end().client)
      return result
    }
    const timedEffect = <E, R>(layer: Layer, work: Effect.Effect<void, E, R>): Effect.Effect<void, E, R> =>
      Effect.suspend(() => {
        const end = Spent.begin()
        return Effect.map(work, () => void spent.set(layer, end().client))
      })
    const store = yield* EventStore.EventStore

    const decided = timed("decide and evolve", () => recordings.map(({ commands }) => eventsOf(commands)))
    const encoded = timed("encode", () => decided.map((events) => events.map(Interaction.codec.encode)))
    const commitIds: Array<Uuid.Uuid> = []
    yield* timedEffect(
      "draw a commit id",
      Effect.gen(function* () {
        for (let place = 0; place < recordings.length; place++) commitIds.push(yield* Uuid.next)
      }),
    )
    yield* timedEffect(
      "read the stream",
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
        { stream: Interaction.streamOf(interaction), expected: ExpectedVersion.exact(0), events: encoded[place]! },
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
      "read the log",
      Effect.gen(function* () {
        for (let after = 0, isAtHead = false; !isAtHead;) {
          const chunk = yield* store.readLog(customer, { after, filter: { streamKinds: [Interaction.streamKind] } })
          recorded.push(...chunk.events)
          after = chunk.through
          isAtHead = after >= chunk.head
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
    const contributions = timed("contribution", () => Array.from(histories.values(), contributionOf))
    timed("tally", () => {
      const tally = new Tally.Tally(definition)
      for (const contribution of contributions) tally.add(contribution, 1)
    })
    return Object.fromEntries(spent) as Costs
  }).pipe(Effect.provide(memory), Effect.runPromise)

const contributionOf = (history: ReadonlyArray<Contribution.PlacedEvent>): Contribution.Contribution =>
  Contribution.of(history, definition, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)!

const eventsOf = (commands: ReadonlyArray<Interaction.Command>): ReadonlyArray<Interaction.Event> => {
  const context = { customer: declared, policyAt, switchedOn: true }
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
