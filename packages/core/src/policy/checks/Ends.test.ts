import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, it } from "@tacet/vitest"
import * as Calendar from "../../calendar/Calendar.ts"
import * as Ends from "./Ends.ts"
import * as History from "../binding/History.ts"
import type { Period } from "../../calendar/Period.ts"
import { resolve } from "../binding/Resolve.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217, published } from "../versions/index.ts"
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"

const at = (text: string): DateTime.Utc => DateTime.makeUnsafe(text)
const under = (policy: PrivacyPolicy, time: string) => Result.getOrThrow(resolve(History.of(policy), { at: at(time) }))
const v2016 = under(dialonce20160629, "2017-01-01T00:00:00Z")
const v2019 = under(dialonce20190305, "2019-06-01T00:00:00Z")
const v2021 = under(dialonce20210217, "2021-06-01T00:00:00Z")
const vDialogra = under(dialogra, "2021-06-01T00:00:00Z")
const endOf = (...args: Parameters<typeof Ends.readableUntil>) => {
  const end = Ends.readableUntil(...args)
  return end && DateTime.formatIso(end)
}
const anInstant = fc
  .integer({ min: 1_551_744_000_000, max: 1_900_000_000_000 })
  .map((millis) => DateTime.makeUnsafe(millis))

describe("When a datum ends", () => {
  it("RET-12M: at the latest twelve months after its collection, to the millisecond, over a leap day too", () => {
    expect(endOf(v2019, { category: "ipAddress", events: { collection: at("2019-03-05T10:00:00Z") } })).toBe(
      "2020-03-05T10:00:00.000Z",
    )
    expect(endOf(v2019, { category: "ipAddress", events: { collection: at("2020-02-29T10:00:00Z") } })).toBe(
      "2021-02-28T10:00:00.000Z",
    )
    expect(
      endOf(v2019, {
        category: "ipAddress",
        events: { collection: at("2019-03-05T10:00:00Z") },
        contractPeriod: "P6M",
      }),
    ).toBe("2019-09-05T09:00:00.000Z")
  })
  // Planted and found: events that are known skipped, those that are not read.
  it.prop(
    "RET-12M: no history reaches beyond twelve months",
    [anInstant, fc.constantFrom<Period>("P1M", "P6M", "P12M", "P3Y")],
    (collection, contractPeriod) => {
      const end = Ends.readableUntil(v2019, { category: "ipAddress", events: { collection }, contractPeriod })
      expect(
        end !== undefined && DateTime.isLessThanOrEqualTo(end, Calendar.addTo(collection, "P12M", "Europe/Paris")),
      ).toBe(true)
    },
  )
  it("RET-CONTRACT-CAP: with the contract under the version of 2021, and not before it ends", () => {
    expect(endOf(v2021, { category: "ipAddress", events: { collection: at("2021-06-01T00:00:00Z") } })).toBeUndefined()
    expect(
      endOf(v2021, {
        category: "ipAddress",
        events: { collection: at("2021-06-01T00:00:00Z"), contractEnd: at("2023-01-01T00:00:00Z") },
      }),
    ).toBe("2023-01-01T00:00:00.000Z")
  })
  it("RET-3Y, RET-1M, RET-10Y: by category under Dialogra", () => {
    const collected = { collection: at("2020-02-29T12:00:00Z") }
    expect(endOf(vDialogra, { category: "serviceCallRecord", events: collected })).toBe("2023-02-28T12:00:00.000Z")
    expect(endOf(vDialogra, { category: "textDialogue", events: collected })).toBe("2023-02-28T12:00:00.000Z")
    expect(endOf(vDialogra, { category: "voiceRecording", events: { collection: at("2021-01-31T12:00:00Z") } })).toBe(
      "2021-02-28T12:00:00.000Z",
    )
    expect(endOf(vDialogra, { category: "transaction", events: collected })).toBe("2030-02-28T12:00:00.000Z")
  })
  it("RET-USER-5Y, RET-UNTIL-ACCOUNT (V48): from the deletion of the account", () => {
    const events = { collection: at("2020-01-01T12:00:00Z"), accountDeletion: at("2021-03-01T12:00:00Z") }
    expect(endOf(vDialogra, { category: "interfaceUsage", events })).toBe("2026-03-01T12:00:00.000Z")
    expect(endOf(vDialogra, { category: "accountIdentifier", events })).toBe("2021-03-01T12:00:00.000Z")
  })
  it("RET-COOKIE6M (V51): six months for the operator's own measurement", () => {
    expect(endOf(v2019, { category: "measurementRecord", events: { collection: at("2019-08-31T12:00:00Z") } })).toBe(
      "2020-02-29T13:00:00.000Z",
    )
  })
  it("RET-NEC: when its purpose is fulfilled", () => {
    const events = { collection: at("2017-01-01T00:00:00Z"), purposeFulfilled: at("2017-02-01T00:00:00Z") }
    expect(endOf(v2016, { category: "ipAddress", events })).toBe("2017-02-01T00:00:00.000Z")
  })
  it("FREETEXT-LIFE (V05): typed text ends with a change, a deletion, or the retention", () => {
    const collection = at("2019-04-01T00:00:00Z")
    const changedOrDeletedByUser = at("2019-05-01T00:00:00Z")
    expect(endOf(v2019, { category: "freeText", events: { collection, changedOrDeletedByUser } })).toBe(
      "2019-05-01T00:00:00.000Z",
    )
    expect(endOf(v2019, { category: "freeText", events: { collection } })).toBe("2020-04-01T00:00:00.000Z")
  })
  it("FREETEXT-LIFE16: in 2016 with the user's change alone", () => {
    const events = { collection: at("2016-07-01T00:00:00Z"), purposeFulfilled: at("2016-08-01T00:00:00Z") }
    expect(endOf(v2016, { category: "freeText", events })).toBeUndefined()
    expect(
      endOf(v2016, { category: "freeText", events: { ...events, changedOrDeletedByUser: at("2017-08-01T00:00:00Z") } }),
    ).toBe("2017-08-01T00:00:00.000Z")
  })
  // Planted and found: a contract period read where there is none.
  it.prop(
    "one more end never makes a datum live longer",
    [fc.constantFrom(...published), anInstant, fc.constantFrom<Period>("P1M", "P30D", "P6M")],
    (policy, collection, contractPeriod) => {
      const effective = under(policy, "2021-06-01T00:00:00Z")
      const without = Ends.readableUntil(effective, { category: "ipAddress", events: { collection } })
      const bounded = Ends.readableUntil(effective, { category: "ipAddress", events: { collection }, contractPeriod })
      expect(bounded !== undefined && (without === undefined || DateTime.isLessThanOrEqualTo(bounded, without))).toBe(
        true,
      )
    },
  )
})

describe("RET-12M: a period that a contract would fix", () => {
  it.each<readonly [Period, boolean]>([
    ["P12M", true],
    ["P1Y", true],
    ["P365D", true],
    ["P11M28D", true],
    ["P6M", true],
    ["P1Y1D", false],
    ["P366D", false],
    ["P13M", false],
    ["P11M29D", false],
    ["P3Y", false],
  ])("%s stays within twelve months wherever it begins: %s", ([period, within]) => {
    expect(Ends.staysWithin(period, v2019.parameters.retentionCap)).toBe(within)
  })
  it("a cap that ends with the contract bounds no period by itself", () => {
    expect(Ends.staysWithin("P10Y", v2021.parameters.retentionCap)).toBe(true)
  })
})
