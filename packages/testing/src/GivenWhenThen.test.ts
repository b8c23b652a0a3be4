import { describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import { type Decider, Refusal } from "@tacet/core/eventsourcing"
import { given, ScenarioFailed } from "./GivenWhenThen.ts"

type Event = { readonly _tag: "Added"; readonly coins: number } | { readonly _tag: "Emptied" }

/** A jar for at most as many coins as the context says. */
const jar: Decider.Decider<number, number | "empty", Event, number> = {
  initial: 0,
  evolve: (coins, event) => (event._tag === "Emptied" ? 0 : coins + event.coins),
  decide: (coins, command, most) => {
    if (command === "empty") return Result.succeed(coins === 0 ? [] : [{ _tag: "Emptied" }])
    if (coins + command <= most) return Result.succeed([{ _tag: "Added", coins: command }])
    return Result.fail(new Refusal.Refusal({ rule: "TACET-FULL", command: "Add", field: "coins", accepted: "less" }))
  },
}

const added = (coins: number): Event => ({ _tag: "Added", coins })

describe("a scenario that is true passes", () => {
  it("with events, with nothing, with a refusal, with a state", () => {
    given(jar, added(2)).when(3, 9).thenEvents(added(3))
    given(jar, added(2)).when(3, 9).thenState(5)
    given(jar).when("empty", 9).thenNothing()
    given(jar, added(2)).when(9, 9).thenRefused("TACET-FULL")
    given(jar, added(2)).when(9, 9).thenRefused("TACET-FULL", "coins")
    given(jar, added(2)).when(9, 9).thenState(2)
  })

  it("over several commands", () => {
    const half = given(jar).when(5, 9)
    half.thenEvents(added(5))
    half.and.when(5, 9).thenRefused("TACET-FULL")
    half.and.when("empty", 9).and.when(5, 9).thenState(5)
    expect(half.and.state).toBe(5)
  })
})

describe("a scenario that is not true fails and shows both sides", () => {
  it.each([
    ["other events", () => given(jar).when(3, 9).thenEvents(added(4)), [added(4)], [added(3)]],
    ["one event less", () => given(jar).when(3, 9).thenEvents(), [], [added(3)]],
    ["something instead of nothing", () => given(jar).when(3, 9).thenNothing(), [], [added(3)]],
    ["another state", () => given(jar).when(3, 9).thenState(4), 4, 3],
    ["events instead of a refusal", () => given(jar).when(3, 9).thenRefused("LISTED"), { rule: "LISTED" }, [added(3)]],
  ] as const)("%s", ([, scenario, expected, actual]) => {
    expect(scenario).toThrow(ScenarioFailed)
    expect(scenario).toThrow(expect.objectContaining({ expected, actual }))
  })

  it("another rule, another field, a refusal instead of events", () => {
    const refused = given(jar).when(10, 9)
    const actual: unknown = expect.objectContaining({ rule: "TACET-FULL" })
    expect(() => refused.thenRefused("LISTED")).toThrow(expect.objectContaining({ actual }))
    expect(() => refused.thenRefused("TACET-FULL", "jar")).toThrow(ScenarioFailed)
    expect(() => refused.thenEvents(added(10))).toThrow(ScenarioFailed)
    expect(() => refused.thenNothing()).toThrow(ScenarioFailed)
  })
})
