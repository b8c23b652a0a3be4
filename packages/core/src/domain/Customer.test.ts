import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import type { RuleKey } from "../policy/text/RuleKey.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { given } from "@tacet/testing"
import * as Customer from "./Customer.ts"
import { ruleKeys, stored, told } from "./expectations.testing.ts"
import { forbidsInCustomer, isListed, policyAt } from "./rules.testing.ts"
import {
  aCustomerCommand,
  aMoment,
  aStory,
  aTrigger,
  entryPoints,
  fields,
  goals,
  house,
  isOfCustomer,
  millis,
  moment,
  numbers,
  play,
  policies,
  recordedBy,
  refusedBy,
  scenarios,
  type Story,
  steps,
} from "./stories.testing.ts"

const runs = { numRuns: 1000 }

/** Everything a state holds, as text. */
const shown = (state: Customer.State): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map ? [...value] : value))

/** The initial state of every story. */
const initially = shown(Customer.decider.initial)

type Command = Customer.Command
type CommandOf<Tag extends Command["_tag"]> = Extract<Command, { readonly _tag: Tag }>

const number = numbers[0]!
const entryPoint = entryPoints[0]!
const field = fields[0]!

const adopt = (units: number, version = 0): Command => ({
  _tag: "AdoptPolicyVersion",
  at: moment(units),
  policyVersion: policies[version]!,
})
const list = (units: number): Command => ({ _tag: "ListNumber", at: moment(units), number })
const unlist = (units: number): Command => ({ _tag: "UnlistNumber", at: moment(units), number })
const publish = (units: number, change?: Partial<CommandOf<"PublishScenario">>): Command => ({
  _tag: "PublishScenario",
  at: moment(units),
  scenario: scenarios[0]!,
  steps: steps.map((step) => ({ step, kind: "page" })),
  journeys: [[steps[0]!, steps[1]!]],
  goals: [goals[0]!],
  ...change,
})
const declare = (units: number, change?: Partial<CommandOf<"DeclareInputField">>): Command => ({
  _tag: "DeclareInputField",
  at: moment(units),
  field,
  category: "freeText",
  required: false,
  ...change,
})

/** A Customer that has declared all this. */
const after = (...commands: ReadonlyArray<Command>) => {
  const events: Array<Customer.Event> = []
  let state = Customer.decider.initial
  for (const command of commands) {
    for (const event of Result.getOrThrow(Customer.decider.decide(state, command, house))) {
      events.push(event)
      state = Customer.decider.evolve(state, event)
    }
  }
  return given(Customer.decider, ...events)
}

describe("a Customer", () => {
  it("adopts policy versions, one after the other", () => {
    after()
      .when(adopt(1), house)
      .thenEvents({
        _tag: "PolicyVersionAdopted",
        occurredAt: moment(1),
        policyVersion: policies[0]!,
        digest: TextDigest.of(PolicyBook.text(house.policies, policies[0]!)!),
      })
    after(adopt(1)).when(adopt(1, 1), house).thenRefused("POLICY-BIND", "at")
    after(adopt(1)).when(adopt(2), house).thenNothing()
    after(adopt(1)).when(adopt(0), house).thenRefused("POLICY-BIND", "at")
    after(adopt(1), adopt(2, 1))
      .when(adopt(3), house)
      .thenEvents({
        _tag: "PolicyVersionAdopted",
        occurredAt: moment(3),
        policyVersion: policies[0]!,
        digest: TextDigest.of(PolicyBook.text(house.policies, policies[0]!)!),
      })
  })

  it("lists and unlists a number, and lists it again", () => {
    const { state } = after(list(1), unlist(3), list(5))
    const listed = [0, 1, 2, 3, 4, 5, 9].filter((units) => Customer.isNumberListed(state, number, moment(units)))
    expect(listed).toEqual([1, 2, 5, 9])
    after(list(1)).when(list(2), house).thenNothing()
    after(list(1), unlist(3)).when(unlist(4), house).thenNothing()
    after().when(unlist(1), house).thenNothing()
  })

  it("is refused where its declaration would not hold from the moment it names", () => {
    after(list(2)).when(list(1), house).thenRefused("LISTED", "at")
    after(list(2)).when(unlist(2), house).thenRefused("LISTED", "at")
    after(list(2), unlist(4)).when(unlist(3), house).thenRefused("LISTED", "at")
    after(list(2), unlist(4)).when(list(3), house).thenRefused("LISTED", "at")
    after(declare(2)).when(declare(1), house).thenRefused("FIELD-RESP", "at")
    after(publish(2)).when(publish(1), house).thenRefused("TACET-TIME", "at")
  })

  it("keeps numbers and entry points apart, whatever their references", () => {
    const { state } = after(list(1))
    expect(Customer.isEntryPointListed(state, entryPoint, moment(2))).toBe(false)
    after(list(1))
      .when({ _tag: "ListEntryPoint", at: moment(1), entryPoint }, house)
      .thenEvents({
        _tag: "EntryPointListed",
        occurredAt: moment(1),
        entryPoint,
      })
  })

  it("publishes a scenario of distinct steps and goals, with journeys made of them", () => {
    after(publish(1)).when(publish(2), house).thenNothing()
    after(publish(1))
      .when(publish(1, { goals: [] }), house)
      .thenRefused("TACET-TIME", "at")
    const twice = [...steps, steps[0]!].map((step) => ({ step, kind: "page" as const }))
    after()
      .when(publish(1, { steps: twice }), house)
      .thenRefused("RECORDED", "steps")
    after()
      .when(publish(1, { goals: [goals[0]!, goals[0]!] }), house)
      .thenRefused("RECORDED", "goals")
    after()
      .when(publish(1, { journeys: [[]] }), house)
      .thenRefused("RECORDED", "journeys")
    after()
      .when(publish(1, { steps: [], journeys: [[steps[0]!]] }), house)
      .thenRefused("RECORDED", "journeys")
  })

  it("shows the scenarios as published last, and each as published at a moment", () => {
    const { state } = after(publish(1), publish(3, { goals: [] }))
    expect(Customer.publishedScenarios(state).map(({ goals }) => goals)).toEqual([[]])
    expect([0, 1, 2, 3].map((units) => Customer.scenarioAt(state, scenarios[0]!, moment(units))?.goals.length)).toEqual(
      [undefined, 1, 1, 0],
    )
  })

  it("declares a field once, with one category", () => {
    after(declare(1)).when(declare(2), house).thenNothing()
    after(declare(1))
      .when(declare(2, { category: "name" }), house)
      .thenRefused("FIELD-RESP", "category")
  })

  it.each(["PIN", "password", "my area/passcode", "Mot de passe", "accessToken", "one-time OTP", "c\u00f3de PIN"])(
    "asks for no credential: %s",
    (name) =>
      after()
        .when(declare(1, { field: name as never }), house)
        .thenRefused("REDIRECT", "field"),
  )

  it.each(["reason for the call", "spinning wheel", "opinion", "postcode", "shipping", "pinned message"])(
    "may ask for what only sounds like one: %s",
    (name) => {
      after()
        .when(declare(1, { field: name as never }), house)
        .thenEvents({
          _tag: "InputFieldDeclared",
          occurredAt: moment(1),
          field: name as never,
          category: "freeText",
          required: false,
          origin: "person",
        })
    },
  )
})

/** A command that a rule forbids is refused, by whatever rule is checked first; any other is not refused by it. */
const enforces = (rule: RuleKey) => (story: Story) => {
  const forbids = forbidsInCustomer[rule]!
  const wrong = story.turns.filter(
    (turn) => isOfCustomer(turn) && (forbids(turn) ? refusedBy(turn) === undefined : refusedBy(turn) === rule),
  )
  expect(wrong.map(({ command }) => command)).toEqual([])
}

const declaring = () => aStory({ declares: true })

describe("over stories", () => {
  // Finds: a listing that a second one moves to an earlier moment, or that an unlisting before it ends.
  it.prop(
    "LISTED: the latest declaration by a moment decides whether an entry is listed then",
    [declaring(), aTrigger, aMoment],
    (story, by, at) => {
      enforces("LISTED")(story)
      const listed =
        by._tag === "contactRequest"
          ? Customer.isEntryPointListed(story.customer, by.entryPoint, at)
          : Customer.isNumberListed(story.customer, by.number, at)
      expect(listed).toBe(isListed(story, by, DateTime.toEpochMillis(at)))
    },
    runs,
  )

  // Finds: an accepted command that leaves its reference in the other state from its moment on.
  it.prop(
    "LISTED: an accepted listing or unlisting holds from its moment on",
    [declaring()],
    (story) => {
      const wrong = story.turns.filter((turn) => {
        if (!isOfCustomer(turn) || Result.isFailure(turn.outcome)) return false
        const { command } = turn
        const state = Decider.replay(Customer.decider, [...turn.declared, ...turn.outcome.success])
        switch (command._tag) {
          case "ListNumber":
            return !Customer.isNumberListed(state, command.number, command.at)
          case "UnlistNumber":
            return Customer.isNumberListed(state, command.number, command.at)
          case "ListEntryPoint":
            return !Customer.isEntryPointListed(state, command.entryPoint, command.at)
          case "UnlistEntryPoint":
            return Customer.isEntryPointListed(state, command.entryPoint, command.at)
          default:
            return false
        }
      })
      expect(wrong.map(({ command }) => command)).toEqual([])
    },
    runs,
  )

  // Finds: an adoption in the past, by which data bound to one version would become bound to another.
  it.prop(
    "POLICY-BIND: at each moment one version is in force, the one adopted last by then",
    [declaring(), aMoment],
    (story, at) => {
      enforces("POLICY-BIND")(story)
      expect(Customer.policyVersionAt(story.customer, at)).toBe(policyAt(story, DateTime.toEpochMillis(at)))
      const adopted = story.declared.filter(({ _tag }) => _tag === "PolicyVersionAdopted").map(millis)
      expect(adopted.every((one, index) => index === 0 || one > adopted[index - 1]!)).toBe(true)
    },
    runs,
  )

  // Finds: a journey whose last step is not looked at; a step or goal declared twice.
  it.prop(
    "RECORDED: a scenario declares each step once, and its journeys are made of them",
    [declaring()],
    (story) => {
      enforces("RECORDED")(story)
      for (const event of story.declared) {
        if (event._tag !== "ScenarioPublished") continue
        const names = event.steps.map(({ step }) => step)
        expect(new Set(names).size).toBe(names.length)
        expect(event.journeys.flat().every((step) => names.includes(step))).toBe(true)
      }
    },
    runs,
  )

  // Finds: a publication dated before the one it replaces.
  it.prop("TACET-TIME: a scenario is replaced by later ones only", [declaring()], enforces("TACET-TIME"), runs)

  // Finds: a required field for free text.
  it.prop("VOLUNTARY: no field for free text has to be filled in", [declaring()], enforces("VOLUNTARY"), runs)

  // Finds: a field for a passcode under a name of several words.
  it.prop(
    "REDIRECT: no field asks for a credential",
    [declaring()],
    (story) => {
      enforces("REDIRECT")(story)
      expect(
        story.declared.filter((event) => event._tag === "InputFieldDeclared" && /pin|passcode/i.test(event.field)),
      ).toEqual([])
    },
    runs,
  )

  // Finds: a field redeclared with another category, by which typed values would change their category.
  it.prop(
    "FIELD-RESP: a field has one category, from one moment on",
    [declaring()],
    (story) => {
      enforces("FIELD-RESP")(story)
      const names = story.declared.flatMap((event) => (event._tag === "InputFieldDeclared" ? [event.field] : []))
      expect(new Set(names).size).toBe(names.length)
    },
    runs,
  )

  // Finds: a category that no event may hold, let in through a declared field.
  it.prop(
    "CALL-LOG ADDR-READ GEO-NEVER: no field is declared for a call log, an address book or a location",
    [fc.constantFrom(...PersonalDataCategory.literals), fc.boolean(), declaring()],
    (category, required, story) => {
      const command = { ...declare(0), category, required } as CommandOf<"DeclareInputField">
      const outcome = Customer.decider.decide(Customer.decider.initial, command, house)
      const rules = {
        deviceCallLog: "CALL-LOG",
        addressBook: "ADDR-READ",
        preciseLocation: "GEO-NEVER",
        coarseLocation: "GEO-NEVER",
      }
      const rule = Object.entries(rules).find(([barred]) => barred === category)?.[1]
      if (rule !== undefined) expect(Result.isFailure(outcome) && outcome.failure.rule).toBe(rule)
      else
        expect(["VOLUNTARY", "MANDATORY", undefined]).toContain(
          Result.isFailure(outcome) ? outcome.failure.rule : undefined,
        )
      for (const one of ["CALL-LOG", "ADDR-READ", "GEO-NEVER"] as const) enforces(one)(story)
    },
    runs,
  )

  // Finds: any rule that refuses more than it forbids.
  it.prop(
    "LISTED POLICY-BIND RECORDED: a declaration that no rule forbids is accepted",
    [declaring()],
    (story) => {
      const wrong = story.turns.filter((turn) => {
        if (!isOfCustomer(turn)) return false
        const isForbidden = Object.values(forbidsInCustomer).some((forbids) => forbids(turn))
        return isForbidden === (refusedBy(turn) === undefined)
      })
      expect(wrong.map(({ command }) => command)).toEqual([])
    },
    runs,
  )

  // Finds: a publication compared by the order of its fields; a listing that is recorded again.
  it.prop(
    "TACET-ONCE: a declaration that was accepted adds nothing when it comes again, at once or later",
    [declaring()],
    (story) => {
      const known = story.turns.filter((turn) => isOfCustomer(turn) && refusedBy(turn) === undefined)
      const twice = play(known.flatMap((turn) => [turn, { command: reversed(turn.command) }])).turns
      expect(twice.filter((turn, index) => index % 2 === 1 && recordedBy(turn).length > 0)).toEqual([])
      expect(twice.filter((turn) => refusedBy(turn) !== undefined)).toEqual([])
      const later = play([...known, ...known.filter((turn) => recordedBy(turn).length > 0)]).turns.slice(known.length)
      expect(later.filter((turn) => recordedBy(turn).length > 0)).toEqual([])
    },
    runs,
  )

  // Finds: an event that carries more than its schema stores, so that a state that is read again knows less.
  it.prop(
    "TACET-FORMAT: the state after replay of stored events is the live state",
    [declaring()],
    (story) => {
      expect(Decider.replay(Customer.decider, story.declared.map(stored(Customer.codec)))).toEqual(story.customer)
    },
    runs,
  )

  // Finds: an evolve that fails at an unlisting without a listing, or that changes the state it was given.
  it.prop(
    "TACET-FORMAT: evolve accepts every event in any order, and changes no state it is given",
    [declaring(), fc.array(fc.nat(), { maxLength: 12, size: "max" })],
    ({ declared }, order) => {
      if (declared.length === 0) return
      let state = Customer.decider.initial
      const kept: Array<readonly [Customer.State, string]> = []
      for (const index of order) {
        kept.push([state, shown(state)])
        state = Customer.decider.evolve(state, declared[index % declared.length]!)
      }
      expect(kept.filter(([before, text]) => shown(before) !== text)).toEqual([])
      expect(shown(Customer.decider.initial)).toBe(initially)
    },
    runs,
  )

  // Finds: a refusal that quotes what it refuses.
  it.prop(
    "NO-IDENTIFY: a refusal names an existing rule, says what would be accepted and holds no value of the command",
    [declaring(), aCustomerCommand],
    (story, command) => {
      const outcome = Customer.decider.decide(story.customer, command, house)
      if (Result.isSuccess(outcome)) return
      expect(ruleKeys).toContain(outcome.failure.rule)
      expect(outcome.failure.accepted.length).toBeGreaterThan(9)
      expect(told(outcome.failure)).not.toMatch(/zq-|[0-9a-f]{8}-[0-9a-f]{4}|\d{4}-\d\d-\d\d|\d{12}/)
    },
    runs,
  )
})

/** The same command with its fields, and those of its steps, in another order. */
const reversed = <Command extends object>(command: Command): Command =>
  Object.fromEntries(
    Object.entries(command)
      .toReversed()
      .map(([name, value]: [string, unknown]) => [
        name,
        name === "steps" ? (value as ReadonlyArray<object>).map(reversed) : value,
      ]),
  ) as Command
