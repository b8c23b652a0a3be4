/**
 * On what grounds a request is refused through the service.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { citesAct } from "../../policy/legal/Citation.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import { DataSubjectRequests } from "../DataSubjectRequests.ts"
import { customer, dawn, day, moment, nobody, observed, open, over, start } from "../scene.testing.ts"

const actor = { id: nobody, roles: ["support"] }
const requester = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a66" as Uuid.Uuid
const number = "+33612345678"
const detail = { identifier: { kind: "telephoneNumber", text: number }, from: dawn, to: dawn + day } as const
const act = "Code de commerce L123-22"

interface Case {
  readonly isKept: boolean
  readonly isLocated: boolean
  readonly isVerified: boolean
  readonly names: "own" | "another" | "none"
  readonly reference: string | undefined
}

const sound: Case = { isKept: true, isLocated: true, isVerified: true, names: "own", reference: act }

/** A sound refusal, or one with one fault. */
const aCase = fc
  .constantFrom<Partial<Case>>(
    {},
    {},
    { isKept: false },
    { isLocated: false },
    { isVerified: false },
    { names: "another" },
    { names: "none" },
    { reference: "Dialogra, section 6" },
    { reference: "GDPR 17(3)(b)" },
    { reference: undefined },
  )
  .map((fault): Case => ({ ...sound, ...fault }))

/** A law that keeps all telephone numbers, as the retention policy cites it. */
const held = Effect.gen(function* () {
  const hold = yield* Uuid.next
  const placed: RetentionPolicy.Event = {
    _tag: "LegalHoldPlaced",
    occurredAt: moment(1),
    hold,
    matter: "legalDuty",
    reference: act,
    categories: ["telephoneNumber"],
  }
  const stream = RetentionPolicy.streamOf(customer)
  const writes = [{ stream, expected: Expected.any, events: [RetentionPolicy.codec.encode(placed)] }]
  const commitId = yield* Uuid.next
  yield* EventStore.use((store) => store.append({ customer, commitId, writes }))
})

describe("a refusal on a ground of the law", () => {
  // Planted: the holdings left out of `decide` in `refuse`; `unknownPerson` left out of
  // `refuseRequest`; `named.length === 0` left out of `heldViolation`.
  it.effect.prop(
    "R-LEGAL-LIMIT R-ERASE R-LOCATE R-VERIFY: cites an act and a value that it keeps, of a person who is known",
    [aCase],
    ({ isKept, isLocated, isVerified, names, reference }) =>
      Effect.gen(function* () {
        const requests = yield* DataSubjectRequests
        const pseudonym = yield* start
        const own = yield* observed(pseudonym, number)
        if (isKept) yield* held
        yield* TestClock.setTime(dawn + 2 * day)
        const which = {
          customer,
          request: yield* requests.receive({ customer, kind: "erasure", channel: "email", requester }),
        }
        if (isLocated) yield* requests.choose(which, { details: [detail], take: [pseudonym], leaveOut: [] }, actor)
        const at = DateTime.makeUnsafe(dawn + 2 * day)
        if (isVerified)
          yield* requests.declare(which, { _tag: "VerifyIdentity", at, by: "customer", method: "locatorMatch" })
        const refusal = {
          ...which,
          actor,
          by: "customer",
          ground: "legalLimit",
          reasons: "The law makes us keep your number.",
          ...(reference === undefined ? {} : { legalReference: reference }),
          ...(names === "none" ? {} : { held: [names === "own" ? own.reference : requester] }),
          states: [...answerDuties],
        } as const
        const answer = yield* Effect.result(requests.refuse(refusal))
        const good = isKept && isLocated && isVerified && names === "own" && reference === act
        expect([answer._tag, (yield* requests.stateOf(which)).status === "requestRejected"]).toEqual(
          good ? ["Success", true] : ["Failure", false],
        )
        expect(yield* open(own)).toBe(`Open ${number}`)
        if (!good) {
          expect(String((answer as { readonly failure: unknown }).failure)).not.toContain(number)
          return
        }
        yield* requests.refuse(refusal)
        const { events } = yield* EventStore.use((store) =>
          store.readStream(customer, { kind: "rights-request", id: which.request }),
        )
        const refused = events.filter(({ type }) => type === "RequestRefused")
        expect(refused.map(({ data }) => JSON.parse(data))).toMatchObject([{ held: 1, legalReference: act }])
        expect(JSON.stringify(events)).not.toContain("makes us keep")
      }).pipe(Effect.provide(over(VaultMemory.make()), { local: true })),
    { numRuns: 40 },
  )

  // Planted: the period left in: `10 years` passes for a provision.
  it("R-LEGAL-LIMIT RET-10Y: a provision of an act is cited, and no text of one's own", () => {
    const acts = ["GDPR 17(3)(b)", "Code de commerce L123-22", "Bogføringsloven § 12", "BDSG 34"]
    const others = [
      "Dialogra, section 6",
      "our privacy policy 7",
      "ten years",
      "kept 10 years",
      "contract 7",
      "the law",
    ]
    expect([acts.filter(citesAct), others.filter(citesAct)]).toEqual([acts, []])
  })
})
