import { describe, expect, it } from "@tacet/vitest"
import { SqlError, UnknownError } from "effect/sql/SqlError"
import { causeOf, isFatal, isOfData, sqlStateOf } from "./DatabaseError.ts"

const error = (code: string) =>
  new SqlError({
    reason: new UnknownError({
      cause: Object.assign(new Error("canary"), { code }),
      message: "canary",
      operation: "q",
    }),
  })

describe("the cause of a database error", () => {
  // Planted: any five letters taken for a SQLSTATE. A lost connection was reported as a refusal, and reused.
  it.each<[code: string, state: string | undefined, fatal: boolean, ofData: boolean]>([
    ["08006", "08006", true, false],
    ["57P01", "57P01", true, false],
    ["XX000", "XX000", true, false],
    // The server ends the session of a transaction that stands still; one that was given up goes on to its end.
    ["25P03", "25P03", true, false],
    ["25P02", "25P02", false, false],
    ["P0001", "P0001", false, false],
    ["HV000", "HV000", false, false],
    // Not a fault of the data: a position that is taken.
    ["23505", "23505", false, false],
    ["23514", "23514", false, true],
    ["22021", "22021", false, true],
    ["40P01", "40P01", false, false],
    // Of the socket: five letters as well, and no answer of the server's.
    ["EPIPE", undefined, true, false],
    ["EBUSY", undefined, true, false],
    ["E2BIG", undefined, true, false],
    ["ECONNRESET", undefined, true, false],
  ])("%s is told by its class", ([code, state, fatal, ofData]) => {
    const seen = error(code)
    expect([sqlStateOf(seen), isFatal(seen), isOfData(seen)]).toEqual([state, fatal, ofData])
    expect(causeOf(seen)).toContain(state ?? "no answer")
    expect(causeOf(seen)).not.toContain("canary")
  })
})
