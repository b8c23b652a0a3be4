/**
 * Notifies the recipients of disclosures that data was erased, rectified or restricted (GDPR 19).
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { RecipientId } from "../../domain/Recipient.ts"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import * as Transfer from "../../domain/Transfer.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { type Disclosed, type Ports, type RequestRef } from "./records.ts"

/** A recipient who has to be notified of an erasure, a rectification or a restriction. */
export interface Notice {
  readonly customer: CustomerId
  readonly transfer: Transfer.TransferId
  readonly recipient: RecipientId
  readonly cause: typeof Transfer.NoticeCause.Type
  /** The request that it is about. */
  readonly request: RightsRequest.RequestId
}

/** The result of a notification. */
export type Notification = "notified" | "impossible" | "disproportionateEffort"

/**
 * Notifies a recipient, and answers the result; it may be called again for the same notice. Default: no recipient is
 * notified, and `fulfil` answers the disclosures whose recipients have to be.
 */
export const NotifyRecipient: Context.Reference<((notice: Notice) => Effect.Effect<Notification>) | undefined> =
  Context.Reference<((notice: Notice) => Effect.Effect<Notification>) | undefined>(
    "@tacet/core/services/DataSubjectRequests/NotifyRecipient",
    { defaultValue: () => undefined },
  )

/** Notifies the recipients of disclosures, and answers the disclosures whose recipients were not notified. */
export const notify = Effect.fnUntraced(function* (
  { decisions }: Ports,
  { customer, request }: RequestRef,
  cause: Notice["cause"],
  disclosures: ReadonlyArray<Pick<Disclosed, "recipient" | "transfer">>,
) {
  const notifyRecipient = yield* NotifyRecipient
  if (notifyRecipient === undefined) return disclosures.map(({ transfer }) => transfer)
  for (const { recipient, transfer } of disclosures) {
    const { state: before } = yield* decisions.load(Transfer.aggregate, customer, transfer)
    if (before.notices.has(request)) continue
    const result = yield* notifyRecipient({ customer, transfer, recipient, cause, request })
    const notice = { at: yield* DateTime.now, notice: request, cause }
    yield* decisions.handleBy(Transfer.aggregate, { customer, id: transfer }, (state) =>
      Transfer.decideNotice(
        state,
        result === "notified"
          ? { _tag: "NotifyRecipient", ...notice }
          : { _tag: "DeclareNoticeImpossible", ...notice, reason: result },
      ),
    )
  }
  return []
})
