/**
 * The commands of a request, the facts that a decision about one needs, and the status in which each is accepted.
 */
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as Calendar from "../../calendar/Calendar.ts"
import { Period } from "../../calendar/Period.ts"
import { PlainDate } from "../../calendar/PlainDate.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import { Uuid } from "../../eventsourcing/Uuid.ts"
import type * as Competence from "../../policy/binding/Competence.ts"
import type { EffectivePolicy } from "../../policy/binding/EffectivePolicy.ts"
import { Purpose } from "../../policy/checks/Purpose.ts"
import { Locator, RefusalGround, Right } from "../../policy/text/parameters/rights.ts"
import { Sealed } from "../../privacy/Sealed.ts"
import { Country } from "../Recipient.ts"
import { type Holding, LegalReference, Outcome } from "./outcome.ts"
import type { Event } from "./events.ts"
import {
  DelayReason,
  Doubt,
  Handler,
  IdentityVerified,
  RequestId,
  RequestReceived,
  type Status,
  SubjectChoice,
  VerificationMethod,
  RequestFulfilled,
} from "./events.ts"
import type { State } from "./state.ts"

const at = Schema.DateTimeUtc

const place = { country: Country, reference: LegalReference }
/** The rule of the place that a request comes from, where it differs from the policy's (R-LOCAL-LAW). */
const localLaw = Schema.optionalKey(Schema.Struct(place))
const { states } = RequestFulfilled.fields

/** The commands of a request. `at` is the moment at which it happened. */
export const Command = Schema.Union([
  Schema.TaggedStruct("ReceiveRequest", {
    at,
    kind: Right,
    channel: RequestReceived.fields.channel,
    requester: Uuid,
    registered: Schema.Boolean,
    purposes: Schema.Array(Purpose),
    /** The country that it comes from. */
    country: Schema.optionalKey(Country),
    localLaw: Schema.optionalKey(Schema.Struct({ ...place, answerWithin: Schema.optionalKey(Period) })),
  }),
  Schema.TaggedStruct("TakeRequest", { at }),
  Schema.TaggedStruct("ForwardRequest", { at }),
  Schema.TaggedStruct("AskForWriting", { at }),
  Schema.TaggedStruct("ReceiveWriting", { at }),
  Schema.TaggedStruct("AskForDetails", { at }),
  Schema.TaggedStruct("DoubtIdentity", { at, doubt: Doubt }),
  Schema.TaggedStruct("VerifyIdentity", { at, by: IdentityVerified.fields.by, method: VerificationMethod }),
  Schema.TaggedStruct("LocateSubject", {
    at,
    locators: Schema.Array(
      Schema.Struct({
        kind: Locator,
        value: Sealed,
        /** The time in which the value belonged to the person. */
        bound: Schema.optionalKey(Schema.Struct({ from: Schema.DateTimeUtc, to: Schema.DateTimeUtc })),
      }),
    ),
    choice: Schema.optionalKey(SubjectChoice),
  }),
  Schema.TaggedStruct("DeclareNotIdentified", { at, by: Handler, states }),
  Schema.TaggedStruct("NotifyDelay", {
    at,
    reasons: Schema.Array(DelayReason),
    expected: Schema.optionalKey(PlainDate),
  }),
  Schema.TaggedStruct("FulfilRequest", { at, by: Handler, outcome: Outcome, localLaw, states }),
  Schema.TaggedStruct("RefuseRequest", {
    at,
    by: Handler,
    ground: RefusalGround,
    reasons: Uuid,
    legalReference: Schema.optionalKey(LegalReference),
    /** The values that a legal ground holds. */
    held: Schema.optionalKey(Schema.Array(Uuid)),
    localLaw,
    states,
  }),
  Schema.TaggedStruct("LiftRestriction", { at, informed: Schema.Boolean }),
  Schema.TaggedStruct("AcceptDuplicate", { at, duplicate: RequestId }),
  Schema.TaggedStruct("MarkDuplicate", { at, original: RequestId }),
])

export type Command = typeof Command.Type

export type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

/** The law of the place that a request comes from, where it differs (R-LOCAL-LAW). */
export interface LocalLaw extends Competence.LocalLaw {
  /** The time within which that law has a request answered. */
  readonly answerWithin?: Period
}

/** The facts that a decision needs beside the request itself. */
export interface Context {
  /** The policy that binds the moment of the command. */
  readonly policy: EffectivePolicy
  /** Moves a due date on a holiday or weekend to the next working day, in decisions as in `dueDate` and `overdue`. */
  readonly holidays?: Calendar.HolidayTable
  /** All values of the person who was located, and of no other person. */
  readonly holdings?: ReadonlyArray<Holding>
  /** The other request, where one is said to be the duplicate of the other; both are appended in one commit. */
  readonly other?: State
}

/** The commands accepted in each status; all others are refused. */
export const acceptedIn: Readonly<Record<Status, ReadonlySet<Command["_tag"]>>> = (() => {
  const handled = [
    "AskForWriting",
    "AskForDetails",
    "DoubtIdentity",
    "VerifyIdentity",
    "LocateSubject",
    "DeclareNotIdentified",
    "NotifyDelay",
    "RefuseRequest",
    "AcceptDuplicate",
    "MarkDuplicate",
  ] as const
  const answerable = new Set<Command["_tag"]>([...handled, "FulfilRequest"])
  return {
    none: new Set(["ReceiveRequest"]),
    requestInitiated: new Set(["TakeRequest", "ForwardRequest", "NotifyDelay", "MarkDuplicate"]),
    requestAcknowledged: answerable,
    requestRequiresAction: new Set([...handled, "ReceiveWriting"]),
    requestRequiredActionPerformed: answerable,
    requestAccepted: answerable,
    requestActionDelayed: answerable,
    requestFulfilled: new Set(["LiftRestriction"]),
    requestUnfulfilled: new Set(["LocateSubject"]),
    requestRejected: new Set<Command["_tag"]>(),
    duplicate: new Set<Command["_tag"]>(),
  }
})()

export type Decision = Result.Result<ReadonlyArray<Event>, Refusal>
