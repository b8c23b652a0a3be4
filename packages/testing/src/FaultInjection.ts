/**
 * Stores that fail where a plan says so: before a call was carried out, or after it, when only the answer is lost. Every
 * call of both stores counts, so a plan can put a crash between any two operations.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { EventStore, EventStoreError, ProjectionStore } from "@tacet/core/eventsourcing"

/** The fault of a call. */
export interface Fault {
  /** Whether the store has carried the call out. */
  readonly when: "before" | "after"
  /** `crash`: the caller is interrupted. `unavailable`: the call fails with `StoreUnavailable`, for an append with this outcome. */
  readonly as: "crash" | "unavailable"
  readonly outcome: EventStoreError.StoreUnavailable["outcome"]
}

/** The caller dies before the store hears of the call. */
export const crashBefore: Fault = { when: "before", as: "crash", outcome: "notCommitted" }
/** The caller dies when the store has carried the call out. */
export const crashAfter: Fault = { when: "after", as: "crash", outcome: "unknown" }
/** The store refuses the call and says so. */
export const refused: Fault = { when: "before", as: "unavailable", outcome: "notCommitted" }
/** The call is lost on its way: not carried out, but the caller cannot know. */
export const lostCall: Fault = { when: "before", as: "unavailable", outcome: "unknown" }
/** The answer is lost on its way: carried out, but the caller cannot know. */
export const lostAnswer: Fault = { when: "after", as: "unavailable", outcome: "unknown" }

/** One call of a store. */
export interface Call {
  readonly operation: keyof EventStore.EventStore["Service"] | keyof ProjectionStore.ProjectionStore["Service"]
  /** The how manieth call it is of all, 1 for the first. */
  readonly number: number
  /** The how manieth of this operation, 1 for the first. */
  readonly nth: number
}

/** The fault of a call, if any. */
export type Plan = (call: Call) => Fault | undefined

/** The injected failure of a caller. */
export class Crash extends Data.TaggedError("Crash")<{ readonly call: Call; readonly when: Fault["when"] }> {
  override get message(): string {
    return `Crash ${this.when} call ${this.call.number} (${this.call.operation})`
  }
}

/** Faulty stores over sound ones. */
export interface Faults {
  readonly eventStore: (sound: EventStore.EventStore["Service"]) => EventStore.EventStore["Service"]
  readonly projectionStore: (
    sound: ProjectionStore.ProjectionStore["Service"],
  ) => ProjectionStore.ProjectionStore["Service"]
  /** Both at once. */
  readonly layer: Layer.Layer<
    EventStore.EventStore | ProjectionStore.ProjectionStore,
    never,
    EventStore.EventStore | ProjectionStore.ProjectionStore
  >
  /** The calls so far. */
  readonly calls: () => ReadonlyArray<Call>
}

/**
 * Makes stores that fail as planned; all that is made of one plan counts together.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { layer } from "@tacet/adapter-memory"
 * import { FaultInjection } from "@tacet/testing"
 *
 * const faults = FaultInjection.make(({ nth, operation }) =>
 *   operation === "append" && nth === 1 ? FaultInjection.lostAnswer : undefined
 * )
 * const faulty = Layer.provide(faults.layer, layer)
 * ```
 */
export const make = (plan: Plan): Faults => {
  const calls: Array<Call> = []
  const faulty = <A, E, R>(
    operation: Call["operation"],
    sound: Effect.Effect<A, E, R>,
  ): Effect.Effect<A, E | EventStoreError.StoreUnavailable, R> =>
    Effect.suspend((): Effect.Effect<A, E | EventStoreError.StoreUnavailable, R> => {
      const nth = calls.filter((call) => call.operation === operation).length + 1
      const call = { operation, number: calls.length + 1, nth }
      calls.push(call)
      const fault = plan(call)
      if (fault === undefined) return sound
      const failure =
        fault.as === "crash"
          ? Effect.die(new Crash({ call, when: fault.when }))
          : Effect.fail(unavailable(operation, fault.outcome))
      return fault.when === "before" ? failure : Effect.andThen(Effect.exit(sound), failure)
    })
  const eventStore: Faults["eventStore"] = (sound) => ({
    append: (...args) => faulty("append", sound.append(...args)),
    readStream: (...args) => faulty("readStream", sound.readStream(...args)),
    readLog: (...args) => faulty("readLog", sound.readLog(...args)),
    // Each chunk is a call.
    subscribe: (...args) =>
      Stream.mapEffect(sound.subscribe(...args), (chunk) => faulty("subscribe", Effect.succeed(chunk))),
  })
  const projectionStore: Faults["projectionStore"] = (sound) => ({
    load: (...args) => faulty("load", sound.load(...args)),
    save: (...args) => faulty("save", sound.save(...args)),
    activeVersion: (...args) => faulty("activeVersion", sound.activeVersion(...args)),
    activate: (...args) => faulty("activate", sound.activate(...args)),
    remove: (...args) => faulty("remove", sound.remove(...args)),
    counters: (...args) => faulty("counters", sound.counters(...args)),
    replaceCounters: (...args) => faulty("replaceCounters", sound.replaceCounters(...args)),
  })
  const layer = Layer.effectContext(
    Effect.gen(function* () {
      return Context.make(EventStore.EventStore, eventStore(yield* EventStore.EventStore)).pipe(
        Context.add(ProjectionStore.ProjectionStore, projectionStore(yield* ProjectionStore.ProjectionStore)),
      )
    }),
  )
  return { eventStore, projectionStore, layer, calls: () => [...calls] }
}

const unavailable = (
  operation: Call["operation"],
  outcome: EventStoreError.StoreUnavailable["outcome"],
): EventStoreError.StoreUnavailable =>
  new EventStoreError.StoreUnavailable({ operation: reported[operation], outcome, cause: "fault injection" })

/** Operations as errors name them. */
const reported: Readonly<Record<Call["operation"], EventStoreError.StoreUnavailable["operation"]>> = {
  append: "append",
  readStream: "readStream",
  readLog: "readLog",
  subscribe: "subscribe",
  load: "loadProjection",
  activeVersion: "loadProjection",
  counters: "loadProjection",
  save: "saveProjection",
  replaceCounters: "saveProjection",
  activate: "saveProjection",
  remove: "saveProjection",
}
