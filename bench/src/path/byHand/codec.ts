/**
 * How events are stored, by hand: each is checked field by field before it is written and after it was parsed, by the rules of
 * `Interaction.codec`. What a name may hold is asked of the same function, `Identifier.nameViolation`.
 */
import { Identifier } from "@tacet/core/domain"
import type { Event, Trigger } from "./Interaction.ts"

/** An event as the log takes it. */
export interface NewEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly occurredAt: number
  readonly data: string
}

type Fields = Readonly<Record<string, unknown>>

/** For the log. Throws where the event does not fit: that is a mistake of the program. */
export const encode = (event: Event): NewEvent => {
  const { at, type, ...payload } = event
  if (!fits(type, payload) || !isMoment(at)) throw new Error(`An event ${type} does not fit its format`)
  return { type, schemaVersion: 1, occurredAt: at, data: JSON.stringify(payload) }
}

/** From the log. Throws where it cannot be read. */
export const decode = ({ data, occurredAt, schemaVersion, type }: NewEvent): Event => {
  if (schemaVersion !== 1) throw new Error(`An event ${type} has the schema version ${schemaVersion}`)
  let payload: unknown
  try {
    payload = JSON.parse(data)
  } catch {
    payload = undefined
  }
  if (!isObject(payload) || !isMoment(occurredAt) || !fits(type, payload)) {
    throw new Error(`An event ${type} does not fit its format`)
  }
  return eventOf(type as Event["type"], occurredAt, payload)
}

/** The fields that an event has, and no others. */
const eventOf = (type: Event["type"], at: number, fields: Fields): Event => {
  const { asksForPerson, call, disposition, human, kind, legs, linkable, number, policyVersion, reason, step } = fields
  switch (type) {
    case "InteractionStarted": {
      const { interface: shown, scenario, trigger } = fields
      const started = { type, at, trigger: triggerOf(trigger as Trigger), interface: shown }
      return {
        ...started,
        ...(scenario === undefined ? {} : { scenario }),
        linkable,
        policyVersion,
      } as Event
    }
    case "CallInhibited":
      return { type, at }
    case "StepTaken":
      return { type, at, step, kind } as Event
    case "CallPlaced":
      return { type, at, call, number, asksForPerson } as Event
    case "CallAnswered":
      return { type, at, call, human } as Event
    case "CallEnded":
      return { type, at, call, talkSeconds: fields["talkSeconds"], disposition, legs } as Event
    case "InteractionEnded":
      return { type, at, reason } as Event
  }
}

const triggerOf = (trigger: Trigger): Trigger =>
  trigger._tag === "contactRequest"
    ? { _tag: trigger._tag, channel: trigger.channel, entryPoint: trigger.entryPoint }
    : { _tag: trigger._tag, number: trigger.number }

const fits = (type: string, fields: Fields): boolean => {
  switch (type) {
    case "InteractionStarted":
      return (
        isTrigger(fields["trigger"]) &&
        isName(fields["interface"]) &&
        (fields["scenario"] === undefined ? !("scenario" in fields) : isName(fields["scenario"])) &&
        typeof fields["linkable"] === "boolean" &&
        isName(fields["policyVersion"])
      )
    case "CallInhibited":
      return true
    case "StepTaken":
      return isName(fields["step"]) && isOneOf(kinds, fields["kind"])
    case "CallPlaced":
      return isUuid(fields["call"]) && isUuid(fields["number"]) && typeof fields["asksForPerson"] === "boolean"
    case "CallAnswered":
      return isUuid(fields["call"]) && (typeof fields["human"] === "boolean" || fields["human"] === "unknown")
    case "CallEnded": {
      const { legs, talkSeconds } = fields
      return (
        isUuid(fields["call"]) &&
        Number.isFinite(talkSeconds) &&
        (talkSeconds as number) >= 0 &&
        isOneOf(dispositions, fields["disposition"]) &&
        Number.isSafeInteger(legs) &&
        (legs as number) >= 1
      )
    }
    case "InteractionEnded":
      return isOneOf(reasons, fields["reason"])
    default:
      return false
  }
}

const isTrigger = (trigger: unknown): boolean => {
  if (!isObject(trigger)) return false
  const { _tag, channel, entryPoint, number } = trigger
  return _tag === "contactRequest"
    ? isOneOf(channels, channel) && isUuid(entryPoint)
    : (_tag === "outgoingCall" || _tag === "incomingCall") && isUuid(number)
}

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isName = (value: unknown): boolean => typeof value === "string" && Identifier.nameViolation(value) === undefined

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const isUuid = (value: unknown): boolean => typeof value === "string" && uuid.test(value)

const isMoment = (value: number): boolean => Number.isInteger(value) && Math.abs(value) <= 8.64e15

const isOneOf = (values: ReadonlySet<unknown>, value: unknown): boolean => values.has(value)

const channels = new Set(["web", "app", "sms", "qr"])
const kinds = new Set([
  "page",
  "faq",
  "form",
  "menu",
  "webPage",
  "customerArea",
  "thirdPartyPage",
  "appLaunch",
  "message",
  "other",
])
const dispositions = new Set([
  "answered",
  "automated",
  "menuAbandoned",
  "queueAbandoned",
  "shortAbandoned",
  "busy",
  "noAnswer",
  "cancelled",
  "failed",
  "voicemail",
  "closed",
])
const reasons = new Set(["completed", "abandoned", "redirected", "timedOut"])
