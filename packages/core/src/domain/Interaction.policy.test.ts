/**
 * What the policy of a moment lets an interaction do, under each published version: what it forbids is refused, what it
 * allows is accepted. The tables say what each version allows, from the documents, not from the values in the code.
 */
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import { type PolicyAt, timeline } from "../policy/binding/PolicyBook.ts"
import { channels } from "../policy/text/Vocabulary.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../policy/versions/index.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import * as CommandInput from "./CommandInput.ts"
import * as Customer from "./Customer.ts"
import { told } from "./expectations.testing.ts"
import type { EntryPointId, FieldId, InterfaceId, ListedNumberId, PolicyVersionId } from "./Identifier.ts"
import * as Interaction from "./Interaction.ts"

const runs = { numRuns: 1000 }
type Command = Interaction.Command
type Channel = (typeof channels)[number]

const number = "0a0a0a0a-0000-4000-8000-000000000001" as ListedNumberId
const entryPoint = "0a0a0a0a-0000-4000-8000-000000000002" as EntryPointId
const [typed, served] = ["zq-comment", "zq-account"] as ReadonlyArray<string> as readonly [FieldId, FieldId]

const byCall: ReadonlyArray<Channel> = ["outgoingCall", "incomingCall"]
const byScreen: ReadonlyArray<Channel> = ["web", "app", "sms", "qr"]

interface Expected {
  readonly policy: typeof dialogra
  readonly from: string
  readonly channels: ReadonlyArray<Channel>
  /** Whether an outgoing call may be inhibited on the device. A call may open an interface under each. */
  readonly inhibits: boolean
  readonly location: boolean
  readonly recognition: "on" | "ifInstructed"
  /** The notices due before a value: by the documents, and by GDPR 13(1) once it applies. */
  readonly purposesFirst: boolean
}
const versions: ReadonlyArray<Expected> = [
  {
    policy: dialonce20160629,
    from: "2016-07-01",
    channels: byCall,
    inhibits: false,
    location: true,
    recognition: "ifInstructed",
    purposesFirst: false,
  },
  {
    policy: dialonce20190305,
    from: "2019-03-05",
    channels: byCall,
    inhibits: true,
    location: false,
    recognition: "on",
    purposesFirst: true,
  },
  {
    policy: dialonce20210217,
    from: "2021-02-17",
    channels: [...byCall, ...byScreen],
    inhibits: false,
    location: false,
    recognition: "ifInstructed",
    purposesFirst: true,
  },
  {
    policy: dialogra,
    from: "2021-02-17",
    channels: ["web"],
    inhibits: false,
    location: false,
    recognition: "ifInstructed",
    purposesFirst: true,
  },
]

const played = (commands: ReadonlyArray<Customer.Command>, from = Customer.initial): Customer.State =>
  commands.reduce(
    (state, command) =>
      Decider.replay(
        Customer.decider,
        Result.getOrThrow(Customer.decider.decide(state, command, Customer.published)),
        state,
      ),
    from,
  )

describe.each(versions)("an interaction under $policy.id", (version) => {
  const beginning = Date.parse(`${version.from}T10:00:00Z`)
  const moment = (minutes: number) => DateTime.makeUnsafe(beginning + minutes * 60_000)
  const list = timeline(Customer.published.policies, [{ from: 0, policyVersion: version.policy.id }])(moment(1))!
    .parameters.categories.processor
  /** The category of typed text: free text where the version lists it. */
  const text = list.includes("freeText") ? "freeText" : "textDialogue"
  const adopt: Customer.Command = {
    _tag: "AdoptPolicyVersion",
    at: moment(0),
    policyVersion: version.policy.id as never,
  }
  const listed: ReadonlyArray<Customer.Command> = [
    adopt,
    { _tag: "ListNumber", at: moment(0), number },
    { _tag: "ListEntryPoint", at: moment(0), entryPoint },
    { _tag: "DeclareInputField", at: moment(0), field: typed, category: text, required: false },
  ]
  const sign = (change: {
    readonly ownServices?: ReadonlyArray<PersonalDataCategory>
    readonly recognition?: boolean
  }) =>
    ({
      _tag: "SignContract",
      at: moment(0),
      contract: "0c0c0c0c-0000-4000-8000-000000000001" as never,
      clauses: agreementClauses,
      purposes: ["requestedService"],
      categories: [],
      ownServices: [],
      places: ["FR"],
      recognition: false,
      ...change,
    }) satisfies Customer.Command
  const policyAt: PolicyAt = timeline(Customer.published.policies, played([adopt]).policyVersions)
  const contextOf = (customer: Customer.State, change: Partial<Interaction.Context> = {}): Interaction.Context => ({
    customer,
    policyAt,
    switchedOn: true,
    ...change,
  })
  const declared = played(listed)
  const on = contextOf(declared)

  const triggerOf = (channel: Channel): Interaction.Trigger =>
    channel === "outgoingCall" || channel === "incomingCall"
      ? { _tag: channel, number }
      : { _tag: "contactRequest", channel, entryPoint }
  const start = (channel: Channel = version.channels[0]!): Command => ({
    _tag: "StartInteraction",
    at: moment(1),
    trigger: triggerOf(channel),
    interface: "web" as InterfaceId,
    linkable: true,
  })
  const notice = (
    at: number,
    tells: ReadonlyArray<Interaction.NoticeContent> = Interaction.NoticeContent.literals,
    policyVersion = version.policy.id as PolicyVersionId,
  ): Command => ({
    _tag: "ShowNotice",
    at: moment(at),
    policyVersion,
    tells,
  })
  const value = (category: PersonalDataCategory, index = 1) => ({
    reference: `00000000-0000-4000-8000-00000000000${index}` as never,
    category,
  })
  const enter = (at: number, field = typed, category: PersonalDataCategory = text): Command => ({
    _tag: "EnterInput",
    at: moment(at),
    field,
    value: value(category),
  })
  const observe = (at: number, ...categories: ReadonlyArray<PersonalDataCategory>): Command => ({
    _tag: "ObserveTerminal",
    at: moment(at),
    values: categories.map((category, index) => value(category, index)),
  })
  const next = (state: Interaction.State, command: Command, context = on): Interaction.State =>
    Decider.replay(
      Interaction.decider,
      Result.getOrElse(Interaction.decider.decide(state, command, context), () => []),
      state,
    )
  const after = (commands: ReadonlyArray<Command>, context = on): Interaction.State =>
    commands.reduce((state, command) => next(state, command, context), Interaction.initial)
  /** The rule by which a command is refused; `undefined` where it records something. */
  const ruleOf = (state: Interaction.State, command: Command, context = on): string | undefined => {
    const outcome = Interaction.decider.decide(state, command, context)
    if (Result.isSuccess(outcome)) expect(outcome.success).toHaveLength(1)
    else expect(told(outcome.failure)).not.toMatch(/zq-|[0-9a-f]{8}-[0-9a-f]{4}/)
    return Result.isFailure(outcome) ? outcome.failure.rule : undefined
  }

  // Finds: a trigger by a channel of another version; an inhibition that asks for a listed number alone.
  it.prop(
    "TRIGGER INHIBIT ACTIVATE: begins by the channels of the version, and takes over calls where it may",
    [fc.constantFrom(...channels), fc.integer({ min: 1, max: 60 })],
    (channel, minutes) => {
      const isOpen = version.channels.includes(channel)
      expect(ruleOf(Interaction.initial, start(channel))).toBe(isOpen ? undefined : "TRIGGER")
      // Who began under another policy of the Customer's is judged by this one now.
      const state = Decider.replay(Interaction.decider, [
        {
          _tag: "InteractionStarted",
          occurredAt: moment(1),
          trigger: triggerOf(channel),
          interface: "web" as InterfaceId,
          linkable: true,
          policyVersion: version.policy.id as never,
        },
      ])
      const inhibits = channel === "outgoingCall" && version.inhibits
      expect(ruleOf(state, { _tag: "InhibitCall", at: moment(minutes) })).toBe(inhibits ? undefined : "INHIBIT")
      expect(ruleOf(state, { _tag: "ActivateInterface", at: moment(minutes) })).toBe(undefined)
    },
    runs,
  )

  // Finds: a category that the version does not list, let in since the Customer declared a field for it.
  it.prop(
    "CATEGORIES: a value is of a category that the version lists for a processor",
    [fc.constantFrom(...PersonalDataCategory.literals), fc.boolean()],
    (category, isTyped) => {
      const barred = ["deviceCallLog", "addressBook", "preciseLocation", "coarseLocation"]
      fc.pre(!barred.includes(category))
      const field = "zq-any" as FieldId
      const declareField: Customer.Command = {
        _tag: "DeclareInputField",
        at: moment(0),
        field,
        category,
        required: false,
      }
      const customer = played([declareField], declared)
      const state = after([start(), notice(1)])
      const command: Command = isTyped
        ? enter(2, field, category)
        : { _tag: "AnswerSurvey", at: moment(2), field, answer: value(category) }
      expect(ruleOf(state, command, contextOf(customer))).toBe(list.includes(category) ? undefined : "CATEGORIES")
    },
    runs,
  )

  // Finds: a location outside of 2016, one of a service that was not opened, and one while the person has it off.
  it.prop(
    "GEO-NEVER GEO-OK GEO-SWITCH: a location is recorded where the version allows it, in a service that was opened, while it is on",
    [
      fc.constantFrom("preciseLocation" as const, "coarseLocation" as const),
      fc.boolean(),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
    ],
    (category, opened, switches) => {
      const state = after([
        start(),
        notice(1),
        ...(opened ? [{ _tag: "ActivateInterface", at: moment(1) } as const] : []),
      ])
      let kept = state
      switches.forEach((locationOn, index) => {
        const values = [value("terminalEnvironment", index * 2), value(category, index * 2 + 1)]
        const command: Command = { _tag: "ObserveTerminal", at: moment(2 + index), values }
        const context = contextOf(declared, { locationOn })
        const expected = !version.location ? "GEO-NEVER" : !opened ? "GEO-OK" : locationOn ? undefined : "GEO-SWITCH"
        expect(ruleOf(kept, command, context)).toBe(expected)
        kept = next(kept, command, context)
      })
      const recorded = version.location && opened ? switches.filter((isOn) => isOn).length : 0
      expect(kept.sealed.size).toBe(recorded * 2)
    },
    runs,
  )

  // Finds: a later notice, one of another version, or one with other content, accepted as the notice due.
  it.prop(
    "ACK-FIRST PURPOSE-FIRST MANDATORY: no value is typed or observed before the notice that the version in force owes was shown",
    [
      fc.array(
        fc.record({
          at: fc.integer({ min: 1, max: 6 }),
          tells: fc.subarray([...Interaction.NoticeContent.literals]),
          isOld: fc.boolean(),
        }),
        {
          maxLength: 4,
        },
      ),
      fc.integer({ min: 1, max: 6 }),
      fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
      fc.boolean(),
    ],
    (notices, on, adoptedAgain, isTyped) => {
      // The same text under another id, as a corrected edition would be.
      const edition = { ...version.policy, id: "zq-edition/2" }
      const book = { ...Customer.published.policies, versions: [version.policy, edition] }
      const adoptEdition = {
        _tag: "AdoptPolicyVersion",
        at: moment(adoptedAgain ?? 0),
        policyVersion: edition.id as never,
      } as const
      const customer =
        adoptedAgain === undefined
          ? declared
          : Decider.replay(
              Customer.decider,
              Result.getOrElse(Customer.decider.decide(declared, adoptEdition, { policies: book }), () => []),
              declared,
            )
      const context = contextOf(customer, { policyAt: timeline(book, customer.policyVersions) })
      const isOfEdition = (at: number) => adoptedAgain !== undefined && at >= adoptedAgain
      const shown = notices.map(({ at, isOld, tells }) =>
        notice(at, tells, isOld || adoptedAgain === undefined ? undefined : (edition.id as PolicyVersionId)),
      )
      const state = after([start(), ...shown], context)
      const isTold = (thing: Interaction.NoticeContent) =>
        notices.some(({ at, isOld, tells }) => {
          const isOfNow = (adoptedAgain === undefined || !isOld) === isOfEdition(on) || adoptedAgain === undefined
          const wasOfThen = adoptedAgain === undefined || !isOld === isOfEdition(at)
          return at <= on && isOfNow && wasOfThen && tells.includes(thing)
        })
      const expected =
        version.purposesFirst && !isTold("purposes")
          ? "PURPOSE-FIRST"
          : !isTyped
            ? undefined
            : !isTold("policy")
              ? "ACK-FIRST"
              : isTold("fields")
                ? undefined
                : "MANDATORY"
      expect(ruleOf(state, isTyped ? enter(on) : observe(on, "ipAddress"), context)).toBe(expected)
    },
    runs,
  )

  // Finds: a value of the Customer's own service that comes in after its contract has ended.
  it.prop(
    "SUBCONTRACT: values of the Customer's own services come in while a contract covers them",
    [fc.integer({ min: 2, max: 20 }), fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined })],
    (on, endedAt) => {
      const category = "ipAddress"
      const contract = "0c0c0c0c-0000-4000-8000-000000000001" as never
      const customer = played(
        [
          sign({ ownServices: [category] }),
          {
            _tag: "DeclareInputField",
            at: moment(0),
            field: served,
            category,
            required: false,
            origin: "customerService",
          },
          ...(endedAt === undefined ? [] : [{ _tag: "EndContract", at: moment(endedAt), contract } as const]),
        ],
        declared,
      )
      const context = contextOf(customer)
      const state = after([start(), notice(1)], context)
      const isCovered = endedAt === undefined || on < endedAt
      expect(ruleOf(state, enter(on, served, category), context)).toBe(isCovered ? undefined : "SUBCONTRACT")
      expect(ruleOf(state, enter(on), context)).toBeUndefined()
    },
    runs,
  )

  // Finds: a return that is noted although nothing says that people may be recognised; an instruction that is not read.
  it.prop(
    "RECOG-ATTACH: a return is noted where people may be recognised, by the version or by the contract under it",
    [fc.option(fc.boolean(), { nil: undefined }), fc.constantFrom(...Interaction.RecontactClass.literals)],
    (instructed, recontact) => {
      const customer = played(instructed === undefined ? [] : [sign({ recognition: instructed })], declared)
      const context = contextOf(customer)
      const may = version.recognition === "on" || (version.recognition === "ifInstructed" && instructed === true)
      const note: Command = { _tag: "ObserveRecontact", at: moment(2), class: recontact }
      expect(ruleOf(after([start()], context), note, context)).toBe(may ? undefined : "RECOG-ATTACH")
    },
    runs,
  )

  // Finds: a location of the host that passes the boundary in an extra field; content of a page beside its opening.
  it.prop(
    "GEO-HOST OPEN-ONLY: of a page that is opened its opening alone comes in, and nothing of where the host is",
    [
      fc.constantFrom("thirdPartyPage", "webPage", "appLaunch"),
      fc.constantFrom("content", "title", "html", "text", "query", "response", "screenshot", "body"),
      fc.constantFrom("latitude", "gps", "coordinates", "position", "geohash"),
      fc.constantFrom("host", "hostApp", "hostApplication"),
      fc.oneof(fc.string(), fc.double({ noNaN: true }), fc.record({ deep: fc.string() })),
    ],
    (kind, content, location, host, anything) => {
      const open = { _tag: "TakeStep", at: DateTime.formatIso(moment(2)), step: "partner/shop", kind }
      const read = CommandInput.readInteractionCommand(open)
      expect(Result.isSuccess(read)).toBe(true)
      const state = after([start(), notice(1)])
      const opened = Result.getOrThrow(Interaction.decider.decide(state, Result.getOrThrow(read), on))
      expect(Object.keys(opened[0]!).toSorted()).toEqual(["_tag", "kind", "occurredAt", "step"])
      const more = CommandInput.readInteractionCommand({ ...open, [content]: anything })
      expect(Result.isFailure(more)).toBe(true)
      const hosted = CommandInput.readInteractionCommand({ ...open, [host]: { [location]: anything } })
      expect(Result.isFailure(hosted) && hosted.failure.rule).toBe("GEO-HOST")
    },
    runs,
  )
})
