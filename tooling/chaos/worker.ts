/**
 * A process made to be killed: a writer, or a runner of a projection. Before it continues, it reports each intention
 * and each result to its parent, in one line of JSON each.
 */
import { randomUUID } from "node:crypto"
import { writeSync } from "node:fs"
import { layer, ProjectionRunner } from "@tacet/adapter-pg"
import {
  type Commit,
  type CustomerId,
  EventStore,
  type EventStoreError,
  ExpectedVersion,
  type ProjectionStore,
  type Uuid,
} from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { counting } from "./counting.ts"

/** A message from a worker. */
export type Said =
  | {
      readonly _tag: "intent"
      readonly customer: CustomerId.CustomerId
      readonly commitId: Uuid.Uuid
      readonly events: number
    }
  | { readonly _tag: "unknown"; readonly commitId: Uuid.Uuid }
  | { readonly _tag: "acknowledged"; readonly commitId: Uuid.Uuid; readonly first: number; readonly last: number }

const say = (said: Said): Effect.Effect<void> => Effect.sync(() => void writeSync(1, `${JSON.stringify(said)}\n`))

const fibers = 6

const aCommit = (customer: CustomerId.CustomerId): Commit.Commit => {
  const draw = (below: number) => Math.floor(Math.random() * below)
  return {
    customer,
    commitId: randomUUID() as Uuid.Uuid,
    writes: Array.from({ length: 1 + draw(3) }, () => ({
      stream: { kind: "interaction", id: randomUUID() as Uuid.Uuid },
      expected: ExpectedVersion.none,
      events: Array.from({ length: 1 + draw(4) }, (_, n) => ({
        type: "StepTaken",
        schemaVersion: 1,
        occurredAt: n,
        data: `{"n":${n}}`,
      })),
    })),
  }
}

/** Appends one commit, and repeats it until its result is known. */
const write = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const store = yield* EventStore.EventStore
  const commit = aCommit(customer)
  const { commitId, writes } = commit
  const events = writes.reduce((sum, write) => sum + write.events.length, 0)
  yield* say({ _tag: "intent", customer, commitId, events })
  const { firstPosition, lastPosition } = yield* store.append(commit).pipe(
    Effect.tapError((error) =>
      error._tag === "StoreUnavailable" && error.outcome === "unknown"
        ? say({ _tag: "unknown", commitId })
        : Effect.void,
    ),
    Effect.retry({
      while: ({ _tag }) => _tag === "StoreUnavailable" || _tag === "Overloaded",
      schedule: Schedule.spaced("30 millis"),
    }),
  )
  yield* say({ _tag: "acknowledged", commitId, first: firstPosition, last: lastPosition })
})

const writing = (customers: ReadonlyArray<CustomerId.CustomerId>) =>
  Effect.all(
    Array.from({ length: fibers }, (_, fiber) =>
      Effect.forever(Effect.suspend(() => write(customers[fiber % customers.length]!))),
    ),
    { concurrency: "unbounded", discard: true },
  )

const running = (customers: ReadonlyArray<CustomerId.CustomerId>) =>
  Effect.all(
    customers.map((customer) =>
      ProjectionRunner.use((runner) => runner.run(counting, customer, { lease: "600 millis" })),
    ),
    { concurrency: "unbounded", discard: true },
  )

const [role, url, ...customers] = process.argv.slice(2) as [
  "writer" | "runner",
  string,
  ...Array<CustomerId.CustomerId>,
]
const stores = layer({ url: Redacted.make(url), connectTimeout: "1 second" })

const work: Effect.Effect<
  void,
  EventStoreError.AppendError | EventStoreError.ReadError | ProjectionStore.CheckpointMoved,
  EventStore.EventStore | ProjectionRunner
> = role === "writer" ? writing(customers) : running(customers)

// A worker that comes to life while the server is away tries again.
await Effect.runPromise(
  work.pipe(
    Effect.provide(stores),
    Effect.retry({
      while: ({ _tag }) => _tag === "DatabaseUnavailable",
      schedule: Schedule.spaced("50 millis"),
    }),
  ),
)
