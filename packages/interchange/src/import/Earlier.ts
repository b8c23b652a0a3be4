/**
 * The events of an interaction that a store held before this run. Where a later run repeats a row, its events are there
 * already: it is a duplicate and adds nothing. Each stored event accounts for one row, so that rows that were equal in
 * the first run are distinguished by their number.
 */
import { Interaction } from "@tacet/core/domain"
import {
  type CustomerId,
  type EventCodec,
  EventStore,
  type EventStoreError,
  type Uuid,
} from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** The events of earlier runs. */
export interface Earlier {
  /** Whether one of them placed the call. */
  readonly placed: (call: string) => boolean
  /** The commands that are left when those are taken away whose event is there; each event answers once. */
  readonly without: (commands: ReadonlyArray<Interaction.Command>) => ReadonlyArray<Interaction.Command>
}

/** Of an interaction that began in this run. */
export const none: Earlier = { placed: () => false, without: (commands) => commands }

/** Reads the events of an interaction up to a position of the log. */
export const read = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  interaction: Uuid.Uuid,
  through: number,
): Effect.fn.Return<Earlier, EventCodec.UndecodableEvent | EventStoreError.ReadError, EventStore.EventStore> {
  const left = new Map<string, number>()
  const calls = new Set<string>()
  yield* Stream.runForEach(EventStore.streamEvents(customer, Interaction.streamOf(interaction)), (recorded) =>
    Effect.gen(function* () {
      if (recorded.position > through) return
      // Through the event, so that one of an older schema is compared as it is written today.
      const event = yield* Effect.fromResult(Interaction.codec.decode(recorded))
      if (event._tag === "CallPlaced") calls.add(event.call)
      const key = keyOf(event)
      left.set(key, (left.get(key) ?? 0) + 1)
    }),
  )
  return {
    placed: (call) => calls.has(call),
    without: (commands) =>
      commands.filter((command) => {
        const event = eventOf(command)
        if (event === undefined) return true
        const key = keyOf(event)
        const number = left.get(key) ?? 0
        if (number > 1) left.set(key, number - 1)
        else left.delete(key)
        return number === 0
      }),
  }
})

/** The events that record the commands of an import, where only the name and the time change. */
const eventTags: { readonly [Tag in Interaction.Command["_tag"]]?: Interaction.Event["_tag"] } = {
  InhibitCall: "CallInhibited",
  TakeStep: "StepTaken",
  RedirectToCustomer: "RedirectedToCustomer",
  RequestCall: "CallRequested",
  PlaceCall: "CallPlaced",
  AnswerCall: "CallAnswered",
  EndCall: "CallEnded",
  ReachGoal: "GoalReached",
  ExcludeInteraction: "InteractionExcluded",
  EndInteraction: "InteractionEnded",
}

const eventOf = ({ at, ...command }: Interaction.Command): Interaction.Event | undefined => {
  const _tag = eventTags[command._tag]
  return _tag === undefined ? undefined : ({ ...command, _tag, occurredAt: at } as Interaction.Event)
}

const keyOf = (event: Interaction.Event): string => {
  const { data, occurredAt, type } = Interaction.codec.encode(event)
  return `${type} ${occurredAt} ${data}`
}
