/**
 * Joins a request that says the same as an earlier one of the person to it: it is answered with it, and due no later. Both
 * are recorded in one commit, so a crash joins neither or both.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as RightsRequest from "../../domain/RightsRequest.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Retry from "../../eventsourcing/Retry.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import * as Declarations from "../internal/Declarations.ts"
import { contextOf, type Ports, type RequestRef } from "./records.ts"

/** Joins a request to the earlier one; the same again has no further effect. */
export const join = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.join")(function* (duplicate: RequestRef, original: RightsRequest.RequestId) {
    if (duplicate.request === original) {
      const accepted = "two requests: the one that came in again, and the earlier one"
      return yield* new Refusal({ rule: "TACET-ONCE", command: "MarkDuplicate", field: "original", accepted })
    }
    yield* Retry.whileFailing(joinOnce(ports, duplicate, original), ({ _tag }) => _tag === "VersionConflict")
  })

const joinOnce = Effect.fnUntraced(function* (
  ports: Ports,
  { customer, request }: RequestRef,
  original: RightsRequest.RequestId,
) {
  const { decisions, store } = ports
  const at = yield* DateTime.now
  const declared = yield* decisions.declared(customer)
  const context = contextOf(ports, customer, yield* Declarations.bound(declared, "MarkDuplicate", at))
  const again = yield* decisions.load(RightsRequest.aggregate, customer, request)
  const earlier = yield* decisions.load(RightsRequest.aggregate, customer, original)
  if (earlier.state.duplicates.has(request)) return
  const accepted = yield* decided(
    earlier.state,
    { _tag: "AcceptDuplicate", at, duplicate: request },
    { ...context, other: again.state },
  )
  const marked = yield* decided(
    again.state,
    { _tag: "MarkDuplicate", at, original },
    { ...context, other: earlier.state },
  )
  yield* store.append({
    customer,
    commitId: yield* Uuid.next,
    writes: [
      { stream: RightsRequest.streamOf(original), expected: Expected.exact(earlier.version), events: accepted },
      { stream: RightsRequest.streamOf(request), expected: Expected.exact(again.version), events: marked },
    ],
    checks: [Declarations.check(customer, declared)],
  })
})

const decided = (state: RightsRequest.State, command: RightsRequest.Command, context: RightsRequest.Context) =>
  Effect.map(
    Effect.fromResult(CommandHandler.decideOne(RightsRequest.aggregate, state, command, context)),
    ({ stored }) => stored,
  )
