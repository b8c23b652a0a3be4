import { describe, expect, it } from "@tacet/vitest"
import { aReport } from "../aReport.testing.ts"
import { named, parse, textOf } from "../parsed.testing.ts"
import { draw } from "./draw.ts"
import { flowOption, flowSize, throughput } from "./flowChart.ts"
import { heatOption, stepsOf } from "./heatChart.ts"
import { runsOf, trendOption } from "./trendChart.ts"

const report = aReport({ days: 20, perDay: 30 })
const naming = { id: "a", title: "T", description: "D" }
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length
const size = { width: 960, height: 300 }

describe("the flow", () => {
  it("draws each node with its name and its interactions", () => {
    const { flow } = report.journeys
    const drawn = flowOption(flow)
    expect(drawn).toBeDefined()
    if (drawn === undefined) return
    const texts = named(parse(draw(drawn.option, flowSize(drawn.height), naming).source), "text").map(textOf)
    for (const end of ["Effective call", "Tried, nobody reached", "Handed off", "Left"]) expect(texts).toContain(end)
    const values = throughput(flow)
    for (const { id } of flow.nodes) expect(texts).toContain(String(values.get(id)))
  })

  it("is drawn even where a link leads back or to itself, which is left out", () => {
    const nodes = [
      { id: "start", label: "start", depth: 0 },
      { id: "1:a", label: "1. a", depth: 1 },
      { id: "end:left", label: "left", depth: 2 },
    ]
    const links = [
      { source: "start", target: "1:a", interactions: 2 },
      { source: "1:a", target: "start", interactions: 1 },
      { source: "1:a", target: "1:a", interactions: 1 },
      { source: "1:a", target: "end:left", interactions: 2 },
    ]
    const drawn = flowOption({ nodes, links })
    expect(drawn && draw(drawn.option, flowSize(drawn.height), naming).source).toContain("</svg>")
    expect(flowOption({ nodes, links: links.slice(1, 3) })).toBeUndefined()
    expect(flowOption({ nodes: [], links: [] })).toBeUndefined()
  })
})

describe("a drawing that fails", () => {
  it("leaves nothing behind that would keep the process alive", async () => {
    const series = { type: "sankey", data: [{ name: "a" }], links: [{ source: "a", target: "a", value: 1 }] }
    const before = timers()
    for (let time = 0; time < 20; time++) expect(() => draw({ series: [series] }, size, naming)).toThrow("cycle")
    await expect.poll(timers).toBeLessThan(before + 10)
  })
})

describe("the trend", () => {
  it("stops its line where a day is missing or has no rate", () => {
    const [first, second, third, fourth] = report.trend
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      throw new Error("days")
    const without = { ...second, noEffectiveCall: { ...second.noEffectiveCall, rate: null, wilson95: null } }
    const runs = (days: typeof report.trend) =>
      runsOf(days, ({ noEffectiveCall }) => noEffectiveCall).map((run) => run.map(({ day }) => day))
    expect(runs([first, second, third])).toEqual([[first.day, second.day, third.day]])
    expect(runs([first, without, third])).toEqual([[first.day], [third.day]])
    expect(runs([first, second, fourth])).toEqual([[first.day, second.day], [fourth.day]])
    expect(runs([])).toEqual([])
  })

  it("hatches provisional days", () => {
    const option = trendOption(report.trend, size)
    expect(report.trend.some(({ provisional }) => provisional)).toBe(true)
    expect(named(parse(option ? draw(option, size, naming).source : "<svg/>"), "pattern").length).toBeGreaterThan(0)
    const settled = trendOption(
      report.trend.map((day) => ({ ...day, provisional: false })),
      size,
    )
    expect(named(parse(settled ? draw(settled, size, naming).source : "<svg/>"), "pattern")).toEqual([])
  })
})

describe("the heat map", () => {
  it("writes each count into its cell", () => {
    const option = heatOption(report.failedByHour, size)
    const texts = named(parse(option ? draw(option, size, naming).source : "<svg/>"), "text").map(textOf)
    const counts = report.failedByHour.flat().filter((value) => value > 0)
    expect(
      texts
        .filter((text) => /^\d+$/.test(text))
        .map(Number)
        .toSorted((a, b) => a - b),
    ).toEqual(counts.toSorted((a, b) => a - b))
  })

  it.each([
    { most: 0, steps: [] },
    { most: 1, steps: [[1, 1]] },
    {
      most: 5,
      steps: [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
      ],
    },
    {
      most: 6,
      steps: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
    {
      most: 1000,
      steps: [
        [1, 200],
        [201, 400],
        [401, 600],
        [601, 800],
        [801, 1000],
      ],
    },
  ])("has steps up to $most without gaps", ({ most, steps }) => {
    expect(stepsOf([[0, most]]).map(({ from, to }) => [from, to])).toEqual(steps)
  })
})
