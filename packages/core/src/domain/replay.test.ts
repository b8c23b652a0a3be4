/**
 * Replays old logs: events of every version, disclosures that were lawful then, data whose end was promised then.
 */
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import type * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { NewEvent } from "../eventsourcing/EventEnvelope.ts"
import * as Calendar from "../calendar/Calendar.ts"
import * as History from "../policy/binding/History.ts"
import { legalData } from "../policy/legal/LegalData.ts"
import { timeline } from "../policy/binding/PolicyBook.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { dialonce20190305, dialonce20210217 } from "../policy/versions/index.ts"
import * as CookieRegister from "./CookieRegister.ts"
import * as Breach from "./Breach.ts"
import * as Customer from "./Customer.ts"
import * as DeviceSwitch from "./DeviceSwitch.ts"
import { stored } from "./expectations.testing.ts"
import * as Interaction from "./Interaction.ts"
import * as ProcessingRegister from "./ProcessingRegister.ts"
import * as Pseudonym from "./Pseudonym.ts"
import * as Recipient from "./Recipient.ts"
import * as RecognitionModel from "./RecognitionModel.ts"
import * as RetentionPolicy from "./RetentionPolicy.ts"
import * as RightsRequest from "./RightsRequest.ts"
import * as SecurityRegister from "./SecurityRegister.ts"
import * as StaffRegister from "./StaffRegister.ts"
import * as Transfer from "./Transfer.ts"
import * as VisitorChoice from "./VisitorChoice.ts"

const runs = { numRuns: 1000 }

interface AnyEvent {
  readonly _tag: string
}
interface AnyAggregate {
  readonly codec: EventCodec.EventCodec<AnyEvent>
  readonly decider: Decider.Decider<unknown, unknown, AnyEvent, unknown>
}

const folder = new URL("golden/", import.meta.url)
const golden = readdirSync(folder).map((file) => {
  const [kind = ""] = file.split(".")
  return { kind, event: JSON.parse(readFileSync(new URL(file, folder), "utf8")) as NewEvent }
})

/** Aggregates differ in their events; here an event is only passed from one function of its own to the other. */
const aggregates = [
  Breach.aggregate,
  CookieRegister.aggregate,
  Customer.aggregate,
  DeviceSwitch.aggregate,
  Interaction.aggregate,
  ProcessingRegister.aggregate,
  Pseudonym.aggregate,
  Recipient.aggregate,
  RecognitionModel.aggregate,
  RetentionPolicy.aggregate,
  RightsRequest.aggregate,
  SecurityRegister.aggregate,
  StaffRegister.aggregate,
  Transfer.aggregate,
  VisitorChoice.aggregate,
] as ReadonlyArray<unknown> as ReadonlyArray<AnyAggregate>

describe.each(aggregates.map((aggregate) => ({ kind: aggregate.codec.kind, aggregate })))(
  "a log of $kind",
  ({ aggregate: { codec, decider }, kind }) => {
    const events = golden.filter((one) => one.kind === kind).map(({ event }) => event)

    // Finds: an upcaster that is missing or leaves a field out; a state that keeps what no event stores; an evolve that
    // changes the state it is given.
    it.prop(
      "TACET-FORMAT ARCHIVE: of events of any version replays to the state that today's events lead to",
      [
        fc.array(fc.constantFrom(...events), { maxLength: 12, size: "max" }),
        fc.array(fc.nat(90 * 24), { maxLength: 12 }),
      ],
      (drawn, hours) => {
        const log = drawn.map((event, index) => ({
          ...event,
          occurredAt: event.occurredAt + (hours[index] ?? 0) * 3_600_000,
        }))
        const read = log.map((event) => Result.getOrThrow(codec.decodeNew(event)))
        const live = Decider.replay(decider, read)
        expect(Decider.replay(decider, read.map(stored(codec)))).toEqual(live)
        // In two parts, as from a saved state, it is the same.
        const half = Math.floor(read.length / 2)
        const first = Decider.replay(decider, read.slice(0, half))
        expect(Decider.replay(decider, read.slice(half), first)).toEqual(live)
        expect(Decider.replay(decider, read.slice(0, half))).toEqual(first)
      },
      runs,
    )
  },
)

describe("a disclosure of 2019 under Privacy Shield", () => {
  const find = (name: string): NewEvent => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as NewEvent
  const requested = Result.getOrThrow(Transfer.codec.decodeNew(find("transfer.TransferRequested.v1.shield.json")))
  const authorised = Result.getOrThrow(Transfer.codec.decodeNew(find("transfer.TransferAuthorised.v1.abroad.json")))
  const state = Decider.replay(Transfer.decider, [requested, authorised])
  const { _tag: _, occurredAt: __, ...wanted } = requested as typeof Transfer.TransferRequested.Type
  const at2019 = DateTime.makeUnsafe("2019-03-06T00:00:00Z")
  const recipient = Decider.replay(Recipient.decider, [
    {
      _tag: "RecipientRegistered",
      occurredAt: at2019,
      kind: "partner",
      country: "US",
      undertakings: Recipient.Undertaking.literals.map((undertaking) => ({ undertaking, document: "annex" })),
    },
    { _tag: "RecipientContractSigned", occurredAt: at2019, document: "contract" },
  ])
  const contextOn = (at: DateTime.Utc): Transfer.Context => ({
    policy: Result.getOrThrow(resolve(History.of(dialonce20190305), { at })),
    legal: legalData,
    role: "processor",
    recipient,
    consents: [],
    instructed: Purpose.purposes,
    minimumFor: () => wanted.categories,
  })
  const carries = (at: DateTime.Utc): ReadonlyArray<string> => {
    const command = {
      _tag: "RequestTransfer",
      at,
      ...wanted,
      ground: "legalRequirement",
      data: "otherData",
      legalReference: "law 1",
      againstPayment: false,
    } as const
    const events = Result.getOrThrow(Transfer.decider.decide(Transfer.decider.initial, command, contextOn(at)))
    const last = events[1]
    return last?._tag === "TransferRefused" ? last.rules : []
  }

  it("SHIELD A45-47: replays as authorised, by the act of its time", () => {
    expect(state.status).toBe("authorised")
    expect(authorised).toMatchObject({ act: "(EU) 2016/1250" })
  })

  // Planted and found: a decision on adequacy that counts a day too long or too short.
  it.prop(
    "SHIELD A45-47: the same command is accepted to its last day and refused from the next on, by A45-47 alone",
    [fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -300, max: 1500 }))],
    (days) => {
      // From 10 July 2023 on another framework replaces it, for the recipients on its list.
      const at = DateTime.makeUnsafe(Date.parse("2020-07-15T12:00:00Z") + days * 86_400_000)
      expect(carries(at)).toEqual(days <= 0 ? [] : ["A45-47"])
    },
    runs,
  )
})

describe("a datum of 2019", () => {
  const adopted = (policy: { readonly id: string }, at: number): Customer.Event => ({
    _tag: "PolicyVersionAdopted",
    occurredAt: DateTime.makeUnsafe(at),
    policyVersion: policy.id as never,
    digest: null,
  })
  const day = 86_400_000
  const from = Date.parse("2019-03-05T12:00:00Z")
  const to = Date.parse("2021-02-17T12:00:00Z")

  // Finds: an end that depends on the version in force at the time of the question, by which a promised end would be
  // revoked.
  it.prop(
    "RET-12M POLICY-BIND: keeps its twelve months after the version of 2021 was adopted, and one of 2021 has its own end",
    [
      fc.oneof(
        fc.integer({ min: 0, max: to - from }),
        fc.constantFrom(0, Date.parse("2020-02-29T10:00:00Z") - from, to - from),
      ),
      fc.integer({ min: 0, max: 1200 }),
      fc.option(fc.integer({ min: 0, max: 900 }), { nil: undefined }),
    ],
    (collected, asked, contractDays) => {
      const events = [adopted(dialonce20190305, from), adopted(dialonce20210217, to)].map(stored(Customer.codec))
      const { policyVersions } = Decider.replay(Customer.decider, events)
      const policyAt = timeline(Customer.published.policies, policyVersions)
      const collection = DateTime.makeUnsafe(from + collected)
      const contractEnd =
        contractDays === undefined ? undefined : DateTime.makeUnsafe(from + collected + contractDays * day)
      const at = DateTime.makeUnsafe(from + collected + asked * day)
      const facts: RetentionPolicy.Facts = {
        category: "ipAddress",
        about: "interaction",
        events: { collection, ...(contractEnd === undefined ? {} : { contractEnd }) },
      }
      const path = [
        policyAt(collection)!,
        ...(from + collected < to && DateTime.toEpochMillis(at) >= to ? [policyAt(at)!] : []),
      ]
      const end = RetentionPolicy.retentionEnd(RetentionPolicy.initial, facts, path)
      const promised = collected < to - from ? Calendar.addTo(collection, "P12M", "Europe/Paris") : undefined
      const expected = [promised, contractEnd].flatMap((one) =>
        one === undefined ? [] : [DateTime.toEpochMillis(one)],
      )
      expect(end === undefined ? undefined : DateTime.toEpochMillis(end)).toBe(
        expected.length === 0 ? undefined : Math.min(...expected),
      )
    },
    runs,
  )
})
