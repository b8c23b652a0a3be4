import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { describe, expect, it } from "@tacet/vitest"
import * as PolicyBook from "../binding/PolicyBook.ts"
import * as Purpose from "../checks/Purpose.ts"
import * as Law from "../law/Law.ts"
import * as Policy from "../text/PrivacyPolicy.ts"
import { starter } from "./starter.ts"

const at = DateTime.makeUnsafe("2026-03-10T12:00:00Z")
const bound = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: starter.id }])(at)

describe("The policy to begin with", () => {
  it("is a policy as people write it, and states nothing weaker than the law", () => {
    expect(Result.getOrThrow(Policy.read(JSON.parse(JSON.stringify(starter))))).toEqual(starter)
    expect(Result.isSuccess(Law.configure(starter, at))).toBe(true)
  })
  it("opens calls, the web, apps and messages, and keeps data for twelve months", () => {
    expect(bound?.parameters.channels).toEqual(["outgoingCall", "incomingCall", "web", "app", "sms", "qr"])
    expect(bound?.parameters.retentionCap).toEqual([{ after: "collection", within: "P12M" }])
  })
  it("is silent on the rest, where the strictest published version and the law decide", () => {
    expect(Object.keys(starter.parameters).length).toBeLessThan(10)
    expect(bound?.parameters.geolocation).toBe("forbidden")
    expect(bound?.parameters.answerWithin).toEqual(["P1M", "P30D"])
    expect(bound?.reasons.answerWithin.resolutions).toContain("silent")
  })
  it("recognises a device, and lets the data that this takes be used for it", () => {
    expect(bound?.parameters.recognition).toBe("on")
    const use = { role: "processor", purpose: "interfacePersonalisation", kind: "technicalData" } as const
    expect(Purpose.check(bound!, { ...use, instructed: ["interfacePersonalisation"] })._tag).toBe("allow")
  })
})
