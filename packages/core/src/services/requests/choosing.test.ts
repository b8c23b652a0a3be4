/**
 * Who is taken into a request, where persons share addresses and telephones.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import type * as Identifiers from "../../privacy/Identifiers.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import { DataSubjectRequests } from "../DataSubjectRequests.ts"
import { Pseudonyms } from "../Pseudonyms.ts"
import { contracted, customer, dawn, day, deadly, moment, nobody, open, over } from "../scene.testing.ts"

const actor = { id: nobody, roles: ["support"] }
const requester = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a66" as Uuid

/** Two telephones and two addresses, which any person may have used. */
const identifiers: ReadonlyArray<Identifiers.Identifier> = [
  { kind: "telephoneNumber", text: "+33612345678" },
  { kind: "telephoneNumber", text: "+33612345679" },
  { kind: "ipAddress", text: "192.0.2.1" },
  { kind: "ipAddress", text: "192.0.2.2" },
]

/** The identifiers that a device has used, by index. */
const aDevice = fc.subarray([0, 1, 2, 3], { minLength: 1 })
const aPerson = fc.array(aDevice, { minLength: 1, maxLength: 2 })

const detailOf = (index: number) => ({ identifier: identifiers[index]!, from: dawn, to: dawn + day })

/** Persons, each with linked pseudonyms, and a text that each device has sent. */
const settled = Effect.fnUntraced(function* (persons: ReadonlyArray<ReadonlyArray<ReadonlyArray<number>>>) {
  const pseudonyms = yield* Pseudonyms
  yield* TestClock.setTime(dawn)
  yield* contracted()
  yield* TestClock.setTime(dawn + day)
  const devices: Array<Device> = []
  for (const [person, used] of persons.entries()) {
    let first: Pseudonym.PseudonymId | undefined
    for (const indices of used) {
      const pseudonym = yield* pseudonyms.issue(customer)
      const whose = { customer, pseudonym }
      for (const index of indices) {
        const identifier = identifiers[index]!
        yield* pseudonyms.observe({ ...whose, identifier, purposes: ["customerCare"], validFrom: dawn })
      }
      const value = `text ${devices.length}`
      const text = yield* pseudonyms.keep({ ...whose, category: "freeText", value, purposes: ["customerCare"] })
      if (first !== undefined) {
        yield* pseudonyms.declare(whose, { _tag: "LinkPseudonym", at: moment(1), other: first })
      }
      first ??= pseudonym
      devices.push({ person, used: indices, pseudonym, value, text })
    }
  }
  yield* TestClock.setTime(dawn + 2 * day)
  return devices
})

interface Device {
  readonly person: number
  readonly used: ReadonlyArray<number>
  readonly pseudonym: Pseudonym.PseudonymId
  readonly value: string
  readonly text: Sealed<string>
}

const received = (kind: "access" | "erasure") =>
  DataSubjectRequests.use((requests) => requests.receive({ customer, kind, channel: "email", requester }))

const located = (request: Uuid) =>
  Effect.map(
    EventStore.use((store) => store.readStream(customer, { kind: "rights-request", id: request })),
    ({ events }) => events.filter(({ type }) => type === "SubjectLocated"),
  )

const verify = {
  _tag: "VerifyIdentity",
  at: DateTime.makeUnsafe(dawn + 2 * day),
  by: "customer",
  method: "locatorMatch",
} as const

describe("persons behind one address or one telephone", () => {
  // Planted: `others.length === 0` replaced by `true`: both persons behind a number are taken. `found.flat()` replaced by
  // the first detail's: a candidate with another detail alone is not answered. `take` for `leaveOut` in the sealed list.
  it.effect.prop(
    "R-LOCATE R-ACCESS R-ERASE: a candidate is taken only by details that lead to no one else, and the other's data stays",
    [
      fc.array(aPerson, { minLength: 2, maxLength: 3 }),
      fc.subarray([0, 1, 2, 3], { minLength: 1, maxLength: 2 }),
      fc.constantFrom("access" as const, "erasure" as const),
    ],
    (persons, asked, kind) =>
      Effect.gen(function* () {
        const requests = yield* DataSubjectRequests
        const devices = yield* settled(persons)
        const request = yield* received(kind)
        const which = { customer, request }
        const details = asked.map(detailOf)
        const candidates = yield* requests.locate(which, details, actor)
        const touched = devices.filter(({ used }) => asked.some((index) => used.includes(index)))
        expect(candidates.map(({ pseudonym }) => pseudonym).toSorted()).toEqual(
          touched.map(({ pseudonym }) => pseudonym).toSorted(),
        )
        expect(JSON.stringify(candidates)).not.toMatch(/text \d|192\.0|\+336/)
        const whole = devices.filter(({ used }) => asked.every((index) => used.includes(index)))
        const taken = whole.filter(({ person }) => person === whole[0]?.person)
        const take = taken.map(({ pseudonym }) => pseudonym)
        const leaveOut = touched.map(({ pseudonym }) => pseudonym).filter((one) => !take.includes(one))
        const answer = yield* Effect.result(requests.choose(which, { details, take, leaveOut }, actor))
        const isOne = taken.length > 0 && taken.length === whole.length
        expect(answer._tag).toBe(isOne ? "Success" : "Failure")
        expect((yield* located(request)).map(({ data }) => JSON.parse(data).choice.taken)).toEqual(
          isOne ? [take.length] : [],
        )
        if (!isOne) {
          expect(answer).toMatchObject({ failure: { rule: "R-LOCATE", command: "LocateSubject" } })
          expect(String((answer as { readonly failure: unknown }).failure)).not.toMatch(/192\.0|\+336/)
          return
        }
        yield* requests.declare(which, verify)
        const { values } = yield* requests.read(which, actor)
        const texts = values.filter(({ category }) => category === "freeText").map(({ value }) => value)
        expect(texts.toSorted()).toEqual(taken.map(({ value }) => value).toSorted())
        if (kind === "access") return
        yield* requests.fulfil({ ...which, actor, by: "customer", states: [...answerDuties] })
        const left = yield* Effect.forEach(devices, ({ text }) => open(text))
        expect(left).toEqual(devices.map((device) => (taken.includes(device) ? "Erased" : `Open ${device.value}`)))
      }).pipe(Effect.provide(over(VaultMemory.make()), { local: true })),
    { numRuns: 25 },
  )

  // Planted: `named.length === candidates.length` left out: one who is no candidate is left out. `candidates.every(…)` left
  // out: in their stead another.
  it.effect("R-LOCATE: each candidate is taken or left out, and a second choice adds another device", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const [shared, mine, other] = yield* settled([[[0, 2]], [[0, 3]], [[1]]])
      const request = yield* received("access")
      const which = { customer, request }
      const both = { details: [0, 2].map(detailOf), take: [shared!.pseudonym] }
      for (const leaveOut of [[], [other!.pseudonym], [mine!.pseudonym, other!.pseudonym]]) {
        const refused = yield* Effect.result(requests.choose(which, { ...both, leaveOut }, actor))
        expect(refused).toMatchObject({ failure: { rule: "R-LOCATE", field: "leaveOut" } })
      }
      const alone = { details: [detailOf(0)], take: [shared!.pseudonym], leaveOut: [mine!.pseudonym] }
      const asks = yield* Effect.result(requests.choose(which, alone, actor))
      expect(asks).toMatchObject({ failure: { field: "take" } })
      expect(String((asks as { readonly failure: unknown }).failure)).toContain(
        "ipAddress, telephoneNumber with its time",
      )
      expect((yield* requests.stateOf(which)).located).toBe(false)
      const choice = { ...both, leaveOut: [mine!.pseudonym] }
      yield* requests.choose(which, choice, actor)
      yield* requests.choose(which, choice, actor)
      yield* requests.choose(which, { details: [detailOf(1)], take: [other!.pseudonym], leaveOut: [] }, actor)
      expect((yield* located(request)).map(({ data }) => JSON.parse(data).choice)).toMatchObject([
        { taken: 1, leftOut: 1 },
        { taken: 1, leftOut: 0 },
      ])
      yield* requests.declare(which, verify)
      const { values } = yield* requests.read(which, actor)
      expect(values.flatMap(({ category, value }) => (category === "freeText" ? [value] : [])).toSorted()).toEqual([
        "text 0",
        "text 2",
      ])
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted: every list that was sealed counts, whether or not an event names it.
  it.effect("R-LOCATE: a choice that was stopped before it was recorded takes no candidate", () =>
    Effect.gen(function* () {
      for (let call = 1; ; call++) {
        const { armed, around } = deadly(call, "before")
        const seen = yield* Effect.gen(function* () {
          const requests = yield* DataSubjectRequests
          const [wrong, right] = yield* settled([[[0]], [[1]]])
          const which = { customer, request: yield* received("access") }
          const choice = (index: number, device: Device) =>
            requests.choose(which, { details: [detailOf(index)], take: [device.pseudonym], leaveOut: [] }, actor)
          const first = yield* armed(choice(0, wrong!))
          if (first._tag === "Success" || (yield* located(which.request)).length > 0) return undefined
          yield* choice(1, right!)
          yield* requests.declare(which, verify)
          const { values } = yield* requests.read(which, actor)
          return values.map(({ value }) => value).toSorted()
        }).pipe(Effect.provide(over(VaultMemory.make(), around), { local: true }))
        if (seen === undefined) {
          expect(call).toBeGreaterThan(10)
          return
        }
        expect([call, seen]).toEqual([call, [identifiers[1]!.text, "text 1"]])
      }
    }),
  )
})
