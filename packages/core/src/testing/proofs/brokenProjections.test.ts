/**
 * Proof of the projection store suite: stores with one fault each, caught by the law made for it.
 */
import { layerWith } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import type { InlineProjection } from "../../eventsourcing/Projection.ts"
import { type ProjectionKey, ProjectionStore, type SavedProjection } from "../../eventsourcing/ProjectionStore.ts"
import type { ProjectionStoreFixture } from "../Fixture.ts"
import * as ProjectionStoreSuite from "../ProjectionStoreSuite.ts"
import * as Suite from "../Suite.ts"
import { caught, impatient } from "./brokenStore.testing.ts"

interface Stores {
  readonly events: EventStore["Service"]
  readonly projections: ProjectionStore["Service"]
}

interface BrokenStore {
  readonly fault: string
  readonly law: string
  readonly fixture: ProjectionStoreFixture
  /** Whether a history of one caller shows it at its end, so that the law of the model must notice as well. */
  readonly alone?: true
}

const capabilities = { inlineProjections: true, survivesRestart: false }

/** Over the memory, some of its functions replaced. */
const breaking = (
  change: (sound: Stores, inline: ReadonlyArray<InlineProjection>) => {
    readonly events?: Partial<EventStore["Service"]>
    readonly projections?: Partial<ProjectionStore["Service"]>
  },
  known: (inline: ReadonlyArray<InlineProjection>) => ReadonlyArray<InlineProjection> = (inline) => inline,
): ProjectionStoreFixture => ({
  capabilities,
  layer: (inline) =>
    Layer.effectContext(
      Effect.gen(function* () {
        const sound = { events: yield* EventStore, projections: yield* ProjectionStore }
        const changed = change(sound, inline)
        return Context.make(EventStore, { ...sound.events, ...changed.events }).pipe(
          Context.add(ProjectionStore, { ...sound.projections, ...changed.projections }),
        )
      }),
    ).pipe(Layer.provide(layerWith({ inline: known(inline) }))),
})

/** Over the memory, with another way to save and load. */
const saving = (change: (sound: ProjectionStore["Service"]) => Partial<ProjectionStore["Service"]>) =>
  breaking(({ projections }) => ({ projections: change(projections) }))

/** Over the memory, counters kept by the wrapper: what each append adds is decided by `counts`. */
const counting = (
  counts: (append: ReturnType<EventStore["Service"]["append"]>, count: Effect.Effect<void>) => ReturnType<EventStore["Service"]["append"]>,
  keyOf = (customer: CustomerId, key: ProjectionKey) => `${customer}/${key.name}/${key.version}`,
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
    fault: "ignores the expected checkpoint",
    alone: true,
    law: "a save that expects another checkpoint is refused and changes nothing",
    fixture: saving((sound) => ({
      save: (customer, key, _, next) =>
        Effect.flatMap(sound.load(customer, key), (saved) =>
          sound.save(customer, key, Option.getOrUndefined(saved)?.checkpoint ?? 0, next),
        ),
    })),
  },
  {
    fault: "compares the expected checkpoint before it takes the lock",
    law: "of several who save from one checkpoint, one does",
    fixture: saving((sound) => ({
      save: (customer, key, expected, next) =>
        Effect.gen(function* () {
          const before = Option.getOrUndefined(yield* sound.load(customer, key))?.checkpoint ?? 0
          if (before !== expected) return yield* sound.save(customer, key, expected, next)
          yield* Effect.yieldNow
          const now = Option.getOrUndefined(yield* sound.load(customer, key))?.checkpoint ?? 0
          yield* sound.save(customer, key, now, next)
        }),
    })),
  },
  ...[
    "a state and its checkpoint are never seen apart",
    "a runner interrupted in the middle of a save leaves state and checkpoint, or neither",
  ].map((law) => ({
    fault: "saves the checkpoint apart from the state",
    law,
    fixture: saving((sound) => ({
      save: (customer, key, expected, { checkpoint, state }) =>
        Effect.gen(function* () {
          const before = Option.getOrUndefined(yield* sound.load(customer, key))
          yield* sound.save(customer, key, expected, { checkpoint, state: before?.state ?? "" })
          yield* Effect.yieldNow
          yield* sound.save(customer, key, checkpoint, { checkpoint, state })
        }),
    })),
  })),
  {
    fault: "keeps the first state",
    alone: true,
    law: "what was saved last is loaded, and nothing where nothing was saved",
    fixture: saving((sound) => {
      const first = new Map<string, SavedProjection>()
      return {
        save: (customer, key, expected, next) => {
          const id = `${customer}/${key.name}/${key.version}`
          if (!first.has(id)) first.set(id, next)
          return sound.save(customer, key, expected, { checkpoint: next.checkpoint, state: first.get(id)!.state })
        },
      }
    }),
  },
  {
    fault: "takes states for JSON",
    law: "a state keeps JSON",
    fixture: saving((sound) => ({
      save: (customer, key, expected, { checkpoint, state }) =>
        sound.save(customer, key, expected, { checkpoint, state: spelt(state) }),
    })),
  },
  {
    fault: "mixes up the versions of a projection",
    alone: true,
    law: "names and versions of projections are kept apart",
    fixture: saving((sound) => ({
      load: (customer, key) => sound.load(customer, { ...key, version: 1 }),
      save: (customer, key, ...rest) => sound.save(customer, { ...key, version: 1 }, ...rest),
      remove: (customer, key) => sound.remove(customer, { ...key, version: 1 }),
    })),
  },
  {
    fault: "mixes up names that end in a number",
    law: "names and versions of projections are kept apart",
    fixture: saving((sound) => {
      const glued = (key: ProjectionKey) => ({ name: `${key.name}-${key.version}`.replaceAll("-", ""), version: 1 })
      return {
        load: (customer, key) => sound.load(customer, glued(key)),
        save: (customer, key, ...rest) => sound.save(customer, glued(key), ...rest),
        remove: (customer, key) => sound.remove(customer, glued(key)),
      }
    }),
  },
  {
    fault: "keeps the checkpoint of what was removed",
    alone: true,
    law: "what was removed is gone, and starts anew from 0",
    fixture: saving((sound) => ({
      remove: (customer, key) =>
        Effect.flatMap(sound.load(customer, key), (saved) =>
          Option.isNone(saved)
            ? Effect.void
            : Effect.orDie(sound.save(customer, key, saved.value.checkpoint, { ...saved.value, state: "" })),
        ),
    })),
  },
  {
    fault: "never switches",
    alone: true,
    law: "one version of a projection is active, and readers are switched by activating another",
    fixture: saving((sound) => ({
      activate: (customer, key) =>
        Effect.flatMap(sound.activeVersion(customer, key.name), (active) =>
          Option.isSome(active) ? Effect.void : sound.activate(customer, key),
        ),
    })),
  },
  {
    fault: "has one active version for all Customers",
    alone: true,
    law: "Customers have their own states and active versions under the same names",
    fixture: saving((sound) => {
      const one = "00000000-0000-4000-8000-000000000000" as CustomerId
      return {
        activate: (_, key) => sound.activate(one, key),
        activeVersion: (_, name) => sound.activeVersion(one, name),
      }
    }),
  },
  {
    fault: "has one state for all Customers",
    alone: true,
    law: "Customers have their own states and active versions under the same names",
    fixture: saving((sound) => {
      const one = "00000000-0000-4000-8000-000000000000" as CustomerId
      return {
        load: (_, key) => sound.load(one, key),
        save: (_, ...rest) => sound.save(one, ...rest),
        remove: (_, key) => sound.remove(one, key),
      }
    }),
  },
  {
    fault: "never counts",
    alone: true,
    law: "counters have what the events of an append add, as soon as it returns",
    fixture: counting((append) => append),
  },
  {
    fault: "counts some time after the append",
    law: "counters have what the events of an append add, as soon as it returns",
    fixture: counting((append, count) =>
      Effect.tap(append, () => Effect.forkDetach(Effect.andThen(Effect.sleep(20), count))),
    ),
  },
  {
    fault: "counts what is refused",
    alone: true,
    law: "what is refused is not counted",
    fixture: counting((append, count) => Effect.andThen(count, append)),
  },
  {
    fault: "counts a repetition again",
    alone: true,
    law: "a commit made again is counted once",
    fixture: counting((append, count) => Effect.tap(append, () => count)),
  },
  {
    fault: "counts for all Customers in one",
    alone: true,
    law: "Customers have counters of their own",
    fixture: counting((append, count) => Effect.tap(append, () => count), (_, key) => `${key.name}/${key.version}`),
  },
  {
    fault: "counts for all versions in one",
    law: "names and versions of counters are kept apart",
    fixture: counting((append, count) => Effect.tap(append, () => count), (customer, key) => customer + key.name),
  },
  {
    fault: "shows counters that were never touched",
    law: "counters that were never touched are absent",
    fixture: saving((sound) => ({
      counters: (customer, key) => Effect.map(sound.counters(customer, key), (counters) => new Map([["sum", 0], ...counters])),
    })),
  },
  {
    fault: "takes purged events out of the counters",
    alone: true,
    law: "a purge leaves the counters",
    fixture: breaking(({ events, projections }) => {
      const purged = new Set<CustomerId>()
      return {
        events: {
          append: (commit) => {
            if (commit.purge !== undefined) purged.add(commit.customer)
            return events.append(commit)
          },
        },
        projections: {
          counters: (customer, key) => (purged.has(customer) ? Effect.succeed(new Map()) : projections.counters(customer, key)),
        },
      }
    }),
  },
  {
    fault: "loses what is counted at once",
    law: "counters of appends made at once equal a recount of the log",
    fixture: breaking(({ events, projections }) => {
      const lost = new Map<CustomerId, number>()
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
    fault: "forgets what it saved",
    law: "each event counts once, in whatever portions it is caught up",
    fixture: saving(() => ({ save: () => Effect.void })),
  },
  {
    fault: "saves a state with the checkpoint of another",
    law: "each event counts once when several runners catch up while the log grows",
    fixture: saving((sound) => ({
      save: (customer, key, _, next) =>
        Effect.gen(function* () {
          const saved = Option.getOrUndefined(yield* sound.load(customer, key))
          const checkpoint = saved === undefined ? next.checkpoint : Math.max(saved.checkpoint, next.checkpoint) - 1
          yield* sound.save(customer, key, saved?.checkpoint ?? 0, { checkpoint, state: next.state })
        }),
    })),
  },
  {
    fault: "counts undeclared",
    law: "declares no inline projections: counters stay empty",
    fixture: {
      layer: (inline) => layerWith({ inline }),
      capabilities: { inlineProjections: false, survivesRestart: false },
    },
  },
  {
    fault: "declares to survive a restart and does not",
    law: "declares to survive a restart: what was saved is there when the store is built again",
    fixture: {
      layer: (inline) => layerWith({ inline }),
      capabilities: { inlineProjections: true, survivesRestart: true },
    },
  },
]

const modelLaw = "any history of saves, switches, removals and appends leaves what the reference model has"

const findings = (fixture: ProjectionStoreFixture, law: string) =>
  Suite.run(
    ProjectionStoreSuite.laws(fixture).filter(({ name }) => name === law),
    fixture,
    impatient,
  )

function spelt(state: string): string {
  try {
    return JSON.stringify(JSON.parse(state))
  } catch {
    return state
  }
}

describe("a store that saves or counts wrongly is caught by the law made for it", () => {
  it.live.each(broken)("$fault: $law", ({ fixture, law }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, law))).toEqual([law])
    }),
  )
})

describe("what one caller alone can notice, the law of the model notices as well", () => {
  it.live.each(broken.filter(({ alone }) => alone === true))("$fault", ({ fixture }) =>
    Effect.gen(function* () {
      expect(caught(yield* findings(fixture, modelLaw))).toEqual([modelLaw])
    }),
  )
})
