/**
 * Deciders tested in the language of their events: given what happened, when a command comes, then these events or that
 * refusal. No store, no clock.
 */
import * as Equal from "effect/Equal"
import * as Result from "effect/Result"
import { Decider, type Refusal } from "@tacet/core/eventsourcing"

/** A decider with a history. */
export interface Given<State, Command, Event, Context> {
  readonly state: State
  readonly when: (command: Command, context: Context) => Outcome<State, Command, Event, Context>
}

/** The result of a command, and the assertions on it. */
export interface Outcome<State, Command, Event, Context> {
  readonly result: Result.Result<ReadonlyArray<Event>, Refusal.Refusal>
  /** The history with the new events: for the next command. */
  readonly and: Given<State, Command, Event, Context>
  /** The command leads to exactly these events. */
  readonly thenEvents: (...expected: ReadonlyArray<Event>) => void
  /** The command is accepted and asks for what already is. */
  readonly thenNothing: () => void
  /** The command is refused by this rule, and for this field where one is given. */
  readonly thenRefused: (rule: string, field?: string) => void
  /** The state after the command. */
  readonly thenState: (expected: State) => void
}

/** The outcome differs from the expected one; test runners show the difference. */
export class ScenarioFailed extends Error {
  override readonly name = "ScenarioFailed"
  readonly expected: unknown
  readonly actual: unknown

  constructor(what: string, expected: unknown, actual: unknown) {
    super(what)
    this.expected = expected
    this.actual = actual
  }
}

/**
 * A decider after a history.
 *
 * @example
 * ```ts run
 * import * as Result from "effect/Result"
 * import type { Decider } from "@tacet/core/eventsourcing"
 * import { given } from "@tacet/testing"
 *
 * type Event = { readonly _tag: "Opened" } | { readonly _tag: "Closed" }
 * const door: Decider.Decider<boolean, "open" | "close", Event, void> = {
 *   initial: false,
 *   evolve: (_, event) => event._tag === "Opened",
 *   decide: (isOpen, command) =>
 *     Result.succeed(isOpen === (command === "open") ? [] : [{ _tag: isOpen ? "Closed" : "Opened" }])
 * }
 *
 * given(door).when("open", undefined).thenEvents({ _tag: "Opened" })
 * given(door, { _tag: "Opened" }).when("open", undefined).thenNothing()
 * ```
 */
export const given = <State, Command, Event, Context>(
  decider: Decider.Decider<State, Command, Event, Context>,
  ...history: ReadonlyArray<NoInfer<Event>>
): Given<State, Command, Event, Context> => after(decider, Decider.replay(decider, history))

const after = <State, Command, Event, Context>(
  decider: Decider.Decider<State, Command, Event, Context>,
  state: State,
): Given<State, Command, Event, Context> => ({
  state,
  when: (command, context) => {
    const result = decider.decide(state, command, context)
    const next = Result.isSuccess(result) ? Decider.replay(decider, result.success, state) : state
    const seen = Result.isSuccess(result) ? result.success : refusalOf(result.failure)
    const expect = (what: string, expected: unknown, actual: unknown = seen): void => {
      if (!Equal.equals(actual, expected)) throw new ScenarioFailed(what, expected, actual)
    }
    return {
      result,
      and: after(decider, next),
      thenEvents: (...expected) => expect("The command leads to other events", expected),
      thenNothing: () => expect("The command leads to something", []),
      thenRefused: (rule, field) => {
        const refusal = Result.isFailure(result) ? refusalOf(result.failure) : undefined
        const expected = field === undefined ? { ...refusal, rule } : { ...refusal, rule, field }
        expect(`The command is not refused by ${rule}`, expected)
      },
      thenState: (expected) => expect("The command leads to another state", expected, next),
    }
  },
})

const refusalOf = ({ accepted, command, field, rule }: Refusal.Refusal) => ({
  rule,
  command,
  accepted,
  ...(field === undefined ? {} : { field }),
})
