import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import * as Customer from "./Customer.ts"
import * as Interaction from "./Interaction.ts"
import { ruleKeys, stored, told } from "./expectations.testing.ts"
import { activities, forbidsInInteraction, inputIn, isListed, policyAt } from "./rules.testing.ts"
import {
  aLifeOf,
  anInteractionCommand,
  aMoment,
  aSealed,
  aStory,
  aTrigger,
  calls,
  fields,
  isOfCustomer,
  isOfInteraction,
  millis,
  moment,
  play,
  policyAtOf,
  recordedBy,
  refusedBy,
  type Story,
} from "./stories.testing.ts"
import { runs, shown, initially, on, start, lateNumber, live } from "./Interaction.testing.ts"

/** A command that a rule forbids is refused, by whatever rule is checked first; any other is not refused by it. */
const enforces = (rule: RuleKey) => (story: Story) => {
  const forbids = forbidsInInteraction[rule]!
  const wrong = story.turns.filter(
    (turn) => isOfInteraction(turn) && (forbids(turn) ? refusedBy(turn) === undefined : refusedBy(turn) === rule),
  )
  expect(wrong.map(({ command }) => command)).toEqual([])
}

describe("over stories", () => {
  // Finds: an early `return nothing` for every second start, as where only moment and trigger are compared.
  it.prop(
    "TRIGGER: an interaction has exactly one trigger, the first",
    [aStory()],
    (story) => {
      enforces("TRIGGER")(story)
      expect(story.happened.filter(({ _tag }) => _tag === "InteractionStarted").length).toBeLessThanOrEqual(1)
      expect(story.happened[0]?._tag ?? "InteractionStarted").toBe("InteractionStarted")
    },
    runs,
  )

  // Finds: a listing that includes its end (`instant <= listing.to`), or that a second listing replaces.
  it.prop(
    "LISTED: an interaction starts if and only if its number or entry point is listed at that moment",
    [aStory({ declares: true }), aTrigger, aMoment],
    ({ customer, declared }, by, at) => {
      const command = { ...start(), at, trigger: by } as Interaction.Command
      const context = { customer, policyAt: policyAtOf(customer), switchedOn: true }
      const outcome = Interaction.decider.decide(Interaction.decider.initial, command, context)
      const listed = isListed({ declared }, by, DateTime.toEpochMillis(at))
      const bound = policyAt({ declared }, DateTime.toEpochMillis(at)) !== undefined
      expect(Result.isSuccess(outcome)).toBe(listed && bound)
      if (!listed) expect(Result.isFailure(outcome) && outcome.failure.rule).toBe("LISTED")
    },
    runs,
  )

  // Finds: a PlaceCall that asks for the start's number instead of its own.
  it.prop(
    "LISTED: no call to a number that is not listed at the moment of the call",
    [aStory({ declares: true })],
    (story) => {
      enforces("LISTED")(story)
      for (const turn of story.turns) {
        for (const event of recordedBy(turn)) {
          if (event._tag !== "CallPlaced") continue
          expect(isListed(turn, { _tag: "outgoingCall", number: event.number }, millis(event))).toBe(true)
        }
      }
    },
    runs,
  )

  // Finds: `policyVersions.at(-1)`, the version adopted last, in place of the one in force at the moment.
  it.prop(
    "POLICY-BIND: a start is bound to the version in force at its moment",
    [aStory({ declares: true }), aMoment],
    (story, at) => {
      enforces("POLICY-BIND")(story)
      const late = play([
        ...story.turns.filter(isOfCustomer),
        { command: { _tag: "ListNumber", at: moment(-1), number: lateNumber } },
        { command: { ...start(), at, trigger: { _tag: "incomingCall", number: lateNumber } } as Interaction.Command },
      ]).turns.at(-1)!
      for (const turn of [...story.turns, late]) {
        for (const event of recordedBy(turn)) {
          if (event._tag === "InteractionStarted") expect(event.policyVersion).toBe(policyAt(turn, millis(event)))
        }
      }
    },
    runs,
  )

  // Finds: a phase that only RedirectedToCustomer itself looks at; a redirection dated before the last step.
  it.prop(
    "REDIRECT-END: after a redirection nothing of the interface, neither in the stream nor in time",
    [aStory()],
    (story) => {
      enforces("REDIRECT-END")(story)
      const redirected = story.happened.findIndex(({ _tag }) => _tag === "RedirectedToCustomer")
      if (redirected < 0) return
      const isActivity = ({ _tag }: Interaction.Event) => activities.includes(_tag)
      const at = millis(story.happened[redirected]!)
      expect(story.happened.slice(redirected + 1).filter(isActivity)).toEqual([])
      expect(story.happened.filter((event) => isActivity(event) && millis(event) > at)).toEqual([])
    },
    runs,
  )

  // Finds: an inhibition that only asks what the trigger was, not whether its number is still listed.
  it.prop(
    "INHIBIT: only an outgoing call to a number listed at that moment is held back",
    [aStory({ declares: true })],
    (story) => {
      enforces("INHIBIT")(story)
      for (const turn of story.turns) {
        for (const event of recordedBy(turn)) {
          if (event._tag !== "CallInhibited") continue
          const started = turn.happened[0] as typeof Interaction.InteractionStarted.Type
          expect(turn.switchedOn && started.trigger._tag === "outgoingCall").toBe(true)
          expect(isListed(turn, started.trigger, millis(event))).toBe(true)
        }
      }
    },
    runs,
  )

  // Finds: an activation that trusts the start.
  it.prop(
    "ACTIVATE: the interface is shown only for a number or entry point listed at that moment",
    [aStory({ declares: true })],
    (story) => {
      enforces("ACTIVATE")(story)
      for (const turn of story.turns) {
        for (const event of recordedBy(turn)) {
          if (event._tag !== "InterfaceActivated") continue
          const started = turn.happened[0] as typeof Interaction.InteractionStarted.Type
          expect(turn.switchedOn && isListed(turn, started.trigger, millis(event))).toBe(true)
        }
      }
    },
    runs,
  )

  // Finds: a switch that only start, inhibition and activation ask for.
  it.prop(
    "SWITCH: while it is off, only closing, correcting and withdrawing commands are recorded",
    [aStory()],
    (story) => {
      enforces("SWITCH")(story)
      for (const turn of story.turns.filter(isOfInteraction)) {
        if (turn.switchedOn) continue
        for (const { _tag } of recordedBy(turn)) {
          expect(["InputDeleted", "InteractionEnded", "InteractionExcluded"]).toContain(_tag)
        }
      }
    },
    runs,
  )

  // Finds: a bound scenario that is not published letting every step pass; an undeclared goal.
  it.prop(
    "RECORDED: steps and goals of a bound scenario are those it declares at that moment",
    [aStory({ declares: true })],
    enforces("RECORDED"),
    runs,
  )

  // Finds: a field that counts as declared before its moment.
  it.prop(
    "FIELD-RESP AUTO: a typed value comes from a field that was declared before",
    [aStory({ declares: true }), aMoment],
    (story, at) => {
      enforces("FIELD-RESP")(story)
      for (const name of fields) {
        const known = story.declared.find((event) => event._tag === "InputFieldDeclared" && event.field === name)
        const isDeclared = known !== undefined && millis(known) <= DateTime.toEpochMillis(at)
        expect(Customer.fieldAt(story.customer, name, at) !== undefined).toBe(isDeclared)
      }
    },
    runs,
  )

  // Finds: a terminal whose values are recorded whatever they are, as where free text passes for a browser's name.
  it.prop(
    "AUTO CALL-LOG ADDR-READ GEO-NEVER: a terminal reports technical attributes, and neither call logs, address books nor places",
    [fc.array(aSealed, { minLength: 1, maxLength: 3 })],
    (values) => {
      const { state } = live()
      const command = { _tag: "ObserveTerminal", at: moment(2), values } as const
      const outcome = Interaction.decider.decide(state, command, on)
      const ruled = values.map((value) => {
        const turn = { declared: [], happened: [], switchedOn: true, command: { ...command, values: [value] }, outcome }
        return (["CALL-LOG", "ADDR-READ", "GEO-NEVER", "AUTO"] as const).find((rule) =>
          forbidsInInteraction[rule]!(turn),
        )
      })
      const rule = Result.isFailure(outcome) ? outcome.failure.rule : undefined
      expect(rule === "TACET-ONCE" ? undefined : rule).toBe(ruled.find((one) => one !== undefined))
    },
    runs,
  )

  // Finds: a value recorded in a field of another category, so that it would be kept and shown as what it is not.
  it.prop(
    "CATEGORIES: a sealed value is of its field's category",
    [aStory({ declares: true })],
    (story) => {
      enforces("CATEGORIES")(story)
      for (const turn of story.turns) {
        for (const event of recordedBy(turn)) {
          if (event._tag !== "InputEntered" && event._tag !== "InputChanged") continue
          expect(Customer.fieldAt(story.customer, event.field, event.occurredAt)?.category).toBe(event.value.category)
        }
      }
    },
    runs,
  )

  // Finds: a deletion that leaves the field full; a deleted value that comes late and lives again.
  it.prop(
    "FREETEXT-LIFE: an input lives from its entry to its change or deletion, in the order of time",
    [aStory(), aLifeOf("field")],
    (...stories) => {
      for (const story of stories) {
        enforces("FREETEXT-LIFE")(story)
        for (const name of fields) {
          expect(story.interaction.inputs.get(name)?.reference).toBe(inputIn(story.happened, name))
          const life = story.happened.filter(
            (event) => "field" in event && event.field === name && event._tag !== "SurveyAnswered",
          )
          const moments = life.map(millis)
          expect(moments).toEqual(moments.toSorted((one, other) => one - other))
          life.forEach(({ _tag }, index) => {
            const lived = index > 0 && life[index - 1]!._tag !== "InputDeleted"
            expect(_tag === "InputEntered").toBe(!lived)
          })
        }
      }
    },
    runs,
  )

  // Finds: a second value under an old reference, by which an erased value would be readable again.
  it.prop(
    "FREETEXT-LIFE TACET-ONCE: no sealed value is recorded twice",
    [aStory()],
    (story) => {
      const references = story.happened.flatMap((event) => {
        switch (event._tag) {
          case "TerminalObserved":
            return event.values.map(({ reference }) => reference)
          case "InputEntered":
          case "InputChanged":
            return [event.value.reference]
          case "SurveyAnswered":
            return [event.answer.reference]
          default:
            return []
        }
      })
      expect(new Set(references).size).toBe(references.length)
    },
    runs,
  )

  // Finds: a call that is counted without having been placed by a command of its own.
  it.prop(
    "CALL-LOG: there are never more calls than were placed one by one on listed numbers",
    [aStory()],
    (story) => {
      const placed = story.turns.filter((turn) => turn.command._tag === "PlaceCall" && refusedBy(turn) === undefined)
      expect(story.interaction.calls.size).toBeLessThanOrEqual(placed.length)
      expect(story.turns.every((turn) => !isOfInteraction(turn) || recordedBy(turn).length <= 1)).toBe(true)
    },
    runs,
  )

  // Finds: a decide that lets steps before the start through.
  it.prop("TACET-STARTED: nothing is recorded before the start", [aStory()], enforces("TACET-STARTED"), runs)

  // Finds: an ended interaction that takes steps; an end dated before the last step.
  it.prop(
    "TACET-ENDED: after the end only calls, a return and an exclusion",
    [aStory()],
    (story) => {
      enforces("TACET-ENDED")(story)
      const ended = story.happened.findIndex(({ _tag }) => _tag === "InteractionEnded")
      if (ended < 0) return
      const isActivity = ({ _tag }: Interaction.Event) => activities.includes(_tag)
      expect(
        story.happened.slice(ended + 1).filter((event) => isActivity(event) || event._tag === "InteractionEnded"),
      ).toEqual([])
      expect(
        story.happened.filter((event) => isActivity(event) && millis(event) > millis(story.happened[ended]!)),
      ).toEqual([])
    },
    runs,
  )

  // Finds: an answer after the end; an answer that takes a person back.
  it.prop(
    "TACET-CALL: a call is placed, answered by ever likelier persons, and ended, once",
    [aStory(), aLifeOf("call")],
    (...stories) => {
      for (const story of stories) {
        enforces("TACET-CALL")(story)
        for (const one of calls) {
          const life = story.happened.filter((event) => "call" in event && event.call === one)
          expect(life.map(({ _tag }) => _tag).join(" ")).toMatch(/^(CallPlaced( CallAnswered){0,3}( CallEnded)?)?$/)
          const humans = life.flatMap((event) => (event._tag === "CallAnswered" ? [`${event.human}`] : []))
          expect(humans).toEqual(humans.toSorted((left, right) => rank(left) - rank(right)))
          expect(new Set(humans).size).toBe(humans.length)
        }
      }
    },
    runs,
  )

  // Planted: the tolerance left out; `>=` for `>`; the check moved behind the start, which it then never reaches.
  it.prop(
    "TACET-TIME: a moment ahead of the recording clock by more than the tolerance is refused, and no other for that",
    [aStory(), fc.integer({ min: -2, max: 2 })],
    (story, ahead) => {
      for (const { command, declared, happened, outcome, switchedOn } of story.turns.filter(isOfInteraction)) {
        const customer = Decider.replay(Customer.decider, declared)
        const now = DateTime.toEpochMillis(command.at) - Interaction.clockToleranceMillis - ahead
        const context = { customer, policyAt: policyAtOf(customer), switchedOn, now }
        const asked = Interaction.decider.decide(Decider.replay(Interaction.decider, happened), command, context)
        const isOff = Result.isFailure(outcome) && outcome.failure.rule === "SWITCH"
        if (ahead <= 0 || isOff) expect(asked).toEqual(outcome)
        else expect(Result.isFailure(asked) && asked.failure.rule).toBe("TACET-TIME")
      }
    },
    { numRuns: 200 },
  )

  // Finds: a call that ends before it was answered.
  it.prop(
    "TACET-TIME: nothing happens before the start, and no call ends before it was answered",
    [aStory(), aLifeOf("call")],
    (...stories) => {
      for (const story of stories) {
        enforces("TACET-TIME")(story)
        const from = story.happened[0] === undefined ? 0 : millis(story.happened[0])
        expect(story.happened.every((event) => millis(event) >= from)).toBe(true)
        for (const one of calls) {
          const life = story.happened.filter((event) => "call" in event && event.call === one)
          const end = life.find(({ _tag }) => _tag === "CallEnded")
          if (end !== undefined) expect(millis(end)).toBe(Math.max(...life.map(millis)))
        }
      }
    },
    runs,
  )

  // Finds: a window of `<` instead of `<=`, or one counted from the last step of an interaction that ended later.
  it.prop(
    "TACET-WINDOW: calls come within seven days of the end, notes of a return within fourteen",
    [aStory()],
    enforces("TACET-WINDOW"),
    runs,
  )

  // Finds: a repeated call whose number, or a repeated end whose duration, is not compared.
  it.prop(
    "TACET-ONCE: a fact that was recorded is not recorded again with other content",
    [aStory()],
    enforces("TACET-ONCE"),
    runs,
  )

  // Finds: any rule that refuses more than it forbids, such as a decide that refuses all.
  it.prop(
    "LISTED TRIGGER RECORDED: a command that no rule forbids is accepted",
    [aStory({ declares: true })],
    (story) => {
      const wrong = story.turns.filter((turn) => {
        if (!isOfInteraction(turn)) return false
        const isForbidden = Object.values(forbidsInInteraction).some((forbids) => forbids(turn))
        return isForbidden === (refusedBy(turn) === undefined)
      })
      expect(wrong.map(({ command }) => command)).toEqual([])
    },
    runs,
  )

  // Finds: a comparison by the order of fields; a call placed again that is refused.
  it.prop(
    "TACET-ONCE: a command that was accepted adds nothing when it comes again at once",
    [aStory()],
    (story) => {
      const twice = play(story.turns.flatMap((turn) => [turn, { ...turn, command: reversed(turn.command) }])).turns
      const wrong = twice.filter((turn, index) => {
        const first = twice[index - 1]
        if (index % 2 === 0 || !isOfInteraction(turn) || repeatable.has(turn.command._tag)) return false
        return refusedBy(first!) === undefined && (refusedBy(turn) !== undefined || recordedBy(turn).length > 0)
      })
      expect(wrong.map(({ command }) => command)).toEqual([])
    },
    runs,
  )

  // Finds: an input or an answer that is recorded again when a whole batch is delivered twice.
  it.prop(
    "TACET-ONCE: a whole story that comes again adds nothing that is recorded once",
    [aStory()],
    (story) => {
      // A deletion at the moment of an entry is indistinguishable from one before it.
      const known = story.turns.filter((turn) => recordedBy(turn).length > 0 && turn.command._tag !== "DeleteInput")
      const again = play([...story.turns, ...known]).turns.slice(story.turns.length)
      const wrong = again.filter((turn) => recordedBy(turn).length > 0 && !repeatable.has(turn.command._tag))
      expect(wrong.map(({ command }) => command)).toEqual([])
    },
    runs,
  )

  // Finds: a state kept in what JSON does not keep, such as minus zero, an absent field or the order of keys.
  it.prop(
    "TACET-FORMAT: the state after replay of stored events is the live state",
    [aStory()],
    (story) => {
      const replayed = Decider.replay(Interaction.decider, story.happened.map(stored(Interaction.codec)))
      expect(replayed).toEqual(story.interaction)
    },
    runs,
  )

  // Finds: an evolve that relies on what decide would never record, or that changes the state it was given.
  it.prop(
    "TACET-FORMAT: evolve accepts every event in any order, and changes no state it is given",
    [aStory(), aStory(), fc.array(fc.nat(), { maxLength: 12, size: "max" })],
    (one, other, order) => {
      const events = [...one.happened, ...other.happened]
      if (events.length === 0) return
      let state = Interaction.decider.initial
      const kept: Array<readonly [Interaction.State, string]> = []
      for (const index of order) {
        kept.push([state, shown(state)])
        state = Interaction.decider.evolve(state, events[index % events.length]!)
      }
      expect(["notStarted", "live", "redirected", "ended"]).toContain(state.phase)
      for (const [before, text] of kept) expect(shown(before)).toBe(text)
      expect(shown(Interaction.decider.initial)).toBe(initially)
    },
    { numRuns: 1000 },
  )

  // Finds: a refusal that quotes the step it refuses, or names a rule that does not exist.
  it.prop(
    "NO-IDENTIFY: a refusal names an existing rule, says what would be accepted and holds no value of the command",
    [aStory({ declares: true }), anInteractionCommand],
    (story, command) => {
      const context = { customer: story.customer, policyAt: policyAtOf(story.customer), switchedOn: true }
      const refusals = [
        ...story.turns.map(({ outcome }) => outcome as Result.Result<unknown, Refusal>),
        Interaction.decider.decide(story.interaction, command, context),
      ]
      for (const outcome of refusals) {
        if (Result.isSuccess(outcome)) continue
        expect(ruleKeys).toContain(outcome.failure.rule)
        expect(outcome.failure.accepted.length).toBeGreaterThan(9)
        expect(told(outcome.failure)).not.toMatch(/zq-|[0-9a-f]{8}-[0-9a-f]{4}|\d{4}-\d\d-\d\d|\d{12}/)
      }
    },
    runs,
  )
})

/** The same command with its fields, and those within them, in another order. */
const reversed = <Command extends object>(command: Command): Command =>
  Object.fromEntries(
    Object.entries(command)
      .toReversed()
      .map(([name, value]: [string, unknown]) => [name, name === "trigger" ? reversed(value as object) : value]),
  ) as Command

/** The events that may occur several times. */
const repeatable: ReadonlySet<string> = new Set(["TakeStep", "RequestCall", "ReachGoal"])

const rank = (human: string): number => ["false", "unknown", "true"].indexOf(human)
