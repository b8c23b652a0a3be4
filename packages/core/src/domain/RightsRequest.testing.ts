/**
 * Requests under each version of the policy: the scene of tests of the decider of requests.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as History from "../policy/binding/History.ts"
import type { Right } from "../policy/text/parameters/rights.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { dialonce20160629, published } from "../policy/versions/index.ts"
import { ArbitraryRightsRequests as Requests } from "@tacet/testing"
import * as RightsRequest from "./RightsRequest.ts"

export type Command = RightsRequest.Command
export type State = RightsRequest.State

export const runs = { numRuns: 1000 }
export const { decider } = RightsRequest

export const effectiveAt = (policy: (typeof published)[number], at: string): EffectivePolicy =>
  Result.getOrThrow(resolve(History.of(policy), { at: DateTime.makeUnsafe(at) }))

/** Each version as it bound its first day. */
export const effective = published.map((policy) => effectiveAt(policy, `${policy.effectiveFrom}T12:00:00Z`))
export const holding = (holds: (policy: EffectivePolicy) => boolean) => effective.filter(holds)
export const underGdpr = holding(({ policy }) => policy !== dialonce20160629.id)

export const later = (at: DateTime.Utc, millis: number) => DateTime.makeUnsafe(DateTime.toEpochMillis(at) + millis)
export const day = 86_400_000

/** The refusal of a command, or "" where it was accepted. */
export const refusal = (state: State, command: Command, context: RightsRequest.Context): string => {
  const decision = decider.decide(state, command, context)
  return Result.isFailure(decision) ? decision.failure.rule : ""
}

/** A request that has come in, with what it is handled under. */
export const received = (policy: EffectivePolicy, kinds: ReadonlyArray<Right> = policy.parameters.rights) =>
  fc
    .record({
      receipt: Requests.aReceiptOf(Requests.aReceipt(policy.at, policy.timeZone), kinds),
      holdings: Requests.someHoldings(),
    })
    .map(({ holdings, receipt }) => {
      const situation: Requests.Situation = { policy, holdings }
      return { at: receipt.at, receipt, situation, state: Requests.step(decider.initial, receipt, situation).after }
    })

/** One that is accepted: taken, located and verified. */
export const accepted = (policy: EffectivePolicy, kinds?: ReadonlyArray<Right>) =>
  received(policy, kinds).map(({ at, situation, state }) => {
    const asksNobody = state.request?.kind === "complaint" || state.request?.kind === "consentWithdrawal"
    const status = asksNobody ? "requestAcknowledged" : "requestAccepted"
    return { at, situation, state: Requests.ledTo(status, state, situation, at)! }
  })

export const fulfil = (state: State, { holdings }: Requests.Situation, at: DateTime.Utc) => ({
  _tag: "FulfilRequest" as const,
  at,
  by: state.handler!,
  outcome: Requests.wholeOutcome(state, holdings),
  states: answerDuties,
})

/** Every way of deciding a request, by a handler. */
export const decisions = (state: State, situation: Requests.Situation, at: DateTime.Utc, by: RightsRequest.Handler) => [
  { ...fulfil(state, situation, at), by },
  { _tag: "DeclareNotIdentified" as const, at, by, states: answerDuties },
  {
    _tag: "RefuseRequest" as const,
    at,
    by,
    ground: "badFaith" as const,
    reasons: Requests.reasons,
    states: answerDuties,
  },
]

export const isAnswer = (event: RightsRequest.Event) =>
  event._tag === "RequestFulfilled" || event._tag === "RequestRefused" || event._tag === "SubjectNotIdentified"

/** The time for an answer, as the texts and GDPR 12(3) give it: a month, and thirty days where a text says so or is silent. */
export const promised: Readonly<Record<string, ReadonlyArray<"P1M" | "P30D">>> = {
  "dialonce/2016-06-29": ["P1M", "P30D"],
  "dialonce/2019-03-05": ["P1M"],
  "dialonce/2021-02-17": ["P1M"],
  dialogra: ["P1M", "P30D"],
}

/** The date by which a request is answered, counted day by day and not by the library's calendar. */
export const countedDue = (policy: EffectivePolicy, date: PlainDate, suspended: ReadonlySet<PlainDate>): PlainDate => {
  const ends = promised[policy.policy]!.map((period) => {
    const end = new Date(`${date}T00:00:00Z`)
    if (period === "P30D") end.setUTCDate(end.getUTCDate() + 30)
    else {
      const wanted = (end.getUTCMonth() + 1) % 12
      end.setUTCMonth(end.getUTCMonth() + 1)
      while (end.getUTCMonth() !== wanted) end.setUTCDate(end.getUTCDate() - 1)
    }
    return end.getTime()
  })
  let due = Math.min(...ends)
  for (let time = Date.parse(`${date}T00:00:00Z`) + day; time <= due; time += day) {
    if (suspended.has(new Date(time).toISOString().slice(0, 10) as PlainDate)) due += day
  }
  return new Date(due).toISOString().slice(0, 10) as PlainDate
}
