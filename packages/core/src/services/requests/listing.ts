/**
 * Lists the requests that wait for an answer, with the date at which it is due (R-1M, R-30D).
 */
import * as Effect from "effect/Effect"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as RightsRequest from "../../domain/RightsRequest.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { momentOrNow } from "../internal/Moments.ts"
import type { Ports } from "./records.ts"

/** A request without an answer. */
export interface OpenRequest {
  readonly request: RightsRequest.RequestId
  readonly kind: (typeof RightsRequest.RequestReceived.Type)["kind"]
  readonly status: RightsRequest.Status
  readonly handler: RightsRequest.Handler | undefined
  readonly receivedAt: EpochMillis
  /** `undefined` while the time is suspended. */
  readonly due: PlainDate | undefined
  /** Whether the due date is past. */
  readonly late: boolean
  /** An open request of the same person that says the same: the two may be joined. */
  readonly sameAs?: RightsRequest.RequestId
}

/** The requests of a Customer's people that have no answer yet, in the order of their receipt. */
export const listOpen = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.open")(function* (customer: CustomerId, options?: { readonly at?: EpochMillis }) {
    const at = yield* momentOrNow("DataSubjectRequests.open", options?.at)
    const filter = { streamKinds: [RightsRequest.streamKind], eventTypes: ["RequestReceived"] }
    const open: Array<OpenRequest> = []
    const claims = new Map<string, RightsRequest.RequestId>()
    for (let after = 0; ;) {
      const { events, head, through } = yield* ports.store.readLog(customer, { after, filter })
      for (const { stream } of events) {
        const request = stream.id as RightsRequest.RequestId
        const { state } = yield* ports.decisions.load(RightsRequest.aggregate, customer, request)
        const { answeredAt, handler, receivedAt, status } = state
        if (state.request === undefined || answeredAt !== undefined || status === "duplicate") continue
        const holidays = ports.holidaysOf(customer)
        const due = RightsRequest.dueDate(state, holidays)
        const late = RightsRequest.overdue(state, at, holidays)
        const { kind } = state.request
        const claim = RightsRequest.claimOf(state.request)
        const sameAs = claims.get(claim)
        if (sameAs === undefined) claims.set(claim, request)
        const same = sameAs === undefined ? {} : { sameAs }
        open.push({ request, kind, status, handler, receivedAt, due, late, ...same })
      }
      after = through
      if (through >= head) return open.sort((one, other) => one.receivedAt - other.receivedAt)
    }
  })
