import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type * as DeviceSwitch from "../domain/DeviceSwitch.ts"
import type { ListedNumberId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as Interaction from "../domain/Interaction.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding } from "../policy/laws.testing.ts"
import { Collection } from "./Collection.ts"
import { Customers } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import { type AtEachCall, undisturbed } from "./ports.testing.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, deadly, over, refusalOf } from "./scene.testing.ts"
import { layer, layerRequired, Switches } from "./Switches.ts"

const services = (around: AtEachCall = undisturbed) => Layer.provideMerge(layer, over(VaultMemory.make(), around))

const hour = 3_600_000
const bindsFrom: { readonly [id: string]: number } = {
  "dialonce/2016-06-29": Date.parse("2016-07-01T10:00:00Z"),
  "dialonce/2019-03-05": Date.parse("2019-04-01T10:00:00Z"),
}
const number = Uuid.derived("a listed number") as ListedNumberId

/** A Customer that has adopted a version and listed a number; answers the moments of its story by their hour. */
const startUnder = Effect.fnUntraced(function* (version: string) {
  const from = bindsFrom[version]!
  const moment = (hours: number) => DateTime.makeUnsafe(from + hours * hour)
  yield* TestClock.setTime(from + 100 * hour)
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: version as PolicyVersionId },
      { _tag: "ListNumber", at: moment(0), number },
    ]),
  )
  return moment
})

const deviceOf = (identifier: string, application = "shop") =>
  Switches.use((switches) => switches.deviceOf(customer, { application, identifier }))

const turn = (device: DeviceSwitch.DeviceToken, what: DeviceSwitch.Switch, isOff: boolean, at: DateTime.Utc) =>
  Switches.use((switches) =>
    (isOff ? switches.turnOff : switches.turnOn)({ customer, device, what, at: DateTime.toEpochMillis(at) }),
  )

/** Records one command of an interaction; the answer is the rule of its refusal. */
const recorded = (
  interaction: Uuid.Uuid,
  command: Interaction.Command,
  switches: { readonly device?: DeviceSwitch.DeviceToken; readonly switchedOn?: boolean } = {},
) =>
  Effect.map(
    Interactions.use((interactions) =>
      interactions.record({ customer, interaction, commands: [command], ...switches }),
    ),
    ({ outcomes: [outcome] }) => (Result.isFailure(outcome!) ? outcome.failure.rule : "Success"),
  )

const begin = (at: DateTime.Utc): Interaction.Command => ({
  _tag: "StartInteraction",
  at,
  trigger: { _tag: "outgoingCall", number },
  interface: "app" as never,
  linkable: false,
})
const activate = (at: DateTime.Utc): Interaction.Command => ({ _tag: "ActivateInterface", at })

/** Turns of a switch, each some hours after the one before. */
const turns = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 3 })), { maxLength: 4 })

/** Turns a switch as a story has it; answers by the hour whether it is off. */
const play = Effect.fnUntraced(function* (
  story: ReadonlyArray<readonly [isOff: boolean, after: number]>,
  device: DeviceSwitch.DeviceToken,
  what: DeviceSwitch.Switch,
  moment: (hours: number) => DateTime.Utc,
) {
  let hours = 1
  const turned: Array<readonly [at: number, isOff: boolean]> = []
  for (const [isOff, after] of story) {
    hours += after
    yield* turn(device, what, isOff, moment(hours))
    turned.push([hours, isOff])
  }
  return (asked: number) => turned.findLast(([at]) => at <= asked)?.[1] ?? false
})

const isolated = { local: true } as const
const runs = { numRuns: 25 }

describe("the switches of a device", () => {
  for (const { id } of holding("SWITCH")) {
    // Planted: the caller's answer in place of the recorded switch; the latest position in place of that of the moment.
    it.effect.prop(
      `SWITCH under ${id} is asked by Interactions.record: an activation is refused while the recorded switch is off, whatever the caller says`,
      [turns, fc.integer({ min: 1, max: 12 }), fc.constantFrom(true, false, undefined)],
      (story, hours, says) =>
        Effect.gen(function* () {
          const moment = yield* startUnder(id)
          const device = yield* deviceOf("a device")
          const isOffAt = yield* play(story, device, "technology", moment)
          const interaction = yield* Uuid.next
          expect(yield* recorded(interaction, begin(moment(1)), { device })).toBe("Success")
          const switches = { device, ...(says === undefined ? {} : { switchedOn: says }) }
          const answer = yield* recorded(interaction, activate(moment(hours)), switches)
          expect(answer).toBe(says === false || isOffAt(hours) ? "SWITCH" : "Success")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  for (const { id } of holding("GEO-SWITCH")) {
    // Planted: the switch of the technology asked for the location.
    it.effect.prop(
      `GEO-SWITCH under ${id} is asked by Collection.observeTerminal: no location is recorded while the recorded switch is off`,
      [
        turns,
        fc.integer({ min: 2, max: 12 }),
        fc.constantFrom<"coarseLocation" | "ipAddress">("coarseLocation", "ipAddress"),
      ],
      (story, hours, category) =>
        Effect.gen(function* () {
          const moment = yield* startUnder(id)
          const device = yield* deviceOf("a device")
          const isOffAt = yield* play(story, device, "location", moment)
          const interaction = yield* Uuid.next
          yield* recorded(interaction, begin(moment(1)), { device })
          yield* recorded(interaction, activate(moment(1)), { device })
          const at = DateTime.toEpochMillis(moment(1))
          const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer, { at }))
          const observed = Collection.use((collection) =>
            collection.observeTerminal({
              customer,
              interaction,
              pseudonym,
              purposes: ["requestedService"],
              values: [{ category, value: "a value" }],
              device,
              locationOn: true,
              at: DateTime.toEpochMillis(moment(hours)),
            }),
          )
          const isRefused = category === "coarseLocation" && isOffAt(hours)
          expect(yield* refusalOf(observed)).toBe(isRefused ? "GEO-SWITCH" : "Success")
        }).pipe(Effect.provide(services(), isolated)),
      runs,
    )
  }

  // Planted: the application left out of the token.
  it.effect("SWITCH NO-IDENTIFY: are those of one application on one device, and the log identifies neither", () =>
    Effect.gen(function* () {
      const moment = yield* startUnder("dialonce/2019-03-05")
      const identifier = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a77"
      const device = yield* deviceOf(identifier)
      expect(yield* deviceOf(identifier)).toBe(device)
      // All devices without an identifier would share one token.
      expect([yield* refusalOf(deviceOf(" ")), yield* refusalOf(deviceOf(identifier, ""))]).toEqual([
        "TACET-FORMAT",
        "TACET-FORMAT",
      ])
      yield* turn(device, "technology", true, moment(1))
      for (const other of [yield* deviceOf(identifier, "bank"), yield* deviceOf("another")]) {
        expect(yield* Switches.use((switches) => switches.positions(customer, other))).toEqual({
          technology: "on",
          location: "on",
        })
        expect(yield* recorded(yield* Uuid.next, begin(moment(2)), { device: other })).toBe("Success")
      }
      expect(yield* recorded(yield* Uuid.next, begin(moment(2)), { device })).toBe("SWITCH")
      expect(yield* Switches.use((switches) => switches.positions(customer, device))).toEqual({
        technology: "off",
        location: "on",
      })
      const { events } = yield* Effect.flatMap(EventStore, (store) => store.readLog(customer))
      expect(JSON.stringify(events)).not.toContain(identifier)
      expect(JSON.stringify(events)).not.toContain("shop")
    }).pipe(Effect.provide(services())),
  )

  // Planted: a recording without a device accepted where one is required.
  it.effect("SWITCH: where it is required, a recording without a device is refused", () =>
    Effect.gen(function* () {
      const moment = yield* startUnder("dialonce/2019-03-05")
      const device = yield* deviceOf("a device")
      const interaction = yield* Uuid.next
      expect(yield* recorded(interaction, begin(moment(1)))).toBe("SWITCH")
      expect(yield* recorded(interaction, begin(moment(1)), { device })).toBe("Success")
      expect(yield* recorded(interaction, { _tag: "EndInteraction", at: moment(2), reason: "abandoned" })).toBe(
        "Success",
      )
    }).pipe(Effect.provide(Layer.provide(services(), layerRequired))),
  )

  // Planted: the recording appended without the check of the switch that it has read.
  it.effect("SWITCH: a switch that is turned off during a recording refuses it", () => {
    let during = Effect.void
    const around: AtEachCall = (port, call) =>
      port === "log.append"
        ? Effect.andThen(
            Effect.suspend(() => during),
            call,
          )
        : call
    return Effect.gen(function* () {
      const moment = yield* startUnder("dialonce/2019-03-05")
      const device = yield* deviceOf("a device")
      const interaction = yield* Uuid.next
      yield* recorded(interaction, begin(moment(1)), { device })
      const switches = yield* Switches
      const turnOff = switches.turnOff({ customer, device, what: "technology", at: DateTime.toEpochMillis(moment(1)) })
      during = Effect.suspend(() => {
        during = Effect.void
        return Effect.orDie(turnOff)
      })
      expect(yield* recorded(interaction, activate(moment(2)), { device })).toBe("SWITCH")
    }).pipe(Effect.provide(services(around)))
  })

  // Finds: a switch that is answered before it is appended.
  it.effect("SWITCH: a turn that a crash stopped at any call of a port is made when it is repeated", () =>
    Effect.forEach(
      [1, 2, 3].flatMap((call) => [
        { call, when: "before" as const },
        { call, when: "after" as const },
      ]),
      ({ call, when }) => {
        const { armed, around } = deadly(call, when)
        return Effect.gen(function* () {
          const moment = yield* startUnder("dialonce/2019-03-05")
          const turnOff = Effect.flatMap(deviceOf("a device"), (device) => turn(device, "technology", true, moment(1)))
          const exit = yield* armed(turnOff)
          if (exit._tag === "Failure") yield* turnOff
          const device = yield* deviceOf("a device")
          expect(yield* recorded(yield* Uuid.next, begin(moment(2)), { device })).toBe("SWITCH")
        }).pipe(Effect.provide(services(around), isolated))
      },
    ),
  )
})
