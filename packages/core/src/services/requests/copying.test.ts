/**
 * What the copy of a person's data holds, and what it explains.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { EntryPointId, InterfaceId, PolicyVersionId, StepId } from "../../domain/Identifier.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as Recipient from "../../domain/Recipient.ts"
import * as Transfer from "../../domain/Transfer.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import type { Source } from "../../privacy/Source.ts"
import { DataSubjectRequests } from "../DataSubjectRequests.ts"
import { Pseudonyms } from "../Pseudonyms.ts"
import { customer, dawn, day, moment, nobody, observed, over, start } from "../scene.testing.ts"

const actor = { id: nobody, roles: ["support"] }
const requester = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a66" as Uuid.Uuid
const number = "+33612345678"
const detail = { identifier: { kind: "telephoneNumber", text: number }, from: dawn, to: dawn + day } as const

const append = Effect.fnUntraced(function* (
  stream: { readonly kind: string; readonly id: Uuid.Uuid },
  events: Parameters<EventStore["Service"]["append"]>[0]["writes"][number]["events"],
) {
  const commitId = yield* Uuid.next
  yield* EventStore.use((store) =>
    store.append({ customer, commitId, writes: [{ stream, expected: Expected.any, events }] }),
  )
})

/** An interaction with some steps. */
const visited = Effect.fnUntraced(function* (steps: number) {
  const id = yield* Uuid.next
  const occurredAt = moment(1)
  const events: ReadonlyArray<Interaction.Event> = [
    {
      _tag: "InteractionStarted",
      occurredAt,
      trigger: {
        _tag: "contactRequest",
        channel: "web",
        entryPoint: "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61" as EntryPointId,
      },
      interface: "web" as InterfaceId,
      linkable: true,
      policyVersion: "dialonce/2021-02-17" as PolicyVersionId,
    },
    ...Array.from({ length: steps }, (): Interaction.Event => ({
      _tag: "StepTaken",
      occurredAt,
      step: "invoice" as StepId,
      kind: "page",
    })),
  ]
  yield* append(Interaction.streamOf(id), events.map(Interaction.codec.encode))
  return { id, events: events.map(({ _tag }) => _tag) }
})

/** A disclosure to a recipient, who may not be registered. */
const disclosed = Effect.fnUntraced(function* (isRegistered: boolean) {
  const recipient = (yield* Uuid.next) as Recipient.RecipientId
  const occurredAt = moment(1)
  const registered = {
    _tag: "RecipientRegistered",
    occurredAt,
    kind: "customer",
    country: "FR",
    undertakings: [],
  } as const
  if (isRegistered) yield* append(Recipient.streamOf(recipient), [Recipient.codec.encode(registered)])
  const transfer = (yield* Uuid.next) as Transfer.TransferId
  const events: ReadonlyArray<Transfer.Event> = [
    {
      _tag: "TransferRequested",
      occurredAt,
      recipient,
      ground: "owningCustomer",
      purpose: "customerCare",
      categories: ["telephoneNumber"],
      data: "interactionData",
      manner: "file",
      destination: "FR",
      conditions: [],
    },
    { _tag: "TransferAuthorised", occurredAt },
    { _tag: "TransferExecuted", occurredAt, values: 1, digest: "0".repeat(64) },
  ]
  yield* append(Transfer.streamOf(transfer), events.map(Transfer.codec.encode))
  return transfer
})

const aSource = fc.constantFrom<Source | undefined>("givenByPerson", "observed", "thirdParty", "derived", undefined)
const aPerson = fc.record({
  sources: fc.array(aSource, { maxLength: 3 }),
  interactions: fc.array(fc.nat({ max: 2 }), { maxLength: 3 }),
  disclosures: fc.array(fc.boolean(), { maxLength: 2 }),
})

describe("the copy of a person's data", () => {
  // Planted: `interactions.push` left out; `explains: [...RightsRequest.explanations]` recorded; the source left out of
  // `keep`; `source === "observed"` left out of the portable sources.
  it.effect.prop(
    "R-ACCESS R-PORT PROVENANCE: holds every value with its source and every interaction, and counts what it explains",
    [aPerson, aPerson],
    (own, strange) =>
      Effect.gen(function* () {
        const requests = yield* DataSubjectRequests
        const pseudonyms = yield* Pseudonyms
        const pseudonym = yield* start
        const other = yield* pseudonyms.issue(customer)
        yield* observed(pseudonym, number)
        yield* observed(other, "+33612345679")
        const visits: Array<Effect.Success<ReturnType<typeof visited>>> = []
        for (const [whose, person] of [
          [pseudonym, own],
          [other, strange],
        ] as const) {
          for (const [index, source] of person.sources.entries()) {
            yield* pseudonyms.keep({
              customer,
              pseudonym: whose,
              category: "freeText",
              value: `${whose === pseudonym ? "own" : "strange"} ${index}`,
              purposes: ["customerCare"],
              ...(source === undefined ? {} : { source }),
            })
          }
          for (const steps of person.interactions) {
            const visit = yield* visited(steps)
            yield* pseudonyms.link({ customer, pseudonym: whose }, visit.id)
            if (whose === pseudonym) visits.push(visit)
          }
          for (const isRegistered of person.disclosures) {
            yield* pseudonyms.link({ customer, pseudonym: whose }, yield* disclosed(isRegistered))
          }
        }
        yield* TestClock.setTime(dawn + 2 * day)
        const which = {
          customer,
          request: yield* requests.receive({ customer, kind: "access", channel: "email", requester }),
        }
        yield* requests.choose(which, { details: [detail], take: [pseudonym], leaveOut: [] }, actor)
        const at = DateTime.makeUnsafe(dawn + 2 * day)
        yield* requests.declare(which, { _tag: "VerifyIdentity", at, by: "customer", method: "locatorMatch" })
        const copy = yield* requests.read(which, actor)
        expect(copy.values.map(({ source, value }) => `${value} ${source}`).toSorted()).toEqual(
          [
            `${number} observed`,
            ...own.sources.map((source, index) => `own ${index} ${source ?? "givenByPerson"}`),
          ].toSorted(),
        )
        const copied = copy.interactions.map(({ events, interaction }) => [
          interaction,
          ...events.map(({ event }) => event),
        ])
        expect(copied.map((one) => one.join()).toSorted()).toEqual(
          visits.map(({ events, id }) => [id, ...events].join()).toSorted(),
        )
        for (const { events, purposes } of copy.interactions) {
          expect(purposes).toEqual(["requestedService", "customerCare"])
          expect(events[0]).toMatchObject({ at: "2021-03-02T10:00:00.000Z", says: "You were offered the interface." })
        }
        expect(copy.records.map(({ event }) => event)).toEqual(["PseudonymIssued", "IdentifierObserved"])
        expect(copy.disclosures.length).toBe(own.disclosures.length)
        const isWhole = own.disclosures.every((isRegistered) => isRegistered)
        expect(copy.explains.includes("recipients")).toBe(isWhole)
        const answering = (given: ReadonlyArray<Uuid.Uuid>) =>
          Effect.result(requests.fulfil({ ...which, actor, by: "customer", given, states: [...answerDuties] }))
        const lacking = yield* answering(copy.references.slice(1))
        expect(lacking).toMatchObject({ failure: { rule: "R-ACCESS" } })
        const answer = yield* answering(copy.references)
        expect(answer._tag).toBe(isWhole ? "Success" : "Failure")
        if (!isWhole) expect(answer).toMatchObject({ failure: { rule: "R-ACCESS", field: "outcome.explains" } })
        const given = copy.values.filter(({ source }) => source === "givenByPerson" || source === "observed")
        expect(copy.portable.length).toBe(given.length + visits.length)
      }).pipe(Effect.provide(over(VaultMemory.make()), { local: true })),
    { numRuns: 20 },
  )
})
