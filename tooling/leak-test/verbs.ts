/**
 * Calls of every verb of the services, with canaries in the texts of their arguments. A verb takes what it needs out of one
 * set of arguments that has a field for everything.
 */
import {
  Breach,
  CookieRegister,
  Customer,
  HostingRegister,
  Interaction,
  ProcessingRegister,
  Pseudonym,
  Recipient,
  RightsRequest,
  SecurityRegister,
  StaffRegister,
} from "@tacet/core/domain"
import { Purpose, Versions } from "@tacet/core/policy"
import { PersonalDataCategory, type Sealed } from "@tacet/core/privacy"
import * as Services from "@tacet/core/services"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import { type Aviary, filled, type Filling, pick } from "./canaries.ts"

/**
 * An argument by its place: the compartment, one of the ids, a text, a moment, the set of arguments, details by which a person is
 * located, commands about a Customer, an application with an identifier of its own, a command.
 */
type Argument = "compartment" | "id" | "text" | "moment" | "set" | "details" | "commands" | "named" | Schema.Top

const inSet: ReadonlyArray<Argument> = ["set"]
const ofCompartment: ReadonlyArray<Argument> = ["compartment", "set"]
const commandOf = (command: Schema.Top): ReadonlyArray<Argument> => ["compartment", command]

/** A service, and the arguments of each of its verbs. */
interface Called {
  readonly service: Context.Key<never, unknown>
  readonly verbs: { readonly [verb: string]: ReadonlyArray<Argument> }
}

const called = <Id, Service extends object>(
  service: Context.Key<Id, Service>,
  verbs: { readonly [Verb in keyof Service]: ReadonlyArray<Argument> },
): Called => ({ service: service as unknown as Context.Key<never, unknown>, verbs })

/** Every verb: one that is missing does not compile. */
export const everyVerb: ReadonlyArray<Called> = [
  called(Services.Accounts.Accounts, {
    register: inSet,
    noteActivity: ["set", "moment"],
    close: ["set", "moment"],
    endRelationship: ["set", "moment"],
    fulfil: ["set", "moment"],
    list: ofCompartment,
  }),
  called(Services.Breaches.Breaches, {
    declare: ["compartment", "id", Breach.Command],
    reached: ofCompartment,
    assess: inSet,
    drafts: ["compartment", "id", "set"],
    open: ofCompartment,
    stateOf: ["compartment", "id"],
  }),
  called(Services.Collection.Collection, { enter: inSet, remove: inSet, answer: inSet, observeTerminal: inSet }),
  called(Services.Consents.Consents, {
    give: ["set", "set"],
    withdraw: ["set", "set"],
    object: ["set", "set"],
    record: inSet,
    receipt: ["set", "set"],
  }),
  called(Services.Cookies.Cookies, {
    declare: commandOf(CookieRegister.Command),
    remove: ["compartment", "text", "set"],
    list: ["compartment", "moment"],
    optOut: ["compartment", "text"],
    optIn: ["compartment", "text"],
    mayRead: ["compartment", "text", "text"],
    mayMeasure: ["compartment", "text", "text"],
    useRecord: ofCompartment,
  }),
  called(Services.Customers.Customers, { declare: ["compartment", "commands"], declared: ["compartment"] }),
  called(Services.DataCentres.DataCentres, {
    declare: commandOf(HostingRegister.Command),
    inspect: ["compartment", "moment"],
  }),
  called(Services.DataSubjectRequests.DataSubjectRequests, {
    receive: inSet,
    stateOf: inSet,
    declare: ["set", RightsRequest.Command],
    locate: ["set", "details", "set"],
    choose: ["set", "set", "set"],
    read: ["set", "set"],
    refuse: inSet,
    fulfil: inSet,
    lift: inSet,
    join: ["set", "id"],
    open: ofCompartment,
  }),
  called(Services.Interactions.Interactions, {
    record: inSet,
    endIdle: inSet,
    attributionOf: inSet,
    attributeCall: inSet,
    noteReturns: inSet,
  }),
  called(Services.Policies.Policies, {
    publish: ofCompartment,
    notify: ofCompartment,
    owed: ["compartment"],
    textAt: ["compartment", "moment"],
    archived: ["compartment", "text"],
    sever: ofCompartment,
    supplement: ofCompartment,
    accept: inSet,
    decidedBy: ofCompartment,
  }),
  called(Services.ProcessingRecord.ProcessingRecord, {
    declare: commandOf(ProcessingRegister.Command),
    asOf: ["compartment", "moment"],
  }),
  called(Services.Pseudonyms.Pseudonyms, {
    issue: ofCompartment,
    stateOf: inSet,
    declare: ["set", Pseudonym.Command],
    keep: inSet,
    observe: inSet,
    link: ["set", "id", "set"],
    rectify: ["set", "set", "text"],
  }),
  called(Services.PublicStatistics.PublicStatistics, { close: inSet, give: ofCompartment }),
  called(Services.Recipients.Recipients, {
    declare: ["compartment", "id", Recipient.Command],
    asOf: ["compartment", "moment"],
    changed: ["compartment", "moment"],
  }),
  called(Services.Retention.Retention, {
    sweep: ["compartment"],
    explain: ["compartment"],
    setPeriod: ofCompartment,
    hold: ofCompartment,
    release: ["compartment", "id", "moment"],
    schedule: ["compartment", "moment"],
  }),
  called(Services.SecurityMeasures.SecurityMeasures, {
    declare: commandOf(SecurityRegister.Command),
    asOf: ["compartment", "moment"],
  }),
  called(Services.Staff.Staff, {
    declare: commandOf(StaffRegister.Command),
    asOf: ["compartment", "id", "moment"],
  }),
  called(Services.Switches.Switches, {
    deviceOf: ["compartment", "named"],
    turnOff: inSet,
    turnOn: inSet,
    positions: ["compartment", "id", "moment"],
  }),
  called(Services.Transfers.Transfers, { request: inSet, execute: inSet, notify: inSet, stateOf: inSet }),
  called(Services.Uses.Uses, { ask: inSet }),
]

/** The layers of the services that no other part of a history provides. */
export const layer = Layer.mergeAll(
  Services.Accounts.layer,
  Services.Breaches.layer,
  Services.Collection.layer,
  Services.Consents.layer,
  Services.Cookies.layer,
  Services.DataCentres.layer,
  Services.DataSubjectRequests.layer,
  Services.Policies.layer,
  Services.ProcessingRecord.layer,
  Services.PublicStatistics.layer,
  Services.Recipients.layer,
  Services.Retention.layer,
  Services.SecurityMeasures.layer,
  Services.Staff.layer,
  Services.Switches.layer,
  Services.Transfers.layer,
  Services.Uses.layer,
)

/** A history as far as calls depend on it. */
export interface History {
  readonly filling: Filling
  readonly canaries: Aviary
  readonly compartment: string
  /** Values that are kept. */
  readonly values: ReadonlyArray<Sealed.Sealed<string>>
  /** The moments that are given as numbers. Default: those of the commands. */
  readonly moment?: () => number
}

/** A call of some verb: most are refused, and none may say with what it was called. */
export const call = (history: History): Effect.Effect<unknown, { readonly _tag: string }> => {
  const { chance } = history.filling
  const called = pick(chance, everyVerb)
  const [verb] = pick(chance, Object.entries(called.verbs))
  return callOf(history, called, verb)
}

/** A call of a verb. */
export const callOf = (
  { canaries, compartment, filling, moment = filling.moment, values }: History,
  { service, verbs }: Called,
  verb: string,
): Effect.Effect<unknown, { readonly _tag: string }> => {
  const { chance, ids } = filling
  const text = () => (chance(3) === 0 ? pick(chance, filling.texts) : canaries.any())
  const id = () => pick(chance, ids)
  const among = <A>(all: ReadonlyArray<A>): A | string => (chance(8) === 0 ? text() : pick(chance, all))
  const categories = PersonalDataCategory.PersonalDataCategory.literals
  const identifier = () => ({ kind: pick(chance, ["telephoneNumber", "ipAddress"] as const), text: canaries.any() })
  const sealed = () => (values.length === 0 ? { reference: id(), category: "name" } : pick(chance, values))
  const actor = () => ({ id: id(), roles: [chance(2) === 0 ? "support" : text()] })
  const set = (): Readonly<Record<string, unknown>> => ({
    ...Object.fromEntries(
      ["customer", "operator", "compartment"].map((name) => [name, chance(9) === 0 ? pick(chance, ids) : compartment]),
    ),
    ...Object.fromEntries(
      "pseudonym subject interaction request requester transfer recipient breach notice device id reference hold person by"
        .split(" ")
        .map((name) => [name, id()]),
    ),
    ...Object.fromEntries(
      (
        "value text field reasons legalReference country destination document application visitor name party month need " +
        "transaction matter purposeText consequence other content statement subprocessor policyVersion supplement"
      )
        .split(" ")
        .map((name) => [name, text()]),
    ),
    ...Object.fromEntries("at from to validFrom validTo collectedAt".split(" ").map((name) => [name, moment()])),
    reference: sealed().reference,
    reason: among(["customerSupport", "personRequest", "legalDuty"]),
    category: among(categories),
    categories: [among(categories)],
    purpose: among(Purpose.purposes),
    purposes: [among(Purpose.purposes)],
    role: among(["controller", "processor", "publisher"]),
    ground: among(["explicitConsent", "legalRequirement", "alreadyErased", "notIdentified"]),
    kind: among(["access", "erasure", "rectification", "objection", "portability"]),
    channel: among(["email", "post", "telephone"]),
    collectedBy: among(["customer", "partner"]),
    origin: { service: among(["operator", "partner"]), operatorIs: [among(["holder", "recipient"])] },
    localLaw: { country: text(), reference: text(), answerWithin: among(["P1M", "P30D"]) },
    cause: among(["request", "erasure"]),
    manner: among(["form", "file", "writing"]),
    what: among(["technology", "location"]),
    data: among(["otherData", "interactionData"]),
    period: among(["P1M", "P12M"]),
    result: among(["notified", text()]),
    identifier: identifier(),
    keys: [text()],
    actors: chance(2) === 0 ? "all" : [id()],
    exposure: { from: moment(), to: moment(), keys: [text()], actors: chance(2) === 0 ? "all" : [id()] },
    risk: among(["none", "risk", "highRisk"]),
    source: among(["givenByPerson", "observed"]),
    safeguard: { instrument: among(["adHocClauses"]), reference: text(), recordedOn: text() },
    conditions: [text()],
    againstPayment: chance(2) === 0,
    informed: true,
    states: [text()],
    relation: among(["prospect", "user"]),
    bases: [{ purpose: among(Purpose.purposes), basis: among(["contract", "consent"]) }],
    take: [id()],
    leaveOut: [id()],
    details: [
      { identifier: identifier(), from: moment(), to: moment(), category: among(categories), value: canaries.any() },
    ],
    corrections: [{ old: sealed(), value: canaries.any() }],
    values: [sealed(), { category: among(categories), value: canaries.any() }],
    given: [id()],
    old: sealed(),
    actor: actor(),
    ...actor(),
    policy: { ...Versions.dialonce20210217, id: text(), version: text() },
    provisions: [text()],
    product: text(),
    parameters: {},
    significant: true,
    affectsUse: true,
    visible: true,
    commands: [filled(pick<Schema.Top>(chance, Interaction.Command.members), filling)],
    deliver: () => Effect.void,
    among: [id(), chance(4) === 0 ? text() : id()],
    people: [
      [id(), id()],
      [id(), chance(4) === 0 ? text() : id()],
    ],
    asOf: moment(),
  })
  const made = (argument: Argument): unknown => {
    switch (argument) {
      case "compartment":
        // The program names compartments by ids of its own: a memory opens one for whatever name is read.
        return chance(9) === 0 ? pick(chance, ids) : compartment
      case "id":
        return id()
      case "text":
        return text()
      case "moment":
        return moment()
      case "set":
        return set()
      case "details":
        return [{ identifier: identifier(), from: moment(), to: moment() }]
      case "commands":
        return [filled(pick<Schema.Top>(chance, Customer.Command.members), filling)]
      case "named":
        return { application: text(), identifier: canaries.any() }
      default:
        return filled(argument, filling)
    }
  }
  return Effect.flatMap(service as unknown as Effect.Effect<Readonly<Record<string, Verb>>>, (all) =>
    Effect.suspend(() => all[verb]!(...verbs[verb]!.map(made))),
  )
}

type Verb = (...made: ReadonlyArray<unknown>) => Effect.Effect<unknown, { readonly _tag: string }>
