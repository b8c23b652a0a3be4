/**
 * Proof of the event store suite: stores that mix up Customers.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  type Commit,
  type CustomerId,
  type EventEnvelope,
  type EventStore,
  EventStoreError,
} from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import { type BrokenStore, breaking, prove, type Store } from "./brokenStore.testing.ts"

/** Over the memory, with all Customers in one compartment where `part` is concerned. */
const leaking = (part: ReadonlyArray<"append" | "readStream" | "readLog" | "subscribe">): EventStoreFixture =>
  breaking((store) => {
    const one = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId
    const mine = (customer: CustomerId.CustomerId) => (event: EventEnvelope.RecordedEvent) => ({ ...event, customer })
    const all: Partial<Store> = {
      append: (commit) => store.append({ ...commit, customer: one }),
      readStream: (customer, ...rest) =>
        Effect.map(store.readStream(one, ...rest), (page) => ({ ...page, events: page.events.map(mine(customer)) })),
      readLog: (customer, ...rest) =>
        Effect.map(store.readLog(one, ...rest), (chunk) => ({ ...chunk, events: chunk.events.map(mine(customer)) })),
      subscribe: (customer, ...rest) =>
        Stream.map(store.subscribe(one, ...rest), (chunk) => ({ ...chunk, events: chunk.events.map(mine(customer)) })),
    }
    return Object.fromEntries(Object.entries(all).filter(([name]) => part.some((leaked) => leaked === name)))
  })

/** Over the memory, with the last Customer that appended taken for every reader. */
const followingTheLast = (): EventStoreFixture =>
  breaking((store) => {
    const seen: Array<CustomerId.CustomerId> = []
    return {
      append: (commit) => {
        if (!seen.includes(commit.customer)) seen.push(commit.customer)
        return store.append(commit)
      },
      readStream: (customer, ...rest) =>
        Effect.map(store.readStream(seen[0] ?? customer, ...rest), (page) => ({
          ...page,
          events: page.events.map((event) => ({ ...event, customer })),
        })),
    }
  })

/** Over the memory; whatever is appended becomes known to the change. */
const rememberingCustomers = (
  change: (
    commit: Commit.Commit,
    others: ReadonlyArray<CustomerId.CustomerId>,
    store: EventStore.EventStore["Service"],
  ) => ReturnType<EventStore.EventStore["Service"]["append"]>,
): EventStoreFixture =>
  breaking((store) => {
    const customers = new Set<CustomerId.CustomerId>()
    return {
      append: (commit) =>
        Effect.suspend(() => {
          const others = [...customers].filter((customer) => customer !== commit.customer)
          customers.add(commit.customer)
          return change(commit, others, store)
        }),
    }
  })

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "has one log for all Customers",
    property: "positions and versions count by Customer",
    alone: true,
    fixture: leaking(["append", "readStream", "readLog", "subscribe"]),
  },
  {
    fault: "reads every stream as its first Customer's",
    property: "a stream is read by its Customer alone",
    alone: true,
    fixture: followingTheLast(),
  },
  {
    fault: "reads another Customer's log where a filter is given",
    property: "a log is read by its Customer alone, with a filter as without",
    alone: true,
    fixture: breaking((store) => {
      const seen: Array<CustomerId.CustomerId> = []
      return {
        append: (commit) => {
          if (!seen.includes(commit.customer)) seen.push(commit.customer)
          return store.append(commit)
        },
        readLog: (customer, range) =>
          Effect.map(store.readLog(range?.filter === undefined ? customer : (seen[0] ?? customer), range), (chunk) => ({
            ...chunk,
            events: chunk.events.map((event) => ({ ...event, customer })),
          })),
      }
    }),
  },
  {
    fault: "delivers another Customer's events to a subscriber",
    property: "a subscriber receives the events of its Customer alone",
    alone: false,
    fixture: breaking((store) => {
      const seen: Array<CustomerId.CustomerId> = []
      return {
        append: (commit) => {
          if (!seen.includes(commit.customer)) seen.push(commit.customer)
          return store.append(commit)
        },
        subscribe: (customer, range) =>
          Stream.map(store.subscribe(seen[0] ?? customer, range), (chunk) => ({
            ...chunk,
            events: chunk.events.map((event) => ({ ...event, customer })),
          })),
      }
    }),
  },
  {
    fault: "purges the same stream of every Customer",
    property: "a purge removes the Customer's own streams",
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
    property: "commit ids are the Customer's own",
    alone: true,
    fixture: breaking((store) => {
      const owners = new Map<string, CustomerId.CustomerId>()
      return {
        append: (commit) => {
          const { commitId, customer } = commit
          const owner = owners.get(commitId) ?? customer
          if (owner !== customer) return Effect.fail(new EventStoreError.CommitIdReused({ customer, commitId }))
          return Effect.tap(store.append(commit), () => Effect.sync(() => owners.set(commitId, customer)))
        },
      }
    }),
  },
  {
    fault: "judges expectations by the streams of another Customer",
    property: "expectations and checks look at the Customer's own streams",
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
    property: "a conflict carries the Customer's own events",
    alone: true,
    fixture: rememberingCustomers((commit, others, store) =>
      Effect.catchTag(store.append(commit), "VersionConflict", (conflict) =>
        Effect.gen(function* () {
          const missed = []
          for (const customer of others) {
            const { events } = yield* Effect.orDie(store.readStream(customer, commit.writes[0]!.stream))
            missed.push(...events)
          }
          return yield* Object.assign(conflict, {
            missed: conflict.missed.length === 0 ? [] : [...missed, ...conflict.missed],
          })
        }),
      ),
    ),
  },
]

prove("mixes up Customers", broken)
