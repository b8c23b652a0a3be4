import { describe, it } from "@tacet/vitest"
import type * as Interaction from "./Interaction.ts"
import { entryPoints, goals, moment, play, policies, scenarios } from "./stories.testing.ts"
import {
  number,
  otherNumber,
  entryPoint,
  step,
  otherStep,
  undeclaredStep,
  call,
  otherCall,
  field,
  otherField,
  on,
  off,
  start,
  trigger,
  place,
  answer,
  hangUp,
  take,
  sealed,
  enter,
  remove,
  redirect,
  notice,
  end,
  after,
  live,
} from "./Interaction.testing.ts"

describe("an interaction begins", () => {
  it("with a trigger on a listed number, and is bound to the policy version in force", () =>
    after()
      .when(start(), on)
      .thenEvents({
        _tag: "InteractionStarted",
        occurredAt: moment(1),
        trigger: { _tag: "outgoingCall", number },
        interface: "web" as never,
        linkable: true,
        policyVersion: policies[0]!,
      }))

  it("once: the same start again adds nothing, whatever the order of its fields", () => {
    after(start())
      .when(start({ trigger: { number, _tag: "outgoingCall" } as never }), on)
      .thenNothing()
  })

  it.each<[string, Interaction.Command]>([
    ["moment", start({ at: moment(2) })],
    ["trigger", trigger({ _tag: "incomingCall", number })],
    ["interface", start({ interface: "app" as never })],
    ["scenario", start({ scenario: scenarios[0]! })],
    ["linkability", start({ linkable: false })],
  ])("once: another %s is refused", ([, other]) => after(start()).when(other, on).thenRefused("TRIGGER", "trigger"))

  it("from no number that is not listed", () =>
    after()
      .when(trigger({ _tag: "incomingCall", number: otherNumber }), on)
      .thenRefused("LISTED", "trigger"))

  it("from no entry point that is listed as a number only, and from no number that is an entry point only", () => {
    const one = play([
      { command: { _tag: "ListNumber", at: moment(0), number } },
      { command: { _tag: "ListEntryPoint", at: moment(0), entryPoint: entryPoints[1]! } },
    ])
    const context = { ...on, customer: one.customer }
    after()
      .when(trigger({ _tag: "contactRequest", channel: "web", entryPoint }), context)
      .thenRefused("LISTED")
    after()
      .when(trigger({ _tag: "outgoingCall", number: otherNumber }), context)
      .thenRefused("LISTED")
  })

  it("at no moment before a policy version was adopted", () => {
    const { customer } = play([{ command: { _tag: "ListNumber", at: moment(0), number } }])
    after()
      .when(start(), { ...on, customer, policyAt: () => undefined })
      .thenRefused("POLICY-BIND", "at")
  })

  it("under no scenario that is not published, which would bind nothing", () =>
    after()
      .when(start({ scenario: scenarios[1]! }), on)
      .thenRefused("RECORDED", "scenario"))

  it("on no device on which the technology is off", () => after().when(start(), off).thenRefused("SWITCH"))
})

describe("an action in the interface", () => {
  it("is not recorded before the start", () => after().when(take(2), on).thenRefused("TACET-STARTED"))

  it("is a step that the scenario declares, with the kind that it declares", () => {
    live(scenarios[0])
      .when(take(2), on)
      .thenEvents({ _tag: "StepTaken", occurredAt: moment(2), step, kind: "page" })
    live(scenarios[0]).when(take(2, undeclaredStep), on).thenRefused("RECORDED", "step")
    live(scenarios[0]).when(take(2, otherStep), on).thenRefused("RECORDED", "kind")
    live()
      .when(take(2, undeclaredStep), on)
      .thenEvents({
        _tag: "StepTaken",
        occurredAt: moment(2),
        step: undeclaredStep,
        kind: "page",
      })
  })

  it("reaches a goal that the scenario declares", () => {
    live(scenarios[0])
      .when({ _tag: "ReachGoal", at: moment(2), goal: goals[1]! }, on)
      .thenRefused("RECORDED", "goal")
  })

  it("is refused while the technology is off, but a deletion, an exclusion and the end are not", () => {
    after(start(), notice, enter(2, 1)).when(take(3), off).thenRefused("SWITCH")
    after(start(), notice, enter(2, 1)).when(place(3), off).thenRefused("SWITCH")
    after(start(), notice, enter(2, 1))
      .when(remove(3), off)
      .thenEvents({ _tag: "InputDeleted", occurredAt: moment(3), field })
    live()
      .when(end(3), off)
      .thenEvents({ _tag: "InteractionEnded", occurredAt: moment(3), reason: "completed" })
  })

  it("is not seen once the person is with the Customer; the same redirection again adds nothing", () => {
    const gone = after(start(), take(2), redirect(3))
    gone.when(take(4), on).thenRefused("REDIRECT-END")
    gone.when(redirect(3), on).thenNothing()
    gone.when({ _tag: "RedirectToCustomer", at: moment(4), to: "website" }, on).thenRefused("REDIRECT-END")
  })

  it("lies behind no redirection and no end that came earlier", () => {
    after(start(), take(4)).when(redirect(3), on).thenRefused("REDIRECT-END", "at")
    after(start(), take(4)).when(end(3), on).thenRefused("TACET-TIME", "at")
  })

  it("ends once: a time-out that crosses the end changes nothing", () => {
    const over = after(start(), end(2))
    over.when({ _tag: "EndInteraction", at: moment(3), reason: "timedOut" }, on).thenNothing()
    over.when(take(3), on).thenRefused("TACET-ENDED")
  })
})

describe("an input", () => {
  it("is entered, changed and deleted", () => {
    const entered = live().when(enter(2, 1), on)
    entered.thenEvents({ _tag: "InputEntered", occurredAt: moment(2), field, value: sealed(1) })
    const changed = entered.and.when(enter(3, 2), on)
    changed.thenEvents({ _tag: "InputChanged", occurredAt: moment(3), field, value: sealed(2) })
    const deleted = changed.and.when(remove(4), on)
    deleted.thenEvents({ _tag: "InputDeleted", occurredAt: moment(4), field })
    deleted.and.when(remove(5), on).thenNothing()
  })

  it("never returns once it was deleted or replaced", () => {
    after(start(), notice, enter(2, 1), remove(3)).when(enter(4, 1), on).thenRefused("TACET-ONCE", "value.reference")
    after(start(), notice, enter(2, 1), enter(3, 2)).when(enter(4, 1), on).thenRefused("TACET-ONCE", "value.reference")
    after(start(), notice, enter(2, 1), remove(4)).when(enter(3, 2), on).thenRefused("FREETEXT-LIFE", "at")
  })

  it("survives a deletion that names the value before it", () =>
    after(start(), notice, enter(2, 1), enter(4, 2)).when(remove(3), on).thenNothing())

  it("is entered into a declared field only, and is of its category", () => {
    live()
      .when(enter(2, 1, otherField), on)
      .thenRefused("FIELD-RESP", "field")
    const other: Interaction.Command = { _tag: "EnterInput", at: moment(2), field, value: sealed(1, "emailAddress") }
    live().when(other, on).thenRefused("CATEGORIES", "field")
  })

  it("is no answer to a survey: a sealed value is recorded once", () => {
    const survey: Interaction.Command = { _tag: "AnswerSurvey", at: moment(3), field, answer: sealed(1) }
    after(start(), notice, survey).when(survey, on).thenNothing()
    after(start(), notice, enter(2, 1)).when(survey, on).thenRefused("TACET-ONCE", "answer.reference")
  })
})

describe("a terminal", () => {
  const observe = (...values: ReadonlyArray<ReturnType<typeof sealed>>): Interaction.Command => ({
    _tag: "ObserveTerminal",
    at: moment(2),
    values,
  })

  it("reports technical attributes of itself, once", () => {
    const seen = live().when(observe(sealed(1, "terminalEnvironment"), sealed(2, "ipAddress")), on)
    seen.thenEvents({
      _tag: "TerminalObserved",
      occurredAt: moment(2),
      values: [sealed(1, "terminalEnvironment"), sealed(2, "ipAddress")],
    })
    seen.and.when(observe(sealed(2, "ipAddress")), on).thenNothing()
    seen.and.when(observe(), on).thenNothing()
    live()
      .when(observe(sealed(1, "ipAddress"), sealed(1, "ipAddress")), on)
      .thenRefused("TACET-ONCE")
  })
})

describe("a call", () => {
  it("is placed, answered and ended", () => {
    const placed = live().when(place(2), on)
    placed.thenEvents({ _tag: "CallPlaced", occurredAt: moment(2), call, number, asksForPerson: true })
    const answered = placed.and.when(answer(3, true), on)
    answered.thenEvents({ _tag: "CallAnswered", occurredAt: moment(3), call, human: true })
    const ended = answered.and.when(hangUp(4), on)
    ended.and.when(hangUp(4), on).thenNothing()
    ended.and.when(hangUp(4, { disposition: "failed" }), on).thenRefused("TACET-ONCE", "call")
    ended.and.when(place(2), on).thenNothing()
    ended.and.when(place(2, { number: otherNumber }), on).thenRefused("TACET-ONCE", "call")
  })

  it("is answered by a machine, then by a person; that a person may have been reached is never withdrawn", () => {
    after(start(), place(2), answer(3, false))
      .when(answer(3, true), on)
      .thenEvents({
        _tag: "CallAnswered",
        occurredAt: moment(3),
        call,
        human: true,
      })
    after(start(), place(2), answer(3, true)).when(answer(4, false), on).thenNothing()
    after(start(), place(2), answer(3, "unknown")).when(answer(4, false), on).thenNothing()
    after(start(), place(2), answer(3, false), hangUp(4)).when(answer(4, true), on).thenRefused("TACET-CALL")
  })

  it("belongs to the interaction for seven days from its end, ended or redirected as it may be", () => {
    const week = 14
    after(start(), end(3))
      .when(place(3 + week), on)
      .thenEvents({
        _tag: "CallPlaced",
        occurredAt: moment(3 + week),
        call,
        number,
        asksForPerson: true,
      })
    const late = place(3, { at: moment(3 + week, 1) })
    after(start(), end(3)).when(late, on).thenRefused("TACET-WINDOW", "at")
    after(start(), redirect(3)).when(late, on).thenRefused("TACET-WINDOW", "at")
  })

  it("neither ends before it was answered, nor is answered before it was placed", () => {
    after(start(), place(2), answer(4, true)).when(hangUp(3), on).thenRefused("TACET-TIME", "at")
    after(start(), place(3)).when(answer(2, true), on).thenRefused("TACET-TIME", "at")
    live()
      .when({ ...hangUp(3), call: otherCall } as Interaction.Command, on)
      .thenRefused("TACET-CALL", "call")
  })
})
