import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { proves, versions } from "../policy/laws.testing.ts"
import * as Breach from "./Breach.ts"

const dawn = Date.parse("2021-03-05T17:30:00Z")
const moment = (hours: number) => DateTime.makeUnsafe(dawn + hours * 3_600_000)
const { decide, evolve, initial } = Breach.decider
const { policy } = versions[3]!

const discover = (role: "controller" | "processor"): Breach.Command => ({
  _tag: "DiscoverBreach",
  at: moment(0),
  role,
  nature: ["confidentiality"],
})
const assess = (risk: Breach.Risk, hours = 1): Breach.Command => ({
  _tag: "AssessBreach",
  at: moment(hours),
  values: [{ category: "telephoneNumber", count: 2 }],
  persons: 2,
  risk,
})
const limit: Breach.Command = { _tag: "LimitEffects", at: moment(2), measure: "accessControl" }
const notify = (to: Breach.Addressee, hours: number, delay?: string): Breach.Command => ({
  _tag: "NotifyBreach",
  at: moment(hours),
  to,
  document: "form 33",
  ...(delay === undefined ? {} : { delay }),
})
const close = (hours: number): Breach.Command => ({ _tag: "CloseBreach", at: moment(hours) })

const decided = (state: Breach.State, command: Breach.Command) =>
  decide(state, command, { policy, now: dawn + 1000 * 3_600_000 })
const after = (...commands: ReadonlyArray<Breach.Command>) =>
  commands.reduce(
    (state, command) => Result.getOrElse(decided(state, command), () => []).reduce(evolve, state),
    initial,
  )
const ruleOf = (state: Breach.State, command: Breach.Command) =>
  Result.match(decided(state, command), { onSuccess: () => undefined, onFailure: ({ rule }) => rule })

const risks = Breach.Risk.literals

describe("a breach", () => {
  // Planted: the notice to the persons owed at every risk.
  proves("BREACH", {
    claim: "is closed once it is assessed, limited and notified, and a notice after 72 hours takes its reasons",
    values: () =>
      fc.record({
        role: fc.constantFrom("controller" as const, "processor" as const),
        risk: fc.option(fc.constantFrom(...risks), { nil: undefined }),
        limited: fc.boolean(),
        notified: fc.subarray(["authority", "persons", "customer"] as const),
        hours: fc.integer({ min: 70, max: 74 }),
        reasons: fc.boolean(),
      }),
    forbids: ({ hours, limited, notified, reasons, risk, role }) => {
      const isAccepted = (to: Breach.Addressee) => notified.includes(to) && (to === "persons" || hours <= 72 || reasons)
      const needed: ReadonlyArray<Breach.Addressee> =
        role === "processor" ? ["customer"] : risk === "high" ? ["authority", "persons"] : ["authority"]
      return risk === undefined || !limited || !needed.every(isAccepted)
    },
    refusal: ({ hours, limited, notified, reasons, risk, role }) => {
      const state = after(
        discover(role),
        ...(risk === undefined ? [] : [assess(risk)]),
        ...(limited ? [limit] : []),
        ...notified.map((to) => notify(to, hours, reasons ? "letter 10" : undefined)),
      )
      return ruleOf(state, close(hours + 1))
    },
  })

  it("BREACH: is due after the hours of the policy, whatever days they run through", () => {
    // From a Friday afternoon to the same time on Monday.
    const due = versions.map(({ policy: each }) => Breach.dueAt(after(discover("controller")), each))
    expect(due.map((at) => at && DateTime.formatIso(at))).toEqual(versions.map(() => "2021-03-08T17:30:00.000Z"))
    const state = after(discover("controller"), assess("likely"))
    expect(ruleOf(state, notify("authority", 72))).toBe(undefined)
    expect(ruleOf(state, notify("authority", 72.001))).toBe("BREACH")
    const late = after(discover("controller"), assess("likely"), notify("authority", 73, "letter 10"))
    expect([Breach.wasLate(late), Breach.owed(late, policy)]).toEqual([true, []])
  })

  it("BREACH: waives a notice on the grounds of the law alone, and owes it again at a higher risk", () => {
    const unneeded = (to: Breach.Addressee, exemption: Breach.Exemption): Breach.Command => ({
      _tag: "DeclareNoticeUnneeded",
      at: moment(3),
      to,
      exemption,
    })
    const high = after(discover("controller"), assess("high"))
    const low = after(discover("controller"), assess("unlikely"))
    expect(ruleOf(high, unneeded("authority", "riskUnlikely"))).toBe("BREACH")
    expect(ruleOf(high, unneeded("authority", "unintelligible"))).toBe("BREACH")
    expect(ruleOf(high, unneeded("persons", "unintelligible"))).toBe(undefined)
    expect(ruleOf(after(discover("processor")), unneeded("customer", "riskUnlikely"))).toBe("BREACH")
    expect(ruleOf(low, unneeded("authority", "riskUnlikely"))).toBe(undefined)
    const waived = after(discover("controller"), assess("unlikely"), unneeded("authority", "riskUnlikely"))
    expect(Breach.owed(waived, policy)).toEqual([])
    const higher = Result.getOrThrow(decided(waived, assess("high", 4))).reduce(evolve, waived)
    expect(Breach.owed(higher, policy)).toEqual(["authority", "persons"])
  })

  it("TACET-ONCE TACET-STARTED TACET-TIME: is discovered once and before all else, and goes forward", () => {
    expect(ruleOf(initial, limit)).toBe("TACET-STARTED")
    expect(ruleOf(after(discover("controller")), discover("processor"))).toBe("TACET-ONCE")
    expect(ruleOf(after(discover("controller"), assess("likely", 5)), limit)).toBe("TACET-TIME")
    expect(Result.getOrThrow(decided(after(discover("controller")), discover("controller")))).toEqual([])
  })
})
