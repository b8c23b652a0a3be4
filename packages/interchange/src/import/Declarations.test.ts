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

describe("the declarations of a mapping", () => {
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

  it("differs by Customer", () => {
    const { number } = declarationsOf(customer, {})
    expect(declarationsOf(compartmentOf("other"), {}).number(undefined)).not.toBe(number(undefined))
  })

  it("lists each number and entry point once; a record without one has the first", () => {
    const { commands, entryPoint, number } = declarationsOf(customer, {
      numbers: ["sales", "help", "sales"],
      entryPoints: ["shop"],
    })
    expect(commands.filter(({ _tag }) => _tag === "ListNumber")).toEqual([
      expect.objectContaining({ number: number("sales") }),
      expect.objectContaining({ number: number("help") }),
    ])
    expect(number(undefined)).toBe(number("sales"))
    expect(number("other")).not.toBe(number("help"))
    expect(entryPoint(undefined)).toBe(entryPoint("shop"))
    expect(entryPoint("sales")).not.toBe(number("sales"))
  })

  it("must list what records may name", () => {
    expect(() => declarationsOf(customer, { number: { field: "did" } })).toThrow(/^mapping, numbers: must be given/)
    expect(() => declarationsOf(customer, { entryPoint: "shop" })).toThrow(/^mapping, entryPoints: must be given/)
  })

  it("adopts the policy version that the mapping names", () => {
    const versions = [{}, { policyVersion: "dialonce/2019-03-05" }].map((mapping) =>
      declarationsOf(customer, mapping).commands.map((command) =>
        command._tag === "AdoptPolicyVersion" ? command.policyVersion : undefined,
      ),
    )
    expect(versions.map(([version]) => version)).toEqual(["dialonce/2021-02-17", "dialonce/2019-03-05"])
  })

  it("is refused in one line where the boundary of the domain refuses it", () => {
    const steps = [{ step: "mail a@b.example" as never }]
    expect(() => declarationsOf(customer, { scenario: { id: "s" as never, steps } })).toThrow(InputError)
    expect(() => declarationsOf(customer, { scenario: { id: "s" as never, steps } })).not.toThrow(/a@b/)
  })
})
