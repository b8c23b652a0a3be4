/**
 * The attributes of a device at one moment that recognition may use: those that the device sends anyway, none that it has
 * to be queried for. The type ties an observation to one Customer: those of two cannot be compared (RECOG-1CUST).
 */
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"

const Attribute = Schema.optionalKey(Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(512)))

/** The attributes. They are personal data: kept in memory and in the vault, never in an event. */
export const Traits = Schema.Struct({
  /** A token that the installation itself keeps; where both sides have one, it decides alone. */
  installation: Attribute,
  /** User agent, operating system and model in one text: they come together, so they count once. */
  software: Attribute,
  /** The class of its screen, such as `phone`. */
  screen: Attribute,
  language: Attribute,
  timeZone: Attribute,
  /** The network that it comes from, never its address: {@link networkOf}. */
  network: Attribute,
})
export type Traits = typeof Traits.Type

declare const compartment: unique symbol

/** An observation in the compartment `C`. */
export interface Observation<in out C> {
  readonly at: EpochMillis
  readonly traits: Traits
  readonly [compartment]: (of: C) => C
}

/** One Customer's compartment. */
export interface Compartment<in out C> {
  readonly customer: CustomerId
  readonly observation: (at: EpochMillis, traits: Traits) => Observation<C>
}

/**
 * Works within one Customer's compartment. Its observations cannot be compared with those of another: `C` is a different
 * type in each call.
 *
 * @example
 * ```ts
 * import { Observation } from "@tacet/core/recognition"
 * import type { CustomerId } from "@tacet/core/eventsourcing"
 *
 * const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
 * const sees = Observation.within(customer, ({ observation }) => observation(0, { language: "fr-FR" }).traits.language)
 * sees // => "fr-FR"
 * ```
 */
export const within = <A>(customer: CustomerId, use: <C>(compartment: Compartment<C>) => A): A =>
  use<unknown>({
    customer,
    observation: (at, traits) => ({ at, traits }) as Observation<unknown>,
  })

/**
 * The network of an address in the canonical form of `Identifiers.normalise`: /24 of IPv4, /48 of IPv6.
 *
 * @example
 * ```ts
 * import { Observation } from "@tacet/core/recognition"
 *
 * Observation.networkOf("00000000000000000000ffffc0000207") // => "v4:c00002"
 * Observation.networkOf("20010db8000100000000000000000001") // => "v6:20010db80001"
 * ```
 */
export const networkOf = (canonicalAddress: string): string =>
  canonicalAddress.startsWith(mappedV4)
    ? `v4:${canonicalAddress.slice(mappedV4.length, mappedV4.length + 6)}`
    : `v6:${canonicalAddress.slice(0, 12)}`

const mappedV4 = "00000000000000000000ffff"
