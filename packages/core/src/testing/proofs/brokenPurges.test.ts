/**
 * Proof of the suite, third part: stores that purge wrongly or mix up Customers when they write.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Commit } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore, type LogChunk, type LogRange, subscribeBy } from "../../eventsourcing/EventStore.ts"
import { CommitIdReused, InvalidCommit } from "../../eventsourcing/EventStoreError.ts"
import { format, type StreamId } from "../../eventsourcing/StreamId.ts"
import type { EventStoreFixture } from "../Fixture.ts"
import * as ModelStore from "../ModelStore.ts"
import * as Model from "../ReferenceModel.ts"
import { type BrokenStore, breaking, capabilities, caught, findings } from "./brokenStore.testing.ts"

const modelLaw = "any history of operations is answered as the reference model answers it"

/** Over the reference model, with another `append`. */
const appending = (append: typeof Model.append): EventStoreFixture => ({
  layer: Layer.sync(EventStore, () => ModelStore.make({ append })),
  capabilities,
})

/** Over the memory, with every chunk changed; subscribers are given the changed chunks as well. */
const telling = (change: (chunk: LogChunk, range: LogRange) => LogChunk): EventStoreFixture =>
  breaking(layer, (store) => {
    const readLog: EventStore["Service"]["readLog"] = (customer, range = {}) =>
      Effect.map(store.readLog(customer, range), (chunk) => change(chunk, range))
    return { readLog, subscribe: subscribeBy(readLog, () => Effect.sleep(1)) }
  })

/** Over the memory, with each commit changed before it is appended. */
const changing = (change: (commit: Commit) => Commit): EventStoreFixture =>
  breaking(layer, (store) => ({ append: (commit) => store.append(change(commit)) }))

/** Over the memory; whatever is appended becomes known to the change. */
const rememberingCustomers = (
  change: (
    commit: Commit,
    others: ReadonlyArray<CustomerId>,
    store: EventStore["Service"],
  ) => ReturnType<EventStore["Service"]["append"]>,
): EventStoreFixture =>
  breaking(layer, (store) => {
    const customers = new Set<CustomerId>()
    return {
      append: (commit) =>
        Effect.suspend(() => {
          const others = [...customers].filter((customer) => customer !== commit.customer)
          customers.add(commit.customer)
          return change(commit, others, store)
        }),
    }
  })

const positionsOf = ({ purged }: LogChunk): ReadonlyArray<number> =>
  purged.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))

const isWrittenBy = (model: Model.Model, commit: Commit): boolean =>
  model.answered.some((made) => made.commit.commitId === commit.commitId)

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "leaves a hole without a purge record",
    law: "no event of a purged stream is left in the log, and the purge accounts for each position",
    alone: true,
    fixture: telling((chunk) => ({ ...chunk, purged: [] })),
  },
  {
    fault: "tells every purged position as a range of its own",
    law: "purged positions are told as few ranges, whichever commits purged them",
    alone: true,
    fixture: telling((chunk) => ({ ...chunk, purged: positionsOf(chunk).map((from) => ({ from, to: from })) })),
  },
  {
    fault: "tells a reader with a filter nothing of purges",
    law: "a reader with a filter is told of purged positions as well",
    alone: true,
    fixture: telling((chunk, { filter }) => (filter === undefined ? chunk : { ...chunk, purged: [] })),
  },
  {
    fault: "tells a range whole to a reader that begins within it",
    law: "purged positions are told as few ranges, whichever commits purged them",
    alone: true,
    fixture: telling((chunk) => ({
      ...chunk,
      purged: chunk.purged.map((range) => (range.from === chunk.after + 1 && range.from > 1 ? { ...range, from: range.from - 1 } : range)),
    })),
  },
  {
    fault: "tells a paging reader of purged positions twice",
    law: "a reader that pages is told of each purged position once",
    alone: true,
    fixture: breaking(layer, (store) => ({
      readLog: (customer, range = {}) =>
        Effect.gen(function* () {
          const chunk = yield* store.readLog(customer, range)
          if (range.limit === undefined || chunk.after === 0) return chunk
          const all = yield* store.readLog(customer, { ...range, after: 0, limit: 100_000 })
          return { ...chunk, purged: all.purged }
        }),
    })),
  },
  {
    fault: "leaves the events of a purged stream in the log",
    law: "no event of a purged stream is left in the log, and the purge accounts for each position",
    alone: true,
    fixture: breaking(layer, (store) => {
      const purged = new Set<string>()
      return {
        append: ({ purge, ...commit }) => {
          for (const stream of purge?.streams ?? []) purged.add(commit.customer + format(stream))
          return store.append(commit)
        },
        readStream: (customer, stream, range) =>
          purged.has(customer + format(stream))
            ? Effect.succeed({ events: [], version: 0 })
            : store.readStream(customer, stream, range),
      }
    }),
  },
  {
    fault: "leaves a purged stream readable",
    law: "a purged stream reads as a stream without events",
    alone: true,
    fixture: changing(({ purge: _, ...commit }) => commit),
  },
  {
    fault: "purges the first stream only",
    law: "one purge removes several streams",
    alone: true,
    fixture: changing((commit) =>
      commit.purge === undefined
        ? commit
        : { ...commit, purge: { ...commit.purge, streams: commit.purge.streams.slice(0, 1) } },
    ),
  },
  {
    fault: "purges before it judges expectations",
    law: "a commit that conflicts purges nothing",
    alone: true,
    fixture: appending((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      if (answer._tag !== "VersionConflict") return [answer, next]
      const purged = commit.purge?.streams ?? []
      const isGone = (stream: StreamId) => purged.some((other) => format(other) === format(stream))
      const log = model.log.map((entry) => (entry !== "purged" && isGone(entry.stream) ? "purged" : entry))
      return [answer, { ...model, log }]
    }),
  },
  {
    fault: "uses purged positions again",
    law: "positions are never used again",
    alone: true,
    fixture: appending((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const log = next.log
        .filter((entry) => entry !== "purged")
        .map((entry, index) => ({ ...entry, position: index + 1 }))
      return [answer, { ...next, log }]
    }),
  },
  {
    fault: "goes on counting versions in a purged stream",
    law: "a purged stream starts anew at version 1, behind the purge",
    alone: true,
    fixture: appending((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const lastOf = (stream: StreamId) =>
        model.answered.flatMap(({ result }) => result.versions).findLast((made) => format(made.stream) === format(stream))
          ?.version ?? 0
      const log = next.log.map((entry, index) =>
        entry === "purged" || index < model.log.length || Model.eventsOf(model, entry.stream).length > 0
          ? entry
          : { ...entry, version: entry.version + lastOf(entry.stream) },
      )
      return [answer, { ...next, log }]
    }),
  },
  {
    fault: "refuses to purge a stream without events",
    law: "purging a stream without events changes nothing",
    alone: true,
    fixture: breaking(layer, (store) => ({
      append: (commit) =>
        Effect.gen(function* () {
          const { commitId, customer } = commit
          for (const stream of commit.purge?.streams ?? []) {
            const { version } = yield* Effect.orDie(store.readStream(customer, stream))
            if (version === 0) return yield* new InvalidCommit({ customer, commitId, reason: "there is no such stream" })
          }
          return yield* store.append(commit)
        }),
    })),
  },
  {
    fault: "remembers commits of which nothing is left",
    law: "a commit is forgotten with the last stream that it wrote",
    alone: true,
    fixture: appending((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const isKnown = answer._tag === "Committed" && !answer.repeated && isWrittenBy(model, commit)
      return isKnown ? [{ _tag: "CommitIdReused" }, model] : [answer, next]
    }),
  },
  {
    fault: "forgets a commit with the first stream that goes",
    law: "a commit is forgotten with the last stream that it wrote",
    alone: true,
    fixture: appending((model, commit) => {
      const first = model.answered.findLast((made) => made.commit.commitId === commit.commitId)?.commit
      const isWhole = first?.writes.every(({ stream }) =>
        Model.eventsOf(model, stream).some((event) => event.commitId === commit.commitId),
      )
      if (isWhole !== false) return Model.append(model, commit)
      const log = model.log.map((entry) =>
        entry !== "purged" && entry.commitId === commit.commitId
          ? { ...entry, commitId: "00000000-0000-4000-8000-000000000000" as typeof entry.commitId }
          : entry,
      )
      return Model.append({ ...model, log }, commit)
    }),
  },
  {
    fault: "tells a late subscriber nothing of purges",
    law: "a subscriber who comes after a purge is told of it",
    alone: false,
    fixture: breaking(layer, (store) => ({
      subscribe: subscribeBy(
        (customer, range) => Effect.map(store.readLog(customer, range), (chunk) => ({ ...chunk, purged: [] })),
        () => Effect.sleep(1),
      ),
    })),
  },
  {
    fault: "purges the same stream of every Customer",
    law: "a purge removes the Customer's own streams",
    alone: true,
    fixture: rememberingCustomers((commit, others, store) =>
      Effect.tap(store.append(commit), () =>
        Effect.forEach(commit.purge === undefined ? [] : others, (customer) =>
          Effect.ignore(
            store.append({
              ...commit,
              customer,
              writes: commit.writes.map((write) => ({ ...write, expected: { _tag: "any" } })),
              checks: [],
            }),
          ),
        ),
      ),
    ),
  },
  {
    fault: "knows commit ids across Customers",
    law: "commit ids are the Customer's own",
    alone: true,
    fixture: breaking(layer, (store) => {
      const owners = new Map<string, CustomerId>()
      return {
        append: (commit) => {
          const { commitId, customer } = commit
          const owner = owners.get(commitId) ?? customer
          if (owner !== customer) return Effect.fail(new CommitIdReused({ customer, commitId }))
          return Effect.tap(store.append(commit), () => Effect.sync(() => owners.set(commitId, customer)))
        },
      }
    }),
  },
  {
    fault: "judges expectations by the streams of another Customer",
    law: "expectations and checks look at the Customer's own streams",
    alone: true,
    fixture: rememberingCustomers((commit, others, store) =>
      Effect.gen(function* () {
        const own = yield* Effect.exit(store.append(commit))
        if (own._tag === "Success" || others.length === 0) return yield* own
        return yield* store.append({ ...commit, customer: others[0]! })
      }),
    ),
  },
  {
    fault: "carries another Customer's missed events",
    law: "a conflict carries the Customer's own events",
    alone: true,
    fixture: rememberingCustomers((commit, others, store) =>
      Effect.catchTag(store.append(commit), "VersionConflict", (conflict) =>
        Effect.gen(function* () {
          const missed = []
          for (const customer of others) {
            const { events } = yield* Effect.orDie(store.readStream(customer, commit.writes[0]!.stream))
            missed.push(...events)
          }
          return yield* Object.assign(conflict, { missed: conflict.missed.length === 0 ? [] : [...missed, ...conflict.missed] })
        }),
      ),
    ),
  },
]

describe("a store that purges or separates wrongly is caught by the law made for it", () => {
  it.live.each(broken)("$fault: $law", ({ fixture, law }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, law))).toEqual([law])
    }),
  )
})

describe("what one caller alone can notice, the law of the model notices as well", () => {
  it.live.each(broken.filter(({ alone }) => alone))("$fault", ({ fixture }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, modelLaw))).toEqual([modelLaw])
    }),
  )
})
