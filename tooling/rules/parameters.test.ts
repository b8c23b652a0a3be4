import { DeclaredParameter } from "@tacet/catalogue"
import { PrivacyPolicy } from "@tacet/core/policy"
import { describe, expect, it } from "@tacet/vitest"
import { allParameters, parametersPage, readerFaults, readerOf, readersInCore, readIn } from "./parameters.ts"

const binding = "packages/core/src/policy/binding/Resolve.ts"
const decider = "packages/core/src/domain/Transfer.ts"
const reasons = DeclaredParameter.declaredParameters

describe("the readers of a parameter", () => {
  it.each<[name: string, source: string, read: ReadonlyArray<string>]>([
    ["a member", "const a = policy.parameters.ownUse === 'none'", ["ownUse"]],
    ["a pattern", "const { ownUse, channels } = policy.parameters", ["ownUse", "channels"]],
    ["a pattern of an argument", "const f = ({ parameters: { ownUse } }) => ownUse", ["ownUse"]],
    ["a name handed on", "const f = (name) => parameters[name]\nf('ownUse')", ["ownUse"]],
    ["a statement of a version", "statement(policy.parameters, 'ownUse')", ["ownUse"]],
    ["a member of something else", "const a = policy.ownUse", []],
    ["a name that is handed to nothing that asks", "f('ownUse')", []],
    ["a comment", "// parameters.ownUse", []],
  ])("%s", ([, source, read]) => expect(Array.from(readIn("a.ts", source)).toSorted()).toEqual(read.toSorted()))

  it("are a decider, or a register where only the binding of texts reads it, or nothing", () => {
    expect([readerOf([]), readerOf([binding]), readerOf([binding, decider])]).toEqual([
      "declared",
      "register",
      "decider",
    ])
  })

  it.each<[name: string, fault: string, faults: ReadonlyArray<string>]>([
    [
      "a new parameter that nothing reads",
      "a is read by nothing: read it, or say in DeclaredParameter.ts why nothing has to",
      readerFaults([{ name: "a", readBy: "decider" }], new Map(), {}),
    ],
    [
      "one that says so itself and gives no reason",
      "a is read by nothing: read it, or say in DeclaredParameter.ts why nothing has to",
      readerFaults([{ name: "a", readBy: "declared" }], new Map(), {}),
    ],
    [
      "one that claims a decider",
      'a says it is read by "decider", and the sources say "register"',
      readerFaults([{ name: "a", readBy: "decider" }], new Map([["a", [binding]]]), {}),
    ],
    [
      "one that is read in the meantime",
      `a is read by ${decider}: take it out of DeclaredParameter.ts`,
      readerFaults([{ name: "a", readBy: "declared" }], new Map([["a", [decider]]]), { a: "nothing reads it" }),
    ],
  ])("are checked: %s is found", ([, fault, faults]) => expect(faults).toEqual([fault]))

  it("are what each parameter says", () => expect(readerFaults(allParameters, readersInCore(), reasons)).toEqual([]))
})

describe("the page of the parameters", () => {
  it("has a section for each, with the values of the four versions", () => {
    const page = parametersPage(readersInCore(), reasons)
    expect(page.match(/^## .*$/gm)?.map((line) => line.slice(3))).toEqual(PrivacyPolicy.parameterNames)
    const [, cap = ""] = page.split("## retentionCap\n")
    expect(cap.slice(0, cap.indexOf("\n## "))).toContain(
      "| dialonce/2019-03-05 | `collection + P12M` |\n| dialonce/2021-02-17 | `contractEnd` |",
    )
  })
})
