/**
 * What the processes of the run share: the database, the projection and its versions.
 */
import { layer, type ProjectionRunner, ProjectionRunner as Runner } from "@tacet/adapter-pg"
import { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import { Definition, Deflection } from "@tacet/core/statistics"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"

/** The stores of one process. */
export interface Stores {
  readonly store: EventStore.EventStore["Service"]
  readonly projections: ProjectionStore.ProjectionStore["Service"]
  readonly runner: ProjectionRunner["Service"]
  readonly run: <A, E>(
    effect: Effect.Effect<A, E, EventStore.EventStore | ProjectionStore.ProjectionStore>,
  ) => Promise<A>
  readonly close: () => Promise<void>
}

/** Opens the stores of a database that is there. */
export const open = async (url: string): Promise<Stores> => {
  const scope = Scope.makeUnsafe()
  const context = await Effect.runPromise(Layer.buildWithScope(layer({ url: Redacted.make(url) }), scope))
  return {
    store: Context.get(context, EventStore.EventStore),
    projections: Context.get(context, ProjectionStore.ProjectionStore),
    runner: Context.get(context, Runner),
    run: (effect) => Effect.runPromise(Effect.provideContext(effect, context)),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/** A version of the report's projection: the fold is the same, built from the first event. */
export const version = (number: number): ReturnType<typeof Deflection.projection> => ({
  ...Deflection.projection(definition),
  version: number,
})

const definition = Definition.make({ timeZone: "Europe/Paris" })
