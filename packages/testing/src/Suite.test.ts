import { layer, layerWith } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as EventStoreSuite from "./EventStoreSuite.ts"
import * as Property from "./Property.ts"
import * as ProjectionStoreSuite from "./ProjectionStoreSuite.ts"
import * as Suite from "./Suite.ts"

const eventStores = [true, false].map((declared) => ({
  layer,
  capabilities: { pushSubscription: declared, survivesRestart: declared },
}))

const projectionStores = [true, false].map((declared) => ({
  layer: () => layerWith({}),
  capabilities: { inlineProjections: declared, survivesRestart: declared },
}))

/** A test runner that keeps the registered tests. */
const recording = () => {
  const path: Array<string> = []
  const tests: Array<{
    readonly name: string
    readonly run: () => Promise<void>
    readonly timeout: number | undefined
  }> = []
  const runner: Suite.TestRunner = {
    describe: (name, define) => {
      path.push(name)
      define()
      path.pop()
    },
    it: (name, run, timeout) => void tests.push({ name: [...path, name].join(" > "), run, timeout }),
  }
  return { runner, tests }
}

const propertyOf = (program: Effect.Effect<void, unknown>) =>
  Property.make<object>("proof", "a property", () => program)

describe("the properties of a suite", () => {
  it("have names of their own, whatever a fixture declares", () => {
    const suites = [
      ...eventStores.map((fixture) => EventStoreSuite.properties(fixture).map((property) => property.name)),
      ...projectionStores.map((fixture) => ProjectionStoreSuite.properties(fixture).map((property) => property.name)),
    ]
    for (const names of suites) expect(new Set(names).size).toBe(names.length)
  })

  it("hold a store to each capability that it declares absent", () => {
    const ofEvents = EventStoreSuite.properties(eventStores[1]!).map((property) => property.name)
    expect(ofEvents.filter((name) => name.startsWith("declares no"))).toEqual([
      "declares no push: a subscriber learns of an append by polling",
      "declares not to survive a restart: the store is empty when it is built again",
      "declares not to survive a restart: two layers share no event",
    ])
    const names = ProjectionStoreSuite.properties(projectionStores[1]!).map((property) => property.name)
    expect(names.filter((name) => name.startsWith("declares no"))).toEqual([
      "declares no inline projections: counters say that they have counted nothing",
      "declares not to survive a restart: nothing is saved when the store is built again",
    ])
  })
})

describe("a test runner", () => {
  it("is given one test for each property, by chapter, with a time limit", async () => {
    const { runner, tests } = recording()
    EventStoreSuite.register("some adapter", eventStores[0]!, runner, { timeout: 1_000 })
    const properties = EventStoreSuite.properties(eventStores[0]!)
    expect(tests.map(({ name }) => name)).toEqual(
      properties.map(
        ({ chapter, name }) =>
          `some adapter satisfies the ${properties.length} properties of the event store > ${chapter} > ${name}`,
      ),
    )
    expect(tests.every(({ timeout }) => timeout === 6_000)).toBe(true)
    await tests[0]!.run()
  })

  it("reports a violated property as a failure that names it", async () => {
    const { runner, tests } = recording()
    const suite = { name: "proof", properties: () => [propertyOf(Property.same("the number", 1, 2))] }
    Suite.register(suite, "some adapter", {}, runner)
    await expect(tests[0]!.run()).rejects.toThrow('Property "a property" is violated. Expected: the number 2. Seen: 1.')
  })
})

describe("a property", () => {
  const finding = (program: Effect.Effect<void, unknown>, settings?: Partial<Property.Settings>) =>
    Effect.map(Suite.run([propertyOf(program)], {}, settings), ([found]) => found?.violation?.message)

  it.effect("that holds has nothing to say", () =>
    Effect.gen(function* () {
      expect(yield* finding(Effect.void)).toBeUndefined()
    }),
  )

  it.effect("is violated by failures, defects and interruptions, and shows no payload of theirs", () =>
    Effect.gen(function* () {
      const failed = yield* finding(Effect.fail<unknown>(new Error("canary")))
      const died = yield* finding(Effect.die(new TypeError("canary")))
      const text = yield* finding(Effect.die("canary"))
      const interrupted = yield* finding(Effect.interrupt)
      expect([failed, died, text, interrupted]).toEqual([
        expect.stringContaining("Seen: a failure with Error: see the cause"),
        expect.stringContaining("Seen: a defect or an interruption (TypeError)"),
        expect.stringContaining("Seen: a defect or an interruption (string)"),
        expect.stringContaining("Seen: a defect or an interruption"),
      ])
      expect([failed, died, text].join()).not.toContain("canary")
    }),
  )

  it.effect("shows payloads and states by their length", () =>
    Effect.gen(function* () {
      const seen = yield* finding(Property.same("the event", { data: "canary", n: 1 }, { data: "", n: 1 }))
      expect(seen).toContain(
        'Expected: the event {"data":"<0 characters>","n":1}. Seen: {"data":"<6 characters>","n":1}',
      )
    }),
  )

  it.effect("that hangs is violated, though the clock of the test does not move", () =>
    Effect.gen(function* () {
      expect(yield* finding(Effect.never, { timeout: 20 })).toContain("Expected: an answer within 20 ms")
    }),
  )
})
