/**
 * Proof of the event store suite: stores that judge expectations wrongly, or at the wrong moment.
 */
import * as Effect from "effect/Effect"
import { type Commit, EventStoreError, ExpectedVersion as Expected } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import { appending, type BrokenStore, changing, modelled, prove, type Store } from "./brokenStore.testing.ts"

/** Over the memory, blind to expectations of one kind. */
const blindTo = (blind: Expected.ExpectedVersion["_tag"], part: "writes" | "checks"): EventStoreFixture =>
  changing((commit) => ({
    ...commit,
    [part]: commit[part]?.map((address) => ({
      ...address,
      expected: address.expected._tag === blind ? Expected.any : address.expected,
    })),
  }))

const none = (part: string) => `a ${part} expecting none holds where there is no event`
const exact = (part: string) => `a ${part} expecting exact n holds at version n alone`
const exists = (part: string) => `a ${part} expecting exists holds where there is an event`

const broken: ReadonlyArray<BrokenStore> = [
  { fault: "ignores none", property: none("write"), alone: true, fixture: blindTo("none", "writes") },
  { fault: "ignores exists", property: exists("write"), alone: true, fixture: blindTo("exists", "writes") },
  { fault: "ignores exact versions", property: exact("write"), alone: true, fixture: blindTo("exact", "writes") },
  { fault: "ignores checks of none", property: none("check"), alone: true, fixture: blindTo("none", "checks") },
  { fault: "ignores checks of exists", property: exists("check"), alone: true, fixture: blindTo("exists", "checks") },
  {
    fault: "ignores checks",
    property: exact("check"),
    alone: true,
    fixture: changing((commit) => ({ ...commit, checks: [] })),
  },
  {
    fault: "takes any for exists",
    property: "a write expecting any holds always",
    alone: true,
    fixture: changing((commit) => ({
      ...commit,
      writes: commit.writes.map((write) =>
        write.expected._tag === "any" ? { ...write, expected: Expected.exists } : write,
      ),
    })),
  },
  {
    fault: "takes exact n for at least n",
    property: exact("write"),
    alone: true,
    fixture: appending(
      (store) => (commit) =>
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
    property: "every acknowledged append is in the log exactly once, at the acknowledged position, and nothing else is",
    alone: false,
    fixture: modelled({ meanwhile: Effect.yieldNow }),
  },
  {
    fault: "judges expectations before it takes the lock",
    property: "every expectation held at the position of its commit",
    alone: false,
    fixture: appending(
      (store) => (commit) =>
        Effect.gen(function* () {
          const blind = <A extends { readonly expected: Expected.ExpectedVersion }>(part: A) => ({
            ...part,
            expected: Expected.any,
          })
          const [answer] = yield* judged(store, commit)
          if (answer !== undefined) return yield* answer
          yield* Effect.yieldNow
          return yield* store.append({ ...commit, writes: commit.writes.map(blind), checks: [] })
        }),
    ),
  },
  {
    fault: "judges none before it takes the lock",
    property: "of many who create one stream, one does",
    alone: false,
    fixture: appending(
      (store) => (commit) =>
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
    property: "two writers who check each other's stream do not both succeed",
    alone: false,
    fixture: appending(
      (store) => (commit) =>
        Effect.gen(function* () {
          const [answer] = yield* judged(store, commit)
          if (answer !== undefined) return yield* answer
          yield* Effect.yieldNow
          return yield* store.append({ ...commit, checks: [] })
        }),
    ),
  },
  {
    fault: "conflicts with any concurrent append to the compartment",
    property: "writers of streams of their own do not disturb each other",
    alone: false,
    fixture: appending(
      (store) => (commit) =>
        Effect.gen(function* () {
          const { customer, commitId, writes } = commit
          const before = yield* Effect.orDie(store.readLog(customer))
          yield* Effect.yieldNow
          const after = yield* Effect.orDie(store.readLog(customer))
          if (before.head === after.head || writes.length === 0) return yield* store.append(commit)
          const mismatches = [{ stream: writes[0]!.stream, expected: writes[0]!.expected, actual: 0 }]
          return yield* new EventStoreError.VersionConflict({ customer, commitId, mismatches, missed: [] })
        }),
    ),
  },
  {
    fault: "reports a conflict where there was none",
    property: "every conflict was one",
    alone: false,
    fixture: appending((store) => {
      let calls = 0
      return (commit) => {
        const { customer, commitId, writes } = commit
        if (++calls % 9 !== 0 || writes.length === 0) return store.append(commit)
        return Effect.flatMap(Effect.orDie(store.readStream(customer, writes[0]!.stream)), ({ version }) =>
          Effect.fail(
            new EventStoreError.VersionConflict({
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
]

/** Whether a commit would conflict now, and with what. */
function judged(store: Store, commit: Commit.Commit): Effect.Effect<ReadonlyArray<EventStoreError.VersionConflict>> {
  return Effect.gen(function* () {
    const { checks = [], commitId, customer, writes } = commit
    const mismatches = []
    for (const { expected, stream } of [...writes, ...checks]) {
      const { events, version } = yield* Effect.orDie(store.readStream(customer, stream))
      if (events.some((event) => event.commitId === commitId)) return []
      if (!Expected.holds(expected, version)) mismatches.push({ stream, expected, actual: version })
    }
    return mismatches.length === 0
      ? []
      : [new EventStoreError.VersionConflict({ customer, commitId, mismatches, missed: [] })]
  })
}

prove("judges expectations wrongly", broken)
