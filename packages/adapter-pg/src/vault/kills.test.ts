import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Pseudonym } from "@tacet/core/domain"
import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { ErasureLedger, type Subject, Vault, VaultStore } from "@tacet/core/privacy"
import { Erasure } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { erasures, type Task } from "./eraser.testing.ts"
import { aCustomer, aSubject, observation, opening, untilWaiting, value } from "./process.testing.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"

const options = vaultForThisFile()

/** A process that erases, the subjects that it has reported as done, and a way to kill it. */
const anEraser = (task: Task) => {
  const program = new URL("eraser.testing.ts", import.meta.url).pathname
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions", "@tacet/source", program, JSON.stringify(task)],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  const done = new Set<string>()
  let [begun, hear]: [number, (begun: number) => void] = [0, () => undefined]
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, subject] = line.split(" ")
    if (word === "done") done.add(subject!)
    else hear(++begun)
  })
  const gone = new Promise<void>((closed) => child.once("close", () => closed()))
  return {
    done,
    untilBegun: (nth: number) =>
      Effect.promise(
        () =>
          new Promise<void>((heard) => {
            hear = (begun) => begun >= nth && heard()
            hear(begun)
          }),
      ),
    kill: Effect.promise(() => {
      child.kill("SIGKILL")
      return gone
    }),
  }
}

/** Holds rows, and lets them go again. */
const holding = Effect.fnUntraced(function* (part: Part, table: string, customer: CustomerId.CustomerId) {
  const { query } = yield* PgConnection.make({ url: options[part].url, prepare: false })
  yield* query("BEGIN")
  yield* query(`SELECT 1 FROM ${table} WHERE customer_id = '${customer}' FOR UPDATE`)
  return query("COMMIT")
})

type Part = "log" | "vault" | "keys"

const services = Effect.all({
  erasure: Erasure.Erasure,
  vault: Vault.Vault,
  rows: VaultStore.VaultStore,
  ledger: ErasureLedger.ErasureLedger,
  log: EventStore.EventStore,
})

const aProcess = Effect.flatMap(
  Effect.suspend(() => Layer.build(Layer.fresh(erasures(options)))),
  (context) => Effect.provide(services, context),
)

const streamOf = (subject: Subject.SubjectId) => Pseudonym.streamOf(subject as Uuid.Uuid as Pseudonym.PseudonymId)

describe("a process that is killed while it erases", () => {
  let unfinished = 0
  // In a step of the protocol, while it waits for a locked row, or after a delay.
  const moments: ReadonlyArray<
    | { readonly at: string; readonly part: Part; readonly table: string }
    | { readonly at: string; readonly nth: number; readonly later: number }
  > = [
    { at: "at the fence", part: "vault", table: "tacet_vault.keyring" },
    { at: "at the ledger with the log", part: "log", table: "tacet.record_number" },
    { at: "at the ledger with the keys", part: "keys", table: "tacet_keys.record_number" },
    { at: "at the values", part: "vault", table: "tacet_vault.sealed_value" },
    { at: "at the fact in the log", part: "log", table: "tacet.compartment" },
    { at: "2 ms after the third began", nth: 3, later: 2 },
    { at: "17 ms after the fifth began", nth: 5, later: 17 },
  ]

  // Planted: an erasure that is completed before its event is in the log; a `resume` that resumes nothing. Each was
  // found.
  it.live.each(moments)(
    "leaves what the next one finishes: erased, unreadable, told once by the log and the ledger ($at)",
    (moment) =>
      Effect.gen(function* () {
        const { erasure, ledger, log, rows, vault } = yield* aProcess
        const customer = yield* aCustomer
        const subjects = yield* Effect.all(Array.from({ length: 6 }, () => aSubject))
        // One that was erased before: there is a row of each ledger to be held.
        yield* erasure.erase({ customer, subject: yield* aSubject, cause: "request" })
        const kept = yield* vault.seal(value(customer, yield* aSubject))
        const sealed = yield* Effect.forEach(subjects, (subject) =>
          Effect.gen(function* () {
            const event = {
              _tag: "PseudonymIssued",
              occurredAt: DateTime.makeUnsafe(1_767_225_600_000),
              policyVersion: "v1",
            } as unknown as Pseudonym.Event
            yield* log.append({
              customer,
              commitId: yield* Uuid.next,
              writes: [
                {
                  stream: streamOf(subject),
                  expected: ExpectedVersion.none,
                  events: [Pseudonym.codec.encode(event)],
                },
              ],
            })
            yield* vault.observe({ ...observation(customer, subject) })
            yield* vault.link(customer, subject, yield* Uuid.next, undefined)
            return [yield* vault.seal(value(customer, subject)), yield* vault.seal(value(customer, subject))] as const
          }),
        )
        const task: Task = {
          vault: Redacted.value(options.vault.url),
          keys: Redacted.value(options.keys.url),
          log: Redacted.value(options.log.url),
          customer,
          subjects,
        }
        const { done, kill, untilBegun } = anEraser(task)
        if ("part" in moment) {
          const letGo = yield* holding(moment.part, moment.table, customer)
          yield* untilWaiting(options[moment.part], 1)
          yield* kill
          yield* letGo
          // The server still executes statements sent before the kill.
          yield* Effect.sleep(200)
        } else {
          yield* untilBegun(moment.nth)
          yield* Effect.sleep(moment.later)
          yield* kill
        }
        expect(done.size).toBeLessThan(subjects.length)

        // The next process finishes the erasures that have a fence.
        const left = yield* vault.unfinished(customer)
        unfinished += left.length
        expect(yield* erasure.resume(customer)).toBe(left.length)
        expect(yield* vault.unfinished(customer)).toEqual([])
        for (const [index, subject] of subjects.entries()) {
          const { events } = yield* log.readStream(customer, streamOf(subject))
          const isTold = events.some(({ type }) => type === "PseudonymErased")
          // An erasure completed just before the kill may be in neither: its process had no time to report it.
          if (done.has(subject) || left.some((one) => one.subject === subject)) expect(isTold).toBe(true)
          for (const one of sealed[index]!) {
            expect((yield* vault.open(opening(customer, one)))._tag).toBe(isTold ? "Erased" : "Open")
          }
        }

        // Repeats all requests: subjects that are erased already are not erased twice.
        for (const subject of subjects) yield* erasure.erase({ customer, subject, cause: "request" })
        for (const [index, subject] of subjects.entries()) {
          for (const one of sealed[index]!) {
            expect(yield* vault.open(opening(customer, one))).toMatchObject({ _tag: "Erased" })
          }
          expect(yield* rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
          const { events } = yield* log.readStream(customer, streamOf(subject))
          expect(events.map(({ type }) => type)).toEqual(["PseudonymIssued", "PseudonymErased"])
        }
        expect(yield* vault.open(opening(customer, kept))).toMatchObject({ _tag: "Open" })
        expect(yield* log.readLog(customer)).toMatchObject({ head: 2 * subjects.length, purged: [] })
        const fingerprints = (yield* ledger.entries(customer)).map(({ fingerprint }) => fingerprint)
        // One is the check value of the key store.
        expect(new Set(fingerprints).size).toBe(subjects.length + 2)

        const count = Effect.fnUntraced(function* (part: "log" | "vault" | "keys", table: string) {
          const { queryValues } = yield* PgConnection.make({ url: options[part].url, prepare: false })
          const [row] = yield* queryValues(`SELECT count(*)::int FROM ${table} WHERE customer_id = '${customer}'`)
          return row![0]
        })
        expect([
          yield* count("vault", "tacet_vault.sealed_value"),
          yield* count("vault", "tacet_vault.destroyed_value"),
          yield* count("vault", "tacet_vault.link"),
          yield* count("vault", "tacet_vault.locator"),
          yield* count("vault", "tacet_vault.keyring"),
          yield* count("log", "tacet.erasure"),
          yield* count("keys", "tacet_keys.erasure"),
        ]).toEqual([
          1,
          2 * subjects.length,
          // The interactions wait to be deleted, all under one subject.
          subjects.length,
          0,
          subjects.length + 3,
          subjects.length + 2,
          subjects.length + 2,
        ])
        expect((yield* vault.erasedInteractions(customer)).length).toBe(subjects.length)
      }),
  )

  it("was killed in the middle", () => expect(unfinished).toBeGreaterThan(0))
})
