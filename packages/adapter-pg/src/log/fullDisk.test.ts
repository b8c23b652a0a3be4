import {
  type Commit,
  type CustomerId,
  EventStore,
  ExpectedVersion,
  ProjectionStore,
  Uuid,
} from "@tacet/core/eventsourcing"
import { mountSmallDisk, type Server, type SmallDisk, start } from "@tacet/postgres-server"
import { afterAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layer } from "../layer.ts"
import { migrate } from "../schema/migrate.ts"
import type { Options } from "../server/Options.ts"
import { aCustomer, aProcess, aSubject, opening, value } from "../vault/process.testing.ts"
import { asOwner } from "../testDatabase.testing.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"

const megabyte = 1 << 20

// Incompressible text: a page holds four of these.
const filling = (bytes: number): string => randomBytes(bytes / 2).toString("hex")

const aCommit = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const stream = { kind: "jar", id: yield* Uuid.next }
  const event = { type: "Filled", schemaVersion: 1, occurredAt: 0, data: JSON.stringify(filling(1_800)) }
  const commit: Commit.Commit = {
    customer,
    commitId: yield* Uuid.next,
    writes: [{ stream, expected: ExpectedVersion.none, events: [event, event, event] }],
  }
  return commit
})

/** A state that needs new pages each time it is saved. */
const key: ProjectionStore.ProjectionKey = { name: "jars", version: 1 }

type Failure = { readonly _tag: string; readonly cause?: unknown; readonly message: string }

/** Everything at once over one server, until each kind of work was refused. */
const work = Effect.fnUntraced(function* (options: Options) {
  const stores = yield* Effect.provide(
    Effect.all({ events: EventStore.EventStore, projections: ProjectionStore.ProjectionStore }),
    yield* Layer.build(Layer.fresh(layer(options))),
  )
  const vault = yield* aProcess({ vault: options, keys: options, log: options })
  const customer = yield* aCustomer
  const sealedBefore = yield* vault.vault.seal(value(customer, yield* aSubject))

  const commits = new Map<Uuid.Uuid, { readonly commit: Commit.Commit; result?: Commit.CommitResult }>()
  const sealed: Array<typeof sealedBefore> = []
  const erased = new Set<string>()
  const subjects: Array<{ readonly subject: Effect.Success<typeof aSubject>; readonly value: typeof sealedBefore }> = []
  const failures: Record<"append" | "save" | "seal" | "erase" | "open", Array<Failure>> = {
    append: [],
    save: [],
    seal: [],
    erase: [],
    open: [],
  }
  let checkpoint = 0

  // For the erasures to come.
  for (let n = 0; n < 150; n++) {
    const subject = yield* aSubject
    subjects.push({ subject, value: yield* vault.vault.seal(value(customer, subject)) })
  }
  const unfinished = [...subjects]

  const append = Effect.fnUntraced(function* () {
    const commit = yield* aCommit(customer)
    const entry: { readonly commit: Commit.Commit; result?: Commit.CommitResult } = { commit }
    commits.set(commit.commitId, entry)
    entry.result = yield* stores.events.append(commit)
  })
  const save = Effect.fnUntraced(function* () {
    const next = { checkpoint: checkpoint + 1, state: filling(20_000) }
    yield* stores.projections.save(customer, key, checkpoint, next)
    checkpoint = next.checkpoint
  })
  const seal = Effect.fnUntraced(function* () {
    sealed.push(yield* vault.vault.seal(value(customer, yield* aSubject, filling(4_000))))
  })
  const erase = Effect.fnUntraced(function* () {
    const next = unfinished[0]
    if (next === undefined) return yield* Effect.sleep(20)
    yield* vault.vault.erase(customer, next.subject, "request")
    erased.add(next.subject)
    unfinished.shift()
  })
  const open = () => vault.vault.open(opening(customer, sealedBefore))

  const isEnough = () => Object.values(failures).every(({ length }) => length >= 3)
  const untilRefused = (kind: keyof typeof failures, one: () => Effect.Effect<unknown, Failure>) =>
    Effect.whileLoop({
      while: () => !isEnough(),
      body: () =>
        Effect.matchEffect(one(), {
          onFailure: (failure) => {
            failures[kind].push(failure)
            return Effect.sleep(20)
          },
          onSuccess: () => Effect.yieldNow,
        }),
      step: () => undefined,
    })

  const load = Effect.all(
    [
      ...Array.from({ length: 6 }, () => untilRefused("append", append)),
      untilRefused("save", save),
      untilRefused("seal", seal),
      untilRefused("seal", seal),
      untilRefused("erase", erase),
      ...Array.from({ length: 4 }, () => untilRefused("open", open)),
    ],
    { concurrency: "unbounded", discard: true },
  ).pipe(Effect.timeout("40 seconds"))

  /** Acknowledged commits are present, refused ones are not, and the same layers continue to work. */
  const audit = Effect.gen(function* () {
    // Refused callers retry with the same commit.
    const again = [...commits.values()].filter(({ result }) => result === undefined)
    yield* Effect.forEach(
      again,
      (entry) => Effect.map(stores.events.append(entry.commit), (result) => (entry.result = result)),
      { concurrency: 6 },
    )
    const found = new Map<string, Array<number>>()
    let head = 0
    for (let after = 0; ;) {
      const chunk = yield* stores.events.readLog(customer, { after, limit: 1_000 })
      for (const { commitId, position } of chunk.events) {
        expect(position).toBe(++head)
        found.set(commitId, [...(found.get(commitId) ?? []), position])
      }
      after = chunk.through
      if (after >= chunk.head) break
    }
    expect(found.size).toBe(commits.size)
    for (const [commitId, { result }] of commits) {
      const first = result!.firstPosition
      expect(found.get(commitId)).toEqual([first, first + 1, first + 2])
    }
    const saved = yield* stores.projections.load(customer, key)
    const at = Option.match(saved, { onNone: () => 0, onSome: (one) => one.checkpoint })
    // A save whose answer was lost is either present or absent.
    expect([checkpoint, checkpoint + 1]).toContain(at)
    yield* stores.projections.save(customer, key, at, { checkpoint: at + 1, state: "{}" })

    for (const one of sealed) expect(yield* vault.vault.open(opening(customer, one))).toMatchObject({ _tag: "Open" })
    for (const { subject, value } of subjects) {
      const tag = (yield* vault.vault.open(opening(customer, value)))._tag
      if (erased.has(subject)) expect(tag).toBe("Erased")
    }
    for (const { subject, value } of unfinished.slice(0, 3)) {
      yield* vault.vault.erase(customer, subject, "request")
      expect(yield* vault.vault.open(opening(customer, value))).toMatchObject({ _tag: "Erased" })
      expect(yield* vault.rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
    }
    return { appended: commits.size - again.length, refused: again.length, sealed: sealed.length, erased: erased.size }
  })
  return { stores, customer, load, failures, audit }
})

const disks = [await mountSmallDisk(80 * megabyte), await mountSmallDisk(80 * megabyte)] as const
const lacking = disks.find((disk) => typeof disk === "string")

describe.skipIf(lacking !== undefined)(
  `a server whose disk is full${lacking === undefined ? "" : ` (skipped: ${lacking})`}`,
  () => {
    const homes: Array<string> = []
    const running: Array<Server> = []
    const aHome = () => {
      const home = mkdtempSync(join(tmpdir(), "tacet-full-disk-"))
      homes.push(home)
      return home
    }
    const on = async (home: string, { startedBy }: SmallDisk, settings = {}) => {
      const server = await start({ directory: home, startedBy, settings })
      running.push(server)
      return server
    }
    const optionsOf = (server: Server, database: string): Options => {
      const url = new URL(server.url)
      url.pathname = `/${database}`
      return { url: Redacted.make(url.href), connectTimeout: "3 seconds" }
    }
    const prepare = (one: Options) =>
      Effect.runPromise(Effect.andThen(migrate(one), VaultPostgres.migrate({ vault: one, keys: one })))

    afterAll(async () => {
      for (const server of running) await server.stop()
      for (const disk of disks) if (typeof disk !== "string") disk.unmount()
      for (const home of homes) rmSync(home, { recursive: true, force: true })
    })

    // Planted: an answer where the server has refused for want of room. Found.
    it.live("refuses writes by name, still reads, loses no event, and writes again once there is room", () =>
      Effect.gen(function* () {
        const disk = disks[0] as SmallDisk
        disk.folder("tables")
        const server = yield* Effect.promise(() => on(aHome(), disk, { fsync: "off" }))
        const options = optionsOf(server, "crowded")
        yield* Effect.promise(() =>
          asOwner(server.url, [
            `CREATE TABLESPACE small LOCATION '${join(disk.path, "tables")}'`,
            "CREATE DATABASE crowded TABLESPACE small",
          ]),
        )
        yield* Effect.promise(() => prepare(options))
        const { audit, customer, failures, load, stores } = yield* work(options)
        disk.leave(megabyte / 4)
        yield* load
        const full = { cause: "SQLSTATE 53100: the disk is full" }
        for (const failure of [...failures.append, ...failures.save]) {
          expect(failure).toMatchObject({ _tag: "StoreUnavailable", outcome: "notCommitted", ...full })
        }
        for (const failure of [...failures.seal, ...failures.erase, ...failures.open]) {
          expect(failure).toMatchObject({ _tag: "VaultUnavailable", ...full })
        }
        expect((yield* stores.events.readLog(customer)).events.length).toBeGreaterThan(0)
        disk.leave(60 * megabyte)
        const { appended, refused } = yield* audit
        expect(appended).toBeGreaterThan(0)
        expect(refused).toBeGreaterThan(0)
      }),
    )

    // Planted: connections that were lost are kept. Found.
    it.live("loses no event when a full write-ahead log stops the server, and works again once it is back", () =>
      Effect.gen(function* () {
        const disk = disks[1] as SmallDisk
        const home = aHome()
        const settings = { max_wal_size: "32MB", min_wal_size: "32MB" }
        const creating = yield* Effect.promise(() => start({ directory: home }))
        yield* Effect.promise(() => prepare(optionsOf(creating, "postgres")))
        yield* Effect.promise(creating.stop)
        const log = join(home, "data", "pg_wal")
        disk.folder("wal", log)
        rmSync(log, { recursive: true })
        symlinkSync(join(disk.path, "wal"), log)
        const server = yield* Effect.promise(() => on(home, disk, settings))
        const { audit, failures, load } = yield* work(optionsOf(server, "postgres"))
        disk.leave(0)
        yield* load
        const causes = new Set(Object.values(failures).flatMap((all) => all.map(({ cause }) => cause)))
        expect(
          [...causes].filter((cause) => !/^(no connection|no answer|SQLSTATE (57P|53100))/.test(String(cause))),
        ).toEqual([])
        for (const failure of [...failures.append, ...failures.save]) {
          expect(failure).toMatchObject({ _tag: "StoreUnavailable" })
        }
        for (const failure of [...failures.seal, ...failures.erase, ...failures.open]) {
          expect(failure).toMatchObject({ _tag: "VaultUnavailable" })
        }
        disk.leave(60 * megabyte)
        // It recovers by itself, or has exited and is restarted.
        const answers = Effect.promise(() =>
          asOwner(server.url, ["SELECT 1"]).then(
            () => true,
            () => false,
          ),
        )
        const isBack = yield* Effect.repeat(answers, {
          until: (is) => is,
          schedule: Schedule.spaced("100 millis"),
          times: 100,
        })
        if (!isBack) yield* Effect.promise(server.restart)
        const { appended, refused } = yield* audit
        expect(appended).toBeGreaterThan(0)
        expect(refused).toBeGreaterThan(0)
      }),
    )
  },
)
