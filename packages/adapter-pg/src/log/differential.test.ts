import { layer as memory } from "@tacet/adapter-memory"
import { type Commit, type CustomerId, EventStore, type StreamId, Uuid } from "@tacet/core/eventsourcing"
import { Operation, ReferenceModel } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as FastCheck from "fast-check"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

type Store = EventStore.EventStore["Service"]

const both = Effect.map(
  Effect.all([Layer.build(memory), Layer.build(layer(options))]),
  ([inMemory, inPostgres]) =>
    [Context.get(inMemory, EventStore.EventStore), Context.get(inPostgres, EventStore.EventStore)] as const,
)

/** A store's answer as JSON text, with the properties of objects in a fixed order, without the time of recording. */
const bytes = (answer: unknown): string =>
  JSON.stringify(answer, (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries({ ...value, recordedAt: undefined }).toSorted(([one], [other]) => (one < other ? -1 : 1)),
        )
      : value,
  )

const answers = Effect.fnUntraced(function* (
  store: Store,
  operation: Operation.Operation,
  customer: CustomerId.CustomerId,
  cast: Operation.Cast,
  commit: Commit.Commit | undefined,
) {
  if (operation._tag === "readStream") {
    const { after, limit, stream } = operation
    return yield* store.readStream(customer, cast.streams[stream]!, { after, limit })
  }
  if (operation._tag === "readLog") return yield* store.readLog(customer, operation)
  return commit === undefined ? undefined : yield* store.append(commit)
})

/** For a commit repeated after one of its streams was purged, no store need know the version of that stream. */
const withoutPurged = (answer: unknown, commit: Commit.Commit | undefined, model: ReferenceModel.Model): unknown => {
  if (commit === undefined || typeof answer !== "object" || answer === null || !("versions" in answer)) return answer
  const { versions } = answer as Commit.CommitResult
  const isLeft = (stream: StreamId.StreamId) =>
    ReferenceModel.eventsOf(model, stream).some((event) => event.commitId === commit.commitId)
  return { ...answer, versions: versions.filter(({ stream }) => isLeft(stream)) }
}

describe("PostgreSQL and the memory", () => {
  // Planted and found: a page of one event more than was asked for; versions in the order of other streams; a repeated
  // commit compared backwards; an event that occurred a millisecond later.
  it.effect.prop(
    "answer any history with the same bytes, but for the time of recording, which is the server's",
    [FastCheck.array(FastCheck.noShrink(Operation.anOperation), { minLength: 1, maxLength: 60, size: "max" })],
    (operations) =>
      Effect.gen(function* () {
        const stores = yield* both
        const aCustomer = Effect.map(Uuid.next, (id) => id as CustomerId.CustomerId)
        const cast: Operation.Cast = {
          customers: [yield* aCustomer, yield* aCustomer],
          streams: yield* Effect.all(
            Operation.kinds.map((kind) => Effect.map(Uuid.next, (id): StreamId.StreamId => ({ kind, id }))),
          ),
          commitIds: yield* Effect.all(Array.from({ length: Operation.commitIds }, () => Uuid.next)),
        }
        const models = [ReferenceModel.empty, ReferenceModel.empty]
        for (const operation of operations) {
          const customer = cast.customers[operation.customer]!
          const model = models[operation.customer]!
          const commit = Operation.commitOf(operation, cast, model)
          const [answer, next] = commit === undefined ? [undefined, model] : ReferenceModel.append(model, commit)
          if (answer?._tag === "Unspecified") continue
          models[operation.customer] = next
          const [one, other] = yield* Effect.forEach(stores, (store) =>
            Effect.map(Effect.exit(answers(store, operation, customer, cast, commit)), (exit) =>
              exit._tag === "Success" ? withoutPurged(exit.value, commit, next) : exit.cause,
            ),
          )
          expect(bytes(other), Operation.format(operation)).toBe(bytes(one))
        }
        for (const customer of cast.customers) {
          const [one, other] = yield* Effect.forEach(stores, (store) => store.readLog(customer))
          expect(bytes(other)).toBe(bytes(one))
        }
      }),
    { numRuns: 15 },
  )
})
