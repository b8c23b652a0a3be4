import { describe, expect, it } from "@tacet/vitest"
import type { Vault } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as fc from "fast-check"
import { aviary, chanceFrom, seenIn } from "./leak-test/canaries.ts"
import { leakTest } from "./leak-test.ts"

type Service = Vault.Vault["Service"]

describe("the leak test", () => {
  // Planted and found: a form looked for one character too late.
  it.prop(
    "finds a canary in each of its forms wherever it occurs, and none that does not occur",
    [fc.nat(30), fc.nat(9), fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 40 })],
    (count, form, before, after) => {
      const { all, any } = aviary(chanceFrom(count))
      for (let n = 0; n <= count; n++) any()
      const canary = all[count]!
      const shown = canary.forms[form % canary.forms.length]!.toUpperCase()
      expect(seenIn(`${before}${shown}${after}`, all)).toContain(canary)
      expect(seenIn(`${before}${shown.slice(0, -1)}`, [canary])).toEqual(
        canary.forms.some((one) => `${before}${shown.slice(0, -1)}`.toLowerCase().includes(one)) ? [canary] : [],
      )
    },
  )

  it.live("finds no leak in the library's output, and has searched some", () =>
    Effect.gen(function* () {
      const { accepted, found, foundAfterErasure, opened, summary } = yield* leakTest(2, 4_000)
      expect([found, foundAfterErasure]).toEqual([[], []])
      expect(summary.canaries).toBeGreaterThan(40)
      expect(summary.places).toBe(2 * 18)
      expect(accepted).toBeGreaterThan(20)
      expect(opened).toBeGreaterThan(5)
    }),
  )

  const leaks: ReadonlyArray<readonly [place: string, vault: (sound: Service) => Partial<Service>]> = [
    [
      "log lines",
      (vault) => ({ seal: (value) => Effect.andThen(Effect.logInfo("sealing", value.value), vault.seal(value)) }),
    ],
    [
      "spans",
      (vault) => ({
        seal: (value) => Effect.withSpan(vault.seal(value), "seal", { attributes: { value: value.value } }),
      }),
    ],
    [
      "metrics",
      (vault) => ({
        seal: (value) =>
          Effect.andThen(
            Metric.update(Metric.withAttributes(Metric.counter("sealed"), { value: value.value }), 1),
            vault.seal(value),
          ),
      }),
    ],
    [
      "vault rows",
      (vault) => ({ seal: (value) => vault.seal({ ...value, purposes: [...value.purposes, value.value] }) }),
    ],
    [
      "errors",
      (vault) => ({
        observe: (observation) =>
          Effect.andThen(vault.observe(observation), Effect.die(new Error(`observed ${observation.identifier.text}`))),
      }),
    ],
  ]

  it.live.each(leaks)("finds what leaks on purpose into %s", ([place, vault]) =>
    Effect.gen(function* () {
      const { found } = yield* leakTest(1, 1, { vault })
      expect(new Set(found.map((leak) => leak.place))).toContain(place)
    }),
  )

  it.live(
    "finds nothing in the files of a PostgreSQL that logs every statement, except the value that is leaked on purpose",
    () =>
      Effect.gen(function* () {
        const sound = yield* leakTest(1, 3, {}, "embedded")
        expect([sound.found, sound.foundAfterErasure]).toEqual([[], []])
        expect(sound.opened).toBeGreaterThan(2)
        const vault = (whole: Service): Partial<Service> => ({
          seal: (value) => whole.seal({ ...value, purposes: [...value.purposes, value.value] }),
        })
        const { found } = yield* leakTest(1, 3, { vault }, "embedded")
        expect(new Set(found.map(({ place }) => place))).toContain("files of the server")
      }),
  )

  it.live("finds data that an erasure has left", () =>
    Effect.gen(function* () {
      const vault = (sound: Service): Partial<Service> => ({
        erase: (_, __, cause) =>
          Effect.as(sound.sweep(_), { fingerprint: "", at: 0, cause, done: [], completed: true }),
      })
      const { found, foundAfterErasure } = yield* leakTest(1, 1, { vault })
      expect(found).toEqual([])
      expect(new Set(foundAfterErasure.map((leak) => leak.place))).toContain("exports")
    }),
  )
})
