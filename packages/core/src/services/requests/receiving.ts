/**
 * Receives a request: fixes when its answer is due, and hands it to the party that answers it. A person whom the channel
 * shows is taken into it at once.
 */
import * as Effect from "effect/Effect"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import type * as RightsRequest from "../../domain/RightsRequest.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import * as Declarations from "../internal/Declarations.ts"
import { linkedWith } from "../pseudonyms/linked.ts"
import { momentOrNow } from "../internal/Moments.ts"
import { locating } from "./locating.ts"
import { decide, foresee, keep, type Ports, stateOf } from "./records.ts"
import { stopPurposes } from "./stopping.ts"

/** A received request. */
export interface Received {
  readonly customer: CustomerId
  /** The id of the request: draw it at random. Repeating the same request has no further effect. Default: a new one. */
  readonly request?: RightsRequest.RequestId
  readonly kind: (typeof RightsRequest.RequestReceived.Type)["kind"]
  readonly channel: (typeof RightsRequest.RequestReceived.Type)["channel"]
  /** Who asks: an id, the same for all requests of one person. */
  readonly requester: Uuid.Uuid
  /** Whether the person has an account with the operator. Default: in the operator's own compartment alone. */
  readonly registered?: boolean
  /** The purposes of an objection or a withdrawal; of a restriction, where it is not of all. Default: none. */
  readonly purposes?: ReadonlyArray<Purpose>
  /** The country that it comes from, by its ISO 3166 code. Default: that of `localLaw`, else none is recorded. */
  readonly country?: string
  /** The law of that country, where it differs from the policy's: both are obeyed, and it is recorded (R-LOCAL-LAW). */
  readonly localLaw?: RightsRequest.LocalLaw
  /**
   * The pseudonyms of the person, where the one who asks shows them: a registered person, or one who asks in the settings of
   * an application. They are taken into the request, and an objection or a withdrawal stops its purposes before the request
   * is recorded (R-OBJECT). Default: none, and the person is located by `locate` and `choose`.
   */
  readonly pseudonyms?: ReadonlyArray<Pseudonym.PseudonymId>
  /** Default: now. */
  readonly at?: EpochMillis
}

/** Records a request, and assigns it to the party that answers it; takes a person who is known into it. */
export const receive = (ports: Ports) =>
  Effect.fn("DataSubjectRequests.receive")(function* (asked: Received) {
    const declared = yield* ports.decisions.declared(asked.customer)
    // Persons in the operator's own compartment are registered with it.
    const { registered = declared.state.isOwn } = asked
    const received: Received = { ...asked, registered }
    const { channel, country, customer, kind, localLaw, requester } = received
    const { pseudonyms = [], purposes = [] } = received
    const request = received.request ?? ((yield* Uuid.next) as RightsRequest.RequestId)
    const which = { customer, request }
    // A repetition without a moment means the moment at which it was received.
    const known = yield* stateOf(ports, which)
    const moment = received.at ?? (known.request === undefined ? undefined : known.receivedAt)
    const at = yield* momentOrNow("ReceiveRequest", moment)
    const from = { ...(country === undefined ? {} : { country }), ...(localLaw === undefined ? {} : { localLaw }) }
    const said = { kind, channel, requester, registered, purposes, ...from }
    const command: RightsRequest.Command = { _tag: "ReceiveRequest", at, ...said }
    // Purposes are stopped before the persons are recorded: a repetition after that, or after an answer, stops nothing.
    const isStopped = known.located || known.answeredAt !== undefined || known.status === "duplicate"
    // By then the persons may be erased: the request itself may have asked for that.
    if (!isStopped) yield* requireKnown(ports, received)
    yield* foresee(ports, which, command)
    const persons = known.located ? [] : yield* linkedTo(ports, customer, pseudonyms)
    if (!isStopped) yield* stopPurposes(ports, { ...which, kind, purposes, from: at }, persons)
    yield* decide(ports, which, command)
    const { parameters } = yield* Declarations.bound(declared, "ReceiveRequest", at)
    const toCustomer = !registered && parameters.requestAddressee === "customerOfInteraction"
    yield* decide(ports, which, { _tag: toCustomer ? "ForwardRequest" : "TakeRequest", at })
    if (persons.length > 0 && !(yield* stateOf(ports, which)).located) {
      const list = yield* keep(ports, which, "accountIdentifier", JSON.stringify({ taken: persons, leftOut: [] }))
      yield* decide(ports, which, locating(at, [], [], { list, taken: persons.length, leftOut: 0 }))
    }
    return which.request
  })

/** The pseudonyms with those that are linked with them, as far as they were not erased: the log says that they are one person's. */
const linkedTo = Effect.fnUntraced(function* (
  { decisions, pseudonyms: states }: Ports,
  customer: CustomerId,
  pseudonyms: ReadonlyArray<Pseudonym.PseudonymId>,
) {
  const found = new Set<Pseudonym.PseudonymId>()
  for (const pseudonym of pseudonyms) {
    const linked = yield* linkedWith(decisions, customer, pseudonym, yield* states.stateOf({ customer, pseudonym }))
    for (const [one, { phase }] of linked) if (phase === "live" || phase === "restricted") found.add(one)
  }
  return Array.from(found)
})

/** Refused for pseudonyms that were not shown to be the requester's: others are located by what the person brings. */
const requireKnown = Effect.fnUntraced(function* (ports: Ports, received: Received) {
  const { channel, customer, pseudonyms = [], registered = false } = received
  if (pseudonyms.length === 0) return
  const refuse = (accepted: string) =>
    Effect.fail(new Refusal({ rule: "R-LOCATE", command: "ReceiveRequest", field: "pseudonyms", accepted }))
  if (!registered && channel !== "settings") {
    return yield* refuse("those of a registered person, or of one who asks in the settings: else locate and choose")
  }
  for (const pseudonym of pseudonyms) {
    const { phase } = yield* ports.pseudonyms.stateOf({ customer, pseudonym })
    if (phase !== "live" && phase !== "restricted") return yield* refuse("pseudonyms that were issued and not erased")
  }
})
