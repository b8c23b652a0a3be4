/**
 * The times of a request and the ways by which it comes in, through the service, under each version that holds the rule.
 * Dates are written here as the texts give them, not computed from the policy.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import { holding, type Version, versions } from "../../policy/laws.testing.ts"
import type { requestChannels } from "../../policy/text/parameters/rights.ts"
import { DataSubjectRequests, type Declaration, type Received, type RequestRefusal } from "../DataSubjectRequests.ts"
import { actor, made, personUnder } from "../requestsUnder.testing.ts"
import { customer, day, over, refusalOf } from "../scene.testing.ts"
import { contractedUnder } from "../versions.testing.ts"

/** In a world of its own. */
const apart = <A, E>(effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof over>>>) =>
  Effect.suspend(() => Effect.provide(effect, over(VaultMemory.make())))

const instant = (text: string) => Date.parse(text)

/** A request that was received at a moment, under a version that was adopted the day before. */
const receivedAt = Effect.fnUntraced(function* (
  version: Version,
  text: string,
  channel: (typeof requestChannels)[number] = "email",
) {
  yield* TestClock.setTime(instant(text))
  yield* contractedUnder(version, instant(text))
  const requests = yield* DataSubjectRequests
  const request = yield* requests.receive({
    customer,
    kind: "access",
    channel,
    requester: Uuid.derived("a requester"),
    registered: true,
  })
  const which = { customer, request }
  const [listed] = yield* requests.open(customer)
  const lateAt = (at: number) => Effect.map(requests.open(customer, { at }), ([one]) => one?.late)
  return { which, due: listed?.due, lateAt, requests }
})

const delay = (at: string, fields: Partial<Extract<Declaration, { readonly _tag: "NotifyDelay" }>>): Declaration => ({
  _tag: "NotifyDelay",
  at: DateTime.makeUnsafe(at),
  reasons: ["complexity"],
  ...fields,
})

/** Announces a delay at a moment; answers the refusal, and the date at which the answer is then due. */
const delayed = Effect.fnUntraced(function* (
  version: Version,
  received: string,
  at: string,
  fields: Parameters<typeof delay>[1],
) {
  const { requests, which } = yield* receivedAt(version, received)
  yield* TestClock.setTime(instant(at))
  const refusal = yield* refusalOf(requests.declare(which, delay(at, fields)))
  const [listed] = yield* requests.open(customer)
  return [refusal, listed?.due]
}, apart)

/** Answers at a moment; answers whether the record says that it was late. */
const answeredAt = Effect.fnUntraced(function* (version: Version, received: string, at: string) {
  const { requests, which } = yield* receivedAt(version, received)
  yield* TestClock.setTime(instant(at))
  const { handler } = yield* requests.stateOf(which)
  yield* requests.declare(which, {
    _tag: "DeclareNotIdentified",
    at: DateTime.makeUnsafe(at),
    by: handler!,
    states: ["complaintToAuthority", "courtRemedy"],
  })
  const { events } = yield* EventStore.use((store) =>
    store.readStream(customer, { kind: "rights-request", id: which.request }),
  )
  return (JSON.parse(events.at(-1)!.data) as { readonly late?: boolean }).late ?? false
}, apart)

// Planted and found: thirty days counted as a month, and a month as thirty days; the day of receipt counted; an extension
// taken after the first due date; `late` left out of the list and of the answer.
describe("the time of a request", () => {
  for (const version of holding("R-1M")) {
    it.effect(
      `R-1M under ${version.id} is asked by DataSubjectRequests.receive, DataSubjectRequests.open and DataSubjectRequests.declare`,
      () =>
        Effect.gen(function* () {
          for (const [received, due, lateFrom] of [
            ["2021-05-10T10:00:00Z", "2021-06-10", "2021-06-10T22:00:00Z"],
            ["2022-01-31T10:00:00Z", "2022-02-28", "2022-02-28T23:00:00Z"],
            ["2024-01-31T10:00:00Z", "2024-02-29", "2024-02-29T23:00:00Z"],
            // In Paris it is the first of the next month.
            ["2021-05-31T22:30:00Z", "2021-07-01", "2021-07-01T22:00:00Z"],
          ] as const) {
            const seen = yield* apart(
              Effect.gen(function* () {
                const made = yield* receivedAt(version, received)
                const end = instant(lateFrom)
                return [made.due, yield* made.lateAt(end - 1), yield* made.lateAt(end)]
              }),
            )
            expect([received, ...seen]).toEqual([received, due, false, true])
          }
          const expected: PlainDate = "2021-08-10"
          const announced = (at: string, to = expected) =>
            delayed(version, "2021-05-10T10:00:00Z", at, { expected: to })
          // Until the end of the tenth of June in Paris, and to three months at most (GDPR 12(3)).
          expect(yield* announced("2021-06-10T21:59:59Z")).toEqual(["Success", "2021-08-10"])
          expect(yield* announced("2021-06-10T22:00:00Z")).toEqual(["R-1M", "2021-06-10"])
          expect(yield* announced("2021-06-10T21:59:59Z", "2021-08-11")).toEqual(["R-1M", "2021-06-10"])
          expect(yield* answeredAt(version, "2021-05-10T10:00:00Z", "2021-06-10T21:59:59Z")).toBe(false)
          expect(yield* answeredAt(version, "2021-05-10T10:00:00Z", "2021-06-10T22:00:00Z")).toBe(true)
        }),
    )
  }

  for (const version of holding("R-30D")) {
    it.effect(
      `R-30D under ${version.id} is asked by DataSubjectRequests.receive, DataSubjectRequests.open and DataSubjectRequests.declare`,
      () =>
        Effect.gen(function* () {
          for (const [received, due, lateFrom] of [
            // A month of 31 days: thirty days end first. A month of 28: the law's month does.
            ["2021-05-10T10:00:00Z", "2021-06-09", "2021-06-09T22:00:00Z"],
            ["2022-02-10T10:00:00Z", "2022-03-10", "2022-03-10T23:00:00Z"],
            ["2022-01-31T10:00:00Z", "2022-02-28", "2022-02-28T23:00:00Z"],
          ] as const) {
            const seen = yield* apart(
              Effect.gen(function* () {
                const made = yield* receivedAt(version, received)
                const end = instant(lateFrom)
                return [made.due, yield* made.lateAt(end - 1), yield* made.lateAt(end)]
              }),
            )
            expect([received, ...seen]).toEqual([received, due, false, true])
          }
          const expected: PlainDate = "2021-07-01"
          const announced = (at: string) => delayed(version, "2021-05-10T10:00:00Z", at, { expected })
          expect((yield* announced("2021-06-09T21:59:59Z"))[0]).toBe("Success")
          // A day before a month is over, and thirty days are.
          expect(yield* announced("2021-06-09T22:00:00Z")).toEqual(["R-30D", "2021-06-09"])
          expect(yield* answeredAt(version, "2021-05-10T10:00:00Z", "2021-06-09T21:59:59Z")).toBe(false)
          expect(yield* answeredAt(version, "2021-05-10T10:00:00Z", "2021-06-09T22:00:00Z")).toBe(true)
        }),
    )
  }

  for (const version of holding("R-DELAY")) {
    it.effect(
      `R-DELAY under ${version.id} is asked by DataSubjectRequests.declare: with reason and date, in time`,
      () =>
        Effect.gen(function* () {
          const announced = (fields: Parameters<typeof delay>[1]) =>
            Effect.map(delayed(version, "2021-05-10T10:00:00Z", "2021-06-01T10:00:00Z", fields), ([refusal]) => refusal)
          const expected: PlainDate = "2021-07-01"
          expect(yield* announced({ expected })).toBe("Success")
          expect(yield* announced({})).toBe("R-DELAY")
          expect(yield* announced({ expected, reasons: [] })).toBe("R-DELAY")
          expect(yield* announced({ expected: "2021-05-31" })).toBe("R-DELAY")
        }),
    )
  }
})

/** The channels that each text names, with the date at which a request of the tenth of May of a year is due. */
const channels: Readonly<Record<string, readonly [PlainDate, ...ReadonlyArray<(typeof requestChannels)[number]>]>> = {
  // It names no time, so the strictest of the others holds: thirty days.
  "dialonce/2016-06-29": ["2017-06-09", "email"],
  "dialonce/2019-03-05": ["2021-06-10", "email", "post", "website"],
  "dialonce/2021-02-17": ["2021-06-10", "email", "post", "website"],
}

describe("the ways of a request", () => {
  for (const version of holding("R-CHANNEL")) {
    // Planted and found: a deadline of `post` that is a week longer; a written form that stops the clock.
    it.effect(
      `R-CHANNEL under ${version.id} is asked by DataSubjectRequests.receive and DataSubjectRequests.declare: one deadline for all`,
      () =>
        Effect.gen(function* () {
          const [due, ...named] = channels[version.id]!
          const year = due.slice(0, 4)
          for (const channel of named) {
            const seen = yield* apart(
              Effect.gen(function* () {
                const { due: first, requests, which } = yield* receivedAt(version, `${year}-05-10T10:00:00Z`, channel)
                // Whoever asks by a channel of the text is not sent to another one; in 2016 the days count on.
                const at = DateTime.makeUnsafe(`${year}-05-11T10:00:00Z`)
                const writing = yield* refusalOf(requests.declare(which, { _tag: "AskForWriting", at }))
                const [listed] = yield* requests.open(customer)
                return [first, writing, listed?.due]
              }),
            )
            const writing = version.id === "dialonce/2016-06-29" ? "Success" : "R-WRITING"
            expect([channel, ...seen]).toEqual([channel, due, writing, due])
          }
        }),
    )
  }

  it.effect(
    "R-LOCATE-AD under dialonce/2019-03-05 is asked by DataSubjectRequests.locate: the identifier counts there alone",
    () =>
      Effect.gen(function* () {
        const identifier = { kind: "advertisingIdentifier", text: "11111111-2222-4333-8444-555555555555" } as const
        const locatedBy = (version: Version) =>
          apart(
            Effect.gen(function* () {
              const scene = yield* personUnder(version)
              const { which } = yield* made(scene, "access", { isLocated: false, isVerified: false })
              const detail = { identifier, from: scene.at, to: scene.at + day }
              return yield* refusalOf(DataSubjectRequests.use((requests) => requests.locate(which, [detail], actor)))
            }),
          )
        expect(yield* Effect.forEach(versions, locatedBy)).toEqual([
          "R-LOCATE-AD",
          "Success",
          "R-LOCATE-AD",
          "R-LOCATE-AD",
        ])
      }),
  )
})

describe("the law of another place", () => {
  for (const version of holding("R-LOCAL-LAW")) {
    // Planted and found: the law of the request not looked up for its answer; a longer period of that law that puts the
    // answer off; the country left out of the record; the law left out of the command of each verb.
    it.effect(
      `R-LOCAL-LAW under ${version.id} is asked by DataSubjectRequests.receive, DataSubjectRequests.refuse and DataSubjectRequests.fulfil: it decides and is recorded`,
      () =>
        Effect.gen(function* () {
          const law = { country: "CH", reference: "CH FADP 26" } as const
          const other = { country: "CH", reference: "CH FADP 25" } as const
          const received = (options: Partial<Received>) =>
            apart(
              Effect.gen(function* () {
                yield* TestClock.setTime(instant("2017-05-10T10:00:00Z"))
                yield* contractedUnder(version, instant("2017-05-10T10:00:00Z"))
                const requests = yield* DataSubjectRequests
                const request = yield* requests.receive({
                  customer,
                  kind: "access",
                  channel: "email",
                  requester: Uuid.derived("a requester"),
                  ...options,
                })
                const { request: recorded } = yield* requests.stateOf({ customer, request })
                const [listed] = yield* requests.open(customer)
                return [recorded?.country, recorded?.localLaw, listed?.due]
              }),
            )
          expect(yield* received({ country: "CH" })).toEqual(["CH", undefined, "2017-06-09"])
          expect(yield* received({ localLaw: { ...law, answerWithin: "P15D" } })).toEqual([
            "CH",
            "CH FADP 26",
            "2017-05-25",
          ])
          expect(yield* received({ localLaw: { ...law, answerWithin: "P45D" } })).toEqual([
            "CH",
            "CH FADP 26",
            "2017-06-09",
          ])
          // The policy's own law does not differ from it, another place's does not count, and a contract is no law.
          for (const options of [
            { localLaw: { ...law, country: "FR" } },
            { country: "DE", localLaw: law },
            { localLaw: { ...law, reference: "section 7 of the terms" } },
          ]) {
            expect(yield* refusalOf(received(options))).toBe("R-LOCAL-LAW")
          }
          const refused = (options: Partial<Received>, more: Partial<RequestRefusal>) =>
            apart(
              Effect.gen(function* () {
                const { refuse } = yield* made(yield* personUnder(version), "access", options)
                return yield* refusalOf(refuse({ ground: "notRequiredByLocalLaw", ...more }))
              }),
            )
          const cited = { legalReference: law.reference }
          expect(yield* refused({}, cited)).toBe("R-LOCAL-LAW")
          expect(yield* refused({ localLaw: other }, cited)).toBe("R-LOCAL-LAW")
          expect(yield* refused({ localLaw: law }, cited)).toBe("Success")
          expect(yield* refused({ country: "CH" }, { ...cited, localLaw: law })).toBe("Success")
          expect(yield* refused({ country: "DE" }, { ...cited, localLaw: law })).toBe("R-LOCAL-LAW")
          const fulfilled = (localLaw: typeof law, options: Partial<Received>) =>
            apart(
              Effect.gen(function* () {
                const { fulfil, read, which } = yield* made(yield* personUnder(version), "access", options)
                const { references } = yield* read
                yield* fulfil({ given: references, localLaw })
                const { events } = yield* EventStore.use((store) =>
                  store.readStream(customer, { kind: "rights-request", id: which.request }),
                )
                return JSON.parse(events.at(-1)!.data) as { readonly country?: string; readonly localLaw?: string }
              }),
            )
          expect(yield* fulfilled(law, {})).toMatchObject({ country: "CH", localLaw: "CH FADP 26" })
          expect(yield* fulfilled(law, { localLaw: other })).toMatchObject({ country: "CH", localLaw: "CH FADP 26" })
          expect(yield* refusalOf(fulfilled(law, { country: "DE" }))).toBe("R-LOCAL-LAW")
        }),
    )
  }
})
