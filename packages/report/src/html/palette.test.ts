import { describe, expect, it } from "@tacet/vitest"
import { type ColourName, palette } from "./palette.ts"

type Scheme = "light" | "dark"
type Triple = readonly [number, number, number]

const linear = (colour: string): Triple => {
  const part = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return [part(1), part(3), part(5)]
}

const luminance = ([red, green, blue]: Triple): number => 0.2126 * red + 0.7152 * green + 0.0722 * blue

const contrast = (scheme: Scheme, one: ColourName, other: ColourName): number => {
  const [dark = 0, light = 0] = [one, other]
    .map((name) => luminance(linear(palette[name][scheme])))
    .toSorted((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

/** Machado, Oliveira and Fernandes 2009, complete protanopia, deuteranopia and tritanopia. */
const blindness: Readonly<Record<string, ReadonlyArray<Triple>>> = {
  none: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

const lab = ([red, green, blue]: Triple): Triple => {
  const f = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue)
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
}

const seenAs = (colour: Triple, rows: ReadonlyArray<Triple>): Triple => {
  const part = (at: number): number => {
    const row = rows[at] ?? [0, 0, 0]
    return Math.min(1, Math.max(0, row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]))
  }
  return [part(0), part(1), part(2)]
}

const apart = (one: Triple, other: Triple): number =>
  Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])

describe.each(["light", "dark"] as const)("the %s colours", (scheme) => {
  it("of text have a contrast of 4.5 to 1", () => {
    for (const ground of ["paper", "surface"] as const) {
      for (const text of ["ink", "muted", "contract", "tried"] as const) {
        expect(contrast(scheme, text, ground), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5)
      }
    }
    for (const step of [1, 2, 3, 4, 5] as const) {
      expect(contrast(scheme, `onHeat${step}`, `heat${step}`), `heat ${step}`).toBeGreaterThanOrEqual(4.5)
    }
  })

  it("of graphics have a contrast of 3 to 1", () => {
    const graphics = [
      "axis",
      "hatch",
      "contract",
      "effective",
      "tried",
      "deflected",
      "handedOff",
      "goal",
      "left",
      "step",
      "focus",
    ] as const
    for (const name of graphics) expect(contrast(scheme, name, "surface"), name).toBeGreaterThanOrEqual(3)
  })

  it("of outcomes stay apart for colour-blind readers", () => {
    const outcomes = ["effective", "tried", "deflected"] as const
    for (const [kind, matrix] of Object.entries(blindness)) {
      for (const one of outcomes) {
        for (const other of outcomes.slice(outcomes.indexOf(one) + 1)) {
          const [first, second] = [one, other].map((name) => lab(seenAs(linear(palette[name][scheme]), matrix)))
          expect(apart(first ?? [0, 0, 0], second ?? [0, 0, 0]), `${one} and ${other}, ${kind}`).toBeGreaterThan(20)
        }
      }
    }
  })
})

describe("the colours", () => {
  it("are all different in the light scheme, since they distinguish the charts", () => {
    const light = Object.values(palette).map((colour) => colour.light)
    expect(new Set(light).size).toBe(light.length)
  })
})
