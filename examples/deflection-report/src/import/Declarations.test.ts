import { describe, expect, it } from "@tacet/vitest"
import { InputError } from "../SourceRow.ts"
import { compartmentOf, declarationsOf } from "./Declarations.ts"

const uuid = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11"
const customer = compartmentOf("example")

describe("the compartment of a Customer", () => {
  it("is its UUID where it is named by one, else the hash of its name", () => {
    expect(compartmentOf(uuid)).toBe(uuid)
    expect(compartmentOf("example")).toBe(compartmentOf("example"))
    expect(compartmentOf("example")).not.toBe(compartmentOf("Example"))
    expect(compartmentOf(uuid.toUpperCase())).not.toBe(uuid)
  })
})

describe("what a mapping declares", () => {
  it("holds from 1970 on: a policy version, a number and an entry point, with or without a mapping", () => {
    expect(declarationsOf(customer, {}).commands.map(({ _tag }) => _tag)).toEqual([
      "AdoptPolicyVersion",
      "ListNumber",
      "ListEntryPoint",
    ])
    expect(declarationsOf(customer, { entryPoints: ["shop", "help"] }).commands).toHaveLength(4)
  })

  it("binds interactions to its scenario only where it says so", () => {
    const scenario = { id: "s" as never, steps: [{ step: "home" as never, kind: "menu" as const }] }
    expect(declarationsOf(customer, { scenario }).scenario).toBeUndefined()
    const bound = declarationsOf(customer, { scenario: { ...scenario, binds: true } })
    expect(bound.scenario).toBe("s")
    expect(bound.stepKinds.get("home")).toBe("menu")
  })

  it("is told apart by Customer", () => {
    expect(declarationsOf(compartmentOf("other"), {}).number).not.toBe(declarationsOf(customer, {}).number)
  })

  it("is refused in one line where the boundary of the domain refuses it", () => {
    const steps = [{ step: "mail a@b.example" as never }]
    expect(() => declarationsOf(customer, { scenario: { id: "s" as never, steps } })).toThrow(InputError)
    expect(() => declarationsOf(customer, { scenario: { id: "s" as never, steps } })).not.toThrow(/a@b/)
  })
})
