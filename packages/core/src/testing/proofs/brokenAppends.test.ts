/**
 * Proof of the suite, first part: stores that append wrongly, each caught by the law made for it.
 */
import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Commit, CommitResult } from "../../eventsourcing/Commit.ts"
import type { NewEvent, RecordedEvent } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import { CommitIdReused, VersionConflict } from "../../eventsourcing/EventStoreError.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { format } from "../../eventsourcing/StreamId.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type { EventStoreFixture } from "../Fixture.ts"
import * as ModelStore from "../ModelStore.ts"
import * as Model from "../ReferenceModel.ts"
import { type BrokenStore, breaking, capabilities, caught, findings } from "./brokenStore.testing.ts"

type Store = EventStore["Service"]

const modelLaw = "any history of operations is answered as the reference model answers it"

/** Over the memory, with another `append`. */
const appending = (append: (store: Store) => Store["append"]): EventStoreFixture =>
  breaking(layer, (store) => ({ append: append(store) }))

/** Over the memory, with each commit changed before it is appended. */
const changing = (change: (commit: Commit) => Commit): EventStoreFixture =>
  appending((store) => (commit) => store.append(change(commit)))

/** Over the memory, with each event changed before it is appended. */
const changingEvents = (change: (event: NewEvent) => NewEvent): EventStoreFixture =>
  changing((commit) => ({
    ...commit,
    writes: commit.writes.map((write) => ({ ...write, events: write.events.map(change) })),
  }))

/** Over the reference model. */
const modelled = (options: ModelStore.Options): EventStoreFixture => ({
  layer: Layer.sync(EventStore, () => ModelStore.make(options)),
  capabilities,
})

/** Over the memory, blind to expectations of one kind. */
const blindTo = (blind: Expected.ExpectedVersion["_tag"], part: "writes" | "checks"): EventStoreFixture =>
  changing((commit) => ({
    ...commit,
    [part]: commit[part]?.map((address) => ({
      ...address,
      expected: address.expected._tag === blind ? Expected.any : address.expected,
    })),
  }))

const isKnown = (model: Model.Model, commit: Commit): boolean =>
  model.answered.some((made) => made.commit.commitId === commit.commitId)

const none = (part: string) => `a ${part} expecting none holds where there is no event`
const exact = (part: string) => `a ${part} expecting exact n holds at version n alone`
const exists = (part: string) => `a ${part} expecting exists holds where there is an event`

const broken: ReadonlyArray<BrokenStore> = [
  { fault: "ignores none", law: none("write"), alone: true, fixture: blindTo("none", "writes") },
  { fault: "ignores exists", law: exists("write"), alone: true, fixture: blindTo("exists", "writes") },
  { fault: "ignores exact versions", law: exact("write"), alone: true, fixture: blindTo("exact", "writes") },
  { fault: "ignores checks of none", law: none("check"), alone: true, fixture: blindTo("none", "checks") },
  { fault: "ignores checks of exists", law: exists("check"), alone: true, fixture: blindTo("exists", "checks") },
  {
    fault: "ignores checks",
    law: exact("check"),
    alone: true,
    fixture: changing(({ checks: _, ...commit }) => commit),
  },
  {
    fault: "takes any for exists",
    law: "a write expecting any holds always",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.map((write) => (write.expected._tag === "any" ? { ...write, expected: Expected.exists } : write)),
    })),
  },
  {
    fault: "takes exact n for at least n",
    law: exact("write"),
    alone: true,
    fixture: appending((store) => (commit) =>
      Effect.gen(function* () {
        const writes = []
        for (const write of commit.writes) {
          const { version } = yield* Effect.orDie(store.readStream(commit.customer, write.stream))
          const { expected } = write
          const fits = expected._tag === "exact" && version > expected.version && expected.version > 0
          writes.push(fits ? { ...write, expected: Expected.any } : write)
        }
        return yield* store.append({ ...commit, writes })
      }),
    ),
  },
  {
    fault: "loses an event under concurrency",
    law: "every acknowledged append is found exactly once where it was told to stand, and nothing else",
    alone: false,
    fixture: modelled({ meanwhile: Effect.yieldNow }),
  },
  {
    fault: "judges expectations before it takes the lock",
    law: "every expectation held at the place where its commit stands",
    alone: false,
    fixture: appending((store) => (commit) =>
      Effect.gen(function* () {
        const blind = <A extends { readonly expected: Expected.ExpectedVersion }>(part: A) => ({ ...part, expected: Expected.any })
        const [answer] = yield* judged(store, commit)
        if (answer !== undefined) return yield* answer
        yield* Effect.yieldNow
        return yield* store.append({ ...commit, writes: commit.writes.map(blind), checks: [] })
      }),
    ),
  },
  {
    fault: "judges none before it takes the lock",
    law: "of many who create one stream, one does",
    alone: false,
    fixture: appending((store) => (commit) =>
      Effect.gen(function* () {
        const [answer] = yield* judged(store, commit)
        if (answer !== undefined) return yield* answer
        yield* Effect.yieldNow
        const writes = commit.writes.map((write) => ({ ...write, expected: Expected.any }))
        return yield* store.append({ ...commit, writes })
      }),
    ),
  },
  {
    fault: "judges checks before it takes the lock",
    law: "two writers who check each other's stream do not both succeed",
    alone: false,
    fixture: appending((store) => (commit) =>
      Effect.gen(function* () {
        const [answer] = yield* judged(store, commit)
        if (answer !== undefined) return yield* answer
        yield* Effect.yieldNow
        return yield* store.append({ ...commit, checks: [] })
      }),
    ),
  },
  {
    fault: "conflicts with whoever appends to the compartment at the same time",
    law: "writers of streams of their own do not disturb each other",
    alone: false,
    fixture: appending((store) => (commit) =>
      Effect.gen(function* () {
        const { customer, commitId, writes } = commit
        const before = yield* Effect.orDie(store.readLog(customer))
        yield* Effect.yieldNow
        const after = yield* Effect.orDie(store.readLog(customer))
        if (before.head === after.head || writes.length === 0) return yield* store.append(commit)
        const mismatches = [{ stream: writes[0]!.stream, expected: writes[0]!.expected, actual: 0 }]
        return yield* new VersionConflict({ customer, commitId, mismatches, missed: [] })
      }),
    ),
  },
  {
    fault: "tells of a conflict where there was none",
    law: "every conflict was one",
    alone: false,
    fixture: appending((store) => {
      let calls = 0
      return (commit) => {
        const { customer, commitId, writes } = commit
        if (++calls % 9 !== 0 || writes.length === 0) return store.append(commit)
        return Effect.flatMap(Effect.orDie(store.readStream(customer, writes[0]!.stream)), ({ version }) =>
          Effect.fail(
            new VersionConflict({
              customer,
              commitId,
              mismatches: [{ stream: writes[0]!.stream, expected: Expected.exact(version), actual: version }],
              missed: [],
            }),
          ),
        )
      }
    }),
  },
  {
    fault: "swallows conflicts",
    law: "a conflict answers the versions that the streams have at that moment",
    alone: true,
    fixture: appending((store) => (commit) =>
      Effect.catchTag(store.append(commit), "VersionConflict", () =>
        Effect.succeed<CommitResult>({
          firstPosition: 1,
          lastPosition: 1,
          versions: commit.writes.map(({ stream }) => ({ stream, version: 1 })),
        }),
      ),
    ),
  },
  {
    fault: "answers a stale actual version",
    law: "a conflict answers the versions that the streams have at that moment",
    alone: true,
    fixture: conflicting((conflict) => ({
      ...conflict,
      mismatches: conflict.mismatches.map((mismatch) => ({ ...mismatch, actual: Math.max(0, mismatch.actual - 1) })),
    })),
  },
  {
    fault: "names the first mismatch only",
    law: "a conflict names every failed expectation, writes before checks, in the order of the commit",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, mismatches: conflict.mismatches.slice(0, 1) })),
  },
  {
    fault: "keeps missed events to itself",
    law: "a conflict carries the missed events of written streams where they were asked for",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, missed: [] })),
  },
  {
    fault: "leaves out the last missed event",
    law: "a conflict carries the missed events of written streams where they were asked for",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, missed: conflict.missed.slice(0, -1) })),
  },
  {
    fault: "carries missed events unasked",
    law: "a conflict carries no events unless they were asked for",
    alone: true,
    fixture: changing((commit) => ({ ...commit, wantMissedEvents: true })),
  },
  {
    fault: "uses up the id of a commit that conflicted",
    law: "a commit id that met a conflict is not used up",
    alone: true,
    fixture: appending((store) => {
      const used = new Set<Uuid.Uuid>()
      return (commit) =>
        used.has(commit.commitId)
          ? Effect.fail(new CommitIdReused({ customer: commit.customer, commitId: commit.commitId }))
          : Effect.tapError(store.append(commit), () => Effect.sync(() => used.add(commit.commitId)))
    }),
  },
  {
    fault: "appends stream by stream",
    law: "one failed expectation leaves nothing behind, be it the last write's",
    alone: true,
    fixture: appending((store) => (commit) => streamByStream(store, commit)),
  },
  {
    fault: "can be interrupted between two streams of a commit",
    law: "a caller interrupted in the middle of an append leaves all of it or nothing",
    alone: false,
    fixture: appending((store) => (commit) => (commit.writes.length < 2 ? store.append(commit) : streamByStream(store, commit))),
  },
  {
    fault: "reorders the events of a commit",
    law: "the events of a commit stand in the order of its writes and of their events",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.map((write) => ({ ...write, events: write.events.toReversed() })),
    })),
  },
  {
    fault: "writes streams in an order of its own",
    law: "the events of a commit stand in the order of its writes and of their events",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.toSorted((one, other) => (format(one.stream) < format(other.stream) ? -1 : 1)),
    })),
  },
  {
    fault: "forgets commits at once",
    law: "the same commit again answers the first result and writes nothing",
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
    law: "a commit that expects nothing is repeated as well as one that expects a version",
    alone: true,
    fixture: modelled({
      append: (model, commit) =>
        isKnown(model, commit) && commit.writes.every(({ expected }) => expected._tag !== "exact" && expected._tag !== "none")
          ? [{ _tag: "Committed", repeated: false, result: forgetful(model, commit)[0] }, forgetful(model, commit)[1]]
          : Model.append(model, commit),
    }),
  },
  {
    fault: "judges expectations of a repetition",
    law: "the same commit again answers the first result when the streams have moved on",
    alone: true,
    fixture: modelled({
      append: (model, commit) => {
        const judged = Model.append(model, { ...commit, commitId: "another" as Uuid.Uuid })
        return judged[0]._tag === "VersionConflict" ? judged : Model.append(model, commit)
      },
    }),
  },
  {
    fault: "accepts a commit id with other content",
    law: "a commit id with another payload is refused",
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
    law: "a commit id with another spelling of the payload is refused",
    alone: true,
    fixture: modelled({
      append: (model, commit) => {
        const meaning = (event: NewEvent) => ({ ...event, data: spelt(event.data) })
        return Model.append(model, { ...commit, writes: commit.writes.map((write) => ({ ...write, events: write.events.map(meaning) })) })
      },
    }),
  },
  {
    fault: "compares the purge of a repetition",
    law: "expectations, checks and purge of a repetition are not compared and not carried out",
    alone: false,
    fixture: modelled({
      append: (model, commit) =>
        isKnown(model, commit) && commit.purge !== undefined ? [{ _tag: "CommitIdReused" }, model] : Model.append(model, commit),
    }),
  },
  {
    fault: "makes one commit twice when it comes twice at once",
    law: "one commit made by many callers at once is made once, and all are told the same",
    alone: false,
    fixture: appending((store) => {
      const known = new Map<string, CommitResult>()
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
    law: "one caller's fault does not touch another's append",
    alone: false,
    fixture: appending((store) => {
      let faults = 0
      return (commit) => {
        const { customer, commitId } = commit
        if (faults > 3) {
          faults = 0
          return Effect.fail(new CommitIdReused({ customer, commitId }))
        }
        return Effect.tapError(store.append(commit), () => Effect.sync(() => faults++))
      }
    }),
  },
  {
    fault: "writes numbers its own way",
    law: "an event keeps numbers as written",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, data: spelt(event.data) })),
  },
  {
    fault: "orders the keys of payloads",
    law: "an event keeps key order",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, data: spelt(event.data) })),
  },
  {
    fault: "normalises text",
    law: "an event keeps characters that look alike",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, data: event.data.normalize() })),
  },
  {
    fault: "cuts long payloads",
    law: "an event keeps a mebibyte of text",
    alone: false,
    fixture: changingEvents((event) => ({ ...event, data: event.data.slice(0, 65_536) })),
  },
  {
    fault: "keeps time in seconds",
    law: "an event keeps what was written and says where it stands",
    alone: true,
    fixture: changingEvents((event) => ({ ...event, occurredAt: Math.trunc(event.occurredAt / 1000) * 1000 })),
  },
  {
    fault: "takes what no store can keep",
    law: "what no store can keep is refused as an invalid commit and leaves no trace",
    alone: false,
    fixture: changingEvents((event) => ({
      ...event,
      data: event.data.replaceAll("\0", "").replaceAll(/\p{Surrogate}/gu, "\ufffd"),
    })),
  },
  {
    fault: "cuts large commits",
    law: "a large commit is appended whole",
    alone: false,
    fixture: changing((commit) => ({ ...commit, writes: commit.writes.slice(0, 50) })),
  },
]

/** Whether a commit would conflict now, and with what. */
function judged(store: Store, commit: Commit): Effect.Effect<ReadonlyArray<VersionConflict>> {
  return Effect.gen(function* () {
    const { checks = [], commitId, customer, writes } = commit
    const mismatches = []
    for (const { expected, stream } of [...writes, ...checks]) {
      const { events, version } = yield* Effect.orDie(store.readStream(customer, stream))
      if (events.some((event) => event.commitId === commitId)) return []
      if (!Expected.holds(expected, version)) mismatches.push({ stream, expected, actual: version })
    }
    return mismatches.length === 0 ? [] : [new VersionConflict({ customer, commitId, mismatches, missed: [] })]
  })
}

/** Over the memory, with other conflicts than there are. */
function conflicting(
  change: (conflict: {
    readonly mismatches: VersionConflict["mismatches"]
    readonly missed: ReadonlyArray<RecordedEvent>
  }) => { readonly mismatches: VersionConflict["mismatches"]; readonly missed: ReadonlyArray<RecordedEvent> },
): EventStoreFixture {
  return appending((store) => (commit) =>
    Effect.catchTag(store.append(commit), "VersionConflict", ({ commitId, customer, mismatches, missed }) =>
      Effect.fail(new VersionConflict({ customer, commitId, ...change({ mismatches, missed }) })),
    ),
  )
}

function streamByStream(store: Store, commit: Commit): ReturnType<Store["append"]> {
  return Effect.gen(function* () {
    const { purge, ...rest } = commit
    const results: Array<CommitResult> = []
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

/** What a store does that does not know the commit. */
function forgetful(model: Model.Model, commit: Commit): readonly [CommitResult, Model.Model] {
  const writes = commit.writes.map((write) => ({ ...write, expected: Expected.any }))
  const [answer, next] = Model.append(model, { ...commit, writes, checks: [], commitId: "anew" as Uuid.Uuid })
  return [(answer as Extract<Model.Answer, { readonly _tag: "Committed" }>).result, next]
}

function spelt(data: string): string {
  try {
    return JSON.stringify(JSON.parse(data))
  } catch {
    return data
  }
}

describe("a store that appends wrongly is caught by the law made for it", () => {
  it.live.each(broken)("$fault: $law", ({ fixture, law }) =>
    Effect.gen(function* () {
      const found = yield* findings(fixture, law)
      expect(caught(found)).toEqual([law])
    }),
  )
})

describe("what one caller alone can notice, the law of the model notices as well", () => {
  it.live.each(broken.filter(({ alone }) => alone))("$fault", ({ fixture }) =>
    Effect.gen(function* () {
      const found = yield* findings(fixture, modelLaw)
      expect(caught(found)).toEqual([modelLaw])
    }),
  )
})

describe("the store over the reference model", () => {
  it.live("keeps every law", () =>
    Effect.gen(function* () {
      const found = yield* findings(modelled({}))
      expect(found.flatMap(({ broken }) => (broken === undefined ? [] : [broken.message]))).toEqual([])
    }),
  )
})
