/**
 * The heart of every aggregate: two pure, synchronous functions. `decide` turns a command into events or a refusal,
 * `evolve` folds an event into the state. Neither reads a clock, draws a random number or touches a store.
 */
import type * as Result from "effect/Result"
import type { Refusal } from "./Refusal.ts"

/**
 * A decider. `Context` holds the facts that the service looked up for the decision: facts of other streams, the time,
 * the policy.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { Decider } from "@tacet/core/eventsourcing"
 *
 * type Event = { readonly _tag: "Counted" }
 * const counter: Decider.Decider<number, "count", Event, void> = {
 *   initial: 0,
 *   evolve: (state) => state + 1,
 *   decide: () => Result.succeed([{ _tag: "Counted" }])
 * }
 * const history: ReadonlyArray<Event> = [{ _tag: "Counted" }, { _tag: "Counted" }]
 * Decider.replay(counter, history) // => 2
 * ```
 */
export interface Decider<State, Command, Event, Context> {
  /** The state of a stream without events. */
  readonly initial: State
  /** The state after an event. Total: it accepts every event that was ever recorded. */
  readonly evolve: (state: State, event: Event) => State
  /** The events that the command leads to; none where it asks for what already is. */
  readonly decide: (state: State, command: Command, context: Context) => Result.Result<ReadonlyArray<Event>, Refusal>
}

/** The state after a history. */
export const replay = <State, Command, Event, Context>(
  decider: Decider<State, Command, Event, Context>,
  events: Iterable<Event>,
  from: State = decider.initial,
): State => {
  let state = from
  for (const event of events) state = decider.evolve(state, event)
  return state
}
