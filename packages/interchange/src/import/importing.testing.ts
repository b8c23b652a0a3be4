/**
 * Imports rows in a test: with a known key, into a memory of its own, with everything that came of it.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { type EventEnvelope, EventStore, Uuid } from "@tacet/core/eventsourcing"
import { Customers, Interactions, Retention } from "@tacet/core/services"
import { Definition } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Mapping } from "../mapping/Mapping.ts"
import type { CallFact, Fact, RejectedRow, Source, SourceItem, SourceRow } from "../SourceRow.ts"
import { compartmentOf, declarationsOf, layerPolicies } from "./Declarations.ts"
import * as Importer from "./Importer.ts"
import { layerFixed, TokenKey } from "./TokenKey.ts"

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** A Monday morning. */
export const morning = Date.parse("2026-03-02T09:00:00Z")

/** How to import. */
export interface Settings {
  readonly order?: Source["order"]
  readonly mapping?: Mapping
  readonly definition?: Partial<Definition.Definition>
  readonly asOf?: number
  readonly batchSize?: number
  readonly sortedInMemory?: number
  /** Rows in one batch of the source. */
  readonly read?: number
  readonly seed?: string
  /** The items that an earlier run imported into the same store, with its own keys for persons. */
  readonly before?: Iterable<SourceItem>
  /** Called with each chunk of the log that the statistics read. */
  readonly onChunk?: (chunk: EventStore.LogChunk) => void
}

export interface Outcome extends Importer.Imported {
  /** How many events the store held before. */
  readonly found: number
  readonly log: ReadonlyArray<EventEnvelope.RecordedEvent>
  readonly rejects: ReadonlyArray<RejectedRow>
}

export const importing = Effect.fnUntraced(function* (
  items: Iterable<SourceItem>,
  settings: Settings = {},
): Effect.fn.Return<Outcome, Importer.ImportError> {
  const {
    asOf,
    batchSize,
    before,
    definition,
    mapping,
    onChunk = () => undefined,
    order,
    read,
    seed,
    sortedInMemory,
  } = settings
  const customer = compartmentOf("test")
  const rejects: Array<RejectedRow> = []
  const services = Layer.mergeAll(
    Layer.provideMerge(
      Layer.merge(Customers.layer, Interactions.layer),
      Layer.mergeAll(memory, layerPolicies, Retention.layerElsewhere),
    ),
    layerFixed(new Uint8Array(32)),
  )
  return yield* Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    const watched = {
      ...store,
      readLog: (...range: Parameters<typeof store.readLog>) =>
        Effect.tap(store.readLog(...range), (chunk) => Effect.sync(() => onChunk(chunk))),
    }
    const run = (items: Iterable<SourceItem>, rejects: Array<RejectedRow>) =>
      Importer.run(
        { items: batches(items, read ?? 100), order: order ?? "time" },
        {
          name: "test",
          declarations: declarationsOf(customer, mapping ?? {}),
          definition: Definition.make(definition ?? {}),
          ...(asOf === undefined ? {} : { asOf }),
          ...(batchSize === undefined ? {} : { batchSize }),
          ...(sortedInMemory === undefined ? {} : { sortedInMemory }),
          rejects: (row) => Effect.sync(() => void rejects.push(row)),
        },
      ).pipe(Effect.provideService(EventStore.EventStore, watched))
    if (before !== undefined) {
      yield* Effect.updateService(run(before, []), TokenKey, (keys) => ({ ...keys, run: new Uint8Array(32).fill(1) }))
    }
    const { head: found } = yield* store.readLog(customer, { limit: 1 })
    const imported = yield* run(items, rejects)
    const { events } = yield* store.readLog(customer, { limit: 1_000_000 })
    return { ...imported, found, log: events, rejects }
  }).pipe(Effect.provide(services), (program) => Uuid.withSeed(program, seed ?? "test"))
})

async function* batches(items: Iterable<SourceItem>, size: number): AsyncGenerator<ReadonlyArray<SourceItem>> {
  let batch: Array<SourceItem> = []
  for (const item of items) {
    if (batch.push(item) < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Numbers rows by their place, as a file does. */
export const numbered = (rows: ReadonlyArray<Omit<SourceRow, "_tag" | "line">>): ReadonlyArray<SourceRow> =>
  rows.map((row, place) => ({ ...row, _tag: "row", line: place + 1 }))

export const step = (name: string): Fact => ({ _tag: "step", step: name })

/** A call of a minute that reached a person, placed at a moment. */
export const callFact = (placedAt: number, changes: Partial<CallFact> = {}): CallFact => ({
  placedAt,
  answeredAt: placedAt + 10_000,
  endedAt: placedAt + 70_000,
  talkSeconds: 60,
  human: true,
  disposition: "answered",
  asksForPerson: true,
  ...changes,
})

/** A call that left the queue, placed at a moment. */
export const abandonedCall = (placedAt: number): CallFact => ({
  placedAt,
  endedAt: placedAt + 90_000,
  talkSeconds: 0,
  human: false,
  disposition: "queueAbandoned",
  asksForPerson: true,
})

/** The names of the events of each interaction, in the order of the log. */
export const histories = (log: ReadonlyArray<EventEnvelope.RecordedEvent>): ReadonlyArray<ReadonlyArray<string>> => {
  const streams = new Map<string, Array<string>>()
  for (const { stream, type } of log) {
    if (stream.kind !== "interaction") continue
    streams.set(stream.id, [...(streams.get(stream.id) ?? []), type])
  }
  return Array.from(streams.values())
}
