import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { proves, versions } from "../policy/laws.testing.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import * as ProcessingRegister from "./ProcessingRegister.ts"

const dawn = Date.parse("2016-08-01T10:00:00Z")
const moment = (days: number) => DateTime.makeUnsafe(dawn + days * 86_400_000)
const categories: ReadonlyArray<PersonalDataCategory> = ["telephoneNumber", "freeText"]
const purposes: ReadonlyArray<Purpose> = ["requestedService", "customerCare"]
const policy2016 = versions[0]!.policy

type Enter = Extract<ProcessingRegister.Command, { readonly _tag: "EnterProcessing" }>

const calls: Enter = {
  _tag: "EnterProcessing",
  at: moment(0),
  name: "answering calls" as Enter["name"],
  role: "processor",
  purposes,
  subjects: ["user"],
  categories,
  recipients: [],
  safeguards: [],
  measures: ["encryption"],
  declaration: "1966881",
}

const { decide, evolve, initial } = ProcessingRegister.decider
const after = (...commands: ReadonlyArray<ProcessingRegister.Command>) =>
  commands.reduce((state, command) => {
    const events = Result.getOrElse(decide(state, command, { policy: policy2016 }), () => [])
    return events.reduce(evolve, state)
  }, initial)

const ruleOf = (answer: ReturnType<typeof decide>) =>
  Result.match(answer, { onSuccess: (events) => events.length, onFailure: ({ rule }) => rule })

const some = <A>(values: ReadonlyArray<A>) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 })

describe("the record of processing", () => {
  // Planted: the end of an entry not counted.
  proves("DECLARED", {
    claim: "nothing is processed before an entry covers its category and each of its purposes, with its declaration",
    values: () =>
      fc.record({
        entered: fc.record({
          days: fc.integer({ min: 0, max: 3 }),
          categories: some(categories),
          purposes: some(purposes),
        }),
        end: fc.option(fc.integer({ min: 4, max: 6 }), { nil: undefined }),
        category: fc.constantFrom(...categories),
        purposes: fc.subarray([...purposes]),
        days: fc.integer({ min: 0, max: 8 }),
      }),
    forbids: ({ category, days, end, entered, purposes: wanted }) =>
      days < entered.days ||
      (end !== undefined && end <= days) ||
      !entered.categories.includes(category) ||
      wanted.some((purpose) => !entered.purposes.includes(purpose)),
    refusal: ({ category, days, end, entered, purposes: wanted }, policy) => {
      const entry = { ...calls, at: moment(entered.days), categories: entered.categories, purposes: entered.purposes }
      const ended: ReadonlyArray<ProcessingRegister.Command> =
        end === undefined ? [] : [{ _tag: "EndProcessing", at: moment(end), name: calls.name }]
      const processing = { category, purposes: wanted, at: moment(days) }
      const state = after(entry, ...ended)
      expect(ProcessingRegister.entriesAt(state, moment(100)).length).toBe(end === undefined ? 1 : 0)
      return ProcessingRegister.missingEntry(state, policy, processing) === undefined ? undefined : "DECLARED"
    },
  })

  it("DECLARED: asks for the number of the declaration where an authority accepts it, and later for none", () => {
    const { declaration: _, ...undeclared } = calls
    const decided = (policy: (typeof versions)[number]["policy"]) => ruleOf(decide(initial, undeclared, { policy }))
    expect(versions.map(({ policy }) => decided(policy))).toEqual(["DECLARED", 1, 1, 1])
    const earlier = [calls, undeclared].map((entry) =>
      evolve(initial, { ...entry, _tag: "ProcessingEntered", occurredAt: entry.at }),
    )
    const processing = { category: "freeText", purposes: [], at: moment(1) } as const
    const covered = earlier.map((state) => ProcessingRegister.missingEntry(state, policy2016, processing) === undefined)
    expect(covered).toEqual([true, false])
  })

  it("BASIS: takes one legal basis of a controller, and purposes, categories and persons of every role", () => {
    const decided = (change: Partial<Enter>) => ruleOf(decide(initial, { ...calls, ...change }, { policy: policy2016 }))
    expect(decided({ role: "controller" })).toBe("BASIS")
    expect(decided({ role: "controller", legalBasis: "contract" })).toBe(1)
    expect([decided({ purposes: [] }), decided({ subjects: [] }), decided({ categories: [] })]).toEqual(
      Array.from({ length: 3 }, () => "TACET-FORMAT"),
    )
  })

  it("TACET-TIME: keeps the entry before beside the one that replaces it, and repeats nothing", () => {
    const state = after(calls, { ...calls, at: moment(5), measures: [] })
    const measures = (days: number) =>
      ProcessingRegister.entriesAt(state, moment(days)).flatMap(({ processing }) => processing.measures)
    expect([measures(4), measures(5)]).toEqual([["encryption"], []])
    const again = (days: number, change: Partial<Enter> = {}) =>
      ruleOf(decide(state, { ...calls, at: moment(days), measures: [], ...change }, { policy: policy2016 }))
    expect([again(4), again(4, { measures: ["backups"] }), again(6, { measures: ["backups"] })]).toEqual([
      0,
      "TACET-TIME",
      1,
    ])
  })
})
