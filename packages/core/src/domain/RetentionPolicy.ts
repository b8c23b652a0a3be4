/**
 * How long the data of one Customer's contract lives: the periods that the contract fixes, the legal holds that
 * postpone an end, and the counters of purged interactions. Two clocks: a datum is unreadable from its computed end on,
 * whether or not any job ran (`isReadable`); the next run of the sweep deletes it physically.
 */
import type { Decider } from "../eventsourcing/Decider.ts"
import type { Command } from "./retention-policy/commands.ts"
import { type Context } from "./retention-policy/commands.ts"
import { decide } from "./retention-policy/decide.ts"
import type { Event } from "./retention-policy/events.ts"
import { codec } from "./retention-policy/events.ts"
import { type State, evolve, initial } from "./retention-policy/state.ts"

export * from "./retention-policy/events.ts"
export { type Hold, type State, initial, periodAt, mayCollect, isSweepDue } from "./retention-policy/state.ts"
export {
  type Facts,
  type Keeper,
  endsOf,
  isReadable,
  keepersAt,
  legalGround,
  postponed,
  retentionEnd,
  usualEnd,
  withoutEnd,
} from "./retention-policy/ends.ts"
export { erasedInteraction } from "./retention-policy/erased.ts"
export { Command, type Context } from "./retention-policy/commands.ts"

/** The decider of a retention policy. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
