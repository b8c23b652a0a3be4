/**
 * The whole path as an application takes it: commands through the service and the deciders into a store in memory, the
 * projection over its log, the report.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { Projection } from "@tacet/core/eventsourcing"
import { Contacts } from "@tacet/core/services"
import { type CustomerReport, Definition, Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { customer, declarations } from "./recordings.ts"

/** What each stage took in milliseconds, and what came out. */
export interface Walked {
  readonly record: number
  readonly project: number
  readonly report: number
  readonly result: CustomerReport.CustomerReport
}

/** Walks the path from an empty store. */
export const walk = (recordings: ReadonlyArray<Contacts.Recording>): Promise<Walked> =>
  Effect.gen(function* () {
    const contacts = yield* Contacts.Contacts
    yield* contacts.declare(customer, declarations)
    const start = performance.now()
    for (const recording of recordings) yield* contacts.record(recording)
    const recorded = performance.now()
    const { state } = yield* Projection.catchUp(Deflection.projection(definition), customer)
    const projected = performance.now()
    const result = Deflection.report(state, { customer, declared: [] })
    const reported = performance.now()
    return { record: recorded - start, project: projected - recorded, report: reported - projected, result }
  }).pipe(Effect.provide(Layer.provideMerge(Contacts.layer, memory)), Effect.runPromise)

/** The definition in use. */
export const definition = Definition.make({ timeZone: "Europe/Paris" })
