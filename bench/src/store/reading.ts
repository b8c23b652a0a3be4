/**
 * The works `read`, `catch-up` and `projection`: what it takes to get events out again.
 */
import { randomUUID } from "node:crypto"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import {
  EventCodec,
  type EventEnvelope,
  EventStore,
  ExpectedVersion,
  Projection,
  ProjectionStore,
  type StreamId,
  type Uuid,
} from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Work } from "../Work.ts"
import { type EmmettLog, emmettLog, pageSizes } from "./emmett.ts"
import * as Plan from "./Plan.ts"
import * as Subjects from "./subjects.ts"
import { timed, type TimedSubject } from "./timed.ts"
import { work } from "./work.ts"

type Tacet = Awaited<ReturnType<typeof Subjects.tacet>>

const StepTaken = Schema.TaggedStruct("StepTaken", {
  occurredAt: Schema.DateTimeUtcFromMillis,
  step: Schema.String,
  at: Schema.Finite,
})
const codec = EventCodec.make("interaction", [EventCodec.define(StepTaken)])

const data = (n: number): string => JSON.stringify({ step: `menu-${n % 40}`, at: 1_700_000_000_000 + n })

const events = (from: number, count: number): ReadonlyArray<EventEnvelope.NewEvent> =>
  Array.from({ length: count }, (_, n) => ({
    type: "StepTaken",
    schemaVersion: 1,
    occurredAt: 1_700_000_000_000,
    data: data(from + n),
  }))

const write = ({ customer, store }: Tacet, stream: StreamId.StreamId, from: number, count: number): Promise<unknown> =>
  Effect.runPromise(
    store.append({
      customer,
      commitId: randomUUID() as Uuid.Uuid,
      writes: [{ stream, expected: ExpectedVersion.any, events: events(from, count) }],
    }),
  )

/** Writes a log of streams of a hundred events each. */
const fill = async (tacet: Tacet, total: number): Promise<void> => {
  for (let n = 0; n < total; n += 500) {
    await Promise.all(
      Array.from({ length: Math.min(5, (total - n) / 100) }, (_, part) =>
        write(tacet, { kind: "interaction", id: randomUUID() as Uuid.Uuid }, n + part * 100, 100),
      ),
    )
  }
  await Subjects.execute(tacet.url, ["VACUUM ANALYZE tacet.event"])
}

/** The work `read`. */
export const read: Work = work(
  "read",
  "one stream of 1,000 events, decoded by a Schema, beside Emmett",
  async (server, { rounds }) => {
    const tacet = await Subjects.tacet(server.url)
    const stream: StreamId.StreamId = { kind: "interaction", id: randomUUID() as Uuid.Uuid }
    await write(tacet, stream, 0, 500)
    await write(tacet, stream, 500, 500)
    const emmett = await Subjects.emmett(server.url)
    if (emmett !== undefined) {
      for (const from of [0, 500]) {
        await emmett.appendToStream(
          stream.id,
          events(from, 500).map(({ data, type }) => ({ type, data: JSON.parse(data) as unknown })),
          { expectedStreamVersion: BigInt(from) },
        )
      }
    }
    for (const { url } of [tacet, ...(emmett === undefined ? [] : [emmett])]) {
      await Subjects.execute(url, ["VACUUM ANALYZE"])
    }
    const times = 20
    const repeat = async (once: () => Promise<number>) => {
      let seen = 0
      for (let n = 0; n < times; n++) seen += await once()
      return seen
    }
    const subjects: Array<TimedSubject> = [
      {
        name: "Tacet",
        run: () =>
          repeat(async () => {
            const page = await Effect.runPromise(tacet.store.readStream(tacet.customer, stream))
            return page.events.map((event) => Result.getOrThrow(codec.decode(event))).length
          }),
        against: [{ baseline: "Emmett", target: 2.5 }],
      },
    ]
    if (emmett !== undefined) {
      subjects.push({
        name: "Emmett",
        run: () => repeat(async () => (await emmett.readStream(stream.id)).events.length),
      })
    }
    const serverClock = server.processorSeconds
    const measurements = await timed(subjects, { rounds, warmUps: 30, events: times * 1_000, serverClock })
    await tacet.close()
    await emmett?.close()
    return {
      title: "Reading a stream of 1,000 events, 20 times",
      notes: ["Tacet decodes each event by a Schema; Emmett parses JSON"],
      measurements,
    }
  },
)

const size = 200_000

/** Four pages at least: in a smaller log no plan says anything about a large one. */
const atScale = (share: number): number => Math.max(20_000, Math.round((size * share) / 1_000) * 1_000)

const pageSize = 5_000

/** A page of the log, in the order of its index: `position` alone would be the output column, a number that no index orders. */
const page = `SELECT position::float8, data::text FROM tacet.event WHERE customer_id = $1 AND position > $2::bigint
  ORDER BY event.position LIMIT ${pageSize}`

const byHandName = "by hand, 5,000 a page"

/** Checks that pages are read by index. Only the last one may be sorted: by then it is all that is left. */
const checkPlan = ({ customer, url }: Tacet, baseline: string, total: number): Promise<void> =>
  Plan.check(url, {
    baseline,
    text: page,
    parameters: [0, total >> 1].map((after) => [`'${customer}'`, `'${after}'`]),
    allowed: Plan.byIndex,
  })

/** A log that is read by hand: pages of 5,000 rows by the same driver, parsed. Its connection stays open, as the store's do. */
const byHand = async ({ customer, url }: Tacet, total: number) => {
  const scope = Scope.makeUnsafe()
  const { queryValues } = await Effect.runPromise(Scope.provide(PgConnection.make({ url: Redacted.make(url) }), scope))
  return {
    read: (each: (step: string) => void): Promise<number> =>
      Effect.runPromise(
        Effect.gen(function* () {
          let after = 0
          while (after < total) {
            const rows = yield* queryValues(page, [customer, String(after)])
            for (const [, data] of rows) each((JSON.parse(data as string) as { readonly step: string }).step)
            after = rows[rows.length - 1]![0] as number
          }
          return after
        }),
      ),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/** The same events in a log of Emmett's. */
function* asEmmett(total: number): Generator<ReadonlyArray<{ readonly type: string; readonly data: unknown }>, void> {
  for (let n = 0; n < total; n += 100) {
    yield events(n, 100).map(({ data, type }) => ({ type, data: JSON.parse(data) as unknown }))
  }
}

/** The page size at which Emmett is fastest. */
const fastest = async (run: (pageSize: number) => Promise<number>): Promise<number> => {
  const times: Array<readonly [number, number]> = []
  for (const pageSize of pageSizes) {
    const start = performance.now()
    await run(pageSize)
    times.push([performance.now() - start, pageSize])
  }
  return times.toSorted(([one], [other]) => one - other)[0]![1]
}

const notInstalled = (log: EmmettLog | undefined): ReadonlyArray<string> =>
  log === undefined ? ["Emmett is not installed: npm --prefix bench ci"] : []

/** The work `catch-up`. */
export const catchUp: Work = work(
  "catch-up",
  "a reader that catches up on 200,000 events, beside queries written by hand",
  async (server, { rounds, scale }) => {
    const total = atScale(scale)
    const tacet = await Subjects.tacet(server.url)
    await fill(tacet, total)
    await checkPlan(tacet, byHandName, total)
    const hand = await byHand(tacet, total)
    const { customer, store } = tacet
    const log = await emmettLog(server.url, asEmmett(total))
    if (log !== undefined) await Subjects.execute(server.url, ["CHECKPOINT"])
    const best = log === undefined ? 0 : await fastest(log.readAll)
    const emmett = `Emmett, ${best} a page`
    const measurements = await timed(
      [
        ...(log === undefined ? [] : [{ name: emmett, run: () => log.readAll(best) }]),
        { name: byHandName, run: () => hand.read(() => undefined) },
        ...[1_000, 5_000].map((limit) => ({
          name: `Tacet, ${limit} a chunk`,
          run: () =>
            Effect.runPromise(
              EventStore.logChunks(customer, { limit }).pipe(
                Stream.runFold(
                  () => 0,
                  (seen, chunk) => {
                    for (const event of chunk.events) JSON.parse(event.data)
                    return seen + chunk.events.length
                  },
                ),
                Effect.provideService(EventStore.EventStore, store),
              ),
            ),
          against: [
            { baseline: byHandName },
            ...(log === undefined ? [] : [{ baseline: emmett, ...(limit === 5_000 ? { target: 8 } : {}) }]),
          ],
        })),
      ],
      { rounds, warmUps: 4, events: total, serverClock: server.processorSeconds },
    )
    await hand.close()
    await tacet.close()
    await log?.close()
    return {
      title: `Catching up on ${total} events`,
      notes: [
        "All parse each payload. By hand: two columns of rows, read by index; Tacet: whole envelopes, each position accounted for",
        `Emmett: readMessagesBatch, at the fastest of ${pageSizes.join(", ")} a page`,
        ...notInstalled(log),
      ],
      measurements,
    }
  },
)

const counting = (version: number): Projection.Projection<Map<string, number>> => ({
  name: "steps",
  version,
  initial: () => new Map(),
  apply: (state, { events }) =>
    Effect.sync(() => {
      for (const { data } of events) {
        const { step } = JSON.parse(data) as { readonly step: string }
        state.set(step, (state.get(step) ?? 0) + 1)
      }
      return state
    }),
  encode: (state) => JSON.stringify([...state]),
  decode: (state) => new Map(JSON.parse(state) as ReadonlyArray<[string, number]>),
})

const foldByHand = "fetch, parse and fold by hand"

/** Emmett projects so many times fewer events, since it would take minutes for each round. */
const emmettShare = 100

/** The work `projection`. */
export const projection: Work = work(
  "projection",
  "a projection of 200,000 events, its state in one transaction with its checkpoint, beside the same by hand",
  async (server, { rounds, scale }) => {
    const total = atScale(scale)
    const tacet = await Subjects.tacet(server.url)
    await fill(tacet, total)
    await checkPlan(tacet, foldByHand, total)
    const hand = await byHand(tacet, total)
    const few = Math.max(1_000, total / emmettShare)
    const log = await emmettLog(server.url, asEmmett(few))
    const best = log === undefined ? 0 : await fastest(log.project)
    const emmett = `Emmett, ${best} a batch`
    let version = 0
    const measurements = await timed(
      [
        {
          name: foldByHand,
          run: async () => {
            const counts = new Map<string, number>()
            await hand.read((step) => counts.set(step, (counts.get(step) ?? 0) + 1))
            return [...counts.values()].reduce((sum, count) => sum + count, 0)
          },
        },
        {
          name: "Tacet, saved every 20,000 events",
          run: async () => {
            const { state } = await Effect.runPromise(
              Projection.catchUp(counting(++version), tacet.customer, { chunkSize: 5_000, saveEvery: 20_000 }).pipe(
                Effect.provideService(EventStore.EventStore, tacet.store),
                Effect.provideService(ProjectionStore.ProjectionStore, tacet.projections),
              ),
            )
            return [...state.values()].reduce((sum, count) => sum + count, 0)
          },
          against: [
            { baseline: foldByHand, target: 0.8 },
            ...(log === undefined ? [] : [{ baseline: emmett, target: 20 }]),
          ],
        },
        ...(log === undefined ? [] : [{ name: emmett, run: () => log.project(best), events: few }]),
      ],
      { rounds, events: total, serverClock: server.processorSeconds },
    )
    await hand.close()
    await tacet.close()
    await log?.close()
    return {
      title: `A projection of ${total} events`,
      notes: [
        "Each run builds a new version from the first event on",
        "By hand: two columns of rows, read by index; nothing is saved, no checkpoint is kept",
        `Emmett: a projector with a statement for each event, checkpoint and table in one transaction for each batch; ${few} events, its time counted for ${total} (its pages become slower with the log)`,
        ...notInstalled(log),
      ],
      measurements,
    }
  },
)
