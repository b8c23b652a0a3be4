/**
 * Histories of interactions for property tests: random commands through the real decider, so that every history is one
 * that can happen. Times are drawn around the edges at which figures change: the idle time and the ends of windows.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { Customer, type Identifier, Interaction } from "@tacet/core/domain"
import type { Uuid } from "@tacet/core/eventsourcing"
import { Vocabulary, PolicyBook } from "@tacet/core/policy"

/** The number that the Customer of these histories lists. */
export const listedNumber = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as Identifier.ListedNumberId
/** The entry point that it lists. */
export const listedEntryPoint = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c02" as Identifier.EntryPointId

const beginning = DateTime.makeUnsafe(0)

const says = <A>(value: A) => ({ value, sources: [] })

/**
 * The texts of these histories: the published ones, and a policy of the Customer's own by which calls start them too.
 */
export const policies: PolicyBook.PolicyBook = {
  ...PolicyBook.published,
  customerPolicies: [
    {
      id: "histories/own",
      from: beginning,
      parameters: {
        channels: says(Vocabulary.channels),
        interception: says(Vocabulary.interceptions),
        recognition: says("on"),
      },
    },
  ],
}

/** The declarations of the Customer of these histories: a policy version, one number and one entry point. */
export const declarations: ReadonlyArray<Customer.Command> = [
  { _tag: "AdoptPolicyVersion", at: beginning, policyVersion: "dialonce/2021-02-17" as Identifier.PolicyVersionId },
  { _tag: "ListNumber", at: beginning, number: listedNumber },
  { _tag: "ListEntryPoint", at: beginning, entryPoint: listedEntryPoint },
]

/** The state of that Customer. */
export const declaredState: Customer.State = declarations.reduce(
  (state, command) =>
    Result.getOrThrow(Customer.decider.decide(state, command, { policies })).reduce(Customer.decider.evolve, state),
  Customer.initial,
)

/** The policy that binds each moment of that Customer. */
export const policyAt: PolicyBook.PolicyAt = PolicyBook.timeline(policies, declaredState.policyVersions)

/** One interaction that can have happened. */
export interface History {
  readonly id: Uuid.Uuid
  readonly events: ReadonlyArray<Interaction.Event>
}

/**
 * The events that commands lead to, refused ones left out.
 */
export const accepted = (
  commands: ReadonlyArray<Interaction.Command>,
  customer: Customer.State = declaredState,
): ReadonlyArray<Interaction.Event> => {
  let state = Interaction.decider.initial
  const events: Array<Interaction.Event> = []
  for (const command of commands) {
    const outcome = Interaction.decider.decide(state, command, { customer, policyAt, switchedOn: true })
    if (Result.isFailure(outcome)) continue
    for (const event of outcome.success) {
      events.push(event)
      state = Interaction.decider.evolve(state, event)
    }
  }
  return events
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Times after the moment before: mostly short, often at the very edge of an idle time or a window. */
const aPause = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * minute }) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(0, 30 * minute, day, 3 * day, 7 * day)
      .chain((edge) => fc.constantFrom(edge, edge + 1, Math.max(0, edge - 1))),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 8 * day }) },
)

/**
 * A step of a small interface: few names, so that journeys meet.
 */
export const aStep = (): fc.Arbitrary<Identifier.StepId> =>
  fc.constantFrom("start", "invoice", "explain", "moving", "faq") as fc.Arbitrary<Identifier.StepId>

type Move = (at: DateTime.Utc, call: Identifier.CallId) => ReadonlyArray<Interaction.Command>

const aMove = (): fc.Arbitrary<Move> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .record({
          step: aStep(),
          kind: fc.constantFrom("page" as const, "page" as const, "customerArea" as const, "appLaunch" as const),
        })
        .map((move): Move => (at) => [{ _tag: "TakeStep", at, ...move }]),
    },
    {
      weight: 3,
      arbitrary: fc
        .record({
          asksForPerson: fc.boolean(),
          human: fc.constantFrom(true, false, "unknown" as const, undefined),
          talkSeconds: fc.constantFrom(0, 1, 10, 11, 300),
          disposition: fc.constantFrom(...Interaction.Disposition.literals),
          ends: fc.boolean(),
          legs: fc.integer({ min: 1, max: 3 }),
        })
        .map(({ asksForPerson, disposition, ends, human, legs, talkSeconds }): Move => (at, call) => [
          { _tag: "PlaceCall", at, call, number: listedNumber, asksForPerson },
          ...(human === undefined ? [] : [{ _tag: "AnswerCall" as const, at, call, human }]),
          ...(ends ? [{ _tag: "EndCall" as const, at, call, talkSeconds, disposition, legs }] : []),
        ]),
    },
    fc.constant<Move>((at) => [{ _tag: "RequestCall", at }]),
    fc.constantFrom("customerArea" as const, "application" as const).map((to): Move => (at) => [
      { _tag: "RedirectToCustomer", at, to },
    ]),
    fc.constant<Move>((at) => [{ _tag: "ReachGoal", at, goal: "paid" as Identifier.GoalId }]),
    fc.constantFrom<"completed" | "timedOut">("completed", "timedOut").map((reason): Move => (at) => [
      { _tag: "EndInteraction", at, reason },
    ]),
    fc.constant<Move>((at) => [{ _tag: "InhibitCall", at }]),
    fc.constantFrom("test" as const, "bot" as const).map((reason): Move => (at) => [
      { _tag: "ExcludeInteraction", at, reason },
    ]),
    fc.constantFrom(...Interaction.RecontactClass.literals).map((recontact): Move => (at) => [
      { _tag: "ObserveRecontact", at, class: recontact },
    ]),
  )

/**
 * An interaction that starts within the given days from 2026-01-01. Some of its events may be in its stream out of
 * their order in time, as late arrivals do.
 */
export const anInteraction = (options?: { readonly days?: number }): fc.Arbitrary<History> =>
  fc
    .record({
      id: fc.uuid({ version: 4 }),
      start: fc.integer({ min: 0, max: (options?.days ?? 10) * day }),
      trigger: fc.constantFrom<Array<Interaction.Trigger>>(
        { _tag: "outgoingCall", number: listedNumber },
        { _tag: "incomingCall", number: listedNumber },
        { _tag: "contactRequest", channel: "web", entryPoint: listedEntryPoint },
      ),
      linkable: fc.boolean(),
      moves: fc.array(
        fc.record({ pause: aPause, backdated: fc.nat(9), move: aMove(), call: fc.uuid({ version: 4 }) }),
        {
          maxLength: 12,
        },
      ),
    })
    .map(({ id, linkable, moves, start, trigger }) => {
      let now = Date.UTC(2026, 0, 1) + start
      const commands: Array<Interaction.Command> = [
        {
          _tag: "StartInteraction",
          at: DateTime.makeUnsafe(now),
          trigger,
          interface: "web" as Identifier.InterfaceId,
          linkable,
        },
      ]
      for (const { backdated, call, move, pause } of moves) {
        now += pause
        // One in ten happened up to a minute earlier than the event before it.
        const at = DateTime.makeUnsafe(backdated === 0 ? now - Math.min(pause, minute) : now)
        commands.push(...move(at, call as Identifier.CallId))
      }
      return { id: id as Uuid.Uuid, events: accepted(commands) }
    })

/**
 * The interactions of one Customer, each under its own id.
 */
export const interactions = (options?: {
  readonly days?: number
  readonly maxLength?: number
}): fc.Arbitrary<ReadonlyArray<History>> =>
  fc.uniqueArray(anInteraction(options), { maxLength: options?.maxLength ?? 15, selector: ({ id }) => id })
