/**
 * What nobody reports of an interaction, found on PostgreSQL as in memory: that it is idle, that a later call belongs to it,
 * that the person came back.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { type EventStore, type ProjectionStore, Uuid } from "@tacet/core/eventsourcing"
import { makeTacet } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { layer } from "../layer.ts"
import { forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

const minute = 60_000
const day = 24 * 60 * minute
const dawn = Date.parse("2026-03-02T09:00:00Z")
const text = (millis: number) => new Date(millis).toISOString()
const entryPoint = Uuid.derived("entry point")
const number = Uuid.derived("number")

const aVisit = fc.record({
  start: fc.nat({ max: 10 * 24 * 60 }),
  person: fc.nat({ max: 1 }),
  steps: fc.nat({ max: 2 }),
  ends: fc.boolean(),
  /** How long after it the person calls, in minutes. */
  calls: fc.option(fc.nat({ max: 9 * 24 * 60 }), { nil: undefined }),
})
type Visit = typeof aVisit extends fc.Arbitrary<infer A> ? A : never

/** Everything that a service with two processes does with the visits, and what it says in the end. */
const followed = async <E>(
  stores: Layer.Layer<EventStore.EventStore | ProjectionStore.ProjectionStore, E>,
  customer: string,
  visits: ReadonlyArray<Visit>,
) => {
  const [tacet, other] = [makeTacet({ stores, retention: "elsewhere" }), makeTacet({ stores, retention: "elsewhere" })]
  try {
    await tacet.declare(customer, [
      { _tag: "AdoptPolicyVersion", at: text(dawn), policyVersion: "starter/1" },
      { _tag: "ListEntryPoint", at: text(dawn), entryPoint },
      { _tag: "ListNumber", at: text(dawn), number },
    ])
    const idOf = (place: number) => Uuid.derived(customer, String(place))
    const ofPerson = (person: number) =>
      visits.flatMap((visit, place) => (visit.person === person ? [idOf(place)] : []))
    for (const [place, { ends, start, steps }] of visits.entries()) {
      const at = (minutes: number) => text(dawn + (start + minutes) * minute)
      const trigger = { _tag: "contactRequest", channel: "web", entryPoint }
      await tacet.record({
        customer,
        interaction: idOf(place),
        commands: [
          { _tag: "StartInteraction", at: at(0), trigger, interface: "web", linkable: true },
          ...Array.from({ length: steps }, (_, n) => ({ _tag: "TakeStep", at: at(n + 1), step: "home", kind: "page" })),
          ...(ends ? [{ _tag: "EndInteraction", at: at(steps + 1), reason: "completed" }] : []),
        ],
      })
    }
    const attributed: Array<string | undefined> = []
    for (const [place, { calls, person, start }] of visits.entries()) {
      if (calls === undefined) continue
      const [at, call] = [dawn + (start + calls) * minute, Uuid.derived(customer, "call", String(place))]
      const commands = [
        { _tag: "PlaceCall", at: text(at), call, number, asksForPerson: true },
        { _tag: "AnswerCall", at: text(at), call, human: true },
        { _tag: "EndCall", at: text(at + minute), call, talkSeconds: 60, disposition: "answered", legs: 1 },
      ]
      const attribute = (by: typeof tacet) => by.attributeCall({ customer, among: ofPerson(person), commands })
      const [one, same] = await Promise.all([attribute(tacet), attribute(other)])
      expect(one).toBe(same)
      attributed.push(one && String(visits.findIndex((_, place) => idOf(place) === one)))
    }
    const asOf = dawn + 30 * day
    const ended = await Promise.all([tacet.endIdle(customer, { asOf }), other.endIdle(customer, { asOf })])
    const people = [ofPerson(0), ofPerson(1)]
    await Promise.all([tacet.noteReturns(customer, people, { asOf }), other.noteReturns(customer, people, { asOf })])
    const again = await tacet.noteReturns(customer, people, { asOf })
    const report = await tacet.report(customer, { name: "example", asOf })
    return { attributed, ended: ended[0] + ended[1], again, idle: await tacet.endIdle(customer, { asOf }), report }
  } finally {
    await Promise.all([tacet.close(), other.close()])
  }
}

describe("what nobody reports", () => {
  // Planted and found: an end that the other process has recorded counted as one.
  it.live.prop(
    "is found on PostgreSQL as in memory, once, though two processes look for it at a time",
    [fc.array(aVisit, { minLength: 1, maxLength: 5 })],
    (visits) =>
      Effect.gen(function* () {
        const customer = yield* Uuid.next
        const onServer = yield* Effect.promise(() => followed(layer(options), customer, visits))
        expect(onServer.ended).toBe(visits.filter(({ ends }) => !ends).length)
        expect([onServer.idle, onServer.again]).toEqual([0, { noted: 0, refused: [] }])
        const shared = Layer.succeedContext(yield* Layer.build(memory))
        expect(yield* Effect.promise(() => followed(shared, customer, visits))).toEqual(onServer)
      }).pipe(Effect.scoped),
    { numRuns: 6 },
  )
})
