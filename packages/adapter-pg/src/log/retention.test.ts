import { createHash } from "node:crypto"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { Interaction } from "@tacet/core/domain"
import type { Identifier } from "@tacet/core/domain"
import {
  type CustomerId,
  EventStore,
  ExpectedVersion,
  Projection,
  ProjectionStore,
  Uuid,
} from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Subject, Vault } from "@tacet/core/privacy"
import { Customers, Retention } from "@tacet/core/services"
import { type CustomerReport, Definition, Deflection } from "@tacet/core/statistics"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { removal } from "./AppendTexts.ts"
import { writeSettings } from "../server/Database.ts"
import { layer } from "../layer.ts"
import { asOwner, forThisFile, vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "../vault/VaultPostgres.ts"

const options = vaultForThisFile()
const alone = forThisFile()

const definition = Definition.make({ timeZone: "Europe/Paris" })
const statistics = Deflection.projection(definition)
const hour = 3_600_000
const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId

const services = Layer.mergeAll(
  Customers.layer,
  Layer.provide(
    Retention.layer,
    Retention.layerSettings({ definition, awaits: [statistics], streamsPerCommit: 40, k: 5 }),
  ),
).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

/** Declares a Customer whose interactions are kept for a month. */
const declared = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const at = DateTime.makeUnsafe(0)
  yield* Customers.Customers.use((customers) =>
    customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at, policyVersion }]),
  )
  yield* Retention.Retention.use((retention) =>
    retention.setPeriod(customer, { period: "P1M", categories: ["interfaceUsage"], at: 0 }),
  )
})

/** The events of an interaction with two steps. */
const visit = (at: number): ReadonlyArray<Interaction.Event> => [
  {
    _tag: "InteractionStarted",
    occurredAt: DateTime.makeUnsafe(at),
    trigger: {
      _tag: "contactRequest",
      channel: "web",
      entryPoint: "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61" as Identifier.EntryPointId,
    },
    interface: "web" as Identifier.InterfaceId,
    linkable: true,
    policyVersion,
  },
  ...(["start", "invoice"] as ReadonlyArray<string> as ReadonlyArray<Identifier.StepId>).map(
    (step, index): Interaction.Event => ({
      _tag: "StepTaken",
      occurredAt: DateTime.makeUnsafe(at + index * 1000),
      step,
      kind: "page",
    }),
  ),
]

const append = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, moments: ReadonlyArray<number>) {
  const store = yield* EventStore.EventStore
  const visits = yield* Effect.forEach(moments, (at) => Effect.map(Uuid.next, (id) => ({ id, events: visit(at) })))
  yield* store.append({
    customer,
    commitId: yield* Uuid.next,
    writes: visits.map(({ events, id }) => ({
      stream: Interaction.streamOf(id),
      expected: ExpectedVersion.none,
      events: events.map(Interaction.codec.encode),
    })),
  })
  return visits.map(({ id }) => id)
})

const headline = ({
  calls,
  deflectedKinds,
  interactions,
  journeys,
  noRepeat,
  rates,
  trend,
}: CustomerReport.CustomerReport) => ({
  calls,
  deflectedKinds,
  interactions,
  noRepeat,
  rates,
  trend,
  journeys: journeys.interactions,
})

describe("a sweep on a server", () => {
  it.live(
    "SWEEP: deletes days while others append, who never fail, and read, who never stall, and changes no figure",
    () =>
      Effect.gen(function* () {
        const customer = (yield* Uuid.next) as CustomerId.CustomerId
        const subject = (yield* Uuid.next) as Subject.SubjectId
        yield* declared(customer)
        const now = yield* Clock.currentTimeMillis
        const old = yield* Effect.forEach(
          Array.from({ length: 12 }, (_, part) => now - 60 * 24 * hour + part * 6 * hour),
          (from) =>
            append(
              customer,
              Array.from({ length: 50 }, (_, n) => from + n * 60_000),
            ),
        )
        const recent = yield* append(
          customer,
          Array.from({ length: 30 }, (_, n) => now - 24 * hour + n),
        )
        const vault = yield* Vault.Vault
        for (const id of old.flat().slice(0, 20)) yield* vault.link(customer, subject, id, now - 1)
        yield* vault.link(customer, subject, recent[0]!, undefined)
        const { state } = yield* Projection.catchUp(statistics, customer)
        const asOf = now + 30 * 24 * hour
        const before = Deflection.report(state, { customer, asOf, declared: [] })

        const store = yield* EventStore.EventStore
        const seen: Array<EventStore.LogChunk> = []
        const reader = yield* Effect.forkChild(
          Stream.runForEach(store.subscribe(customer), (chunk) => Effect.sync(() => void seen.push(chunk))),
        )
        let isOver = false
        const written: Array<number> = []
        const writing = Effect.gen(function* () {
          while (!isOver) {
            const { lastPosition } = yield* store.append({
              customer,
              commitId: yield* Uuid.next,
              writes: [
                {
                  stream: { kind: "own", id: yield* Uuid.next },
                  expected: ExpectedVersion.none,
                  events: [{ type: "Noted", schemaVersion: 1, occurredAt: now, data: "{}" }],
                },
              ],
            })
            written.push(lastPosition)
          }
        })
        const writers = yield* Effect.forkChild(Effect.all([writing, writing, writing], { concurrency: 3 }))
        const swept = yield* Retention.Retention.use((retention) => retention.sweep(customer))
        isOver = true
        // No append failed: this would.
        yield* Fiber.join(writers)
        expect(swept).toMatchObject({ interactions: 600, events: 1800, rows: 20, waiting: [] })
        expect(swept.days.length).toBeGreaterThan(2)
        expect(written.length).toBeGreaterThan(10)

        // Dense except for recorded purges: a read of the whole log checks every hole against the record.
        const chunks = yield* Stream.runCollect(EventStore.logChunks(customer, { limit: 300 }))
        const events = chunks.flatMap((chunk) => chunk.events)
        const gone = chunks.flatMap(({ purged }) => purged).reduce((sum, { from, to }) => sum + to - from + 1, 0)
        const head = chunks.at(-1)!.head
        expect([gone, events.length]).toEqual([1800, head - 1800])
        yield* Effect.gen(function* () {
          while ((seen.at(-1)?.through ?? 0) < head) yield* Effect.sleep(20)
        }).pipe(Effect.timeout("10 seconds"))
        yield* Fiber.interrupt(reader)
        seen.forEach((chunk, index) => expect(chunk.after).toBe(index === 0 ? 0 : seen[index - 1]!.through))
        const read = new Set(seen.flatMap((chunk) => chunk.events.map(({ position }) => position)))
        expect(written.filter((position) => !read.has(position))).toEqual([])

        const streams = new Set(events.map(({ stream }) => stream.id))
        expect(old.flat().filter((id) => streams.has(id))).toEqual([])
        expect(recent.filter((id) => !streams.has(id))).toEqual([])
        expect(yield* vault.interactionsOf(customer, subject)).toEqual([recent[0]])

        const caughtUp = yield* Projection.catchUp(statistics, customer)
        const anew = yield* Projection.rebuild({ ...statistics, version: 99 }, customer)
        const after = Deflection.report(anew.state, { customer, asOf, declared: [] })
        expect(headline(after)).toEqual(headline(before))
        expect(Deflection.report(caughtUp.state, { customer, asOf, declared: [] })).toEqual(after)
        expect(yield* Retention.Retention.use((retention) => retention.sweep(customer))).toMatchObject({
          days: [],
          interactions: 0,
          rows: 0,
        })
      }).pipe(Effect.provide(services)),
    60_000,
  )
})

/** How many interactions the completed runs of the sweep say they have deleted. */
const deletedByRuns = Effect.fnUntraced(function* (customer: CustomerId.CustomerId) {
  const chunks = yield* Stream.runCollect(EventStore.logChunks(customer))
  return chunks
    .flatMap(({ events }) => events)
    .filter(({ type }) => type === "RetentionRunCompleted")
    .reduce((sum, { data }) => sum + (JSON.parse(data) as { readonly deleted: number }).deleted, 0)
})

// Planted and found: a sweep that ends where another has moved its index, one that counts what it finds gone by a day that
// it has read before, and one that counts what a completed run has counted.
describe("sweeps that meet", () => {
  it.live("SWEEP: are all answered, and delete and count each interaction once, while the log grows", () =>
    Effect.gen(function* () {
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      yield* declared(customer)
      const now = yield* Clock.currentTimeMillis
      let deleted = 0
      for (let round = 0; round < 3; round++) {
        for (let part = 0; part < 5; part++) {
          const from = now - (90 - round * 10 - part) * 24 * hour
          yield* append(
            customer,
            Array.from({ length: 12 }, (_, n) => from + n),
          )
        }
        yield* Projection.catchUpTogether(statistics, customer)
        const growing = yield* Effect.forkChild(Effect.forever(append(customer, [now - hour])))
        const swept = yield* Effect.all(
          Array.from({ length: 4 }, () => Retention.Retention.use((retention) => retention.sweep(customer))),
          { concurrency: "unbounded" },
        )
        yield* Fiber.interrupt(growing)
        deleted += 60
        // Two that make the same commit in one millisecond are both answered that it removed them.
        expect(swept.reduce((sum, { interactions }) => sum + interactions, 0)).toBeGreaterThanOrEqual(60)
        expect(swept.map(({ waiting }) => waiting)).toEqual([[], [], [], []])
        expect(yield* deletedByRuns(customer)).toBe(deleted)
      }
    }).pipe(Effect.provide(services)),
  )

  it.live("SWEEP: count nothing again where the index of one that came too late still has a day", () =>
    Effect.gen(function* () {
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      yield* declared(customer)
      const first = (yield* Clock.currentTimeMillis) - 90 * 24 * hour
      yield* append(customer, [first, first + 1])
      yield* Projection.catchUpTogether(statistics, customer)
      const sweep = Retention.Retention.use((retention) => retention.sweep(customer))
      yield* sweep
      expect(yield* deletedByRuns(customer)).toBe(2)
      const projections = yield* ProjectionStore.ProjectionStore
      const index = { name: "retention-days-europe-paris", version: 1 }
      const { checkpoint } = Option.getOrThrow(yield* projections.load(customer, index))
      const day = { stretches: [{ from: 1, to: checkpoint }], first, last: first + 1 }
      const days = [[Math.floor(first / (24 * hour)), day]]
      const state = JSON.stringify({ days, deleted: { runs: 0, interactions: 0 } })
      yield* projections.save(customer, index, checkpoint, { checkpoint, state })
      expect(yield* sweep).toMatchObject({ interactions: 0, waiting: [] })
      expect(yield* deletedByRuns(customer)).toBe(2)
    }).pipe(Effect.provide(services)),
  )
})

describe("the removal of streams", () => {
  const customer = "0c0c0c0c-0000-4000-8000-00000000000a"
  const id = (n: string) => `md5('s' || ${n})::uuid`

  /** How many pages a removal of a hundred streams reads in a log of so many, by a plan made for any parameters. */
  const pages = Effect.fnUntraced(function* (streams: number) {
    yield* Effect.promise(() =>
      asOwner(Redacted.value(alone.url), [
        `DELETE FROM tacet.event`,
        `INSERT INTO tacet.event SELECT '${customer}', n, 'interaction', ${id("(n - 1) / 5")}, (n - 1) % 5 + 1, 'StepTaken', 1,
           0, 0, ${id("'c' || (n - 1) / 5")}, '{"step":"invoice"}' FROM generate_series(1, ${streams * 5}) n`,
        "VACUUM ANALYZE tacet.event",
      ]),
    )
    const { query, queryValues } = yield* PgConnection.make({ url: alone.url, prepare: false })
    for (const statement of [
      ...Object.entries(writeSettings.log).map(([name, setting]) => `SET ${name} = ${setting}`),
      `PREPARE removal (uuid, text[], uuid[]) AS ${removal("tacet", "$2::text[]", "$3::uuid[]")}`,
      "SET ROLE tacet_log",
      "BEGIN",
      `SET LOCAL tacet.customer_id = '${customer}'`,
    ]) {
      yield* query(statement)
    }
    const listed = Array.from({ length: 100 }, (_, n) => createHash("md5").update(`s${n}`).digest("hex")).join(",")
    const [row] = yield* queryValues(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE removal ('${customer}', '{${Array(100).fill("interaction").join(",")}}', '{${listed}}')`,
    )
    yield* query("ROLLBACK")
    const [plan] = (typeof row![0] === "string" ? JSON.parse(row![0]) : row![0]) as ReadonlyArray<{
      readonly Plan: Readonly<Record<string, number>>
    }>
    return {
      text: JSON.stringify(plan),
      pages: plan!.Plan["Shared Hit Blocks"]! + plan!.Plan["Shared Read Blocks"]!,
    }
  }, Effect.scoped)

  it.live(
    "costs in proportion to the deleted events, whatever the size of the log, by the index over streams",
    () =>
      Effect.gen(function* () {
        const small = yield* pages(1000)
        const large = yield* pages(30_000)
        // Planted and found: the plan that a server makes with sequential scans and hash joins only.
        expect(large.text).toContain('"Index Name":"event_stream"')
        expect(large.text).not.toContain("Seq Scan")
        expect(large.pages).toBeLessThan(small.pages * 2)
      }),
    60_000,
  )
})
