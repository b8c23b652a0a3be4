import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import { proves } from "../laws.testing.ts"
import * as History from "../binding/History.ts"
import * as Operation from "./Operation.ts"
import { operations } from "../text/parameters/processing.ts"
import type { Reader } from "./ReadAccess.ts"
import * as ReadAccess from "./ReadAccess.ts"
import { resolve } from "../binding/Resolve.ts"
import { published } from "../versions/index.ts"

const versions = published.map((policy, index) => ({
  id: policy.id,
  policy: Result.getOrThrow(
    resolve(History.of(policy), {
      at: DateTime.makeUnsafe(`${["2016-07-01", "2019-04-01", "2021-04-01", "2021-04-01"][index]}T00:00:00Z`),
    }),
  ),
}))

describe.each(versions)("Reading under $id", ({ id, policy }) => {
  const rule = (reader: Reader, data: ReadAccess.Data = "heldByOperator") => {
    const answer = ReadAccess.check(policy, reader, data)
    return Result.isFailure(answer) ? answer.failure.rule : "allowed"
  }
  it("AUTHZ: a reader with an authorised role and a mission reads, one without the role does not", () => {
    expect(rule({ _tag: "staff", authorisedRoles: ["support"], mission: "ticket 12" })).toBe("allowed")
    expect(rule({ _tag: "staff", authorisedRoles: [], mission: "ticket 12" })).toBe("AUTHZ")
  })
  it("NEED: a mission is needed where the version says so, which since 2019 is always", () => {
    const without = id === "dialonce/2016-06-29" ? "allowed" : "NEED"
    expect(rule({ _tag: "staff", authorisedRoles: ["support"] })).toBe(without)
    expect(rule({ _tag: "staff", authorisedRoles: ["support"], mission: " " })).toBe(without)
  })
  it("NO-ACCESS-PUB (V20): a Customer and a partner read no data that the operator holds", () => {
    expect(rule({ _tag: "customer" })).toBe("NO-ACCESS-PUB")
    expect(rule({ _tag: "partner" })).toBe("NO-ACCESS-PUB")
    expect(rule({ _tag: "partner" }, "collectedByCustomer")).toBe("NO-ACCESS-PUB")
    expect(rule({ _tag: "customer" }, "collectedByCustomer")).toBe("allowed")
  })
  it("OPERATOR-NOACCESS: no staff of the operator read data that a Customer or a partner collected on its own", () => {
    for (const data of ["collectedByCustomer", "collectedByPartner"] as const) {
      expect(rule({ _tag: "staff", authorisedRoles: ["support"], mission: "ticket 12" }, data)).toBe(
        "OPERATOR-NOACCESS",
      )
    }
  })
  it("PROCESSINGS: of all operations those that the version lists for the role, and erasing always", () => {
    for (const role of ["controller", "processor"] as const) {
      for (const operation of operations) {
        const answer = Operation.check(policy, role, operation)
        expect(Result.isSuccess(answer)).toBe(
          operation === "erase" || policy.parameters.operations[role].includes(operation),
        )
        if (Result.isFailure(answer)) expect(answer.failure.rule).toBe("PROCESSINGS")
      }
    }
  })
})

describe("Readers of all kinds", () => {
  const ruleOf = <A>(answer: Result.Result<A, { readonly rule: string }>) =>
    Result.isFailure(answer) ? answer.failure.rule : undefined
  const staff = (authorisedRoles: ReadonlyArray<string>, mission: string): Reader => ({
    _tag: "staff",
    authorisedRoles,
    mission,
  })
  const roles = fc.subarray(["support", "security"])
  const data = fc.constantFrom<Array<ReadAccess.Data>>("heldByOperator", "collectedByCustomer", "collectedByPartner")
  // Planted and found: a mission taken for a role.
  proves("AUTHZ", {
    claim: "nobody of the staff reads without an authorised role",
    values: () => roles,
    forbids: (held) => held.length === 0,
    refusal: (held, policy) => ruleOf(ReadAccess.check(policy, staff(held, "ticket 12"), "heldByOperator")),
  })
  proves("NEED", {
    claim: "nobody reads without a recorded mission",
    // Planted and found: a mission of spaces taken for one.
    values: () =>
      fc.tuple(
        roles.filter((held) => held.length > 0),
        fc.constantFrom("", " ", "\t", "ticket 12", "1"),
      ),
    forbids: ([, mission]) => mission.trim() === "",
    refusal: ([held, mission], policy) => ruleOf(ReadAccess.check(policy, staff(held, mission), "heldByOperator")),
  })
  // Planted and found: a Customer that reads what the operator holds.
  proves("NO-ACCESS-PUB", {
    claim: "a Customer and a partner read what each collected on its own, and nothing else",
    values: () => fc.tuple(fc.constantFrom("customer" as const, "partner" as const), data),
    forbids: ([reader, read]) => read !== (reader === "customer" ? "collectedByCustomer" : "collectedByPartner"),
    refusal: ([_tag, read], policy) => ruleOf(ReadAccess.check(policy, { _tag }, read)),
  })
  // Planted and found: what a partner collected open to the operator.
  proves("OPERATOR-NOACCESS", {
    claim: "no role and no mission opens what a Customer or a partner collected on its own",
    values: () =>
      fc.tuple(
        roles.filter((held) => held.length > 0),
        data,
      ),
    forbids: ([, read]) => read !== "heldByOperator",
    refusal: ([held, read], policy) => ruleOf(ReadAccess.check(policy, staff(held, "ticket 12"), read)),
  })
  // Planted and found: the list of another role.
  proves("PROCESSINGS", {
    claim: "of all operations those that the version lists for the role, and erasing always",
    values: () =>
      fc.tuple(fc.constantFrom("controller" as const, "processor" as const), fc.constantFrom(...operations)),
    forbids: ([role, operation], { parameters }) =>
      operation !== "erase" && !parameters.operations[role].includes(operation),
    refusal: ([role, operation], policy) => ruleOf(Operation.check(policy, role, operation)),
  })
})
