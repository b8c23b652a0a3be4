import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import * as Uuid from "./Uuid.ts"

const isUuid = Schema.is(Uuid.Uuid)

describe("new ids", () => {
  it.effect("are version 4 UUIDs, all different", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.all(Array.from({ length: 1_000 }, () => Uuid.next))
      expect(ids.every((id) => isUuid(id) && id[14] === "4")).toBe(true)
      expect(new Set(ids).size).toBe(1_000)
    }),
  )

  it.effect("use every hexadecimal digit at every free place", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.all(Array.from({ length: 1_000 }, () => Uuid.next))
      const digitsAt = (place: number) => new Set(ids.map((id) => id[place])).size
      const digits = Array.from({ length: 36 }, (_, place) => digitsAt(place))
      expect(digits).toEqual(
        Array.from({ length: 36 }, (_, place) => ([8, 13, 18, 23, 14].includes(place) ? 1 : place === 19 ? 4 : 16)),
      )
    }),
  )

  it.effect("have digits that say nothing of each other", () =>
    Effect.gen(function* () {
      const ids = yield* Effect.all(Array.from({ length: 1_000 }, () => Uuid.next))
      const free = Array.from({ length: 36 }, (_, place) => place).filter(
        (place) => ![8, 13, 14, 18, 19, 23].includes(place),
      )
      for (const one of free) {
        for (const other of free.filter((place) => place > one)) {
          const alike = ids.filter((id) => id[one] === id[other]).length
          // One in sixteen is expected: 62.5 of 1,000, give or take eight standard deviations.
          expect(Math.abs(alike - 62.5)).toBeLessThan(62)
        }
      }
    }),
  )

  it.effect("are drawn again from the same seed, and from another otherwise", () =>
    Effect.gen(function* () {
      const drawn = (seed: string) => Uuid.withSeed(Effect.all([Uuid.next, Uuid.next]), seed)
      expect(yield* drawn("a")).toEqual(yield* drawn("a"))
      expect(yield* drawn("a")).not.toEqual(yield* drawn("b"))
    }),
  )

  // Planted: `fromRandom` as the default of `Identifiers`, by which a seeded program repeats its ids.
  it.effect("cannot be repeated by seeding Effect's Random", () =>
    Effect.gen(function* () {
      const drawn = Uuid.next.pipe(Random.withSeed("a"))
      expect(yield* drawn).not.toBe(yield* drawn)
    }),
  )

  it.effect("come from the generator in force", () =>
    Effect.gen(function* () {
      const fixed = Uuid.fromBytes(new Uint8Array(16), 4)
      const next = Uuid.next.pipe(Effect.provideService(Uuid.Identifiers, { next: Effect.succeed(fixed) }))
      expect(yield* next).toBe(fixed)
    }),
  )
})

describe("an id derived under a key", () => {
  const key = FastCheck.uint8Array({ minLength: 32, maxLength: 32 })

  // Planted: the key left out of the MAC; the text cut to its first character.
  it.effect.prop(
    "is valid, the same again, and another under another key or of another text",
    [key, key, FastCheck.string({ minLength: 1 }), FastCheck.string()],
    (one, two, text, more) =>
      Effect.gen(function* () {
        const id = yield* Uuid.derive(one, text)
        expect(isUuid(id) && id[14] === "8").toBe(true)
        expect(yield* Uuid.derive(one, text)).toBe(id)
        expect((yield* Uuid.derive(two, text)) === id).toBe(String(one) === String(two))
        expect((yield* Uuid.derive(one, text + more)) === id).toBe(more === "")
      }),
  )

  it.effect("is the first bytes of HMAC-SHA-256, as RFC 4231 has it for its second case", () =>
    Effect.gen(function* () {
      const id = yield* Uuid.derive(new TextEncoder().encode("Jefe"), "what do ya want for nothing?")
      expect(id).toBe("5bdcc146-bf60-854e-aa04-2426089575c7")
    }),
  )
})

describe("a UUID of bytes", () => {
  const bytes = FastCheck.uint8Array({ minLength: 16, maxLength: 16 })

  it("has the canonical form", () => {
    const counting = Uint8Array.from({ length: 16 }, (_, index) => index * 17)
    expect(Uuid.fromBytes(counting, 8)).toBe("00112233-4455-8677-8899-aabbccddeeff")
    expect(Uuid.fromBytes(new Uint8Array(16).fill(255), 4)).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff")
  })

  // Planted and found: a variant of three bits, which loses one that is free.
  it.prop(
    "is valid and keeps all other bits",
    [bytes, FastCheck.constantFrom(4 as const, 8 as const)],
    (given, version) => {
      const id = Uuid.fromBytes(given, version)
      expect(isUuid(id)).toBe(true)
      const back = Uint8Array.from(id.replaceAll("-", "").match(/../g)!, (pair) => Number.parseInt(pair, 16))
      const free = (byte: number, index: number) => (index === 6 ? byte & 0x0f : index === 8 ? byte & 0x3f : byte)
      expect([...back].map(free)).toEqual([...given].map(free))
      expect(id[14]).toBe(String(version))
    },
  )

  it.each([
    "5B0C7A52-3F0E-4B43-9A59-0D7C3C1F2A11",
    "5b0c7a523f0e4b439a590d7c3c1f2a11",
    "5b0c7a52-3f0e-0b43-9a59-0d7c3c1f2a11",
    "5b0c7a52-3f0e-4b43-ca59-0d7c3c1f2a11",
    " 5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11",
    "5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11\n",
  ])("is not %j", (text) => {
    expect(isUuid(text)).toBe(false)
  })
})
