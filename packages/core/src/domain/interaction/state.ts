/**
 * The state of an interaction, and how its events change it.
 */
import * as DateTime from "effect/DateTime"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import type { CallId, FieldId, PolicyVersionId } from "../Identifier.ts"
import type { CommandOf } from "./commands.ts"
import type {
  CallEnded,
  CallPlaced,
  Event,
  PersonReached,
  InteractionStarted,
  RecontactClass,
  RedirectedToCustomer,
  NoticeContent,
} from "./events.ts"
import { isActivity } from "./events.ts"

// State

/** One call as far as it has come. Times in epoch milliseconds. */
export interface Call {
  readonly placed: typeof CallPlaced.Type
  readonly placedAt: number
  readonly human: PersonReached | undefined
  /** When it was answered last: by a machine, then by a person. */
  readonly answeredAt: number
  readonly end: typeof CallEnded.Type | undefined
}

/** A field as its last change left it. Times in epoch milliseconds. */
export interface Input {
  readonly changedAt: number
  /** `undefined` where it was deleted. */
  readonly reference: Uuid | undefined
}

/** The state on which decisions about an interaction rest. Times in epoch milliseconds. */
export interface State {
  /** `redirected`: the person is with the Customer; nothing of that is seen. */
  readonly phase: "notStarted" | "live" | "redirected" | "ended"
  readonly start: typeof InteractionStarted.Type | undefined
  readonly startedAt: number
  /** The latest moment at which something happened in the interface. */
  readonly lastActivity: number
  /** When it ended: `-Infinity` while no end is recorded. */
  readonly endedAt: number
  readonly redirectedTo: (typeof RedirectedToCustomer.Type)["to"] | undefined
  readonly inhibited: boolean
  readonly activated: boolean
  /** Whether something happened in the interface after the start. */
  readonly usedInterface: boolean
  readonly excluded: boolean
  /** When each notice was first given: in epoch milliseconds, by version and subject. */
  readonly told: ReadonlyMap<string, number>
  /** The value of each field that has an entry. */
  readonly inputs: ReadonlyMap<FieldId, Input>
  /** Where each sealed value was recorded. It is recorded once, there. */
  readonly sealed: ReadonlyMap<Uuid, Place>
  readonly calls: ReadonlyMap<CallId, Call>
  readonly recontacts: ReadonlySet<RecontactClass>
}

type Place = "terminal" | `input ${string}` | `answer ${string}`

/** An interaction of which nothing is recorded. */
export const initial: State = {
  phase: "notStarted",
  start: undefined,
  startedAt: 0,
  lastActivity: 0,
  endedAt: Number.NEGATIVE_INFINITY,
  redirectedTo: undefined,
  inhibited: false,
  activated: false,
  usedInterface: false,
  excluded: false,
  told: new Map(),
  inputs: new Map(),
  sealed: new Map(),
  calls: new Map(),
  recontacts: new Set(),
}

/**
 * When an interaction was over, in epoch milliseconds: what belongs to it comes within the longest window from then.
 */
export const lastMoment = (state: State): number => Math.max(state.lastActivity, state.endedAt)

/**
 * The command that ends an interaction in which nothing was seen for a time, at the moment when something was seen last:
 * `undefined` where it is none, or was seen since. Calls do not keep it open, and can come after its end.
 */
export const idleEnd = (
  { lastActivity, phase }: State,
  { asOf, idleMillis }: { readonly asOf: number; readonly idleMillis: number },
): CommandOf<"EndInteraction"> | undefined =>
  (phase === "live" || phase === "redirected") && lastActivity + idleMillis <= asOf
    ? { _tag: "EndInteraction", at: DateTime.makeUnsafe(lastActivity), reason: "timedOut" }
    : undefined

/**
 * The sealed values of fields that the person has changed or deleted since: their life has ended (FREETEXT-LIFE), and
 * what they hold is to be destroyed.
 */
export const endedInputs = (
  state: State,
): ReadonlyArray<{ readonly reference: Uuid; readonly endedBy: "change" | "deletion" }> =>
  Array.from(state.sealed).flatMap(([reference, place]) => {
    if (!place.startsWith(inputPlace)) return []
    const input = state.inputs.get(place.slice(inputPlace.length) as FieldId)
    if (input?.reference === reference) return []
    return [{ reference, endedBy: input?.reference === undefined ? "deletion" : "change" }]
  })

const inputPlace = "input "

// Evolve

export const evolve = (before: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  const state = isActivity[event._tag] ? seen(before, event, at) : before
  switch (event._tag) {
    case "InteractionStarted":
      return { ...state, phase: "live", start: event, startedAt: at, lastActivity: at }
    case "CallInhibited":
      return { ...state, inhibited: true }
    case "InterfaceActivated":
      return { ...state, activated: true }
    case "StepTaken":
    case "CallRequested":
    case "GoalReached":
      return state
    case "NoticeShown": {
      const told = new Map(state.told)
      for (const thing of event.tells) {
        const key = noticeKey(event.policyVersion, thing)
        told.set(key, Math.min(at, told.get(key) ?? at))
      }
      return { ...state, told }
    }
    case "TerminalObserved":
      return { ...state, sealed: withSealed(state, "terminal", event.values) }
    case "SurveyAnswered":
      return { ...state, sealed: withSealed(state, `answer ${event.field}`, [event.answer]) }
    case "InputEntered":
    case "InputChanged":
      return {
        ...state,
        inputs: new Map(state.inputs).set(event.field, { changedAt: at, reference: event.value.reference }),
        sealed: withSealed(state, `input ${event.field}`, [event.value]),
      }
    case "InputDeleted":
      return {
        ...state,
        inputs: new Map(state.inputs).set(event.field, { changedAt: at, reference: undefined }),
      }
    case "RedirectedToCustomer":
      return { ...state, phase: "redirected", redirectedTo: event.to }
    case "CallPlaced":
      return withCall(state, event.call, {
        placed: event,
        placedAt: at,
        human: undefined,
        answeredAt: at,
        end: undefined,
      })
    case "CallAnswered": {
      const call = state.calls.get(event.call)
      if (call === undefined) return state
      return withCall(state, event.call, { ...call, human: event.human, answeredAt: Math.max(call.answeredAt, at) })
    }
    case "CallEnded": {
      const call = state.calls.get(event.call)
      return call === undefined ? state : withCall(state, event.call, { ...call, end: event })
    }
    case "InteractionExcluded":
      return { ...state, excluded: true }
    case "InteractionEnded":
      return { ...state, phase: "ended", endedAt: at }
    case "RecontactObserved":
      return { ...state, recontacts: new Set(state.recontacts).add(event.class) }
  }
}

/**
 * Whether a notice of a policy version had told the person of something by a moment (ACK-FIRST, PURPOSE-FIRST).
 *
 * @example
 * ```ts
 * import { type Identifier, Interaction } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 *
 * const version = "dialogra" as Identifier.PolicyVersionId
 * Interaction.wasTold(Interaction.initial, version, "purposes", DateTime.makeUnsafe(0)) // => false
 * ```
 */
export const wasTold = (
  state: State,
  policyVersion: PolicyVersionId,
  thing: NoticeContent,
  at: DateTime.Utc,
): boolean => {
  const since = state.told.get(noticeKey(policyVersion, thing))
  return since !== undefined && since <= DateTime.toEpochMillis(at)
}

const noticeKey = (policyVersion: PolicyVersionId, thing: NoticeContent): string => `${thing} ${policyVersion}`

const seen = (state: State, { _tag }: Event, at: number): State => {
  const isUse = state.usedInterface || !isNoUse.has(_tag)
  return at > state.lastActivity || isUse !== state.usedInterface
    ? { ...state, lastActivity: Math.max(at, state.lastActivity), usedInterface: isUse }
    : state
}

/** Activity that says nothing of an interface: a phone menu has it too. */
const isNoUse: ReadonlySet<Event["_tag"]> = new Set(["InteractionStarted", "NoticeShown", "TerminalObserved"] as const)

const withSealed = (state: State, where: Place, values: ReadonlyArray<Reference>): State["sealed"] => {
  const sealed = new Map(state.sealed)
  for (const { reference } of values) sealed.set(reference, where)
  return sealed
}

export type Reference = typeof Sealed.Type

const withCall = (state: State, id: CallId, call: Call): State => ({
  ...state,
  calls: new Map(state.calls).set(id, call),
})
