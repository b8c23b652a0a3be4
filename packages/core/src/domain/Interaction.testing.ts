/**
 * A Customer that has declared one of each thing, and commands on it: the scene of tests of the decider of interactions.
 */
import * as Result from "effect/Result"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { given } from "@tacet/testing"
import type * as Customer from "./Customer.ts"
import * as Interaction from "./Interaction.ts"
import {
  calls,
  entryPoints,
  fields,
  goals,
  moment,
  numbers,
  play,
  policies,
  policyAtOf,
  scenarios,
  steps,
} from "./stories.testing.ts"

export const runs = { numRuns: 1000 }

/** Everything a state holds, as text. */
export const shown = (state: Interaction.State): string =>
  JSON.stringify(state, (_, value: unknown) => (value instanceof Map || value instanceof Set ? [...value] : value))

/** The initial state of every story. */
export const initially = shown(Interaction.decider.initial)

// A Customer that has declared one of each thing

export const [number, otherNumber] = numbers as [(typeof numbers)[0], (typeof numbers)[0]]
export const entryPoint = entryPoints[0]!
export const [step, otherStep, undeclaredStep] = steps as [(typeof steps)[0], (typeof steps)[0], (typeof steps)[0]]
export const [call, otherCall] = calls as [(typeof calls)[0], (typeof calls)[0]]
export const [field, otherField] = fields as [(typeof fields)[0], (typeof fields)[0]]

const declared = play(
  (
    [
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policies[0]! },
      { _tag: "ListNumber", at: moment(0), number },
      { _tag: "ListEntryPoint", at: moment(0), entryPoint },
      {
        _tag: "PublishScenario",
        at: moment(0),
        scenario: scenarios[0]!,
        steps: [
          { step, kind: "page" },
          { step: otherStep, kind: "faq" },
        ],
        journeys: [[step]],
        goals: [goals[0]!],
      },
      { _tag: "DeclareInputField", at: moment(0), field, category: "freeText", required: false },
    ] satisfies ReadonlyArray<Customer.Command>
  ).map((command) => ({ command })),
)

export const on: Interaction.Context = {
  customer: declared.customer,
  policyAt: policyAtOf(declared.customer),
  switchedOn: true,
}
export const off: Interaction.Context = { ...on, switchedOn: false }

export const start = (
  change?: Partial<Extract<Interaction.Command, { _tag: "StartInteraction" }>>,
): Interaction.Command => ({
  _tag: "StartInteraction",
  at: moment(1),
  trigger: { _tag: "outgoingCall", number },
  interface: "web" as never,
  linkable: true,
  ...change,
})
export const trigger = (by: Interaction.Trigger): Interaction.Command => start({ trigger: by })
export const place = (units: number, change?: object): Interaction.Command => ({
  _tag: "PlaceCall",
  at: moment(units),
  call,
  number,
  asksForPerson: true,
  ...change,
})
export const answer = (units: number, human: Interaction.PersonReached): Interaction.Command => ({
  _tag: "AnswerCall",
  at: moment(units),
  call,
  human,
})
export const hangUp = (units: number, change?: object): Interaction.Command => ({
  _tag: "EndCall",
  at: moment(units),
  call,
  talkSeconds: 30,
  disposition: "answered",
  legs: 1,
  ...change,
})
export const take = (units: number, taken = step): Interaction.Command => ({
  _tag: "TakeStep",
  at: moment(units),
  step: taken,
  kind: "page",
})
export const sealed = (index: number, category: PersonalDataCategory = "freeText") => ({
  reference: `00000000-0000-4000-8000-00000000000${index}` as never,
  category,
})
export const enter = (units: number, index: number, into = field): Interaction.Command => ({
  _tag: "EnterInput",
  at: moment(units),
  field: into,
  value: sealed(index),
})
export const remove = (units: number): Interaction.Command => ({ _tag: "DeleteInput", at: moment(units), field })
export const redirect = (units: number): Interaction.Command => ({
  _tag: "RedirectToCustomer",
  at: moment(units),
  to: "customerArea",
})
export const notice: Interaction.Command = {
  _tag: "ShowNotice",
  at: moment(1),
  policyVersion: policies[0]!,
  tells: Interaction.NoticeContent.literals,
}
export const end = (units: number): Interaction.Command => ({
  _tag: "EndInteraction",
  at: moment(units),
  reason: "completed",
})

/** A number that no story knows. */
export const lateNumber = "00000000-0000-4000-8000-0000000000ff" as never

/** An interaction to which all this happened. */
export const after = (...commands: ReadonlyArray<Interaction.Command>) => {
  const events: Array<Interaction.Event> = []
  let state = Interaction.decider.initial
  for (const command of commands) {
    for (const event of Result.getOrThrow(Interaction.decider.decide(state, command, on))) {
      events.push(event)
      state = Interaction.decider.evolve(state, event)
    }
  }
  return given(Interaction.decider, ...events)
}

export const live = (scenario?: Customer.Scenario["scenario"]) =>
  after(start(scenario === undefined ? {} : { scenario }), notice)
