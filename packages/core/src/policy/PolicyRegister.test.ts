import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import { describe, expect, it } from "@tacet/vitest"
import * as PolicyRegister from "./PolicyRegister.ts"
import type { PrivacyPolicy } from "./PrivacyPolicy.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "./versions/index.ts"

const at = (date: string): DateTime.Utc => DateTime.makeUnsafe(`${date}T09:00:00Z`)
const minor = { significant: false, affectsUse: false }
const major = { significant: true, affectsUse: true }
const publish = (register: PolicyRegister.PolicyRegister, policy: PrivacyPolicy, date: string, change = minor) =>
  PolicyRegister.publish(register, policy, at(date), change)
const rule = (answer: ReturnType<typeof publish>) => (Result.isFailure(answer) ? answer.failure.rule : undefined)
const two = Result.getOrThrow(
  Result.flatMap(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"), (register) =>
    publish(register, dialonce20210217, "2021-02-17", major),
  ),
)

describe("Publishing", () => {
  it("VERSION-DATE: takes a version with its date, and no two with one date and number or one id", () => {
    expect(rule(publish(two, dialonce20210217, "2021-03-01"))).toBe("VERSION-DATE")
    expect(rule(publish(two, { ...dialonce20210217, id: "dialonce/other" }, "2021-03-01"))).toBe("VERSION-DATE")
    expect(
      rule(publish(two, { ...dialonce20210217, id: "dialonce/other", version: "2" }, "2021-03-01")),
    ).toBeUndefined()
    const { publishedOn: _, ...undated } = dialonce20210217
    expect(rule(publish(PolicyRegister.empty, undated, "2021-03-01"))).toBe("VERSION-DATE")
    expect(rule(publish(two, { ...dialonce20210217, id: "dialonce/other", version: "2" }, "2020-03-01"))).toBe(
      "VERSION-DATE",
    )
  })
  it("CONTACT: takes a controller with an address and a contact for data protection", () => {
    expect(rule(publish(PolicyRegister.empty, dialonce20160629, "2016-06-29"))).toBe("CONTACT")
    expect(rule(publish(PolicyRegister.empty, dialogra, "2021-01-01"))).toBe("CONTACT")
    expect(rule(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"))).toBeUndefined()
  })
  it("ARCHIVE: every version can be read as it was, whatever came after", () => {
    const before = JSON.stringify(dialonce20190305)
    expect(JSON.stringify(PolicyRegister.archived(two, "dialonce/2019-03-05"))).toBe(before)
    expect(PolicyRegister.archived(two, "dialonce/2016-06-29")).toBeUndefined()
  })
  it("INFO-AVAIL: at every moment the version in force can be shown", () => {
    expect(PolicyRegister.publishedAt(two, at("2020-01-01"))?.id).toBe("dialonce/2019-03-05")
    expect(PolicyRegister.publishedAt(two, at("2022-01-01"))?.id).toBe("dialonce/2021-02-17")
    expect(PolicyRegister.publishedAt(two, at("2018-01-01"))).toBeUndefined()
  })
})

describe("Notices", () => {
  const owed = (register: PolicyRegister.PolicyRegister) =>
    PolicyRegister.openNotices(register).map(({ rule: key }) => key)
  const notify = (visible: boolean, choices: ReadonlyArray<string>) =>
    Result.getOrThrow(
      PolicyRegister.notify(two, "dialonce/2021-02-17", { at: at("2021-02-18"), channel: "e-mail", visible, choices }),
    )
  it("NOTIFY, NOTIFY-MAJOR, CHOICES: what is owed on a change is named until it is done", () => {
    expect(owed(two)).toEqual(["NOTIFY", "NOTIFY-MAJOR", "CHOICES"])
    expect(owed(notify(false, []))).toEqual(["NOTIFY-MAJOR", "CHOICES"])
    expect(owed(notify(true, []))).toEqual(["CHOICES"])
    expect(owed(notify(true, ["object", "delete the account"]))).toEqual([])
  })
  it("NOTIFY: a change that is neither owes one notice; the first version none", () => {
    const small = Result.getOrThrow(
      Result.flatMap(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05"), (register) =>
        publish(register, dialonce20210217, "2021-02-17"),
      ),
    )
    expect(owed(small)).toEqual(["NOTIFY"])
    expect(owed(Result.getOrThrow(publish(PolicyRegister.empty, dialonce20190305, "2019-03-05", major)))).toEqual([])
  })
  it("NOTIFY: of a version that was never published there is none", () => {
    const answer = PolicyRegister.notify(two, "dialonce/2016-06-29", {
      at: at("2021-02-18"),
      channel: "e-mail",
      visible: true,
      choices: [],
    })
    expect(Result.isFailure(answer) && answer.failure.rule).toBe("NOTIFY")
  })
})
