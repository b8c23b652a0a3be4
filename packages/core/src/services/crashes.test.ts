/**
 * A history in which every verb that changes something dies once, between two calls of the ports, and is called again: behind each
 * of them the log and the vault hold what they hold where none has died.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type * as Breach from "../domain/Breach.ts"
import type * as Customer from "../domain/Customer.ts"
import type { EntryPointId, FieldId, InterfaceId, PolicyVersionId } from "../domain/Identifier.ts"
import type * as DeviceSwitch from "../domain/DeviceSwitch.ts"
import type * as HostingRegister from "../domain/HostingRegister.ts"
import type * as ProcessingRegister from "../domain/ProcessingRegister.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as Recipient from "../domain/Recipient.ts"
import type * as StaffRegister from "../domain/StaffRegister.ts"
import type * as Transfer from "../domain/Transfer.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import { answerDuties } from "../policy/text/parameters/rights.ts"
import { dialonce20210217 } from "../policy/versions/dialonce20210217.ts"
import { Accounts, layer as accountsLayer } from "./Accounts.ts"
import { Breaches, layer as breachesLayer } from "./Breaches.ts"
import { Collection } from "./Collection.ts"
import { Consents, layer as consentsLayer } from "./Consents.ts"
import { Cookies, layer as cookiesLayer } from "./Cookies.ts"
import { Customers } from "./Customers.ts"
import { DataCentres, layer as dataCentresLayer } from "./DataCentres.ts"
import { DataSubjectRequests, type RequestRef } from "./DataSubjectRequests.ts"
import { Erasure } from "./Erasure.ts"
import { Interactions } from "./Interactions.ts"
import { layer as policiesLayer, Policies } from "./Policies.ts"
import type { AtEachCall } from "./ports.testing.ts"
import { layer as processingLayer, ProcessingRecord } from "./ProcessingRecord.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { layer as recipientsLayer, Recipients } from "./Recipients.ts"
import { layer as retentionLayer, Retention } from "./Retention.ts"
import { access, contract, customer, dawn, day, moment, over, toSubProcessor } from "./scene.testing.ts"
import { layer as securityLayer, SecurityMeasures } from "./SecurityMeasures.ts"
import { layer as staffLayer, Staff } from "./Staff.ts"
import { layer as switchesLayer, Switches } from "./Switches.ts"
import { layer as transfersLayer, Transfers } from "./Transfers.ts"

const services = (memory: VaultMemory.VaultMemory, around: AtEachCall) =>
  Layer.mergeAll(
    accountsLayer,
    breachesLayer,
    consentsLayer,
    cookiesLayer,
    dataCentresLayer,
    policiesLayer,
    processingLayer,
    recipientsLayer,
    retentionLayer,
    securityLayer,
    staffLayer,
    switchesLayer,
    transfersLayer,
  ).pipe(Layer.provideMerge(over(memory, around, true, true)))

type Needs = Layer.Success<ReturnType<typeof services>>

const named = (name: string) => Uuid.derived("crashes", name)

const own = named("the operator") as string as CustomerId
const person = named("a person") as string as Pseudonym.PseudonymId
const user = named("a user") as string as Pseudonym.PseudonymId
const interaction = named("an interaction")
const recipient = named("a recipient") as string as Recipient.RecipientId
const transfer = named("a transfer") as string as Transfer.TransferId
const breach = named("a breach") as string as Breach.BreachId
const member = named("a member")
const mission = named("a mission") as string as StaffRegister.MissionId
const device = named("a device") as string as DeviceSwitch.DeviceToken
const hold = named("a hold")
const policyVersion = "dialonce/2021-02-17" as PolicyVersionId
const entryPoint = named("an entry point") as string as EntryPointId
const field = "question" as FieldId
const whose = { customer, pseudonym: person }
const number = { kind: "telephoneNumber", text: "+33612345678" } as const
const kept = named("a kept text")
const seen = named("a number")
const actor = { id: member, roles: ["support"] }
const to = dawn + 9 * day

/** What a verb is called with: ids of the caller, and moments of its own. */
type Step = Effect.Effect<unknown, { readonly _tag: string }, Needs>

const declared = (...commands: ReadonlyArray<Customer.Command>): Step =>
  Customers.use((customers) => customers.declare(customer, commands))

const recorded = (...commands: Parameters<Interactions["Service"]["record"]>[0]["commands"]): Step =>
  Interactions.use((interactions) => interactions.record({ customer, interaction, commands, accept: "all" }))

const request = (name: string): RequestRef => ({ customer, request: named(name) as string as RequestRef["request"] })

/** A request in four calls, all of them by the ids of the caller. */
const requested = (
  kind: Parameters<DataSubjectRequests["Service"]["receive"]>[0]["kind"],
  purposes: ReadonlyArray<"customerCare"> = [],
): ReadonlyArray<readonly [verb: string, Step]> => {
  const which = request(kind)
  const details = [{ identifier: number, from: dawn, to }]
  const answer = { ...which, actor, by: "customer", states: [...answerDuties] } as const
  return [
    [
      `receive ${kind}`,
      DataSubjectRequests.use((requests) =>
        requests.receive({ ...which, kind, channel: "email", requester: member, purposes, at: dawn + 5 * day }),
      ),
    ],
    [
      `choose ${kind}`,
      DataSubjectRequests.use((requests) => requests.choose(which, { details, take: [person], leaveOut: [] }, actor)),
    ],
    [
      `verify ${kind}`,
      DataSubjectRequests.use((requests) =>
        requests.declare(which, { _tag: "VerifyIdentity", at: moment(10), by: "customer", method: "locatorMatch" }),
      ),
    ],
    [`fulfil ${kind}`, DataSubjectRequests.use((requests) => requests.fulfil(answer))],
  ]
}

/** The verbs in the order of a history. */
const history: ReadonlyArray<readonly [verb: string, Step]> = [
  [
    "Customers.declare",
    declared(
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion },
      {
        _tag: "SignContract",
        at: moment(0),
        contract,
        clauses: [...agreementClauses],
        purposes: ["requestedService", "customerCare"],
        categories: ["telephoneNumber", "freeText"],
        ownServices: [],
        places: ["FR"],
        recognition: false,
      },
      { _tag: "ListEntryPoint", at: moment(0), entryPoint },
      { _tag: "DeclareInputField", at: moment(0), field, category: "freeText", required: false },
    ),
  ],
  ["Retention.setPeriod", Retention.use((it) => it.setPeriod(customer, { period: "P12M", at: dawn }))],
  [
    "ProcessingRecord.declare",
    ProcessingRecord.use((record) =>
      record.declare(customer, {
        _tag: "EnterProcessing",
        at: moment(1),
        name: "answering calls" as ProcessingRegister.Entry["processing"]["name"],
        role: "processor",
        purposes: ["requestedService"],
        subjects: ["user"],
        categories: ["interfaceUsage"],
        recipients: [],
        safeguards: [],
        measures: ["encryption"],
      }),
    ),
  ],
  [
    "SecurityMeasures.declare",
    SecurityMeasures.use((measures) =>
      measures.declare(customer, { _tag: "DeclareMeasure", at: moment(1), measure: "encryption", state: "planned" }),
    ),
  ],
  [
    "DataCentres.declare",
    DataCentres.use((centres) =>
      centres.declare(customer, {
        _tag: "UseDataCentre",
        at: moment(1),
        name: "one" as Extract<HostingRegister.Command, { readonly _tag: "UseDataCentre" }>["name"],
        country: "FR",
        use: "storage",
        certifications: ["ISO 27001"],
      }),
    ),
  ],
  [
    "Staff.declare role",
    Staff.use((staff) =>
      staff.declare(customer, {
        _tag: "GrantRole",
        at: moment(1),
        member,
        role: "support" as Extract<StaffRegister.Command, { readonly _tag: "GrantRole" }>["role"],
      }),
    ),
  ],
  [
    "Staff.declare mission",
    Staff.use((staff) =>
      staff.declare(customer, { _tag: "OpenMission", at: moment(1), member, mission, purposes: ["customerCare"] }),
    ),
  ],
  [
    "Cookies.declare",
    Cookies.use((cookies) =>
      cookies.declare(customer, {
        _tag: "PublishCookieRules",
        at: moment(1),
        document: "cookies 2021/1",
        purposes: ["functional"],
      }),
    ),
  ],
  ["Pseudonyms.issue", Pseudonyms.use((it) => it.issue(customer, { pseudonym: person, at: dawn + day }))],
  [
    "Interactions.record",
    recorded(
      {
        _tag: "StartInteraction",
        at: moment(1),
        trigger: { _tag: "contactRequest", channel: "web", entryPoint },
        interface: "web" as InterfaceId,
        linkable: true,
      },
      { _tag: "ShowNotice", at: moment(1), policyVersion, tells: ["policy", "purposes", "fields"] },
    ),
  ],
  ["Pseudonyms.link", Pseudonyms.use((it) => it.link(whose, interaction, { at: dawn + day }))],
  [
    "Pseudonyms.observe",
    Pseudonyms.use((it) =>
      it.observe({
        ...whose,
        identifier: number,
        purposes: ["customerCare"],
        validFrom: dawn,
        at: dawn + day,
        reference: seen,
      }),
    ),
  ],
  [
    "Pseudonyms.keep",
    Pseudonyms.use((it) =>
      it.keep({
        ...whose,
        category: "freeText",
        value: "a text",
        purposes: ["customerCare"],
        collectedAt: dawn + day,
        interaction,
        reference: kept,
      }),
    ),
  ],
  [
    "Policies.accept",
    Policies.use((it) => it.accept({ customer, by: person, policyVersion, manner: "form", at: dawn + 2 * day })),
  ],
  [
    "Collection.enter",
    Collection.use((it) =>
      it.enter({
        customer,
        interaction,
        pseudonym: person,
        field,
        value: "where is it?",
        purposes: ["customerCare"],
        at: dawn + day,
        commitId: named("entered"),
      }),
    ),
  ],
  [
    "Collection.remove",
    Collection.use((it) => it.remove({ customer, interaction, field, at: dawn + day, commitId: named("removed") })),
  ],
  [
    "Consents.give",
    Consents.use((it) =>
      it.give(whose, {
        purpose: "customerCare",
        manner: "form",
        text: "consent 3",
        notice: "notice 2",
        at: dawn + 2 * day,
      }),
    ),
  ],
  ["Consents.withdraw", Consents.use((it) => it.withdraw(whose, { purpose: "customerCare", at: dawn + 3 * day }))],
  ["Switches.turnOff", Switches.use((it) => it.turnOff({ customer, device, what: "location", at: dawn + day }))],
  ["Switches.turnOn", Switches.use((it) => it.turnOn({ customer, device, what: "location", at: dawn + 2 * day }))],
  [
    "Recipients.declare",
    Recipients.use((it) =>
      it.declare(customer, recipient, {
        _tag: "RegisterRecipient",
        at: moment(1),
        kind: "subProcessor",
        country: "FR",
        undertakings: Recipient.Undertaking.literals.map((undertaking) => ({ undertaking, document: "annex" })),
      }),
    ),
  ],
  [
    "Recipients.declare contract",
    Recipients.use((it) =>
      it.declare(customer, recipient, { _tag: "SignRecipientContract", at: moment(1), document: "contract 7" }),
    ),
  ],
  [
    "Recipients.declare minimum",
    Recipients.use((it) =>
      it.declare(customer, recipient, {
        _tag: "DeclareMinimalData",
        at: moment(1),
        purpose: "customerCare",
        categories: ["telephoneNumber"],
      }),
    ),
  ],
  [
    "Transfers.request",
    Transfers.use((it) =>
      it.request({
        customer,
        transfer,
        pseudonym: person,
        recipient,
        ...toSubProcessor,
        at: dawn + 2 * day,
      }),
    ),
  ],
  [
    "Transfers.execute",
    Transfers.use((it) =>
      it.execute({
        customer,
        transfer,
        pseudonym: person,
        values: [{ reference: seen, category: "telephoneNumber" }],
        actor,
        reason: access.reason,
        deliver: () => Effect.void,
        at: dawn + 3 * day,
      }),
    ),
  ],
  [
    "Breaches.declare",
    Breaches.use((it) =>
      it.declare(customer, breach, {
        _tag: "DiscoverBreach",
        at: moment(4),
        role: "controller",
        nature: ["confidentiality"],
      }),
    ),
  ],
  [
    "Breaches.assess",
    Breaches.use((it) =>
      it.assess({
        compartment: customer,
        breach,
        exposure: { from: dawn, to: dawn + 4 * day, actors: "all", keys: [] },
        risk: "high",
        at: dawn + 4 * day,
      }),
    ),
  ],
  [
    "Policies.publish",
    Policies.use((it) =>
      it.publish(own, {
        policy: { ...dialonce20210217, id: "operator/1", version: "1" },
        at: dawn,
        significant: true,
        affectsUse: false,
      }),
    ),
  ],
  [
    "Policies.sever",
    Policies.use((it) =>
      it.sever(own, {
        policyVersion: "operator/1" as never,
        provisions: ["channels"],
        reference: "judgment",
        at: dawn + day,
      }),
    ),
  ],
  [
    "Customers.declare own",
    Customers.use((it) =>
      it.declare(own, [
        { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion },
        { _tag: "DeclareOwnAccounts", at: moment(0) },
      ]),
    ),
  ],
  [
    "Accounts.register",
    Accounts.use((it) =>
      it.register({
        operator: own,
        person: user,
        relation: "dashboardUser",
        bases: [{ purpose: "accountManagement", basis: "contract" }],
        accepted: "form",
        details: [
          { category: "accountIdentifier", value: "ada.7" },
          { category: "name", value: "Ada" },
        ],
        at: dawn + day,
      }),
    ),
  ],
  ["Accounts.noteActivity", Accounts.use((it) => it.noteActivity({ operator: own, person: user }, dawn + 2 * day))],
  ["Accounts.close", Accounts.use((it) => it.close({ operator: own, person: user }, dawn + 3 * day))],
  ["Retention.sweep own", Retention.use((it) => it.sweep(own))],
  [
    "Retention.hold",
    Retention.use((it) =>
      it.hold(customer, {
        hold,
        matter: "litigation",
        reference: "FR Code civil 2224",
        categories: ["freeText"],
        at: dawn + 4 * day,
      }),
    ),
  ],
  ["Retention.release", Retention.use((it) => it.release(customer, hold, dawn + 5 * day))],
  ...requested("restriction", ["customerCare"]),
  [
    "DataSubjectRequests.lift",
    DataSubjectRequests.use((requests) => requests.lift({ ...request("restriction"), actor, informed: true })),
  ],
  ...requested("objection", ["customerCare"]).slice(0, 3),
  [
    "DataSubjectRequests.refuse",
    DataSubjectRequests.use((requests) =>
      requests.refuse({
        ...request("objection"),
        actor,
        by: "customer",
        ground: "strictlyNecessary",
        reasons: "We need it to answer you.",
        states: [...answerDuties],
      }),
    ),
  ],
  ...requested("erasure"),
  ["Retention.sweep", Retention.use((it) => it.sweep(customer))],
  ["Erasure.erase", Erasure.use((it) => it.erase({ customer, subject: person as never, cause: "request" }))],
]

/** Everything that a history has left, but for what is drawn at random. */
const left = (memory: VaultMemory.VaultMemory) =>
  Effect.gen(function* () {
    const store = yield* EventStore
    const inLog = yield* Effect.forEach([customer, own], (compartment) =>
      Effect.map(store.readLog(compartment, { limit: 1000 }), ({ events }) =>
        events.map(({ stream, type }) => `${stream.kind} ${type}`).sort(),
      ),
    )
    const inVault = [customer, own].map((compartment) => {
      const rows = memory.rows.get(compartment)
      const values = Array.from(rows?.values.values() ?? [])
      // A stopped choice may have sealed its details once more for the request, which no event names.
      const ofPersons = values.filter(({ subject }) => (subject as string) === person || (subject as string) === user)
      return [ofPersons.length, rows?.locators.size ?? 0, rows?.links.size ?? 0]
    })
    return { inLog, inVault }
  })

/** Dies at one call of a port while it is armed. */
const killing = () => {
  let [calls, fatal, when]: [number, number, Kill["when"]] = [0, 0, "before"]
  const around: AtEachCall = (_, carriedOut) =>
    Effect.suspend(() => {
      if (++calls !== fatal) return carriedOut
      return when === "before" ? Effect.die("crash") : Effect.andThen(Effect.exit(carriedOut), Effect.die("crash"))
    })
  const armed = <A, E, R>(effect: Effect.Effect<A, E, R>, kill: Kill) =>
    Effect.suspend(() => {
      ;[calls, fatal, when] = [0, kill.call, kill.when]
      return Effect.tap(Effect.exit(effect), () => Effect.sync(() => void (fatal = 0)))
    })
  return { around, armed }
}

interface Kill {
  readonly call: number
  readonly when: "before" | "after"
}

/** What a history leaves in which each verb dies where it is told, and is called again. */
const leftAfter = (kills: ReadonlyArray<Kill>) =>
  Effect.suspend(() => {
    const memory = VaultMemory.make()
    const { around, armed } = killing()
    return Effect.gen(function* () {
      yield* TestClock.setTime(dawn + 10 * day)
      const deaths: Array<string> = []
      const lefts: Array<unknown> = []
      for (const [index, [verb, step]] of history.entries()) {
        const first = yield* armed(step, kills[index] ?? { call: 0, when: "before" })
        if (Exit.isFailure(first)) {
          const died = Cause.hasDies(first.cause)
          expect([verb, died ? "" : Cause.pretty(first.cause)]).toEqual([verb, ""])
          deaths.push(verb)
          const again = yield* Effect.exit(step)
          expect([verb, Exit.isFailure(again) ? Cause.pretty(again.cause) : ""]).toEqual([verb, ""])
        }
        lefts.push([verb, yield* left(memory)])
      }
      return { deaths, lefts }
    }).pipe(Effect.provide(services(memory, around), { local: true }))
  })

const aKill = fc.record({
  call: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 })),
  when: fc.constantFrom("before", "after"),
}) satisfies fc.Arbitrary<Kill>

describe("a history in which every verb dies once", () => {
  // Planted and found: a repeated verification recorded again; what was entered sealed under other references at each call.
  it.effect.prop(
    "TACET-ONCE: leaves behind each of them what one in which none has died leaves",
    [fc.array(aKill, { minLength: history.length, maxLength: history.length })],
    (kills) =>
      Effect.gen(function* () {
        const sound = yield* leftAfter([])
        const recovered = yield* leftAfter(kills)
        expect(sound.deaths).toEqual([])
        expect(recovered.deaths.length).toBeGreaterThan(10)
        expect(recovered.lefts).toEqual(sound.lefts)
      }),
    { numRuns: 30 },
  )
})
