/**
 * The work `retention`: a year of one Customer's interactions, deleted in bounded commits, while a writer appends one
 * event at a time for the same Customer.
 */
import { randomUUID } from "node:crypto"
import { Interaction, RetentionPolicy, type Identifier } from "@tacet/core/domain"
import {
  CommandHandler,
  type CustomerId,
  EventStore,
  ExpectedVersion,
  ProjectionStore,
} from "@tacet/core/eventsourcing"
import { PolicyBook } from "@tacet/core/policy"
import { Customers, Retention } from "@tacet/core/services"
import { Definition } from "@tacet/core/statistics"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { median, type Measurement } from "../Measurement.ts"
import type { Options, Section, Work } from "../Work.ts"
import { open } from "./Server.ts"
import { execute, tacet } from "./subjects.ts"

const day = 86_400_000
const policyVersion = "dialonce/2021-02-17" as Identifier.PolicyVersionId
const definition = Definition.make({ timeZone: "Europe/Paris" })
/** Events of one interaction: its start, its steps, its end. */
const eventsEach = 8

const events: ReadonlyArray<Interaction.Event> = [
  {
    _tag: "InteractionStarted",
    occurredAt: DateTime.makeUnsafe(0),
    trigger: { _tag: "contactRequest", channel: "web", entryPoint: randomUUID() as Identifier.EntryPointId },
    interface: "web" as Identifier.InterfaceId,
    linkable: false,
    policyVersion,
  },
  ...["start", "invoice", "explain", "faq", "moving", "done"].map((step): Interaction.Event => ({
    _tag: "StepTaken",
    occurredAt: DateTime.makeUnsafe(0),
    step: step as Identifier.StepId,
    kind: "page",
  })),
  { _tag: "InteractionEnded", occurredAt: DateTime.makeUnsafe(0), reason: "completed" },
]

/** A Customer with so many interactions, spread over a year that has ended, each appended in one commit. */
const aYear = async (
  stores: Awaited<ReturnType<typeof tacet>>,
  customer: CustomerId.CustomerId,
  interactions: number,
) => {
  const at = DateTime.makeUnsafe(0)
  const policy = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion }])(at)!
  await Effect.runPromise(
    Effect.gen(function* () {
      yield* Customers.Customers.use((customers) =>
        customers.declare(customer, [{ _tag: "AdoptPolicyVersion", at, policyVersion }]),
      )
      yield* CommandHandler.handle(RetentionPolicy.aggregate, {
        customer,
        id: customer,
        command: { _tag: "SetRetentionPeriod", at, category: "interfaceUsage", period: "P1Y" },
        context: { policy },
      })
    }).pipe(Effect.provide(Customers.layer), Effect.provideService(EventStore.EventStore, stores.store)),
  )
  const from = Date.now() - 760 * day
  const encoded = events.map(Interaction.codec.encode)
  const listed = encoded.map(({ data, type }, index) => `('${type}', '${data}', ${index + 1})`).join(", ")
  const id = (kind: string) => `('${kind}' || substr(md5('${customer}' || i), 9))::uuid`
  const stream = `overlay(overlay(${id("0a0a0a0a")}::text placing '4' from 15) placing '8' from 20)::uuid`
  const began = `(${from} + (i::bigint * ${365 * day}) / ${interactions})`
  await execute(stores.url, [
    `INSERT INTO tacet.event
     SELECT '${customer}', 2 + (i - 1) * ${eventsEach} + k, 'interaction', ${stream}, k, e.type, 1, ${began} + k * 1000,
       ${began}, ${stream}, e.data
     FROM generate_series(1, ${interactions}) i, (VALUES ${listed}) AS e (type, data, k)`,
    `UPDATE tacet.compartment SET position = position + ${interactions * eventsEach} WHERE customer_id = '${customer}'`,
    "VACUUM ANALYZE tacet.event",
  ])
}

/** Appends one event at a time until it is stopped; returns how long each took, in milliseconds. */
const appending = async (
  stores: Awaited<ReturnType<typeof tacet>>,
  customer: CustomerId.CustomerId,
  until: () => boolean,
) => {
  const times: Array<number> = []
  while (!until()) {
    const start = performance.now()
    await Effect.runPromise(
      stores.store.append({
        customer,
        commitId: randomUUID() as never,
        writes: [
          {
            stream: { kind: "own", id: randomUUID() as never },
            expected: ExpectedVersion.none,
            events: [{ type: "Noted", schemaVersion: 1, occurredAt: 0, data: "{}" }],
          },
        ],
      }),
    )
    times.push(performance.now() - start)
  }
  return times
}

const sorted = (times: ReadonlyArray<number>) => times.toSorted((one, other) => one - other)
const percentile = (times: ReadonlyArray<number>, share: number) => {
  const all = sorted(times)
  return all[Math.min(all.length - 1, Math.floor(all.length * share))]!
}

const quiet = 5000

const measure = async (
  stores: Awaited<ReturnType<typeof tacet>>,
  interactions: number,
  eventsPerCommit: number,
): Promise<Section> => {
  const customer = randomUUID() as CustomerId.CustomerId
  await aYear(stores, customer, interactions)
  const alone = async () => {
    const end = performance.now() + quiet
    return appending(stores, customer, () => performance.now() > end)
  }
  await alone()
  const without = await alone()
  let isOver = false
  const start = performance.now()
  const sweeping = Effect.runPromise(
    Retention.Retention.use((retention) => retention.sweep(customer)).pipe(
      Effect.provide(Retention.layer),
      Effect.provide(Retention.layerSettings({ definition, eventsPerCommit, streamsPerCommit: eventsPerCommit })),
      Effect.provideService(EventStore.EventStore, stores.store),
      Effect.provideService(ProjectionStore.ProjectionStore, stores.projections),
    ),
  ).finally(() => (isOver = true))
  const during = await appending(stores, customer, () => isOver)
  const swept = await sweeping
  const seconds = (performance.now() - start) / 1000
  if (swept.interactions !== interactions) throw new Error(`${swept.interactions} of ${interactions} were deleted`)
  const pair = (what: string, of: (times: ReadonlyArray<number>) => number): ReadonlyArray<Measurement> => {
    const [before, while_] = [of(without), of(during)]
    return [
      { subject: `append, ${what}, nothing purged`, median: before, unit: "ms" },
      {
        subject: `append, ${what}, while it is purged`,
        median: while_,
        unit: "ms",
        // An append waits here; it takes no more processor time than before.
        comparisons: [{ baseline: "nothing purged", ratio: before / while_, processorRatio: null }],
      },
    ]
  }
  return {
    title: `A year of ${interactions} interactions (${swept.events} events, ${swept.days.length} days), at most ${eventsPerCommit} events a commit`,
    notes: [
      `swept in ${seconds.toFixed(1)} s: looking for days, counting and deleting; one writer of one-event appends beside it`,
      `${without.length} appends before, ${during.length} while it was purged; fsync on, row-level security on`,
    ],
    measurements: [
      { subject: "purge", median: swept.events / seconds, unit: "events/s" },
      ...pair("median", median),
      ...pair("p99", (times) => percentile(times, 0.99)),
      ...pair("slowest", (times) => percentile(times, 1)),
    ],
  }
}

/** The work. */
export const retention: Work = {
  name: "retention",
  about: "a year of one Customer deleted on PostgreSQL in bounded commits, while another writer appends",
  run: async ({ scale }: Options, done: (section: Section) => void) => {
    const server = await open()
    try {
      const stores = await tacet(server.url, "bench_retention")
      const most = Math.max(400, Math.round(100_000 * scale))
      // The bound that is the default on the whole year; others on a fifth, to see what the bound is for.
      for (const [interactions, bound] of [
        [most, 2000],
        [Math.ceil(most / 5), 200],
        [Math.ceil(most / 5), 2000],
        [Math.ceil(most / 5), 20_000],
      ] as const) {
        done(await measure(stores, interactions, bound))
      }
      await stores.close()
    } finally {
      await server.stop()
    }
  },
}
