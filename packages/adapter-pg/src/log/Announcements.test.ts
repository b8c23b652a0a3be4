import * as PgConnection from "@effect/sql-pg/PgConnection"
import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { afterAll, beforeAll, describe, expect, it } from "@tacet/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { createInterface } from "node:readline"
import { layer } from "../layer.ts"
import type { Options } from "../server/Options.ts"
import { aCustomer } from "../vault/process.testing.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

const asOwner = (sql: string) =>
  Effect.scoped(
    Effect.flatMap(PgConnection.make({ url: options.url, prepare: false }), ({ queryValues }) => queryValues(sql)),
  )

// The account that the other process logs in as.
const account = `tacet_subscriber_${randomBytes(4).toString("hex")}`
const password = randomBytes(12).toString("hex")
const urlOfAccount = () => Object.assign(new URL(Redacted.value(options.url)), { username: account, password }).href

beforeAll(() =>
  Effect.runPromise(Effect.asVoid(asOwner(`CREATE ROLE ${account} LOGIN PASSWORD '${password}' IN ROLE tacet_log`))),
)
afterAll(() => Effect.runPromise(Effect.asVoid(asOwner(`DROP ROLE ${account}`))))

type Store = EventStore.EventStore["Service"]

const storeWith = (more: Partial<Options>) =>
  Effect.map(Layer.build(Layer.fresh(layer({ ...options, ...more }))), (context) =>
    Context.get(context, EventStore.EventStore),
  )

const append = Effect.fnUntraced(function* (store: Store, customer: CustomerId.CustomerId) {
  const { lastPosition } = yield* store.append({
    customer,
    commitId: yield* Uuid.next,
    writes: [
      {
        stream: { kind: "jar", id: yield* Uuid.next },
        expected: ExpectedVersion.none,
        events: [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }],
      },
    ],
  })
  return lastPosition
})

/** Another process that subscribes, and the positions that it says it sees. */
const aSubscriber = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  polling: number,
  announcements: "heard" | "unheard",
) {
  const seen = yield* Queue.unbounded<number>()
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      const program = new URL("subscriber.testing.ts", import.meta.url).pathname
      const child = spawn(
        process.execPath,

        [
          "--import",
          "tsx",
          "--conditions",
          "@tacet/source",
          program,
          urlOfAccount(),
          customer,
          String(polling),
          announcements,
        ],
        { stdio: ["ignore", "pipe", "inherit"] },
      )
      createInterface({ input: child.stdout }).on("line", (line) => void Queue.offerUnsafe(seen, Number(line)))
      return child
    }),
    (child) =>
      Effect.promise(
        () =>
          new Promise((gone) => {
            child.once("close", gone)
            child.kill("SIGKILL")
          }),
      ),
  )
  return seen
})

const listeners = "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tacet listening'"

/** Waits until so many processes listen. */
const untilListening = (count: number) =>
  Effect.repeat(asOwner(`SELECT count(*)::int ${listeners} AND query LIKE 'LISTEN%'`), {
    until: ([row]) => row![0] === count,
  })

const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const before = performance.now()
    const answer = yield* effect
    return [answer, performance.now() - before] as const
  })

describe("subscribers of another process", () => {
  // Planted: nothing announced; nothing received; a head that is not passed on; a listener that gives up. Each was
  // found.
  it.live("are woken long before their next poll, miss no event while the listener is down, and are woken again", () =>
    Effect.gen(function* () {
      const polling = 2_500
      const customer = yield* aCustomer
      const store = yield* storeWith({ announcements: {} })
      yield* append(store, customer)
      const seen = yield* aSubscriber(customer, polling, "heard")
      expect(yield* Queue.take(seen)).toBe(1)
      yield* untilListening(2)
      for (let n = 2; n < 7; n++) {
        // It has looked, and waits.
        yield* Effect.sleep(150)
        yield* append(store, customer)
        const [position, waited] = yield* timed(Queue.take(seen))
        expect(position).toBe(n)
        expect(waited).toBeLessThan(polling / 4)
      }
      // Its session that listens is ended, and it gets no new one.
      yield* asOwner(`ALTER ROLE ${account} NOLOGIN`)
      yield* asOwner(`SELECT pg_terminate_backend(pid) ${listeners} AND usename = '${account}'`)
      yield* untilListening(1)
      for (let n = 7; n < 10; n++) {
        yield* append(store, customer)
        expect(yield* Queue.take(seen)).toBe(n)
      }
      yield* asOwner(`ALTER ROLE ${account} LOGIN`)
      yield* untilListening(2)
      yield* Effect.sleep(150)
      yield* append(store, customer)
      const [position, again] = yield* timed(Queue.take(seen))
      expect(position).toBe(10)
      expect(again).toBeLessThan(polling / 4)
    }),
  )

  it.live("find new events by polling where no append is announced", () =>
    Effect.gen(function* () {
      const customer = yield* aCustomer
      const store = yield* storeWith({})
      yield* append(store, customer)
      const seen = yield* aSubscriber(customer, 300, "unheard")
      for (let n = 1; n < 4; n++) {
        expect(yield* Queue.take(seen)).toBe(n)
        yield* append(store, customer)
      }
      expect((yield* asOwner(`SELECT count(*)::int ${listeners}`))[0]).toEqual([0])
    }),
  )
})

describe("announcements", () => {
  /** The announcements that a session hears during an effect. */
  const hearing = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>) {
    const { listen } = yield* PgConnection.make({ url: options.url, prepare: false })
    const other = yield* PgConnection.make({ url: options.url, prepare: false })
    const notifications = yield* listen("tacet")
    yield* effect
    yield* other.query("SELECT pg_notify('tacet', 'the end')")
    const payloads: Array<string> = []
    for (;;) {
      const { payload } = yield* Queue.take(notifications)
      if (payload === "the end") return payloads
      payloads.push(payload)
    }
  })

  // Planted: one announcement for each append. Found.
  it.live("is the compartment and its head, much less often than it grows, and of many compartments together", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ announcements: { gather: "100 millis" } })
      const customers = yield* Effect.all(Array.from({ length: 200 }, () => aCustomer))
      const turns = 3
      const payloads = yield* hearing(
        Effect.andThen(
          Effect.forEach(
            customers,
            (customer) => Effect.forEach(Array.from({ length: turns }), () => append(store, customer)),
            { concurrency: 50, discard: true },
          ),
          Effect.sleep(400),
        ),
      )
      expect(payloads.length).toBeLessThan((customers.length * turns) / 10)
      const heads = new Map<string, number>()
      for (const payload of payloads) {
        expect(payload.length).toBeLessThan(8_000)
        for (const entry of payload.split(",")) {
          expect(entry).toMatch(/^[0-9a-f-]{36} \d+$/)
          const [customer, head] = entry.split(" ")
          heads.set(customer!, Number(head))
        }
      }
      expect(new Map(customers.map((customer) => [customer as string, turns]))).toEqual(heads)
    }),
  )

  // Planted: a subscriber that believes every repetition of a wrong announcement. Found.
  it.live("may be wrong: a head beyond the log starts no busy loop, and no event is missed", () =>
    Effect.gen(function* () {
      const store = yield* storeWith({ announcements: {}, polling: { shortest: "1 second" } })
      const customer = yield* aCustomer
      yield* append(store, customer)
      yield* untilListening(1)
      const seen: Array<number> = []
      let chunks = 0
      yield* Effect.forkScoped(
        store.subscribe(customer).pipe(
          Stream.runForEach(({ events }) =>
            Effect.sync(() => {
              chunks++
              for (const { position } of events) seen.push(position)
            }),
          ),
        ),
        { startImmediately: true },
      )
      yield* Effect.sleep(100)
      for (const payload of [`${customer} 9007199254740991`, `${customer} -1`, "nonsense", "", `${customer} 1e99`]) {
        yield* asOwner(`SELECT pg_notify('tacet', '${payload}')`)
      }
      const looks = () =>
        Effect.map(
          asOwner(`SELECT xact_commit::int FROM pg_stat_database WHERE datname = current_database()`),
          ([row]) => row![0] as number,
        )
      const at = yield* looks()
      yield* Effect.sleep(700)
      expect((yield* looks()) - at).toBeLessThan(30)
      yield* append(store, customer)
      yield* Effect.sleep(2_500)
      expect(seen).toEqual([1, 2])
      expect(chunks).toBe(2)
    }),
  )
})
