/**
 * The conformance suite of the projection store port, together with the event store beside which it lives.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { ProjectionStore } from "@tacet/core/eventsourcing"
import type { ProjectionStoreFixture } from "./Fixture.ts"
import * as Property from "./Property.ts"
import { catchingUp } from "./properties/catchUp.ts"
import { counting } from "./properties/counters.ts"
import { meeting } from "./properties/meeting.ts"
import { projectionModel } from "./properties/projectionModel.ts"
import { saving } from "./properties/saving.ts"
import * as Scene from "./Scene.ts"
import * as Suite from "./Suite.ts"

/** Every property that this store is held to. */
export const properties = (
  fixture: ProjectionStoreFixture,
): ReadonlyArray<Property.Property<ProjectionStoreFixture>> => [
  ...saving,
  ...counting(fixture),
  ...catchingUp,
  ...meeting,
  restarting(fixture),
  ...projectionModel(fixture),
]

const suite: Suite.Suite<ProjectionStoreFixture> = { name: "projection store", properties }

/**
 * Registers the suite with a test runner: one test for each property.
 *
 * @example
 * ```ts
 * import { layerWith } from "@tacet/adapter-memory"
 * import { ProjectionStoreSuite } from "@tacet/testing"
 * import { describe, it } from "vitest"
 *
 * ProjectionStoreSuite.register(
 *   "adapter-memory",
 *   {
 *     layer: (inline) => layerWith({ inline }),
 *     capabilities: { inlineProjections: true, survivesRestart: false }
 *   },
 *   { describe, it }
 * )
 * ```
 */
export const register = (
  adapter: string,
  fixture: ProjectionStoreFixture,
  runner: Suite.TestRunner,
  settings?: Partial<Property.Settings>,
): void => Suite.register(suite, adapter, fixture, runner, settings)

/**
 * Runs the suite without a test runner and returns the result of each property.
 *
 * @example
 * ```ts
 * import { layerWith } from "@tacet/adapter-memory"
 * import { ProjectionStoreSuite } from "@tacet/testing"
 *
 * const findings = ProjectionStoreSuite.run({
 *   layer: (inline) => layerWith({ inline }),
 *   capabilities: { inlineProjections: true, survivesRestart: false }
 * })
 * ```
 */
export const run = (
  fixture: ProjectionStoreFixture,
  settings?: Partial<Property.Settings>,
): Effect.Effect<ReadonlyArray<Suite.Finding>> => Suite.run(properties(fixture), fixture, settings)

const restarting = ({ capabilities }: ProjectionStoreFixture): Property.Property<ProjectionStoreFixture> =>
  Property.make(
    "restart",
    capabilities.survivesRestart
      ? "declares that it survives a restart: a store that is built again holds the saved states"
      : "declares not to survive a restart: nothing is saved when the store is built again",
    Effect.fnUntraced(function* ({ layer }: ProjectionStoreFixture) {
      const customer = yield* Scene.aCustomer
      const key = { name: "deflection", version: 1 }
      const saved = Effect.gen(function* () {
        const store = yield* ProjectionStore.ProjectionStore
        const active = yield* store.activeVersion(customer, key.name)
        const loaded = yield* store.load(customer, key)
        return [Option.getOrUndefined(active), Option.getOrUndefined(loaded)?.checkpoint]
      })
      const first = yield* Effect.provide(
        Effect.gen(function* () {
          const store = yield* ProjectionStore.ProjectionStore
          yield* store.save(customer, key, 0, { checkpoint: 4, state: "four" })
          yield* store.activate(customer, key)
          return yield* saved
        }),
        layer([]),
        { local: true },
      )
      yield* Property.same("the active version and the checkpoint", first, [1, 4])
      const again = yield* Effect.provide(saved, layer([]), { local: true })
      const expected = capabilities.survivesRestart ? [1, 4] : [undefined, undefined]
      yield* Property.same("the same when built again", again, expected)
    }),
  )
