/**
 * An interaction: one offer of the visual interface to one person about to contact one Customer. It begins by a trigger
 * on a number or entry point that the Customer lists at that moment, holds the steps taken and the calls made, and ends
 * once; a call that belongs to it may still come later. It knows no person: who it was is a link in the vault, not here.
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command } from "./interaction/commands.ts"
import { type Context } from "./interaction/commands.ts"
import { decide } from "./interaction/decide.ts"
import type { Event } from "./interaction/events.ts"
import { codec } from "./interaction/events.ts"
import { type State, evolve, initial } from "./interaction/state.ts"

export * from "./interaction/events.ts"
export {
  type Call,
  type Input,
  type State,
  endedInputs,
  idleEnd,
  initial,
  lastMoment,
  wasTold,
} from "./interaction/state.ts"
export { Command, type Context } from "./interaction/commands.ts"

/** The decider of an interaction. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
