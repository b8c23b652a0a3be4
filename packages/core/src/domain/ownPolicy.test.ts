/**
 * A user's own policy is enforced as the published ones are: its statements are resolved and decided by the same rules,
 * regardless of the author.
 */
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import { timeline } from "../policy/binding/PolicyBook.ts"
import { channels } from "../policy/text/Vocabulary.ts"
import type { ParameterName, PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import { published } from "../policy/versions/index.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { ArbitraryPolicies } from "@tacet/testing"
import * as Customer from "./Customer.ts"
import type { EntryPointId, FieldId, InterfaceId, ListedNumberId, PolicyVersionId } from "./Identifier.ts"
import * as Interaction from "./Interaction.ts"

const runs = { numRuns: 1000 }
const at = DateTime.makeUnsafe("2024-03-01T10:00:00Z")
const number = "0a0a0a0a-0000-4000-8000-000000000001" as ListedNumberId
const entryPoint = "0a0a0a0a-0000-4000-8000-000000000002" as EntryPointId
type Channel = (typeof channels)[number]

/** The parameters that decide of an interaction, all of which have a stricter side. */
const deciding: ReadonlyArray<ParameterName> = ["channels", "interception", "categories", "geolocation", "recognition"]

const triggerOf = (channel: Channel): Interaction.Trigger =>
  channel === "outgoingCall" || channel === "incomingCall"
    ? { _tag: channel, number }
    : { _tag: "contactRequest", channel, entryPoint }
const start = (channel: Channel) => ({
  trigger: triggerOf(channel),
  interface: "web" as InterfaceId,
  linkable: true,
})
const categories = PersonalDataCategory.literals.filter(
  (category) => category !== "deviceCallLog" && category !== "addressBook",
)
const isLocation = (category: PersonalDataCategory) => category.endsWith("Location")
const reference = "0b0b0b0b-0000-4000-8000-000000000001" as never

/** Everything that a policy lets an interaction do, by name. */
const allowedBy = (policy: PrivacyPolicy): ReadonlySet<string> => {
  const policyVersion = policy.id as PolicyVersionId
  const declared: ReadonlyArray<Customer.Event> = [
    { _tag: "PolicyVersionAdopted", occurredAt: at, policyVersion, digest: null },
    { _tag: "NumberListed", occurredAt: at, number },
    { _tag: "EntryPointListed", occurredAt: at, entryPoint },
    ...categories
      .filter((category) => !isLocation(category))
      .map((category): Customer.Event => ({
        _tag: "InputFieldDeclared",
        occurredAt: at,
        field: category as string as FieldId,
        category,
        required: false,
        origin: "person",
      })),
  ]
  const customer = Decider.replay(Customer.decider, declared)
  const book = { ...Customer.published.policies, versions: [policy] }
  const context = { customer, policyAt: timeline(book, customer.policyVersions), switchedOn: true }
  const begun = (channel: Channel) =>
    Decider.replay(Interaction.decider, [
      { _tag: "InteractionStarted", occurredAt: at, ...start(channel), policyVersion },
      { _tag: "NoticeShown", occurredAt: at, policyVersion, tells: Interaction.NoticeContent.literals },
    ])
  const allowed = new Set<string>()
  const probe = (name: string, state: Interaction.State, command: Interaction.Command) => {
    if (Result.isSuccess(Interaction.decider.decide(state, command, context))) allowed.add(name)
  }
  for (const channel of channels) {
    probe(`start by ${channel}`, Interaction.initial, { _tag: "StartInteraction", at, ...start(channel) })
    probe(`inhibit ${channel}`, begun(channel), { _tag: "InhibitCall", at })
    probe(`activate ${channel}`, begun(channel), { _tag: "ActivateInterface", at })
  }
  const live = begun("web")
  const open = Decider.replay(Interaction.decider, [{ _tag: "InterfaceActivated", occurredAt: at }], live)
  for (const category of categories) {
    const value = { reference, category }
    probe(`observe ${category}`, open, { _tag: "ObserveTerminal", at, values: [value] })
    probe(`enter ${category}`, live, { _tag: "EnterInput", at, field: category as string as FieldId, value })
  }
  probe("note a return", live, { _tag: "ObserveRecontact", at, class: "within24Hours" })
  return allowed
}

const under = new Map(published.map((policy) => [policy.id, allowedBy(policy)]))

describe("a policy of the user's own", () => {
  // Finds: a decider, or a resolution, that knows a published version by its id.
  it.prop(
    "POLICY-BIND: with the values of a published one is enforced like that one",
    [fc.constantFrom(...published), fc.stringMatching(/^[a-z]{1,8}\/[0-9]{1,4}$/)],
    (policy, id) => {
      expect(allowedBy({ ...policy, id: `own-${id}`, operator: "Own" })).toEqual(under.get(policy.id))
    },
    runs,
  )

  // Finds: a channel list that is read as one of bans; a meet that joins permissions.
  it.prop(
    "TRIGGER CATEGORIES GEO-OK GEO-NEVER: allows only the values that it states",
    [ArbitraryPolicies.aPolicy(deciding)],
    (policy) => {
      const allowed = allowedBy(policy)
      const { categories: listed, channels: open, geolocation, interception, recognition } = policy.parameters
      for (const channel of channels) {
        expect(allowed.has(`start by ${channel}`)).toBe(open?.value.includes(channel) === true)
      }
      expect(allowed.has("inhibit outgoingCall")).toBe(interception?.value.includes("inhibitOutgoingCall") === true)
      // Every published version opens the interface on a call, so silence leaves that as it is.
      const activates = interception === undefined || interception.value.includes("activateInterface")
      expect(allowed.has("activate incomingCall")).toBe(activates)
      expect(allowed.has("note a return")).toBe(recognition?.value === "on")
      for (const category of categories.filter((one) => !isLocation(one))) {
        if (listed !== undefined)
          expect(allowed.has(`enter ${category}`)).toBe(listed.value.processor.includes(category))
      }
      const mayLocate = geolocation?.value === "allowed" && listed?.value.processor.includes("preciseLocation") === true
      expect(allowed.has("observe preciseLocation")).toBe(mayLocate)
    },
    runs,
  )

  // Finds: a parameter whose order of levels is turned round; a meet that joins permissions.
  it.prop(
    "POLICY-BIND: that is tightened lets nothing more through, and loosened refuses nothing more",
    [ArbitraryPolicies.anEdit(deciding)],
    ({ after, before, kind }) => {
      const was = allowedBy(before)
      const is = allowedBy(after)
      const [fewer, more] = kind === "tighter" ? [is, was] : [was, is]
      if (kind !== "silent") expect(Array.from(fewer).filter((name) => !more.has(name))).toEqual([])
    },
    runs,
  )
})
