/**
 * The one decision loop of the services: it reads the Customer's declarations, decides one command on them, and appends
 * on condition that they are still the same. After a conflict it reads them and decides again.
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Customer from "../../domain/Customer.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import type { AppendError, ReadError } from "../../eventsourcing/EventStoreError.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { Required } from "../processing-record/settings.ts"
import { Elsewhere } from "../retention/settings.ts"
import * as Archives from "./Archives.ts"
import * as Declarations from "./Declarations.ts"

/** The errors of a decision besides refusals. */
export type DecisionError = AppendError | ReadError | UndecodableEvent

/** A command, and the facts on which its decision rests. */
export interface Prepared<Command, Context> {
  readonly command: Command
  readonly context: Context
}

/** Decisions over one event store. */
export interface Decisions extends CommandHandler.Handler {
  /** Reads a Customer's declarations. */
  readonly declared: (customer: CustomerId) => Effect.Effect<Declarations.Declared, ReadError | UndecodableEvent>
  /** The archives of operators. */
  readonly archives: Archives.Archives
  /** Whether the program deletes data at their end by itself. */
  readonly isRetentionElsewhere: boolean
  /** Whether nothing is collected before the record of processing has an entry that covers it (DECLARED). */
  readonly isRecordRequired: boolean
  /**
   * Decides the command that `prepare` makes, and appends its events. `prepare` runs again whenever the Customer has
   * declared more meanwhile, so it must be safe to repeat.
   */
  readonly decide: <State, Command, Event, Context, E>(
    aggregate: CommandHandler.Aggregate<State, Command, Event, Context>,
    target: CommandHandler.Target,
    prepare: (declared: Declarations.Declared, state: State) => Effect.Effect<Prepared<Command, Context>, E>,
  ) => Effect.Effect<CommandHandler.HandledOne<State, Event>, E | Refusal | DecisionError>
  /**
   * Decides a command on a register, the one stream of its kind in a compartment, under the policy that binds its moment.
   * Answers the recorded events. Refused where no policy binds (POLICY-BIND).
   */
  readonly enter: <State, Command extends Dated, Event, Context>(
    aggregate: CommandHandler.Aggregate<State, Command, Event, Context>,
    compartment: CustomerId,
    command: Command,
    contextOf: (policy: EffectivePolicy) => Context,
  ) => Effect.Effect<ReadonlyArray<Event>, Refusal | DecisionError>
}

/** A command with its moment. */
interface Dated {
  readonly _tag: string
  readonly at: DateTime.Utc
}

/** Decisions over the event store in force, under the policies in force. */
export const make: Effect.Effect<Decisions, never, EventStore> = Effect.gen(function* () {
  const handler = CommandHandler.over(yield* EventStore)
  const policiesOf = yield* Declarations.KnownPolicies
  const archives = yield* Archives.over(handler)
  const isRetentionElsewhere = yield* Elsewhere
  const isRecordRequired = yield* Required

  const declared = (customer: CustomerId) =>
    Effect.zipWith(archives.of(customer), handler.load(Customer.aggregate, customer, customer), (archive, loaded) =>
      Declarations.of(policiesOf(customer), archive, loaded),
    )

  const decide: Decisions["decide"] = (aggregate, target, prepare) => {
    const { customer } = target
    const handled = handler.handlePrepared(aggregate, target, (state) =>
      Effect.gen(function* () {
        const found = yield* declared(customer)
        const { command, context } = yield* prepare(found, state)
        return { commands: [command], context, checks: [Declarations.check(customer, found)] }
      }),
    )
    return Effect.flatMap(handled, CommandHandler.one)
  }

  const enter: Decisions["enter"] = (aggregate, compartment, command, contextOf) =>
    Effect.map(
      decide(aggregate, { customer: compartment, id: compartment }, (found) =>
        Effect.map(Declarations.bound(found, command._tag, command.at), (policy) => ({
          command,
          context: contextOf(policy),
        })),
      ),
      ({ events }) => events,
    )

  return { ...handler, declared, archives, isRetentionElsewhere, isRecordRequired, decide, enter }
})

/** Decides a command without writing anything. */
export const foresee = <State, Command, Event, Context>(
  aggregate: CommandHandler.Aggregate<State, Command, Event, Context>,
  state: State,
  { command, context }: Prepared<Command, Context>,
): Effect.Effect<ReadonlyArray<Event>, Refusal> =>
  Effect.map(Effect.fromResult(CommandHandler.decideOne(aggregate, state, command, context)), ({ events }) => events)
