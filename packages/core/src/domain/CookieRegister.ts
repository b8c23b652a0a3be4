/**
 * The register of the cookies of an operator's own sites: which is set by which party for what purpose and how long, since
 * when and until when (COOKIE-PURPOSE, COOKIE-CTRL, RET-COOKIE6M, VENDOR-OPTOUT), and the document with the rules on cookies
 * where the policy leaves them to one (COOKIE-DOC). A cookie that the policy does not allow is refused before it is set.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as Cookie from "../policy/checks/Cookie.ts"
import { CookiePurpose } from "../policy/text/parameters/protection.ts"
import { CookieConsequence, CookieName, PartyName } from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { DocumentReference } from "./Recipient.ts"

// Stream

/** The kind of the register's stream. */
export const streamKind = "cookie-register"

/** The stream of the register in an operator's compartment. */
export const streamOf = (operator: CustomerId): StreamId => ({ kind: streamKind, id: operator })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A cookie is set from now on. */
export const CookieDeclared = Schema.TaggedStruct("CookieDeclared", {
  occurredAt,
  ...Cookie.Cookie.fields,
  name: CookieName,
  setBy: PartyName,
  consequence: Schema.optionalKey(CookieConsequence),
})
/** It is set no longer, from now on. */
export const CookieRemoved = Schema.TaggedStruct("CookieRemoved", { occurredAt, name: CookieName })
/** The document with the rules on cookies is published, with the purposes that it lists (COOKIE-DOC). */
export const CookieRulesPublished = Schema.TaggedStruct("CookieRulesPublished", {
  occurredAt,
  document: DocumentReference,
  purposes: Schema.Array(CookiePurpose),
})

/** How the events of the register are stored. */
export const codec = EventCodec.make(streamKind, [CookieDeclared, CookieRemoved, CookieRulesPublished])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A cookie of the register. Moments in epoch milliseconds. */
export interface Entry {
  readonly cookie: typeof CookieDeclared.Type
  readonly from: number
  /** `Infinity` while it is set. */
  readonly to: number
}

/** The register: every cookie that was ever set, and every document, each in the order of the entries. */
export interface State {
  readonly entries: ReadonlyArray<Entry>
  readonly documents: ReadonlyArray<typeof CookieRulesPublished.Type>
}

/** The register before its first entry. */
export const initial: State = { entries: [], documents: [] }

/**
 * The cookies that are set at a moment.
 *
 * @example
 * ```ts
 * import { CookieRegister } from "@tacet/core/domain"
 * import * as DateTime from "effect/DateTime"
 *
 * CookieRegister.cookiesAt(CookieRegister.initial, DateTime.makeUnsafe(0)) // => []
 * ```
 */
export const cookiesAt = ({ entries }: State, at: DateTime.Utc): ReadonlyArray<typeof CookieDeclared.Type> => {
  const instant = DateTime.toEpochMillis(at)
  return entries.flatMap(({ cookie, from, to }) => (from <= instant && instant < to ? [cookie] : []))
}

/** The document with the rules on cookies at a moment: the latest one published by then. */
export const documentAt = ({ documents }: State, at: DateTime.Utc): typeof CookieRulesPublished.Type | undefined =>
  documents.findLast((document) => DateTime.isLessThanOrEqualTo(document.occurredAt, at))

// Evolve

const evolve = (state: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "CookieDeclared":
      return { ...state, entries: [...state.entries, { cookie: event, from: at, to: Number.POSITIVE_INFINITY }] }
    case "CookieRemoved":
      return {
        ...state,
        entries: state.entries.map((entry) =>
          isOpen(entry) && entry.cookie.name === event.name ? { ...entry, to: at } : entry,
        ),
      }
    case "CookieRulesPublished":
      return { ...state, documents: [...state.documents, event] }
  }
}

const isOpen = ({ to }: Entry): boolean => to === Number.POSITIVE_INFINITY

// Commands

const at = Schema.DateTimeUtc
const { _tag: _, occurredAt: __, ...cookie } = CookieDeclared.fields
const { _tag: ___, occurredAt: ____, ...rules } = CookieRulesPublished.fields

/** The commands on the register. */
export const Command = Schema.Union([
  Schema.TaggedStruct("DeclareCookie", { at, ...cookie }),
  Schema.TaggedStruct("RemoveCookie", { at, name: CookieName }),
  Schema.TaggedStruct("PublishCookieRules", { at, ...rules }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
}

// Decide

const decide = (state: State, command: Command, { policy }: Context): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const occurredAt = command.at
  const latest = [
    ...state.entries.map(({ cookie: { occurredAt: from } }) => from),
    ...state.documents.map((one) => one.occurredAt),
  ]
  if (latest.some((from) => DateTime.isLessThan(occurredAt, from))) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last entry")
  }
  if (command._tag === "PublishCookieRules") {
    const { document, purposes } = command
    const published = documentAt(state, occurredAt)
    if (published?.document === document && sameList(published.purposes, purposes)) return nothing
    const event = { _tag: "CookieRulesPublished" as const, occurredAt, document, purposes }
    return Result.flatMap(Cookie.publishRules(policy), () => record(event))
  }
  const open = state.entries.find((entry) => isOpen(entry) && entry.cookie.name === command.name)
  if (command._tag === "RemoveCookie") {
    return open === undefined ? nothing : record({ _tag: "CookieRemoved", occurredAt, name: command.name })
  }
  const { _tag: _command, at: _at, ...wanted } = command
  const event = { _tag: "CookieDeclared" as const, occurredAt, ...wanted }
  if (open !== undefined) {
    return same({ ...open.cookie, occurredAt }, event)
      ? nothing
      : refuse("TACET-ONCE", command, "name", "a cookie that is removed before it is declared with other content")
  }
  return Result.flatMap(Cookie.declare(policy, wanted, documentAt(state, occurredAt)), () => record(event))
}

const same = Schema.toEquivalence(CookieDeclared)
const sameList = Schema.toEquivalence(CookieRulesPublished.fields.purposes)

/** The decider of the register. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
