import { VaultMemory } from "@tacet/adapter-memory"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Subject, Vault } from "@tacet/core/privacy"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as fc from "fast-check"
import { getCountries, getExampleNumber } from "libphonenumber-js/min"
import examples from "libphonenumber-js/mobile/examples"
import { layer, toE164 } from "./TelephoneNumbers.ts"

const mobiles = getCountries().flatMap((region) => {
  const number = getExampleNumber(region, examples)
  return number === undefined ? [] : [{ region, number }]
})

describe("a telephone number", () => {
  // Planted and found: the text parsed without its region.
  it.prop(
    "R-LOCATE: is the same however it is written, in every country",
    [fc.constantFrom(...mobiles), fc.constantFrom(" ", "-", ".", "\u00A0", ""), fc.boolean()],
    ({ number, region }, separator, isLower) => {
      const written = [number.formatNational(), number.formatInternational(), number.format("E.164")]
      for (const text of written) {
        const spaced = text.replaceAll(" ", separator)
        expect(toE164(spaced, isLower ? region.toLowerCase() : region)).toBe(number.number)
      }
      expect(toE164(number.formatInternational(), undefined)).toBe(number.number)
    },
  )

  // Planted and found: the last digit cut off.
  it.prop("R-LOCATE: and another one is never the same", [fc.nat(99_999_999), fc.nat(99_999_999)], (one, other) => {
    const written = (n: number) => toE164(`06 ${String(n).padStart(8, "0")}`, "FR")
    expect(written(one)).toMatch(/^\+336\d{8}$/)
    expect(written(one) === written(other)).toBe(one === other)
  })

  it.each([
    ["06 12 34 56 78", undefined],
    ["06 12 34 56 78", "XX"],
    ["3900", "FR"],
    ["112", "FR"],
    ["+33 1 23 45 67 89 ext. 5", undefined],
    ["+33612345678;ext=7", undefined],
    ["+3361234", "FR"],
    ["call me at +33612345678", "FR"],
    ["192.0.2.7", "FR"],
    ["", "FR"],
  ] as const)("is not %j of %s", ([text, region]) => {
    expect(toE164(text, region)).toBe(undefined)
  })
})

it.effect("R-LOCATE: a vault finds by a number written otherwise than it was observed", () => {
  const customer = "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11" as CustomerId.CustomerId
  const subject = "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10" as Subject.SubjectId
  const stores = VaultMemory.layerOver(VaultMemory.make())
  const policy = Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })
  const [from, to] = [Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 6)]
  return Effect.gen(function* () {
    const vault = yield* Vault.Vault
    const observed = { kind: "telephoneNumber", text: "06.12.34.56.78", region: "FR" } as const
    yield* vault.observe({
      customer,
      subject,
      identifier: observed,
      validFrom: from,
      validTo: to,
      retentionEnd: undefined,
    })
    const ask = (text: string) =>
      vault.locate({
        customer,
        identifier: { kind: "telephoneNumber", text },
        from,
        to,
        purpose: "rightsFulfilment",
        actor: { id: customer, roles: ["support"] },
        reason: "personRequest",
      })
    expect(yield* ask("+33 (0)6 12 34 56 78")).toEqual([subject])
    expect(yield* ask("+33 6 12 34 56 79")).toEqual([])
  }).pipe(Effect.provide(Vault.layer.pipe(Layer.provide(policy), Layer.provide(stores), Layer.provideMerge(layer))))
})
