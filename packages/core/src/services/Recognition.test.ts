import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type { ContractId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as RecognitionModel from "../domain/RecognitionModel.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Expected from "../eventsourcing/ExpectedVersion.ts"
import { catchUp } from "../eventsourcing/Projection.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Purpose } from "../policy/checks/Purpose.ts"
import { agreementClauses } from "../policy/text/parameters/processing.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { dialonce20190305 } from "../policy/versions/index.ts"
import { AccessLog } from "../privacy/AccessLog.ts"
import { layer as vaultLayer, Vault } from "../privacy/Vault.ts"
import type { Traits } from "../recognition/Observation.ts"
import * as Definition from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import { Customers, KnownPolicies, layer as customersLayer } from "./Customers.ts"
import { Erasure, layer as erasureLayer } from "./Erasure.ts"
import { layer as openingsLayer } from "./Openings.ts"
import { layer as pseudonymsLayer, Pseudonyms } from "./Pseudonyms.ts"
import { layerElsewhere } from "./Retention.ts"
import { layer as recognitionLayer, Limits, Recognition } from "./Recognition.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const elsewhere = "6b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12" as CustomerId
const contract = "0c0c0c0c-0000-4000-8000-000000000001" as ContractId
const actor = { id: "9b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as Uuid.Uuid, roles: ["recognition"] }
const day = 86_400_000
const dawn = Date.parse("2021-03-01T10:00:00Z")
const moment = (days: number) => DateTime.makeUnsafe(dawn + days * day)
const of2019 = "dialonce/2019-03-05"
const of2021 = "dialonce/2021-02-17"
const personalising = "interfacePersonalisation"

const over = (memory: VaultMemory.VaultMemory) =>
  Layer.mergeAll(recognitionLayer, erasureLayer).pipe(
    Layer.provideMerge(Layer.mergeAll(pseudonymsLayer, customersLayer)),
    Layer.provideMerge(vaultLayer),
    Layer.provideMerge(openingsLayer),
    Layer.provideMerge(Layer.merge(VaultMemory.layerOver(memory), eventStores)),
    Layer.provide(layerElsewhere),
  )
const provided = <A, E>(
  effect: Effect.Effect<A, E, Layer.Success<ReturnType<typeof over>>>,
  memory = VaultMemory.make(),
) => Effect.provide(effect, over(memory), { local: true })

const adopted = (whose: CustomerId, policyVersion: string) =>
  Customers.use((customers) =>
    customers.declare(whose, [
      { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policyVersion as PolicyVersionId },
    ]),
  )
const contracted = (whose: CustomerId, recognition = true, purposes: ReadonlyArray<Purpose> = [personalising]) =>
  Customers.use((customers) =>
    customers.declare(whose, [
      {
        _tag: "SignContract",
        at: moment(0),
        contract,
        clauses: [...agreementClauses],
        purposes: ["requestedService", ...purposes],
        categories: ["terminalEnvironment"],
        ownServices: [],
        places: ["FR"],
        recognition,
      },
    ]),
  )

/** Devices that differ in what they show; the network and the version of the software of one change now and then. */
const traitsOf = (device: number, visit: number): Traits => ({
  software: `Browser${device % 4}/${visit % 5 === 4 ? 2 : 1}.0 (System ${device % 3}; Model ${device % 7})`,
  screen: device % 2 === 0 ? "phone" : "desktop",
  language: ["fr-FR", "nl-BE", "en-GB"][device % 3]!,
  timeZone: device % 5 === 0 ? "Europe/Brussels" : "Europe/Paris",
  network: `v4:${(visit % 4 === 3 ? 1000 + visit : device).toString(16).padStart(6, "0")}`,
})

const observing = Effect.fnUntraced(function* (whose: CustomerId, devices: number, visits = 3) {
  const pseudonyms = yield* Pseudonyms
  const recognition = yield* Recognition
  const known: Array<Pseudonym.PseudonymId> = []
  for (let device = 0; device < devices; device++) {
    const pseudonym = yield* pseudonyms.issue(whose, { at: dawn + day })
    for (let visit = 0; visit < visits; visit++) {
      const at = dawn + day + visit * day
      yield* recognition.observe({ customer: whose, pseudonym, traits: traitsOf(device, visit), at })
    }
    known.push(pseudonym)
  }
  return known
})

/** Forty devices that were seen, and a model fitted from them. */
const start = Effect.gen(function* () {
  yield* TestClock.setTime(dawn)
  yield* adopted(customer, of2019)
  yield* contracted(customer)
  yield* TestClock.setTime(dawn + 5 * day)
  const known = yield* observing(customer, 40)
  const version = yield* Recognition.use(({ fit }) => fit(customer, actor))
  return { known, version }
})

const recognised = (traits: Traits, services: ReadonlyArray<string> = [], interaction?: Uuid.Uuid) =>
  Recognition.use(({ recognise }) =>
    recognise({ customer, actor, traits, services, ...(interaction === undefined ? {} : { interaction }) }),
  )

const ruleOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.result(effect), (answer) =>
    answer._tag === "Success"
      ? "accepted"
      : typeof answer.failure === "object" && answer.failure !== null && "rule" in answer.failure
        ? answer.failure.rule
        : (answer.failure as { readonly _tag: string })._tag,
  )

/** An interaction of a pseudonym in which steps were taken. */
const visited = Effect.fnUntraced(function* (
  pseudonym: Pseudonym.PseudonymId,
  steps: ReadonlyArray<string>,
  test = false,
) {
  const store = yield* EventStore
  const interaction = yield* Uuid.next
  const occurredAt = moment(2)
  const events = [
    ...steps.map((step) => ({ _tag: "StepTaken", occurredAt, step, kind: "page" })),
    ...(test ? [{ _tag: "InteractionExcluded", occurredAt, reason: "test" }] : []),
  ] as unknown as ReadonlyArray<Interaction.Event>
  const stream = Interaction.streamOf(interaction)
  const writes = [{ stream, expected: Expected.none, events: events.map(Interaction.codec.encode) }]
  yield* store.append({ customer, commitId: yield* Uuid.next, writes })
  yield* Vault.use((vault) => vault.link(customer, pseudonym as never, interaction, undefined))
  return interaction
})

/** A version of the Customer's own that has it off, whatever the contract says. */
const withOff: PolicyBook.PolicyBook = {
  ...PolicyBook.published,
  versions: [
    ...PolicyBook.published.versions,
    {
      ...dialonce20190305,
      id: "house/off",
      parameters: { ...dialonce20190305.parameters, recognition: { value: "off", sources: [] } },
    },
  ],
}

const projection = Deflection.projection(Definition.make({ timeZone: "Europe/Paris" }))
const figures = Effect.map(catchUp(projection, customer), ({ state }) => [
  projection.encode(state),
  JSON.stringify(Deflection.report(state, { customer, declared: [] })),
])
const log = (whose: CustomerId) =>
  Effect.map(
    EventStore.use((store) => store.readLog(whose, { limit: 10_000 })),
    ({ events }) => events,
  )

describe("a returning device", () => {
  it.effect(
    "RECOG-ATTACH MOSTUSED are asked by Recognition.recognise: it is recognised, its interaction is its own, and it sees its most used service first",
    () =>
      provided(
        Effect.gen(function* () {
          const { known, version } = yield* start
          expect(version).toBe(1)
          const device = known[7]!
          yield* visited(device, ["bill", "bill", "bill"])
          yield* visited(device, ["move"])
          yield* visited(device, ["move", "faq"])
          yield* visited(device, ["faq", "faq"], true)
          yield* visited(known[8]!, ["faq"])
          const interaction = yield* Uuid.next
          const offer = yield* recognised(traitsOf(7, 0), ["faq", "bill", "move", "other"], interaction)
          expect(offer.recognised).toMatchObject({ pseudonym: device, version: 1 })
          expect(offer.recognised!.probability).toBeGreaterThanOrEqual(0.95)
          expect(offer.services).toEqual(["move", "bill", "faq", "other"])
          expect(yield* Vault.use((vault) => vault.interactionsOf(customer, device as never))).toContain(interaction)
        }),
      ),
  )

  it.effect(
    "MOSTUSED is asked by Recognition.recognise: an unknown device is offered the default order, and its interaction is linked to no person",
    () =>
      provided(
        Effect.gen(function* () {
          yield* start
          const services = ["faq", "bill"]
          const interaction = yield* Uuid.next
          const strange = { ...traitsOf(7, 0), software: "Other/9", network: "v4:ffffff" }
          expect(yield* recognised(strange, services, interaction)).toEqual({ recognised: undefined, services })
          expect(yield* recognised({}, services, interaction)).toEqual({ recognised: undefined, services })
          const owner = yield* Vault.use((vault) => vault.subjectOf(customer, interaction))
          expect(owner._tag).toBe("None")
          // Too many devices to compare: none is recognised.
          const few = Effect.provideService(recognised(traitsOf(7, 0)), Limits, { devices: 39, observations: 20 })
          expect((yield* few).recognised).toBeUndefined()
        }),
      ),
  )

  it.effect("R-OBJECT R-RESTRICT R-ERASE: is a stranger once the person has objected, is restricted or erased", () =>
    provided(
      Effect.gen(function* () {
        const { known } = yield* start
        const pseudonyms = yield* Pseudonyms
        const at = moment(5)
        const found = (device: number) =>
          Effect.map(recognised(traitsOf(device, 0)), (offer) => offer.recognised?.pseudonym === known[device])
        expect([yield* found(1), yield* found(2), yield* found(3), yield* found(4)]).toEqual([true, true, true, true])
        const purpose = "interfacePersonalisation"
        yield* pseudonyms.declare({ customer, pseudonym: known[1]! }, { _tag: "RaiseObjection", at, purpose })
        yield* pseudonyms.declare({ customer, pseudonym: known[2]! }, { _tag: "RestrictProcessing", at })
        yield* Erasure.use(({ erase }) => erase({ customer, subject: known[3]! as never, cause: "request" }))
        expect([yield* found(1), yield* found(2), yield* found(3), yield* found(4)]).toEqual([
          false,
          false,
          false,
          true,
        ])
        // Where only the vault knows of it so far, it holds as well.
        yield* Vault.use((vault) => vault.erase(customer, known[4]! as never, "request"))
        expect(yield* found(4)).toBe(false)
      }),
    ),
  )

  it.effect("AUTHZ: every value that is looked at leaves a record, and who has no role sees none", () =>
    provided(
      Effect.gen(function* () {
        yield* start
        const records = () => AccessLog.use((accesses) => accesses.read(customer, { after: 0, limit: 10_000 }))
        const before = (yield* records()).length
        yield* recognised(traitsOf(7, 0))
        const after = (yield* records()).slice(before)
        expect(after).toHaveLength(120)
        for (const { category, outcome, purpose, reason } of after) {
          expect([category, outcome, purpose, reason]).toEqual([
            "terminalEnvironment",
            "opened",
            "interfacePersonalisation",
            "recognition",
          ])
        }
        const recognition = yield* Recognition
        const nobody = { ...actor, roles: [] }
        const asked = recognition.recognise({ customer, actor: nobody, traits: traitsOf(7, 0), services: [] })
        expect(yield* ruleOf(asked)).toBe("AUTHZ")
      }),
    ),
  )
})

describe("whether devices may be recognised", () => {
  it.effect.each([
    [of2019, undefined, "RECOG-ATTACH"],
    [of2019, false, "RECOG-ATTACH"],
    [of2019, true, "accepted"],
    [of2021, undefined, "RECOG-ATTACH"],
    [of2021, false, "RECOG-ATTACH"],
    [of2021, true, "accepted"],
    ["house/off", true, "RECOG-ATTACH"],
    [of2021, "for another purpose", "CUST-PURPOSE"],
  ] as const)(
    "RECOG-ATTACH is asked by Recognition.observe, Recognition.fit and Recognition.recognise: under %s, with a contract that says %s: %s",
    ([version, instructed, answer]) =>
      provided(
        Effect.gen(function* () {
          yield* TestClock.setTime(dawn)
          const recognition = yield* Recognition
          const early = recognition.fit(customer, actor)
          expect(yield* ruleOf(early)).toBe("POLICY-BIND")
          yield* adopted(customer, version)
          if (instructed === "for another purpose") yield* contracted(customer, true, [])
          else if (instructed !== undefined) yield* contracted(customer, instructed)
          yield* TestClock.setTime(dawn + 5 * day)
          const pseudonym = yield* Pseudonyms.use(({ issue }) => issue(customer))
          const answers = [
            yield* ruleOf(recognition.observe({ customer, pseudonym, traits: traitsOf(1, 1) })),
            yield* ruleOf(recognition.fit(customer, actor)),
            yield* ruleOf(recognised(traitsOf(1, 1))),
          ]
          const fitted = answer === "accepted" ? "TooFewPseudonyms" : answer
          expect(answers).toEqual([answer, fitted, answer])
          // A refused observation is not kept either.
          const kept = yield* Vault.use((vault) => vault.valuesOf(customer, pseudonym as never, { limit: 9 }))
          expect(kept).toHaveLength(answer === "accepted" ? 1 : 0)
        }),
      ).pipe(Effect.provideService(KnownPolicies, () => withOff)),
  )
})

describe("malformed attributes", () => {
  // Planted bug that it finds: attributes that are encoded without a check, so that the defect quotes them.
  it.effect.prop(
    "TACET-FORMAT: are refused, and the answer repeats nothing of them",
    [
      fc.constantFrom("software", "screen", "installation", "network"),
      fc.integer({ min: 513, max: 2000 }),
      fc.boolean(),
    ],
    (field, length, observes) =>
      provided(
        Effect.gen(function* () {
          yield* TestClock.setTime(dawn)
          yield* adopted(customer, of2019)
          yield* contracted(customer)
          const pseudonym = yield* Pseudonyms.use(({ issue }) => issue(customer))
          const { observe } = yield* Recognition
          const traits: Traits = { language: "fr-FR", [field]: "zq".repeat(length / 2 + 1) }
          const observing = Effect.asVoid(observe({ customer, pseudonym, traits }))
          const exit = observes ? yield* Effect.exit(observing) : yield* Effect.exit(recognised(traits))
          const told = `${String(exit)} ${JSON.stringify(exit)}`
          expect(told).toContain("TACET-FORMAT")
          expect(told).not.toContain("zqzq")
        }),
      ),
    { numRuns: 20 },
  )
})

describe("the records of a recognition", () => {
  it.effect("RECOG-PROB: is noted when the day is over, once, by a version from which the score comes out again", () =>
    provided(
      Effect.gen(function* () {
        const { known } = yield* start
        const recognition = yield* Recognition
        yield* TestClock.setTime(dawn + 6 * day + 12_345)
        const before = (yield* log(customer)).length
        const offers = [yield* recognised(traitsOf(9, 0)), yield* recognised(traitsOf(7, 0))]
        const all = offers.map((offer) => offer.recognised!)
        expect((yield* log(customer)).length).toBe(before)
        yield* recognition.note(customer, all)
        yield* recognition.note(customer, all)
        const noted = (yield* log(customer)).slice(before)
        expect(noted.map(({ stream }) => stream.id)).toEqual([known[7]!, known[9]!].toSorted())
        for (const { data, occurredAt, stream, type } of noted) {
          const { probability } = all.find(({ pseudonym }) => (pseudonym as string) === stream.id)!
          expect(type).toBe("DeviceRecognised")
          expect(occurredAt).toBe(Date.parse("2021-03-07T00:00:00Z"))
          expect(JSON.parse(data)).toEqual({ probability, threshold: 0.95, model: "recognition 1" })
        }
        // A later version changes no recognition noted by the first, which is kept.
        yield* observing(customer, 3, 2)
        expect(yield* recognition.fit(customer, actor)).toBe(2)
        const { state } = yield* CommandHandler.load(RecognitionModel.aggregate, customer, customer)
        expect(state.versions.map(({ version }) => version)).toEqual([1, 2])
        expect(RecognitionModel.at(state, moment(5))!.version).toBe(1)
      }),
    ),
  )

  it.effect.each([
    [0.94, "RECOG-PROB"],
    [1.01, "RECOG-PROB"],
    [Number.NaN, "RECOG-PROB"],
    [0.95, "accepted"],
    [1, "accepted"],
  ] as const)("RECOG-PROB is asked by Recognition.note: a probability of %s: %s", ([probability, answer]) =>
    provided(
      Effect.gen(function* () {
        const { known, version } = yield* start
        const recognition = yield* Recognition
        const noted = { pseudonym: known[7]!, probability, version, at: dawn + 5 * day }
        const before = (yield* log(customer)).length
        expect(yield* ruleOf(recognition.note(customer, [noted]))).toBe(answer)
        expect((yield* log(customer)).length - before).toBe(answer === "accepted" ? 1 : 0)
      }),
    ),
  )

  it.effect("RECOG-1CUST is asked by Pseudonyms.declare: no pseudonym is linked with one of another Customer", () =>
    provided(
      Effect.gen(function* () {
        const pseudonyms = yield* Pseudonyms
        yield* TestClock.setTime(dawn)
        for (const whose of [customer, elsewhere]) {
          yield* adopted(whose, of2019)
          yield* contracted(whose)
        }
        yield* TestClock.setTime(dawn + day)
        const [one, own] = [yield* pseudonyms.issue(customer), yield* pseudonyms.issue(customer)]
        const foreign = yield* pseudonyms.issue(elsewhere)
        const linked = (other: Pseudonym.PseudonymId) =>
          ruleOf(pseudonyms.declare({ customer, pseudonym: one }, { _tag: "LinkPseudonym", at: moment(1), other }))
        expect([yield* linked(foreign), yield* linked(own)]).toEqual(["RECOG-1CUST", "accepted"])
      }),
    ),
  )

  it.effect("KEY-APART NO-IDENTIFY: contain no attribute of a device, in clear or under another Customer's key", () =>
    provided(
      Effect.gen(function* () {
        yield* start
        const events = yield* log(customer)
        expect(events.some(({ type }) => type === "RecognitionFitted")).toBe(true)
        const texts = events.map(({ data }) => data).join("\n")
        for (const shown of Object.values(traitsOf(7, 0))) expect(texts.includes(shown)).toBe(false)
        yield* adopted(elsewhere, of2019)
        yield* contracted(elsewhere)
        yield* observing(elsewhere, 40)
        yield* Recognition.use(({ fit }) => fit(elsewhere, actor))
        const tokensOf = (whose: CustomerId) =>
          Effect.map(CommandHandler.load(RecognitionModel.aggregate, whose, whose), ({ state }) =>
            state.versions.flatMap(({ parameters }) =>
              parameters.fields.flatMap(({ holders }) => holders.map(({ value }) => value)),
            ),
          )
        const [mine, others] = [yield* tokensOf(customer), yield* tokensOf(elsewhere)]
        expect([mine.length > 5, mine.length]).toEqual([true, others.length])
        expect(mine.filter((token) => others.includes(token))).toEqual([])
      }),
    ),
  )

  // Planted bug that it finds: the pseudonyms of all Customers kept in one roster.
  it.effect.prop(
    "RECOG-1CUST: and the result is the same, whatever another Customer's devices have shown",
    [fc.nat(39), fc.nat(2)],
    (device, visit) =>
      provided(
        Effect.gen(function* () {
          yield* start
          const offer = () => recognised(traitsOf(device, visit))
          const before = yield* offer()
          expect(before.recognised).toBeDefined()
          yield* adopted(elsewhere, of2019)
          yield* contracted(elsewhere)
          yield* observing(elsewhere, 40)
          yield* Recognition.use(({ fit }) => fit(elsewhere, actor))
          expect(yield* offer()).toEqual(before)
        }),
      ),
    { numRuns: 2 },
  )

  // Planted bug that it finds: `RecontactObserved` recorded for a device that is recognised.
  it.effect.prop(
    "every figure and report is the same with and without it, byte for byte",
    [fc.integer()],
    (seed) =>
      Effect.gen(function* () {
        const recorded = (recognising: boolean) =>
          provided(
            Effect.gen(function* () {
              const { known } = yield* start
              const store = yield* EventStore
              const recognition = yield* Recognition
              const noted = []
              let device = 0
              for (const { events, id } of fc.sample(ArbitraryInteractions.anInteraction({ days: 3 }), {
                numRuns: 20,
                seed,
              })) {
                if (events.length === 0) continue
                const stream = Interaction.streamOf(id)
                const writes = [{ stream, expected: Expected.any, events: events.map(Interaction.codec.encode) }]
                yield* store.append({ customer, commitId: yield* Uuid.next, writes })
                if (!recognising) continue
                const traits = traitsOf(device++ % 40, 0)
                const offer = yield* recognised(traits, ["start", "faq"], id)
                if (offer.recognised === undefined) continue
                noted.push(offer.recognised)
                yield* recognition.observe({ customer, pseudonym: offer.recognised.pseudonym, traits })
              }
              yield* recognition.note(customer, noted)
              yield* TestClock.setTime(dawn + 6 * day)
              if (recognising) yield* recognition.fit(customer, actor)
              expect([recognising, noted.length > 10, known.length]).toEqual([recognising, recognising, 40])
              return yield* figures
            }),
          )
        expect(yield* recorded(true)).toEqual(yield* recorded(false))
      }),
    { numRuns: 2 },
  )
})
