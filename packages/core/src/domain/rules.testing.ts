/**
 * When each rule forbids a turn, read from the bare lists of events that came before: no state, no fold, nothing of the
 * deciders. A rule that is not named here forbids nothing.
 */
import type { RuleKey } from "../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type * as Customer from "./Customer.ts"
import type * as Interaction from "./Interaction.ts"
import { type CustomerTurn, type InteractionTurn, millis } from "./stories.testing.ts"

const day = 24 * 3_600_000

type Declared<Tag extends Customer.Event["_tag"]> = Extract<Customer.Event, { readonly _tag: Tag }>
type Happened<Tag extends Interaction.Event["_tag"]> = Extract<Interaction.Event, { readonly _tag: Tag }>

const declarations = <Tag extends Customer.Event["_tag"]>(
  turn: { readonly declared: ReadonlyArray<Customer.Event> },
  ...tags: ReadonlyArray<Tag>
): ReadonlyArray<Declared<Tag>> =>
  turn.declared.filter((event): event is Declared<Tag> => tags.some((tag) => tag === event._tag))

const occurrences = <Tag extends Interaction.Event["_tag"]>(
  turn: { readonly happened: ReadonlyArray<Interaction.Event> },
  ...tags: ReadonlyArray<Tag>
): ReadonlyArray<Happened<Tag>> =>
  turn.happened.filter((event): event is Happened<Tag> => tags.some((tag) => tag === event._tag))

/** The latest event by a moment, in order of time. */
const lastBy = <Event extends Customer.Event>(events: ReadonlyArray<Event>, at: number): Event | undefined =>
  events
    .filter((event) => millis(event) <= at)
    .toSorted((one, other) => millis(one) - millis(other))
    .at(-1)

/** Whether the latest statement on a number or an entry point, by a moment, is that it is listed. */
export const isListed = (
  turn: { readonly declared: ReadonlyArray<Customer.Event> },
  trigger: Interaction.Trigger,
  at: number,
): boolean => {
  if (trigger._tag === "contactRequest") {
    const said = declarations(turn, "EntryPointListed", "EntryPointUnlisted").filter(
      ({ entryPoint }) => entryPoint === trigger.entryPoint,
    )
    return lastBy(said, at)?._tag === "EntryPointListed"
  }
  const said = declarations(turn, "NumberListed", "NumberUnlisted").filter(({ number }) => number === trigger.number)
  return lastBy(said, at)?._tag === "NumberListed"
}

/** The policy version adopted last by a moment. */
export const policyAt = (turn: { readonly declared: ReadonlyArray<Customer.Event> }, at: number): string | undefined =>
  lastBy(declarations(turn, "PolicyVersionAdopted"), at)?.policyVersion

const scenarioAt = (turn: InteractionTurn, scenario: string, at: number) =>
  lastBy(
    declarations(turn, "ScenarioPublished").filter((published) => published.scenario === scenario),
    at,
  )

const startOf = (turn: InteractionTurn) => occurrences(turn, "InteractionStarted")[0]

/** The events that show a person in the interface. */
export const activities: ReadonlyArray<Interaction.Event["_tag"]> = [
  "InteractionStarted",
  "NoticeShown",
  "TerminalObserved",
  "CallInhibited",
  "InterfaceActivated",
  "StepTaken",
  "InputEntered",
  "InputChanged",
  "InputDeleted",
  "SurveyAnswered",
  "RedirectedToCustomer",
  "CallRequested",
  "GoalReached",
]

const inInterface: ReadonlySet<string> = new Set([
  "ShowNotice",
  "ObserveTerminal",
  "InhibitCall",
  "ActivateInterface",
  "TakeStep",
  "EnterInput",
  "DeleteInput",
  "AnswerSurvey",
  "RedirectToCustomer",
  "RequestCall",
  "ReachGoal",
])

const lastSeen = (turn: InteractionTurn): number => Math.max(...occurrences(turn, ...activities).map(millis))
const endOf = (turn: InteractionTurn): number =>
  Math.max(lastSeen(turn), ...occurrences(turn, "InteractionEnded").map(millis))

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

const barred: Partial<Record<RuleKey, ReadonlyArray<PersonalDataCategory>>> = {
  "CALL-LOG": ["deviceCallLog"],
  "ADDR-READ": ["addressBook"],
  "GEO-NEVER": ["preciseLocation", "coarseLocation"],
}

const ofTerminal: ReadonlyArray<PersonalDataCategory> = [
  "ipAddress",
  "telephoneNumber",
  "deviceIdentifier",
  "advertisingIdentifier",
  "terminalEnvironment",
  "connectionLog",
  "interfaceUsage",
  "cookieIdentifier",
]

const categoriesOf = (turn: InteractionTurn): ReadonlyArray<PersonalDataCategory> =>
  turn.command._tag === "ObserveTerminal" ? turn.command.values.map(({ category }) => category) : []

const barredInTerminal = (rule: RuleKey) => (turn: InteractionTurn) =>
  categoriesOf(turn).some((category) => barred[rule]!.includes(category))

/** The events and fields that already hold a sealed value. */
const placesOf = (turn: InteractionTurn, reference: string): ReadonlyArray<readonly [tag: string, field: string]> =>
  turn.happened.flatMap((event): ReadonlyArray<readonly [string, string]> => {
    switch (event._tag) {
      case "TerminalObserved":
        return event.values.some((value) => value.reference === reference) ? [["terminal", ""]] : []
      case "InputEntered":
      case "InputChanged":
        return event.value.reference === reference ? [["input", event.field]] : []
      case "SurveyAnswered":
        return event.answer.reference === reference ? [["answer", event.field]] : []
      default:
        return []
    }
  })

/** The value of a field: the latest entry, unless a deletion followed. */
export const inputIn = (happened: ReadonlyArray<Interaction.Event>, field: string): string | undefined => {
  const last = occurrences({ happened }, "InputEntered", "InputChanged", "InputDeleted").findLast(
    (event) => event.field === field,
  )
  return last === undefined || last._tag === "InputDeleted" ? undefined : last.value.reference
}

const isRepeatedRedirect = (turn: InteractionTurn): boolean => {
  const { command } = turn
  return command._tag === "RedirectToCustomer" && occurrences(turn, "RedirectedToCustomer").at(-1)?.to === command.to
}

const evidence = { false: 0, unknown: 1, true: 2 } as const
const spokeFor = (human: Interaction.PersonReached): number => evidence[`${human}`]

const callOf = (turn: InteractionTurn, call: string) => ({
  placed: occurrences(turn, "CallPlaced").find((event) => event.call === call),
  answers: occurrences(turn, "CallAnswered").filter((event) => event.call === call),
  ended: occurrences(turn, "CallEnded").find((event) => event.call === call),
})

const isInput = (command: Interaction.Command): boolean =>
  command._tag === "EnterInput" || command._tag === "AnswerSurvey"

/** Whether a notice of the version in force covered a subject by the moment of the turn. */
const isTold = (turn: InteractionTurn, thing: Interaction.NoticeContent): boolean =>
  occurrences(turn, "NoticeShown").some(
    (notice) =>
      notice.policyVersion === policyAt(turn, millis(turn.command)) &&
      notice.tells.includes(thing) &&
      millis(notice) <= millis(turn.command),
  )

/** When a rule forbids that the command of a turn records anything in the interaction. */
export const forbidsInInteraction: Partial<Record<RuleKey, (turn: InteractionTurn) => boolean>> = {
  SWITCH: ({ command, switchedOn }) =>
    !switchedOn && !["DeleteInput", "EndInteraction", "ExcludeInteraction"].includes(command._tag),
  "TACET-STARTED": (turn) => startOf(turn) === undefined && turn.command._tag !== "StartInteraction",
  TRIGGER: (turn) => {
    const { command } = turn
    const started = startOf(turn)
    if (command._tag !== "StartInteraction" || started === undefined) return false
    const told = (one: typeof command | typeof started) => [
      millis(one),
      one.trigger._tag,
      one.trigger._tag === "contactRequest" ? [one.trigger.channel, one.trigger.entryPoint] : one.trigger.number,
      one.interface,
      one.scenario ?? null,
      one.linkable,
    ]
    return !same(told(command), told(started))
  },
  LISTED: (turn) => {
    const { command } = turn
    if (command._tag === "StartInteraction") {
      return startOf(turn) === undefined && !isListed(turn, command.trigger, millis(command))
    }
    if (command._tag !== "PlaceCall" || callOf(turn, command.call).placed !== undefined) return false
    return !isListed(turn, { _tag: "outgoingCall", number: command.number }, millis(command))
  },
  "POLICY-BIND": (turn) => {
    const { command } = turn
    const bound = policyAt(turn, millis(command))
    if (command._tag === "StartInteraction") return startOf(turn) === undefined && bound === undefined
    if (command._tag !== "ShowNotice" || startOf(turn) === undefined) return false
    const told = occurrences(turn, "NoticeShown").filter(
      (notice) => notice.policyVersion === command.policyVersion && millis(notice) <= millis(command),
    )
    const isKnown = command.tells.every((thing) => told.some(({ tells }) => tells.includes(thing)))
    return !isKnown && command.policyVersion !== bound
  },
  RECORDED: (turn) => {
    const { command } = turn
    const at = millis(command)
    const started = startOf(turn)
    if (command._tag === "StartInteraction") {
      const { scenario } = command
      return started === undefined && scenario !== undefined && scenarioAt(turn, scenario, at) === undefined
    }
    if (started?.scenario === undefined) return false
    const published = scenarioAt(turn, started.scenario, at)
    if (published === undefined) return false
    if (command._tag === "TakeStep") {
      return !published.steps.some(({ kind, step }) => step === command.step && kind === command.kind)
    }
    return command._tag === "ReachGoal" && !published.goals.includes(command.goal)
  },
  "TACET-TIME": (turn) => {
    const { command } = turn
    const at = millis(command)
    const started = startOf(turn)
    if (started === undefined || command._tag === "StartInteraction") return false
    if (at < millis(started)) return true
    if (command._tag === "EndInteraction") {
      return occurrences(turn, "InteractionEnded").length === 0 && at < lastSeen(turn)
    }
    if (command._tag !== "AnswerCall" && command._tag !== "EndCall") return false
    const { answers, ended, placed } = callOf(turn, command.call)
    if (placed === undefined) return false
    const since = command._tag === "EndCall" && ended === undefined ? [placed, ...answers] : [placed]
    return at < Math.max(...since.map(millis))
  },
  "REDIRECT-END": (turn) => {
    const { command } = turn
    if (!inInterface.has(command._tag) || startOf(turn) === undefined || isRepeatedRedirect(turn)) return false
    if (occurrences(turn, "InteractionEnded").length > 0) return false
    if (occurrences(turn, "RedirectedToCustomer").length > 0) return true
    return command._tag === "RedirectToCustomer" && millis(command) < lastSeen(turn)
  },
  "TACET-ENDED": (turn) =>
    inInterface.has(turn.command._tag) && occurrences(turn, "InteractionEnded").length > 0 && !isRepeatedRedirect(turn),
  INHIBIT: (turn) => {
    const trigger = startOf(turn)?.trigger
    if (turn.command._tag !== "InhibitCall" || trigger === undefined) return false
    if (occurrences(turn, "CallInhibited").length > 0) return false
    return trigger._tag !== "outgoingCall" || !isListed(turn, trigger, millis(turn.command))
  },
  ACTIVATE: (turn) => {
    const trigger = startOf(turn)?.trigger
    if (turn.command._tag !== "ActivateInterface" || trigger === undefined) return false
    return occurrences(turn, "InterfaceActivated").length === 0 && !isListed(turn, trigger, millis(turn.command))
  },
  "FIELD-RESP": ({ command, ...turn }) =>
    (command._tag === "EnterInput" || command._tag === "AnswerSurvey") &&
    !declarations(turn, "InputFieldDeclared").some(
      (declared) => declared.field === command.field && millis(declared) <= millis(command),
    ),
  CATEGORIES: ({ command, ...turn }) => {
    if (command._tag !== "EnterInput" && command._tag !== "AnswerSurvey") return false
    const { category } = command._tag === "EnterInput" ? command.value : command.answer
    return declarations(turn, "InputFieldDeclared").some(
      (declared) => declared.field === command.field && declared.category !== category,
    )
  },
  "FREETEXT-LIFE": (turn) => {
    const { command } = turn
    if (command._tag !== "EnterInput") return false
    const changes = occurrences(turn, "InputEntered", "InputChanged", "InputDeleted").filter(
      ({ field }) => field === command.field,
    )
    const isKnown = inputIn(turn.happened, command.field) === command.value.reference
    return !isKnown && changes.some((change) => millis(command) < millis(change))
  },
  "PURPOSE-FIRST": (turn) => {
    const { command } = turn
    const collects = command._tag === "ObserveTerminal" ? command.values.length > 0 : isInput(command)
    return collects && startOf(turn) !== undefined && !isTold(turn, "purposes")
  },
  "ACK-FIRST": (turn) => isInput(turn.command) && startOf(turn) !== undefined && !isTold(turn, "policy"),
  MANDATORY: (turn) => isInput(turn.command) && startOf(turn) !== undefined && !isTold(turn, "fields"),
  AUTO: (turn) => categoriesOf(turn).some((category) => !ofTerminal.includes(category)),
  "CALL-LOG": barredInTerminal("CALL-LOG"),
  "ADDR-READ": barredInTerminal("ADDR-READ"),
  "GEO-NEVER": barredInTerminal("GEO-NEVER"),
  "TACET-CALL": (turn) => {
    const { command } = turn
    if (command._tag !== "AnswerCall" && command._tag !== "EndCall") return false
    const { answers, ended, placed } = callOf(turn, command.call)
    if (placed === undefined) return true
    if (command._tag === "EndCall" || ended === undefined) return false
    return answers.every(({ human }) => spokeFor(command.human) > spokeFor(human))
  },
  "TACET-WINDOW": (turn) => {
    const { command } = turn
    if (startOf(turn) === undefined) return false
    if (command._tag === "PlaceCall") {
      return callOf(turn, command.call).placed === undefined && millis(command) > endOf(turn) + 7 * day
    }
    if (command._tag !== "ObserveRecontact") return false
    const isKnown = occurrences(turn, "RecontactObserved").some((event) => event.class === command.class)
    return !isKnown && millis(command) > endOf(turn) + 14 * day
  },
  "TACET-ONCE": (turn) => {
    const { command } = turn
    switch (command._tag) {
      case "PlaceCall": {
        const { placed } = callOf(turn, command.call)
        const told = (one: typeof command | Happened<"CallPlaced">) => [millis(one), one.number, one.asksForPerson]
        return placed !== undefined && !same(told(command), told(placed))
      }
      case "EndCall": {
        const { ended } = callOf(turn, command.call)
        const told = (one: typeof command | Happened<"CallEnded">) => [
          millis(one),
          one.talkSeconds,
          one.disposition,
          one.legs,
        ]
        return ended !== undefined && !same(told(command), told(ended))
      }
      case "ObserveTerminal": {
        const references = command.values.map(({ reference }) => reference)
        const places = references.map((reference) => placesOf(turn, reference)[0]?.[0])
        if (places.every((place) => place === "terminal")) return false
        return places.some((place) => place !== undefined) || new Set(references).size < references.length
      }
      case "EnterInput": {
        const { reference } = command.value
        return inputIn(turn.happened, command.field) !== reference && placesOf(turn, reference).length > 0
      }
      case "AnswerSurvey": {
        const [place] = placesOf(turn, command.answer.reference)
        return place !== undefined && !same(place, ["answer", command.field])
      }
      default:
        return false
    }
  },
}

/** When a rule forbids that the command of a turn records anything of the Customer. */
export const forbidsInCustomer: Partial<Record<RuleKey, (turn: CustomerTurn) => boolean>> = {
  "POLICY-BIND": ({ command, ...turn }) => {
    if (command._tag !== "AdoptPolicyVersion") return false
    const last = declarations(turn, "PolicyVersionAdopted").at(-1)
    if (last === undefined || millis(command) > millis(last)) return false
    return millis(command) < millis(last) || command.policyVersion !== last.policyVersion
  },
  LISTED: ({ command, ...turn }) => {
    const at = millis(command)
    const about =
      command._tag === "ListNumber" || command._tag === "UnlistNumber"
        ? declarations(turn, "NumberListed", "NumberUnlisted").filter(({ number }) => number === command.number)
        : command._tag === "ListEntryPoint" || command._tag === "UnlistEntryPoint"
          ? declarations(turn, "EntryPointListed", "EntryPointUnlisted").filter(
              ({ entryPoint }) => entryPoint === command.entryPoint,
            )
          : []
    const last = about.at(-1)
    if (last === undefined) return false
    // Listed and unlisted again in no time would be listed at no moment.
    const isVoid = command._tag.startsWith("Unlist") && last._tag.endsWith("Listed") && at === millis(last)
    return at < millis(last) || isVoid
  },
  RECORDED: ({ command }) => {
    if (command._tag !== "PublishScenario") return false
    const steps = command.steps.map(({ step }) => step)
    return (
      steps.some((step, index) => steps.indexOf(step) !== index) ||
      command.goals.some((goal, index) => command.goals.indexOf(goal) !== index) ||
      command.journeys.some((journey) => journey.length === 0 || !journey.every((step) => steps.includes(step)))
    )
  },
  "TACET-TIME": ({ command, ...turn }) => {
    if (command._tag !== "PublishScenario") return false
    const last = declarations(turn, "ScenarioPublished").findLast(({ scenario }) => scenario === command.scenario)
    if (last === undefined || millis(command) > millis(last)) return false
    const told = (one: typeof command | typeof last) => [
      one.steps.map(({ kind, step }) => [step, kind]),
      one.journeys,
      one.goals,
    ]
    return millis(command) < millis(last) || !same(told(command), told(last))
  },
  REDIRECT: ({ command }) => command._tag === "DeclareInputField" && /pin|passcode/i.test(command.field),
  VOLUNTARY: ({ command }) =>
    command._tag === "DeclareInputField" &&
    command.required &&
    ["freeText", "surveyAnswer", "textDialogue", "voiceRecording"].includes(command.category),
  "CALL-LOG": ({ command }) => command._tag === "DeclareInputField" && barred["CALL-LOG"]!.includes(command.category),
  "ADDR-READ": ({ command }) => command._tag === "DeclareInputField" && barred["ADDR-READ"]!.includes(command.category),
  "GEO-NEVER": ({ command }) => command._tag === "DeclareInputField" && barred["GEO-NEVER"]!.includes(command.category),
  "FIELD-RESP": ({ command, ...turn }) => {
    if (command._tag !== "DeclareInputField") return false
    const declared = declarations(turn, "InputFieldDeclared").find(({ field }) => field === command.field)
    const isOther =
      declared !== undefined &&
      (declared.category !== command.category ||
        declared.required !== command.required ||
        declared.reason !== command.reason ||
        declared.origin !== (command.origin ?? "person"))
    return isOther || (declared !== undefined && millis(command) < millis(declared))
  },
  MANDATORY: ({ command, ...turn }) =>
    command._tag === "DeclareInputField" &&
    command.required &&
    command.reason === undefined &&
    !declarations(turn, "InputFieldDeclared").some(({ field }) => field === command.field),
}
