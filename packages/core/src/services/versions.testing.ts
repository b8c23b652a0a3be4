/**
 * A Customer with a contract under a published version, in the time of that version: the scene of tests that ask a rule of a
 * service under each version that holds it.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Customer from "../domain/Customer.ts"
import type { EntryPointId, FieldId, InterfaceId, ListedNumberId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import type { Version } from "../policy/laws.testing.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { Customers } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import { contract, customer, day } from "./scene.testing.ts"

/** A purpose and a category that a processor may use, so that no refusal is for their sake. */
export const allowedUse = (
  { policy }: Version,
  among: ReadonlyArray<PersonalDataCategory> = policy.parameters.categories.processor,
  isMeant: (purpose: Purpose.Purpose) => boolean = () => true,
) => {
  for (const category of among) {
    for (const purpose of Purpose.purposes.filter(isMeant)) {
      const use = { role: "processor", purpose, instructed: Purpose.purposes, consented: [purpose] } as const
      if (Purpose.check(policy, { ...use, datum: { category, declared: [purpose] } })._tag === "allow") {
        return { category, purpose }
      }
    }
  }
  throw new Error(`${policy.policy} allows a processor nothing`)
}

/** A contract on everything that the version allows, signed at a moment. */
export const contractUnder = ({ policy }: Version, at: DateTime.Utc): SignContract => ({
  _tag: "SignContract",
  at,
  contract,
  clauses: [...agreementClauses],
  purposes: Purpose.purposes.filter((one) => policy.parameters.purposes.processor.includes(one)),
  categories: [...policy.parameters.categories.processor],
  ownServices: [],
  places: ["FR"],
  recognition: false,
})

/** The trigger of an interaction that the version allows: by a request at an entry point where it knows one, else by a call. */
export const triggerUnder = ({ policy }: Version, listed: Uuid.Uuid): Interaction.Trigger => {
  const channel = policy.parameters.channels.find((one) => one !== "outgoingCall" && one !== "incomingCall")
  return channel === undefined
    ? { _tag: "outgoingCall", number: listed as ListedNumberId }
    : { _tag: "contactRequest", channel, entryPoint: listed as EntryPointId }
}

/** What a Customer declares before an interaction can begin. */
export const listing = ({ id, policy: { at } }: Version, listed: Uuid.Uuid): ReadonlyArray<Customer.Command> => [
  { _tag: "AdoptPolicyVersion", at, policyVersion: id as PolicyVersionId },
  { _tag: "ListNumber", at, number: listed as ListedNumberId },
  { _tag: "ListEntryPoint", at, entryPoint: listed as EntryPointId },
]

type SignContract = Extract<Customer.Command, { readonly _tag: "SignContract" }>

/** Declares the version and a contract on everything that it allows, but for `terms`, a day before a moment. */
export const contractedUnder = (version: Version, at: number, terms: Partial<SignContract> = {}) => {
  const before = DateTime.makeUnsafe(at - day)
  return Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: before, policyVersion: version.id as PolicyVersionId },
      { ...contractUnder(version, before), ...terms },
    ]),
  )
}

const listed = Uuid.derived("listed")

/** A beginning interaction, with a field that the person may fill in. */
interface Started {
  readonly interaction: Uuid.Uuid
  readonly field: FieldId
  readonly category: PersonalDataCategory
  /** What the person was informed of. Default: everything. */
  readonly tells?: ReadonlyArray<(typeof Interaction.NoticeContent.literals)[number]>
  /** Whether the person has opened the interface. */
  readonly opened?: boolean
}

/** Declares a field, and starts an interaction under the version with a notice. */
export const startedUnder = Effect.fnUntraced(function* (
  version: Version,
  { category, field, interaction, opened = false, tells = Interaction.NoticeContent.literals }: Started,
) {
  const { at } = version.policy
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      ...listing(version, listed).slice(1),
      { _tag: "DeclareInputField", at, field, category, required: false },
    ]),
  )
  const trigger = triggerUnder(version, listed)
  return yield* Interactions.use((interactions) =>
    interactions.record({
      customer,
      interaction,
      commands: [
        { _tag: "StartInteraction", at, trigger, interface: "web" as InterfaceId, linkable: true },
        { _tag: "ShowNotice", at, policyVersion: version.id as PolicyVersionId, tells },
        ...(opened ? [{ _tag: "ActivateInterface", at } as const] : []),
      ],
    }),
  )
})
