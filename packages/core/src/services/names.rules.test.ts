/**
 * Names that a program gives to services as typed values. A brand is no check: what came from outside may stand in one. Such a
 * command is refused by the rule that the name breaks, nothing of it is recorded, and no error repeats it.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type * as Customer from "../domain/Customer.ts"
import type { ListedNumberId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Interaction from "../domain/Interaction.ts"
import { derived } from "../eventsourcing/Uuid.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Customers from "./Customers.ts"
import * as Interactions from "./Interactions.ts"
import { Elsewhere } from "./Retention.ts"
import { customer, dawn, moment } from "./scene.testing.ts"

const number = derived("number") as ListedNumberId
const interaction = derived("interaction")

/** Texts that no name may hold, with the rule. */
const aBadName = fc.oneof(
  fc.constantFrom("shop/", "", "de ").map((before) => [`${before}jane.doe@example.com`, "NO-IDENTIFY"] as const),
  fc.constantFrom("+33 6 12 34 56 78", "0612345678").map((text) => [`line ${text}`, "NO-IDENTIFY"] as const),
  fc.ipV4().map((text) => [`host ${text}`, "NO-IDENTIFY"] as const),
  fc.webUrl().map((text) => [text.slice(0, 150), "NO-AUTOSEND"] as const),
  fc.constant(["at 48.85837, 2.29448", "GEO-NEVER"] as const),
  fc.constant(["", "TACET-FORMAT"] as const),
)

const start: Interaction.Command = {
  _tag: "StartInteraction",
  at: moment(0),
  trigger: { _tag: "outgoingCall", number },
  interface: "web" as never,
  linkable: false,
}

const step = (name: string): Interaction.Command => ({
  _tag: "TakeStep",
  at: moment(0),
  step: name as never,
  kind: "page",
})

const inCustomer = (name: string): ReadonlyArray<Customer.Command> => [
  { _tag: "DeclareInputField", at: moment(0), field: name as never, category: "freeText", required: false },
  {
    _tag: "PublishScenario",
    at: moment(0),
    scenario: name as never,
    steps: [],
    journeys: [],
    goals: [],
  },
]

const services = Layer.merge(Customers.layer, Interactions.layer).pipe(
  Layer.provideMerge(memory),
  Layer.provide(Layer.succeed(Elsewhere, true)),
)

const head = EventStore.use((store) => Effect.map(store.readLog(customer, { limit: 1 }), ({ head: at }) => at))

describe("a name given to a service", () => {
  // Planted and found: an encoding of events that throws; one of a refused command's events recorded all the same.
  it.effect.prop(
    "NO-IDENTIFY NO-AUTOSEND GEO-NEVER TACET-FORMAT: is refused by its rule and neither recorded nor repeated",
    [aBadName, fc.nat(1)],
    ([name, rule], which) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(dawn)
        const customers = yield* Customers.Customers
        const interactions = yield* Interactions.Interactions
        yield* customers.declare(customer, [
          { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: "starter/1" as PolicyVersionId },
          { _tag: "ListNumber", at: moment(0), number },
        ])
        yield* interactions.record({ customer, interaction, commands: [start] })
        const before = yield* head
        const { outcomes } = yield* interactions.record({ customer, interaction, commands: [step(name)] })
        expect(outcomes[0]).toMatchObject({ _tag: "Failure", failure: { rule, field: "step" } })
        const refused = yield* Effect.flip(customers.declare(customer, [inCustomer(name)[which]!]))
        expect(refused).toMatchObject({ _tag: "Refusal", rule })
        expect(yield* head).toBe(before)
        const [outcome] = outcomes
        const errors = [refused, Result.isFailure(outcome!) ? outcome.failure : undefined]
        const said = errors.flatMap((error) => [error?.message, error?.stack, JSON.stringify(error)]).join()
        if (name !== "") expect(said).not.toContain(name)
      }).pipe(Effect.provide(services, { local: true })),
    { numRuns: 60 },
  )

  it.effect("is kept where it is one of several commands, and the others are recorded", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(dawn)
      yield* Customers.Customers.use((customers) =>
        customers.declare(customer, [
          { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: "starter/1" as PolicyVersionId },
          { _tag: "ListNumber", at: moment(0), number },
        ]),
      )
      const [bad, good] = [step("jane.doe@example.com"), step("shop")]
      const recorded = (accept: "all" | "each") =>
        Interactions.Interactions.use((service) =>
          service.record({ customer, interaction: derived(accept), commands: [start, bad, good], accept }),
        )
      const each = yield* recorded("each")
      expect(each.outcomes.map(({ _tag }) => _tag)).toEqual(["Success", "Failure", "Success"])
      expect(each.version).toBe(2)
      expect((yield* recorded("all")).version).toBe(0)
    }).pipe(Effect.provide(services, { local: true })),
  )
})
