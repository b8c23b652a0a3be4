/**
 * The log and its projections as a layer.
 */
import { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Database from "./file/Database.ts"
import type { StartError } from "./file/FileError.ts"
import type { Options } from "./file/Options.ts"
import * as Events from "./log/EventStore.ts"
import * as Projections from "./log/ProjectionStore.ts"

/**
 * An event store and a projection store in one file, which is made where there is none. Several layers and processes may
 * work with one file at once.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-sqlite"
 *
 * const stores = layer({ file: "/var/lib/tacet/tacet.db" })
 * ```
 */
export const layer = (
  options: Options,
): Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore, StartError> =>
  Layer.effectContext(
    Effect.map(Database.make(options, "data"), (database) =>
      Context.make(EventStore.EventStore, Events.make(database, options)).pipe(
        Context.add(ProjectionStore.ProjectionStore, Projections.make(database)),
      ),
    ),
  )
