/**
 * One disclosure of personal data to one recipient, from the request to the notices that follow it. The law's *transfer*
 * crosses a border; a *disclosure* may stay inside: both are judged here, and access from afar counts as crossing
 * (REMOTE). Every rule that is not kept is named in `TransferRefused`, so that a refusal is evidence too.
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command, Context } from "./transfer/commands.ts"
import { decide } from "./transfer/decide.ts"
import type { Event } from "./transfer/events.ts"
import { codec } from "./transfer/events.ts"
import { type State, evolve, initial } from "./transfer/state.ts"

export * from "./transfer/events.ts"
export { type State, initial, type SafeguardCopy, safeguardOf } from "./transfer/state.ts"
export { Command, type Context } from "./transfer/commands.ts"
export { decideNotice } from "./transfer/decide.ts"
export { assess } from "./transfer/assess.ts"

/**
 * The decider of a disclosure.
 *
 * @rule CUST-MATCH
 */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
