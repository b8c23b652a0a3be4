/**
 * Stories for property tests: what a Customer declares and what happens in one interaction, in turns, each decided by
 * the real deciders. Names and moments are few, so that turns collide; most stories begin with the declarations that
 * make an interaction possible.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import { fromBytes, type Uuid } from "../eventsourcing/Uuid.ts"
import type { Version } from "../policy/laws.testing.ts"
import { channels, interceptions, mandatoryFieldDuties } from "../policy/text/parameters/collection.ts"
import { collectionNotices } from "../policy/text/parameters/notice.ts"
import { type PolicyAt, timeline } from "../policy/binding/PolicyBook.ts"
import type { PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import { dialonce20210217 } from "../policy/versions/index.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import * as Customer from "./Customer.ts"
import type * as Identifier from "./Identifier.ts"
import * as Interaction from "./Interaction.ts"

/** One command with the facts that it was decided on, and its result. */
export interface Turn {
  /** The Customer's declarations so far. */
  readonly declared: ReadonlyArray<Customer.Event>
  /** The events of the interaction so far. */
  readonly happened: ReadonlyArray<Interaction.Event>
  readonly switchedOn: boolean
  readonly command: Customer.Command | Interaction.Command
  readonly outcome: Result.Result<ReadonlyArray<Customer.Event | Interaction.Event>, Refusal>
}

/** A turn of the interaction. */
export interface InteractionTurn extends Turn {
  readonly command: Interaction.Command
  readonly outcome: Result.Result<ReadonlyArray<Interaction.Event>, Refusal>
}

/** A turn of the Customer. */
export interface CustomerTurn extends Turn {
  readonly command: Customer.Command
  readonly outcome: Result.Result<ReadonlyArray<Customer.Event>, Refusal>
}

/** A story, and the two states in which it leaves the deciders. */
export interface Story {
  readonly turns: ReadonlyArray<Turn>
  readonly declared: ReadonlyArray<Customer.Event>
  readonly happened: ReadonlyArray<Interaction.Event>
  readonly customer: Customer.State
  readonly interaction: Interaction.State
}

const customerCommands: ReadonlySet<string> = new Set(
  Customer.Command.members.map((member) => member.fields._tag.schema.literal),
)

export const isOfCustomer = (turn: Turn): turn is CustomerTurn => customerCommands.has(turn.command._tag)
export const isOfInteraction = (turn: Turn): turn is InteractionTurn => !customerCommands.has(turn.command._tag)

/** The rule by which a turn was refused, if it was. */
export const refusedBy = (turn: Turn): string | undefined =>
  Result.isFailure(turn.outcome) ? turn.outcome.failure.rule : undefined

/** The events that a turn recorded. */
export const recordedBy = (turn: Turn): ReadonlyArray<Customer.Event | Interaction.Event> =>
  Result.isSuccess(turn.outcome) ? turn.outcome.success : []

export const millis = (one: { readonly occurredAt: DateTime.Utc } | { readonly at: DateTime.Utc }): number =>
  DateTime.toEpochMillis("at" in one ? one.at : one.occurredAt)

/** A command and whether the technology is on when it comes. */
export interface Move {
  readonly command: Customer.Command | Interaction.Command
  readonly switchedOn?: boolean
}

/** Plays moves one after the other, for a Customer that may adopt these texts. */
export const play = (moves: ReadonlyArray<Move>, texts: Customer.Context = house): Story => {
  const turns: Array<Turn> = []
  let declared: ReadonlyArray<Customer.Event> = []
  let happened: ReadonlyArray<Interaction.Event> = []
  let customer = Customer.decider.initial
  let interaction = Interaction.decider.initial
  for (const { command, switchedOn = true } of moves) {
    const before = { declared, happened, switchedOn, command }
    if (customerCommands.has(command._tag)) {
      const outcome = Customer.decider.decide(customer, command as Customer.Command, texts)
      const events = Result.isSuccess(outcome) ? outcome.success : []
      turns.push({ ...before, outcome })
      declared = events.length === 0 ? declared : [...declared, ...events]
      customer = events.reduce(Customer.decider.evolve, customer)
    } else {
      const context = { customer, policyAt: policyAtOf(customer, texts), switchedOn }
      const outcome = Interaction.decider.decide(interaction, command as Interaction.Command, context)
      const events = Result.isSuccess(outcome) ? outcome.success : []
      turns.push({ ...before, outcome })
      happened = events.length === 0 ? happened : [...happened, ...events]
      interaction = events.reduce(Interaction.decider.evolve, interaction)
    }
  }
  const story = { turns, declared, happened, customer, interaction }
  // Prints a counterexample turn by turn.
  return Object.defineProperty(story, fc.toStringMethod, { value: () => turns.map(tell).join("\n") })
}

const tell = ({ command, outcome, switchedOn }: Turn): string => {
  const led = Result.isFailure(outcome) ? outcome.failure.rule : outcome.success.map(({ _tag }) => _tag).join()
  return `${switchedOn ? "" : "(off) "}${JSON.stringify(command)} -> ${led === "" ? "nothing" : led}`
}

// What stories are about; no text but theirs holds `zq-`

const id = (kind: number, index: number): Uuid =>
  fromBytes(Uint8Array.from([kind, index, ...Array<number>(14).fill(7)]), 8)

/** Numbers and entry points share their references: a Customer may list the same one as both. */
export const numbers = [0, 1].map((index) => id(1, index) as Identifier.ListedNumberId)
export const entryPoints = [0, 1].map((index) => id(1, index) as Identifier.EntryPointId)
export const calls = [0, 1].map((index) => id(2, index) as Identifier.CallId)
export const scenarios = ["zq-invoices", "zq-moving"] as ReadonlyArray<string> as ReadonlyArray<Identifier.ScenarioId>
export const steps = ["zq-start", "zq-explain", "zq-faq"] as ReadonlyArray<string> as ReadonlyArray<Identifier.StepId>
export const goals = ["zq-paid", "zq-moved"] as ReadonlyArray<string> as ReadonlyArray<Identifier.GoalId>
export const fields = ["zq-comment", "zq-rating"] as ReadonlyArray<string> as ReadonlyArray<Identifier.FieldId>
export const policies = [
  "zq-house/1",
  "zq-house/2",
] as ReadonlyArray<string> as ReadonlyArray<Identifier.PolicyVersionId>

/**
 * A policy that leaves to the deciders' own rules what it can: every channel, every category, recognition. It owes every
 * notice and allows no location, whatever version the rest is of.
 */
const houseText = (id: string, version: PrivacyPolicy): PrivacyPolicy => {
  const { literals } = PersonalDataCategory
  const says = <A>(value: A) => ({ value, sources: [] })
  return {
    ...version,
    id,
    variants: [],
    parameters: {
      ...version.parameters,
      collectionNotice: says(collectionNotices),
      mandatoryFields: says(mandatoryFieldDuties),
      geolocation: says("forbidden"),
      channels: says(channels),
      interception: says(interceptions),
      recognition: says("on"),
      categories: says({ controller: literals, processor: literals, publisher: literals }),
    },
  }
}

/** The texts that a Customer of stories may adopt, all else as a version says. */
export const houseOf = (version: PrivacyPolicy): Customer.Context => ({
  policies: { ...Customer.published.policies, versions: policies.map((id) => houseText(id, version)) },
})

/** The texts that the Customer of stories may adopt. */
export const house: Customer.Context = houseOf(dialonce20210217)

const timelines = new WeakMap<Customer.State["policyVersions"], PolicyAt>()

/** The policy that binds each moment of a Customer of stories. */
export const policyAtOf = ({ policyVersions }: Customer.State, texts: Customer.Context = house): PolicyAt => {
  const known = timelines.get(policyVersions) ?? timeline(texts.policies, policyVersions)
  timelines.set(policyVersions, known)
  return known
}

/** Stories last from here for two weeks, in turns of twelve hours, a millisecond more or less. */
const beginning = Date.UTC(2026, 0, 1)
const unit = 12 * 3_600_000

/** The moment so many units after the beginning. */
export const moment = (units: number, more = 0): DateTime.Utc => DateTime.makeUnsafe(beginning + units * unit + more)

// Drawing: a whole command comes from one number, which is many times faster than an arbitrary for each field

/** One of so many, the first ones for small numbers. */
type Pick = (choices: number) => number

const aNumber = fc.noBias(fc.maxSafeNat())

const drawn = <A>(number: number, draw: (pick: Pick) => A): A => {
  let left = number
  return draw((choices) => {
    const picked = left % choices
    left = Math.floor(left / choices)
    return picked
  })
}

const drawing = <A>(draw: (pick: Pick) => A): fc.Arbitrary<A> => aNumber.map((number) => drawn(number, draw))

const one = <A>(pick: Pick, of: ReadonlyArray<A>): A => of[pick(of.length)]!
/** The first of two, in all but one of so many. */
const mostly = <A>(pick: Pick, usual: A, other: A, of = 8): A => (pick(of) < of - 1 ? usual : other)

const aMomentIn = (pick: Pick): DateTime.Utc => moment(pick(28), one(pick, [0, 0, 0, 1, -1]))

const usualCategories: ReadonlyArray<PersonalDataCategory> = ["freeText", "surveyAnswer"]
/** Every category, those that rules bar more often. */
const drawnCategories: ReadonlyArray<PersonalDataCategory> = [
  ...PersonalDataCategory.literals,
  ...Array.from({ length: 5 }, () => ["deviceCallLog", "addressBook", "preciseLocation"] as const).flat(),
]
const categoryOf = (pick: Pick, usual: PersonalDataCategory): PersonalDataCategory =>
  pick(6) < 5 ? usual : one(pick, drawnCategories)

/** One of few sealed values, so that the same one comes twice. */
const sealedOf = (pick: Pick, usual: PersonalDataCategory): typeof Sealed.Type => ({
  reference: id(3, pick(8)),
  category: categoryOf(pick, usual),
})

const stepOf = (pick: Pick) => ({
  step: one(pick, steps),
  kind: mostly(pick, "page" as const, "faq" as const),
})

const listOf = <A>(pick: Pick, most: number, draw: (pick: Pick) => A): ReadonlyArray<A> =>
  Array.from({ length: pick(most + 1) }, () => draw(pick))

const credentials = ["zq-my/passcode", "zq-PIN"] as ReadonlyArray<string> as ReadonlyArray<Identifier.FieldId>

const declarationAt = (pick: Pick, at: DateTime.Utc): Customer.Command => {
  switch (pick(7)) {
    case 0:
      return { _tag: "AdoptPolicyVersion", at, policyVersion: one(pick, policies) }
    case 1:
      return { _tag: "ListNumber", at, number: one(pick, numbers) }
    case 2:
      return { _tag: "UnlistNumber", at, number: one(pick, numbers) }
    case 3:
      return { _tag: "ListEntryPoint", at, entryPoint: one(pick, entryPoints) }
    case 4:
      return { _tag: "UnlistEntryPoint", at, entryPoint: one(pick, entryPoints) }
    case 5:
      return {
        _tag: "PublishScenario",
        at,
        scenario: one(pick, scenarios),
        steps: listOf(pick, 3, stepOf),
        journeys: listOf(pick, 1, () => listOf(pick, 2, () => one(pick, steps))),
        goals: listOf(pick, 2, () => one(pick, goals)),
      }
    default: {
      const index = pick(2)
      return {
        _tag: "DeclareInputField",
        at,
        field: mostly(pick, fields[index]!, credentials[index]!, 6),
        category: categoryOf(pick, usualCategories[index]!),
        required: pick(2) === 1,
        ...(pick(2) === 1 ? { reason: "zq-delivery" as Identifier.FieldReason } : {}),
      }
    }
  }
}

const triggerOf = (pick: Pick, rarely = 4): Interaction.Trigger => {
  const index = mostly(pick, 0, 1, rarely)
  switch (pick(3)) {
    case 0:
      return { _tag: "outgoingCall", number: numbers[index]! }
    case 1:
      return { _tag: "incomingCall", number: numbers[index]! }
    default:
      return { _tag: "contactRequest", channel: one(pick, ["web", "qr"]), entryPoint: entryPoints[index]! }
  }
}

const startAt = (pick: Pick, at: DateTime.Utc, rarely = 4): Interaction.Command => {
  const scenario = mostly(pick, one(pick, [undefined, scenarios[0]]), scenarios[1], rarely)
  return {
    _tag: "StartInteraction",
    at,
    trigger: triggerOf(pick, rarely),
    interface: one(pick, ["web", "app"] as ReadonlyArray<string> as ReadonlyArray<Identifier.InterfaceId>),
    ...(scenario === undefined ? {} : { scenario }),
    linkable: pick(2) === 1,
  }
}

const occurrenceAt = (pick: Pick, at: DateTime.Utc): Interaction.Command => {
  const index = mostly(pick, 0, 1, 3)
  switch (pick(27)) {
    case 25:
      return {
        _tag: "ShowNotice",
        at,
        policyVersion: mostly(pick, policies[0]!, policies[1]!, 3),
        tells: listOf(pick, 3, () => one(pick, Interaction.NoticeContent.literals)),
      }
    case 0:
      return { _tag: "ObserveTerminal", at, values: listOf(pick, 2, () => sealedOf(pick, "terminalEnvironment")) }
    case 1:
      return { _tag: "InhibitCall", at }
    case 2:
      return { _tag: "ActivateInterface", at }
    case 3:
    case 4:
      return { _tag: "TakeStep", at, ...stepOf(pick) }
    case 5:
    case 6:
    case 7:
      return { _tag: "EnterInput", at, field: fields[index]!, value: sealedOf(pick, usualCategories[index]!) }
    case 8:
      return { _tag: "DeleteInput", at, field: fields[index]! }
    case 9:
    case 10:
      return { _tag: "AnswerSurvey", at, field: fields[index]!, answer: sealedOf(pick, usualCategories[index]!) }
    case 11:
      return { _tag: "RequestCall", at }
    case 12:
    case 13:
    case 14:
    case 15:
      return {
        _tag: "PlaceCall",
        at,
        call: calls[index]!,
        number: mostly(pick, numbers[0]!, numbers[1]!),
        asksForPerson: pick(2) === 1,
      }
    case 16:
    case 17:
      return { _tag: "AnswerCall", at, call: calls[index]!, human: one(pick, [false, "unknown", true]) }
    case 18:
    case 19:
      return {
        _tag: "EndCall",
        at,
        call: calls[index]!,
        talkSeconds: one(pick, [0, -0, 12]),
        disposition: one(pick, ["answered", "busy"]),
        legs: 1 + pick(2),
      }
    case 20:
      return { _tag: "ReachGoal", at, goal: one(pick, goals) }
    case 21:
      return { _tag: "ExcludeInteraction", at, reason: one(pick, ["test", "bot"]) }
    case 22:
      return { _tag: "ObserveRecontact", at, class: one(pick, Interaction.RecontactClass.literals) }
    case 23:
      return startAt(pick, at)
    case 24:
      return pick(2) === 0
        ? { _tag: "RedirectToCustomer", at, to: one(pick, ["customerArea", "website"]) }
        : { _tag: "RequestCall", at }
    default:
      return pick(2) === 0
        ? { _tag: "EndInteraction", at, reason: one(pick, ["completed", "timedOut"]) }
        : { _tag: "ReachGoal", at, goal: one(pick, goals) }
  }
}

/** Any command for a Customer, about the things of stories. */
export const aCustomerCommand: fc.Arbitrary<Customer.Command> = drawing((pick) => declarationAt(pick, aMomentIn(pick)))

/** Any command for an interaction, about the things of stories. */
export const anInteractionCommand: fc.Arbitrary<Interaction.Command> = drawing((pick) =>
  occurrenceAt(pick, aMomentIn(pick)),
)

/** Any sealed value, of whatever category. */
export const aSealed: fc.Arbitrary<typeof Sealed.Type> = drawing((pick) => ({
  ...sealedOf(pick, "terminalEnvironment"),
  category: one(pick, PersonalDataCategory.literals),
}))

/** Any moment of stories. */
export const aMoment: fc.Arbitrary<DateTime.Utc> = drawing(aMomentIn)

/** A trigger of an interaction, from the numbers and entry points of stories. */
export const aTrigger: fc.Arbitrary<Interaction.Trigger> = drawing(triggerOf)

// Stories

/** The declarations that make an interaction possible, each left out now and then. */
const settingOf = (pick: Pick): ReadonlyArray<Move> => {
  const at = moment(0)
  const scenario: Customer.Command = {
    _tag: "PublishScenario",
    at,
    scenario: scenarios[0]!,
    steps: steps.slice(0, 2).map((step) => ({ step, kind: "page" })),
    journeys: [],
    goals: goals.slice(0, 1),
  }
  const commands: ReadonlyArray<Customer.Command> = [
    { _tag: "AdoptPolicyVersion", at, policyVersion: policies[0]! },
    { _tag: "ListNumber", at, number: numbers[0]! },
    { _tag: "ListEntryPoint", at, entryPoint: entryPoints[0]! },
    scenario,
    ...fields.map((field, index): Customer.Command => {
      return { _tag: "DeclareInputField", at, field, category: usualCategories[index]!, required: false }
    }),
  ]
  const begins = moment(pick(3))
  const start: Move = { command: startAt(pick, begins, 16) }
  const notice: Move = {
    command: { _tag: "ShowNotice", at: begins, policyVersion: policies[0]!, tells: Interaction.NoticeContent.literals },
  }
  const isStarted = mostly(pick, true, false, 16)
  const isTold = mostly(pick, true, false, 16)
  return [
    ...commands.filter(() => mostly(pick, true, false, 16)).map((command) => ({ command })),
    ...(isStarted ? [start] : []),
    ...(isStarted && isTold ? [notice] : []),
  ]
}

/** Values of which one may replace another. */
const pools: ReadonlyArray<ReadonlyArray<unknown>> = [
  numbers,
  calls,
  scenarios,
  steps,
  goals,
  fields,
  policies,
  ["page", "faq"],
  ["web", "app"],
  ["customerArea", "website"],
  ["answered", "busy"],
]
const humans: ReadonlyArray<unknown> = [true, false, "unknown"]

/** The same command with one of its fields changed, or none. */
const altered = <Command extends Move["command"]>(pick: Pick, command: Command): Command => {
  const names = Object.keys(command).filter((name) => name !== "_tag")
  const name = one(pick, [...names, undefined, undefined])
  if (name === undefined) return command
  const value = (command as Record<string, unknown>)[name]
  const pool = name === "human" ? humans : (pools.find((pool) => pool.includes(value)) ?? [])
  const others = typeof value === "boolean" && name !== "human" ? [!value] : pool.filter((other) => other !== value)
  const other =
    name === "at"
      ? DateTime.add(command.at, { milliseconds: one(pick, [-1, 1]) })
      : name === "trigger"
        ? triggerOf(pick, 2)
        : typeof value === "number"
          ? value + 1
          : others.length > 0
            ? one(pick, others)
            : value
  return { ...command, [name]: other }
}

/**
 * A story: a setting, then moves. Their moments advance, but now and then a move comes late, or an earlier move is
 * repeated, unchanged or with one change; in one of ten stories moves come in any order. `declares` has the Customer
 * speak in every other move; else in one of ten. `under` plays it in the time of a version, under its text.
 */
export const aStory = (options?: { readonly declares?: boolean; readonly under?: Version }): fc.Arbitrary<Story> => {
  const between = options?.declares === true ? 2 : 10
  const under = options?.under
  const texts = under === undefined ? house : houseOf(under.text)
  const shift = under === undefined ? 0 : DateTime.toEpochMillis(under.policy.at) - beginning
  const inItsTime = <Command extends Move["command"]>(command: Command): Command => ({
    ...command,
    at: DateTime.add(command.at, { milliseconds: shift }),
  })
  const moveOf = (pick: Pick) => {
    const switchedOn = mostly(pick, true, false, 12)
    const again = pick(6) === 5 ? pick(100) : undefined
    const late = pick(8) === 7 ? -1 - pick(6) : 0
    const at = aMomentIn(pick)
    const isDeclared = pick(between) === between - 1
    const command = isDeclared ? declarationAt(pick, at) : occurrenceAt(pick, at)
    return {
      command,
      switchedOn,
      again,
      late,
      alter: <Command extends Move["command"]>(of: Command) => altered(pick, of),
    }
  }
  return fc
    .tuple(aNumber, fc.nat(9), fc.array(aNumber, { maxLength: 30, size: "max" }))
    .map(([setting, backward, numbers]) =>
      told(`${under?.text.id ?? ""} ${between} ${setting} ${backward} ${numbers.join()}`, () => {
        const moves = numbers.map((number) => drawn(number, moveOf))
        const moments = moves.map(({ command }) => DateTime.toEpochMillis(command.at))
        if (backward < 9) moments.sort((one, other) => one - other)
        const said: Array<Move> = [...drawn(setting, settingOf)]
        moves.forEach(({ again, alter, command, late, switchedOn }, index) => {
          const before = again === undefined ? undefined : said[said.length - 1 - (again % said.length)]
          const at = DateTime.makeUnsafe(moments[index]! + late * unit)
          said.push({ switchedOn, command: before === undefined ? { ...command, at } : alter(before.command) })
        })
        return play(
          said.map((move) => ({ ...move, command: inItsTime(move.command) })),
          texts,
        )
      }),
    )
}

/** A story of one call or of one field alone, at few moments and in any order. */
export const aLifeOf = (what: "call" | "field"): fc.Arbitrary<Story> => {
  const moveOf = (pick: Pick): Move => {
    const at = moment(1 + pick(5))
    const call = calls[0]!
    const field = fields[0]!
    const kind = pick(5)
    if (what === "field") {
      return kind < 2
        ? { command: { _tag: "DeleteInput", at, field } }
        : { command: { _tag: "EnterInput", at, field, value: { ...sealedOf(pick, "freeText"), category: "freeText" } } }
    }
    if (kind === 0) return { command: { _tag: "PlaceCall", at, call, number: numbers[0]!, asksForPerson: true } }
    return kind < 3
      ? { command: { _tag: "AnswerCall", at, call, human: one(pick, [false, "unknown", true]) } }
      : { command: { _tag: "EndCall", at, call, talkSeconds: pick(2), disposition: "answered", legs: 1 } }
  }
  const begin: ReadonlyArray<Move> = [
    ...drawn(0, settingOf).filter(({ command }) => customerCommands.has(command._tag)),
    {
      command: {
        _tag: "StartInteraction",
        at: moment(0),
        trigger: { _tag: "outgoingCall", number: numbers[0]! },
        interface: "web" as Identifier.InterfaceId,
        linkable: true,
      },
    },
    {
      command: {
        _tag: "ShowNotice",
        at: moment(0),
        policyVersion: policies[0]!,
        tells: Interaction.NoticeContent.literals,
      },
    },
  ]
  return fc
    .array(aNumber, { maxLength: 10, size: "max" })
    .map((numbers) => play([...begin, ...numbers.map((number) => drawn(number, moveOf))]))
}

/** Properties are checked from one seed and draw the same stories: each is played once. */
const told = (name: string, tell: () => Story): Story => {
  const known = stories.get(name)
  if (known !== undefined) return known
  const story = tell()
  stories.set(name, story)
  return story
}
const stories = new Map<string, Story>()
