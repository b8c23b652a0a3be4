/**
 * The statistics of a run, kept up with the log while rows are being imported: the projection reads the appended events
 * in chunks, as from any store. Days are published as they close, so that a later row shows as a restatement.
 */
import type { Customer } from "@tacet/core/domain"
import { type CustomerId, type EventCodec, EventStore, type EventStoreError } from "@tacet/core/eventsourcing"
import { type CustomerReport, type Definition, Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"

export interface Statistics {
  /** Folds the events appended since the last call. */
  readonly follow: Effect.Effect<void, EventCodec.UndecodableEvent | EventStoreError.ReadError>
  /** Publishes the days that are final. */
  readonly publish: Effect.Effect<void>
  /** The watermark, or the moment of the report where that is later. */
  readonly judgedAt: () => number
  readonly report: (customer: string, declared: ReadonlyArray<Customer.Scenario>) => CustomerReport.CustomerReport
}

/** `asOf`: the moment at which the report is to be judged; what happened later is left out. */
export const make = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  definition: Definition.Definition,
  asOf: number | undefined,
): Effect.fn.Return<Statistics, never, EventStore.EventStore> {
  const store = yield* EventStore.EventStore
  const { apply, filter } = Deflection.projection(definition)
  let state = Deflection.empty(definition, asOf === undefined ? {} : { until: asOf })
  let checkpoint = 0

  const follow = Effect.gen(function* () {
    while (true) {
      const chunk = yield* store.readLog(customer, {
        after: checkpoint,
        ...(filter === undefined ? {} : { filter }),
      })
      if (chunk.through > checkpoint) state = yield* apply(state, chunk, customer)
      checkpoint = chunk.through
      if (chunk.through >= chunk.head) return
    }
  })

  return {
    follow: Effect.provideService(follow, EventStore.EventStore, store),
    publish: Effect.sync(() => Deflection.publish(state)),
    judgedAt: () => Math.max(Deflection.watermark(state), asOf ?? Number.NEGATIVE_INFINITY),
    report: (name, declared) =>
      Deflection.report(state, { customer: name, declared, ...(asOf === undefined ? {} : { asOf }) }),
  }
})
