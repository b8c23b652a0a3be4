/**
 * The two ports over one memory.
 */
import { type CustomerId, EventStore, type Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { append } from "./append.ts"
import * as Compartments from "./Compartment.ts"
import { readLog, readStream } from "./read.ts"

/** One memory: its compartments and the inline projections that change with every append. */
export interface Memory {
  readonly compartments: Map<CustomerId.CustomerId, Compartments.Compartment>
  readonly inline: ReadonlyArray<Projection.InlineProjection>
}

/** An empty memory. */
export const make = (inline: ReadonlyArray<Projection.InlineProjection>): Memory => ({
  compartments: new Map(),
  inline,
})

/** The event store of a memory. */
export const eventStore = (memory: Memory): EventStore.EventStore["Service"] => {
  const readFrom: EventStore.EventStore["Service"]["readLog"] = (customer, range) =>
    Effect.suspend(() => EventStore.requireReached(customer, readLog(compartmentOf(memory, customer), range)))
  return {
    append: (commit) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const compartment = compartmentOf(memory, commit.customer)
        const head = compartment.log.length
        const appended = append(compartment, memory.inline, commit, now)
        if (compartment.log.length > head) wake(compartment)
        return Effect.fromResult(appended)
      }),
    readStream: (customer, stream, range) =>
      Effect.sync(() => readStream(compartmentOf(memory, customer), stream, range)),
    readLog: readFrom,
    subscribe: EventStore.subscribeBy(readFrom, (customer, position) =>
      Effect.callback<void>((resume) => {
        const { log, waiting } = compartmentOf(memory, customer)
        if (log.length > position) return resume(Effect.void)
        // A resumed fiber runs at once: without the yield, subscribers would work inside the append of another.
        const wakeUp = () => resume(Effect.yieldNow)
        waiting.add(wakeUp)
        return Effect.sync(() => waiting.delete(wakeUp))
      }),
    ),
  }
}

/** The projection store of a memory. */
export const projectionStore = (memory: Memory): ProjectionStore.ProjectionStore["Service"] => ({
  load: (customer, key) =>
    Effect.sync(() => Option.fromNullishOr(compartmentOf(memory, customer).saved.get(Compartments.formatKey(key)))),
  save: (customer, key, expected, { checkpoint, state }) =>
    Effect.suspend(() => {
      const { saved } = compartmentOf(memory, customer)
      const formatted = Compartments.formatKey(key)
      const actual = saved.get(formatted)?.checkpoint ?? 0
      if (actual !== expected) {
        const { name, version } = key
        return Effect.fail(new ProjectionStore.CheckpointMoved({ customer, name, version, expected, actual }))
      }
      saved.set(formatted, Object.freeze({ checkpoint, state }))
      return Effect.void
    }),
  activeVersion: (customer, name) =>
    Effect.sync(() => Option.fromNullishOr(compartmentOf(memory, customer).active.get(name))),
  activate: (customer, key) =>
    Effect.sync(() => void compartmentOf(memory, customer).active.set(key.name, key.version)),
  remove: (customer, key) =>
    Effect.sync(() => void compartmentOf(memory, customer).saved.delete(Compartments.formatKey(key))),
  counters: (customer, key) =>
    Effect.suspend(() => {
      const { counted, counters, log } = compartmentOf(memory, customer)
      const [formatted, head] = [Compartments.formatKey(key), log.length]
      const events = counted.get(formatted) ?? 0
      if (events !== head) {
        const { name, version } = key
        return Effect.fail(new ProjectionStore.CountersIncomplete({ customer, name, version, counted: events, head }))
      }
      return Effect.succeed(new Map(counters.get(formatted)))
    }),
  replaceCounters: (customer, key, through, next) =>
    Effect.suspend(() => {
      const { counted, counters, log } = compartmentOf(memory, customer)
      if (log.length !== through) {
        const { name, version } = key
        const moved = { customer, name, version, expected: through, actual: log.length }
        return Effect.fail(new ProjectionStore.CheckpointMoved(moved))
      }
      counters.set(Compartments.formatKey(key), new Map(next))
      counted.set(Compartments.formatKey(key), through)
      return Effect.void
    }),
})

const compartmentOf = (memory: Memory, customer: CustomerId.CustomerId): Compartments.Compartment => {
  const existing = memory.compartments.get(customer)
  if (existing !== undefined) return existing
  const opened = Compartments.empty()
  memory.compartments.set(customer, opened)
  return opened
}

const wake = ({ waiting }: Compartments.Compartment): void => {
  const sleepers = [...waiting]
  waiting.clear()
  for (const wakeUp of sleepers) wakeUp()
}
