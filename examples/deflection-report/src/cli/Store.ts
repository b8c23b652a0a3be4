/**
 * The store of a run, with the keys of its tokens.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { layer as database, migrate } from "@tacet/adapter-pg"
import { layer as sqlite } from "@tacet/adapter-sqlite"
import type { EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import { InputError, TokenKey } from "@tacet/interchange"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { Store } from "./Settings.ts"

type Stores = EventStore.EventStore | ProjectionStore.ProjectionStore

/** The layer of a store. A database is brought to the schema of this release first. */
export const layerOf = (store: Store): Layer.Layer<Stores | TokenKey.TokenKey, InputError> => {
  switch (store._tag) {
    case "memory":
      return Layer.mergeAll(memory, TokenKey.layerRandom)
    case "file":
      return Layer.mergeAll(inFile(store.file), TokenKey.layerKept(store.keyFile))
    case "database":
      return Layer.mergeAll(at(store.url), TokenKey.layerKept(store.keyFile))
    case "embedded":
      return Layer.mergeAll(
        Layer.unwrap(Effect.map(server(store.directory), ({ url }) => at(url))),
        // A store that ends with the run needs no persistent key.
        store.directory === undefined ? TokenKey.layerRandom : TokenKey.layerKept(store.keyFile),
      )
  }
}

const inFile = (file: string): Layer.Layer<Stores, InputError> =>
  sqlite({ file }).pipe(
    Layer.catchTag("SqliteMissing", refused),
    Layer.catchTag("FileUnavailable", refused),
    Layer.catchTag("WrongSchemaVersion", refused),
  )

const at = (url: string): Layer.Layer<Stores, InputError> => {
  const options = { url: Redacted.make(url) }
  return Layer.unwrap(Effect.as(migrate(options), database(options))).pipe(
    Layer.catchTag("DatabaseUnavailable", refused),
    Layer.catchTag("WrongSchemaVersion", refused),
  )
}

const refused = ({ message }: { readonly message: string }): Layer.Layer<Stores, InputError> =>
  Layer.effectContext(Effect.fail(new InputError(`--store: ${message}`)))

const server = (directory: string | undefined) =>
  Effect.acquireRelease(
    Effect.tryPromise({
      // Loaded here: the binaries of the server are looked for when it is.
      try: async () => {
        const { start } = await import("@tacet/postgres-server")
        return start(directory === undefined ? {} : { directory })
      },
      catch: (cause) =>
        new InputError(`--store: the server cannot be started: ${cause instanceof Error ? cause.message : "unknown"}`),
    }),
    (started) => Effect.promise(() => started.stop()),
  )
