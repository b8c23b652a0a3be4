/**
 * The state of a disclosure, and how its events change it.
 */
import * as DateTime from "effect/DateTime"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Event, TransferRequested } from "./events.ts"

// State

/** A disclosure as far as it has come. */
export interface State {
  readonly status: "none" | "requested" | "authorised" | "refused" | "executed"
  readonly request: typeof TransferRequested.Type | undefined
  /** The safeguard under which it crosses a border; `undefined` where it crosses none. */
  readonly carried: { readonly article: string; readonly act: string | undefined } | undefined
  /** The rules that refused it; none where nothing did. */
  readonly refusedBy: ReadonlyArray<string>
  readonly executedAt: number
  readonly notices: ReadonlySet<Uuid>
}

/** A disclosure before its request. */
export const initial: State = {
  status: "none",
  request: undefined,
  carried: undefined,
  refusedBy: [],
  executedAt: 0,
  notices: new Set(),
}

/** The answer to a person who asks for the safeguard of a disclosure. */
export interface SafeguardCopy {
  /** The article that the disclosure rests on. */
  readonly article: string
  /** The reference of the document: the recorded one, or a published act. */
  readonly document: string
}

/**
 * The safeguard under which data left the EEA, to be given to anyone who asks for a copy (SAFEGUARD-COPY, GDPR
 * 13(1)(f)); `undefined` where they did not leave it.
 *
 * @rule SAFEGUARD-COPY
 *
 * @example
 * ```ts
 * import { Transfer } from "@tacet/core/domain"
 *
 * const none = Transfer.safeguardOf(Transfer.initial) // => undefined
 * ```
 */
export const safeguardOf = ({ carried, request }: State): SafeguardCopy | undefined => {
  if (carried === undefined) return undefined
  const recorded = request?.safeguard?.reference.trim()
  const document = recorded === undefined || recorded === "" ? carried.act : recorded
  return document === undefined ? undefined : { article: carried.article, document }
}

// Evolve

export const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "TransferRequested":
      return { ...state, status: "requested", request: event }
    case "TransferAuthorised":
      return {
        ...state,
        status: "authorised",
        carried: event.article === undefined ? undefined : { article: event.article, act: event.act },
      }
    case "TransferRefused":
      return { ...state, status: "refused", refusedBy: event.rules }
    case "TransferExecuted":
      return { ...state, status: "executed", executedAt: DateTime.toEpochMillis(event.occurredAt) }
    case "RecipientNotified":
    case "NoticeImpossible":
      return { ...state, notices: new Set(state.notices).add(event.notice) }
  }
}
