import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import fc from "fast-check"
import { type Identifier, normalise, TelephoneNumbers } from "./Identifiers.ts"

const numbers = TelephoneNumbers.defaultValue()
const canonical = (identifier: Identifier): string | undefined =>
  Result.getOrElse(normalise(identifier, numbers), () => undefined as never)
const ip = (text: string) => canonical({ kind: "ipAddress", text })

const groups = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
/** Eight groups with many zeros, so that there is something to leave out. */
const sparse = fc
  .tuple(groups, fc.nat({ max: 255 }))
  .map(([all, mask]) => all.map((group, index) => ((mask >> index) & 1 ? group : 0)))

const whole = (all: ReadonlyArray<number>): string => all.map((group) => group.toString(16)).join(":")
const expected = (all: ReadonlyArray<number>): string =>
  all.map((group) => group.toString(16).padStart(4, "0")).join("")

describe("an IP address", () => {
  // Planted and found: a zone taken for a part of the address.
  it.prop(
    "of version 6 is the same however it is written",
    [sparse, fc.nat({ max: 7 }), fc.nat({ max: 7 })],
    (all, from, to) => {
      const text = whole(all)
      const [start, end] = from < to ? [from, to] : [to, from]
      const short = all.slice(start, end + 1).every((group) => group === 0)
        ? `${whole(all.slice(0, start))}::${whole(all.slice(end + 1))}`
        : text
      const mapped = `${whole(all.slice(0, 6))}:${all
        .slice(6)
        .flatMap((group) => [group >> 8, group & 255])
        .join(".")}`
      const zeros = all.map((group) => group.toString(16).toUpperCase().padStart(4, "0")).join(":")
      for (const written of [text, short, mapped, zeros, `${text}%eth0`, ` ${text} `]) {
        expect(ip(written)).toBe(expected(all))
      }
    },
  )

  // Planted and found: the halves of a mapped address exchanged.
  it.prop("of version 4 is the one that version 6 maps", [fc.ipV4()], (text) => {
    expect(ip(`::ffff:${text}`)).toBe(ip(text))
    expect(ip(text)).toMatch(/^0{20}ffff[0-9a-f]{8}$/)
  })

  // Planted and found: the low byte of a group dropped.
  it.prop("differs from every other", [sparse, sparse], (one, other) => {
    expect(ip(whole(one)) === ip(whole(other))).toBe(whole(one) === whole(other))
  })

  it.each([
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.5",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "1:2:3:4:5:6:7:8::",
    "::12345",
    "::g",
    "::1.2.3.400",
    "192.0.2.1/24",
    ":::",
  ])("is not %s", (text) => {
    expect(ip(text)).toBeUndefined()
  })
})

describe("other identifiers", () => {
  const device = (of: "imei" | "meid" | "mac" | "serial", text: string) =>
    canonical({ kind: "deviceIdentifier", of, text })
  it("are the same however they are written", () => {
    expect(device("imei", "49-015420-323751-8")).toBe(device("imei", "490154203237518"))
    expect(device("imei", "4901542032375101")).toBe(device("imei", "49015420323751"))
    expect(device("mac", "00:1A:2b-3c.4D5E")).toBe(device("mac", "001a2b3c4d5e"))
    const id = "AEBE52E7-03EE-455A-B3C4-E57283966239"
    const advertising = (text: string) => canonical({ kind: "advertisingIdentifier", text })
    expect(advertising(`{${id}}`)).toBe(advertising(id.toLowerCase()))
    expect(canonical({ kind: "telephoneNumber", text: "+33 (6) 12-34.56 78" })).toBe("+33612345678")
  })

  // Planted and found: the case of an address told apart; a display name taken for a part of it.
  it("of an account are the same however an address is written, and as exact as an id", () => {
    const email = (text: string) => canonical({ kind: "emailAddress", text })
    expect(email(" Ada.Lovelace@Example.COM ")).toBe("ada.lovelace@example.com")
    expect(email('"Lovelace, Ada" <ada.lovelace@example.com>')).toBe("ada.lovelace@example.com")
    expect(email("ada@bücher.example")).toBe("ada@bücher.example")
    expect(email("ada.lovelace@example.org")).not.toBe("ada.lovelace@example.com")
    for (const text of [
      "ada",
      "ada@",
      "@example.com",
      "a b@example.com",
      "ada@example",
      "a..b@example.com",
      "<a@b.c>d",
    ]) {
      expect([text, email(text)]).toEqual([text, undefined])
    }
    const account = (text: string) => canonical({ kind: "accountIdentifier", text })
    expect(account(" Ada.7 ")).toBe("Ada.7")
    expect(account("ada.7")).not.toBe(account("Ada.7"))
    expect(account("cafe\u0301")).toBe(account("caf\u00e9"))
    expect([account(""), account("two words"), account("x".repeat(257))]).toEqual([undefined, undefined, undefined])
  })

  it("are refused where they identify nothing, and the refusal does not repeat them", () => {
    const refused: ReadonlyArray<Identifier> = [
      { kind: "deviceIdentifier", of: "imei", text: "490154203237519" },
      { kind: "deviceIdentifier", of: "imei", text: "00000000000000" },
      { kind: "deviceIdentifier", of: "mac", text: "ff:ff:ff:ff:ff:ff" },
      { kind: "advertisingIdentifier", text: "00000000-0000-0000-0000-000000000000" },
      { kind: "telephoneNumber", text: "06 12 34 56 78" },
      { kind: "cookieIdentifier", text: "short" },
      { kind: "emailAddress", text: "ada at example" },
      { kind: "accountIdentifier", text: "two words" },
    ]
    for (const identifier of refused) {
      const answer = normalise(identifier, numbers)
      expect(Result.isFailure(answer)).toBe(true)
      expect(String(answer)).not.toContain(identifier.text)
    }
  })
})

describe("a number of which there are few", () => {
  const space = Array.from({ length: 20_000 }, (_, n) => `+336${String(12_340_000 + n)}`)
  const secret = space[13_579]!
  it("is found from its plain hash, and not from its token without the key", () => {
    const hash = (text: string) => createHash("sha256").update(text).digest("hex")
    const token = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("hex")
    const found = (seen: string, by: (text: string) => string) => space.find((text) => by(text) === seen)
    expect(found(hash(secret), hash)).toBe(secret)
    expect(found(token("the Customer's key")(secret), hash)).toBeUndefined()
    expect(found(token("the Customer's key")(secret), token("another key"))).toBeUndefined()
  })
})
