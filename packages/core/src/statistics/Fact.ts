/**
 * Which events the statistics read, and which fields of each. One table serves the type of a fact, the packing of facts
 * into numbers and the check that no event is forgotten: an event of an interaction without a row does not compile.
 */
import type * as DateTime from "effect/DateTime"
import type { CallId } from "../domain/Identifier.ts"
import type { Event, PersonReached } from "../domain/Interaction.ts"

type Tag = Event["_tag"]
type EventOf<T extends Tag> = Extract<Event, { readonly _tag: T }>
type Payload<T extends Tag> = Omit<EventOf<T>, "_tag" | "occurredAt">

/** How a field is packed: `text` and `call` as a place in a list, `human` and `flag` as a small number. */
type PackedAs<A> = [A] extends [CallId]
  ? "call"
  : [A] extends [string]
    ? "text"
    : [A] extends [boolean]
      ? "flag"
      : [A] extends [number]
        ? "number"
        : [A] extends [PersonReached]
          ? "human"
          : never

interface Reading<T extends Tag> {
  /** The number of the event in packed events. Saved states hold it: never change one, never use one twice. */
  readonly code: number
  /** The fields that are read, in the order in which they are packed. Saved states depend on it as well. */
  readonly fields: { readonly [Field in keyof Payload<T>]?: PackedAs<Payload<T>[Field]> }
}

/** How each event is read. */
export const readings = {
  InteractionStarted: { code: 0, fields: { linkable: "flag", policyVersion: "text" } },
  NoticeShown: { code: 1, fields: {} },
  TerminalObserved: { code: 2, fields: {} },
  CallInhibited: { code: 3, fields: {} },
  InterfaceActivated: { code: 4, fields: {} },
  StepTaken: { code: 5, fields: { step: "text", kind: "text" } },
  InputEntered: { code: 6, fields: {} },
  InputChanged: { code: 7, fields: {} },
  InputDeleted: { code: 8, fields: {} },
  SurveyAnswered: { code: 9, fields: {} },
  RedirectedToCustomer: { code: 10, fields: {} },
  CallRequested: { code: 11, fields: {} },
  CallPlaced: { code: 12, fields: { call: "call", asksForPerson: "flag" } },
  CallAnswered: { code: 13, fields: { call: "call", human: "human" } },
  CallEnded: { code: 14, fields: { call: "call", talkSeconds: "number", disposition: "text", legs: "number" } },
  GoalReached: { code: 15, fields: {} },
  InteractionExcluded: { code: 16, fields: {} },
  InteractionEnded: { code: 17, fields: { reason: "text" } },
  RecontactObserved: { code: 18, fields: { class: "text" } },
} as const satisfies { readonly [T in Tag]: Reading<T> }

type FactOf<T extends Tag> = { readonly _tag: T; readonly occurredAt: DateTime.Utc } & Pick<
  EventOf<T>,
  keyof (typeof readings)[T]["fields"] & keyof EventOf<T>
>

/** The part of an event that statistics read. */
export type Fact = { readonly [T in Tag]: FactOf<T> }[Tag]

/** A fact with its place in its stream: facts of one moment count in that order. */
export interface PlacedEvent {
  readonly version: number
  readonly event: Fact
}
