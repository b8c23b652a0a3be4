import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { proves, versions } from "../policy/laws.testing.ts"
import type { Measure } from "../policy/text/parameters/protection.ts"
import * as SecurityRegister from "./SecurityRegister.ts"

const dawn = Date.parse("2021-03-01T10:00:00Z")
const moment = (days: number) => DateTime.makeUnsafe(dawn + days * 86_400_000)
const { decide, evolve, initial } = SecurityRegister.decider

const declare = (measure: Measure, state: SecurityRegister.MeasureState, days: number) =>
  SecurityRegister.Command.make({ at: moment(days), measure, state })

const after = (...commands: ReadonlyArray<SecurityRegister.Command>) =>
  commands.reduce(
    (state, command) => Result.getOrElse(decide(state, command, undefined), () => []).reduce(evolve, state),
    initial,
  )

describe("the measures of security", () => {
  // Planted: a planned measure counted as one in place.
  proves("SEC-MEAS", {
    claim: "a demanded measure is missing on a date unless it is in place then",
    values: ({ parameters }) =>
      fc.record({
        but: fc.option(fc.constantFrom(...parameters.securityMeasures), { nil: undefined }),
        state: fc.constantFrom(...SecurityRegister.MeasureState.literals),
        since: fc.integer({ min: 1, max: 3 }),
        on: fc.integer({ min: 0, max: 4 }),
      }),
    forbids: ({ but, on, since, state }) => but !== undefined && since <= on && state !== "inPlace",
    refusal: ({ but, on, since, state }, policy) => {
      const inPlace = policy.parameters.securityMeasures.map((measure) => declare(measure, "inPlace", 0))
      const changed = but === undefined ? [] : [declare(but, state, since)]
      const missing = SecurityRegister.missingMeasures(after(...inPlace, ...changed), policy, moment(on))
      for (const one of missing) if (one.rule === "SEC-MEAS") expect(one).toMatchObject({ measure: but, state })
      return missing.find(({ rule }) => rule === "SEC-MEAS")?.rule
    },
  })

  it("BREACH: misses a plan for incidents where the policy promises one", () => {
    const found = versions.map(({ policy }) =>
      SecurityRegister.missingMeasures(
        after(...policy.parameters.securityMeasures.map((measure) => declare(measure, "inPlace", 0))),
        policy,
        moment(1),
      ).map(({ measure, rule }) => `${rule} ${measure}`),
    )
    const promised = versions.map(({ policy }) =>
      policy.parameters.breach.includes("plan") && !policy.parameters.securityMeasures.includes("incidentPlan")
        ? ["BREACH incidentPlan"]
        : [],
    )
    expect(found).toEqual(promised)
    expect(promised.flat().length).toBeGreaterThan(0)
  })

  it("SEC-MEAS: suspends what is in place, and ends what was declared", () => {
    const ruleOf = (command: SecurityRegister.Command, ...before: ReadonlyArray<SecurityRegister.Command>) =>
      Result.match(decide(after(...before), command, undefined), {
        onSuccess: (events) => events.length,
        onFailure: ({ rule }) => rule,
      })
    expect(ruleOf(declare("tests", "suspended", 1))).toBe("SEC-MEAS")
    expect(ruleOf(declare("tests", "ended", 1))).toBe("SEC-MEAS")
    const inPlace = declare("tests", "inPlace", 1)
    expect(ruleOf(declare("tests", "suspended", 2), inPlace)).toBe(1)
    expect(ruleOf(declare("tests", "inPlace", 2), inPlace)).toBe(0)
    expect(ruleOf(declare("backups", "inPlace", 0), inPlace)).toBe("TACET-TIME")
  })
})
