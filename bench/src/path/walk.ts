/**
 * The whole path as an application takes it: commands through the service and the deciders into a store in memory, the
 * projection over its log with its saved states, the report.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { EventStore, Projection } from "@tacet/core/eventsourcing"
import { Customers, Interactions, Retention } from "@tacet/core/services"
import { type CustomerReport, Definition, Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { megabytesInUse } from "../memory.ts"
import * as Spent from "../Spent.ts"
import { customer, declarations, policies } from "./recordings.ts"

/** The cost of each stage, and its result. */
export interface Walked {
  readonly record: Spent.Spent
  readonly project: Spent.Spent
  /** The part of `project` in which states were written to be saved, in microseconds of processor time. */
  readonly save: number
  readonly report: Spent.Spent
  /** What the state of the projection takes at the end, with its saved copy. */
  readonly megabytes: number
  /** Interactions of which it still holds a trace, since a window is open on them. */
  readonly live: number
  readonly events: number
  readonly result: CustomerReport.CustomerReport
}

/** The definition in use. */
export const definition: Definition.Definition = Definition.make({ timeZone: "Europe/Paris" })

/** Walks the path from an empty store. */
export const walk = (recordings: ReadonlyArray<Interactions.Recording>): Promise<Walked> =>
  Effect.gen(function* () {
    const customers = yield* Customers.Customers
    const interactions = yield* Interactions.Interactions
    yield* customers.declare(customer, declarations)

    const recording = Spent.begin()
    for (const one of recordings) yield* interactions.record(one)
    const record = recording()

    const projection = Deflection.projection(definition)
    let save = 0
    const timingSaves: typeof projection = {
      ...projection,
      encode: (state) => {
        const end = Spent.begin()
        const text = projection.encode(state)
        save += end().client
        return text
      },
    }
    const before = megabytesInUse()
    const projecting = Spent.begin()
    const { state } = yield* Projection.catchUp(timingSaves, customer)
    const project = projecting()

    const reporting = Spent.begin()
    const result = Deflection.report(state, { customer, declared: [] })
    const report = reporting()

    const { head } = yield* EventStore.EventStore.use((store) => store.readLog(customer, { limit: 1 }))
    const megabytes = megabytesInUse() - before
    return { record, project, save, report, megabytes, live: state.live.size, events: head, result }
  }).pipe(
    Effect.provide(
      Layer.provideMerge(
        Layer.merge(Customers.layer, Interactions.layer),
        Layer.mergeAll(memory, policiesLayer, Retention.layerElsewhere),
      ),
    ),
    Effect.runPromise,
  )

const policiesLayer = Layer.succeed(Customers.KnownPolicies, () => policies)
