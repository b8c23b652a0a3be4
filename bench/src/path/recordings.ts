/**
 * What an application would record: interactions of ninety days with steps, calls and ends, from a seed. Some seven
 * events each.
 */
import type { Customer, Identifier, Interaction } from "@tacet/core/domain"
import { type CustomerId, Uuid } from "@tacet/core/eventsourcing"
import { PolicyBook, Vocabulary } from "@tacet/core/policy"
import type { Interactions } from "@tacet/core/services"
import * as DateTime from "effect/DateTime"
import type { StepEvent } from "../fold/StepEvent.ts"
import { type Random, seeded } from "../random.ts"

/** How many interactions there are at full size. */
export const fullSize = 100_000

const days = 90
const begin = Date.UTC(2026, 0, 1)
const second = 1000

/** The steps of the scenario. */
export const screens = [
  "menu/welcome",
  "invoice/list",
  "invoice/explain",
  "invoice/pay",
  "moving/start",
  "moving/form",
  "outage/map",
  "outage/report",
  "contract/change",
  "contract/end",
  "faq/top",
  "contact/options",
] as ReadonlyArray<string> as ReadonlyArray<Identifier.StepId>
const popularity = [30, 18, 14, 6, 5, 3, 8, 4, 4, 2, 10, 9]

/** The Customer of these interactions. */
export const customer = "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7b001" as CustomerId.CustomerId
/** What it has declared. */
export const number = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as Identifier.ListedNumberId
export const entryPoint = "3f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c02" as Identifier.EntryPointId
export const scenario = "visual-menu" as Identifier.ScenarioId

const says = <A>(value: A) => ({ value, sources: [] })

/** The published texts, and a policy of the Customer's own by which calls start interactions and are inhibited. */
export const policies: PolicyBook.PolicyBook = {
  ...PolicyBook.published,
  customerPolicies: [
    {
      id: "bench/own",
      from: DateTime.makeUnsafe(0),
      parameters: { channels: says(Vocabulary.channels), interception: says(Vocabulary.interceptions) },
    },
  ],
}

/** What that Customer has declared before. */
export const declarations: ReadonlyArray<Customer.Command> = [
  { _tag: "AdoptPolicyVersion", policyVersion: "dialonce/2021-02-17" as Identifier.PolicyVersionId },
  { _tag: "ListNumber" as const, number },
  { _tag: "ListEntryPoint" as const, entryPoint },
  {
    _tag: "PublishScenario" as const,
    scenario,
    steps: screens.map((step) => ({ step, kind: "page" as const })),
    journeys: screens.slice(1).map((step) => [screens[0]!, step]),
    goals: [],
  },
].map((declaration) => ({ ...declaration, at: DateTime.makeUnsafe(0) }) as Customer.Command)

/** Recordings in the order of their start, each of one whole interaction. */
export const generate = (interactions: number, seed = 2026): ReadonlyArray<Interactions.Recording> => {
  const random = seeded(seed)
  return Array.from({ length: interactions }, (_, place) => ({
    customer,
    interaction: uuid(random),
    commands: commandsOf(random, begin + Math.floor((place / interactions) * days * 86_400_000)),
  }))
}

/** The steps among recorded commands, up to the first call: what the hand-written loop is given. */
export const stepsOf = (recordings: ReadonlyArray<Interactions.Recording>): ReadonlyArray<StepEvent> =>
  recordings.flatMap(({ commands }, interaction) =>
    commands.flatMap((command) => (command._tag === "TakeStep" ? [{ interaction, step: command.step }] : [])),
  )

const commandsOf = (random: Random, startedAt: number): ReadonlyArray<Interaction.Command> => {
  let now = startedAt
  const moment = (): DateTime.Utc => DateTime.makeUnsafe((now += Math.floor(random.next() * 20 * second)))
  const fromCall = random.next() < 0.6
  const commands: Array<Interaction.Command> = [
    {
      _tag: "StartInteraction",
      at: moment(),
      trigger: fromCall ? { _tag: "outgoingCall", number } : { _tag: "contactRequest", channel: "web", entryPoint },
      interface: "web" as Identifier.InterfaceId,
      scenario,
      linkable: random.next() < 0.7,
    },
  ]
  if (fromCall) commands.push({ _tag: "InhibitCall", at: moment() })
  const steps = Math.min(40, Math.max(1, Math.round(Math.exp(0.9 + 0.7 * random.normal()))))
  for (let step = 0; step < steps; step++) {
    commands.push({ _tag: "TakeStep", at: moment(), step: screens[random.weighted(popularity)]!, kind: "page" })
  }
  if (random.next() < 0.35) commands.push(...callOf(random, moment, uuid(random) as string as Identifier.CallId))
  commands.push({ _tag: "EndInteraction", at: moment(), reason: "completed" })
  return commands
}

/** A call from its beginning to its end: most reach a person, the others end in the queue. */
export const callOf = (
  random: Random,
  moment: () => DateTime.Utc,
  call: Identifier.CallId,
): ReadonlyArray<Interaction.Command> => {
  const isReached = random.next() < 0.7
  const talkSeconds = isReached ? random.below(600) : 0
  return [
    { _tag: "PlaceCall", at: moment(), call, number, asksForPerson: true },
    ...(isReached ? [{ _tag: "AnswerCall" as const, at: moment(), call, human: true }] : []),
    {
      _tag: "EndCall",
      at: moment(),
      call,
      talkSeconds,
      disposition: isReached ? "answered" : "queueAbandoned",
      legs: 1,
    },
  ]
}

const uuid = (random: Random): Uuid.Uuid =>
  Uuid.fromBytes(
    Uint8Array.from({ length: 16 }, () => random.below(256)),
    4,
  )
