import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Layer from "effect/Layer"
import * as Effect from "effect/Effect"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as PolicyBook from "../policy/binding/PolicyBook.ts"
import { dialonce20190305 } from "../policy/versions/dialonce20190305.ts"
import { starter } from "../policy/versions/starter.ts"
import { make as define, standard } from "../statistics/Definition.ts"
import * as Deflection from "../statistics/Deflection.ts"
import { KnownPolicies } from "./Customers.ts"
import * as Policies from "./Policies.ts"
import { built } from "./scene.testing.ts"
import { makeTacet, type Tacet } from "./Tacet.ts"
import { lastVersion, projectionBy } from "./tacet/statistics.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11"
const entryPoint = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61"
const interaction = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f62"
const at = "2026-03-10T12:00:00Z"
const declarations = [
  { _tag: "AdoptPolicyVersion", at, policyVersion: "starter/1" },
  { _tag: "ListEntryPoint", at, entryPoint },
]
const trigger = { _tag: "contactRequest", channel: "web", entryPoint }
const started = { _tag: "StartInteraction", at, trigger, interface: "web", linkable: false }
const step = { _tag: "TakeStep", at, step: "invoice", kind: "page" }

const opened = async (use: (tacet: Tacet) => Promise<void>, options = {}) => {
  const tacet = makeTacet({ stores: layer, ...options })
  try {
    await tacet.declare(customer, declarations)
    await use(tacet)
  } finally {
    await tacet.close()
  }
}

describe("Tacet without Effect", () => {
  it("records commands from outside, one by one, and reports", () =>
    opened(async (tacet) => {
      const recorded = await tacet.record({
        customer,
        interaction,
        commands: [started, step, { _tag: "Nonsense" }, step],
      })
      expect(recorded).toMatchObject({ interaction, repeated: false })
      expect(recorded.outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.rule : outcome))).toEqual([
        ["InteractionStarted"],
        ["StepTaken"],
        "TACET-FORMAT",
        ["StepTaken"],
      ])
      const other = await tacet.record({ customer, commands: [started] })
      expect(other.interaction).not.toBe(interaction)
      const report = await tacet.report(customer, { name: "example", asOf: Date.parse(at) + 48 * 3_600_000 })
      expect(report).toMatchObject({ customer: "example", interactions: { started: 2, deflected: 2 } })
    }))

  it("records all or nothing where that is asked for", () =>
    opened(async (tacet) => {
      const commands = [started, { _tag: "Nonsense" }]
      const { outcomes } = await tacet.record({ customer, commands, accept: "all" })
      expect(outcomes).toMatchObject([[], { rule: "TACET-FORMAT" }])
      const early = await tacet.record({ customer, commands: [step, started, step], accept: "all" })
      expect(early.outcomes).toMatchObject([{ rule: "TACET-STARTED" }, [], []])
      expect((await tacet.report(customer)).interactions.started).toBe(0)
    }))

  it("repeats nothing for a commit id that it knows", () =>
    opened(async (tacet) => {
      const recording = { customer, interaction, commands: [started, step], commitId: entryPoint }
      expect((await tacet.record(recording)).repeated).toBe(false)
      expect(await tacet.record(recording)).toEqual({ interaction, outcomes: [], repeated: true })
    }))

  it("rejects with typed errors, which repeat no part of the input", () =>
    opened(async (tacet) => {
      for (const rejected of [
        tacet.declare(customer, [{ _tag: "ListNumber", at, number: "+33 6 12 34 56 78" }]),
        tacet.declare("+33 6 12 34 56 78", declarations),
        tacet.record({ customer, interaction: "+33 6 12 34 56 78", commands: [] }),
        tacet.record({ customer, interaction, commands: [step], commitId: "+33 6 12 34 56 78" }),
        tacet.report("+33 6 12 34 56 78"),
      ]) {
        const error: unknown = await rejected.then(
          () => undefined,
          (error: unknown) => error,
        )
        expect(error).toBeInstanceOf(Refusal)
        expect(JSON.stringify(error) + String(error)).not.toContain("34 56")
      }
    }))

  // Planted and found: a definition in UTC; one projection for all zones; a sweep that awaits the projection of another zone.
  it("counts days in the time zone of the Customer's policy, also after that has changed, and deletes them by it", async () => {
    const stores = Layer.succeedContext(await built(layer))
    const athens = { ...starter, id: "own/1", timeZone: "Europe/Athens" }
    const known = Layer.succeed(KnownPolicies, () => ({
      ...PolicyBook.published,
      versions: [...PolicyBook.published.versions, athens],
    }))
    await opened(
      async (tacet) => {
        // Midnight has passed in Paris, and in Athens, but not in Greenwich. The year of the policy is over for the first.
        const [early, late] = ["2025-03-10T23:30:00Z", "2026-03-10T23:30:00Z"]
        const other = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12"
        await tacet.declare(other, [
          { ...declarations[0], at: early },
          { ...declarations[1], at: early },
        ])
        for (const at of [early, late]) await tacet.record({ customer: other, commands: [{ ...started, at }] })
        const asOf = Date.now()
        const inParis = await tacet.report(other, { asOf })
        expect(inParis.definitions.timeZone).toBe("Europe/Paris")
        expect(inParis.trend.map(({ day }) => day)).toEqual(["2025-03-11", "2026-03-11"])
        await tacet.declare(other, [
          { _tag: "AdoptPolicyVersion", at: "2026-03-12T00:00:00Z", policyVersion: athens.id },
        ])
        const inAthens = await tacet.report(other, { asOf })
        expect(inAthens.definitions.timeZone).toBe("Europe/Athens")
        expect([inAthens.interactions, inAthens.trend]).toEqual([inParis.interactions, inParis.trend])
        expect(await tacet.sweep(other)).toMatchObject({ days: ["2025-03-11"], interactions: 1 })
        expect((await tacet.report(other, { asOf })).interactions).toEqual(inParis.interactions)
      },
      { stores: Layer.merge(stores, known), retention: "here" },
    )
  })

  // Planted and found: an operator that no service asks.
  it("takes the texts of the operator whose compartment is named", async () => {
    const operator = "4b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11"
    const stores = Layer.succeedContext(await built(layer))
    const text = { ...dialonce20190305, id: "operator/1", publishedOn: "2019-03-05" } as typeof dialonce20190305
    const published = Policies.Policies.use((policies) =>
      policies.publish(operator as CustomerId, {
        policy: text,
        at: Date.parse("2019-03-05T00:00:00Z"),
        significant: false,
        affectsUse: false,
      }),
    )
    await Effect.runPromise(Effect.provide(published, Layer.provide(Policies.layer, stores)))
    const adopt = { _tag: "AdoptPolicyVersion", at, policyVersion: text.id }
    const other = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a12"
    await using without = makeTacet({ stores })
    await expect(without.declare(other, [adopt])).rejects.toMatchObject({ rule: "POLICY-BIND" })
    await using tacet = makeTacet({ stores, operator })
    await tacet.declare(other, [adopt])
    await using wrong = makeTacet({ stores, operator: "+33 6 12 34 56 78" })
    await expect(wrong.declare(other, [adopt])).rejects.toMatchObject({ rule: "TACET-FORMAT", field: "operator" })
  })

  // Planted and found: the record not required.
  it("DECLARED: starts nothing before the record of processing covers it, where it is required", () =>
    opened(
      async (tacet) => {
        const first = await tacet.record({ customer, interaction, commands: [started] })
        expect(first.outcomes).toMatchObject([{ rule: "DECLARED" }])
        const entry = {
          _tag: "EnterProcessing",
          at,
          name: "answering calls",
          role: "processor",
          purposes: ["requestedService"],
          subjects: ["user"],
          categories: ["interfaceUsage"],
          recipients: [],
          safeguards: [],
          measures: ["encryption"],
        }
        for (const wrong of [{ ...entry, name: 7 }, { ...entry, note: "+33 6 12 34 56 78" }, undefined]) {
          const error: unknown = await tacet.enterProcessing(customer, wrong).catch((error: unknown) => error)
          expect(error).toMatchObject({ _tag: "Refusal", rule: "TACET-FORMAT" })
          expect(JSON.stringify(error)).not.toContain("34 56")
        }
        await tacet.enterProcessing(customer, entry)
        await tacet.enterProcessing(customer, entry)
        const then = await tacet.record({ customer, interaction, commands: [started] })
        expect(then.outcomes).toEqual([["InteractionStarted"]])
      },
      { processingRecord: "required" },
    ))

  it("takes another definition as another version", async () => {
    const stores = Layer.succeedContext(await built(layer))
    await opened(
      async (tacet) => {
        await tacet.record({ customer, interaction, commands: [started] })
        expect((await tacet.report(customer)).definitions.minTalkSeconds).toBe(0)
      },
      { stores },
    )
    await opened(
      async (tacet) => {
        const report = await tacet.report(customer)
        expect(report.definitions.minTalkSeconds).toBe(10)
        expect(report.interactions.started).toBe(1)
      },
      { stores, definition: define({ minTalkSeconds: 10 }), definitionVersion: 2 },
    )
  })

  it("is closed at its end: later calls reject, and the adapter's resources are released", async () => {
    let released = 0
    const stores = Layer.provideMerge(
      Layer.effectDiscard(Effect.acquireRelease(Effect.void, () => Effect.sync(() => void released++))),
      layer,
    )
    const tacet = makeTacet({ stores })
    await tacet.declare(customer, declarations)
    await tacet[Symbol.asyncDispose]()
    expect(released).toBe(1)
    await expect(tacet.report(customer)).rejects.toMatchObject({ _tag: "Refusal", rule: "TACET-ENDED" })
  })

  // Planted and found: a failed start that is kept.
  it("opens the stores at a later call where they could not be opened before", async () => {
    let isDown = true
    const stores = Layer.fresh(
      Layer.provideMerge(
        Layer.effectDiscard(Effect.suspend(() => (isDown ? Effect.fail("down" as const) : Effect.void))),
        layer,
      ),
    )
    const tacet = makeTacet({ stores })
    for (const _ of [1, 2]) await expect(tacet.declare(customer, declarations)).rejects.toBe("down")
    isDown = false
    await tacet.declare(customer, declarations)
    expect((await tacet.record({ customer, commands: [started] })).outcomes).toEqual([["InteractionStarted"]])
    await tacet.close()
  })

  // Planted and found: an interaction of its own at each call.
  it("TACET-ONCE: repeats a commit of a new interaction without effect", () =>
    opened(async (tacet) => {
      const recording = { customer, commands: [started], commitId: entryPoint }
      const { interaction: first } = await tacet.record(recording)
      expect(await tacet.record(recording)).toEqual({ interaction: first, outcomes: [], repeated: true })
      expect((await tacet.record({ customer, commands: [started] })).interaction).not.toBe(first)
      expect((await tacet.report(customer)).interactions.started).toBe(2)
    }))

  const wrong = {
    "a moment that is a text": (tacet: Tacet) => tacet.report(customer, { asOf: at as never }),
    "a moment that is none": (tacet: Tacet) => tacet.report(customer, { asOf: Number.NaN }),
    "no list of commands": (tacet: Tacet) => tacet.record({ customer } as never),
    "no list of declarations": (tacet: Tacet) => tacet.declare(customer, undefined as never),
    "no list of interactions": (tacet: Tacet) => tacet.attributeCall({ customer } as never),
    "no list of people": (tacet: Tacet) => tacet.noteReturns(customer, undefined as never),
    "a person without a list": (tacet: Tacet) => tacet.noteReturns(customer, [undefined as never]),
  }
  it.each(Object.entries(wrong))("TACET-FORMAT: refuses %s", ([, call]) =>
    opened((tacet) => expect(call(tacet)).rejects.toMatchObject({ _tag: "Refusal", rule: "TACET-FORMAT" })),
  )

  it.each([0, -1, 1.5, 1000, Number.NaN])("TACET-FORMAT: refuses the version %d of a definition", async (version) => {
    const tacet = makeTacet({ stores: layer, definitionVersion: version })
    await expect(tacet.report(customer)).rejects.toMatchObject({ rule: "TACET-FORMAT", field: "definitionVersion" })
    await tacet.close()
  })

  // Planted and found: the two numbers added up, so that the next release reads the figures of another definition.
  it("keeps the figures of definitions apart from those of releases", () => {
    const keyOf = (definitionVersion: number) =>
      projectionBy({ definition: undefined, definitionVersion })(standard).version
    const release = Deflection.projection(standard).version
    expect(new Set([1, 2, lastVersion].map(keyOf)).size).toBe(3)
    for (const version of [1, 2, lastVersion]) expect(Math.floor(keyOf(version) / (lastVersion + 1))).toBe(release)
  })

  it("rejects where the stores cannot be opened", async () => {
    const stores = Layer.fresh(Layer.merge(layer, Layer.effect(EventStore, Effect.fail("no store" as const))))
    const tacet = makeTacet({ stores })
    await expect(tacet.report(customer)).rejects.toThrow()
    await tacet.close()
  })
})
