import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as History from "../policy/binding/History.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { published } from "../policy/versions/index.ts"
import * as Comparison from "../recognition/Comparison.ts"
import * as Model from "../recognition/Model.ts"
import * as Observation from "../recognition/Observation.ts"
import * as RecognitionModel from "./RecognitionModel.ts"

const { decider } = RecognitionModel
const runs = { numRuns: 1000 }
const beginning = Date.UTC(2021, 3, 1)
const moment = (minutes: number): DateTime.Utc => DateTime.makeUnsafe(beginning + minutes * 60_000)
const policies = published.map((policy): EffectivePolicy =>
  Result.getOrThrow(resolve(History.of(policy), { at: DateTime.makeUnsafe(`${policy.effectiveFrom}T12:00:00Z`) })),
)
const open: RecognitionModel.Context = {
  policy: { ...policies[0]!, parameters: { ...policies[0]!.parameters, recognition: "on" } },
  recognitionInstructed: false,
}

const tokens = ["a", "b", "c"].map((letter) => letter.repeat(64))
const shares = (size: number) =>
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: size, maxLength: size }).map((parts) => {
    const total = parts.reduce((sum, part) => sum + part, 0)
    return parts.map((part) => part / total)
  })
const aField = (field: Comparison.Field): fc.Arbitrary<RecognitionModel.Parameters["fields"][number]> => {
  const size = Comparison.levels[field].names.length
  return fc.record({
    field: fc.constant(field),
    same: shares(size),
    different: shares(size),
    holders: fc
      .record({ value: fc.constantFrom(...tokens), pseudonyms: fc.integer({ min: 5, max: 40 }) })
      .map((one) => [one]),
    rareHolders: fc.constantFrom(1, 1.5, 4),
  })
}
const someParameters: fc.Arbitrary<RecognitionModel.Parameters> = fc.record({
  pseudonyms: fc.constantFrom(40, 300),
  pairs: fc.constant({ same: 100, different: 9000 }),
  minimumHolders: fc.constant(5),
  fields: fc.tuple(aField("software"), aField("language")),
  steps: fc
    .uniqueArray(fc.integer({ min: -9, max: 9 }), { maxLength: 4 })
    .map((scores) => scores.toSorted((one, other) => one - other).map((from, index) => ({ from, bits: index - 1.5 }))),
})
const fitting = (parameters: RecognitionModel.Parameters, minute = 1): RecognitionModel.Command => ({
  _tag: "FitRecognition",
  at: moment(minute),
  parameters,
})
const refusalOf = (command: RecognitionModel.Command, context = open, state = decider.initial): string => {
  const decision = decider.decide(state, command, context)
  return Result.isFailure(decision) ? decision.failure.rule : ""
}

describe("RecognitionModel", () => {
  // Planted bug that it finds: an instruction that opens what the version has off.
  it.prop(
    "RECOG-ATTACH: is fitted only where the version has recognition on, or leaves it to the Customer who instructs it",
    [
      someParameters,
      fc.constantFrom(...policies),
      fc.constantFrom("off" as const, "ifInstructed" as const, "on" as const, undefined),
      fc.boolean(),
    ],
    (parameters, policy, changed, recognitionInstructed) => {
      const recognition = changed ?? policy.parameters.recognition
      const context = {
        policy: { ...policy, parameters: { ...policy.parameters, recognition } },
        recognitionInstructed,
      }
      const may = recognition === "on" || (recognition === "ifInstructed" && recognitionInstructed)
      expect(refusalOf(fitting(parameters), context)).toBe(may ? "" : "RECOG-ATTACH")
    },
    runs,
  )

  // Planted bugs that it finds: the minimum of the command taken for that of the library; one field looked at alone.
  it.prop(
    "NO-IDENTIFY: holds no value that fewer than five pseudonyms show",
    [someParameters, fc.nat(9), fc.nat(12), fc.nat(1)],
    (parameters, minimumHolders, count, which) => {
      const fields = parameters.fields.map((field, index) =>
        index === which ? { ...field, holders: [{ value: tokens[0]!, pseudonyms: count }] } : field,
      )
      const least = Math.min(...fields.flatMap(({ holders }) => holders.map(({ pseudonyms }) => pseudonyms)))
      const anonymous = minimumHolders >= 5 && least >= minimumHolders
      expect(refusalOf(fitting({ ...parameters, minimumHolders, fields }))).toBe(anonymous ? "" : "NO-IDENTIFY")
    },
    runs,
  )

  // Planted bugs that it finds: steps that fall; a field twice; the shares of strangers not looked at.
  it.prop(
    "RECOG-PROB: gives probabilities that rise with agreement, else it is refused",
    [someParameters, fc.constantFrom("sum", "zero", "length", "twice", "steps", "from", "nobody")],
    (parameters, fault) => {
      expect(refusalOf(fitting(parameters))).toBe("")
      const [software, language] = parameters.fields as [Model.FieldParameters, Model.FieldParameters]
      const steps = [
        { from: 0, bits: 1 },
        { from: fault === "from" ? 0 : 2, bits: fault === "steps" ? 0.5 : 2 },
      ]
      const broken: Record<typeof fault, Partial<RecognitionModel.Parameters>> = {
        sum: { fields: [{ ...software, different: [0.5, 0.25, 0.5] }, language] },
        zero: { fields: [{ ...software, same: [0, 0.5, 0.5] }, language] },
        length: { fields: [software, { ...language, same: [0.5, 0.25, 0.25] }] },
        twice: { fields: [software, software] },
        steps: { steps },
        from: { steps },
        nobody: { pseudonyms: 0 },
      }
      expect(refusalOf(fitting({ ...parameters, ...broken[fault] }))).toBe("RECOG-PROB")
    },
    runs,
  )

  // Planted bugs that it finds: a version that takes the place of the one before; a stored form that rounds.
  it.prop(
    "RECOG-PROB ARCHIVE: every version stays, and scores of its time come out of the log again, to the last bit",
    [
      fc.array(fc.record({ parameters: someParameters, minute: fc.nat(50) }), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...tokens),
      fc.constantFrom(...tokens),
      fc.nat(60),
    ],
    (fits, one, other, asked) => {
      let live = decider.initial
      let replayed = decider.initial
      const accepted: Array<{ minute: number; parameters: RecognitionModel.Parameters }> = []
      for (const { minute, parameters } of fits) {
        const last = accepted.at(-1)
        const decision = decider.decide(live, fitting(parameters, minute), open)
        const again = last !== undefined && JSON.stringify(last.parameters) === JSON.stringify(parameters)
        if (Result.isFailure(decision)) {
          expect(decision.failure.rule).toBe("TACET-TIME")
          expect(minute).toBeLessThanOrEqual(last!.minute)
          continue
        }
        expect(decision.success).toHaveLength(again ? 0 : 1)
        if (again) continue
        accepted.push({ minute, parameters })
        expect(decision.success[0]!.version).toBe(accepted.length)
        live = decision.success.reduce(decider.evolve, live)
        for (const event of decision.success) {
          const stored = RecognitionModel.codec.encode(event)
          replayed = decider.evolve(replayed, Result.getOrThrow(RecognitionModel.codec.decodeNew(stored)))
        }
      }
      expect(replayed).toEqual(live)
      const inForce = accepted.findLast(({ minute }) => minute <= asked)
      const version = RecognitionModel.at(replayed, moment(asked))
      expect(version?.version).toBe(inForce === undefined ? undefined : accepted.indexOf(inForce) + 1)
      const evidence = (parameters: Model.Parameters) =>
        Observation.within("5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId, (compartment) => {
          const of = (software: string) => compartment.observation(0, { software, language: "fr" })
          return Model.make(compartment, parameters).compare(of(one), of(other))
        })
      if (inForce !== undefined) expect(evidence(version!.parameters)).toEqual(evidence(inForce.parameters))
    },
    runs,
  )

  it("TACET-TIME: a version comes after the one that it replaces", () => {
    const [first, second] = fc.sample(someParameters, { seed: 1, numRuns: 2 })
    const state = Result.getOrThrow(decider.decide(decider.initial, fitting(first!, 5), open)).reduce(
      decider.evolve,
      decider.initial,
    )
    expect(refusalOf(fitting(second!, 5), open, state)).toBe("TACET-TIME")
    expect(refusalOf(fitting(second!, 6), open, state)).toBe("")
    expect(refusalOf(fitting(first!, 1), open, state)).toBe("")
    expect(RecognitionModel.referenceOf(2)).toBe("recognition 2")
  })
})
