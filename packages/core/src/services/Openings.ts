/**
 * The decisions that the vault asks for before it seals or opens a value: by the policy that binds the Customer at that
 * moment, its contract, the consents of the person and the role of the reader.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as RightsRequest from "../domain/RightsRequest.ts"
import * as StaffRegister from "../domain/StaffRegister.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import type { Access } from "../privacy/AccessLog.ts"
import type { Span } from "../privacy/Ended.ts"
import { type Opening, OpeningPolicy, type Sealing } from "../privacy/OpeningPolicy.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { VaultUnavailable } from "../privacy/VaultError.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import * as Gate from "./internal/Gate.ts"
import * as PersonEnds from "./internal/PersonEnds.ts"
import * as RetentionEnds from "./internal/RetentionEnds.ts"
import { requireSealable } from "./internal/Sealings.ts"
import { linkedWith, requireApart } from "./pseudonyms/linked.ts"
import { NoticedElsewhere } from "./pseudonyms/settings.ts"
import { endedWithPersons, type OfPersons } from "./retention/ended.ts"
import { Required } from "./staff/settings.ts"

const pseudonymIn = (subject: SubjectId) => subject as Uuid as Pseudonym.PseudonymId

const isUuid = Schema.is(Uuid)

/** What the decisions rest on. */
interface Ports {
  readonly store: EventStore["Service"]
  readonly decisions: Decisions.Decisions
  readonly isStaffRequired: boolean
  readonly noticedElsewhere: boolean
  readonly operatorOf: (customer: CustomerId) => CustomerId | undefined
}

/** The decisions, from the event store in force. */
export const layer: Layer.Layer<OpeningPolicy, never, EventStore> = Layer.effect(
  OpeningPolicy,
  Effect.gen(function* () {
    const ports: Ports = {
      store: yield* EventStore,
      decisions: yield* Decisions.make,
      isStaffRequired: yield* Required,
      noticedElsewhere: yield* NoticedElsewhere,
      operatorOf: yield* Declarations.OperatorOf,
    }
    return { check: checkOpening(ports), checkSealing: checkSealing(ports), ...endings(ports) }
  }),
)

const reading = <A>(effect: Effect.Effect<A, { readonly _tag: string }>) =>
  Effect.mapError(effect, ({ _tag }) => new VaultUnavailable({ store: "eventLog", cause: _tag }))

const pseudonymOf = ({ decisions }: Ports, customer: CustomerId, subject: SubjectId) =>
  Effect.map(reading(decisions.load(Pseudonym.aggregate, customer, subject)), ({ state }) => state)

// Opening

const checkOpening = (ports: Ports) => {
  const { decisions, isStaffRequired, operatorOf } = ports

  /** A value opens for a right of a person where the matter is a request that was received. */
  const requireRequest = Effect.fnUntraced(function* (customer: CustomerId, matter: string | undefined) {
    const isReceived =
      isUuid(matter) && (yield* reading(decisions.load(RightsRequest.aggregate, customer, matter))).version > 0
    if (isReceived) return
    const accepted = "the id of a request that was received"
    return yield* new Refusal({ rule: "BASIS", command: "OpenValue", field: "matter", accepted })
  })

  /** What the register says of the reader; `undefined` where it is not required. */
  const standingOf = Effect.fnUntraced(function* ({ access, at: millis, customer }: Opening) {
    if (!isStaffRequired || (access.actor.reader ?? "staff") !== "staff") return undefined
    const keeper = operatorOf(customer) ?? customer
    const { state } = yield* reading(decisions.load(StaffRegister.aggregate, keeper, keeper))
    const at = DateTime.makeUnsafe(millis)
    const missions = StaffRegister.missionsAt(state, access.actor.id, at)
    const needing = missions.find(({ purposes }) => purposes.some((purpose) => purpose === access.purpose))
    return { roles: StaffRegister.rolesAt(state, access.actor.id, at), mission: needing?.mission }
  })

  /**
   * An advertising identifier is read beside other data of the person while they consent to it, and for their rights and
   * duties of law always.
   */
  const requireApartToOpen = Effect.fnUntraced(function* (
    { access, at, category, customer, kept, subject }: Opening,
    declared: Declarations.Declared,
    person: Pseudonym.State | undefined,
  ) {
    const policy = declared.policyAt(DateTime.makeUnsafe(at))
    if (category !== "advertisingIdentifier" || Gate.dutiesOfLaw.has(access.purpose)) return
    if (subject === undefined || person === undefined || kept === undefined || policy === undefined) return
    const linked = yield* reading(linkedWith(decisions, customer, pseudonymIn(subject), person))
    yield* requireApart(policy, linked, { command: "OpenValue" }, category, kept)
  })

  return Effect.fn("Openings.check")(function* (opening: Opening) {
    const { customer, subject } = opening
    const declared = yield* reading(decisions.declared(customer))
    const person = subject === undefined ? undefined : yield* pseudonymOf(ports, customer, subject)
    yield* Effect.fromResult(Gate.judgeOpening(opening, declared, person, yield* standingOf(opening)))
    yield* requireApartToOpen(opening, declared, person)
    if (subject !== undefined && opening.access.purpose === "rightsFulfilment") {
      yield* requireRequest(customer, opening.access.matter)
    }
  })
}

// Sealing

const checkSealing = (ports: Ports) => {
  const { decisions } = ports

  const ownerOf = Effect.fnUntraced(function* (customer: CustomerId, subject: SubjectId) {
    const state = yield* pseudonymOf(ports, customer, subject)
    if (state.phase !== "notIssued") return { _tag: "pseudonym", state } as const
    const request = yield* reading(decisions.load(RightsRequest.aggregate, customer, subject))
    return request.version === 0 ? undefined : ({ _tag: "request", id: subject } as const)
  })

  return Effect.fn("Openings.checkSealing")(function* (sealing: Sealing) {
    const { customer, subject } = sealing
    const declared = yield* reading(decisions.declared(customer))
    const owner = yield* ownerOf(customer, subject)
    yield* requireSealable(ports, declared, owner, sealing).pipe(
      Effect.catchIf(
        (error) => error._tag !== "Refusal" && error._tag !== "VaultUnavailable",
        (error) => reading(Effect.fail(error)),
      ),
    )
  })
}

// Ends

const endings = ({ decisions, store }: Ports) => {
  /** Data behind their end are used for the claim or the duty that keeps them, and for nothing else (GDPR 18(2)). */
  const isItsMatter = ({ matter, purpose, reason }: Access, { hold }: RetentionPolicy.Keeper) =>
    (purpose === "legalClaims" || purpose === "legalCompliance") &&
    (hold === undefined ? reason === "legalDuty" && matter !== undefined : matter === hold)

  /** The datum that is opened; `undefined` when subjects are located. */
  const datumOf = Effect.fnUntraced(function* ({ at, category, collectedAt, customer, declared, subject }: Opening) {
    if (collectedAt === undefined || subject === undefined) return undefined
    const ends = yield* reading(PersonEnds.of(decisions, customer, subject))
    const datum: RetentionEnds.Datum = { category, collectedAt, at, purposes: declared ?? [], ends }
    return datum
  })

  return {
    retentionEnd: Effect.fn("Openings.retentionEnd")(function* (opening: Opening) {
      const datum = yield* datumOf(opening)
      if (datum === undefined) return undefined
      const declared = yield* reading(decisions.declared(opening.customer))
      return yield* reading(RetentionEnds.usualEnd(decisions, opening.customer, declared, datum))
    }),
    keptBehind: Effect.fn("Openings.keptBehind")(function* (opening: Opening, end: EpochMillis) {
      const { access, customer } = opening
      const datum = yield* datumOf(opening)
      if (datum === undefined) return undefined
      const declared = yield* reading(decisions.declared(customer))
      const keepers = yield* reading(RetentionEnds.keepers(decisions, customer, declared, datum, end))
      if (keepers.length === 0) return undefined
      return keepers.some((keeper) => isItsMatter(access, keeper)) ? "itsMatter" : "held"
    }),
    ended: Effect.fn("Openings.ended")(function* (
      customer: CustomerId,
      spans: ReadonlyArray<Span>,
      spansOf: OfPersons["spansOf"],
      at: EpochMillis,
    ) {
      const declared = yield* reading(decisions.declared(customer))
      const { state } = yield* reading(decisions.load(RetentionPolicy.aggregate, customer, customer))
      return yield* reading(endedWithPersons({ store, customer, spansOf }, { declared, state }, spans, at))
    }),
  }
}
