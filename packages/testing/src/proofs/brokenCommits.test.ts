/**
 * Proof of the event store suite: stores that carry out, repeat or keep commits wrongly.
 */
import * as Effect from "effect/Effect"
import {
  type Commit,
  type EventEnvelope,
  EventStoreError,
  ExpectedVersion as Expected,
  StreamId,
  Uuid,
} from "@tacet/core/eventsourcing"
import * as Model from "../ReferenceModel.ts"
import {
  appending,
  type BrokenStore,
  changing,
  modelled,
  prove,
  type Store,
  writingEvents,
} from "./brokenStore.testing.ts"

const isKnown = (model: Model.Model, commit: Commit.Commit): boolean =>
  model.answered.some((made) => made.commit.commitId === commit.commitId)

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "appends stream by stream",
    property: "one failed expectation leaves nothing behind, be it the last write's",
    alone: true,
    fixture: appending((store) => (commit) => streamByStream(store, commit)),
  },
  {
    fault: "can be interrupted between two streams of a commit",
    property: "a caller interrupted in the middle of an append leaves all of it or nothing",
    alone: false,
    fixture: appending(
      (store) => (commit) => (commit.writes.length < 2 ? store.append(commit) : streamByStream(store, commit)),
    ),
  },
  {
    fault: "reorders the events of a commit",
    property: "the events of a commit follow the order of its writes and of their events",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.map((write) => ({ ...write, events: write.events.toReversed() })),
    })),
  },
  {
    fault: "writes streams in an order of its own",
    property: "the events of a commit follow the order of its writes and of their events",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.toSorted((one, other) =>
        StreamId.format(one.stream) < StreamId.format(other.stream) ? -1 : 1,
      ),
    })),
  },
  {
    fault: "forgets commits at once",
    property: "the same commit again answers the first result and writes nothing",
    alone: true,
    fixture: modelled({
      append: (model, commit) =>
        isKnown(model, commit)
          ? [{ _tag: "Committed", repeated: false, result: forgetful(model, commit)[0] }, forgetful(model, commit)[1]]
          : Model.append(model, commit),
    }),
  },
  {
    fault: "knows a commit by its expected versions alone",
    property: "a commit that expects nothing is repeated as well as one that expects a version",
    alone: true,
    fixture: modelled({
      append: (model, commit) =>
        isKnown(model, commit) &&
        commit.writes.every(({ expected }) => expected._tag !== "exact" && expected._tag !== "none")
          ? [{ _tag: "Committed", repeated: false, result: forgetful(model, commit)[0] }, forgetful(model, commit)[1]]
          : Model.append(model, commit),
    }),
  },
  {
    fault: "judges expectations of a repetition",
    property: "the same commit again answers the first result when the streams have moved on",
    alone: true,
    fixture: modelled({
      append: (model, commit) => {
        const judged = Model.append(model, { ...commit, commitId: "00000000-0000-4000-8000-00000000000a" as Uuid.Uuid })
        return judged[0]._tag === "VersionConflict" ? judged : Model.append(model, commit)
      },
    }),
  },
  {
    fault: "accepts a commit id with other content",
    property: "a commit id with another payload is refused",
    alone: true,
    fixture: modelled({
      append: (model, commit) => {
        const first = model.answered.findLast((made) => made.commit.commitId === commit.commitId)
        return Model.append(model, first === undefined ? commit : { ...commit, writes: first.commit.writes })
      },
    }),
  },
  {
    fault: "compares payloads by what they mean",
    property: "a commit id with another spelling of the payload is refused",
    alone: true,
    fixture: modelled({
      append: (model, commit) => {
        const meaning = (event: EventEnvelope.NewEvent) => ({ ...event, data: spelt(event.data) })
        return Model.append(model, {
          ...commit,
          writes: commit.writes.map((write) => ({ ...write, events: write.events.map(meaning) })),
        })
      },
    }),
  },
  {
    fault: "compares the purge of a repetition",
    property: "expectations, checks and purge of a repetition are not compared and not carried out",
    alone: false,
    fixture: modelled({
      append: (model, commit) =>
        isKnown(model, commit) && commit.purge !== undefined
          ? [{ _tag: "CommitIdReused" }, model]
          : Model.append(model, commit),
    }),
  },
  {
    fault: "makes one commit twice when it comes twice at once",
    property: "one commit that many callers send at once is recorded once, and all get the same answer",
    alone: false,
    fixture: appending((store) => {
      const known = new Map<string, Commit.CommitResult>()
      return (commit) =>
        Effect.gen(function* () {
          const first = known.get(commit.customer + commit.commitId)
          if (first !== undefined) return first
          yield* Effect.yieldNow
          const writes = commit.writes.map((write) => ({ ...write, expected: Expected.any }))
          const result = yield* store.append({ ...commit, writes, commitId: yield* Uuid.next })
          known.set(commit.customer + commit.commitId, result)
          return result
        })
    }),
  },
  {
    fault: "lets one caller's fault fall on the next",
    property: "one caller's fault does not touch another's append",
    alone: false,
    fixture: appending((store) => {
      let faults = 0
      return (commit) => {
        const { customer, commitId } = commit
        if (faults > 3) {
          faults = 0
          return Effect.fail(new EventStoreError.CommitIdReused({ customer, commitId }))
        }
        return Effect.tapError(store.append(commit), () => Effect.sync(() => faults++))
      }
    }),
  },
  {
    fault: "writes numbers its own way",
    property: "an event keeps numbers as written",
    alone: false,
    fixture: writingEvents((event) => ({ ...event, data: spelt(event.data) })),
  },
  {
    fault: "orders the keys of payloads",
    property: "an event keeps key order",
    alone: false,
    fixture: writingEvents((event) => ({ ...event, data: spelt(event.data) })),
  },
  {
    fault: "normalises text",
    property: "an event keeps characters that look alike",
    alone: false,
    fixture: writingEvents((event) => ({ ...event, data: event.data.normalize() })),
  },
  {
    fault: "cuts long payloads",
    property: "an event keeps a mebibyte of text",
    alone: false,
    fixture: writingEvents((event) => ({ ...event, data: event.data.slice(0, 65_536) })),
  },
  {
    fault: "keeps time in seconds",
    property: "a recorded event holds the written fields, its stream, version and position",
    alone: true,
    fixture: writingEvents((event) => ({ ...event, occurredAt: Math.trunc(event.occurredAt / 1000) * 1000 })),
  },
  {
    fault: "takes what no store can keep",
    property: "what no store can keep is refused as an invalid commit and leaves no trace",
    alone: false,
    fixture: writingEvents((event) => ({
      ...event,
      data: event.data.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, "\ufffd"),
    })),
  },
  {
    fault: "cuts large commits",
    property: "a large commit is appended whole",
    alone: false,
    fixture: changing((commit) => ({ ...commit, writes: commit.writes.slice(0, 50) })),
  },
]

function streamByStream(store: Store, commit: Commit.Commit): ReturnType<Store["append"]> {
  return Effect.gen(function* () {
    const { purge, ...rest } = commit
    const results: Array<Commit.CommitResult> = []
    for (const [index, write] of commit.writes.entries()) {
      const isLast = index === commit.writes.length - 1
      const commitId = Uuid.fromBytes(
        Uint8Array.from({ length: 16 }, (_, byte) => commit.commitId.charCodeAt(byte) + index),
        8,
      )
      results.push(yield* store.append({ ...rest, writes: [write], commitId, ...(isLast && purge ? { purge } : {}) }))
      yield* Effect.yieldNow
    }
    if (results.length === 0) return yield* store.append(commit)
    return {
      firstPosition: results[0]!.firstPosition,
      lastPosition: results[results.length - 1]!.lastPosition,
      versions: results.flatMap(({ versions }) => versions),
    }
  })
}

/** The behaviour of a store that does not recognise the commit. */
function forgetful(model: Model.Model, commit: Commit.Commit): readonly [Commit.CommitResult, Model.Model] {
  const writes = commit.writes.map((write) => ({ ...write, expected: Expected.any }))
  const [answer, next] = Model.append(model, {
    ...commit,
    writes,
    checks: [],
    commitId: "00000000-0000-4000-8000-00000000000b" as Uuid.Uuid,
  })
  return [(answer as Extract<Model.Answer, { readonly _tag: "Committed" }>).result, next]
}

function spelt(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data))
  } catch {
    return data
  }
}

prove("carries out commits wrongly", broken)
