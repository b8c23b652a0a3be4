import { describe, expect, it } from "@tacet/vitest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { holding } from "../policy/laws.testing.ts"
import * as Identifier from "./Identifier.ts"

const decode = Schema.decodeUnknownResult(Identifier.StepId)

describe("a name", () => {
  it.each([
    "invoice/explain",
    "Take in charge ticket",
    "dialonce/2021-02-17",
    "dialonce/2021-02-17.2",
    "faq 12",
    "step-2026-01-31/3",
    "Réclamation",
    "问卷",
    "App::Index",
    "v1.2.3",
    "12:30",
    "50% off",
    "a@b",
    "#42",
  ])("accepts the name of an organisation's own thing: %s", (name) => {
    expect(Result.isSuccess(decode(name))).toBe(true)
  })

  it.each<[string, string]>([
    ["", "TACET-FORMAT"],
    [" faq", "TACET-FORMAT"],
    ["faq\n2", "TACET-FORMAT"],
    ["faq\ud800", "TACET-FORMAT"],
    ["x".repeat(161), "TACET-FORMAT"],
    ["https://example.com/a", "NO-AUTOSEND"],
    ["page?id=7", "NO-AUTOSEND"],
    ["www.example.com", "NO-AUTOSEND"],
    ["alice@example.com", "NO-IDENTIFY"],
    ["alice＠example.com", "NO-IDENTIFY"],
    ["0612345678", "NO-IDENTIFY"],
    ["+33 6 12 34 56 78", "NO-IDENTIFY"],
    ["06 - 12 - 34 - 56 - 78", "NO-IDENTIFY"],
    ["０６１２３４５６７８", "NO-IDENTIFY"],
    ["٠٦١٢٣٤٥٦٧٨", "NO-IDENTIFY"],
    ["06\u200b12\u200b34\u200b56\u200b78", "NO-IDENTIFY"],
    ["2021-02-17 0612345678", "NO-IDENTIFY"],
    ["from 10.0.0.1", "NO-IDENTIFY"],
    ["2001:db8::1", "NO-IDENTIFY"],
    ["2001:0db8:85a3:0000:0000:8a2e:0370:7334", "NO-IDENTIFY"],
    ["at 48.8566, 2.3522", "GEO-NEVER"],
  ])("is refused where it may hold a value: %j, %s", ([name, rule]) => {
    expect(Identifier.nameViolation(name)?.rule).toBe(rule)
    expect(Result.isFailure(decode(name))).toBe(true)
  })

  for (const { id } of holding("NO-IDENTIFY")) {
    // Finds: separators, kinds of digits or surroundings that hide a number.
    it.prop(
      `NO-IDENTIFY under ${id}: holds no telephone number, however it is written, and a name passes`,
      [
        fc.array(fc.nat(9), { minLength: 9, maxLength: 15 }),
        fc.constantFrom("", " ", "-", ".", " - ", "/", "\u00a0", "\u200b", "_"),
        fc.constantFrom("0", "٠", "０", "०"),
        fc.constantFrom("", "call ", "+", "n°"),
      ],
      (digits, separator, zero, before) => {
        const written = digits.map((digit) => String.fromCodePoint(zero.codePointAt(0)! + digit)).join(separator)
        expect(Identifier.nameViolation(`${before}${written}`)?.rule).toBe("NO-IDENTIFY")
        expect(Identifier.nameViolation(`call ${separator} step ${digits[0]}`)).toBeUndefined()
      },
      { numRuns: 1000 },
    )
  }

  for (const { id } of holding("NO-AUTOSEND")) {
    // Finds: an address that is only looked for at the beginning, or in small letters.
    it.prop(
      `NO-AUTOSEND under ${id}: holds no web address that could carry data along, and the id of a screen passes`,
      [
        fc.constantFrom("https://", "HTTP://", "app://", "page?id=", "list&Token=", "www.", "WWW."),
        fc.stringMatching(/^[a-z]{0,12}$/),
        fc.stringMatching(/^[a-z]{1,12}$/),
      ],
      (address, before, after) => {
        const start = before === "" ? "" : `${before} `
        expect(Identifier.nameViolation(`${start}${address}${after}`)?.rule).toBe("NO-AUTOSEND")
        expect(Result.isSuccess(decode(`${start}${after}/${after}`))).toBe(true)
      },
      { numRuns: 1000 },
    )
  }

  // Finds: a fault that quotes the name; a pattern that needs more than linear time.
  it.prop(
    "NO-IDENTIFY: a violation repeats no part of the name, and is found at once",
    [fc.string({ unit: "binary", maxLength: 400 })],
    (name) => {
      const before = performance.now()
      const fault = Identifier.nameViolation(`zq${name}@${name}.zq`)
      expect(performance.now() - before).toBeLessThan(500)
      expect(JSON.stringify(fault ?? "")).not.toContain("zq")
    },
    { numRuns: 1000 },
  )
})
