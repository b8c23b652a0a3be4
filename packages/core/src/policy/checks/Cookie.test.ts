import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import { proves } from "../laws.testing.ts"
import * as Cookie from "./Cookie.ts"
import * as History from "../binding/History.ts"
import { cookieFields, cookiePurposes } from "../text/parameters/protection.ts"
import { resolve } from "../binding/Resolve.ts"
import { dialonce20160629, dialonce20190305 } from "../versions/index.ts"

const v2016 = Result.getOrThrow(
  resolve(History.of(dialonce20160629), { at: DateTime.makeUnsafe("2016-07-01T00:00:00Z") }),
)
const v2019 = Result.getOrThrow(
  resolve(History.of(dialonce20190305), { at: DateTime.makeUnsafe("2019-04-01T00:00:00Z") }),
)
const session: Cookie.Cookie = {
  name: "session",
  setBy: "operator",
  purpose: "necessary",
  measurement: "none",
  control: ["delete", "block"],
  consequence: "without it nobody can sign in",
  duration: "P6M",
}
const refused = (policy: typeof v2019, change: Partial<Cookie.Cookie>) => {
  const answer = Cookie.declare(policy, { ...session, ...change })
  return Result.isFailure(answer) ? answer.failure.rule : undefined
}

describe("Cookies", () => {
  it.each([v2016, v2019])("COOKIE-PURPOSE: under $policy only the purposes that it lists", (policy) => {
    for (const purpose of cookiePurposes) {
      expect(refused(policy, { purpose })).toBe(
        policy.parameters.cookiePurposes.includes(purpose) ? undefined : "COOKIE-PURPOSE",
      )
    }
  })
  it("COOKIE-CTRL: the user can delete and block each, and is informed what blocking a necessary one may stop", () => {
    for (const policy of [v2016, v2019]) {
      expect(refused(policy, { control: ["delete"] })).toBe("COOKIE-CTRL")
      expect(refused(policy, { control: ["block"] })).toBe("COOKIE-CTRL")
      expect(refused(policy, {})).toBeUndefined()
    }
    const { consequence: _, ...silent } = session
    const answer = Cookie.declare(v2019, silent)
    expect(Result.isFailure(answer) && answer.failure.rule).toBe("COOKIE-CTRL")
    expect(Result.isSuccess(Cookie.declare(v2016, silent))).toBe(true)
  })
  it("COOKIE-READ: only who set it reads it", () => {
    expect(Cookie.canRead(session, "operator")).toBe(true)
    expect(Cookie.canRead(session, "vendor")).toBe(false)
  })
  it("COOKIE-FIELDS: a record of the operator's own measurement has five fields and no other", () => {
    const decode = Schema.decodeUnknownResult(Cookie.AnalyticsRecord, { onExcessProperty: "error" })
    const record = {
      date: "2019-04-01",
      time: "10:00",
      internetAddress: "192.0.2.1",
      deviceProtocol: "HTTP/2",
      page: "/start",
    }
    expect(Result.isSuccess(decode(record))).toBe(true)
    expect(Result.isFailure(decode({ ...record, screen: "1024x768" }))).toBe(true)
    const { page: _, ...short } = record
    expect(Result.isFailure(decode(short))).toBe(true)
  })
  it("COOKIE-NO3P, COOKIE-NOJOIN: it is never disclosed, reused or joined", () => {
    const rule = (use: Parameters<typeof Cookie.useRecord>[1]) => {
      const answer = Cookie.useRecord(v2019, use)
      return Result.isFailure(answer) ? answer.failure.rule : undefined
    }
    expect([rule("measure"), rule("transferToThirdParty"), rule("reuse"), rule("join")]).toEqual([
      undefined,
      "COOKIE-NO3P",
      "COOKIE-NOJOIN",
      "COOKIE-NOJOIN",
    ])
  })
  it("VENDOR-OPTOUT (V51): a vendor measures until the visitor asks for it to stop", () => {
    expect(Cookie.vendorMayMeasure(v2019, { askedToStop: false })).toBe(true)
    expect(Cookie.vendorMayMeasure(v2019, { askedToStop: true })).toBe(false)
    const none = { ...v2019, parameters: { ...v2019.parameters, vendorAnalytics: "none" } } as const
    expect(Cookie.vendorMayMeasure(none, { askedToStop: false })).toBe(false)
    expect(refused(none, { purpose: "audienceMeasurement", measurement: "vendor" })).toBe("VENDOR-OPTOUT")
    expect(refused(v2019, { purpose: "audienceMeasurement", measurement: "vendor" })).toBeUndefined()
  })
})

describe("Cookies of all kinds", () => {
  const ruleOf = <A>(answer: Result.Result<A, { readonly rule: string }>) =>
    Result.isFailure(answer) ? answer.failure.rule : undefined
  proves("COOKIE-PURPOSE", {
    claim: "a cookie serves a purpose that the version lists",
    // Planted and found: any purpose let through for the operator's own cookies.
    values: ({ parameters }) =>
      fc.oneof(
        fc.constantFrom(...parameters.cookiePurposes),
        // Values that no version lists are those of current practice.
        fc.constant("advertising" as Cookie.Cookie["purpose"]),
        fc.constantFrom(...cookiePurposes),
      ),
    forbids: (purpose, { parameters }) => !parameters.cookiePurposes.includes(purpose),
    refusal: (purpose, policy) => ruleOf(Cookie.declare(policy, { ...session, purpose })),
  })
  // Planted and found: a document that is not asked for.
  proves("COOKIE-DOC", {
    claim: "no cookie is declared before the document with its rules is published",
    values: () => fc.option(fc.subarray([...cookiePurposes]), { nil: undefined }),
    forbids: (purposes) => purposes === undefined,
    refusal: (purposes, policy) =>
      purposes === undefined
        ? ruleOf(Cookie.declare(policy, session))
        : ruleOf(
            Cookie.declare(policy, { ...session, purpose: "necessary" }, { purposes: [...purposes, "necessary"] }),
          ),
  })
  proves("COOKIE-CTRL", {
    claim: "the user can delete and block each, and knows what blocking a necessary one may stop",
    // Planted and found: blocking alone looked at.
    values: ({ parameters }) =>
      fc.record({
        purpose: fc.constantFrom(...parameters.cookiePurposes),
        control: fc.subarray<"delete" | "block">(["delete", "block"]),
        told: fc.boolean(),
      }),
    forbids: ({ control, purpose, told }, { parameters }) =>
      control.length < 2 || (!told && purpose === "necessary" && parameters.cookieControl.includes("tellConsequence")),
    refusal: ({ control, purpose, told }, policy) => {
      const { consequence: _, ...silent } = session
      return ruleOf(Cookie.declare(policy, { ...(told ? session : silent), purpose, control }))
    },
  })
  // Planted and found: the operator reads what others set.
  proves("COOKIE-READ", {
    claim: "only the party that set it reads it",
    values: () =>
      fc.tuple(fc.constantFrom("operator", "vendor", "customer"), fc.constantFrom("operator", "vendor", "Operator")),
    forbids: ([setBy, reader]) => setBy !== reader,
    refusal: ([setBy, reader]) => (Cookie.canRead({ ...session, setBy }, reader) ? undefined : "COOKIE-READ"),
  })
  proves("COOKIE-FIELDS", {
    claim: "a record of the operator's own measurement has the five fields and no other",
    // Planted and found: a field that may be missing.
    values: () =>
      fc.oneof(fc.constant([...cookieFields]), fc.subarray([...cookieFields, "screen", "user", "pseudonym"])),
    forbids: (fields) => fields.length !== 5 || !cookieFields.every((field) => fields.includes(field)),
    refusal: (fields) => {
      const decode = Schema.decodeUnknownResult(Cookie.AnalyticsRecord, { onExcessProperty: "error" })
      const record = Object.fromEntries(fields.map((field) => [field, "a value"]))
      return Result.isFailure(decode(record)) ? "COOKIE-FIELDS" : undefined
    },
  })
  const use = fc.constantFrom("measure", "transferToThirdParty", "reuse", "join")
  type Use = Parameters<typeof Cookie.useRecord>[1]
  // Planted and found: a record given to third parties.
  proves("COOKIE-NO3P", {
    claim: "a record of it is given to nobody",
    values: () => fc.constantFrom<Array<Use>>("measure", "transferToThirdParty"),
    forbids: (asked) => asked === "transferToThirdParty",
    refusal: (asked, policy) => ruleOf(Cookie.useRecord(policy, asked)),
  })
  // Planted and found: a record joined, and only its reuse refused.
  proves("COOKIE-NOJOIN", {
    claim: "a record of it is neither reused nor joined",
    values: () => use.filter((asked) => asked !== "transferToThirdParty") as fc.Arbitrary<Use>,
    forbids: (asked) => asked !== "measure",
    refusal: (asked, policy) => ruleOf(Cookie.useRecord(policy, asked)),
  })
  // Planted and found: a vendor that measures on after it was asked to stop.
  proves("VENDOR-OPTOUT", {
    claim: "a vendor measures until the visitor asks for it to stop",
    values: () => fc.boolean(),
    forbids: (askedToStop) => askedToStop,
    refusal: (askedToStop, policy) => (Cookie.vendorMayMeasure(policy, { askedToStop }) ? undefined : "VENDOR-OPTOUT"),
  })
})
