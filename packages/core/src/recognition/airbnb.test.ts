/**
 * Recognition by the user agent alone, on real sessions: half of the visitors to fit and calibrate with, the other half,
 * never observed before, to judge by. All pairs of their sessions count, 4.42 million.
 */
import { describe, expect, it } from "@tacet/vitest"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { brier, halves, hasSharedData, knownOf, predictions, reliability, visitors } from "./airbnb.testing.ts"
import * as Comparison from "./Comparison.ts"
import * as Fit from "./Fit.ts"
import type * as Model from "./Model.ts"
import * as Observation from "./Observation.ts"

const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId
const skipped = it.skipIf(!hasSharedData)

const [fitted, judged] = hasSharedData ? halves(visitors(), 7) : [[], []]
const fit = (options: Fit.Options = {}): Model.Parameters =>
  Observation.within(customer, (compartment) => Fit.fit(knownOf(compartment, fitted), options))!
const priorOf = ({ pairs }: Model.Parameters): number => pairs.same / (pairs.same + pairs.different)
const round = (number: number, digits: number): number => Number(number.toFixed(digits))

describe("on sessions of visitors that were never seen", () => {
  skipped("RECOG-PROB: the weights and errors of the reference come out, without cap and calibration", () => {
    // Planted bug that it finds: u counted with pairs of one visitor in it.
    const counted: Model.Parameters = { ...fit({ pairsPerPseudonym: Number.POSITIVE_INFINITY }), steps: [] }
    const [software] = counted.fields
    const { different, same } = software!
    expect([...same, ...different].map((one) => round(one, 3))).toEqual([0.6, 0.236, 0.164, 0.853, 0.141, 0.005])
    expect(same.map((m, level) => round(Math.log2(m / different[level]!), 2))).toEqual([-0.51, 0.74, 4.98])

    const prior = priorOf(counted)
    const priorAlone = predictions(judged, { ...counted, fields: [] }, prior)
    expect(priorAlone.reduce((sum, one) => sum + one.same + one.different, 0)).toBe(4_423_825)
    expect(round(brier(priorAlone), 5)).toBe(0.03586)

    // By levels alone: every value is as frequent as values that agree are between strangers.
    const average = different[2]! * counted.pseudonyms
    const byLevel = { ...software!, holders: [], rareHolders: average }
    expect(round(brier(predictions(judged, { ...counted, fields: [byLevel] }, prior)), 5)).toBe(0.02801)

    // The reference counts sessions, one for a value that was never observed.
    const sessions = fitted.flatMap(([, userAgents]) => userAgents.map((one) => (one === "" ? "none" : one)))
    const counts = new Map<string, number>()
    for (const one of sessions) counts.set(one, (counts.get(one) ?? 0) + 1)
    const byTerm: Model.Parameters = {
      ...counted,
      pseudonyms: sessions.length,
      minimumHolders: 1,
      fields: [
        {
          ...software!,
          holders: Array.from(counts, ([value, pseudonyms]) => ({ value, pseudonyms })),
          rareHolders: 1,
        },
      ],
    }
    expect(round(brier(predictions(judged, byTerm, prior)), 5)).toBe(0.02708)
  })

  skipped("RECOG-PROB: calibrated, the error is at most 0.0275 and every bin of 200 pairs holds within 0.05", () => {
    // Planted bugs that it finds: steps left out; no cap on the pairs of one visitor.
    const known = new Set(fitted.map(([id]) => id))
    expect(judged.some(([id]) => known.has(id))).toBe(false)
    const parameters = fit()
    const predicted = predictions(judged, parameters, priorOf(parameters))
    expect(brier(predicted)).toBeLessThanOrEqual(0.0275)
    const bins = reliability(predicted).filter(({ pairs }) => pairs >= 200)
    expect(bins.length).toBeGreaterThanOrEqual(4)
    for (const bin of bins) expect(Math.abs(bin.predicted - bin.observed)).toBeLessThanOrEqual(0.05)
    expect(bins.at(-1)!.predicted).toBeGreaterThan(0.85)
  })

  skipped("NO-IDENTIFY: no value is kept that fewer than five visitors show", () => {
    const holders = new Map<string, Set<string>>()
    for (const [id, userAgents] of fitted) {
      for (const one of userAgents) holders.set(one, (holders.get(one) ?? new Set()).add(id))
    }
    const kept = fit().fields.find(({ field }) => field === "software")!.holders
    expect(kept.length).toBeGreaterThan(10)
    for (const { pseudonyms, value } of kept) {
      expect(pseudonyms).toBeGreaterThanOrEqual(5)
      expect((holders.get(value) ?? holders.get(""))!.size).toBe(pseudonyms)
    }
    expect(Comparison.familyOf("Mozilla/5.0 (iPhone; CPU iPhone OS 8_1_2)")).toBe("Mozilla/ (iPhone; CPU iPhone OS )")
  })
})
