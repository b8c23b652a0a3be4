/**
 * Customers and interactions over a store of their own: the scene of tests of what is declared and recorded.
 */
import { layer as memory } from "@tacet/adapter-memory"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Customer from "../../domain/Customer.ts"
import * as Interaction from "../../domain/Interaction.ts"
import {
  calls,
  fields,
  goals,
  house,
  moment,
  numbers,
  policies,
  scenarios,
  steps,
} from "../../domain/stories.testing.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import { fromBytes, type Uuid } from "../../eventsourcing/Uuid.ts"
import * as Customers from "../Customers.ts"
import * as Interactions from "../Interactions.ts"
import { Elsewhere } from "../Retention.ts"

export type Service = Customers.Customers["Service"] & Interactions.Interactions["Service"]
export type Store = EventStore["Service"]

export const uuid = (kind: number, index: number): Uuid =>
  fromBytes(Uint8Array.from([kind, index, ...Array<number>(14).fill(9)]), 8)
export const customer = uuid(1, 0) as CustomerId
export const otherCustomer = uuid(1, 1) as CustomerId
export const interaction = uuid(2, 0)
export const number = numbers[0]!
const otherNumber = numbers[1]!

export const adopt: Customer.Command = { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policies[0]! }
export const list = (units: number, listed = number): Customer.Command => ({
  _tag: "ListNumber",
  at: moment(units),
  number: listed,
})
export const unlist = (units: number): Customer.Command => ({ _tag: "UnlistNumber", at: moment(units), number })
export const start = (units: number, by = number): Interaction.Command => ({
  _tag: "StartInteraction",
  at: moment(units),
  trigger: { _tag: "outgoingCall", number: by },
  interface: "web" as never,
  linkable: true,
})
export const take = (units: number): Interaction.Command => ({
  _tag: "TakeStep",
  at: moment(units),
  step: steps[0]!,
  kind: "page",
})
export const place = (units: number, call: Uuid = calls[0]!): Interaction.Command => ({
  _tag: "PlaceCall",
  at: moment(units),
  call: call as never,
  number,
  asksForPerson: true,
})

/** A start by one of the numbers, at some moment. */
export const aStart = fc
  .tuple(fc.nat(13), fc.boolean())
  .map(([units, isFirst]) => start(units, isFirst ? number : otherNumber))

/** A listing or unlisting of one of the numbers. */
export const aListing: fc.Arbitrary<Customer.Command> = fc
  .tuple(fc.constantFrom("ListNumber" as const, "UnlistNumber" as const), fc.nat(13), fc.boolean())
  .map(([_tag, units, isFirst]) => ({ _tag, at: moment(units), number: isFirst ? number : otherNumber }))

/** What makes stories possible. */
export const setting: ReadonlyArray<Customer.Command> = [
  adopt,
  list(0),
  {
    _tag: "PublishScenario",
    at: moment(0),
    scenario: scenarios[0]!,
    steps: steps.map((step) => ({ step, kind: "page" })),
    journeys: [],
    goals,
  },
  { _tag: "DeclareInputField", at: moment(0), field: fields[0]!, category: "freeText", required: false },
]

/** Declares and records. */
export const both: Effect.Effect<Service, never, Customers.Customers | Interactions.Interactions> = Effect.gen(
  function* () {
    return { ...(yield* Customers.Customers), ...(yield* Interactions.Interactions) }
  },
)
export const bothLayers = Layer.merge(Customers.layer, Interactions.layer)

/** Services of their own, with what they remember, over a store. */
export const serviceOver = (store: Store, needsEnd = false): Effect.Effect<Service> =>
  both.pipe(
    Effect.provide(
      Layer.provide(
        bothLayers,
        Layer.mergeAll(
          Layer.succeed(EventStore, store),
          Layer.succeed(Customers.KnownPolicies, () => house.policies),
          Layer.succeed(Elsewhere, !needsEnd),
        ),
      ),
      { local: true },
    ),
  )

/** A store of its own for each test and each run, at a moment after all events of the stories. */
export const onStore = <A, E>(test: (store: Store) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.andThen(TestClock.setTime(DateTime.toEpochMillis(moment(1000))), EventStore.use(test)).pipe(
    Effect.provide(memory, { local: true }),
  )

export const onService = <A, E>(test: (services: Service, store: Store) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  onStore((store) => Effect.flatMap(serviceOver(store), (services) => test(services, store)))

export const logOf = (store: Store, of = customer) => Effect.map(store.readLog(of), ({ events }) => events)

/** The state of an interaction as its stream says, past every service. */
export const stored = (store: Store, of = customer, id = interaction) =>
  Effect.map(
    Effect.provideService(CommandHandler.load(Interaction.aggregate, of, id), EventStore, store),
    ({ state }) => state,
  )

/** What became of each command: its events, or the rule that refused it. */
export const became = ({
  outcomes,
}: CommandHandler.Handled<Interaction.State, Interaction.Event>): ReadonlyArray<string> =>
  outcomes.map((outcome) =>
    Result.isFailure(outcome) ? outcome.failure.rule : outcome.success.map(({ _tag }) => _tag).join(),
  )

const isDeclaration = (command: Customer.Command | Interaction.Command): command is Customer.Command =>
  Customer.Command.members.some(({ fields }) => fields._tag.schema.literal === command._tag)

/** Declares or records, and says what became of it. */
export const happen = (
  services: Service,
  of: CustomerId,
  command: Customer.Command | Interaction.Command,
  id = interaction,
) =>
  isDeclaration(command)
    ? Effect.map(Effect.result(services.declare(of, [command])), (declared) =>
        Result.isFailure(declared) && declared.failure._tag === "Refusal" ? [declared.failure.rule] : ["declared"],
      )
    : Effect.map(services.record({ customer: of, interaction: id, commands: [command] }), became)
