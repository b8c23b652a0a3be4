/**
 * Proof of the event store suite: stores that answer conflicts wrongly.
 */
import * as Effect from "effect/Effect"
import { type Commit, type EventEnvelope, EventStoreError, type Uuid } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import { appending, type BrokenStore, changing, prove } from "./brokenStore.testing.ts"

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "swallows conflicts",
    property: "a conflict answers the versions that the streams have at that moment",
    alone: true,
    fixture: appending(
      (store) => (commit) =>
        Effect.catchTag(store.append(commit), "VersionConflict", () =>
          Effect.succeed<Commit.CommitResult>({
            firstPosition: 1,
            lastPosition: 1,
            versions: commit.writes.map(({ stream }) => ({ stream, version: 1 })),
          }),
        ),
    ),
  },
  {
    fault: "answers a stale actual version",
    property: "a conflict answers the versions that the streams have at that moment",
    alone: true,
    fixture: conflicting((conflict) => ({
      ...conflict,
      mismatches: conflict.mismatches.map((mismatch) => ({ ...mismatch, actual: Math.max(0, mismatch.actual - 1) })),
    })),
  },
  {
    fault: "names the first mismatch only",
    property: "a conflict names every failed expectation, writes before checks, in the order of the commit",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, mismatches: conflict.mismatches.slice(0, 1) })),
  },
  {
    fault: "keeps missed events to itself",
    property: "a conflict carries the missed events of written streams where they were asked for",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, missed: [] })),
  },
  {
    fault: "leaves out the last missed event",
    property: "a conflict carries the missed events of written streams where they were asked for",
    alone: true,
    fixture: conflicting((conflict) => ({ ...conflict, missed: conflict.missed.slice(0, -1) })),
  },
  {
    fault: "carries missed events unasked",
    property: "a conflict carries no events unless they were asked for",
    alone: true,
    fixture: changing((commit) => ({ ...commit, wantMissedEvents: true })),
  },
  {
    fault: "uses up the id of a commit that conflicted",
    property: "a commit id that met a conflict is not used up",
    alone: true,
    fixture: appending((store) => {
      const used = new Set<Uuid.Uuid>()
      return (commit) =>
        used.has(commit.commitId)
          ? Effect.fail(new EventStoreError.CommitIdReused({ customer: commit.customer, commitId: commit.commitId }))
          : Effect.tapError(store.append(commit), () => Effect.sync(() => used.add(commit.commitId)))
    }),
  },
]

/** Over the memory, with other conflicts than there are. */
function conflicting(
  change: (conflict: {
    readonly mismatches: EventStoreError.VersionConflict["mismatches"]
    readonly missed: ReadonlyArray<EventEnvelope.RecordedEvent>
  }) => {
    readonly mismatches: EventStoreError.VersionConflict["mismatches"]
    readonly missed: ReadonlyArray<EventEnvelope.RecordedEvent>
  },
): EventStoreFixture {
  return appending(
    (store) => (commit) =>
      Effect.catchTag(store.append(commit), "VersionConflict", ({ commitId, customer, mismatches, missed }) =>
        Effect.fail(new EventStoreError.VersionConflict({ customer, commitId, ...change({ mismatches, missed }) })),
      ),
  )
}

prove("answers conflicts wrongly", broken)
