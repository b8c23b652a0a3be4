/**
 * A process of the work `append-processes`: writers that append to streams which another process appends to as well.
 * Each knows a stream's version from its own reads and appends. It reads a number from its input, appends that many
 * times and reports the results.
 */
import { createInterface } from "node:readline"
import { randomInt, randomUUID } from "node:crypto"
import { layer } from "@tacet/adapter-pg"
import {
  type CustomerId,
  EventStore,
  type EventStoreError,
  ExpectedVersion,
  type StreamId,
  type Uuid,
} from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"

/** What a process is given: its writers share one combiner, or each has a store and a connection of its own. */
export interface Given {
  readonly url: string
  readonly customer: string
  readonly streams: ReadonlyArray<string>
  readonly writers: number
  readonly combined: boolean
}

/** How a round went. */
export interface Round {
  readonly appended: number
  readonly seconds: number
  /** Processor time of this process. */
  readonly processorMicroseconds: number
  /** Refused since another writer was first, and tried again. */
  readonly conflicts: number
  /** Refused although the version was as expected, or failed in any other way. */
  readonly falseFailures: number
}

type Store = EventStore.EventStore["Service"]

const given = JSON.parse(process.argv[2]!) as Given
const customer = given.customer as CustomerId.CustomerId

const open = async (connections: number): Promise<Store> => {
  const options = { url: Redacted.make(given.url), appendConnections: connections, readConnections: connections }
  const context = await Effect.runPromise(Layer.buildWithScope(layer(options), Scope.makeUnsafe()))
  return Context.get(context, EventStore.EventStore)
}

const shared = given.combined ? await open(given.writers) : undefined
const stores: Array<Store> = []
for (let writer = 0; writer < given.writers; writer++) stores.push(shared ?? (await open(1)))

const data = JSON.stringify({ step: "invoice/explain", kind: "page", at: 1_700_000_000_000 })
const event = { type: "StepTaken", schemaVersion: 1, occurredAt: 1_700_000_000_000, data }

/** How many appends a writer makes to a stream before it moves to the next one. */
const stay = 20

const isReal = (error: EventStoreError.AppendError, expected: number): error is EventStoreError.VersionConflict =>
  error._tag === "VersionConflict" && error.mismatches.every(({ actual }) => actual > expected)

const work = async (store: Store, appends: number): Promise<Omit<Round, "seconds" | "processorMicroseconds">> => {
  let [appended, conflicts, falseFailures] = [0, 0, 0]
  while (appended < appends) {
    const stream: StreamId.StreamId = {
      kind: "interaction",
      id: given.streams[randomInt(given.streams.length)] as Uuid.Uuid,
    }
    let { version } = await Effect.runPromise(store.readStream(customer, stream, { limit: 1 }))
    for (let left = Math.min(stay, appends - appended); left > 0;) {
      const write = { stream, expected: ExpectedVersion.exact(version), events: [event] }
      const result = await Effect.runPromise(
        Effect.result(store.append({ customer, commitId: randomUUID() as Uuid.Uuid, writes: [write] })),
      )
      if (Result.isSuccess(result)) {
        appended++
        version++
        left--
      } else if (isReal(result.failure, version)) {
        conflicts++
        version = result.failure.mismatches[0]!.actual
      } else {
        falseFailures++
        left = 0
      }
    }
  }
  return { appended, conflicts, falseFailures }
}

for await (const line of createInterface(process.stdin)) {
  const before = process.cpuUsage()
  const start = performance.now()
  const each = await Promise.all(stores.map((store) => work(store, Math.ceil(Number(line) / given.writers))))
  const { system, user } = process.cpuUsage(before)
  const sum = (key: keyof Omit<Round, "seconds" | "processorMicroseconds">) =>
    each.reduce((total, one) => total + one[key], 0)
  const round: Round = {
    appended: sum("appended"),
    conflicts: sum("conflicts"),
    falseFailures: sum("falseFailures"),
    seconds: (performance.now() - start) / 1_000,
    processorMicroseconds: user + system,
  }
  process.stdout.write(`${JSON.stringify(round)}\n`)
}
process.exit(0)
