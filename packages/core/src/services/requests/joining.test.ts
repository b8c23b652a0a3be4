/**
 * Requests on working days, and requests that say the same: through the service, also where it dies between two calls.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import type { HolidayTable } from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import { Vault } from "../../privacy/Vault.ts"
import { DataSubjectRequests, HolidaysOf, type Received, type RequestRef } from "../DataSubjectRequests.ts"
import { Pseudonyms } from "../Pseudonyms.ts"
import {
  contracted,
  customer,
  dawn,
  day,
  deadly,
  moment,
  nobody,
  observed,
  open,
  over,
  refusalOf,
  start,
} from "../scene.testing.ts"

const actor = { id: nobody, roles: ["support"] }
const requester = Uuid.derived("a requester")
const number = "+33612345678"

/** The first of May 2021 is a Saturday; the third would be a working day. */
const france: HolidayTable = {
  country: "FR",
  from: "2021-01-01",
  to: "2021-12-31",
  dates: new Set<PlainDate>(["2021-04-05", "2021-05-01", "2021-05-13", "2021-05-24"]),
}

/** A request of the first of April, answered and put off at a moment. */
const judgedAt = (text: string, holidays: HolidayTable | undefined) =>
  Effect.suspend(() =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      yield* TestClock.setTime(dawn)
      yield* contracted()
      yield* TestClock.setTime(Date.parse("2021-04-01T10:00:00Z"))
      const receive = requests.receive({ customer, kind: "access", channel: "email", requester })
      const [one, other] = [yield* receive, yield* receive]
      const [listed] = yield* requests.open(customer)
      yield* TestClock.setTime(Date.parse(text))
      const [, late] = yield* requests.open(customer)
      const at = DateTime.makeUnsafe(text)
      const expected = "2021-06-01" as const
      const delay = { _tag: "NotifyDelay", at, reasons: ["complexity"], expected } as const
      const delayed = yield* refusalOf(requests.declare({ customer, request: one }, delay))
      const states = [...answerDuties]
      yield* requests.declare(
        { customer, request: other },
        { _tag: "DeclareNotIdentified", at, by: "customer", states },
      )
      const { events } = yield* EventStore.use((store) =>
        store.readStream(customer, { kind: "rights-request", id: other }),
      )
      const answer = JSON.parse(events.at(-1)!.data) as { readonly late?: boolean }
      return [listed?.due, late?.late, delayed, answer.late ?? false]
    }).pipe(
      Effect.provide(
        Layer.provide(
          over(VaultMemory.make()),
          Layer.succeed(HolidaysOf, () => holidays),
        ),
      ),
    ),
  )

describe("a request that is due on a day that is no working day", () => {
  // Planted and found: the table left out of `decide`, of the list's date, of the list's delay.
  it.effect("R-1M: moves to the next one by the holidays that the caller gives, in every verb alike", () =>
    Effect.gen(function* () {
      const inTime = "2021-05-03T21:59:59Z"
      expect(yield* judgedAt(inTime, france)).toEqual(["2021-05-03", false, "Success", false])
      expect(yield* judgedAt(inTime, undefined)).toEqual(["2021-05-01", true, "R-1M", true])
      expect(yield* judgedAt("2021-05-03T22:00:00Z", france)).toEqual(["2021-05-03", true, "R-1M", true])
      // A table of other years moves nothing.
      const past = { ...france, from: "2020-01-01", to: "2020-12-31" } as const
      expect(yield* judgedAt(inTime, past)).toEqual(["2021-05-01", true, "R-1M", true])
    }),
  )
})

const asked = (options: Partial<Received> = {}) =>
  Effect.map(
    DataSubjectRequests.use((requests) =>
      requests.receive({ customer, kind: "erasure", channel: "email", requester, ...options }),
    ),
    (request): RequestRef => ({ customer, request }),
  )

const verified = (which: RequestRef, at = moment(3)) =>
  DataSubjectRequests.use((requests) =>
    requests.declare(which, { _tag: "VerifyIdentity", at, by: "customer", method: "locatorMatch" }),
  )

const chosen = Effect.fnUntraced(function* (which: RequestRef) {
  const requests = yield* DataSubjectRequests
  const details = [{ identifier: { kind: "telephoneNumber", text: number }, from: dawn, to: dawn + day }] as const
  const take = (yield* requests.locate(which, details, actor)).map(({ pseudonym }) => pseudonym)
  yield* requests.choose(which, { details, take, leaveOut: [] }, actor)
})

/** A request whose requester was verified, and the same again, with its details. */
const twice = Effect.gen(function* () {
  yield* observed(yield* start, number)
  yield* TestClock.setTime(dawn + 3 * day)
  const earlier = yield* asked()
  yield* chosen(earlier)
  yield* verified(earlier)
  yield* TestClock.setTime(dawn + 4 * day)
  const again = yield* asked()
  yield* chosen(again)
  return { earlier, again }
})

const statusOf = (which: RequestRef) =>
  DataSubjectRequests.use((requests) => Effect.map(requests.stateOf(which), ({ status }) => status))

const eventsOf = ({ request }: RequestRef) =>
  Effect.map(
    EventStore.use((store) => store.readStream(customer, { kind: "rights-request", id: request })),
    ({ events }) => events.map(({ type }) => type),
  )

const keptUnder = ({ request }: RequestRef) =>
  Vault.use((vault) => vault.valuesOf(customer, request as Uuid.Uuid as SubjectId, { limit: 9 }))

describe("a request that says the same as an earlier one", () => {
  // Planted and found: `sameAs` left out of the list; the duplicate's details left behind by the erasure.
  it.effect("R-1M R-ERASE: joins it, is answered with it, and leaves no detail", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const { again, earlier } = yield* twice
      const before = yield* requests.open(customer)
      expect(before.map(({ due, request, sameAs }) => [request, due, sameAs])).toEqual([
        [earlier.request, "2021-04-04", undefined],
        [again.request, "2021-04-05", earlier.request],
      ])
      yield* requests.join(again, earlier.request)
      yield* requests.join(again, earlier.request)
      expect((yield* requests.open(customer)).map(({ request }) => request)).toEqual([earlier.request])
      expect((yield* keptUnder(again)).length).toBeGreaterThan(0)
      const answer = { actor, by: "customer", states: [...answerDuties] } as const
      expect(yield* refusalOf(requests.fulfil({ ...again, ...answer }))).toBe("TACET-ENDED")
      yield* requests.fulfil({ ...earlier, ...answer })
      expect([yield* statusOf(earlier), yield* statusOf(again)]).toEqual(["requestFulfilled", "duplicate"])
      expect([yield* keptUnder(earlier), yield* keptUnder(again)]).toEqual([[], []])
      expect((yield* eventsOf(again)).filter((type) => type === "MarkedDuplicate")).toHaveLength(1)
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted and found: a request joined to itself; a repetition that is refused.
  // Planted and found: the given pseudonyms alone.
  it.effect("R-ERASE: the pseudonyms that are linked with one that the application shows are erased with it", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const pseudonyms = yield* Pseudonyms
      const one = yield* start
      const [other, stranger] = [yield* pseudonyms.issue(customer), yield* pseudonyms.issue(customer)]
      const sealed = [yield* observed(one, number), yield* observed(other, "+33612345679")]
      yield* pseudonyms.declare({ customer, pseudonym: one }, { _tag: "LinkPseudonym", at: moment(1), other })
      yield* TestClock.setTime(dawn + 3 * day)
      const which = yield* asked({ channel: "settings", pseudonyms: [one] })
      yield* verified(which)
      yield* requests.fulfil({ ...which, actor, by: "customer", states: [...answerDuties] })
      expect(yield* Effect.forEach(sealed, (value) => open(value))).toEqual(["Erased", "Erased"])
      expect((yield* pseudonyms.stateOf({ customer, pseudonym: stranger })).phase).toBe("live")
    }).pipe(Effect.provide(Layer.suspend(() => over(VaultMemory.make())))),
  )

  // Planted and found: the persons of the earlier request alone.
  it.effect("R-ERASE R-1M: the persons of a request that was joined are erased with those of the earlier one", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const pseudonyms = yield* Pseudonyms
      const one = yield* start
      const other = yield* pseudonyms.issue(customer)
      const sealed = [yield* observed(one, number), yield* observed(other, "+33612345679")]
      yield* TestClock.setTime(dawn + 3 * day)
      const earlier = yield* asked({ channel: "settings", pseudonyms: [one] })
      const again = yield* asked({ channel: "settings", pseudonyms: [other] })
      yield* verified(earlier)
      yield* requests.join(again, earlier.request)
      yield* requests.fulfil({ ...earlier, actor, by: "customer", states: [...answerDuties] })
      const phases = yield* Effect.forEach([one, other], (pseudonym) =>
        Effect.map(pseudonyms.stateOf({ customer, pseudonym }), ({ phase }) => phase),
      )
      expect(phases).toEqual(["erased", "erased"])
      expect(yield* Effect.forEach(sealed, (value) => open(value))).toEqual(["Erased", "Erased"])
    }).pipe(Effect.provide(Layer.suspend(() => over(VaultMemory.make())))),
  )

  it.effect("R-VERIFY R-1M TACET-ONCE: joins no other request, and none to one that nobody has verified", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const { again, earlier } = yield* twice
      const refused = (duplicate: RequestRef, original: RequestRef) =>
        refusalOf(requests.join(duplicate, original.request))
      expect(yield* refused(again, again)).toBe("TACET-ONCE")
      expect(yield* refused(earlier, again)).toBe("R-VERIFY")
      expect(yield* refused(yield* asked({ kind: "access" }), earlier)).toBe("TACET-ONCE")
      expect(yield* refused(yield* asked({ requester: Uuid.derived("another") }), earlier)).toBe("TACET-ONCE")
      expect(yield* refused({ customer, request: Uuid.derived("none") as never }, earlier)).toBe("TACET-STARTED")
      // The earlier one is due no later than the one that came after it.
      yield* verified(again, moment(4))
      expect(yield* refused(earlier, again)).toBe("R-1M")
      expect(yield* refused(again, earlier)).toBe("Success")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  // Planted and found: two commits, one for each stream.
  it.effect.each(["before", "after"] as const)(
    "killed %s any call joins neither or both, and is done by a repetition",
    (when) =>
      Effect.gen(function* () {
        let call = 1
        for (; ; call++) {
          const { armed, around } = deadly(call, when)
          const seen = yield* Effect.gen(function* () {
            const requests = yield* DataSubjectRequests
            const { again, earlier } = yield* twice
            const join = requests.join(again, earlier.request)
            if ((yield* armed(join))._tag === "Success") return undefined
            const types = [...(yield* eventsOf(again)), ...(yield* eventsOf(earlier))]
            const half = types.filter((type) => type === "MarkedDuplicate" || type === "DuplicateAccepted").length
            yield* join
            return [half === 0 || half === 2, yield* statusOf(again), (yield* eventsOf(earlier)).at(-1)]
          }).pipe(Effect.provide(over(VaultMemory.make(), around), { local: true }))
          if (seen === undefined) break
          expect([call, ...seen]).toEqual([call, true, "duplicate", "DuplicateAccepted"])
        }
        expect(call).toBeGreaterThan(3)
      }),
  )
})
