/**
 * The switches by which a person turns the technology or the location off in one application on one device (SWITCH,
 * GEO-SWITCH): recorded once, and read by `Interactions` and `Collection` at every recording that names the device.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as DeviceSwitch from "../domain/DeviceSwitch.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import { KeyStore } from "../privacy/KeyStore.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import * as KeyedIds from "./internal/KeyedIds.ts"
import { layerRequired, Required } from "./switches/settings.ts"

export { layerRequired, Required }

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type SwitchesError = Decisions.DecisionError

/** A switch of an application on a device. */
export interface Turn {
  readonly customer: CustomerId
  readonly device: DeviceSwitch.DeviceToken
  readonly what: DeviceSwitch.Switch
  /** When the person turned it. Default: now. */
  readonly at?: EpochMillis
}

/** The service. */
export class Switches extends Context.Service<
  Switches,
  {
    /**
     * The token of an application on a device: an HMAC under the Customer's key, the same at every call. The identifier is one
     * that the application keeps on the device; it is stored nowhere, and no other Customer has the same token for it. Refused for an empty one (TACET-FORMAT).
     */
    readonly deviceOf: (
      customer: CustomerId,
      of: { readonly application: string; readonly identifier: string },
    ) => Effect.Effect<DeviceSwitch.DeviceToken, Refusal | VaultUnavailable>
    /**
     * Records that the person turned a switch off. From that moment every recording that names the device is refused: all of
     * it but deletions and ends (SWITCH), or locations (GEO-SWITCH). Refused before the last change (TACET-TIME).
     */
    readonly turnOff: (turn: Turn) => Effect.Effect<void, Refusal | SwitchesError>
    /** Records that the person turned it on again. */
    readonly turnOn: (turn: Turn) => Effect.Effect<void, Refusal | SwitchesError>
    /** Whether each switch is on at a moment. Default: now. */
    readonly positions: (
      customer: CustomerId,
      device: DeviceSwitch.DeviceToken,
      at?: EpochMillis,
    ) => Effect.Effect<{ readonly [What in DeviceSwitch.Switch]: "on" | "off" }, Refusal | SwitchesError>
  }
>()("@tacet/core/services/Switches") {}

/** The service over the key store and the event store in force. */
export const layer: Layer.Layer<Switches, never, KeyStore | EventStore> = Layer.effect(
  Switches,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    const keyStore = yield* KeyStore

    const turn = Effect.fnUntraced(function* (
      { at: moment, customer, device, what }: Turn,
      _tag: DeviceSwitch.Command["_tag"],
    ) {
      const command = { _tag, at: yield* momentOrNow(_tag, moment), what }
      yield* decisions.handleBy(DeviceSwitch.aggregate, { customer, id: device }, (state) =>
        DeviceSwitch.decide(state, command),
      )
    })

    return Switches.of({
      deviceOf: Effect.fn("Switches.deviceOf")((customer, { application, identifier }) =>
        Effect.map(
          KeyedIds.idOf(keyStore, customer, "device", application, identifier),
          (id) => id as DeviceSwitch.DeviceToken,
        ),
      ),
      turnOff: Effect.fn("Switches.turnOff")((off) => turn(off, "SwitchOff")),
      turnOn: Effect.fn("Switches.turnOn")((on) => turn(on, "SwitchOn")),
      positions: Effect.fn("Switches.positions")(function* (customer, device, moment) {
        const at = yield* momentOrNow("Switches.positions", moment)
        const { state } = yield* decisions.load(DeviceSwitch.aggregate, customer, device)
        const position = (what: DeviceSwitch.Switch) => (DeviceSwitch.isOffAt(state, what, at) ? "off" : "on")
        return { technology: position("technology"), location: position("location") }
      }),
    })
  }),
)
