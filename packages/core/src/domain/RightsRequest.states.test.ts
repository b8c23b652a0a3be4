import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import fc from "fast-check"
import type { Right } from "../policy/text/parameters/rights.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import { ArbitraryRightsRequests as Requests } from "@tacet/testing"
import * as RightsRequest from "./RightsRequest.ts"
import { type Command, type State, decider, effective, fulfil } from "./RightsRequest.testing.ts"

describe("the states of DPV", () => {
  const policy = effective[0]!
  const at = DateTime.makeUnsafe("2017-03-01T10:00:00Z")
  const holdings = [{ reference: Requests.reasons, portable: true }]
  const situation = { policy, holdings }
  const start = (kind: Right) => {
    const [receipt] = fc.sample(Requests.aReceiptOf(fc.constant(at), [kind]), { numRuns: 1, seed: 3 })
    return Requests.step(decider.initial, { ...receipt!, registered: false }, situation).after
  }
  const original = "5f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as RightsRequest.RequestId
  const then = (state: State, ...commands: ReadonlyArray<Command>) =>
    commands.reduce((current, command) => {
      const next = Requests.step(current, command, { ...situation, other: verified })
      expect(next.refusedBy).toBeUndefined()
      return next.after
    }, state)
  const expected: PlainDate = "2017-05-01"
  const verified = Requests.ledTo("requestAccepted", start("access"), situation, at)!
  const commands = (kind: Right): Readonly<Record<Command["_tag"], Command>> => ({
    ReceiveRequest: fc.sample(Requests.aReceiptOf(fc.constant(at), [kind]), { numRuns: 1, seed: 4 })[0]!,
    TakeRequest: { _tag: "TakeRequest", at },
    ForwardRequest: { _tag: "ForwardRequest", at },
    AskForWriting: { _tag: "AskForWriting", at },
    ReceiveWriting: { _tag: "ReceiveWriting", at },
    AskForDetails: { _tag: "AskForDetails", at },
    DoubtIdentity: { _tag: "DoubtIdentity", at, doubt: "addressUnknown" },
    VerifyIdentity: { _tag: "VerifyIdentity", at, by: "operator", method: "signIn" },
    LocateSubject: Requests.carefulStep(then(start("access"), { _tag: "TakeRequest", at }), situation, at),
    DeclareNotIdentified: { _tag: "DeclareNotIdentified", at, by: "operator", states: answerDuties },
    NotifyDelay: { _tag: "NotifyDelay", at, reasons: ["complexity"], expected },
    FulfilRequest: fulfil(then(start(kind), { _tag: "TakeRequest", at }), situation, at),
    RefuseRequest: {
      _tag: "RefuseRequest",
      at,
      by: "operator",
      ground: "badFaith",
      reasons: Requests.reasons,
      states: answerDuties,
    },
    LiftRestriction: { _tag: "LiftRestriction", at, informed: true },
    AcceptDuplicate: { _tag: "AcceptDuplicate", at, duplicate: original },
    MarkDuplicate: { _tag: "MarkDuplicate", at, original },
  })
  const all = commands("access")
  const initiated = start("access")
  const acknowledged = then(initiated, all.TakeRequest)
  const asked = then(acknowledged, all.AskForWriting)
  const performed = then(asked, all.ReceiveWriting)
  const inStatus: Readonly<Record<RightsRequest.Status, State>> = {
    none: decider.initial,
    requestInitiated: initiated,
    requestAcknowledged: acknowledged,
    requestRequiresAction: asked,
    requestRequiredActionPerformed: performed,
    requestAccepted: verified,
    requestActionDelayed: then(verified, all.NotifyDelay),
    requestFulfilled: then(verified, all.FulfilRequest),
    requestUnfulfilled: then(acknowledged, all.DeclareNotIdentified),
    requestRejected: then(acknowledged, all.RefuseRequest),
    duplicate: then(initiated, all.MarkDuplicate),
  }

  it.each(RightsRequest.statuses)("%s: every command that it does not accept is refused", (status) => {
    const state = inStatus[status]
    expect(state.status).toBe(status)
    for (const command of Object.values(all)) {
      if (RightsRequest.acceptedIn[status].has(command._tag)) continue
      const step = Requests.step(state, command, { ...situation, other: verified })
      expect([command._tag, step.events]).toEqual([command._tag, []])
      const repeats =
        (command._tag === "TakeRequest" && state.handler === "operator") ||
        (command._tag === "VerifyIdentity" && state.verified && state.lastAt === DateTime.toEpochMillis(command.at))
      expect([command._tag, step.refusedBy === undefined]).toEqual([command._tag, repeats])
    }
  })

  it("every command is accepted in some status, and every status but the last is left", () => {
    const taken = new Set<string>()
    const left = new Set<string>()
    for (const status of RightsRequest.statuses) {
      for (const command of Object.values(all)) {
        const { after, events } = Requests.step(inStatus[status], command, { ...situation, other: verified })
        if (events.length > 0) taken.add(command._tag)
        if (after.status !== status) left.add(status)
      }
    }
    // The customer decides under the later version, a restriction alone is lifted, a duplicate of the same is accepted.
    const missing = Object.keys(all).filter((tag) => !taken.has(tag))
    expect(missing).toEqual(["ForwardRequest", "LiftRestriction"])
    const last = RightsRequest.statuses.filter((status) => !left.has(status))
    expect(last).toEqual(["requestFulfilled", "requestRejected", "duplicate"])
  })
})
