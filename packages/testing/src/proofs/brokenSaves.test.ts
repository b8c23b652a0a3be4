/**
 * Proof of the projection store suite: stores that save wrongly.
 */
import { layerWith } from "@tacet/adapter-memory"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId, ProjectionStore } from "@tacet/core/eventsourcing"
import { type BrokenStore, prove, saving } from "./brokenProjection.testing.ts"

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "ignores the expected checkpoint",
    alone: true,
    property: "a save that expects another checkpoint is refused and changes nothing",
    fixture: saving((sound) => ({
      save: (customer, key, _, next) =>
        Effect.flatMap(sound.load(customer, key), (saved) =>
          sound.save(customer, key, Option.getOrUndefined(saved)?.checkpoint ?? 0, next),
        ),
    })),
  },
  {
    fault: "compares the expected checkpoint before it takes the lock",
    property: "of several who save from one checkpoint, one does",
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
  ].map((property) => ({
    fault: "saves the checkpoint apart from the state",
    property,
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
    fault: "keeps checkpoints in 32 bits",
    property: "checkpoints beyond 2^31 are kept",
    fixture: saving((sound) => ({
      save: (customer, key, expected, next) =>
        sound.save(customer, key, expected | 0, { ...next, checkpoint: next.checkpoint | 0 }),
    })),
  },
  {
    fault: "keeps the first state",
    alone: true,
    property: "loading answers the last saved state, or none",
    fixture: saving((sound) => {
      const first = new Map<string, ProjectionStore.SavedProjection>()
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
    property: "a state keeps JSON",
    fixture: saving((sound) => ({
      save: (customer, key, expected, { checkpoint, state }) =>
        sound.save(customer, key, expected, { checkpoint, state: spelt(state) }),
    })),
  },
  {
    fault: "mixes up the versions of a projection",
    alone: true,
    property: "names and versions of projections are kept apart",
    fixture: saving((sound) => ({
      load: (customer, key) => sound.load(customer, { ...key, version: 1 }),
      save: (customer, key, ...rest) => sound.save(customer, { ...key, version: 1 }, ...rest),
      remove: (customer, key) => sound.remove(customer, { ...key, version: 1 }),
    })),
  },
  {
    fault: "mixes up names that end in a number",
    property: "names and versions of projections are kept apart",
    fixture: saving((sound) => {
      const glued = (key: ProjectionStore.ProjectionKey) => ({
        name: `${key.name}-${key.version}`.replaceAll("-", ""),
        version: 1,
      })
      return {
        load: (customer, key) => sound.load(customer, glued(key)),
        save: (customer, key, ...rest) => sound.save(customer, glued(key), ...rest),
        remove: (customer, key) => sound.remove(customer, glued(key)),
      }
    }),
  },
  {
    fault: "keeps the checkpoint of a removed state",
    alone: true,
    property: "a removed state is absent, and starts anew from 0",
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
    property: "one version of a projection is active, and readers are switched by activating another",
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
    property: "Customers have their own states and active versions under the same names",
    fixture: saving((sound) => {
      const one = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId
      return {
        activate: (_, key) => sound.activate(one, key),
        activeVersion: (_, name) => sound.activeVersion(one, name),
      }
    }),
  },
  {
    fault: "has one state for all Customers",
    alone: true,
    property: "Customers have their own states and active versions under the same names",
    fixture: saving((sound) => {
      const one = "00000000-0000-4000-8000-000000000000" as CustomerId.CustomerId
      return {
        load: (_, key) => sound.load(one, key),
        save: (_, ...rest) => sound.save(one, ...rest),
        remove: (_, key) => sound.remove(one, key),
      }
    }),
  },
  {
    fault: "forgets what it saved",
    property: "each event counts once, in whatever portions it is caught up",
    fixture: saving(() => ({ save: () => Effect.void })),
  },
  {
    fault: "saves a state with the checkpoint of another",
    property: "each event counts once when several runners catch up while the log grows",
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
    fault: "declares to survive a restart and does not",
    property: "declares that it survives a restart: a store that is built again holds the saved states",
    fixture: {
      layer: (inline) => layerWith({ inline }),
      capabilities: { inlineProjections: true, survivesRestart: true },
    },
  },
]

function spelt(state: string): string {
  try {
    return JSON.stringify(JSON.parse(state))
  } catch {
    return state
  }
}

prove("saves wrongly", broken)
