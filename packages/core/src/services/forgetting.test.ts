/**
 * What forgetting leaves as it was: every state, every report, every decision.
 */
import { readdirSync, readFileSync } from "node:fs"
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import * as Customer from "../domain/Customer.ts"
import * as Interaction from "../domain/Interaction.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as Recipient from "../domain/Recipient.ts"
import * as RetentionPolicy from "../domain/RetentionPolicy.ts"
import * as RightsRequest from "../domain/RightsRequest.ts"
import * as Transfer from "../domain/Transfer.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { NewEvent } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { catchUp } from "../eventsourcing/Projection.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { OpeningPolicy } from "../privacy/OpeningPolicy.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { layer as vaultLayer, Vault } from "../privacy/Vault.ts"
import * as Definition from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import { Erasure, layer as erasureLayer } from "./Erasure.ts"

const dawn = Date.UTC(2026, 0, 5)

const services = (memory: VaultMemory.VaultMemory) =>
  Layer.provideMerge(erasureLayer, vaultLayer).pipe(
    Layer.provideMerge(eventStores),
    Layer.provideMerge(Layer.succeed(OpeningPolicy, { check: () => Effect.void })),
    Layer.provideMerge(VaultMemory.layerOver(memory)),
  )

const projection = Deflection.projection(Definition.make({ timeZone: "Europe/Paris" }))

/** The bytes of the projection and of its report, built anew from the log. */
const figures = (customer: CustomerId) =>
  Effect.map(catchUp(projection, customer), ({ state }) => [
    projection.encode(state),
    JSON.stringify(Deflection.report(state, { customer, declared: [] })),
  ])

/** Records interactions, each linked to a person, whose identifier is sealed. */
const recorded = Effect.fnUntraced(function* (customer: CustomerId, seed: number) {
  const store = yield* EventStore
  const vault = yield* Vault
  const people: Array<readonly [SubjectId, Sealed<string>, Uuid.Uuid]> = []
  for (const { events, id } of fc.sample(ArbitraryInteractions.anInteraction({ days: 3 }), { numRuns: 12, seed })) {
    if (events.length === 0) continue
    const stream = Interaction.streamOf(id)
    const writes = [{ stream, expected: Expected.any, events: events.map(Interaction.codec.encode) }]
    yield* store.append({ customer, commitId: yield* Uuid.next, writes })
    const subject = (yield* Uuid.next) as SubjectId
    const sealed = yield* vault.seal({
      customer,
      subject,
      category: "ipAddress",
      value: "192.0.2.7",
      purposes: ["customerCare"],
      collectedAt: dawn,
      retentionEnd: undefined,
    })
    yield* vault.link(customer, subject, id, undefined)
    const issued = { _tag: "PseudonymIssued", occurredAt: DateTime.makeUnsafe(dawn), policyVersion: "v1" }
    yield* store.append({
      customer,
      commitId: yield* Uuid.next,
      writes: [
        {
          stream: { kind: Pseudonym.streamKind, id: subject },
          expected: Expected.none,
          events: [Pseudonym.codec.encode(issued as unknown as Pseudonym.Event)],
        },
      ],
    })
    people.push([subject, sealed, id])
  }
  return people
})

/** Aggregates differ in their events; here they are only loaded. */
const aggregates = [
  Customer.aggregate,
  Interaction.aggregate,
  Pseudonym.aggregate,
  Recipient.aggregate,
  RetentionPolicy.aggregate,
  RightsRequest.aggregate,
  Transfer.aggregate,
] as ReadonlyArray<unknown> as ReadonlyArray<CommandHandler.Aggregate<unknown, unknown, unknown, unknown>>

const folder = new URL("../domain/golden/", import.meta.url)
const golden = readdirSync(folder).map((file) => {
  const [kind = ""] = file.split(".")
  return { kind, event: JSON.parse(readFileSync(new URL(file, folder), "utf8")) as NewEvent }
})

/** Streams of every kind, of events that the log can hold, whose references are those of these persons' values. */
const aboutThem = Effect.fnUntraced(function* (
  customer: CustomerId,
  references: ReadonlyArray<Uuid.Uuid>,
  seed: number,
) {
  const store = yield* EventStore
  const streams: Array<{ readonly kind: string; readonly id: Uuid.Uuid }> = []
  for (const [index, { codec }] of aggregates.entries()) {
    const ofKind = golden.filter(({ kind }) => kind === codec.kind)
    const drawn = fc.sample(fc.array(fc.constantFrom(...ofKind), { minLength: 1, maxLength: 12 }), {
      numRuns: 2,
      seed: seed + index,
    })
    for (const events of drawn) {
      let used = 0
      const referring = events.map(({ event }) => ({
        ...event,
        data: event.data.replaceAll(
          /"reference":"[0-9a-f-]{36}"/g,
          () => `"reference":"${references[used++ % references.length]}"`,
        ),
      }))
      const stream = { kind: codec.kind, id: yield* Uuid.next }
      const writes = [{ stream, expected: Expected.none, events: referring }]
      yield* store.append({ customer, commitId: yield* Uuid.next, writes })
      streams.push(stream)
    }
  }
  return streams
})

const stateOf = (customer: CustomerId, stream: { readonly kind: string; readonly id: Uuid.Uuid }) =>
  Effect.map(
    CommandHandler.load(
      aggregates.find(({ codec }) => codec.kind === stream.kind)!,
      customer,
      stream.id,
    ),
    ({ state, version }) => ({ ...stream, version, state }),
  )

describe("when persons are erased", () => {
  // Planted and found: an erasure that excludes the interactions of the person.
  it.effect.prop(
    "R-ERASE: the state of every aggregate stays the same, but for that of the pseudonyms",
    [fc.nat()],
    (seed) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const customer = (yield* Uuid.next) as CustomerId
        const people = yield* recorded(customer, seed)
        const references = people.map(([, sealed]) => sealed.reference)
        const streams = yield* aboutThem(customer, references, seed)
        for (const [, , id] of people) streams.push({ kind: Interaction.streamKind, id })
        const before = yield* Effect.forEach(streams, (stream) => stateOf(customer, stream))
        const [report] = yield* figures(customer)
        const log = EventStore.use((store) => store.readLog(customer, { limit: 10_000 }))
        const { events: then } = yield* log
        const erasure = yield* Erasure
        for (const [subject] of people) yield* erasure.erase({ customer, subject, cause: "request" })
        expect(yield* Effect.forEach(streams, (stream) => stateOf(customer, stream))).toEqual(before)
        expect((yield* figures(customer))[0]).toEqual(report)
        // The log has grown by one fact for each pseudonym, and nothing that was there has changed.
        const { events: now } = yield* log
        expect(now.slice(0, then.length)).toEqual(then)
        const added = now.slice(then.length).map(({ stream, type }) => [type, stream.id])
        expect(added).toEqual(people.map(([subject]) => ["PseudonymErased", subject]))
      }).pipe(Effect.provide(services(memory), { local: true }))
    },
    { numRuns: 20 },
  )

  // Planted and found: an erasure that excludes the person's interactions.
  it.effect.prop(
    "every figure, report and state of their interactions stays the same, byte for byte",
    [fc.integer()],
    (seed) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const customer = (yield* Uuid.next) as CustomerId
        const people = yield* recorded(customer, seed)
        const stateOf = (id: Uuid.Uuid) =>
          CommandHandler.load({ codec: Interaction.codec, decider: Interaction.decider }, customer, id)
        const before = yield* figures(customer)
        const states = yield* Effect.forEach(people, ([, , id]) => stateOf(id))
        const erasure = yield* Erasure
        for (const [subject] of people) yield* erasure.erase({ customer, subject, cause: "request" })
        expect(yield* figures(customer)).toEqual(before)
        expect(yield* Effect.forEach(people, ([, , id]) => stateOf(id))).toEqual(states)
        const pseudonyms = yield* Effect.forEach(people, ([subject]) =>
          CommandHandler.load({ codec: Pseudonym.codec, decider: Pseudonym.decider }, customer, subject),
        )
        expect(new Set(pseudonyms.map(({ state }) => state.phase))).toEqual(new Set(["erased"]))
      }).pipe(Effect.provide(services(memory), { local: true }))
    },
    { numRuns: 5 },
  )
})

describe("without the vault and the key store", () => {
  // Planted and found: a vault that keeps what it sealed in memory.
  it.effect.prop(
    "the log gives the same figures, and ties no interaction to a pseudonym or to another",
    [fc.integer()],
    (seed) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const customer = (yield* Uuid.next) as CustomerId
        const people = yield* recorded(customer, seed)
        const before = yield* figures(customer)
        memory.rows.clear()
        memory.keys.clear()
        memory.accesses.clear()
        expect(yield* figures(customer)).toEqual(before)
        const vault = yield* Vault
        for (const [, sealed] of people) {
          const request = { customer, sealed, purpose: "customerCare", reason: "incident" } as const
          const answer = yield* Effect.result(vault.open({ ...request, actor: { id: customer, roles: [] } }))
          expect(answer).toMatchObject({ _tag: "Failure", failure: { _tag: "UnknownReference" } })
        }
        // No id of one stream occurs in another one's events, and no commit or exact time is shared between kinds.
        const { events } = yield* EventStore.use((store) => store.readLog(customer, { limit: 10_000 }))
        const ids = new Set(people.flatMap(([subject, , interaction]) => [subject as string, interaction as string]))
        for (const { data, stream } of events) {
          for (const id of ids) if (id !== stream.id) expect(data.includes(id)).toBe(false)
        }
        const commits = new Map<string, string>()
        for (const { commitId, stream } of events) {
          expect(commits.get(commitId) ?? stream.id).toBe(stream.id)
          commits.set(commitId, stream.id)
        }
      }).pipe(Effect.provide(services(memory), { local: true }))
    },
    { numRuns: 5 },
  )
})
