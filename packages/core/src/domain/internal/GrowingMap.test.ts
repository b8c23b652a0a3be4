import { describe, expect, it } from "@tacet/vitest"
import * as fc from "fast-check"
import { GrowingMap } from "./GrowingMap.ts"

const entries = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer()), { maxLength: 200 })

describe("a growing map", () => {
  // Planted and found: the oldest value of a key, in place of the newest.
  it.prop("reads as a Map of the same entries, and older ones stay as they were", [entries], (all) => {
    const model = new Map<number, number>()
    const older: Array<readonly [GrowingMap<number, number>, ReadonlyArray<readonly [number, number]>]> = []
    let map = GrowingMap.empty<number, number>()
    for (const [key, value] of all) {
      older.push([map, [...model]])
      map = map.with(key, value)
      model.set(key, value)
    }
    for (const [one, expected] of [...older, [map, [...model]] as const]) {
      expect([...one]).toEqual(expected)
      expect(one.size).toBe(expected.length)
    }
    const seen: Array<readonly [number, number]> = []
    map.forEach((value, key, whole) => seen.push([key, whole.get(key) === value ? value : Number.NaN]))
    expect(seen).toEqual([...model])
    expect([...map.keys(), ...map.values()]).toEqual([...model.keys(), ...model.values()])
    for (let key = 0; key <= 41; key++) expect([map.has(key), map.get(key)]).toEqual([model.has(key), model.get(key)])
  })

  // Planted and found: a copy of all entries for each.
  it("copies an entry some times, however many there are", () => {
    let read = 0
    class Counted extends Map<number, number> {
      override *[Symbol.iterator](): MapIterator<[number, number]> {
        for (const entry of super.entries()) {
          read++
          yield entry
        }
      }
    }
    const { Map: original } = globalThis
    globalThis.Map = Counted
    try {
      let map = GrowingMap.empty<number, number>()
      for (let n = 0; n < 20_000; n++) map = map.with(n, n)
      expect(map.size).toBe(20_000)
    } finally {
      globalThis.Map = original
    }
    expect(read).toBeGreaterThan(20_000)
    expect(read).toBeLessThan(20_000 * 30)
  })
})
