/**
 * The adapter as layers.
 */
import { type CustomerId, EventStore, ProjectionStore } from "@tacet/core/eventsourcing"
import type * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { announcing, type Grown, listening } from "./log/Announcements.ts"
import * as Database from "./server/Database.ts"
import type { StartError } from "./server/DatabaseError.ts"
import * as Store from "./log/EventStore.ts"
import { checkVersion } from "./schema/migrate.ts"
import type { Options } from "./server/Options.ts"
import { make as makeRunner, ProjectionRunner } from "./projections/ProjectionRunner.ts"
import * as Projections from "./projections/ProjectionStore.ts"
import * as Wakeups from "./log/Wakeups.ts"

type Services = EventStore.EventStore | ProjectionStore.ProjectionStore | ProjectionRunner

const build = Effect.fnUntraced(function* (
  locate: (customer: CustomerId.CustomerId) => Database.Database,
  databases: ReadonlyArray<readonly [Database.Database, Options]>,
  options: Pick<Options, "inline" | "polling" | "waitingAppends">,
): Effect.fn.Return<Context.Context<Services>, never, Scope.Scope> {
  const wakeups = Wakeups.make()
  const announcers = new Map<Database.Database, Grown>()
  for (const [database, options] of databases) {
    const { announcements } = options
    if (announcements === undefined) continue
    announcers.set(database, yield* announcing(database, announcements.gather))
    yield* listening(options, database.schema, wakeups.grown)
  }
  const grown: Grown = (customer, head) => {
    wakeups.grown(customer, head)
    if (announcers.size > 0) announcers.get(locate(customer))?.(customer, head)
  }
  const store = yield* Store.make(locate, options, wakeups, grown)
  return Context.make(EventStore.EventStore, store).pipe(
    Context.add(ProjectionStore.ProjectionStore, Projections.make(locate)),
    Context.add(ProjectionRunner, makeRunner(store, locate, wakeups)),
  )
})

/**
 * An event store and a projection store in one database, which `migrate` has prepared. It fails at once where the
 * database is out of reach or at another version.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { layer } from "@tacet/adapter-pg"
 *
 * const stores = layer({ url: Redacted.make("postgresql://tacet@localhost/tacet") })
 * ```
 */
export const layer = (options: Options): Layer.Layer<Services, StartError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      yield* checkVersion(options)
      const database = yield* Database.make(options)
      return yield* build(() => database, [[database, options]], options)
    }),
  )

/**
 * The same with options from the environment or wherever `Config` finds them.
 */
export const layerConfig = (options: Config.Config<Options>): Layer.Layer<Services, StartError | Config.ConfigError> =>
  Layer.unwrap(Effect.map(options, layer))

/**
 * The same over several databases: each Customer has one, and `locate` says which.
 *
 * @example
 * ```ts
 * import * as Redacted from "effect/Redacted"
 * import { layerLocated } from "@tacet/adapter-pg"
 *
 * const stores = layerLocated({
 *   databases: {
 *     paris: { url: Redacted.make("postgresql://tacet@paris/tacet") },
 *     lyon: { url: Redacted.make("postgresql://tacet@lyon/tacet") }
 *   },
 *   locate: (customer) => (customer < "8" ? "paris" : "lyon")
 * })
 * ```
 */
export const layerLocated = <Name extends string>(
  options: Pick<Options, "inline" | "polling" | "waitingAppends"> & {
    readonly databases: Readonly<Record<Name, Omit<Options, "inline" | "polling">>>
    readonly locate: (customer: CustomerId.CustomerId) => Name
  },
): Layer.Layer<Services, StartError> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const databases = new Map<string, Database.Database>()
      const all: Array<readonly [Database.Database, Options]> = []
      for (const [name, one] of Object.entries<Omit<Options, "inline" | "polling">>(options.databases)) {
        yield* checkVersion(one)
        const database = yield* Database.make(one)
        databases.set(name, database)
        all.push([database, one])
      }
      return yield* build((customer) => databases.get(options.locate(customer))!, all, options)
    }),
  )
