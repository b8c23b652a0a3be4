/**
 * PostgreSQL in the place of the memory adapter: the project "services on postgres" runs the tests of the core's services over
 * it, without a change in them. Each memory is a database, emptied for the next test.
 */
import type * as Memory from "@tacet/adapter-memory"
import type { EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import { afterAll, afterEach, inject } from "@tacet/vitest"
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { layer as layerOf } from "../layer.ts"
import { migrate } from "../schema/migrate.ts"
import type { Options } from "../server/Options.ts"
import { asOwner } from "../testDatabase.testing.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"

/** The databases of this file: those that are free, and those that the test has taken. */
const [free, taken]: [Array<Options>, Set<Options>] = [[], new Set()]
let template: Promise<string> | undefined
const made: Array<string> = []

const named = async (clause: (name: string) => string): Promise<string> => {
  const name = `tacet_service_${randomBytes(6).toString("hex")}`
  await asOwner(inject("postgresUrl"), [clause(name)])
  made.push(name)
  return name
}

const at = (name: string): Options => {
  const url = new URL(inject("postgresUrl"))
  url.pathname = `/${name}`
  // A test of a service is one caller: few connections will do.
  return { url: Redacted.make(url.href), appendConnections: 2, readConnections: 2 }
}

/** A database with the tables of log, vault and keys. */
const migrated = async (): Promise<string> => {
  const name = await named((name) => `CREATE DATABASE ${name}`)
  const options = at(name)
  await Effect.runPromise(Effect.andThen(migrate(options), VaultPostgres.migrate({ vault: options, keys: options })))
  return name
}

const take = async (): Promise<Options> => {
  const options = free.pop()
  const from = await (template ??= migrated())
  const found = options ?? at(await named((name) => `CREATE DATABASE ${name} TEMPLATE ${from}`))
  taken.add(found)
  return found
}

const giveBack = async (options: Options): Promise<void> => {
  taken.delete(options)
  await asOwner(Redacted.value(options.url), [
    `DO $$ DECLARE tables text; BEGIN
      SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO tables FROM pg_tables
        WHERE schemaname LIKE 'tacet%' AND tablename <> 'migration';
      EXECUTE 'TRUNCATE ' || tables;
    END $$`,
  ])
  free.push(options)
}

afterEach(async () => {
  await Promise.all(Array.from(taken, giveBack))
})

afterAll(() =>
  asOwner(
    inject("postgresUrl"),
    made.map((name) => `DROP DATABASE ${name} WITH (FORCE)`),
  ),
)

/** Each building is an empty log. */
export const layerWith = ({
  inline = [],
}: {
  readonly inline?: ReadonlyArray<Projection.InlineProjection>
}): Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore> =>
  Layer.unwrap(Effect.map(Effect.promise(take), (options) => Layer.orDie(layerOf({ ...options, inline }))))

export const layer = layerWith({})

const places = new WeakMap<object, Promise<Options>>()

const placeOf = (memory: object): Promise<Options> => {
  const place = places.get(memory) ?? take()
  places.set(memory, place)
  return place
}

const make = (): Memory.VaultMemory.VaultMemory => ({
  rows: new Map(),
  keys: new Map(),
  accesses: new Map(),
  erasures: new Map(),
})

const layerOver: typeof Memory.VaultMemory.layerOver = (memory) =>
  Layer.unwrap(
    Effect.map(
      Effect.promise(() => placeOf(memory)),
      (options) => Layer.orDie(VaultPostgres.layer({ vault: options, keys: options, log: options })),
    ),
  )

export const VaultMemory = { make, layerOver }
