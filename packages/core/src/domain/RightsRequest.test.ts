import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import { operations } from "../policy/text/parameters/processing.ts"
import { answerDuties, refusalGrounds, requestChannels, rights } from "../policy/text/parameters/rights.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import { dialonce20160629 } from "../policy/versions/index.ts"
import { ArbitraryRightsRequests as Requests } from "@tacet/testing"
import * as RightsRequest from "./RightsRequest.ts"
import {
  type Command,
  runs,
  decider,
  effectiveAt,
  effective,
  holding,
  underGdpr,
  later,
  day,
  refusal,
  received,
  accepted,
  fulfil,
  decisions,
  isAnswer,
  promised,
  countedDue,
} from "./RightsRequest.testing.ts"

describe.each(effective)("a request under $policy", (policy) => {
  const histories = Requests.aHistoryUnder(policy)
  const offered = rights.filter((kind) => policy.parameters.rights.includes(kind))

  // Planted: `channel === "post"` gets two days more (`within: [...answerWithin, "P1M2D"]`).
  it.prop(
    "R-CHANNEL: by whatever channel it comes, it is accepted and due on the same day",
    [received(policy)],
    ({ receipt, situation, state }) => {
      for (const channel of requestChannels) {
        const other = Requests.step(decider.initial, { ...receipt, channel }, situation).after
        expect(other.status).toBe("requestInitiated")
        expect(RightsRequest.dueDate(other)).toBe(RightsRequest.dueDate(state))
      }
    },
    runs,
  )

  // Planted: `locators.length === 0 &&` of `locate` left out, or `if (!isBounded)` negated, or `bound.to <= at` without `=`.
  it.prop(
    "R-LOCATE: by nothing but what the version lists, each with its time, which is accepted",
    [received(policy), Requests.someLocators()],
    ({ at, situation, state }, locatorsAt) => {
      const taken = Requests.ledTo("requestAcknowledged", state, situation, at)!
      const moment = later(at, day)
      const locators = locatorsAt(moment)
      const good =
        (locators.length > 0 || state.request!.registered) &&
        locators.every(
          ({ bound, kind }) =>
            policy.parameters.locators.includes(kind) &&
            (kind === "otherDetails" ||
              (bound !== undefined &&
                DateTime.toEpochMillis(bound.from) < DateTime.toEpochMillis(bound.to) &&
                DateTime.toEpochMillis(bound.to) <= DateTime.toEpochMillis(moment))),
        )
      const { after, events, refusedBy } = Requests.step(
        taken,
        { _tag: "LocateSubject", at: moment, locators },
        situation,
      )
      expect(after.located).toBe(good)
      expect(refusedBy?.startsWith("R-LOCATE") ?? false).toBe(!good)
      // The time bound is in the vault, with the value.
      expect(JSON.stringify(events)).not.toContain("bound")
    },
    runs,
  )

  // Planted: the check of `!state.verified` in `fulfil` left out.
  it.prop(
    "R-VERIFY: nothing is given or changed before requester and data correspond, then it is",
    [histories],
    ({ steps }) => {
      for (const { before, command, events } of steps) {
        if (command._tag !== "FulfilRequest" || events.length === 0) continue
        if (command.outcome._tag === "complaint" || command.outcome._tag === "consentWithdrawal") continue
        const trail = steps
          .slice(
            0,
            steps.findIndex((one) => one.command === command),
          )
          .flatMap((one) => one.events)
        const verifiedAt = trail.findLastIndex(({ _tag }) => _tag === "IdentityVerified")
        const doubtedAt = trail.findLastIndex(({ _tag }) => _tag === "IdentityDoubted")
        expect(verifiedAt).toBeGreaterThan(doubtedAt)
        expect(before.located).toBe(true)
      }
    },
    runs,
  )

  // Planted: `identityEvidence === "onReasonableDoubt"` negated; "customer" verifies what the operator handles.
  it.prop(
    "R-VERIFY: evidence is demanded only on a recorded doubt where the law says so, and only by the party that the version permits",
    [
      received(
        policy,
        offered.filter((kind) => kind !== "complaint" && kind !== "consentWithdrawal"),
      ),
      fc.constantFrom("operator" as const, "mandatedThirdParty" as const, "customer" as const),
      fc.constantFrom(...RightsRequest.VerificationMethod.literals),
      fc.boolean(),
    ],
    ({ at, situation, state }, by, method, doubted) => {
      let taken = Requests.ledTo("requestAcknowledged", state, situation, at)!
      if (doubted) {
        taken = Requests.step(taken, { _tag: "DoubtIdentity", at, doubt: "unusualRequest" }, situation).after
        expect(taken.status).toBe("requestRequiresAction")
      }
      const asked = method === "code" || method === "document"
      const good =
        (by === "customer" ? taken.handler === "customer" : policy.parameters.verifiers.includes(by)) &&
        (!asked || doubted || policy.parameters.identityEvidence === "anyNecessaryCheck")
      const { after } = Requests.step(taken, { _tag: "VerifyIdentity", at, by, method }, situation)
      expect(after.verified).toBe(good)
    },
    runs,
  )

  // Planted: `Deadline.make(event.received, ["P30D"])`; `localDate(command.at, "UTC")`; `late < at` in `overdue`; the
  // suspension left out of `evolve`.
  it.prop(
    "R-1M, R-30D: overdue exactly from the end of the due date on, days of doubt not counted",
    [received(policy, ["access"]), fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 })],
    ({ at, situation, state }, pauses) => {
      const date = Calendar.localDate(at, policy.timeZone)
      const suspended = new Set<PlainDate>()
      let request = Requests.ledTo("requestAcknowledged", state, situation, at)!
      let now = at
      for (const [index, days] of pauses.entries()) {
        const from = Calendar.localDate(now, policy.timeZone)
        now = later(now, days * day)
        const to = Calendar.localDate(now, policy.timeZone)
        // Between commands of even index the identity is in doubt.
        if (index % 2 === 1) for (let one = from; one < to; one = Calendar.addDays(one, 1)) suspended.add(one)
        const command: Command =
          index % 2 === 0
            ? { _tag: "DoubtIdentity", at: now, doubt: "signInMissing" }
            : { _tag: "VerifyIdentity", at: now, by: "operator", method: "document" }
        request = Requests.step(request, command, situation).after
      }
      const due = countedDue(policy, date, suspended)
      const end = Calendar.endOfDay(due, policy.timeZone)
      const open = pauses.length % 2 === 1 && Calendar.localDate(now, policy.timeZone) <= due
      expect(RightsRequest.dueDate(request)).toBe(open ? undefined : due)
      expect(RightsRequest.overdue(request, later(end, -1))).toBe(false)
      expect(RightsRequest.overdue(request, end)).toBe(!open)
      const answeredAt = DateTime.toEpochMillis(now) > DateTime.toEpochMillis(end) ? now : end
      const answered = Requests.step(
        request,
        { _tag: "DeclareNotIdentified", at: answeredAt, by: request.handler!, states: answerDuties },
        situation,
      ).after
      expect(RightsRequest.overdue(answered, later(answeredAt, 400 * day))).toBe(false)
    },
    runs,
  )

  // Planted: `Deadline.extend` replaced by its success without a check; `expected === undefined` accepted.
  it.prop(
    "R-DELAY: put off once, with reason and expected date, on the first due date at the latest, by two months at most",
    [
      received(policy, ["access", "erasure"]),
      fc.subarray(["complexity" as const, "highVolume" as const]),
      fc.option(fc.constantFrom(-1, 0, 1, 30), { nil: undefined }),
      fc.constantFrom(-1, 0),
    ],
    ({ at, situation, state }, reasons, offset, edge) => {
      const date = Calendar.localDate(at, policy.timeZone)
      const due = countedDue(policy, date, new Set())
      const end = Calendar.endOfDay(due, policy.timeZone)
      const moment = later(end, edge)
      const periods = promised[policy.policy]!
      const last = Calendar.earliest(
        periods.map((period) =>
          period === "P30D" ? Calendar.addDays(Calendar.addMonths(date, 2), 30) : Calendar.addMonths(date, 3),
        ),
      )!
      // One day before, on, after the extended due date, or well within it.
      const expected = offset === undefined ? undefined : Calendar.addDays(last, offset === 30 ? -30 : offset)
      const command: Command = {
        _tag: "NotifyDelay",
        at: moment,
        reasons,
        ...(expected === undefined ? {} : { expected }),
      }
      const told = Requests.step(state, command, situation)
      const good = edge === -1 && reasons.length > 0 && expected !== undefined && offset !== 1
      expect(told.events.length).toBe(good ? 1 : 0)
      if (!good) {
        const rule = due < Calendar.addMonths(date, 1) ? "R-30D" : "R-1M"
        expect(["R-DELAY", "R-1M", rule]).toContain(told.refusedBy)
        return
      }
      expect(RightsRequest.dueDate(told.after)).toBe(last)
      expect(RightsRequest.overdue(told.after, end)).toBe(false)
      expect(RightsRequest.overdue(told.after, Calendar.endOfDay(last, policy.timeZone))).toBe(true)
      expect(refusal(told.after, command, situation)).toBe("R-1M")
    },
    runs,
  )

  // Planted: `!refusalGrounds.includes(ground)` left out; `necessities.has(ground)` dropped;
  // `legalReference === undefined` dropped; `kind === "consentWithdrawal"` dropped.
  it.prop(
    "R-REFUSE16, R-LEGAL-LIMIT, R-OBJ-NEC, R-MANAGE: refused on a listed ground that fits, with its law, and on no other",
    [accepted(policy), fc.constantFrom(...refusalGrounds), fc.boolean(), fc.boolean()],
    ({ at, situation, state }, ground, cites, ownLaw) => {
      const { kind, purposes, registered } = state.request!
      const necessity = {
        unlessStrictlyNecessary: ["strictlyNecessary"],
        unlessStrictlyOrLegallyNecessary: ["strictlyNecessary", "legallyNecessary"],
        particularSituation: ["compellingGrounds"],
      }[policy.parameters.objectionTest]
      const needsLaw = ["legalLimit", "legalObligation", "legalClaims", "legallyNecessary", "notRequiredByLocalLaw"]
      const good =
        policy.parameters.refusalGrounds.includes(ground) &&
        kind !== "complaint" &&
        kind !== "consentWithdrawal" &&
        !(kind === "objection" && purposes.includes("directMarketing")) &&
        !(registered && (kind === "access" || kind === "rectification")) &&
        (!["strictlyNecessary", "legallyNecessary", "compellingGrounds"].includes(ground) ||
          (kind === "objection" && necessity.includes(ground))) &&
        (ground !== "legalObligation" || kind === "erasure") &&
        (!["legalObligation", "legalLimit"].includes(ground) ||
          kind !== "erasure" ||
          situation.holdings.every(({ keptBy }) => keptBy !== undefined)) &&
        (!needsLaw.includes(ground) || cites) &&
        (ground !== "notRequiredByLocalLaw" || ownLaw)
      const command: Command = {
        _tag: "RefuseRequest",
        at,
        by: state.handler!,
        ground,
        reasons: Requests.reasons,
        states: answerDuties,
        ...(cites
          ? { legalReference: Requests.legalReference, held: situation.holdings.map(({ reference }) => reference) }
          : {}),
        ...(ownLaw ? { localLaw: { country: "CH", reference: Requests.legalReference } } : {}),
      }
      const context = situation
      const { after, refusedBy } = Requests.step(state, command, context)
      expect([ground, kind, after.status === "requestRejected"]).toEqual([ground, kind, good])
      if (good)
        for (const duty of policy.parameters.answerDuties) {
          const owed = duty !== "legalReference" || cites
          const states = answerDuties.filter((one) => one !== duty)
          expect(refusal(state, { ...command, states }, context) === "").toBe(!owed)
        }
      if (
        kind === "objection" &&
        !purposes.includes("directMarketing") &&
        policy.parameters.refusalGrounds.includes(ground)
      )
        expect(refusedBy === "R-OBJ-NEC").toBe(
          ["strictlyNecessary", "legallyNecessary", "compellingGrounds"].includes(ground) &&
            !necessity.includes(ground),
        )
    },
    runs,
  )

  // Planted: `unsaid` left out of `fulfil`.
  it.prop(
    "R-COMPLAINT: every answer names the complaint and the court, and a complaint itself is always answered",
    [histories],
    ({ events, situation, state }) => {
      for (const event of events) {
        if (!isAnswer(event) || !("states" in event)) continue
        expect(event.states).toEqual(expect.arrayContaining(["complaintToAuthority", "courtRemedy"]))
      }
      if (state.request?.kind !== "complaint" || !RightsRequest.acceptedIn[state.status].has("FulfilRequest")) return
      expect(refusal(state, fulfil(state, situation, later(DateTime.makeUnsafe(state.lastAt), 1)), situation)).toBe("")
    },
    runs,
  )

  // Planted: `writtenForm === "mayBeRequired"` dropped; "writing" put into `isSuspended`.
  it.prop(
    "R-WRITING: a written form is asked for where the version lets, of access alone, and the clock keeps its start",
    [received(policy, ["access", "erasure"]), fc.integer({ min: 0, max: 20 })],
    ({ at, situation, state }, days) => {
      const taken = Requests.ledTo("requestAcknowledged", state, situation, at)!
      const asked = Requests.step(taken, { _tag: "AskForWriting", at }, situation)
      const may = policy.parameters.writtenForm === "mayBeRequired" && state.request!.kind === "access"
      expect(asked.after.status).toBe(may ? "requestRequiresAction" : "requestAcknowledged")
      expect(RightsRequest.dueDate(asked.after)).toBe(RightsRequest.dueDate(state))
      if (!may) return
      expect(refusal(asked.after, fulfil(asked.after, situation, at), situation)).not.toBe("")
      const got = Requests.step(asked.after, { _tag: "ReceiveWriting", at: later(at, days * day) }, situation).after
      expect(got.status).toBe("requestRequiredActionPerformed")
      expect(RightsRequest.dueDate(got)).toBe(RightsRequest.dueDate(state))
    },
    runs,
  )

  // Planted: `[...answerWithin, law.answerWithin]` without `...answerWithin`.
  it.prop(
    "R-LOCAL-LAW: the law of the place is recorded, and no answer is later by it than without it",
    [received(policy), fc.constantFrom("P10D" as const, "P28D" as const, "P45D" as const, undefined)],
    ({ receipt, situation, state }, answerWithin) => {
      const reference = "CA Civ Code 1798.130"
      const localLaw = { country: "US", reference, ...(answerWithin === undefined ? {} : { answerWithin }) }
      const abroad = Requests.step(decider.initial, { ...receipt, localLaw }, situation).after
      expect(abroad.request?.country).toBe("US")
      expect(abroad.request?.localLaw).toBe(reference)
      const own = RightsRequest.dueDate(state)!
      const theirs = answerWithin === undefined ? own : Calendar.add(state.request!.received, answerWithin)
      expect(RightsRequest.dueDate(abroad)).toBe(theirs < own ? theirs : own)
    },
    runs,
  )

  // Planted: `rights.includes(kind)` replaced by `true`.
  it.prop(
    "R-ACCESS, R-PORT, R-RECT, R-ERASE, R-RESTRICT, R-OBJECT: each right of the version is granted, none is invented",
    [Requests.aReceiptOf(Requests.aReceipt(policy.at, policy.timeZone)), Requests.someHoldings()],
    (receipt, holdings) => {
      const situation = { policy, holdings }
      const { after, refusedBy } = Requests.step(decider.initial, receipt, situation)
      const isOffered = offered.includes(receipt.kind) || ["complaint", "consentWithdrawal"].includes(receipt.kind)
      expect(refusedBy === undefined).toBe(isOffered)
      if (isOffered) expect(Requests.ledTo("requestFulfilled", after, situation, receipt.at)).toBeDefined()
    },
    runs,
  )

  // Planted: the sizes left out of `equal`: one value too many is let through.
  it.prop(
    "R-ACCESS, R-PORT, R-RECT, R-ERASE, R-ACCESS-LOST, R-RESTRICT, R-OBJECT, WITHDRAW: all of the person's values, none of another's",
    [accepted(policy, offered), fc.uuid({ version: 4 }), fc.nat()],
    ({ at, situation, state }, canary, index) => {
      const whole = fulfil(state, situation, at)
      expect(refusal(state, whole, situation)).toBe("")
      for (const outcome of spoilt(whole.outcome, canary as Uuid, index)) {
        expect(refusal(state, { ...whole, outcome }, situation)).not.toBe("")
      }
      if (whole.outcome._tag === "erasure" && state.request!.registered) {
        const outcome = { ...whole.outcome, signInRemoved: false }
        expect(refusal(state, { ...whole, outcome }, situation)).toBe("R-ACCESS-LOST")
      }
      const { events } = Requests.step(state, whole, situation)
      // A list of values in the log would tie the interactions of a person to each other.
      for (const { reference } of situation.holdings) expect(JSON.stringify(events)).not.toContain(reference)
    },
    runs,
  )

  // Planted: `answeredAt <= at` dropped; `!purposes.includes` negated; `request.registered` left out of `signInWorks`.
  it.prop(
    "R-RESTRICT, R-OBJECT, R-ERASE, WITHDRAW, OPTOUT, R-ACCESS-LOST: a use that the person stopped stays stopped",
    [histories, fc.constantFrom(...operations), fc.constantFrom(-1, 0, 1, day), fc.constantFrom("receipt", "answer")],
    ({ situation, state }, operation, offset, edge) => {
      const { answeredAt, receivedAt, request, status } = state
      if (request === undefined) return
      const from = edge === "answer" && answeredAt !== undefined ? answeredAt : receivedAt
      const at = DateTime.makeUnsafe(from + offset)
      const instant = from + offset
      const done = status === "requestFulfilled" && instant >= answeredAt!
      const kept = operation === "erase"
      for (const purpose of ["directMarketing", "serviceUsageAnalytics", "requestedService"] as const) {
        const named = request.purposes.includes(purpose)
        const denied = (status === "requestRejected" || status === "requestUnfulfilled") && instant >= answeredAt!
        const lifted = state.liftedAt !== undefined && instant >= state.liftedAt
        const stopped = {
          consentWithdrawal: named && !kept && instant >= receivedAt,
          objection: named && !kept && instant >= receivedAt && !denied,
          restriction: done && !lifted && (named || request.purposes.length === 0),
          erasure: done,
          access: false,
          portability: false,
          rectification: false,
          complaint: false,
        }[request.kind]
        expect(RightsRequest.permits(state, { operation, purpose, at })).toBe(!stopped)
      }
      const lost = request.kind === "erasure" && request.registered && status === "requestFulfilled"
      expect(RightsRequest.signInWorks(state)).toBe(!lost)
      if (lost) expect(situation.policy.parameters.erasedAccount).toBe("signInFails")
    },
    runs,
  )

  // Planted: "consentWithdrawal" taken out of `answersAnybody`: a withdrawal waits for VerifyIdentity.
  it.prop(
    "WITHDRAW, OPTOUT: a withdrawal is accepted at any time, by any channel, and never refused",
    [received(policy, ["consentWithdrawal"]), fc.constantFrom(...requestChannels), fc.constantFrom(...refusalGrounds)],
    ({ at, receipt, situation }, channel, ground) => {
      const { after } = Requests.step(decider.initial, { ...receipt, channel }, situation)
      const taken = Requests.ledTo("requestAcknowledged", after, situation, at)!
      const by = taken.handler!
      const marketing = after.request!.purposes.includes("directMarketing")
      const deny: Command = { _tag: "RefuseRequest", at, by, ground, reasons: Requests.reasons, states: answerDuties }
      expect(refusal(taken, deny, situation)).toBe(marketing ? "OPTOUT" : "WITHDRAW")
      expect(Requests.step(taken, fulfil(taken, situation, at), situation).after.status).toBe("requestFulfilled")
    },
    runs,
  )

  // Planted: "RefuseRequest" added to `requestFulfilled`.
  it.prop(
    "the states of DPV: a command that a status does not accept changes nothing, and a settled request stays settled",
    [histories],
    ({ steps }) => {
      for (const { after, before, command, events } of steps) {
        if (!RightsRequest.acceptedIn[before.status].has(command._tag)) expect(events).toEqual([])
        if (events.length > 0) expect(RightsRequest.statuses).toContain(after.status)
        if (before.status === "requestRejected" || before.status === "duplicate") expect(after).toBe(before)
      }
    },
    runs,
  )

  // Planted and found: a stored form whose time is a second later.
  it.prop(
    "replayed from its stored form it is in the same state",
    [histories],
    ({ events, state }) => {
      const stored = events.map((event) => RightsRequest.codec.encode(event))
      const read = stored.map((event) => Result.getOrThrow(RightsRequest.codec.decodeNew(event)))
      expect(Decider.replay(decider, read)).toEqual(state)
    },
    runs,
  )
})

/** Outcomes that do too little, too much, or to another. */
const spoilt = (outcome: RightsRequest.Outcome, canary: Uuid, index: number): ReadonlyArray<RightsRequest.Outcome> => {
  const without = <A>(list: ReadonlyArray<A>) => list.filter((_, position) => position !== index % list.length)
  const lists = <A>(list: ReadonlyArray<A>, more: A): ReadonlyArray<ReadonlyArray<A>> => [
    ...(list.length > 0 ? [without(list)] : []),
    [...list, more],
  ]
  switch (outcome._tag) {
    case "access":
      return [
        ...lists(outcome.given, canary).map((given) => ({ ...outcome, given })),
        { ...outcome, explains: without(outcome.explains) },
      ]
    case "portability":
      return lists(outcome.given, canary).map((given) => ({ ...outcome, given }))
    case "rectification":
      return [
        { ...outcome, replaced: [] },
        { ...outcome, replaced: [...outcome.replaced, { old: canary, new: outcome.replaced[0]!.old }] },
        { ...outcome, replaced: outcome.replaced.map(({ old }) => ({ old, new: old })) },
        { ...outcome, oldUnreadable: false },
      ]
    case "erasure":
      return [
        ...lists(outcome.erased, canary).map((erased) => ({ ...outcome, erased })),
        { ...outcome, keysDestroyed: false },
      ]
    case "restriction":
      return lists(outcome.restricted, canary).map((restricted) => ({ ...outcome, restricted }))
    case "objection":
    case "consentWithdrawal":
      return lists(outcome.stopped, "errorCorrection" as const).map((stopped) => ({ ...outcome, stopped }))
    case "complaint":
      return [{ _tag: "consentWithdrawal", stopped: [] }]
  }
}

describe.each(holding(({ parameters }) => parameters.requestAddressee === "operator"))(
  "who decides under $policy",
  (policy) => {
    // Planted: `!request.registered &&` left out of `toCustomer`; `command.by === state.handler` left out.
    it.prop(
      "R-TO-OPERATOR: the operator decides every request and asks for the details itself",
      [Requests.aHistoryUnder(policy)],
      ({ events, situation, state, steps }) => {
        expect(events.some(({ _tag }) => _tag === "ForwardedToCustomer")).toBe(false)
        for (const event of events) if (isAnswer(event) && "by" in event) expect(event.by).toBe("operator")
        const [receipt] = steps
        if (receipt!.events.length === 0) return
        const at = receipt!.command.at
        expect(refusal(receipt!.after, { _tag: "ForwardRequest", at }, situation)).toBe("R-TO-OPERATOR")
        const taken = Requests.step(receipt!.after, { _tag: "TakeRequest", at }, situation).after
        for (const command of decisions(taken, situation, at, "customer")) {
          expect(refusal(taken, command, situation)).toBe("R-TO-OPERATOR")
        }
        const asked = refusal(taken, { _tag: "AskForDetails", at }, situation)
        expect(asked).toBe(state.request!.registered ? "R-LOCATE" : "")
      },
      runs,
    )
  },
)

describe.each(holding(({ parameters }) => parameters.requestAddressee === "customerOfInteraction"))(
  "who decides under $policy",
  (policy) => {
    // Planted: `command.by === state.handler` left out for RefuseRequest.
    it.prop(
      "R-TO-CUSTOMER: of a person without an account the Customer decides, and the operator assists",
      [Requests.aHistoryUnder(policy)],
      ({ events, situation, state, steps }) => {
        if (state.request === undefined) return
        const by = state.request.registered ? "operator" : "customer"
        for (const event of events) if (isAnswer(event) && "by" in event) expect(event.by).toBe(by)
        const at = steps[0]!.command.at
        const taken = refusal(steps[0]!.after, { _tag: "TakeRequest", at }, situation)
        expect(taken).toBe(by === "customer" ? "R-TO-CUSTOMER" : "")
        const forwarded = refusal(steps[0]!.after, { _tag: "ForwardRequest", at }, situation)
        expect(forwarded).toBe(by === "customer" ? "" : "R-TO-OPERATOR")
        const acknowledged = Requests.ledTo("requestAcknowledged", steps[0]!.after, situation, at)!
        for (const command of decisions(acknowledged, situation, at, by === "customer" ? "operator" : "customer")) {
          expect(refusal(acknowledged, command, situation)).toBe(by === "customer" ? "R-TO-CUSTOMER" : "R-TO-OPERATOR")
        }
        expect(refusal(acknowledged, decisions(acknowledged, situation, at, by)[1]!, situation)).toBe("")
        // To assist is not to decide: the operator still finds the data and verifies.
        const locate = Requests.carefulStep(acknowledged, situation, at)
        if (locate._tag === "LocateSubject") expect(refusal(acknowledged, locate, situation)).toBe("")
      },
      runs,
    )
  },
)

describe("by version and date", () => {
  for (const policy of effective) {
    // Planted: "advertisingIdentifier" let through whatever the version lists.
    it.prop(
      `R-LOCATE-AD under ${policy.policy}: an advertising identifier finds data where the version lists it, and nowhere else`,
      [received(policy)],
      ({ at, situation, state }) => {
        const taken = Requests.ledTo("requestAcknowledged", state, situation, at)!
        const value = { reference: Requests.reasons, category: "advertisingIdentifier" as const }
        const bound = { from: later(at, -day), to: at }
        const command: Command = {
          _tag: "LocateSubject",
          at,
          locators: [{ kind: "advertisingIdentifier", value, bound }],
        }
        expect(refusal(taken, command, situation)).toBe(policy.policy === "dialonce/2019-03-05" ? "" : "R-LOCATE-AD")
      },
      runs,
    )
  }

  // Planted and found: grounds that the law does not list kept beside those that it does.
  it.prop(
    "R-REFUSE16: the 2016 version's ground of impracticality is refused once the law applies",
    [accepted(effective[0]!, ["erasure"])],
    ({ at, situation, state }) => {
      const command: Command = {
        _tag: "RefuseRequest",
        at,
        by: "operator",
        ground: "impractical",
        reasons: Requests.reasons,
        states: answerDuties,
      }
      expect(refusal(state, command, situation)).toBe("")
      const policy = effectiveAt(dialonce20160629, "2018-05-25T00:00:00Z")
      expect(refusal(state, { ...command, at: policy.at }, { ...situation, policy })).toBe("R-REFUSE16")
    },
    runs,
  )

  it("R-1M: a request of 31 January is due on the last of February, thirty days would be March", () => {
    const policy = underGdpr[1]!
    const at = DateTime.makeUnsafe("2022-01-31T12:00:00Z")
    const receipt = fc.sample(Requests.aReceiptOf(fc.constant(at), ["access"]), { numRuns: 1, seed: 1 })[0]!
    const { after } = Requests.step(decider.initial, receipt, { policy, holdings: [] })
    expect(RightsRequest.dueDate(after)).toBe("2022-02-28")
    expect(RightsRequest.overdue(after, DateTime.makeUnsafe("2022-02-28T22:59:59.999Z"))).toBe(false)
    expect(RightsRequest.overdue(after, DateTime.makeUnsafe("2022-02-28T23:00:00Z"))).toBe(true)
  })
})
