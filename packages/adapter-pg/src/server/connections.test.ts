import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { layer } from "../layer.ts"
import { asOwner, forThisFile } from "../testDatabase.testing.ts"
import type { Options } from "./Options.ts"

const options = forThisFile()

/** The URL with other hosts in the place of its own, each `HERE` that of the server. */
const at = (hosts: string, search = "") => {
  const { host, href } = new URL(Redacted.value(options.url))
  return { ...options, url: Redacted.make(href.replace(`@${host}`, `@${hosts.replaceAll("HERE", host)}`) + search) }
}

const storeWith = (more: Options) =>
  Effect.map(Layer.build(Layer.fresh(layer(more))), (context) => Context.get(context, EventStore.EventStore))

const append = Effect.fnUntraced(function* (store: EventStore.EventStore["Service"]) {
  const customer = (yield* Uuid.next) as CustomerId.CustomerId
  const write = {
    stream: { kind: "jar", id: yield* Uuid.next },
    expected: ExpectedVersion.none,
    events: [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }],
  }
  return yield* store.append({ customer, commitId: yield* Uuid.next, writes: [write] })
})

/** The sessions of this file's database, by their names, as a name and a process each. */
const sessions = Effect.scoped(
  Effect.flatMap(PgConnection.make({ url: options.url, prepare: false }), ({ queryValues }) =>
    Effect.map(
      queryValues(
        `SELECT application_name, pid FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY 1, 2`,
      ),
      (rows) => rows.map(([name, pid]) => ({ name: name as string, pid: pid as number })),
    ),
  ),
)

describe("connections", () => {
  it.live("are named in the server's list of sessions by service and pool", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ ...options, applicationName: "shop", announcements: {} })
      yield* append(store)
      yield* store.readLog((yield* Uuid.next) as CustomerId.CustomerId)
      let names = new Set<string>()
      for (let turn = 0; turn < 200 && names.size < 3; turn++) {
        yield* Effect.sleep(20)
        names = new Set((yield* sessions).map(({ name }) => name))
      }
      expect(Array.from(names)).toEqual(["shop listening", "shop log reads", "shop log writes"])
    }),
  )

  // Planted and found: connections without an age.
  it.live("are used for no longer than their lifetime", () =>
    Effect.gen(function* () {
      const pidAfter = Effect.fnUntraced(function* (store: EventStore.EventStore["Service"]) {
        yield* append(store)
        return (yield* sessions).filter(({ name }) => name === "aging log writes").map(({ pid }) => pid)
      })
      const aging = { ...options, applicationName: "aging", appendConnections: 1 }
      const store = yield* storeWith({ ...aging, connectionLifetime: "300 millis" })
      const [first] = yield* pidAfter(store)
      yield* Effect.sleep(400)
      const second = yield* pidAfter(store)
      expect(second).toHaveLength(1)
      expect(second[0]).not.toBe(first)
    }),
  )

  // Planted and found: listening that takes the hosts for one.
  it.live("are made to the first host of the URL that answers, also that which listens", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ ...at("127.0.0.1:1,HERE"), applicationName: "second", announcements: {} })
      expect(yield* append(store)).toMatchObject({ firstPosition: 1 })
      let isListening = false
      for (let turn = 0; turn < 200 && !isListening; turn++) {
        yield* Effect.sleep(20)
        isListening = (yield* sessions).some(({ name }) => name === "second listening")
      }
      expect(isListening).toBe(true)
    }),
  )

  // Planted and found: attributes that nobody asks for.
  it.live("are made to a server that will do, or to none: and the reason is said without a word of the URL", () =>
    Effect.gen(function* () {
      const writable = yield* storeWith(at("HERE", "?target_session_attrs=primary"))
      expect(yield* append(writable)).toMatchObject({ firstPosition: 1 })
      const refused = (more: Options) => Effect.map(Effect.flip(storeWith(more)), (error) => error.message)
      expect(yield* refused(at("HERE,HERE", "?target_session_attrs=standby"))).toBe(
        "The database cannot be used (no host of the URL is read-only).",
      )
      expect(yield* refused(at("HERE", "?target_session_attrs=leader"))).toContain(
        "target_session_attrs is any, read-write, primary, read-only, standby",
      )
      expect(yield* refused({ ...options, url: Redacted.make("postgresql://u:secret@one:port/db") })).toBe(
        "The database cannot be used (the URL cannot be read: its host or port is no such thing).",
      )
    }),
  )

  // Planted and found: a pool that lets go of idle connections by the program's clock, which then wakes for each minute of the years.
  it.effect("are used and let go by the server's time, however far the program's own clock jumps", () =>
    Effect.gen(function* () {
      const store = yield* storeWith(options)
      yield* append(store)
      yield* TestClock.setTime(Date.parse("2026-11-30T12:00:00Z"))
      expect(yield* append(store)).toMatchObject({ firstPosition: 1 })
      yield* TestClock.adjust("3650 days")
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      expect((yield* store.readLog(customer)).head).toBe(0)
    }).pipe(Effect.scoped),
  )

  // Planted and found: a statement that is not repeated; connections of before that are lent again.
  it.live.each([true, false])(
    "whose statements were planned before a migration go on after it (functions: %s)",
    (appendFunctions) =>
      Effect.gen(function* () {
        const store = yield* storeWith({ ...options, appendFunctions, appendConnections: 2, readConnections: 2 })
        const customer = (yield* Uuid.next) as CustomerId.CustomerId
        const stream = { kind: "jar", id: yield* Uuid.next }
        const events = [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }]
        const oneMore = Effect.flatMap(Uuid.next, (commitId) =>
          store.append({ customer, commitId, writes: [{ stream, expected: ExpectedVersion.any, events }] }),
        )
        // Every connection of both pools has its statements.
        const all = Effect.all(
          [oneMore, store.readLog(customer), store.readLog(customer), store.readStream(customer, stream)],
          {
            concurrency: "unbounded",
          },
        )
        for (let turn = 0; turn < 3; turn++) yield* all
        for (const type of ["integer", "bigint", "smallint"]) {
          yield* Effect.promise(() =>
            asOwner(Redacted.value(options.url), [
              `ALTER TABLE tacet.event ALTER COLUMN schema_version TYPE ${type}, ALTER COLUMN recorded_at TYPE bigint`,
            ]),
          )
          for (let turn = 0; turn < 3; turn++) yield* all
        }
        expect((yield* store.readLog(customer)).head).toBe(12)
      }),
  )
})
