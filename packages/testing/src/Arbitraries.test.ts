import { describe, expect, it } from "@tacet/vitest"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { type Commit, CustomerId, ExpectedVersion as Expected, StreamId } from "@tacet/core/eventsourcing"
import * as Arbitraries from "./Arbitraries.ts"

describe("arbitrary values", () => {
  // Planted and found: kinds of streams that begin with a digit.
  it.prop(
    "are what their schemas say",
    [Arbitraries.aCustomerId, Arbitraries.aStreamId, Arbitraries.anExpectedVersion],
    (customer, stream, expected) => {
      expect(Schema.is(CustomerId.CustomerId)(customer)).toBe(true)
      expect(Schema.is(StreamId.StreamId)(stream)).toBe(true)
      expect(Schema.is(Expected.ExpectedVersion)(expected)).toBe(true)
    },
  )

  // Planted and found: a payload in a list.
  it.prop("of payloads are JSON objects", [Arbitraries.aPayload], (data) => {
    expect(Object.prototype.toString.call(JSON.parse(data))).toBe("[object Object]")
  })

  it("of commits have all their parts at times", () => {
    const commits = FastCheck.sample(Arbitraries.aCommit, { numRuns: 300, seed: 1 })
    const has = (part: (commit: Commit.Commit) => boolean) => expect(commits.filter(part).length).toBeGreaterThan(20)
    has(({ writes }) => writes.length > 1)
    has(({ checks }) => (checks?.length ?? 0) > 0)
    has(({ purge }) => (purge?.streams.length ?? 0) > 0)
    has(({ purge }) => purge === undefined)
    has(({ writes }) => writes.some(({ events }) => events.some(({ data }) => /\p{Surrogate}|\\ud|\\u0/iu.test(data))))
  })
})
