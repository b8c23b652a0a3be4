import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Uuid } from "@tacet/core/eventsourcing"
import type { AccessLog, Ended, Sealed, VaultStore } from "@tacet/core/privacy"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { aCustomer, aProcess, aSubject, observation, opening, untilWaiting, value } from "./process.testing.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"

const options = vaultForThisFile()

/** Another client's transaction in the vault's database, open until the test ends it. */
const aTransaction = Effect.fnUntraced(function* (statement: string) {
  const { query } = yield* PgConnection.make({ url: options.vault.url, prepare: false })
  yield* query("BEGIN")
  yield* query(statement)
  return query
})

/** Free text of any collection, of which the own end came by then. */
const endedBy = (at: number): Ended.Ended => ({
  at,
  segments: [{ category: "freeText", since: 0, until: 1, endedBy: at }],
  ofSubjects: [],
  unrecordedBy: at,
})

const started = <A, E>(effect: Effect.Effect<A, E>) => Effect.forkChild(effect, { startImmediately: true })

/** A row that was sealed, to be put again under another reference or the same. */
const aRow = Effect.fnUntraced(function* (
  { rows, vault }: Pick<Effect.Success<ReturnType<typeof aProcess>>, "rows" | "vault">,
  toSeal: ReturnType<typeof value>,
) {
  const { reference } = yield* vault.seal(toSeal)
  const found = Option.getOrThrow(yield* rows.find(toSeal.customer, reference))
  if (found._tag !== "Value") throw new Error("it was sealed a moment ago")
  return found.value
})

describe("at the fence", () => {
  // Planted: FOR KEY SHARE instead of FOR SHARE; no share at all. Each left the value behind.
  it.live("an erasure waits for a put under way, and removes its rows", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* aProcess(options), yield* aProcess(options)]
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const row = yield* aRow(one, value(customer, subject))
      const late: VaultStore.ValueRow = { ...row, reference: yield* Uuid.next }
      // The other client's row with the same reference blocks the insertion: the transaction has its share lock, and
      // waits.
      const query = yield* aTransaction(
        `INSERT INTO tacet_vault.sealed_value SELECT customer_id, '${late.reference}', subject_id, category, purposes,
           collected_at, retention_end, key_id, algorithm, nonce, cipher_text
         FROM tacet_vault.sealed_value WHERE customer_id = '${customer}' AND reference = '${row.reference}'`,
      )
      const putting = yield* started(one.rows.put(customer, subject, { values: [late] }))
      yield* untilWaiting(options.vault, 1)
      const erasing = yield* started(other.vault.erase(customer, subject, "request"))
      yield* untilWaiting(options.vault, 2)
      expect(erasing.pollUnsafe()).toBeUndefined()
      yield* query("ROLLBACK")
      yield* Fiber.join(putting)
      yield* Fiber.join(erasing)
      expect(yield* one.rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
      expect(yield* one.rows.find(customer, late.reference)).toMatchObject({ value: { _tag: "Destroyed" } })
    }),
  )

  // Planted: FOR KEY SHARE instead of FOR SHARE; no share at all. Each sealed behind the fence.
  it.live("a put waits for an erasure under way, and is refused", () =>
    Effect.gen(function* () {
      const { rows, vault } = yield* aProcess(options)
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const row = yield* aRow({ rows, vault }, value(customer, subject))
      const query = yield* aTransaction(
        `UPDATE tacet_vault.keyring SET revision = revision + 1, key_categories = '{}', key_ids = '{}',
           wrapping_key_ids = '{}', wrapped_keys = '{}', erased_at = 7, erasure_cause = 'request', fingerprint = 'f1',
           steps_done = '[]', is_completed = false
         WHERE customer_id = '${customer}' AND subject_id = '${subject}'`,
      )
      const links = [{ subject, interaction: yield* Uuid.next, retentionEnd: undefined }]
      const late = { ...row, reference: yield* Uuid.next }
      const attempts = yield* Effect.forEach(
        [
          rows.put(customer, subject, { values: [late] }),
          rows.put(customer, subject, { links }),
          vault.seal(value(customer, subject)),
          vault.restrict(customer, subject, true),
        ],
        (attempt: Effect.Effect<unknown, { readonly _tag: string }>) => started(Effect.result(attempt)),
      )
      yield* untilWaiting(options.vault, attempts.length)
      expect(attempts.map((attempt) => attempt.pollUnsafe())).toEqual(attempts.map(() => undefined))
      yield* query("COMMIT")
      const answers = yield* Effect.forEach(attempts, Fiber.join)
      expect(answers.map((answer) => (Result.isFailure(answer) ? answer.failure._tag : "done"))).toEqual(
        answers.map(() => "SubjectErased"),
      )
      expect(yield* rows.valuesOf(customer, subject, { limit: 9 })).toHaveLength(1)
      expect(yield* rows.linksOf(customer, subject, 0)).toEqual([])
    }),
  )

  // Planted: `withoutDestroyed` left out. It brought the value back.
  it.live("a value that is being destroyed stays destroyed when it is put again", () =>
    Effect.gen(function* () {
      const process = yield* aProcess(options)
      const [customer, subject] = [yield* aCustomer, yield* aSubject]
      const row = yield* aRow(process, value(customer, subject))
      const query = yield* aTransaction(
        `WITH gone AS (DELETE FROM tacet_vault.sealed_value WHERE reference = '${row.reference}' RETURNING 1)
         INSERT INTO tacet_vault.destroyed_value SELECT '${customer}', '${row.reference}', 0, 'rectification' FROM gone`,
      )
      const putting = yield* started(process.rows.put(customer, subject, { values: [row] }))
      yield* untilWaiting(options.vault, 1)
      yield* query("COMMIT")
      yield* Fiber.join(putting)
      expect(yield* process.rows.find(customer, row.reference)).toMatchObject({ value: { _tag: "Destroyed" } })
    }),
  )

  // Planted: a share that looks over an erasure; a fence that the second erasure moves. The first left rows, the second
  // gave two answers. A missing lock is for the tests above: its moment is too short to be met by chance.
  it.live("two processes seal, link and observe while one erases: nothing is readable, and no row is left", () =>
    Effect.gen(function* () {
      const processes = [yield* aProcess(options), yield* aProcess(options)]
      const customer = yield* aCustomer
      let acknowledged = 0
      const linked: Array<Uuid.Uuid> = []
      for (let round = 0; round < 40; round++) {
        const subject = yield* aSubject
        const sealed: Array<Sealed.Sealed<string>> = []
        const refused: Array<string> = []
        const note = <A, E extends { readonly _tag: string }>(
          effect: Effect.Effect<A, E>,
          done: (answer: A) => void = () => undefined,
        ) => Effect.match(effect, { onSuccess: done, onFailure: ({ _tag }) => void refused.push(_tag) })
        const writing = (writer: number) =>
          Effect.gen(function* () {
            const { vault } = processes[writer % 2]!
            for (let turn = 0; turn < 4; turn++) {
              yield* note(vault.seal(value(customer, subject)), (one) => sealed.push(one))
              const interaction = yield* Uuid.next
              yield* note(vault.link(customer, subject, interaction, undefined), () => linked.push(interaction))
              yield* note(vault.observe(observation(customer, subject)))
            }
          })
        const erasing = Effect.gen(function* () {
          // Now in the middle, now soon or late.
          while (round % 2 === 0 && sealed.length === 0) yield* Effect.sleep(1)
          if (round % 2 === 1) yield* Effect.sleep((round * 7) % 60)
          return yield* Effect.all(
            [
              processes[0]!.vault.erase(customer, subject, "request"),
              processes[1]!.vault.erase(customer, subject, "withdrawal"),
            ],
            { concurrency: "unbounded" },
          )
        })
        const [erasures] = yield* Effect.all(
          [
            erasing,
            Effect.all(
              Array.from({ length: 6 }, (_, n) => writing(n)),
              { concurrency: "unbounded" },
            ),
          ],
          { concurrency: "unbounded" },
        )
        expect(erasures[0]).toEqual(erasures[1])
        expect(new Set(refused)).toEqual(refused.length === 0 ? new Set() : new Set(["SubjectErased"]))
        acknowledged += sealed.length
        const { ledger, rows, vault } = processes[round % 2]!
        const opened = yield* Effect.forEach(sealed, (one) => vault.open(opening(customer, one)))
        expect(opened.map(({ _tag }) => _tag)).toEqual(sealed.map(() => "Erased"))
        expect(yield* rows.valuesOf(customer, subject, { limit: 9 })).toEqual([])
        expect(yield* rows.linksOf(customer, subject, 0)).toEqual([])
        expect(yield* rows.removeSubject(customer, subject, { on: 0, cause: "request" }, 9)).toBe(0)
        // The check value of the key store comes first.
        expect((yield* ledger.entries(customer)).length).toBe(round + 2)
        // Planted and found: links listed before the fence, which misses those that are added meanwhile.
        expect(yield* vault.erasedInteractions(customer)).toEqual(linked.toSorted())
      }
      // Erasures came neither before everything nor after everything.
      expect(acknowledged).toBeGreaterThanOrEqual(20)
      expect(acknowledged).toBeLessThan(40 * 24)
    }),
  )
})

describe("two processes at once", () => {
  // Planted: 0 taken for the end where another sweep was faster. It left the rows behind them.
  it.live("sweep: one that finds its rows removed by the other looks for more", () =>
    Effect.gen(function* () {
      const process = yield* aProcess(options)
      const customer = yield* aCustomer
      const row = yield* aRow(process, value(customer, yield* aSubject))
      const values = yield* Effect.all(
        [1, 2, 3, 4].map((retentionEnd) =>
          Effect.map(Uuid.next, (reference): VaultStore.ValueRow => ({ ...row, reference, retentionEnd })),
        ),
      )
      yield* process.rows.put(customer, row.subject, { values })
      const query = yield* aTransaction(
        `DELETE FROM tacet_vault.sealed_value WHERE customer_id = '${customer}' AND retention_end < 3`,
      )
      const sweeping = yield* started(process.rows.sweep(customer, endedBy(99), 2))
      yield* untilWaiting(options.vault, 1)
      yield* query("COMMIT")
      expect(yield* Fiber.join(sweeping)).toBe(2)
      expect(yield* process.rows.sweep(customer, endedBy(99), 2)).toBe(0)
    }),
  )

  // Planted: no retry. It was reported as a failure.
  it.live("deadlock: the one that the server cancels tries again", () =>
    Effect.gen(function* () {
      const process = yield* aProcess(options)
      const customer = yield* aCustomer
      const row = yield* aRow(process, value(customer, yield* aSubject))
      const [low, high] = ["10000000-0000-4000-8000-000000000000", "20000000-0000-4000-8000-000000000000"].map(
        (reference): VaultStore.ValueRow => ({ ...row, reference: reference as Uuid.Uuid }),
      )
      yield* process.rows.put(customer, row.subject, { values: [low!, high!] })
      const deleting = ({ reference }: VaultStore.ValueRow) =>
        `DELETE FROM tacet_vault.sealed_value WHERE customer_id = '${customer}' AND reference = '${reference}'`
      const query = yield* aTransaction(deleting(high!))
      const references = [low!.reference, high!.reference]
      const destroying = yield* started(process.rows.destroy(customer, references, { on: 0, cause: "request" }))
      yield* untilWaiting(options.vault, 1)
      yield* query(deleting(low!))
      yield* query("ROLLBACK")
      yield* Fiber.join(destroying)
      const found = yield* Effect.forEach(references, (reference) => process.rows.find(customer, reference))
      expect(found.map((each) => Option.getOrUndefined(each)?._tag)).toEqual(["Destroyed", "Destroyed"])
    }),
  )

  // Planted: remains that are left out. They were missed.
  it.live("sweep and destroy the same rows: each row is removed once, and its erasure record is kept", () =>
    Effect.gen(function* () {
      const [one, other] = [yield* aProcess(options), yield* aProcess(options)]
      const customer = yield* aCustomer
      const row = yield* aRow(one, value(customer, yield* aSubject))
      const values = yield* Effect.all(
        Array.from({ length: 300 }, (_, n) =>
          Effect.map(Uuid.next, (reference): VaultStore.ValueRow => ({ ...row, reference, retentionEnd: 1 + (n % 7) })),
        ),
      )
      yield* one.rows.put(customer, row.subject, { values })
      const sweeping = ({ rows }: typeof one) =>
        Effect.gen(function* () {
          let total = 0
          for (;;) {
            const removed = yield* rows.sweep(customer, endedBy(99), 10)
            if (removed === 0) return total
            total += removed
          }
        })
      const references = values.map(({ reference }) => reference).toReversed()
      const [first, second] = yield* Effect.all(
        [
          sweeping(one),
          sweeping(other),
          Effect.forEach([0, 1, 2], (third) =>
            other.rows.destroy(customer, references.slice(third * 50, third * 50 + 50), { on: 0, cause: "request" }),
          ),
        ],
        { concurrency: "unbounded" },
      )
      expect(first + second).toBeLessThanOrEqual(300)
      expect(yield* one.rows.valuesOf(customer, row.subject, { limit: 999 })).toHaveLength(1)
      const found = yield* Effect.forEach(references, (reference) => one.rows.find(customer, reference))
      expect(found.map((each) => Option.getOrUndefined(each)?._tag)).toEqual(found.map(() => "Destroyed"))
    }),
  )

  // Planted: a write of keys whatever the revision. It lost keys.
  it.live("change the keys of one Customer: no change is lost", () =>
    Effect.gen(function* () {
      const processes = [yield* aProcess(options), yield* aProcess(options)]
      const customer = yield* aCustomer
      const message = new Uint8Array([1])
      const periods = Array.from({ length: 24 }, (_, n) => `2026-${n.toString().padStart(2, "0")}`)
      const ask = Effect.forEach(
        periods,
        (period, n) => Effect.map(processes[n % 2]!.keys.token(customer, period, message), (token) => token.join()),
        { concurrency: "unbounded" },
      )
      const [tokens, rotated] = yield* Effect.all(
        [ask, Effect.forEach(processes, ({ keys }) => keys.rotate(customer), { concurrency: "unbounded" })],
        { concurrency: "unbounded" },
      )
      expect(yield* processes[1]!.keys.periods(customer)).toEqual(periods)
      expect(yield* ask).toEqual(tokens)
      expect(rotated).toContain(yield* processes[0]!.keys.current(customer))
    }),
  )

  // Planted: the number of a record without the lock of its row. Records were refused.
  it.live("record accesses and erasures: none is lost, and their numbers are dense", () =>
    Effect.gen(function* () {
      const processes = [yield* aProcess(options), yield* aProcess(options)]
      const customer = yield* aCustomer
      const actor = yield* Uuid.next
      const record = (n: number): AccessLog.AccessRecord => ({
        customer,
        at: n,
        actor,
        purpose: "customerCare",
        reason: "incident",
        matter: undefined,
        reference: undefined,
        category: "name",
        outcome: "located",
        reader: undefined,
      })
      const all = Array.from({ length: 120 }, (_, n) => n)
      yield* Effect.forEach(
        all,
        (n) =>
          Effect.all([
            processes[n % 2]!.accesses.record(record(n)),
            processes[n % 2]!.ledger.record(customer, { fingerprint: `f${n}`, at: n, cause: "request" }),
          ]),
        { concurrency: "unbounded", discard: true },
      )
      const sorted = (of: ReadonlyArray<{ readonly at: number }>) =>
        of.map(({ at }) => at).toSorted((one, other) => one - other)
      expect(sorted(yield* processes[0]!.accesses.read(customer, { after: 0, limit: 999 }))).toEqual(all)
      expect(sorted(yield* processes[1]!.ledger.entries(customer))).toEqual(all)
      // After a number there are as many records as numbers: no number was skipped.
      expect(yield* processes[0]!.accesses.read(customer, { after: 100, limit: 999 })).toHaveLength(20)
    }),
  )
})
