/**
 * Random histories, operation by operation against the reference model.
 */
import * as Effect from "effect/Effect"
import {
  type Commit,
  type EventEnvelope,
  EventStore,
  type EventStoreError,
  StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Operation from "../Operation.ts"
import * as Model from "../ReferenceModel.ts"
import { randomHistories } from "../randomHistories.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** The property of the model. */
export const model = onEventStore("model", [
  {
    name: "any history of operations is answered as the reference model answers it",
    program: Effect.suspend(() => randomHistories(Operation.anOperation, Operation.format, history)),
  },
])

type Failed = Property.Deviation | EventStoreError.AppendError | EventStoreError.ReadError

const history = Effect.fnUntraced(function* (
  operations: ReadonlyArray<Operation.Operation>,
): Effect.fn.Return<void, Failed, EventStore.EventStore> {
  const cast: Operation.Cast = {
    customers: [yield* Scene.aCustomer, yield* Scene.aCustomer],
    streams: yield* Effect.all(Operation.kinds.map((kind) => Scene.aStream(kind))),
    commitIds: yield* Effect.all(Array.from({ length: Operation.commitIds }, () => Uuid.next)),
  }
  const models = [Model.empty, Model.empty]
  for (const operation of operations) {
    models[operation.customer] = yield* step(operation, cast, models[operation.customer]!)
  }
  for (const [index, model] of models.entries()) {
    const customer = cast.customers[index]!
    const { events, head, purged } = yield* Scene.log(customer)
    const expected = Model.between(model, 0, model.log.length)
    yield* Property.same("the head", head, model.log.length)
    yield* Property.same("the purged ranges", purged.map(plainRange), [...expected.purged])
    yield* agree("the log", events, expected.events)
    for (const stream of cast.streams) {
      yield* agree(
        StreamId.format(stream),
        (yield* Scene.stream(customer, stream)).events,
        Model.eventsOf(model, stream),
      )
    }
  }
})

const step = Effect.fnUntraced(function* (
  operation: Operation.Operation,
  cast: Operation.Cast,
  model: Model.Model,
): Effect.fn.Return<Model.Model, Failed, EventStore.EventStore> {
  const customer = cast.customers[operation.customer]!
  if (operation._tag === "readStream") {
    const { after, limit } = operation
    const stream = cast.streams[operation.stream]!
    const page = yield* EventStore.EventStore.use((store) => store.readStream(customer, stream, { after, limit }))
    const all = Model.eventsOf(model, stream)
    yield* Property.same("the version", page.version, all.length)
    const least = Math.min(1, Math.max(0, all.length - after))
    yield* Property.holds(
      `${least} to ${limit} events`,
      page.events.length >= least && page.events.length <= limit,
      page,
    )
    yield* agree("the page", page.events, all.slice(after, after + page.events.length))
    return model
  }
  if (operation._tag === "readLog") {
    const { filter, limit } = operation
    const after = Math.min(operation.after, model.log.length)
    const chunk = yield* Scene.chunk(customer, { after, limit, filter })
    const expected = Model.between(model, after, chunk.through, filter)
    yield* Property.same("the head", chunk.head, model.log.length)
    yield* Property.same("the purged ranges", chunk.purged.map(plainRange), [...expected.purged])
    yield* agree("the chunk", chunk.events, expected.events)
    return model
  }
  const commit = Operation.commitOf(operation, cast, model)
  return commit === undefined ? model : yield* appended(commit, model)
})

const appended = Effect.fnUntraced(function* (
  commit: Commit.Commit,
  model: Model.Model,
): Effect.fn.Return<Model.Model, Failed, EventStore.EventStore> {
  const [expected, next] = Model.append(model, commit)
  if (expected._tag === "Unspecified") return model
  if (expected._tag === "Committed") {
    const result = yield* Scene.append(commit)
    const living = ofLivingStreams(commit, next)
    yield* Property.same("the result", living(result), living(expected.result))
    return next
  }
  const error = yield* Scene.refused(commit, expected._tag)
  if (expected._tag === "VersionConflict" && error._tag === "VersionConflict") {
    const mismatches = error.mismatches.map(({ actual, expected, stream }) => ({ stream, expected, actual }))
    yield* Property.same("the mismatches", mismatches, [...expected.mismatches])
    for (const { stream } of commit.writes) {
      const of = <E extends { readonly stream: typeof stream }>(events: ReadonlyArray<E>) =>
        events.filter((event) => StreamId.format(event.stream) === StreamId.format(stream))
      yield* agree(`the missed events of ${StreamId.format(stream)}`, of(error.missed), of(expected.missed))
    }
    yield* Property.same("the number of missed events", error.missed.length, expected.missed.length)
  }
  return next
})

const agree = (
  what: string,
  seen: ReadonlyArray<EventEnvelope.RecordedEvent>,
  expected: ReadonlyArray<Model.ModelEvent>,
): Effect.Effect<void, Property.Deviation> =>
  Effect.andThen(
    Scene.recorded(what, seen, expected),
    Property.same(`${what}:`, seen.map(placeOf), expected.map(placeOf)),
  )

const placeOf = ({ commitId, customer, position, version }: Model.ModelEvent) => [customer, position, version, commitId]

const plainRange = ({ from, to }: { readonly from: number; readonly to: number }) => ({ from, to })

/** A store need not know the version of a purged stream when its commit is repeated. */
const ofLivingStreams =
  ({ commitId }: Commit.Commit, model: Model.Model) =>
  ({ firstPosition, lastPosition, versions }: Commit.CommitResult) => [
    firstPosition,
    lastPosition,
    versions
      .filter(({ stream }) => Model.eventsOf(model, stream).some((event) => event.commitId === commitId))
      .map(({ stream, version }) => [StreamId.format(stream), version]),
  ]
