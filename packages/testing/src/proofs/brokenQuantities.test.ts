/**
 * Proof of the suites: stores that stop at a page, and that are wrong where two layers share a database.
 */
import { layer } from "@tacet/adapter-memory"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Commit, EventStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import * as ModelStore from "../ModelStore.ts"
import * as VaultSuite from "../VaultSuite.ts"
import {
  appending,
  breaking,
  type BrokenStore,
  changing,
  prove,
  readingEvents,
  type Store,
} from "./brokenStore.testing.ts"
import { breakingPorts, proveProperties, soundVault } from "./brokenVault.testing.ts"

const page = 1_000

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "purges a page of streams",
    property: "a commit purges 1100 streams, each of them",
    alone: false,
    fixture: changing((commit) =>
      commit.purge === undefined
        ? commit
        : { ...commit, purge: { ...commit.purge, streams: commit.purge.streams.slice(0, page) } },
    ),
  },
  {
    fault: "makes a page of checks",
    property: "a commit is refused where the last of 1100 checks fails",
    alone: false,
    fixture: changing((commit) => ({ ...commit, checks: (commit.checks ?? []).slice(0, page) })),
  },
  {
    fault: "answers a page of missed events",
    property: "a conflict answers 1100 missed events",
    alone: false,
    fixture: appending(
      (store) => (commit) =>
        store
          .append(commit)
          .pipe(
            Effect.mapError((error) =>
              error._tag === "VersionConflict"
                ? Object.assign(Object.create(error) as typeof error, { missed: error.missed.slice(0, page) })
                : error,
            ),
          ),
    ),
  },
  {
    fault: "remembers the ids of the last 1,000 commits",
    property: "a commit id is known after 1100 other commits",
    alone: false,
    fixture: appending((store) => {
      const renamed = new Map<string, Commit.Commit["commitId"]>()
      const order: Array<string> = []
      return (commit) =>
        Effect.suspend(() => {
          const key = `${commit.customer}/${commit.commitId}`
          const index = order.lastIndexOf(key)
          const forgotten = index >= 0 && order.length - index > page
          order.push(key)
          if (forgotten) renamed.set(key, crypto.randomUUID() as Commit.Commit["commitId"])
          return store.append({ ...commit, commitId: renamed.get(key) ?? commit.commitId })
        })
    }),
  },
  {
    fault: "looks up a commit id before it validates the commit",
    property: "an invalid commit is refused as invalid, even under a known id",
    alone: false,
    fixture: appending((store) => {
      const results = new Map<string, Commit.CommitResult>()
      return (commit) =>
        Effect.suspend(() => {
          const key = `${commit.customer}/${commit.commitId}`
          const known = results.get(key)
          if (known !== undefined) return Effect.succeed(known)
          return Effect.tap(store.append(commit), (result) => Effect.sync(() => results.set(key, result)))
        })
    }),
  },
  {
    fault: "records the second alone",
    property: "the time of recording is no coarser than a millisecond",
    alone: false,
    fixture: readingEvents((event) => ({ ...event, recordedAt: event.recordedAt - (event.recordedAt % 1_000) })),
  },
  {
    fault: "takes a byte order mark from the front",
    property: "a payload that is no JSON is refused or kept, and affects no other append",
    alone: false,
    fixture: readingEvents((event) => ({ ...event, data: event.data.replace(/^\ufeff/, "") })),
  },
  {
    fault: "wakes one subscriber for each append",
    property: "one append wakes every subscriber that waits",
    alone: false,
    fixture: breaking((store) => {
      const waiting: Array<() => void> = []
      return {
        append: (commit) => Effect.tap(store.append(commit), () => Effect.sync(() => waiting.shift()?.())),
        subscribe: EventStore.subscribeBy(store.readLog, () =>
          Effect.callback<void>((resume) => {
            waiting.push(() => resume(Effect.yieldNow))
          }),
        ),
      }
    }),
  },
  {
    fault: "reads the database when it starts, and then no more",
    property: "two layers that append by turns see each other's events, and repeat each other's commits",
    alone: false,
    fixture: overOneDatabase((commits) =>
      Effect.gen(function* () {
        const store = ModelStore.make()
        for (const commit of commits) yield* Effect.orDie(store.append(commit))
        return {
          ...store,
          append: (commit) => Effect.tap(store.append(commit), () => Effect.sync(() => commits.push(commit))),
        }
      }),
    ),
  },
  {
    fault: "wakes the subscribers of its own process",
    property: "a subscriber of one layer receives the appends of another",
    alone: false,
    fixture: sharedMemory((store) => {
      const waiting = new Set<() => void>()
      return {
        ...store,
        append: (commit) =>
          Effect.tap(store.append(commit), () => Effect.sync(() => [...waiting].forEach((wake) => wake()))),
        subscribe: EventStore.subscribeBy(store.readLog, () =>
          Effect.callback<void>((resume) => {
            const wake = () => resume(Effect.yieldNow)
            waiting.add(wake)
            return Effect.sync(() => waiting.delete(wake))
          }),
        ),
      }
    }),
  },
  {
    fault: "loses an event where two layers append at once",
    property: "two layers that append at once leave one dense log",
    alone: false,
    fixture: sharedMemory((store) => ({
      ...store,
      readLog: (customer, range) =>
        Effect.map(store.readLog(customer, range), (chunk) => ({
          ...chunk,
          events: chunk.events.filter(({ position }) => position % 5 !== 4),
        })),
    })),
  },
]

/** A database that outlives the layers, from which each layer makes a store of its own. */
function overOneDatabase(make: (commits: Array<Commit.Commit>) => Effect.Effect<Store>): EventStoreFixture {
  const commits: Array<Commit.Commit> = []
  return {
    layer: Layer.effect(
      EventStore.EventStore,
      Effect.suspend(() => make(commits)),
    ),
    capabilities: { pushSubscription: true, survivesRestart: true },
  }
}

/** One memory, over which each layer makes a store of its own. */
function sharedMemory(make: (store: Store) => Store): EventStoreFixture {
  const context = Effect.runSync(Effect.scoped(Layer.build(layer)))
  return {
    layer: Layer.sync(EventStore.EventStore, () => make(Context.get(context, EventStore.EventStore))),
    capabilities: { pushSubscription: true, survivesRestart: true },
  }
}

prove("stops at a page, or knows itself alone", broken)

proveProperties("a vault that stops at a page", VaultSuite.properties, soundVault, [
  {
    fault: "lists a page of links",
    property: "all of 1100 interactions of a subject are listed",
    fixture: breakingPorts(({ store }) => ({
      store: { linksOf: (...args) => Effect.map(store.linksOf(...args), (links) => links.slice(0, page)) },
    })),
  },
  {
    fault: "locates a page of subjects",
    property: "all of 1100 subjects of one identifier are located",
    fixture: breakingPorts(({ store }) => ({
      store: { locate: (...args) => Effect.map(store.locate(...args), (subjects) => subjects.slice(0, page)) },
    })),
  },
  {
    fault: "answers a page of unfinished erasures",
    property: "all of 1100 unfinished erasures are answered",
    fixture: breakingPorts(({ store }) => ({
      store: { unfinished: (...args) => Effect.map(store.unfinished(...args), (rings) => rings.slice(0, page)) },
    })),
  },
])
