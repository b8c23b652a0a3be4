import { describe, expect, it } from "@tacet/vitest"
import * as appendContract from "./appendContract.ts"
import { numbered } from "./Parameters.ts"

describe("a table of parameters", () => {
  // Planted: numbers that begin at 1 whatever comes before, and values in the order in which they were given. Both found.
  it("gives numbers, types, signature and values in one order", () => {
    const { as, at, call, count, encode, signature } = numbered({ a: "uuid", b: "int[]", c: "bigint" }, 2)
    expect([at.a, at.b, at.c]).toEqual(["$3", "$4", "$5"])
    expect([as.a, as.b, as.c]).toEqual(["$3::uuid", "$4::int[]", "$5::bigint"])
    expect([signature, call, count]).toEqual(["uuid, int[], bigint", "$3, $4, $5", 5])
    const [a, , c] = encode({ c: 7, b: [1], a: "x" })
    expect([a, c]).toEqual(["x", "7"])
  })

  // The functions of existing databases have these parameters: another table needs another function and a step.
  it("keeps the parameters of the functions that a released step has made", () => {
    const { batch, counters, oneEvent, purgeAfter } = appendContract
    expect(oneEvent.signature).toBe("uuid, uuid, text, uuid, int, int, text, int, bigint, text")
    expect(batch.signature).toBe(
      "uuid, uuid[], int[], int[], text[], uuid[], int[], int[], int[], int[], int[], text[], uuid[], text[], int[], " +
        "bigint[], text[]",
    )
    expect([batch.count, counters.count, purgeAfter(false).at.purgeKinds, purgeAfter(true).at.purgeKinds]).toEqual([
      17,
      22,
      "$18",
      "$23",
    ])
  })
})
