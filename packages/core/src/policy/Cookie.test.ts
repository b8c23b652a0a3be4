import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "@tacet/vitest"
import * as Cookie from "./Cookie.ts"
import * as History from "./History.ts"
import { cookiePurposes } from "./parameters/protection.ts"
import { resolve } from "./Resolve.ts"
import { dialonce20160629, dialonce20190305 } from "./versions/index.ts"

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
  it("COOKIE-CTRL: the user can delete and block each, and is told what blocking a necessary one may stop", () => {
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
  it("COOKIE-NO3P, COOKIE-NOJOIN: it is given to nobody, reused for nothing, joined with nothing", () => {
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
