/**
 * The same services for programs that do not use Effect: plain values in, promises out. A refusal or a failure
 * rejects with the same typed errors. Close it when the program ends.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as CommandInput from "../domain/CommandInput.ts"
import { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import * as Projection from "../eventsourcing/Projection.ts"
import type { ProjectionStore } from "../eventsourcing/ProjectionStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { CustomerReport } from "../statistics/CustomerReport.ts"
import { type Definition, standard } from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import * as Customers from "./Customers.ts"
import * as Interactions from "./Interactions.ts"
import { OperatorOf } from "./internal/Declarations.ts"
import { momentOrNow } from "./internal/Moments.ts"
import * as ProcessingRecord from "./ProcessingRecord.ts"
import * as Retention from "./Retention.ts"
import { readId, readList } from "./tacet/reading.ts"
import { running } from "./tacet/running.ts"
import { definitionOf, lastVersion, projectionBy } from "./tacet/statistics.ts"

/** The parts of Tacet. */
export interface TacetOptions<E = never> {
  /** The stores of events and projections: the layer of an adapter, with its dependencies provided. */
  readonly stores: Layer.Layer<EventStore | ProjectionStore, E>
  /**
   * The definition of the figures. Default: {@link standard}, with days and hours in the time zone of the policy that binds
   * the Customer, by which `sweep` deletes whole days.
   */
  readonly definition?: Definition
  /** The operator's compartment, a UUID: the texts that it has published bind its Customers. Default: no operator. */
  readonly operator?: string
  /**
   * `required`: no interaction starts before the record of processing has an entry that covers it (DECLARED), by
   * `enterProcessing`. Default `optional`.
   */
  readonly processingRecord?: "optional" | "required"
  /**
   * `elsewhere`: the program deletes data at their end by itself, and nothing is refused for having no end. Default
   * `here`: `sweep` deletes them, and a datum that would have no end is refused (RET-CONTRACT, RET-NEC).
   */
  readonly retention?: "here" | "elsewhere"
  /**
   * 1 to 999. Another definition over the same stores is another version: its figures are built anew. They are saved as the
   * version of `Deflection.projection` in thousands, and this one. Default 1.
   */
  readonly definitionVersion?: number
}

/** Commands of one interaction, as plain values. */
export interface PlainRecording {
  /** The Customer: a UUID. */
  readonly customer: string
  /** The interaction: a UUID. Default: a new one, the same for the same `commitId`. */
  readonly interaction?: string
  /** As `CommandInput.readInteractionCommand` reads them: `at` may be an ISO 8601 text with its zone. */
  readonly commands: ReadonlyArray<unknown>
  /** With `all`, one refused command refuses the whole. Default `each`: the accepted ones are recorded. */
  readonly accept?: "all" | "each"
  /** A UUID; repeating it has no further effect. */
  readonly commitId?: string
}

/** The result of a recording. */
export interface PlainRecorded {
  readonly interaction: Uuid.Uuid
  /** For each command the names of its events, or its refusal. */
  readonly outcomes: ReadonlyArray<ReadonlyArray<string> | Refusal>
  /** True where this commit id had been carried out before: `outcomes` is empty. */
  readonly repeated: boolean
}

/** A call of a person, as plain values. */
export interface PlainCall {
  /** The Customer: a UUID. */
  readonly customer: string
  /** The person's interactions: UUIDs. */
  readonly among: ReadonlyArray<string>
  /** `PlaceCall` first, then the answer and the end of the call where they are known. */
  readonly commands: ReadonlyArray<unknown>
}

/** The operations of Tacet as promises. */
export interface Tacet {
  /** Records declarations of a Customer, all or none; rejects with the first `Refusal`. */
  readonly declare: (customer: string, commands: ReadonlyArray<unknown>) => Promise<void>
  /**
   * Enters a processing in the record of a compartment, or its end: `EnterProcessing` or `EndProcessing`, with `at` as in other
   * commands. Rejects with a `Refusal`. Repeating it changes nothing.
   */
  readonly enterProcessing: (compartment: string, command: unknown) => Promise<void>
  /** Records commands of one interaction. One that cannot be read is refused like any other. */
  readonly record: (recording: PlainRecording) => Promise<PlainRecorded>
  /**
   * Ends every interaction in which nothing was seen for the idle minutes of the definition, and tells how many it ended.
   * `asOf` in epoch milliseconds, now by default. Run it every few minutes.
   */
  readonly endIdle: (customer: string, options?: { readonly asOf?: number }) => Promise<number>
  /**
   * Records a call on the interaction that it belongs to, and tells which; `undefined`, and nothing recorded, where it
   * belongs to none: it is an interaction of its own. Rejects with the `Refusal` of a command.
   */
  readonly attributeCall: (call: PlainCall) => Promise<Uuid.Uuid | undefined>
  /**
   * Notes on interactions that the same person came back, once a window of return has closed; `people` holds of each
   * person their interactions. Run it once in an hour, for all who had one in the last week.
   */
  readonly noteReturns: (
    customer: string,
    people: ReadonlyArray<ReadonlyArray<string>>,
    options?: { readonly asOf?: number },
  ) => Promise<Interactions.Noted>
  /** Brings the statistics up to the head of the log and reports; `asOf` in epoch milliseconds, also in the past. */
  readonly report: (
    customer: string,
    options?: { readonly name?: string; readonly asOf?: number },
  ) => Promise<CustomerReport>
  /**
   * Deletes expired data, after the statistics have read it; run it once a day. A `definition` that was given must count days
   * in the policy's time zone.
   */
  readonly sweep: (customer: string) => Promise<Retention.Swept>
  /** Releases connections and timers. Later calls reject with a `Refusal` (TACET-ENDED). */
  readonly close: () => Promise<void>
  /** For `await using`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

/**
 * Opens Tacet over the stores of an adapter. Every method rejects with the errors of the service behind it: `Refusal`,
 * `VersionConflict`, `CommitIdReused`, `InvalidCommit`, `StoreUnavailable`, `Overloaded`, `LogFault`, `UndecodableEvent`; and with
 * those of the stores that cannot be opened, which the next call tries again.
 *
 * @example
 * ```ts run
 * import { layer } from "@tacet/adapter-memory"
 * import { makeTacet } from "@tacet/core/services"
 *
 * const tacet = makeTacet({ stores: layer })
 * const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11"
 * const entryPoint = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61"
 * const at = "2026-03-10T12:00:00Z"
 * await tacet.declare(customer, [
 *   { _tag: "AdoptPolicyVersion", at, policyVersion: "starter/1" },
 *   { _tag: "ListEntryPoint", at, entryPoint },
 * ])
 * const trigger = { _tag: "contactRequest", channel: "web", entryPoint }
 * const { outcomes } = await tacet.record({
 *   customer,
 *   commands: [
 *     { _tag: "StartInteraction", at, trigger, interface: "web", linkable: false },
 *     { _tag: "TakeStep", at, step: "invoice", kind: "page" },
 *   ],
 * })
 * outcomes // => [["InteractionStarted"], ["StepTaken"]]
 * const report = await tacet.report(customer)
 * report.interactions.started // => 1
 * await tacet.close()
 * ```
 */
export const makeTacet = <E = never>({
  definition,
  definitionVersion = 1,
  operator,
  processingRecord = "optional",
  retention: place = "here",
  stores,
}: TacetOptions<E>): Tacet => {
  const figures = { definition, definitionVersion }
  const projectionOf = projectionBy(figures)
  const awaits = (of: Definition) => [projectionOf(of)]
  const retention = Layer.provide(Retention.layer, Retention.layerSettings({ definition, awaits }))
  const known =
    operator === undefined
      ? Layer.empty
      : Layer.effect(
          OperatorOf,
          Effect.map(
            readId(CustomerId, operator, "makeTacet", "operator"),
            (id) => (customer) => (customer === id ? undefined : id),
          ),
        )
  const settings = Layer.mergeAll(
    Layer.succeed(Retention.Elsewhere, place === "elsewhere"),
    Layer.succeed(ProcessingRecord.Required, processingRecord === "required"),
    known,
  )
  const isVersion = Number.isInteger(definitionVersion) && definitionVersion >= 1 && definitionVersion <= lastVersion
  const accepted = `a whole number from 1 to ${lastVersion}`
  const wrong = new Refusal({ rule: "TACET-FORMAT", command: "makeTacet", field: "definitionVersion", accepted })
  const { close, run } = running(
    Layer.mergeAll(Customers.layer, Interactions.layer, ProcessingRecord.layer, retention).pipe(
      Layer.provideMerge(stores),
      Layer.provideMerge(settings),
      Layer.provide(Layer.effectDiscard(isVersion ? Effect.void : Effect.fail(wrong))),
    ),
  )

  const record = Effect.fnUntraced(function* (recording: PlainRecording) {
    const { accept = "each", commitId, interaction } = recording
    const customer = yield* readId(CustomerId, recording.customer, "record", "customer")
    const commit = commitId === undefined ? undefined : yield* readId(Uuid.Uuid, commitId, "record", "commitId")
    // The same commit again is of the same interaction.
    const proposed = commit === undefined ? yield* Uuid.next : Uuid.derived("interaction", customer, commit)
    const id = interaction === undefined ? proposed : yield* readId(Uuid.Uuid, interaction, "record", "interaction")
    const read = (yield* readList(recording.commands, "record", "commands")).map(CommandInput.readInteractionCommand)
    const commands = read.flatMap((command) => (Result.isSuccess(command) ? [command.success] : []))
    if (accept === "all" && commands.length < read.length) {
      const outcomes = read.map((command) => (Result.isSuccess(command) ? [] : command.failure))
      return { interaction: id, outcomes, repeated: false }
    }
    const interactions = yield* Interactions.Interactions
    const handled = yield* interactions.record({
      customer,
      interaction: id,
      commands,
      accept,
      ...(commit === undefined ? {} : { commitId: commit }),
    })
    let place = 0
    const outcomes = handled.repeated
      ? []
      : read.map((command) => {
          if (Result.isFailure(command)) return command.failure
          // With `all`, nothing was decided after the refusal.
          const outcome = handled.outcomes[place++]
          if (outcome === undefined) return []
          return Result.isSuccess(outcome) ? outcome.success.map(({ _tag }) => _tag) : outcome.failure
        })
    return { interaction: id, outcomes, repeated: handled.repeated }
  })

  const endIdle = Effect.fnUntraced(function* (customer: string, options: { readonly asOf?: number } = {}) {
    const id = yield* readId(CustomerId, customer, "endIdle", "customer")
    const interactions = yield* Interactions.Interactions
    return yield* interactions.endIdle({ ...options, customer: id, idleMinutes: (definition ?? standard).idleMinutes })
  })

  const readIds = (ids: ReadonlyArray<string>, command: string, field: string) =>
    Effect.flatMap(readList(ids, command, field), (list) =>
      Effect.forEach(list, (id) => readId(Uuid.Uuid, id, command, field)),
    )

  const attributeCall = Effect.fnUntraced(function* (call: PlainCall) {
    const command = "attributeCall"
    const customer = yield* readId(CustomerId, call.customer, command, "customer")
    const among = yield* readIds(call.among, command, "among")
    const read = yield* Effect.forEach(yield* readList(call.commands, command, "commands"), (input) =>
      Effect.fromResult(CommandInput.readInteractionCommand(input)),
    )
    const commands = read.filter(Interactions.isOfCall)
    if (commands.length < read.length) {
      return yield* new Refusal({ rule: "TACET-CALL", command, field: "commands", accepted: "commands of one call" })
    }
    const interactions = yield* Interactions.Interactions
    return yield* interactions.attributeCall({ customer, among, commands })
  })

  const noteReturns = Effect.fnUntraced(function* (
    customer: string,
    people: ReadonlyArray<ReadonlyArray<string>>,
    options: { readonly asOf?: number } = {},
  ) {
    const id = yield* readId(CustomerId, customer, "noteReturns", "customer")
    const known = yield* Effect.forEach(yield* readList(people, "noteReturns", "people"), (ids) =>
      readIds(ids, "noteReturns", "people"),
    )
    const interactions = yield* Interactions.Interactions
    return yield* interactions.noteReturns({ ...options, customer: id, people: known })
  })

  const declare = Effect.fnUntraced(function* (customer: string, inputs: ReadonlyArray<unknown>) {
    const id = yield* readId(CustomerId, customer, "declare", "customer")
    const commands = yield* Effect.forEach(yield* readList(inputs, "declare", "commands"), (input) =>
      Effect.fromResult(CommandInput.readCustomerCommand(input)),
    )
    const customers = yield* Customers.Customers
    yield* customers.declare(id, commands)
  })

  const enterProcessing = Effect.fnUntraced(function* (compartment: string, input: unknown) {
    const id = yield* readId(CustomerId, compartment, "enterProcessing", "compartment")
    const command = yield* Effect.fromResult(CommandInput.readProcessingCommand(input))
    yield* ProcessingRecord.ProcessingRecord.use((record) => record.declare(id, command))
  })

  const report = Effect.fnUntraced(function* (
    customer: string,
    { asOf, name = customer }: { readonly name?: string; readonly asOf?: number } = {},
  ) {
    const id = yield* readId(CustomerId, customer, "report", "customer")
    if (asOf !== undefined) yield* momentOrNow("report", asOf, "asOf")
    const customers = yield* Customers.Customers
    const { scenarios } = yield* customers.declared(id)
    const defined = yield* definitionOf(figures, id)
    const { state: current } = yield* Projection.catchUpTogether(projectionOf(defined), id)
    const isPast = asOf !== undefined && asOf < Deflection.watermark(current)
    const state = isPast ? yield* Deflection.stateAt(defined, id, asOf) : current
    return Deflection.report(state, {
      customer: name,
      declared: Array.from(scenarios.values()).flatMap((versions) => versions.slice(-1)),
      ...(asOf === undefined ? {} : { asOf }),
    })
  })

  const sweep = Effect.fnUntraced(function* (customer: string) {
    const id = yield* readId(CustomerId, customer, "sweep", "customer")
    yield* Projection.catchUpTogether(projectionOf(yield* definitionOf(figures, id)), id)
    return yield* Retention.Retention.use((service) => service.sweep(id))
  })

  return {
    declare: (customer, commands) => run(declare(customer, commands)),
    record: (recording) => run(record(recording)),
    enterProcessing: (compartment, command) => run(enterProcessing(compartment, command)),
    endIdle: (customer, options) => run(endIdle(customer, options)),
    attributeCall: (call) => run(attributeCall(call)),
    noteReturns: (customer, people, options) => run(noteReturns(customer, people, options)),
    report: (customer, options) => run(report(customer, options)),
    sweep: (customer) => run(sweep(customer)),
    close,
    [Symbol.asyncDispose]: close,
  }
}
