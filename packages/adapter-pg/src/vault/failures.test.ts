import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Uuid } from "@tacet/core/eventsourcing"
import { openProxy, type Server, start } from "@tacet/postgres-server"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "../schema/migrate.ts"
import type { Options } from "../server/Options.ts"
import { aCustomer, aProcess, aSubject, observation, opening, untilWaiting, value } from "./process.testing.ts"
import { asOwner } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

// These tests take the server down: they have one of their own.
const home = mkdtempSync(join(tmpdir(), "tacet-vault-failures-"))
let server: Server

/** All parts in one database of one server, so that one server going down takes all of them down. */
const options = (more: Partial<Options> = {}): VaultPostgres.VaultOptions => {
  const part = { url: Redacted.make(server.url), ...more }
  return { vault: part, keys: part, log: part }
}

type Process = Effect.Success<ReturnType<typeof aProcess>>

/** Every operation of a vault, each with the text that its failure must not reveal. */
const everything = Effect.fnUntraced(function* ({ vault }: Process, more: Parameters<Process["vault"]["open"]>[0]) {
  const { customer } = more
  const subject = yield* aSubject
  const all: ReadonlyArray<Effect.Effect<unknown, { readonly _tag: string; readonly message: string }>> = [
    vault.seal(value(customer, subject)),
    vault.open(more),
    vault.observe(observation(customer, subject)),
    vault.locate({ ...more, identifier: observation(customer, subject).identifier, from: 0, to: 9 }),
    vault.link(customer, subject, more.sealed.reference, undefined),
    vault.subjectOf(customer, more.sealed.reference),
    vault.restrict(customer, subject, true),
    vault.erase(customer, subject, "request"),
    vault.sweep(customer),
    vault.rotate(customer),
    vault.recover(customer),
  ]
  return all.map(Effect.asVoid)
})

const inTheClear = ["canary-7f3a", "192.0.2.7", "c0000207"]

describe("a vault whose server fails", () => {
  beforeAll(async () => {
    server = await start({ directory: home, settings: { fsync: "off" } })
    const all = options()
    await Effect.runPromise(Effect.andThen(migrate(all.log), VaultPostgres.migrate(all)))
  })

  afterAll(async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  })

  it.live("reports an unavailable server without quoting the request, and works again once it is back", () =>
    Effect.gen(function* () {
      const process = yield* aProcess(options())
      const customer = yield* aCustomer
      const sealed = yield* process.vault.seal(value(customer, yield* aSubject))
      const request = opening(customer, sealed)
      yield* Effect.promise(server.kill)
      for (const attempt of yield* everything(process, request)) {
        const error = yield* Effect.flip(attempt)
        expect(error).toMatchObject({ _tag: "VaultUnavailable" })
        for (const text of inTheClear) expect(JSON.stringify(error) + error.message).not.toContain(text)
      }
      const away = { _tag: "DatabaseUnavailable", cause: "no connection" }
      expect(yield* Effect.flip(aProcess(options()))).toMatchObject(away)
      yield* Effect.promise(server.restart)
      expect(yield* process.vault.open(request)).toMatchObject({ _tag: "Open" })
      for (const attempt of yield* everything(process, request)) yield* attempt
    }),
  )

  it.live("opens no value, and erases no subject by half, while the server is read-only", () =>
    Effect.gen(function* () {
      const process = yield* aProcess(options())
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const sealed = yield* process.vault.seal(value(customer, subject))
      yield* Effect.promise(server.kill)
      writeFileSync(join(home, "data", "standby.signal"), "")
      yield* Effect.promise(server.restart)
      const readOnly = { _tag: "VaultUnavailable", cause: "SQLSTATE 25006: the server is read-only" }
      // Without its record, nothing opens.
      expect(yield* Effect.flip(process.vault.open(opening(customer, sealed)))).toMatchObject({
        ...readOnly,
        store: "accessLog",
      })
      expect(yield* Effect.flip(process.vault.erase(customer, subject, "request"))).toMatchObject(readOnly)
      yield* Effect.promise(() => asOwner(server.url, ["SELECT pg_promote()"]))
      expect(yield* process.vault.open(opening(customer, sealed))).toMatchObject({ _tag: "Open" })
      yield* process.vault.erase(customer, subject, "request")
      expect(yield* process.vault.open(opening(customer, sealed))).toMatchObject({ _tag: "Erased" })
    }),
  )

  it.live("gives up a statement that takes too long, and a connection that does not become free, and works again", () =>
    Effect.gen(function* () {
      const slow = yield* aProcess(options({ statementTimeout: "1 second" }))
      const narrow = yield* aProcess(options({ appendConnections: 1, waitTimeout: "1 second" }))
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      yield* slow.vault.seal(value(customer, subject))
      const { query } = yield* PgConnection.make({ url: Redacted.make(server.url), prepare: false })
      yield* query("BEGIN")
      yield* query(`SELECT 1 FROM tacet_vault.keyring WHERE customer_id = '${customer}' FOR UPDATE`)
      expect(yield* Effect.flip(slow.vault.erase(customer, subject, "request"))).toMatchObject({
        store: "vault",
        cause: "SQLSTATE 57014: the statement took too long",
      })
      const waiting = yield* Effect.forkChild(narrow.vault.seal(value(customer, subject)), { startImmediately: true })
      yield* untilWaiting({ url: Redacted.make(server.url) }, 1)
      expect(yield* Effect.flip(narrow.vault.seal(value(customer, yield* aSubject)))).toMatchObject({
        store: "vault",
        cause: "overloaded: 1 calls wait for one of 1 connections",
      })
      yield* query("COMMIT")
      yield* Fiber.join(waiting)
      yield* slow.vault.erase(customer, subject, "request")
      yield* narrow.vault.seal(value(customer, yield* aSubject))
    }),
  )

  // Planted: no further attempts; links put without regard to those that are there. Both were found.
  it.live(
    "carries out a request once, where the connection is cut between commit and answer and the request is repeated",
    () =>
      Effect.gen(function* () {
        const proxy = yield* Effect.promise(() => openProxy(server.url))
        const part = { url: Redacted.make(proxy.url) }
        const process = yield* aProcess({ vault: part, keys: part, log: part })
        const direct = yield* aProcess(options())
        const [customer, subject] = [yield* aCustomer, yield* aSubject]
        const sealed = yield* process.vault.seal(value(customer, subject))

        /** Asks with the wire cut at every commit, then again with it mended. */
        const twice = <A, E>(effect: Effect.Effect<A, E>) =>
          Effect.gen(function* () {
            const cuts = proxy.cuts()
            proxy.cutBeforeAnswer()
            expect(yield* Effect.flip(effect)).toMatchObject({ _tag: "VaultUnavailable" })
            proxy.mend()
            expect(proxy.cuts()).toBeGreaterThan(cuts)
            return yield* effect
          })

        const { keys, ledger, rows, vault } = process
        const found = Option.getOrThrow(yield* direct.rows.find(customer, sealed.reference))
        const row = found._tag === "Value" ? found.value : undefined
        const late = { ...row!, reference: yield* Uuid.next }
        const interaction = yield* Uuid.next
        const links = [{ subject, interaction, retentionEnd: undefined }]
        const locators = [
          { subject, token: "t1", period: "1970-01", validFrom: 0, validTo: undefined, retentionEnd: undefined },
        ]
        yield* twice(rows.put(customer, subject, { values: [late], links, locators }))
        expect(yield* direct.rows.valuesOf(customer, subject, { limit: 9 })).toHaveLength(2)
        expect(yield* direct.rows.linksOf(customer, subject, 0)).toEqual([interaction])
        yield* twice(rows.destroy(customer, [late.reference], { on: 0, cause: "rectification" }))
        yield* twice(keys.closePeriod(customer, "1970-01"))
        const known = Option.getOrThrow(yield* direct.rows.keyring(customer, subject))
        // Whether it was changed is unknown: the test reads it from the keyring.
        const next = { ...known, restricted: true }
        const again = twice(rows.changeKeyring(customer, subject, known.revision, next))
        expect(yield* Effect.flip(again)).toMatchObject({ _tag: "KeyringMoved", actualRevision: known.revision + 1 })
        const erasure = { fingerprint: "f1", at: 7, cause: "request", done: [], completed: false } as const
        expect(yield* twice(rows.fence(customer, subject, erasure))).toEqual(erasure)
        const entry = { fingerprint: "f1", at: 7, cause: "request" } as const
        const [check] = yield* direct.ledger.entries(customer)
        yield* twice(ledger.record(customer, entry))
        expect(yield* direct.ledger.entries(customer)).toEqual([check, entry])
        yield* twice(rows.removeSubject(customer, subject, { on: 0, cause: "request" }, 99))
        expect(yield* direct.rows.removeSubject(customer, subject, { on: 0, cause: "request" }, 99)).toBe(0)
        expect(yield* direct.vault.open(opening(customer, sealed))).toMatchObject({ _tag: "Erased" })
        yield* twice(vault.erase(customer, yield* aSubject, "request"))
        yield* twice(vault.seal(value(customer, yield* aSubject)))
        yield* Effect.promise(proxy.close)
      }),
  )

  // Planted: commits that are acknowledged before they are durable (`synchronous_commit` off). Erased values were back.
  it.live("keeps every sealed value and every erasure when it is killed in the middle of erasures", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      let interrupted = 0
      for (let round = 0; round < 4; round++) {
        const { rows, vault } = yield* aProcess(options())
        const kept = yield* vault.seal(value(customer, yield* aSubject))
        const subjects = yield* Effect.all(Array.from({ length: 24 }, () => aSubject))
        const sealed = yield* Effect.forEach(subjects, (subject) => vault.seal(value(customer, subject)), {
          concurrency: 8,
        })
        const erased = new Set<string>()
        const erasing = yield* Effect.forkChild(
          Effect.forEach(
            subjects,
            (subject) =>
              Effect.match(vault.erase(customer, subject, "request"), {
                onSuccess: () => void erased.add(subject),
                onFailure: () => undefined,
              }),
            { concurrency: 4 },
          ),
          { startImmediately: true },
        )
        while (erased.size < 2 + 5 * round) yield* Effect.sleep(1)
        yield* Effect.promise(server.kill)
        yield* Fiber.join(erasing)
        interrupted += subjects.length - erased.size
        yield* Effect.promise(server.restart)
        const open = (one: typeof kept) => Effect.map(vault.open(opening(customer, one)), ({ _tag }) => _tag)
        expect(yield* open(kept)).toBe("Open")
        for (const [index, subject] of subjects.entries()) {
          const before = yield* open(sealed[index]!)
          if (erased.has(subject)) {
            expect(before).toBe("Erased")
            expect(yield* rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
          }
          yield* vault.erase(customer, subject, "request")
          expect(yield* open(sealed[index]!)).toBe("Erased")
          expect(yield* rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
          expect(yield* rows.find(customer, sealed[index]!.reference)).toMatchObject({ value: { _tag: "Destroyed" } })
        }
      }
      // It was the middle.
      expect(interrupted).toBeGreaterThan(0)
      expect(interrupted).toBeLessThan(4 * 24)
    }),
  )

  it.live("keeps any text unchanged, and refuses by name a text that the database cannot store", () =>
    Effect.gen(function* () {
      const { accesses, vault } = yield* aProcess(options())
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const texts = ["'; DROP TABLE tacet_vault.keyring; --", "\0", "\ud800", "x".repeat(1 << 20), "", "🂡\u202e"]
      for (const text of texts) {
        // Bytes of UTF-8 hold no half of a pair.
        if (text === "\ud800") {
          const refused = yield* Effect.flip(vault.seal(value(customer, subject, text)))
          expect(refused).toMatchObject({ _tag: "InvalidValue" })
        } else {
          const sealed = yield* vault.seal({ ...value(customer, subject, text), purposes: [text, "customerCare"] })
          const opened = yield* vault.open(opening(customer, sealed))
          expect(opened._tag === "Open" && opened.value === text).toBe(true)
        }
        yield* vault.object(customer, subject, text, true)
        if (text.includes("\0") || text === "\ud800") {
          const sealed = yield* vault.seal(value(customer, yield* aSubject))
          const refused = yield* Effect.flip(vault.open({ ...opening(customer, sealed), purpose: text }))
          expect(refused).toMatchObject({
            store: "accessLog",
            cause: "a character that the database cannot keep",
          })
        }
      }
      const before = yield* accesses.read(customer, { after: 0, limit: 99 })
      expect(before).toHaveLength(texts.length - 1)
    }),
  )
})
