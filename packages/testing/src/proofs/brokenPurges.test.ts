/**
 * Proof of the event store suite: stores that purge wrongly.
 */
import * as Effect from "effect/Effect"
import { type Commit, EventStore, EventStoreError, StreamId } from "@tacet/core/eventsourcing"
import * as Model from "../ReferenceModel.ts"
import { type BrokenStore, breaking, changing, changingChunks, answering, prove } from "./brokenStore.testing.ts"

const positionsOf = ({ purged }: EventStore.LogChunk): ReadonlyArray<number> =>
  purged.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index))

const isWrittenBy = (model: Model.Model, commit: Commit.Commit): boolean =>
  model.answered.some((made) => made.commit.commitId === commit.commitId)

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "leaves a hole without a purge record",
    property: "no event of a purged stream is left in the log, and the purge accounts for each position",
    alone: true,
    fixture: changingChunks((chunk) => ({ ...chunk, purged: [] })),
  },
  {
    fault: "answers each purged position as a range of its own",
    property: "purged positions are answered as few ranges as possible, whichever commits purged them",
    alone: true,
    fixture: changingChunks((chunk) => ({ ...chunk, purged: positionsOf(chunk).map((from) => ({ from, to: from })) })),
  },
  {
    fault: "hides purged positions from a reader with a filter",
    property: "a reader with a filter gets purged positions as well",
    alone: true,
    fixture: changingChunks((chunk, { filter }) => (filter === undefined ? chunk : { ...chunk, purged: [] })),
  },
  {
    fault: "answers a whole range to a reader that begins within it",
    property: "purged positions are answered as few ranges as possible, whichever commits purged them",
    alone: true,
    fixture: changingChunks((chunk) => ({
      ...chunk,
      purged: chunk.purged.map((range) =>
        range.from === chunk.after + 1 && range.from > 1 ? { ...range, from: range.from - 1 } : range,
      ),
    })),
  },
  {
    fault: "answers purged positions twice to a reader that pages",
    property: "a reader that pages gets each purged position once",
    alone: true,
    fixture: breaking((store) => ({
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
    property: "no event of a purged stream is left in the log, and the purge accounts for each position",
    alone: true,
    fixture: breaking((store) => {
      const purged = new Set<string>()
      return {
        append: ({ purge, ...commit }) => {
          for (const stream of purge?.streams ?? []) purged.add(commit.customer + StreamId.format(stream))
          return store.append(commit)
        },
        readStream: (customer, stream, range) =>
          purged.has(customer + StreamId.format(stream))
            ? Effect.succeed({ events: [], version: 0 })
            : store.readStream(customer, stream, range),
      }
    }),
  },
  {
    fault: "leaves a purged stream readable",
    property: "a purged stream reads as a stream without events",
    alone: true,
    fixture: changing(({ commitId, customer, writes }) => ({ commitId, customer, writes })),
  },
  {
    fault: "purges the first stream only",
    property: "one purge removes several streams",
    alone: true,
    fixture: changing((commit) =>
      commit.purge === undefined
        ? commit
        : { ...commit, purge: { ...commit.purge, streams: commit.purge.streams.slice(0, 1) } },
    ),
  },
  {
    fault: "purges before it judges expectations",
    property: "a commit that conflicts purges nothing",
    alone: true,
    fixture: answering((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      if (answer._tag !== "VersionConflict") return [answer, next]
      const purged = commit.purge?.streams ?? []
      const isGone = (stream: StreamId.StreamId) =>
        purged.some((other) => StreamId.format(other) === StreamId.format(stream))
      const log = model.log.map((entry) => (entry !== "purged" && isGone(entry.stream) ? "purged" : entry))
      return [answer, { ...model, log }]
    }),
  },
  {
    fault: "uses purged positions again",
    property: "positions are never used again",
    alone: true,
    fixture: answering((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const log = next.log
        .filter((entry) => entry !== "purged")
        .map((entry, index) => ({ ...entry, position: index + 1 }))
      return [answer, { ...next, log }]
    }),
  },
  {
    fault: "continues the versions of a purged stream",
    property: "a purged stream starts anew at version 1, behind the purge",
    alone: true,
    fixture: answering((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const lastOf = (stream: StreamId.StreamId) =>
        model.answered
          .flatMap(({ result }) => result.versions)
          .findLast((made) => StreamId.format(made.stream) === StreamId.format(stream))?.version ?? 0
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
    property: "purging a stream without events changes nothing",
    alone: true,
    fixture: breaking((store) => ({
      append: (commit) =>
        Effect.gen(function* () {
          const { commitId, customer } = commit
          for (const stream of commit.purge?.streams ?? []) {
            const { version } = yield* Effect.orDie(store.readStream(customer, stream))
            if (version === 0)
              return yield* new EventStoreError.InvalidCommit({ customer, commitId, reason: "there is no such stream" })
          }
          return yield* store.append(commit)
        }),
    })),
  },
  {
    fault: "remembers commits of which nothing is left",
    property: "a commit is forgotten with the last stream that it wrote",
    alone: true,
    fixture: answering((model, commit) => {
      const [answer, next] = Model.append(model, commit)
      const isKnown = answer._tag === "Committed" && !answer.repeated && isWrittenBy(model, commit)
      return isKnown ? [{ _tag: "CommitIdReused" }, model] : [answer, next]
    }),
  },
  {
    fault: "forgets a commit with the first of its streams that is purged",
    property: "a commit is forgotten with the last stream that it wrote",
    alone: true,
    fixture: answering((model, commit) => {
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
    fault: "hides purged positions from a late subscriber",
    property: "a subscriber who starts after a purge gets the purged positions",
    alone: false,
    fixture: breaking((store) => ({
      subscribe: EventStore.subscribeBy(
        (customer, range) => Effect.map(store.readLog(customer, range), (chunk) => ({ ...chunk, purged: [] })),
        () => Effect.sleep(1),
      ),
    })),
  },
]

prove("purges wrongly", broken)
