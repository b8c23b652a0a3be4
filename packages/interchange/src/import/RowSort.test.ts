import { existsSync, readdirSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { InputError } from "../SourceRow.ts"
import { minute, morning, numbered, step } from "./importing.testing.ts"
import * as RowSort from "./RowSort.ts"

const row = (caseKey: string, at: number, name: string) => ({ case: caseKey, at, facts: [step(name)] })

const sorted = Effect.fnUntraced(function* (items: ReadonlyArray<RowSort.Sorted>, mostHeld: number) {
  const sort = yield* RowSort.make(mostHeld)
  for (const item of items) yield* sort.push(item)
  return (yield* Stream.runCollect(Stream.fromAsyncIterable(sort.drain(), refused))).flat()
}, Effect.scoped)

/** A sort fails with an `InputError` alone. */
const refused = (cause: unknown): InputError => {
  if (cause instanceof InputError) return cause
  throw cause
}

const linesOf = (items: ReadonlyArray<RowSort.Sorted>) => items.map((item) => (item._tag === "row" ? item.line : 0))

const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("tacet-rows-"))

describe("the sort of a source", () => {
  // Planted and found: the last run not merged; the place in the source counted anew in each run.
  it.live.prop(
    "is by time, then by the place in the source, through files as in memory",
    [fc.array(fc.nat({ max: 20 }), { maxLength: 20, size: "max" }), fc.integer({ min: 1, max: 9 }), fc.boolean()],
    (moments, mostHeld, isInOrder) =>
      Effect.gen(function* () {
        const inTime = moments.toSorted((one, other) => one - other)
        const written = isInOrder ? inTime : moments.toSorted((one, other) => (one % 7) - (other % 7))
        const rows = numbered(written.map((at) => row("one", at, "home")))
        const inMemory = yield* sorted(rows, 1000)
        expect(inMemory.map((item) => (item._tag === "row" ? item.at : 0))).toEqual(inTime)
        expect(linesOf(inMemory).toSorted((one, other) => one - other)).toEqual(rows.map(({ line }) => line))
        // The direction of a source is judged by the rows read before the first file is written.
        if (rows.every(({ at }, place) => place === 0 || at >= rows[place - 1]!.at)) {
          expect(yield* sorted(rows, mostHeld)).toEqual(inMemory)
        }
      }),
  )

  it.live("keeps rows of one moment in the order of the source, or reversed where it lists the newest first", () =>
    Effect.gen(function* () {
      const oldestFirst = numbered([row("a", 0, "home"), row("a", minute, "call"), row("a", minute, "answered")])
      expect(linesOf(yield* sorted(oldestFirst, 100))).toEqual([1, 2, 3])
      const newestFirst = numbered([row("a", minute, "answered"), row("a", minute, "call"), row("a", 0, "home")])
      expect(linesOf(yield* sorted(newestFirst, 100))).toEqual([3, 2, 1])
      const casesNewestFirst = numbered([
        row("b", 9 * minute, "home"),
        row("b", 9 * minute, "call"),
        row("b", 10 * minute, "end"),
        row("a", 0, "home"),
        row("a", minute, "call"),
      ])
      expect(linesOf(yield* sorted(casesNewestFirst, 100))).toEqual([4, 5, 1, 2, 3])
    }),
  )

  it.live("ends a case after the last row of it", () =>
    Effect.gen(function* () {
      const [first, second] = numbered([row("a", minute, "bill"), row("a", 0, "home")])
      const items = yield* sorted([first!, second!, { _tag: "caseComplete", case: "a" }], 1)
      expect(items.map(({ _tag }) => _tag)).toEqual(["row", "row", "caseComplete"])
    }),
  )

  it.live("writes no key of the source in clear, and leaves no file behind", () =>
    Effect.gen(function* () {
      const before = new Set(folders())
      const files = yield* Effect.scoped(
        Effect.gen(function* () {
          const sort = yield* RowSort.make(2)
          for (const item of numbered([row("Canary", morning, "Canary"), row("Canary", 0, "Canary")]))
            yield* sort.push(item)
          const made = folders().filter((name) => !before.has(name))
          return made
            .flatMap((name) => readdirSync(join(tmpdir(), name)).map((file) => join(tmpdir(), name, file)))
            .map((path) => ({ path, text: readFileSync(path, "latin1") }))
        }),
      )
      expect(files.length).toBeGreaterThan(0)
      for (const { path, text } of files) {
        expect(text).not.toContain("Canary")
        expect(existsSync(path)).toBe(false)
      }
    }),
  )
})
