/**
 * Histories of requests for property tests: random commands through the real decider, half of them those that a careful
 * handler would give next, so that every status is reached. Receipts are drawn around the ends of months, leap days and
 * midnight; the moments of commands around the end of the due date.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { Calendar, type PlainDate, UtcDay } from "@tacet/core/calendar"
import { RightsRequest } from "@tacet/core/domain"
import type { Uuid } from "@tacet/core/eventsourcing"
import { Deadline, type EffectivePolicy, type Purpose, Vocabulary } from "@tacet/core/policy"

/** The policy and other conditions of a history. */
export interface Situation {
  readonly policy: EffectivePolicy.EffectivePolicy
  /** The values of the person in the vault. */
  readonly holdings: ReadonlyArray<RightsRequest.Holding>
}

/** One command of a history, with the state before it and its result. */
export interface Step {
  readonly before: RightsRequest.State
  readonly command: RightsRequest.Command
  readonly events: ReadonlyArray<RightsRequest.Event>
  readonly refusedBy: string | undefined
  readonly after: RightsRequest.State
}

/** One request that can have been made. */
export interface History {
  readonly situation: Situation
  readonly steps: ReadonlyArray<Step>
  readonly events: ReadonlyArray<RightsRequest.Event>
  readonly state: RightsRequest.State
}

/**
 * One command through the decider.
 */
export const step = (
  before: RightsRequest.State,
  command: RightsRequest.Command,
  context: RightsRequest.Context,
): Step => {
  const decision = RightsRequest.decider.decide(before, command, context)
  const events = Result.isSuccess(decision) ? decision.success : []
  return {
    before,
    command,
    events,
    refusedBy: Result.isFailure(decision) ? decision.failure.rule : undefined,
    after: events.reduce(RightsRequest.decider.evolve, before),
  }
}

/** The law that a test cites. */
export const legalReference = "GDPR 17(3)(b)"
/** The reference of reasons in the vault. */
export const reasons = "4f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c09" as Uuid.Uuid

const starts = new Map<string, number>()

/**
 * When a day begins, in epoch milliseconds; kept, for arbitraries draw the same days over and over.
 */
export const startOf = (date: PlainDate.PlainDate, timeZone: string): number => {
  const key = `${date} ${timeZone}`
  const known = starts.get(key) ?? DateTime.toEpochMillis(Calendar.startOfDay(date, timeZone))
  starts.set(key, known)
  return known
}

/**
 * The moment of a receipt: within eighteen months from a date, often on a day that a month later does not have, and
 * often at midnight.
 */
export const aReceipt = (from: DateTime.Utc, timeZone: string): fc.Arbitrary<DateTime.Utc> => {
  const first = Calendar.localDate(from, timeZone)
  const aDate = fc.oneof(
    fc.integer({ min: 1, max: 540 }).map((days) => Calendar.addDays(first, days)),
    fc
      .record({ month: fc.integer({ min: 1, max: 18 }), back: fc.integer({ min: 1, max: 4 }) })
      .map(({ back, month }) => {
        const start = `${Calendar.addMonths(first, month).slice(0, 7)}-01` as PlainDate.PlainDate
        return Calendar.addDays(start, -back)
      })
      .filter((date) => date > first),
  )
  const aTime = fc.oneof(
    fc.constantFrom(0, 1, UtcDay.dayMillis / 2, 22 * 3_600_000),
    fc.integer({ min: 0, max: UtcDay.dayMillis - 1 }),
  )
  return fc
    .record({ date: aDate, time: aTime })
    .map(({ date, time }) => DateTime.makeUnsafe(startOf(date, timeZone) + time))
}

const aUuid: fc.Arbitrary<Uuid.Uuid> = fc.uuid({ version: 4 }).map((uuid) => uuid as Uuid.Uuid)

/**
 * The values that the vault holds of a person; some portable, some kept by a law.
 */
export const someHoldings = (): fc.Arbitrary<ReadonlyArray<RightsRequest.Holding>> =>
  fc.uniqueArray(
    fc
      .record({ reference: aUuid, portable: fc.boolean(), kept: fc.nat(4) })
      .map(({ kept, portable, reference }): RightsRequest.Holding => ({
        reference,
        portable,
        ...(kept === 0 ? { keptBy: legalReference } : {}),
      })),
    { minLength: 1, maxLength: 5, selector: ({ reference }) => reference },
  )

/**
 * A request as it comes in.
 */
export const aReceiptOf = (
  at: fc.Arbitrary<DateTime.Utc>,
  kinds: ReadonlyArray<Vocabulary.Right> = Vocabulary.rights,
): fc.Arbitrary<Extract<RightsRequest.Command, { readonly _tag: "ReceiveRequest" }>> =>
  fc.record({
    _tag: fc.constant("ReceiveRequest" as const),
    at,
    kind: fc.constantFrom(...kinds),
    channel: fc.constantFrom(...Vocabulary.requestChannels),
    requester: aUuid,
    registered: fc.boolean(),
    purposes: fc.constantFrom<Array<ReadonlyArray<Purpose.Purpose>>>(
      ["serviceUsageAnalytics"],
      ["directMarketing"],
      ["serviceUsageAnalytics", "interfacePersonalisation"],
    ),
  })

/**
 * The outcome that does all that a request asks for.
 */
export const wholeOutcome = (
  { request }: RightsRequest.State,
  holdings: ReadonlyArray<RightsRequest.Holding>,
): RightsRequest.Outcome => {
  const all = holdings.map(({ reference }) => reference)
  switch (request?.kind) {
    case "access":
      return { _tag: "access", given: all, explains: RightsRequest.explanations }
    case "portability":
      return {
        _tag: "portability",
        given: holdings.filter(({ portable }) => portable).map(({ reference }) => reference),
        format: "json",
      }
    case "rectification":
      return { _tag: "rectification", replaced: [{ old: all[0]!, new: reasons }], oldUnreadable: true }
    case "erasure":
      return {
        _tag: "erasure",
        erased: holdings.filter(({ keptBy }) => keptBy === undefined).map(({ reference }) => reference),
        keysDestroyed: true,
        signInRemoved: true,
      }
    case "restriction":
      return { _tag: "restriction", restricted: all }
    case "objection":
      return { _tag: "objection", stopped: request.purposes }
    case "consentWithdrawal":
      return { _tag: "consentWithdrawal", stopped: request.purposes }
    default:
      return { _tag: "complaint" }
  }
}

const sealed = { reference: reasons, category: "ipAddress" as const }

/**
 * The next command of a careful handler, who leads every request to its answer.
 */
export const carefulStep = (
  state: RightsRequest.State,
  { holdings, policy }: Situation,
  at: DateTime.Utc,
): RightsRequest.Command => {
  const { handler, located, open, request, status, verified } = state
  const by = handler ?? "operator"
  if (handler === undefined) {
    const toCustomer = request?.registered === false && policy.parameters.requestAddressee === "customerOfInteraction"
    return { _tag: toCustomer ? "ForwardRequest" : "TakeRequest", at }
  }
  if (open.has("writing")) return { _tag: "ReceiveWriting", at }
  if (open.has("identity")) return { _tag: "VerifyIdentity", at, by: "operator", method: "document" }
  const asksNobody = request?.kind === "complaint" || request?.kind === "consentWithdrawal"
  if ((!located && !asksNobody) || status === "requestUnfulfilled" || open.has("details")) {
    return { _tag: "LocateSubject", at, locators: [{ kind: "otherDetails", value: sealed }] }
  }
  if (!verified && !asksNobody) return { _tag: "VerifyIdentity", at, by: "operator", method: "signIn" }
  return {
    _tag: "FulfilRequest",
    at,
    by,
    outcome: wholeOutcome(state, holdings),
    states: Vocabulary.answerDuties,
  }
}

type Move = (state: RightsRequest.State, situation: Situation, at: DateTime.Utc) => RightsRequest.Command

const someStatements = fc.oneof(
  { weight: 4, arbitrary: fc.constant(Vocabulary.answerDuties) },
  { weight: 1, arbitrary: fc.subarray([...Vocabulary.answerDuties]) },
)

/**
 * Locators as they may be given: of every kind, with and without their time bound, the bound often at its very edge.
 */
export const someLocators = (): fc.Arbitrary<
  (at: DateTime.Utc) => Extract<RightsRequest.Command, { readonly _tag: "LocateSubject" }>["locators"]
> =>
  fc
    .array(
      fc.record({
        kind: fc.constantFrom(...Vocabulary.locators),
        bound: fc.option(
          fc.record({ length: fc.constantFrom(-1, 0, 1, 1000), ago: fc.constantFrom(-1, 0, 1, UtcDay.dayMillis) }),
        ),
      }),
      { maxLength: 2 },
    )
    .map(
      (drawn) => (at) =>
        drawn.map(({ bound, kind }) => {
          const to = DateTime.toEpochMillis(at) - (bound?.ago ?? 0)
          return {
            kind,
            value: sealed,
            ...(bound === null
              ? {}
              : { bound: { from: DateTime.makeUnsafe(to - bound.length), to: DateTime.makeUnsafe(to) } }),
          }
        }),
    )

/** Any command, right or wrong. */
const aMove = (): fc.Arbitrary<Move> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Move>(carefulStep) },
    fc
      .constantFrom(
        "TakeRequest" as const,
        "ForwardRequest" as const,
        "AskForWriting" as const,
        "ReceiveWriting" as const,
        "AskForDetails" as const,
      )
      .map((_tag): Move => (_state, _situation, at) => ({ _tag, at })),
    fc.constantFrom(...RightsRequest.Doubt.literals).map((doubt): Move => (_state, _situation, at) => ({
      _tag: "DoubtIdentity",
      at,
      doubt,
    })),
    fc
      .record({
        by: fc.constantFrom("operator" as const, "mandatedThirdParty" as const, "customer" as const),
        method: fc.constantFrom(...RightsRequest.VerificationMethod.literals),
      })
      .map((drawn): Move => (_state, _situation, at) => ({ _tag: "VerifyIdentity", at, ...drawn })),
    someLocators().map((at): Move => (_state, _situation, moment) => ({
      _tag: "LocateSubject",
      at: moment,
      locators: at(moment),
    })),
    fc
      .record({ by: fc.constantFrom("operator" as const, "customer" as const), states: someStatements })
      .map((drawn): Move => (_state, _situation, at) => ({ _tag: "DeclareNotIdentified", at, ...drawn })),
    fc
      .record({
        reasons: fc.subarray(["complexity" as const, "highVolume" as const]),
        expected: fc.option(fc.integer({ min: -1, max: 80 })),
      })
      .map(({ expected, reasons }): Move => (_state, { policy }, at) => ({
        _tag: "NotifyDelay",
        at,
        reasons,
        ...(expected === null ? {} : { expected: Calendar.addDays(Calendar.localDate(at, policy.timeZone), expected) }),
      })),
    fc
      .record({ by: fc.constantFrom("operator" as const, "customer" as const), states: someStatements })
      .map((drawn): Move => (state, { holdings }, at) => ({
        _tag: "FulfilRequest",
        at,
        ...drawn,
        outcome: wholeOutcome(state, holdings),
      })),
    fc
      .record({
        by: fc.constantFrom("operator" as const, "customer" as const),
        ground: fc.constantFrom(...Vocabulary.refusalGrounds),
        cites: fc.boolean(),
        states: someStatements,
      })
      .map(({ cites, ...drawn }): Move => (_state, { holdings }, at) => ({
        _tag: "RefuseRequest",
        at,
        reasons,
        ...drawn,
        ...(cites ? { legalReference, held: holdings.map(({ reference }) => reference) } : {}),
      })),
    fc.boolean().map((informed): Move => (_state, _situation, at) => ({ _tag: "LiftRestriction", at, informed })),
  )

const aPause = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 3 * UtcDay.dayMillis }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40 * UtcDay.dayMillis }) },
  // To the end of the due date, a millisecond before it, and one after.
  { weight: 1, arbitrary: fc.constantFrom("due" as const, "justBefore" as const, "justAfter" as const) },
)

/** The distance of `late` from the end of the due date, in milliseconds. */
const edges = { due: 0, justBefore: -1, justAfter: 1 }

/**
 * A request under a policy, from its receipt to wherever it came.
 */
export const aHistoryUnder = (
  policy: EffectivePolicy.EffectivePolicy,
  kinds: ReadonlyArray<Vocabulary.Right> = Vocabulary.rights,
): fc.Arbitrary<History> =>
  fc
    .record({
      receipt: aReceiptOf(aReceipt(policy.at, policy.timeZone), kinds),
      holdings: someHoldings(),
      moves: fc.array(fc.record({ pause: aPause, move: aMove() }), { maxLength: 12 }),
    })
    .map(({ holdings, moves, receipt }) => {
      const situation: Situation = { policy, holdings }
      const first = step(RightsRequest.decider.initial, receipt, situation)
      const steps: Array<Step> = [first]
      let state = first.after
      let now = DateTime.toEpochMillis(receipt.at)
      for (const { move, pause } of moves) {
        if (typeof pause === "number") now += pause
        else {
          const late = Deadline.lateFrom(state.deadline, policy.timeZone)
          if (late !== undefined) now = Math.max(now, DateTime.toEpochMillis(late) + edges[pause])
        }
        const next = step(state, move(state, situation, DateTime.makeUnsafe(now)), situation)
        steps.push(next)
        state = next.after
      }
      return { situation, steps, events: steps.flatMap(({ events }) => events), state }
    })

/**
 * A history that a careful handler leads to the given status, or `undefined` where the kind cannot come there.
 */
export const ledTo = (
  status: RightsRequest.Status,
  received: RightsRequest.State,
  situation: Situation,
  at: DateTime.Utc,
): RightsRequest.State | undefined => {
  let state = received
  for (let count = 0; count < 8 && state.status !== status; count++) {
    if (RightsRequest.acceptedIn[state.status].size === 0) return undefined
    const next = step(state, carefulStep(state, situation, at), situation)
    if (next.events.length === 0) return undefined
    state = next.after
  }
  return state.status === status ? state : undefined
}
