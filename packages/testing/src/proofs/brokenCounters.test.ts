/**
 * Proof of the projection store suite: stores that count wrongly.
 */
import { layerWith } from "@tacet/adapter-memory"
import * as Effect from "effect/Effect"
import type { Commit, CustomerId, EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import type { ProjectionStoreFixture } from "../Fixture.ts"
import { type BrokenStore, breaking, prove, saving } from "./brokenProjection.testing.ts"

/** Over the memory, counters kept by the wrapper: what each append adds is decided by `counts`. */
const counting = (
  counts: (
    append: ReturnType<EventStore.EventStore["Service"]["append"]>,
    count: Effect.Effect<void>,
  ) => ReturnType<EventStore.EventStore["Service"]["append"]>,
  keyOf = (customer: CustomerId.CustomerId, key: ProjectionStore.ProjectionKey) =>
    `${customer}/${key.name}/${key.version}`,
): ProjectionStoreFixture =>
  breaking(({ events }, inline) => {
    const totals = new Map<string, Map<string, number>>()
    return {
      events: {
        append: (commit) => {
          const count = Effect.sync(() => {
            for (const projection of inline) {
              const counters = totals.get(keyOf(commit.customer, projection)) ?? new Map<string, number>()
              totals.set(keyOf(commit.customer, projection), counters)
              for (const { events, stream } of commit.writes) {
                for (const event of events) {
                  for (const [counter, add] of projection.deltas({ ...event, stream })) {
                    counters.set(counter, (counters.get(counter) ?? 0) + add)
                  }
                }
              }
            }
          })
          return counts(events.append(commit), count)
        },
      },
      projections: { counters: (customer, key) => Effect.sync(() => new Map(totals.get(keyOf(customer, key)))) },
    }
  })

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "never counts",
    alone: true,
    property: "counters have what the events of an append add, as soon as it returns",
    fixture: counting((append) => append),
  },
  {
    fault: "counts some time after the append",
    property: "counters have what the events of an append add, as soon as it returns",
    fixture: counting((append, count) =>
      Effect.tap(append, () => Effect.forkDetach(Effect.andThen(Effect.sleep(20), count))),
    ),
  },
  {
    fault: "counts a refused append",
    alone: true,
    property: "a refused append is not counted",
    fixture: counting((append, count) => Effect.andThen(count, append)),
  },
  {
    fault: "counts a repetition again",
    alone: true,
    property: "a commit made again is counted once",
    fixture: counting((append, count) => Effect.tap(append, () => count)),
  },
  {
    fault: "counts for all Customers in one",
    alone: true,
    property: "Customers have counters of their own",
    fixture: counting(
      (append, count) => Effect.tap(append, () => count),
      (_, key) => `${key.name}/${key.version}`,
    ),
  },
  {
    fault: "counts for all versions in one",
    property: "names and versions of counters are kept apart",
    fixture: counting(
      (append, count) => Effect.tap(append, () => count),
      (customer, key) => customer + key.name,
    ),
  },
  {
    fault: "shows counters that were never touched",
    property: "counters that were never touched are absent",
    fixture: saving((sound) => ({
      counters: (customer, key) =>
        Effect.map(sound.counters(customer, key), (counters) => new Map([["sum", 0], ...counters])),
    })),
  },
  {
    fault: "takes purged events out of the counters",
    alone: true,
    property: "a purge leaves the counters",
    fixture: breaking(({ events, projections }) => {
      const purged = new Set<CustomerId.CustomerId>()
      return {
        events: {
          append: (commit) => {
            if (commit.purge !== undefined) purged.add(commit.customer)
            return events.append(commit)
          },
        },
        projections: {
          counters: (customer, key) =>
            purged.has(customer) ? Effect.succeed(new Map()) : projections.counters(customer, key),
        },
      }
    }),
  },
  {
    fault: "appends before it computes the deltas",
    property: "an append whose delta throws leaves neither events nor counters",
    fixture: breaking(({ events }, inline) => ({
      events: {
        append: (commit) =>
          Effect.tap(events.append({ ...commit, writes: commit.writes.map(untyped) }), () =>
            Effect.sync(() => {
              for (const { events, stream } of commit.writes) {
                for (const event of events) for (const { deltas } of inline) Array.from(deltas({ ...event, stream }))
              }
            }),
          ),
      },
    })),
  },
  ...(
    [
      ["adds a rounded fraction", (counter, add) => [counter, Number.isFinite(add) ? Math.trunc(add) : add]],
      ["adds nothing for what is no finite number", (counter, add) => [counter, Number.isFinite(add) ? add : 0]],
      ["adds what is beyond safe integers", (counter, add) => [counter, Math.min(add, Number.MAX_SAFE_INTEGER)]],
      ["lets reserved names pass", (counter, add) => [counter.replace("\u0001", ""), add]],
    ] as ReadonlyArray<readonly [string, (counter: string, add: number) => readonly [string, number]]>
  ).map(([fault, change]) => ({
    fault,
    property:
      "an append whose delta is no safe integer, or whose counter's name is reserved, leaves neither events nor counters",
    fixture: {
      layer: (inline: ReadonlyArray<Projection.InlineProjection>) =>
        layerWith({
          inline: inline.map((projection) => ({
            ...projection,
            deltas: (event) => Array.from(projection.deltas(event), ([counter, add]) => change(counter, add)),
          })),
        }),
      capabilities: { inlineProjections: true, survivesRestart: false },
    },
  })),
  ...(["toLowerCase", "normalize", "trim"] as const).map((fold) => ({
    fault: `names counters by ${fold}`,
    property: "counters with names that look alike are different counters",
    fixture: breaking(({ projections }) => ({
      projections: {
        counters: (customer, key) =>
          Effect.map(
            projections.counters(customer, key),
            (counters) => new Map([...counters].map(([name, n]) => [name[fold](), n])),
          ),
      },
    })),
  })),
  {
    fault: "answers a page of counters",
    property: "all of 1100 counters are answered",
    fixture: breaking(({ projections }) => ({
      projections: {
        counters: (customer, key) =>
          Effect.map(projections.counters(customer, key), (counters) => new Map([...counters].slice(0, 1_000))),
      },
    })),
  },
  {
    fault: "loses concurrent increments",
    property: "counters of appends made at once equal a recount of the log",
    fixture: breaking(({ events, projections }) => {
      const lost = new Map<CustomerId.CustomerId, number>()
      let underWay = 0
      return {
        events: {
          append: (commit) =>
            Effect.gen(function* () {
              underWay++
              yield* Effect.yieldNow
              if (underWay > 1) lost.set(commit.customer, (lost.get(commit.customer) ?? 0) + 1)
              return yield* events.append(commit)
            }).pipe(Effect.ensuring(Effect.sync(() => underWay--))),
        },
        projections: {
          counters: (customer, key) =>
            Effect.map(
              projections.counters(customer, key),
              (counters) => new Map([...counters].map(([name, n]) => [name, n - (lost.get(customer) ?? 0)])),
            ),
        },
      }
    }),
  },
  {
    fault: "shows what was counted of some events for what was counted of all",
    property: "counters that have not counted all events are refused until they are recounted",
    fixture: saving((sound) => ({
      counters: (customer, key) =>
        Effect.catchTag(sound.counters(customer, key), "CountersIncomplete", () => Effect.succeed(new Map())),
    })),
  },
  {
    fault: "replaces counters whatever the head is",
    property: "counters are replaced as of the head of the log, or not at all",
    fixture: saving((sound) => ({
      replaceCounters: (customer, key, through, counters) =>
        Effect.catchTag(sound.replaceCounters(customer, key, through, counters), "CheckpointMoved", ({ actual }) =>
          sound.replaceCounters(customer, key, actual, counters),
        ),
    })),
  },
  {
    fault: "adds to the counters that it is to replace",
    property: "counters are replaced as of the head of the log, or not at all",
    fixture: saving((sound) => ({
      replaceCounters: (customer, key, through, counters) =>
        Effect.flatMap(
          Effect.orElseSucceed(sound.counters(customer, key), () => new Map<string, number>()),
          (before) => {
            const sum = new Map(before)
            for (const [name, n] of counters) sum.set(name, (sum.get(name) ?? 0) + n)
            return sound.replaceCounters(customer, key, through, sum)
          },
        ),
    })),
  },
  {
    fault: "replaces nothing",
    property: "purged events are not recounted in silence",
    fixture: saving(() => ({ replaceCounters: () => Effect.void })),
  },
  {
    fault: "replaces counters after events that were appended meanwhile",
    property: "counters that are recounted while events are appended equal a recount of the log",
    fixture: saving((sound) => ({
      replaceCounters: (customer, key, through, counters) =>
        Effect.andThen(
          Effect.sleep(1),
          Effect.catchTag(sound.replaceCounters(customer, key, through, counters), "CheckpointMoved", ({ actual }) =>
            sound.replaceCounters(customer, key, actual, counters),
          ),
        ),
    })),
  },
  {
    fault: "counts undeclared",
    property: "declares no inline projections: counters say that they have counted nothing",
    fixture: {
      layer: (inline) => layerWith({ inline }),
      capabilities: { inlineProjections: false, survivesRestart: false },
    },
  },
]

/** The write with a type that the projection which throws lets pass. */
function untyped(write: Commit.StreamWrite): Commit.StreamWrite {
  return {
    ...write,
    events: write.events.map((event) => (event.type === "Thrown" ? { ...event, type: "StepTaken" } : event)),
  }
}

prove("counts wrongly", broken)
