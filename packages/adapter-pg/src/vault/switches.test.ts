import type { Identifier } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { Customers, Interactions, Retention, Switches } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(Customers.layer, Interactions.layer, Switches.layer).pipe(
  Layer.provide(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
)

describe("the switches of a device", () => {
  it.live("SWITCH: refuse what is recorded of the device, and of no other, while they are off", () =>
    Effect.gen(function* () {
      const at = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) - 60_000)
      const customer = (yield* Uuid.next) as CustomerId.CustomerId
      const entryPoint = (yield* Uuid.next) as Identifier.EntryPointId
      yield* Customers.Customers.use((customers) =>
        customers.declare(customer, [
          { _tag: "AdoptPolicyVersion", at, policyVersion: "starter/1" as Identifier.PolicyVersionId },
          { _tag: "ListEntryPoint", at, entryPoint },
        ]),
      )
      const switches = yield* Switches.Switches
      const interactions = yield* Interactions.Interactions
      const device = yield* switches.deviceOf(customer, { application: "shop", identifier: "a device" })
      const other = yield* switches.deviceOf(customer, { application: "shop", identifier: "another device" })
      const started = (of: typeof device) =>
        Effect.gen(function* () {
          const trigger = { _tag: "contactRequest", channel: "app", entryPoint } as const
          const { outcomes } = yield* interactions.record({
            customer,
            interaction: yield* Uuid.next,
            commands: [{ _tag: "StartInteraction", at, trigger, interface: "app" as never, linkable: false }],
            device: of,
          })
          return outcomes.map((outcome) => (Result.isFailure(outcome) ? outcome.failure.rule : "recorded"))
        })
      expect(yield* started(device)).toEqual(["recorded"])
      const turn = { customer, device, what: "technology", at: DateTime.toEpochMillis(at) } as const
      yield* Effect.all(
        Array.from({ length: 6 }, () => switches.turnOff(turn)),
        { concurrency: "unbounded" },
      )
      expect([...(yield* started(device)), ...(yield* started(other))]).toEqual(["SWITCH", "recorded"])
      yield* switches.turnOn(turn)
      expect(yield* started(device)).toEqual(["recorded"])
      expect(yield* switches.positions(customer, device)).toEqual({ technology: "on", location: "on" })
    }).pipe(Effect.provide(services)),
  )
})
