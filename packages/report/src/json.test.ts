import { readFileSync } from "node:fs"
import { describe, expect, it } from "@tacet/vitest"
import { CustomerReport, Definition } from "@tacet/core/statistics"
import { ReportDocument } from "./json.ts"

const guide = readFileSync(new URL("../../../docs/report-format.md", import.meta.url), "utf8")

describe("the guide to the report format", () => {
  const { Definition: Parameters } = Definition
  const { DeclaredJourney, JourneyFigures, JourneyRow, TrendDay, WaterfallRow, WindowRates } = CustomerReport
  it.each([
    ["the document", ReportDocument.fields],
    ["definitions", Parameters.fields],
    ["input", ReportDocument.fields.input.fields],
    ["interactions", ReportDocument.fields.interactions.fields],
    ["calls", ReportDocument.fields.calls.fields],
    ["rates", WindowRates.fields],
    ["a rate", WindowRates.fields.noEffectiveCall.fields],
    ["journeys", JourneyFigures.fields],
    ["a journey", JourneyRow.fields],
    ["a declared journey", { ...DeclaredJourney.fields, scenario: undefined }],
    ["least used", JourneyFigures.fields.leastUsed.fields],
    ["endings", JourneyFigures.fields.endings.fields],
    ["the waterfall", WaterfallRow.fields],
    ["the trend", TrendDay.fields],
    ["deflected kinds", ReportDocument.fields.deflectedKinds.fields],
    ["quality", ReportDocument.fields.quality.fields],
  ] as const)("names every key of %s", ([, fields]) => {
    const named = Object.keys(fields).filter((key) => key === "scenario" || guide.includes(`\`${key}\``))
    expect(named).toEqual(Object.keys(fields))
  })
})
