/**
 * A Customer whose interactions end a month after they began, and what tests of the sweep ask of it.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Command as CustomerCommand } from "../domain/Customer.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { RecordedEvent } from "../eventsourcing/EventEnvelope.ts"
import { EventStore, type LogChunk } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { derived, type Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type { Period } from "../calendar/Period.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import { layer as vaultLayer } from "../privacy/Vault.ts"
import { type Definition, make as definitionOf } from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import { Customers, layer as customersLayer } from "./Customers.ts"
import { layer as interactionsLayer } from "./Interactions.ts"
import { layer as openingsLayer } from "./Openings.ts"
import { type AtEachCall, disturbed, disturbedProjections, undisturbed } from "./ports.testing.ts"
import * as Retention from "./Retention.ts"

export const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
export const paris = definitionOf({ timeZone: "Europe/Paris" })
export const day = 86_400_000

/** The beginning of a day of 2026 in Paris. */
export const midnight = (month: number, date: number): number =>
  DateTime.toEpochMillis(
    DateTime.makeZonedUnsafe({ year: 2026, month, day: date }, { timeZone: "Europe/Paris", adjustForTimeZone: true }),
  )

const from = DateTime.makeUnsafe(0)
const policyVersion = "dialonce/2021-02-17" as PolicyVersionId

const policy = (at: number): EffectivePolicy =>
  PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion }])(DateTime.makeUnsafe(at))!

/** Records a command of the retention policy. */
export const retain = (command: RetentionPolicy.Command) =>
  CommandHandler.handle(RetentionPolicy.aggregate, {
    customer,
    id: customer,
    command,
    context: { policy: policy(DateTime.toEpochMillis(command.at)) },
  })

const declarations: ReadonlyArray<CustomerCommand> = [
  { _tag: "AdoptPolicyVersion", at: from, policyVersion },
  { _tag: "ListNumber", at: from, number: ArbitraryInteractions.listedNumber },
  { _tag: "ListEntryPoint", at: from, entryPoint: ArbitraryInteractions.listedEntryPoint },
]

/** Declares the Customer, and nothing by which its interactions end. */
export const adopted = Customers.use((customers) => customers.declare(customer, declarations))

/** Declares the Customer, and how long its interactions are kept. */
export const declared = (period: Period = "P1M") =>
  Effect.andThen(adopted, retain({ _tag: "SetRetentionPeriod", at: from, category: "interfaceUsage", period }))

/** Appends each history whole. */
export const append = (histories: ReadonlyArray<ArbitraryInteractions.History>, commit = "history") =>
  Effect.forEach(
    histories.filter(({ events }) => events.length > 0),
    ({ events, id }) =>
      EventStore.use((store) =>
        store.append({
          customer,
          commitId: derived(commit, id),
          writes: [
            { stream: Interaction.streamOf(id), expected: Expected.any, events: events.map(Interaction.codec.encode) },
          ],
        }),
      ),
    { discard: true },
  )

/** An interaction that began at a moment, took steps and ended. */
export const visit = (
  id: Uuid,
  at: number,
  steps: ReadonlyArray<string> = ["start"],
  linkable = false,
): ArbitraryInteractions.History => ({
  id,
  events: [
    {
      _tag: "InteractionStarted",
      occurredAt: DateTime.makeUnsafe(at),
      trigger: { _tag: "contactRequest", channel: "web", entryPoint: ArbitraryInteractions.listedEntryPoint },
      interface: "web" as never,
      linkable,
      policyVersion,
    },
    ...steps.map((step, index): Interaction.Event => ({
      _tag: "StepTaken",
      occurredAt: DateTime.makeUnsafe(at + (index + 1) * 1000),
      step: step as never,
      kind: "page",
    })),
    { _tag: "InteractionEnded", occurredAt: DateTime.makeUnsafe(at + 60_000), reason: "completed" },
  ],
})

/** The id of the nth interaction of a test. */
export const idOf = (n: number): Uuid => `0a0a0a0a-0000-4000-8000-${n.toString(16).padStart(12, "0")}` as Uuid

/** The services over memory, of which every port call can be stopped. */
export const over = (
  settings: Partial<Retention.RetentionSettings> = {},
  around: AtEachCall = undisturbed,
  memory: VaultMemory.VaultMemory = VaultMemory.make(),
) =>
  Layer.mergeAll(
    customersLayer,
    interactionsLayer,
    Layer.provide(Retention.layer, Retention.layerSettings({ definition: paris, ...settings })),
  ).pipe(
    Layer.provideMerge(vaultLayer),
    // These tests seal under subjects that were never issued: they test deletion, not the gate.
    Layer.provideMerge(
      Layer.effect(
        OpeningPolicy,
        Effect.map(OpeningPolicy, (policy) => ({ ...policy, checkSealing: () => Effect.void })),
      ).pipe(Layer.provide(openingsLayer)),
    ),
    Layer.provideMerge(
      Layer.provideMerge(
        Layer.merge(disturbed(around), disturbedProjections(around)),
        Layer.merge(VaultMemory.layerOver(memory), eventStores),
      ),
    ),
  )

export const sweep = Retention.Retention.use((retention) => retention.sweep(customer))

/** Folds the log from a position on, in chunks of a size, up to a position or the head. */
export const fold = Effect.fnUntraced(function* (
  state: Deflection.State,
  options: { readonly after?: number; readonly chunk?: number; readonly until?: number } = {},
) {
  const { chunk: limit = 1000, until = Number.POSITIVE_INFINITY } = options
  const store = yield* EventStore
  for (let after = options.after ?? 0; ;) {
    const chunk: LogChunk = yield* store.readLog(customer, {
      after,
      limit: Math.min(limit, Math.max(1, until - after)),
    })
    yield* Deflection.apply(state, chunk, customer)
    after = chunk.through
    if (after >= chunk.head || after >= until) return { state, after }
  }
})

export const rebuilt = (definition: Definition, chunk?: number) =>
  Effect.map(fold(Deflection.empty(definition), chunk === undefined ? {} : { chunk }), ({ state }) => state)

export const reportOf = (state: Deflection.State, asOf: number) =>
  Deflection.report(state, { customer, asOf, declared: [] })

/** The figures that a purge never changes. */
export const headline = ({
  calls,
  deflectedKinds,
  interactions,
  journeys,
  noRepeat,
  policyVersion: versions,
  rates,
  trend,
}: ReturnType<typeof reportOf>) => ({
  calls,
  deflectedKinds,
  interactions,
  noRepeat,
  versions,
  rates,
  trend,
  journeys: { endings: journeys.endings, interactions: journeys.interactions },
})

/** All events of the log. */
export const log = EventStore.use((store) => store.readLog(customer, { limit: 100_000 }))

/** What the log holds, as far as two runs must agree on it: all but how long the log was when a day was counted. */
export const traceOf = (events: ReadonlyArray<RecordedEvent>) =>
  events.map(({ data: text, occurredAt, stream, type, version }) => ({
    data: text.replace(/,"through":\d+/, ""),
    occurredAt,
    stream,
    type,
    version,
  }))

export const streamsOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<string> =>
  Array.from(new Set(events.filter(({ stream }) => stream.kind === "interaction").map(({ stream }) => stream.id)))

/** How many interactions the log says were deleted, run by run. */
export const runsOf = (events: ReadonlyArray<RecordedEvent>): ReadonlyArray<number> =>
  events.flatMap(({ data, type }) =>
    type === "RetentionRunCompleted" ? [(JSON.parse(data) as { readonly deleted: number }).deleted] : [],
  )
