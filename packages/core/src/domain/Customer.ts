/**
 * A Customer: the organisation whose service people contact, and the controller of their data. Its stream holds its
 * contract with the operator and what it declares: the policy version it has adopted, the numbers and entry points it
 * lists, the scenarios it publishes, the input fields it answers for and the statistics it has published. An
 * interaction is judged by the declarations in force at its moment (LISTED, POLICY-BIND).
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command } from "./customer/commands.ts"
import { type Context } from "./customer/commands.ts"
import { decide } from "./customer/decide.ts"
import { type Event, codec } from "./customer/events.ts"
import { type State, evolve, initial } from "./customer/state.ts"

export * from "./customer/events.ts"
export {
  type Scenario,
  type Field,
  type State,
  initial,
  isNumberListed,
  isEntryPointListed,
  policyTimeline,
  type Adoption,
  adoptionAt,
  roleIn,
  policyVersionAt,
  scenarioAt,
  publishedScenarios,
  fieldAt,
} from "./customer/state.ts"
export { Command, type Context, published } from "./customer/commands.ts"

/** The decider of a Customer. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
