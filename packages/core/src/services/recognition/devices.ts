/**
 * The known devices of a Customer: the attributes of each that can be read from the vault.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Actor } from "../../privacy/AccessLog.ts"
import type { Vault } from "../../privacy/Vault.ts"
import type * as Fit from "../../recognition/Fit.ts"
import * as Observation from "../../recognition/Observation.ts"
import { subjectOf } from "../pseudonyms/recording.ts"
import { purpose } from "./permission.ts"

/** Bounds of how much is read. */
export const Limits: Context.Reference<{
  /** With more known devices none is recognised by likeness: opening a value of each would take too long. */
  readonly devices: number
  /** How many observations of one device are read: any of them, for their references are random. */
  readonly observations: number
}> = Context.Reference("@tacet/core/services/Recognition/Limits", {
  defaultValue: () => ({ devices: 2000, observations: 20 }),
})

/** An observation as it is sealed. */
const Kept = Schema.fromJsonString(Schema.Struct({ at: Schema.Int, traits: Observation.Traits }))
type Kept = typeof Kept.Type
const readKept = Schema.decodeUnknownOption(Kept)
/** Writes an observation as it is sealed. */
export const writeKept = Schema.encodeSync(Kept)
const readTraits = Schema.decodeUnknownOption(Observation.Traits)

/** Attributes as they may be kept. A refusal does not repeat them: they may be anything. */
export const checked = (traits: Observation.Traits, command: string): Effect.Effect<Observation.Traits, Refusal> => {
  const accepted = "attributes of 1 to 512 characters each"
  const refused = () => new Refusal({ rule: "TACET-FORMAT", command, field: "traits", accepted })
  return Effect.mapError(Effect.fromOption(readTraits(traits)), refused)
}

/** A known device, with the observations that can be read. */
export interface Device {
  readonly pseudonym: Pseudonym.PseudonymId
  readonly observations: ReadonlyArray<Kept>
}

/** A device inside a compartment of the model. */
export const inside =
  <C>({ observation }: Observation.Compartment<C>) =>
  ({ observations, pseudonym }: Device): Fit.Known<C> => ({
    pseudonym,
    observations: observations.map(({ at, traits }) => observation(at, traits)),
  })

/** Reads one device; values that are erased, expired, restricted or no observations are left out. */
const read = Effect.fnUntraced(function* (
  vault: Vault["Service"],
  customer: CustomerId,
  pseudonym: Pseudonym.PseudonymId,
  actor: Actor,
  limit: number,
) {
  const observations: Array<Kept> = []
  const values = yield* vault.valuesOf(customer, subjectOf(pseudonym), { limit: limit * 5 })
  const environments = values.filter(({ category }) => category === "terminalEnvironment")
  for (const sealed of environments.slice(0, limit)) {
    const opened = yield* (
      vault
        .open({ customer, sealed, purpose, actor, reason: "recognition" })
        // Destroyed since it was listed.
        .pipe(Effect.catchTag("UnknownReference", () => Effect.succeed(undefined)))
    )
    if (opened?._tag !== "Open") continue
    const kept = readKept(opened.value)
    if (Option.isSome(kept)) observations.push(kept.value)
  }
  const device: Device = { pseudonym, observations }
  return device
})

/** Reads the devices of some pseudonyms; those without a readable observation are left out. */
export const readAll = Effect.fnUntraced(function* (
  vault: Vault["Service"],
  customer: CustomerId,
  actor: Actor,
  pseudonyms: ReadonlyArray<Pseudonym.PseudonymId>,
) {
  const { observations } = yield* Limits
  const devices = yield* Effect.forEach(pseudonyms, (pseudonym) =>
    read(vault, customer, pseudonym, actor, observations),
  )
  return devices.filter((device) => device.observations.length > 0)
})
