/**
 * A request of a person about their data, from its receipt to its outcome: who decides it, how the data are located,
 * who verified the person's identity, when the answer is due, and the outcome. Its stream holds kinds, dates and
 * counts. The person's text, the details that locate their data and the data that they receive are in the vault: a list
 * of values in the log would link interactions to each other.
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command } from "./rights-request/commands.ts"
import { type Context } from "./rights-request/commands.ts"
import { decide } from "./rights-request/decide.ts"
import type { Event } from "./rights-request/events.ts"
import { codec } from "./rights-request/events.ts"
import { type State, evolve, initial } from "./rights-request/state.ts"

export * from "./rights-request/events.ts"
export { type State, initial, dueDate, overdue, type Use, permits, signInWorks } from "./rights-request/state.ts"
export { Command, type LocalLaw, type Context, acceptedIn } from "./rights-request/commands.ts"
export { claimOf } from "./rights-request/duplicates.ts"
export {
  type Asked,
  explanations,
  ExportFormat,
  type Violation,
  groundViolation,
  isLegalGround,
  type Holding,
  LegalReference,
  Outcome,
  outcomeViolation,
  sizeOf,
} from "./rights-request/outcome.ts"

/** The decider of a request. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
