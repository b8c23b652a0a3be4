/**
 * Restrictions of one purpose, and objections from their receipt on: through the services, also where they die between two
 * calls.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { holding, type Version } from "../../policy/laws.testing.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import { answerDuties } from "../../policy/text/parameters/rights.ts"
import { Vault } from "../../privacy/Vault.ts"
import { DataSubjectRequests, type Received, type RequestRef } from "../DataSubjectRequests.ts"
import { type PseudonymRef, Pseudonyms } from "../Pseudonyms.ts"
import { made, personUnder, type Scene } from "../requestsUnder.testing.ts"
import { layer as retentionLayer, Retention } from "../Retention.ts"
import { access, customer, dawn, day, deadly, moment, nobody, over, refusalOf, start } from "../scene.testing.ts"
import { layer as usesLayer, Uses } from "../Uses.ts"
import { allowedUse } from "../versions.testing.ts"

const actor = { id: nobody, roles: ["support"] }
const requester = Uuid.derived("a requester")
const identifier = { kind: "telephoneNumber", text: "+33612345678" } as const
const detail = { identifier, from: dawn, to: dawn + day } as const
const care: Purpose = "customerCare"
const service: Purpose = "requestedService"

/** A person with a number that is kept for two purposes. */
const person = Effect.gen(function* () {
  const pseudonym = yield* start
  const whose: PseudonymRef = { customer, pseudonym }
  const value = yield* Pseudonyms.use((pseudonyms) =>
    pseudonyms.observe({ ...whose, identifier, purposes: [care, service], validFrom: dawn }),
  )
  yield* TestClock.setTime(dawn + 3 * day)
  return { whose, value }
})

type Person = Effect.Success<typeof person>

/** What comes of an opening: `Open`, `Restricted`, or the rule that refuses it. */
const openedFor = ({ value: sealed }: Person, purpose: Purpose, matter?: Uuid.Uuid) =>
  Effect.map(
    Effect.result(
      Vault.use((vault) =>
        vault.open({ customer, sealed, ...access, purpose, ...(matter === undefined ? {} : { matter }) }),
      ),
    ),
    (answer) => {
      if (answer._tag === "Success") return answer.success._tag
      return answer.failure._tag === "Refusal" ? answer.failure.rule : answer.failure._tag
    },
  )

const kept = ({ whose }: Person, purposes: ReadonlyArray<Purpose>) =>
  refusalOf(
    Pseudonyms.use((pseudonyms) => pseudonyms.keep({ ...whose, category: "freeText", value: "a text", purposes })),
  )

const asked = (kind: "objection" | "restriction" | "access", purposes: ReadonlyArray<Purpose>) =>
  Effect.map(
    DataSubjectRequests.use((requests) =>
      requests.receive({ customer, kind, channel: "email", requester, purposes, at: dawn + 2 * day }),
    ),
    (request): RequestRef => ({ customer, request }),
  )

const chosen = (which: RequestRef, { whose: { pseudonym } }: Person) =>
  DataSubjectRequests.use((requests) =>
    requests.choose(which, { details: [detail], take: [pseudonym], leaveOut: [] }, actor),
  )

const verified = (which: RequestRef) =>
  DataSubjectRequests.use((requests) =>
    requests.declare(which, { _tag: "VerifyIdentity", at: moment(3), by: "customer", method: "locatorMatch" }),
  )

const fulfilled = (which: RequestRef) =>
  DataSubjectRequests.use((requests) => requests.fulfil({ ...which, actor, by: "customer", states: [...answerDuties] }))

const lifted = (which: RequestRef, informed = true) =>
  DataSubjectRequests.use((requests) => requests.lift({ ...which, actor, informed }))

const used = ({ whose: { pseudonym } }: Person, purpose: Purpose) =>
  refusalOf(Uses.use((uses) => uses.ask({ compartment: customer, role: "processor", purpose, pseudonym })))

const services = () => {
  const memory = over(VaultMemory.make())
  return Layer.provideMerge(usesLayer, memory)
}

const received = ({ whose: { pseudonym } }: Person, options: Partial<Received> = {}) =>
  DataSubjectRequests.use((requests) =>
    requests.receive({
      customer,
      request: Uuid.derived("a request") as RequestRef["request"],
      kind: "objection",
      channel: "settings",
      requester,
      purposes: [care],
      at: dawn + 2 * day,
      pseudonyms: [pseudonym],
      ...options,
    }),
  )

describe("a restriction of one purpose", () => {
  // Planted and found: the purpose left out of what the request restricts; the gate that does not look at it when it opens,
  // when it seals; `Uses` that looks at objections alone; a lifting that the log of the request records alone.
  it.effect("R-RESTRICT: stops that one alone, bars no right of the person, and ends once they were told", () =>
    Effect.gen(function* () {
      const known = yield* person
      const which = yield* asked("restriction", [care])
      yield* chosen(which, known)
      yield* verified(which)
      expect([yield* openedFor(known, care), yield* used(known, care)]).toEqual(["Open", "Success"])
      yield* fulfilled(which)
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["R-RESTRICT", "Open"])
      expect([yield* kept(known, [care]), yield* kept(known, [service])]).toEqual(["R-RESTRICT", "Success"])
      expect([yield* used(known, care), yield* used(known, service)]).toEqual(["R-RESTRICT", "Success"])
      expect(yield* openedFor(known, "rightsFulfilment", which.request)).toBe("Open")
      expect(yield* refusalOf(lifted(which, false))).toBe("R-RESTRICT")
      expect(yield* openedFor(known, care)).toBe("R-RESTRICT")
      yield* lifted(which)
      yield* lifted(which)
      expect([yield* openedFor(known, care), yield* kept(known, [care])]).toEqual(["Open", "Success"])
    }).pipe(Effect.provide(services())),
  )

  // Planted and found: the right of the person barred by the restriction; a restricted value left out of the copy.
  it.effect.prop(
    "R-RESTRICT R-ACCESS R-RECT: whatever is restricted, the copy is whole, a value is corrected, and other purposes alone open",
    [fc.subarray<Purpose>([care, service])],
    (purposes) =>
      Effect.gen(function* () {
        const known = yield* person
        const which = yield* asked("restriction", purposes)
        yield* chosen(which, known)
        yield* verified(which)
        yield* fulfilled(which)
        // A restriction that names no purpose is of all.
        const isStopped = (purpose: Purpose) => purposes.length === 0 || purposes.includes(purpose)
        for (const purpose of [care, service]) {
          expect([purpose, (yield* openedFor(known, purpose)) === "Open"]).toEqual([purpose, !isStopped(purpose)])
          expect([purpose, (yield* used(known, purpose)) === "Success"]).toEqual([purpose, !isStopped(purpose)])
        }
        const copyOf = Effect.gen(function* () {
          const access = yield* asked("access", [])
          yield* chosen(access, known)
          yield* verified(access)
          const { values } = yield* DataSubjectRequests.use((requests) => requests.read(access, actor))
          return values.map(({ value }) => value)
        })
        expect(yield* copyOf).toEqual(["+33612345678"])
        yield* Pseudonyms.use((pseudonyms) => pseudonyms.rectify(known.whose, known.value, "+33612345679"))
        expect(yield* copyOf).toEqual(["+33612345679"])
      }).pipe(Effect.provide(services(), { local: true })),
    { numRuns: 8 },
  )

  // Planted and found: a lifting that is repeated for the person although the request has recorded it.
  it.effect("R-RESTRICT: a lifting that is repeated leaves a restriction that was asked for since", () =>
    Effect.gen(function* () {
      const known = yield* person
      const restricted = Effect.gen(function* () {
        const which = yield* asked("restriction", [care])
        yield* chosen(which, known)
        yield* verified(which)
        yield* fulfilled(which)
        return which
      })
      const one = yield* restricted
      yield* lifted(one)
      yield* restricted
      yield* lifted(one)
      expect(yield* openedFor(known, care)).toBe("R-RESTRICT")
    }).pipe(Effect.provide(services())),
  )

  // Planted and found: one mark for all requests of a person; a restriction that names no request.
  it.effect.prop(
    "R-RESTRICT: a purpose is restricted while a request that restricts it is not lifted, whatever is repeated",
    [
      fc.array(fc.tuple(fc.nat(2), fc.constantFrom("fulfil", "lift")), { minLength: 1, maxLength: 8 }),
      fc.array(fc.constantFrom<ReadonlyArray<Purpose>>([care], [service], [care, service], []), {
        minLength: 3,
        maxLength: 3,
      }),
    ],
    (turns, restricting) =>
      Effect.gen(function* () {
        const known = yield* person
        const requests = yield* Effect.forEach(restricting, (purposes) => asked("restriction", purposes))
        for (const which of requests) {
          yield* chosen(which, known)
          yield* verified(which)
        }
        const status = requests.map((): "open" | "restricts" | "lifted" => "open")
        for (const [index, turn] of turns) {
          if (turn === "fulfil") {
            const isFirst = status[index] === "open"
            expect(yield* refusalOf(fulfilled(requests[index]!))).toBe(isFirst ? "Success" : "TACET-ENDED")
            if (isFirst) status[index] = "restricts"
          } else if (status[index] !== "open") {
            yield* lifted(requests[index]!)
            status[index] = "lifted"
          }
          const holds = (purpose: Purpose) =>
            restricting.some((of, at) => status[at] === "restricts" && (of.length === 0 || of.includes(purpose)))
          for (const purpose of [care, service]) {
            expect((yield* openedFor(known, purpose)) === "Open").toBe(!holds(purpose))
          }
        }
      }).pipe(Effect.provide(services(), { local: true })),
    { numRuns: 40 },
  )

  // Planted and found: what an erasure leaves to a hold restricted under no request.
  it.effect(
    "R-RESTRICT R-ERASE: what a hold kept from an erasure stays restricted when another restriction is lifted",
    () =>
      Effect.gen(function* () {
        const known = yield* person
        const restriction = yield* asked("restriction", [])
        yield* chosen(restriction, known)
        yield* verified(restriction)
        yield* fulfilled(restriction)
        yield* Retention.use((retention) =>
          retention.hold(customer, {
            hold: Uuid.derived("hold"),
            matter: "litigation",
            reference: "FR Code civil 2224",
            categories: ["telephoneNumber"],
          }),
        )
        const erasure = { customer, request: yield* received(known, { kind: "erasure", purposes: [] }) }
        yield* verified(erasure)
        yield* fulfilled(erasure)
        yield* lifted(restriction)
        expect(yield* openedFor(known, care)).toBe("Restricted")
        const end = { _tag: "LiftRestriction", at: moment(3), personTold: true } as const
        expect(yield* refusalOf(Pseudonyms.use((all) => all.declare(known.whose, end)))).toBe("R-RESTRICT")
      }).pipe(Effect.provide(Layer.provideMerge(retentionLayer, services()))),
  )

  it.effect("R-RESTRICT: what a request restricts is lifted by that request alone", () =>
    Effect.gen(function* () {
      const known = yield* person
      const which = yield* asked("restriction", [care])
      yield* chosen(which, known)
      yield* verified(which)
      yield* fulfilled(which)
      const declared = Pseudonyms.use((pseudonyms) =>
        pseudonyms.declare(known.whose, {
          _tag: "LiftRestriction",
          at: moment(3),
          purpose: care,
          personTold: true,
        }),
      )
      expect([yield* refusalOf(declared), yield* openedFor(known, care)]).toEqual(["R-RESTRICT", "R-RESTRICT"])
      yield* lifted(which)
      expect([yield* refusalOf(declared), yield* openedFor(known, care)]).toEqual(["Success", "Open"])
    }).pipe(Effect.provide(services())),
  )

  it.effect("R-RESTRICT: one of all purposes stops every use, and lifting one of a purpose leaves it", () =>
    Effect.gen(function* () {
      const known = yield* person
      const [one, all] = [yield* asked("restriction", [care]), yield* asked("restriction", [])]
      for (const which of [one, all]) {
        yield* chosen(which, known)
        yield* verified(which)
        yield* fulfilled(which)
      }
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["R-RESTRICT", "Restricted"])
      expect(yield* used(known, service)).toBe("R-RESTRICT")
      yield* lifted(one)
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["Restricted", "Restricted"])
      yield* lifted(all)
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["Open", "Open"])
      const own = { _tag: "RestrictProcessing", at: moment(3), purpose: "rightsFulfilment" } as const
      const declared = Pseudonyms.use((pseudonyms) => pseudonyms.declare(known.whose, own))
      expect(yield* refusalOf(declared)).toBe("R-RESTRICT")
    }).pipe(Effect.provide(services())),
  )

  for (const version of holding("R-RESTRICT")) {
    it.effect(`R-RESTRICT under ${version.id} is asked by Vault.open, Pseudonyms.keep and Uses.ask`, () =>
      Effect.gen(function* () {
        const scene = yield* personUnder(version)
        const other = otherThan(scene, version)
        const { fulfil } = yield* made(scene, "restriction")
        yield* fulfil()
        const { category } = scene.value
        const { pseudonym, purpose, value: sealed } = scene
        const opened = yield* refusalOf(Vault.use((vault) => vault.open({ customer, sealed, ...access, purpose })))
        const keep = (purposes: ReadonlyArray<Purpose>) =>
          refusalOf(
            Pseudonyms.use((pseudonyms) =>
              pseudonyms.keep({ customer, pseudonym, category, value: "x", purposes, source: "observed" }),
            ),
          )
        const use = (one: Purpose) =>
          refusalOf(Uses.use((uses) => uses.ask({ compartment: customer, role: "processor", purpose: one, pseudonym })))
        expect([opened, yield* keep([purpose]), yield* use(purpose)]).toEqual(Array(3).fill("R-RESTRICT"))
        expect([yield* keep([other]), yield* use(other)]).toEqual(["Success", "Success"])
      }).pipe(Effect.provide(services())),
    )
  }
})

/** Another purpose of the contract for which the same kind of value may be kept. */
const otherThan = ({ purpose, value: { category } }: Scene, version: Version): Purpose =>
  allowedUse(
    version,
    [category],
    (one) => one !== purpose && version.policy.parameters.purposes.processor.includes(one),
  ).purpose

/** Lets one step of a request die at each call of a port, and answers what was then seen. */
const killed = <A>(
  when: "before" | "after",
  story: (armed: ReturnType<typeof deadly>["armed"]) => Effect.Effect<A | undefined, Failure, Needs>,
) =>
  Effect.gen(function* () {
    const seen: Array<A> = []
    for (let call = 1; ; call++) {
      const { armed, around } = deadly(call, when)
      const one = yield* Effect.provide(story(armed), over(VaultMemory.make(), around), { local: true })
      if (one === undefined) return seen
      seen.push(one)
    }
  })

type Needs = Layer.Success<ReturnType<typeof over>>
type Failure = Effect.Error<ReturnType<typeof chosen> | ReturnType<typeof fulfilled> | typeof person>

describe("an objection", () => {
  // Planted and found: the purposes stopped after the choice is recorded.
  it.effect.each(["before", "after"] as const)(
    "R-OBJECT: killed %s any call of the choice, nobody is taken whose purpose is still used",
    (when) =>
      Effect.gen(function* () {
        const seen = yield* killed(when, (armed) =>
          Effect.gen(function* () {
            const known = yield* person
            const which = yield* asked("objection", [care])
            const choose = chosen(which, known)
            if ((yield* armed(choose))._tag === "Success") return undefined
            const { located } = yield* DataSubjectRequests.use((requests) => requests.stateOf(which))
            const left = yield* openedFor(known, care)
            yield* choose
            const { objections } = yield* Pseudonyms.use((pseudonyms) => pseudonyms.stateOf(known.whose))
            const after = [yield* openedFor(known, care), yield* openedFor(known, service), objections.get(care)]
            return { isSafe: !located || left === "Restricted", after }
          }),
        )
        expect(seen.length).toBeGreaterThan(20)
        expect(seen).toEqual(seen.map(() => ({ isSafe: true, after: ["Restricted", "Open", "raised"] })))
      }),
    120_000,
  )

  // Planted and found: the purposes stopped after the request is recorded; no one taken into the request.
  it.effect.each(["before", "after"] as const)(
    "R-OBJECT: killed %s any call of the receipt, no purpose of a request that is recorded is still used",
    (when) =>
      Effect.gen(function* () {
        const seen = yield* killed(when, (armed) =>
          Effect.gen(function* () {
            const known = yield* person
            const receive = received(known)
            if ((yield* armed(receive))._tag === "Success") return undefined
            const which = { customer, request: Uuid.derived("a request") as RequestRef["request"] }
            const { status } = yield* DataSubjectRequests.use((requests) => requests.stateOf(which))
            const left = yield* openedFor(known, care)
            yield* receive
            const { located } = yield* DataSubjectRequests.use((requests) => requests.stateOf(which))
            return { isSafe: status === "none" || left === "Restricted", located, after: yield* openedFor(known, care) }
          }),
        )
        expect(seen.length).toBeGreaterThan(20)
        expect(seen).toEqual(seen.map(() => ({ isSafe: true, located: true, after: "Restricted" })))
      }),
    120_000,
  )

  // Planted and found: a repetition that stops again what was refused; pseudonyms of a stranger who writes an e-mail.
  it.effect("R-OBJECT R-LOCATE: of a person whom the application shows stops at once, until it is refused", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const known = yield* person
      expect(yield* refusalOf(received(known, { channel: "email" }))).toBe("R-LOCATE")
      const unknown = { pseudonyms: [nobody] }
      expect(yield* refusalOf(received(known, unknown))).toBe("R-LOCATE")
      expect(yield* openedFor(known, care)).toBe("Open")
      const which = { customer, request: yield* received(known) }
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["Restricted", "Open"])
      yield* verified(which)
      const ground = { by: "customer", ground: "strictlyNecessary", reasons: "We need it to answer you." } as const
      yield* requests.refuse({ ...which, actor, ...ground, states: [...answerDuties] })
      yield* received(known)
      expect(yield* openedFor(known, care)).toBe("Open")
      const other = { request: Uuid.derived("another") as RequestRef["request"], kind: "access", purposes: [] } as const
      const access = { customer, request: yield* received(known, other) }
      yield* verified(access)
      const { values } = yield* requests.read(access, actor)
      expect(values.map(({ value }) => value)).toEqual([identifier.text])
      expect(yield* openedFor(known, care)).toBe("Open")
    }).pipe(Effect.provide(services())),
  )

  // Planted and found: an objection that names no request; a refusal that resolves whichever objection is open.
  it.effect("R-OBJECT: that was refused leaves another one open, and so does the refusal when it is repeated", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const known = yield* person
      const under = (text: string) =>
        Effect.map(received(known, { request: Uuid.derived(text) as RequestRef["request"] }), (request) => ({
          customer,
          request,
        }))
      const ground = { by: "customer", ground: "strictlyNecessary", reasons: "We need it to answer you." } as const
      const refused = (which: RequestRef) => requests.refuse({ ...which, actor, ...ground, states: [...answerDuties] })
      const [one, two] = [yield* under("one"), yield* under("two")]
      for (const which of [one, two]) yield* verified(which)
      yield* refused(one)
      expect(yield* openedFor(known, care)).toBe("Restricted")
      yield* refused(one)
      expect(yield* openedFor(known, care)).toBe("Restricted")
      yield* refused(two)
      expect(yield* openedFor(known, care)).toBe("Open")
    }).pipe(Effect.provide(services())),
  )

  it.effect("R-OBJECT: refused with a request that was joined to it, lets the purposes be used again", () =>
    Effect.gen(function* () {
      const requests = yield* DataSubjectRequests
      const known = yield* person
      const earlier = { customer, request: yield* received(known) }
      const again = { customer, request: yield* received(known, { request: Uuid.derived("again") as never }) }
      yield* verified(earlier)
      yield* requests.join(again, earlier.request)
      const ground = { by: "customer", ground: "strictlyNecessary", reasons: "We need it to answer you." } as const
      yield* requests.refuse({ ...earlier, actor, ...ground, states: [...answerDuties] })
      expect(yield* openedFor(known, care)).toBe("Open")
    }).pipe(Effect.provide(services())),
  )

  // Planted and found: a repetition told by its kind and requester alone.
  it.effect("TACET-ONCE: is one request under one id: the same again changes nothing, and another is refused", () =>
    Effect.gen(function* () {
      const known = yield* person
      yield* received(known)
      yield* received(known)
      expect(yield* refusalOf(received(known, { purposes: [service] }))).toBe("TACET-ONCE")
      expect(yield* refusalOf(received(known, { country: "CH" }))).toBe("TACET-ONCE")
      expect(yield* refusalOf(received(known, { requester: Uuid.derived("another") }))).toBe("TACET-ONCE")
      expect([yield* openedFor(known, care), yield* openedFor(known, service)]).toEqual(["Restricted", "Open"])
    }).pipe(Effect.provide(services())),
  )

  it.effect("R-OBJECT: stops from its receipt, whoever answers it when", () =>
    Effect.gen(function* () {
      const known = yield* person
      const which = yield* asked("objection", [care])
      yield* chosen(which, known)
      const at = DateTime.toEpochMillis(moment(3))
      expect(at).toBeGreaterThan(dawn + 2 * day)
      yield* TestClock.setTime(dawn + 9 * day)
      expect(yield* openedFor(known, care)).toBe("Restricted")
      yield* verified(which)
      yield* fulfilled(which)
      expect(yield* openedFor(known, care)).toBe("Restricted")
    }).pipe(Effect.provide(services())),
  )
})

describe("the end of a restriction", () => {
  // Planted and found: the request's log written before the pseudonym's.
  it.effect.each(["before", "after"] as const)("R-RESTRICT: killed %s any call is done by a repetition", (when) =>
    Effect.gen(function* () {
      const seen = yield* killed(when, (armed) =>
        Effect.gen(function* () {
          const known = yield* person
          const which = yield* asked("restriction", [care, service])
          yield* chosen(which, known)
          yield* verified(which)
          yield* fulfilled(which)
          if ((yield* armed(lifted(which)))._tag === "Success") return undefined
          const { liftedAt } = yield* DataSubjectRequests.use((requests) => requests.stateOf(which))
          const left = yield* openedFor(known, service)
          yield* lifted(which)
          const after = [yield* openedFor(known, care), yield* openedFor(known, service)]
          return { isTrue: liftedAt === undefined || left === "Open", after }
        }),
      )
      expect(seen.length).toBeGreaterThan(9)
      expect(seen).toEqual(seen.map(() => ({ isTrue: true, after: ["Open", "Open"] })))
    }),
  )
})

describe("a withdrawal", () => {
  const consented = (known: Person, days: number) =>
    Pseudonyms.use((pseudonyms) =>
      pseudonyms.declare(known.whose, {
        _tag: "GiveConsent",
        at: moment(days),
        purpose: "directMarketing",
        manner: "form",
        text: "text 3",
      }),
    )

  const consentOf = (known: Person) =>
    Effect.map(
      Pseudonyms.use((pseudonyms) => pseudonyms.stateOf(known.whose)),
      ({ consents }) => consents.get("directMarketing "),
    )

  // Planted and found: every consent in force withdrawn by whichever call of the request comes later.
  it.effect("WITHDRAW: ends what was given before it came, and no consent that was given since", () =>
    Effect.gen(function* () {
      const known = yield* person
      yield* consented(known, 1)
      const which = yield* Effect.map(
        DataSubjectRequests.use((requests) =>
          requests.receive({
            customer,
            kind: "consentWithdrawal",
            channel: "email",
            requester,
            purposes: ["directMarketing"],
            at: dawn + 2 * day,
          }),
        ),
        (request): RequestRef => ({ customer, request }),
      )
      yield* chosen(which, known)
      expect(yield* consentOf(known)).toBe("consentWithdrawn")
      yield* TestClock.setTime(dawn + 4 * day)
      yield* consented(known, 4)
      yield* chosen(which, known)
      expect(yield* consentOf(known)).toBe("renewedConsentGiven")
      yield* verified(which)
      yield* fulfilled(which)
      expect(yield* consentOf(known)).toBe("renewedConsentGiven")
    }).pipe(Effect.provide(services())),
  )
})

describe("a request of a known person", () => {
  // Planted and found: the persons of a repetition asked for although they were taken into the request.
  it.effect("R-LOCATE R-ERASE: is received again after the erasure that it asked for, without effect", () =>
    Effect.gen(function* () {
      const known = yield* person
      const request = yield* received(known, { kind: "erasure", purposes: [] })
      const which = { customer, request }
      yield* verified(which)
      yield* fulfilled(which)
      const before = yield* DataSubjectRequests.use((requests) => requests.stateOf(which))
      expect(before.answeredAt).toBeDefined()
      expect(yield* received(known, { kind: "erasure", purposes: [] })).toBe(request)
      expect(yield* DataSubjectRequests.use((requests) => requests.stateOf(which))).toEqual(before)
    }).pipe(Effect.provide(services())),
  )
})
