import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Customer from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import { isListed } from "../domain/rules.testing.ts"
import {
  aCustomerCommand,
  anInteractionCommand,
  calls,
  fields,
  goals,
  house,
  millis,
  moment,
  numbers,
  policies,
  scenarios,
  steps,
} from "../domain/stories.testing.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as Decider from "../eventsourcing/Decider.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { fromBytes, type Uuid } from "../eventsourcing/Uuid.ts"
import { versions } from "../policy/laws.testing.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { FaultInjection } from "@tacet/testing"
import { RuleCatalogue } from "@tacet/catalogue"
import * as Customers from "./Customers.ts"
import * as Interactions from "./Interactions.ts"
import { Elsewhere } from "./Retention.ts"

type Service = Customers.Customers["Service"] & Interactions.Interactions["Service"]
type Store = EventStore["Service"]

const uuid = (kind: number, index: number): Uuid =>
  fromBytes(Uint8Array.from([kind, index, ...Array<number>(14).fill(9)]), 8)
const customer = uuid(1, 0) as CustomerId
const otherCustomer = uuid(1, 1) as CustomerId
const interaction = uuid(2, 0)
const [number, otherNumber] = numbers as [(typeof numbers)[0], (typeof numbers)[0]]

const adopt: Customer.Command = { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policies[0]! }
const list = (units: number, listed = number): Customer.Command => ({
  _tag: "ListNumber",
  at: moment(units),
  number: listed,
})
const unlist = (units: number): Customer.Command => ({ _tag: "UnlistNumber", at: moment(units), number })
const start = (units: number, by = number): Interaction.Command => ({
  _tag: "StartInteraction",
  at: moment(units),
  trigger: { _tag: "outgoingCall", number: by },
  interface: "web" as never,
  linkable: true,
})
const take = (units: number): Interaction.Command => ({
  _tag: "TakeStep",
  at: moment(units),
  step: steps[0]!,
  kind: "page",
})
const place = (units: number, call: Uuid = calls[0]!): Interaction.Command => ({
  _tag: "PlaceCall",
  at: moment(units),
  call: call as never,
  number,
  asksForPerson: true,
})

/** A start by one of the numbers, at some moment. */
const aStart = fc
  .tuple(fc.nat(13), fc.boolean())
  .map(([units, isFirst]) => start(units, isFirst ? number : otherNumber))

/** A listing or unlisting of one of the numbers. */
const aListing: fc.Arbitrary<Customer.Command> = fc
  .tuple(fc.constantFrom("ListNumber" as const, "UnlistNumber" as const), fc.nat(13), fc.boolean())
  .map(([_tag, units, isFirst]) => ({ _tag, at: moment(units), number: isFirst ? number : otherNumber }))

/** What makes stories possible. */
const setting: ReadonlyArray<Customer.Command> = [
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
const both: Effect.Effect<Service, never, Customers.Customers | Interactions.Interactions> = Effect.gen(function* () {
  return { ...(yield* Customers.Customers), ...(yield* Interactions.Interactions) }
})
const bothLayers = Layer.merge(Customers.layer, Interactions.layer)

/** Services of their own, with what they remember, over a store. */
const serviceOver = (store: Store, needsEnd = false): Effect.Effect<Service> =>
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
const onStore = <A, E>(test: (store: Store) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.andThen(TestClock.setTime(DateTime.toEpochMillis(moment(1000))), EventStore.use(test)).pipe(
    Effect.provide(memory, { local: true }),
  )

const onService = <A, E>(test: (services: Service, store: Store) => Effect.Effect<A, E>): Effect.Effect<A, E> =>
  onStore((store) => Effect.flatMap(serviceOver(store), (services) => test(services, store)))

const logOf = (store: Store, of = customer) => Effect.map(store.readLog(of), ({ events }) => events)

/** The state of an interaction as its stream says, past every service. */
const stored = (store: Store, of = customer, id = interaction) =>
  Effect.map(
    Effect.provideService(CommandHandler.load(Interaction.aggregate, of, id), EventStore, store),
    ({ state }) => state,
  )

/** What became of each command: its events, or the rule that refused it. */
const became = ({ outcomes }: CommandHandler.Handled<Interaction.State, Interaction.Event>): ReadonlyArray<string> =>
  outcomes.map((outcome) =>
    Result.isFailure(outcome) ? outcome.failure.rule : outcome.success.map(({ _tag }) => _tag).join(),
  )

describe("a Customer's declarations", () => {
  it.effect("are recorded all or none, and the first that is refused says why", () =>
    onService((services, store) =>
      Effect.gen(function* () {
        const refusal = yield* Effect.flip(services.declare(customer, [adopt, list(3), unlist(2), unlist(1)]))
        expect(refusal).toMatchObject({ _tag: "Refusal", rule: "LISTED", command: "UnlistNumber", field: "at" })
        expect(yield* logOf(store)).toEqual([])
        yield* services.declare(customer, [adopt, list(3)])
        expect((yield* logOf(store)).map(({ type }) => type)).toEqual(["PolicyVersionAdopted", "NumberListed"])
      }),
    ),
  )

  it.effect("add nothing when they are repeated, and can be read", () =>
    onService((services, store) =>
      Effect.gen(function* () {
        yield* services.declare(customer, [adopt, list(3)])
        yield* services.declare(customer, [adopt, list(3)])
        expect(yield* logOf(store)).toHaveLength(2)
        const declared = yield* services.declared(customer)
        expect(Customer.isNumberListed(declared, number, moment(3))).toBe(true)
        expect(yield* services.declared(otherCustomer)).toEqual(Customer.initial)
      }),
    ),
  )
})

describe("a recording", () => {
  const declared = <A, E>(test: (services: Service, store: Store) => Effect.Effect<A, E>) =>
    onService((services, store) => Effect.andThen(services.declare(customer, [adopt, list(0)]), test(services, store)))

  it.effect("keeps each command that is accepted, and leaves no trace of the others", () =>
    declared((services, store) =>
      Effect.gen(function* () {
        const commands = [take(1), start(1), take(2), take(0)]
        const handled = yield* services.record({ customer, interaction, commands })
        expect(became(handled)).toEqual(["TACET-STARTED", "InteractionStarted", "StepTaken", "TACET-TIME"])
        expect((yield* logOf(store)).map(({ type }) => type).slice(2)).toEqual(["InteractionStarted", "StepTaken"])
        expect(handled.state).toEqual(yield* stored(store))
      }),
    ),
  )

  it.effect("of all or nothing keeps nothing where one command is refused", () =>
    declared((services, store) =>
      Effect.gen(function* () {
        const commands = [start(1), take(2), take(0)]
        const refused = yield* services.record({ customer, interaction, commands, accept: "all" })
        expect(became(refused).at(-1)).toBe("TACET-TIME")
        expect(refused.state).toEqual(Interaction.initial)
        expect(yield* logOf(store)).toHaveLength(2)
        yield* services.record({ customer, interaction, commands: [start(1), take(2)], accept: "all" })
        expect(yield* logOf(store)).toHaveLength(4)
      }),
    ),
  )

  // Planted: `collects` left out of the facts.
  it.effect("KEY-APART: names no value, whose sealing and destruction only `Collection` can answer for", () =>
    onService((services) =>
      Effect.gen(function* () {
        yield* services.declare(customer, setting)
        const field = fields[0]!
        const value = { reference: uuid(5, 0), category: "freeText" } as const
        const commands: ReadonlyArray<Interaction.Command> = [
          start(1),
          { _tag: "ShowNotice", at: moment(1), policyVersion: policies[0]!, tells: Interaction.NoticeContent.literals },
          { _tag: "EnterInput", at: moment(1), field, value },
          { _tag: "DeleteInput", at: moment(1), field },
          { _tag: "AnswerSurvey", at: moment(1), field, answer: value },
          { _tag: "ObserveTerminal", at: moment(1), values: [] },
        ]
        const handled = yield* services.record({ customer, interaction, commands })
        const refused = ["KEY-APART", "KEY-APART", "KEY-APART", "KEY-APART"]
        expect(became(handled)).toEqual(["InteractionStarted", "NoticeShown", ...refused])
      }),
    ),
  )

  // Planted: the clock not given to the decision.
  it.effect("TACET-TIME: is refused where it is later than the clock by more than five minutes", () =>
    onService((services) =>
      Effect.gen(function* () {
        yield* services.declare(customer, setting)
        yield* TestClock.setTime(DateTime.toEpochMillis(moment(1)))
        const ahead = (minutes: number): Interaction.Command => ({
          ...(take(1) as Interaction.Command & { _tag: "TakeStep" }),
          at: DateTime.add(moment(1), { minutes }),
        })
        const commands = [start(1), ahead(5), ahead(6), ahead(60 * 24 * 365)]
        const handled = yield* services.record({ customer, interaction, commands })
        expect(became(handled)).toEqual(["InteractionStarted", "StepTaken", "TACET-TIME", "TACET-TIME"])
      }),
    ),
  )

  it.effect("is refused while the person has switched the technology off", () =>
    declared((services) =>
      Effect.gen(function* () {
        const recording = { customer, interaction, commands: [start(1)] }
        expect(became(yield* services.record({ ...recording, switchedOn: false }))).toEqual(["SWITCH"])
        expect(became(yield* services.record(recording))).toEqual(["InteractionStarted"])
      }),
    ),
  )

  it.effect("of no command returns the current state", () =>
    declared((services) =>
      Effect.gen(function* () {
        yield* services.record({ customer, interaction, commands: [start(1)] })
        const { outcomes, state } = yield* services.record({ customer, interaction, commands: [] })
        expect([outcomes, state.phase]).toEqual([[], "live"])
      }),
    ),
  )

  it.effect("that comes again under its commit id has no further effect", () =>
    declared((services, store) =>
      Effect.gen(function* () {
        const recording = { customer, interaction, commands: [start(1), take(2)], commitId: uuid(3, 0) }
        yield* services.record(recording)
        const again = yield* services.record(recording)
        expect([again.repeated, again.outcomes]).toEqual([true, []])
        expect(yield* logOf(store)).toHaveLength(4)
        const more = yield* services.record({ ...recording, commands: [take(3)], commitId: uuid(3, 1) })
        expect(more.repeated).toBe(false)
        const elsewhere = yield* Effect.flip(services.record({ ...recording, interaction: uuid(2, 1) }))
        expect(elsewhere._tag).toBe("CommitIdReused")
      }),
    ),
  )

  it.effect("whose answer was lost lands once", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const faults = FaultInjection.make(({ nth, operation }) =>
          operation === "append" && nth === 2 ? FaultInjection.lostAnswer : undefined,
        )
        const services = yield* serviceOver(faults.eventStore(store))
        yield* services.declare(customer, [adopt, list(0)])
        yield* services.record({ customer, interaction, commands: [start(1), take(2)] })
        expect(yield* logOf(store)).toHaveLength(4)
      }),
    ),
  )
})

/** A store in which others get their turn between any two calls. */
const busy = (store: Store): Store => ({
  ...store,
  append: (commit) => Effect.andThen(Effect.yieldNow, store.append(commit)),
  readStream: (...args) => Effect.tap(store.readStream(...args), () => Effect.yieldNow),
})

describe("many recordings at once", () => {
  it.effect("on one interaction all land, each once", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const services = yield* serviceOver(busy(store))
        yield* services.declare(customer, [adopt, list(0)])
        const placed = Array.from({ length: 24 }, (_, index) => uuid(4, index))
        yield* Effect.forEach(
          placed,
          (call) => services.record({ customer, interaction, commands: [start(1), place(2, call), take(2)] }),
          { concurrency: "unbounded" },
        )
        const { calls } = yield* stored(store)
        expect(new Set(calls.keys())).toEqual(new Set(placed))
        const types = (yield* logOf(store)).map(({ type }) => type)
        const count = (type: string) => types.filter((one) => one === type).length
        expect([count("InteractionStarted"), count("CallPlaced"), count("StepTaken")]).toEqual([1, 24, 24])
      }),
    ),
  )
})

const isDeclaration = (command: Customer.Command | Interaction.Command): command is Customer.Command =>
  Customer.Command.members.some(({ fields }) => fields._tag.schema.literal === command._tag)

/** Declares or records, and says what became of it. */
const happen = (services: Service, of: CustomerId, command: Customer.Command | Interaction.Command, id = interaction) =>
  isDeclaration(command)
    ? Effect.map(Effect.result(services.declare(of, [command])), (declared) =>
        Result.isFailure(declared) && declared.failure._tag === "Refusal" ? [declared.failure.rule] : ["declared"],
      )
    : Effect.map(services.record({ customer: of, interaction: id, commands: [command] }), became)

describe("two Customers", () => {
  // Finds: facts kept under one key for all Customers; a stream addressed without its compartment.
  it.effect.prop(
    "RECOG-1CUST: with the same interaction ids and the same numbers see nothing of each other",
    [
      fc.array(fc.tuple(fc.boolean(), fc.oneof(aCustomerCommand, anInteractionCommand)), {
        maxLength: 8,
        size: "max",
      }),
    ],
    (moves) =>
      Effect.gen(function* () {
        const contentsOf = (store: Store, one: CustomerId) =>
          Effect.map(logOf(store, one), (log) =>
            log.map(({ data, occurredAt, position, type, version }) => [position, version, type, occurredAt, data]),
          )
        const together = yield* onService((services, store) =>
          Effect.gen(function* () {
            yield* services.declare(customer, [adopt, list(0)])
            yield* services.declare(otherCustomer, [adopt, list(0)])
            for (const [isFirst, command] of moves) yield* happen(services, isFirst ? customer : otherCustomer, command)
            return [yield* contentsOf(store, customer), yield* contentsOf(store, otherCustomer)]
          }),
        )
        const alone = yield* Effect.forEach([customer, otherCustomer], (one) =>
          onService((services, store) =>
            Effect.gen(function* () {
              yield* services.declare(one, [adopt, list(0)])
              for (const [isFirst, command] of moves) {
                if (isFirst === (one === customer)) yield* happen(services, one, command)
              }
              return yield* contentsOf(store, one)
            }),
          ),
        )
        expect(together).toEqual(alone)
      }),
    { numRuns: 1000 },
  )
})

describe("the retention periods that a contract fixes", () => {
  for (const { id, policy } of versions) {
    const asks = RuleCatalogue.rule("RET-CONTRACT").versions.includes(id)
    const categories = policy.parameters.categories.processor.filter((category) =>
      ["ipAddress", "connectionLog", "terminalEnvironment"].includes(category),
    )
    const at = (minutes: number) => DateTime.makeUnsafe(DateTime.toEpochMillis(policy.at) + minutes * 60_000)
    const service = (store: Store, needsEnd: boolean) =>
      Effect.provide(
        both,
        Layer.provide(
          bothLayers,
          Layer.mergeAll(Layer.succeed(EventStore, store), Layer.succeed(Elsewhere, !needsEnd)),
        ),
        { local: true },
      )

    // Planted and found: a period that is set later; one of another category; a start that needs no end.
    it.effect.prop(
      `${asks ? "RET-CONTRACT" : "RET-NEC"} under ${id} is asked by Interactions.record: an interaction and a value have an end, unless retention is elsewhere`,
      [
        fc.array(fc.record({ category: fc.constantFrom(...categories), minute: fc.nat(6) }), { maxLength: 3 }),
        fc.constantFrom(...categories),
        fc.nat(6),
        fc.boolean(),
        fc.boolean(),
      ],
      (periods, category, minute, hasStartEnd, needsEnd) =>
        onStore((store) =>
          Effect.gen(function* () {
            const services = yield* service(store, needsEnd)
            yield* services.declare(customer, [
              { _tag: "AdoptPolicyVersion", at: at(0), policyVersion: id as never },
              { _tag: "ListNumber", at: at(0), number },
              { _tag: "ListEntryPoint", at: at(0), entryPoint: number as never },
            ])
            const ofStart = hasStartEnd ? [{ category: "interfaceUsage", minute: 0 } as const] : []
            const set = [...ofStart, ...periods]
              .toSorted((one, other) => one.minute - other.minute)
              .map((period): RetentionPolicy.Command => ({
                _tag: "SetRetentionPeriod",
                at: at(period.minute),
                category: period.category,
                period: "P1M",
              }))
            yield* Effect.provideService(
              CommandHandler.handleAll(RetentionPolicy.aggregate, {
                customer,
                id: customer,
                commands: set,
                context: { policy },
              }),
              EventStore,
              store,
            )
            const [channel] = policy.parameters.channels.filter(
              (one) => one !== "outgoingCall" && one !== "incomingCall",
            )
            const trigger: Interaction.Trigger =
              channel === undefined
                ? { _tag: "outgoingCall", number }
                : { _tag: "contactRequest", channel, entryPoint: number as never }
            const commands: ReadonlyArray<Interaction.Command> = [
              { ...(start(0) as Extract<Interaction.Command, { _tag: "StartInteraction" }>), at: at(0), trigger },
              { _tag: "ShowNotice", at: at(0), policyVersion: id as never, tells: Interaction.NoticeContent.literals },
              { _tag: "ObserveTerminal", at: at(minute), values: [{ reference: uuid(5, 0), category }] },
            ]
            // A period that is set later ends what was collected before; RET-CONTRACT wants it before.
            const isFixed = periods.some((one) => one.category === category && (one.minute <= minute || !asks))
            const handled = yield* services.record({ customer, interaction, commands })
            // The text of 2019 ends a datum after a year by itself, and asks for a period too.
            const endsAnyway = policy.parameters.retentionCap.some(({ after }) => after === "collection")
            const rule = asks ? "RET-CONTRACT" : endsAnyway ? undefined : "RET-NEC"
            const needs = (isSet: boolean) => needsEnd && !isSet && rule !== undefined
            expect(became(handled)).toEqual(
              needs(hasStartEnd)
                ? [rule, "TACET-STARTED", "TACET-STARTED"]
                : ["InteractionStarted", "NoticeShown", needs(isFixed) ? rule : "KEY-APART"],
            )
          }),
        ),
      { numRuns: 1000 },
    )
  }

  it.effect("is looked up again where it has changed before the append", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const policyOf = house.policies
        let isSet = false
        const bound = PolicyBook.timeline(policyOf, [{ from: 0, policyVersion: policies[0]! }] as never)(moment(0))!
        const set = (category: "interfaceUsage" | "terminalEnvironment") =>
          CommandHandler.handleAll(RetentionPolicy.aggregate, {
            customer,
            id: customer,
            commands: [{ _tag: "SetRetentionPeriod", at: moment(0), category, period: "P1M" }],
            context: { policy: bound },
          }).pipe(Effect.provideService(EventStore, store), Effect.orDie)
        yield* set("interfaceUsage")
        const between: Store = {
          ...store,
          append: (commit) => {
            const isRecording = commit.writes.some(({ stream }) => stream.kind === Interaction.streamKind)
            if (!isRecording || isSet) return store.append(commit)
            isSet = true
            return Effect.andThen(set("terminalEnvironment"), store.append(commit))
          },
        }
        const services = yield* serviceOver(between, true)
        yield* services.declare(customer, setting)
        const commands: ReadonlyArray<Interaction.Command> = [
          start(1),
          { _tag: "ShowNotice", at: moment(1), policyVersion: policies[0]!, tells: Interaction.NoticeContent.literals },
          {
            _tag: "ObserveTerminal",
            at: moment(1),
            values: [{ reference: uuid(5, 0), category: "terminalEnvironment" }],
          },
        ]
        const handled = yield* services.record({ customer, interaction, commands })
        expect(became(handled)).toEqual(["InteractionStarted", "NoticeShown", "KEY-APART"])
      }),
    ),
  )
})

describe("a Customer's cached declarations", () => {
  it.effect("is looked up once for many recordings", () =>
    onStore((store) =>
      Effect.gen(function* () {
        let lookUps = 0
        const counting: Store = {
          ...store,
          readStream: (of, stream, range) => {
            if (stream.kind === Customer.streamKind) lookUps++
            return store.readStream(of, stream, range)
          },
        }
        yield* (yield* serviceOver(store)).declare(customer, [adopt, list(0)])
        const services = yield* serviceOver(counting)
        for (let index = 0; index < 20; index++) {
          yield* services.record({ customer, interaction: uuid(2, index), commands: [start(1), take(2)] })
        }
        expect(lookUps).toBe(1)
        // A refusal that nothing else vouches for is vouched for by one look at the end of the stream.
        yield* services.record({ customer, interaction, commands: [take(0)] })
        expect(lookUps).toBe(2)
      }),
    ),
  )

  it.effect("LISTED: is asked again where another writer unlists the number between look-up and append", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const writer = yield* serviceOver(store)
        yield* writer.declare(customer, [adopt, list(0)])
        const appends: Array<string> = []
        const interleaved: Store = {
          ...store,
          append: (commit) =>
            Effect.gen(function* () {
              const [write] = commit.writes
              if (write?.stream.kind !== Interaction.streamKind) return yield* store.append(commit)
              if (appends.length === 0) yield* Effect.orDie(writer.declare(customer, [unlist(1)]))
              const appended = yield* Effect.result(store.append(commit))
              appends.push(Result.isFailure(appended) ? appended.failure._tag : "appended")
              return yield* Effect.fromResult(appended)
            }),
        }
        const services = yield* serviceOver(interleaved)
        const handled = yield* services.record({ customer, interaction, commands: [start(2)] })
        expect([appends, became(handled)]).toEqual([["VersionConflict"], ["LISTED"]])
        expect((yield* stored(store)).phase).toBe("notStarted")
        // A start at a moment when the number was listed is accepted with the fresh facts.
        const earlier = yield* services.record({ customer, interaction, commands: [start(0)] })
        expect(became(earlier)).toEqual(["InteractionStarted"])
        expect(appends).toEqual(["VersionConflict", "appended"])
      }),
    ),
  )

  it.effect("LISTED: accepts a number that another writer has listed meanwhile", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const services = yield* serviceOver(store)
        const other = yield* serviceOver(store)
        yield* services.declare(customer, [adopt])
        const recording = { customer, interaction, commands: [start(1)] }
        expect(became(yield* services.record(recording))).toEqual(["LISTED"])
        yield* other.declare(customer, [list(0)])
        expect(became(yield* services.record({ ...recording, accept: "all" }))).toEqual(["InteractionStarted"])
      }),
    ),
  )

  // Planted and found: a refusal that asks again about the declarations alone.
  it.effect("RET-CONTRACT RET-NEC: a period that another writer has set meanwhile counts at once", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const services = yield* serviceOver(store, true)
        yield* services.declare(customer, [adopt, list(0)])
        const recording = { customer, interaction, commands: [start(1)] }
        const [first] = became(yield* services.record(recording))
        expect(["RET-CONTRACT", "RET-NEC"]).toContain(first)
        const command = {
          _tag: "SetRetentionPeriod",
          at: moment(0),
          category: "interfaceUsage",
          period: "P1M",
        } as const
        const policy = PolicyBook.timeline(house.policies, [{ from: 0, policyVersion: policies[0]! }])(moment(0))!
        yield* CommandHandler.over(store).handle(RetentionPolicy.aggregate, {
          customer,
          id: customer,
          command,
          context: { policy },
        })
        expect(became(yield* services.record({ ...recording, accept: "all" }))).toEqual(["InteractionStarted"])
      }),
    ),
  )

  it.effect("that changes at every attempt is given up after some, with the conflict", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const writer = yield* serviceOver(store)
        yield* writer.declare(customer, [adopt, list(0)])
        let units = 1
        const restless: Store = {
          ...store,
          append: (commit) =>
            Effect.andThen(
              Effect.orDie(writer.declare(customer, [units % 2 === 0 ? list(units++) : unlist(units++)])),
              store.append(commit),
            ),
        }
        const services = yield* serviceOver(restless)
        const error = yield* Effect.flip(services.record({ customer, interaction, commands: [start(0)] }))
        expect([error._tag, units]).toEqual(["VersionConflict", CommandHandler.retries + 2])
      }),
    ),
  )

  // Finds: facts that are kept after another writer has declared more, in acceptances and in refusals.
  it.effect.prop(
    "LISTED POLICY-BIND RECORDED: two services that cache declarations answer like one that caches none",
    [
      fc.array(
        fc.tuple(fc.boolean(), fc.nat(2), fc.oneof(aCustomerCommand, aCustomerCommand, anInteractionCommand, aStart)),
        { maxLength: 8, size: "max" },
      ),
    ],
    (moves) =>
      Effect.gen(function* () {
        const answers = (services: (store: Store) => Effect.Effect<readonly [Service, Service]>) =>
          onStore((store) =>
            Effect.gen(function* () {
              const pair = yield* services(store)
              yield* pair[0].declare(customer, setting)
              return yield* Effect.forEach(moves, ([isFirst, index, command]) =>
                Effect.gen(function* () {
                  // A service without a cache is made anew for each move.
                  const services = pair[0] === pair[1] ? yield* serviceOver(store) : pair[isFirst ? 0 : 1]
                  return yield* happen(services, customer, command, uuid(2, index))
                }),
              )
            }),
          )
        const kept = yield* answers((store) => Effect.all([serviceOver(store), serviceOver(store)]))
        const fresh = yield* answers((store) => Effect.map(serviceOver(store), (one) => [one, one] as const))
        expect(kept).toEqual(fresh)
      }),
    { numRuns: 1000 },
  )

  // Finds: an append without the check of the Customer's stream.
  it.effect.prop(
    "LISTED: whatever others declare between look-up and append, the log holds no call of an unlisted number",
    [fc.array(aListing, { maxLength: 8, size: "max" }), fc.array(aStart, { minLength: 1, maxLength: 6 })],
    (declarations, starts) =>
      onStore((store) =>
        Effect.gen(function* () {
          const writer = yield* serviceOver(store)
          yield* writer.declare(customer, [adopt, list(0)])
          const waiting = [...declarations]
          const interleaved: Store = {
            ...store,
            append: (commit) =>
              Effect.gen(function* () {
                const next = waiting.shift()
                if (next !== undefined) yield* Effect.ignore(writer.declare(customer, [next]))
                return yield* store.append(commit)
              }),
          }
          const services = yield* serviceOver(interleaved)
          yield* Effect.forEach(starts, (command, index) =>
            Effect.result(services.record({ customer, interaction: uuid(2, index), commands: [command] })),
          )
          const declared: Array<Customer.Event> = []
          for (const recorded of yield* logOf(store)) {
            if (recorded.stream.kind === Customer.streamKind) {
              declared.push(Result.getOrThrow(Customer.codec.decode(recorded)))
              continue
            }
            const event = Result.getOrThrow(Interaction.codec.decode(recorded))
            if (event._tag !== "InteractionStarted") continue
            expect(isListed({ declared }, event.trigger, millis(event))).toBe(true)
          }
          expect(yield* services.declared(customer)).toEqual(Decider.replay(Customer.decider, declared))
        }),
      ),
    { numRuns: 1000 },
  )
})
