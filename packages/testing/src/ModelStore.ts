/**
 * An event store that answers by the reference model: slow, and easy to break on purpose. The suites are proved with
 * broken ones.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  EventStore,
  EventStoreError,
} from "@tacet/core/eventsourcing"
import * as Model from "./ReferenceModel.ts"

/** The replaceable parts. */
export interface Options {
  /** How a commit changes the model. Default: `ReferenceModel.append`. */
  readonly append?: typeof Model.append
  /** An effect between reading the model and writing it; any but the empty one lets others interfere. */
  readonly meanwhile?: Effect.Effect<void>
}

/**
 * Makes an empty store.
 *
 * @example
 * ```ts
 * import * as Layer from "effect/Layer"
 * import { EventStore } from "@tacet/core/eventsourcing"
 * import { ModelStore } from "@tacet/testing"
 *
 * const layer = Layer.sync(EventStore.EventStore, () => ModelStore.make())
 * ```
 */
export const make = ({
  append = Model.append,
  meanwhile = Effect.void,
}: Options = {}): EventStore.EventStore["Service"] => {
  const models = new Map<CustomerId.CustomerId, Model.Model>()
  const times = new Map<CustomerId.CustomerId, ReadonlyArray<EventEnvelope.EpochMillis>>()
  const waiting = new Set<() => void>()
  const modelOf = (customer: CustomerId.CustomerId) => models.get(customer) ?? Model.empty
  const recorded = (event: Model.ModelEvent): EventEnvelope.RecordedEvent => ({
    ...event,
    stream: { ...event.stream },
    recordedAt: times.get(event.customer)?.[event.position - 1] ?? 0,
  })
  const readLog: EventStore.EventStore["Service"]["readLog"] = (
    customer,
    { after = 0, filter, limit = EventStore.defaultPageSize } = {},
  ) =>
    Effect.suspend(() => {
      const model = modelOf(customer)
      const head = model.log.length
      const found = Model.between(model, after, head, filter).events
      const through = found.length > limit ? found[limit - 1]!.position : Math.max(after, head)
      const { events, purged } = Model.between(model, after, through, filter)
      return EventStore.requireReached(customer, { after, through, events: events.map(recorded), purged, head })
    })
  return {
    append: Effect.fnUntraced(function* (
      commit: Commit.Commit,
    ): Effect.fn.Return<Commit.CommitResult, EventStoreError.AppendError> {
      const now = yield* Clock.currentTimeMillis
      const before = modelOf(commit.customer)
      yield* meanwhile
      const [answer, model] = append(before, commit)
      models.set(commit.customer, model)
      const known = times.get(commit.customer) ?? []
      times.set(commit.customer, [...known, ...Array.from({ length: model.log.length - known.length }, () => now)])
      const woken = [...waiting]
      waiting.clear()
      for (const wake of woken) wake()
      return answer._tag === "Committed" ? answer.result : yield* errorOf(commit, answer, recorded)
    }),
    readStream: (customer, stream, { after = 0, limit = EventStore.defaultPageSize } = {}) =>
      Effect.sync(() => {
        const events = Model.eventsOf(modelOf(customer), stream)
        return { events: events.slice(after, after + limit).map(recorded), version: events.length }
      }),
    readLog,
    subscribe: EventStore.subscribeBy(readLog, (customer, position) =>
      Effect.callback<void>((resume) => {
        if (modelOf(customer).log.length > position) return resume(Effect.void)
        const wake = () => resume(Effect.yieldNow)
        waiting.add(wake)
        return Effect.sync(() => waiting.delete(wake))
      }),
    ),
  }
}

const errorOf = (
  { commitId, customer }: Commit.Commit,
  answer: Exclude<Model.Answer, { readonly _tag: "Committed" }>,
  recorded: (event: Model.ModelEvent) => EventEnvelope.RecordedEvent,
): EventStoreError.AppendError => {
  switch (answer._tag) {
    case "InvalidCommit":
      return new EventStoreError.InvalidCommit({ customer, commitId, reason: "it contradicts itself" })
    // Two commits with one id may be equal or not once the events are purged; refusing is the safe answer.
    case "Unspecified":
    case "CommitIdReused":
      return new EventStoreError.CommitIdReused({ customer, commitId })
    case "VersionConflict":
      return new EventStoreError.VersionConflict({
        customer,
        commitId,
        mismatches: answer.mismatches,
        missed: answer.missed.map(recorded),
      })
  }
}
