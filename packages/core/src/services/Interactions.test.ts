import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import * as Customer from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import { aCustomerCommand, anInteractionCommand, fields, moment, policies } from "../domain/stories.testing.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { FaultInjection } from "@tacet/testing"
import {
  type Service,
  type Store,
  uuid,
  customer,
  otherCustomer,
  interaction,
  number,
  adopt,
  list,
  unlist,
  start,
  take,
  place,
  setting,
  serviceOver,
  onStore,
  onService,
  logOf,
  stored,
  became,
  happen,
} from "./interactions/recording.testing.ts"

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
