/**
 * A pseudonym: a random id that represents one device or person to one Customer, and means nothing to any other
 * (RECOG-1CUST). Its stream holds observations, recognitions, consents and objections, as references and kinds; after
 * its erasure no data can be attached to it, and a returning device gets a new pseudonym.
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command, Context } from "./pseudonym/commands.ts"
import { decide } from "./pseudonym/decide.ts"
import type { Event } from "./pseudonym/events.ts"
import { codec } from "./pseudonym/events.ts"
import { type State, evolve, initial } from "./pseudonym/state.ts"

export * from "./pseudonym/events.ts"
export {
  type ConsentState,
  type State,
  initial,
  latestOf,
  hasConsent,
  consentsTo,
  type DisclosureConsent,
  disclosureConsents,
  permits,
  endsAfter,
  noEnds,
  type PersonEnds,
  type Registered,
  type Claims,
  claims,
} from "./pseudonym/state.ts"
export { apartFrom, consentsToAnalysis, meeting } from "./pseudonym/meeting.ts"
export { servicesInOrder } from "./pseudonym/servicesInOrder.ts"
export { Command, type Context } from "./pseudonym/commands.ts"
export { decideErasure } from "./pseudonym/decide.ts"

/** The decider of a pseudonym. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
