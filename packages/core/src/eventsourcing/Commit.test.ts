import { describe, expect, it } from "@tacet/vitest"
import * as FastCheck from "fast-check"
import { Arbitraries } from "@tacet/testing"
import * as Commit from "./Commit.ts"
import type { NewEvent } from "./EventEnvelope.ts"
import type { ExpectedVersion } from "./ExpectedVersion.ts"

const withEvent = (commit: Commit.Commit, change: (event: NewEvent) => NewEvent): Commit.Commit => {
  const [write, ...others] = commit.writes
  return {
    ...commit,
    writes: [{ ...write!, events: [...write!.events.slice(1), change(write!.events[0]!)] }, ...others],
  }
}

const bare = ({ commitId, customer, writes }: Commit.Commit): Commit.Commit => ({ commitId, customer, writes })

describe("a commit that any store can carry out", () => {
  // Planted and found: a bound on schema versions that is too low.
  it.prop("has no fault", [Arbitraries.aCommit], (commit) => {
    expect(Commit.violation(commit)).toBeUndefined()
  })

  // Planted and found: an escape in JSON taken for the character that it denotes.
  it.prop("may hold whatever JSON.stringify writes", [Arbitraries.aCommit, FastCheck.anything()], (commit, value) => {
    const json = JSON.stringify({ value }, (_, part: unknown) => (typeof part === "bigint" ? 0 : part))
    expect(Commit.violation(withEvent(commit, (event) => ({ ...event, data: json })))).toBeUndefined()
  })
})

describe("a commit that contradicts itself", () => {
  // Planted and found: a write without events let through.
  it.prop("writes nothing", [Arbitraries.aCommit], (commit) => {
    expect(Commit.violation({ ...commit, writes: [] })).toBe("a commit writes at least one event")
    const [write, ...others] = commit.writes
    expect(Commit.violation({ ...commit, writes: [...others, { ...write!, events: [] }] })).toBe(
      "each write of a commit has at least one event",
    )
  })

  // Planted and found: a purge of what the commit writes let through.
  it.prop("names a stream twice", [Arbitraries.aCommit, Arbitraries.anExpectedVersion], (commit, expected) => {
    const { stream } = commit.writes[0]!
    const twice = { ...stream }
    expect(Commit.violation({ ...commit, writes: [...commit.writes, commit.writes[0]!] })).toBe(
      "a commit names each written stream once",
    )
    expect(Commit.violation({ ...commit, checks: [{ stream: twice, expected }] })).toBe(
      "a stream that is written carries its expectation in its write, not in a check",
    )
    expect(Commit.violation({ ...bare(commit), purge: { streams: [twice], reason: "retention" } })).toBe(
      "a commit cannot purge a stream that it writes",
    )
  })

  // Planted and found: a stream purged twice let through.
  it.prop(
    "checks or purges a stream twice",
    [Arbitraries.aCommit, Arbitraries.aStreamId, Arbitraries.anExpectedVersion],
    (commit, stream, expected) => {
      const check = { stream, expected }
      expect(Commit.violation({ ...bare(commit), checks: [check, { ...check }] })).toBe(
        "a commit names each checked stream once",
      )
      expect(
        Commit.violation({ ...bare(commit), purge: { streams: [stream, { ...stream }], reason: "retention" } }),
      ).toBe("a commit names each purged stream once")
      expect(
        Commit.violation({ ...bare(commit), checks: [check], purge: { streams: [stream], reason: "retention" } }),
      ).toBe("a commit cannot purge a stream that it checks")
    },
  )

  it.each(["", "Retention", "because of her request", "a".repeat(41), "1st"])("purges for the reason %j", (reason) => {
    const [commit] = FastCheck.sample(Arbitraries.aCommit, { numRuns: 1, seed: 1 })
    expect(Commit.violation({ ...bare(commit!), purge: { streams: [], reason } })).toMatch("the reason of a purge is")
  })
})

describe("a commit that some store could not keep", () => {
  const unsound: ReadonlyArray<readonly [fault: string, change: Partial<NewEvent>]> = [
    ["an event's type is", { type: "" }],
    ["an event's type is", { type: "stepTaken" }],
    ["an event's type is", { type: "Step Taken" }],
    ["an event's type is", { type: `A${"a".repeat(80)}` }],
    ["a schema version is", { schemaVersion: 0 }],
    ["a schema version is", { schemaVersion: 1.5 }],
    ["a schema version is", { schemaVersion: 32_768 }],
    ["a schema version is", { schemaVersion: Number.NaN }],
    ["an event's time is", { occurredAt: 0.5 }],
    ["an event's time is", { occurredAt: Number.POSITIVE_INFINITY }],
    ["an event's time is", { occurredAt: 8_640_000_000_000_001 }],
    ["an event's time is", { occurredAt: -8_640_000_000_000_001 }],
    ["an event's data is", { data: '{"a":"\ud800"}' }],
    ["an event's data is", { data: '{"a":"\udc00\ud800"}' }],
    ["an event's data is", { data: "\0" }],
  ]

  it.each(unsound)("because %s: %j", ([fault, change]) => {
    const [commit] = FastCheck.sample(Arbitraries.aCommit, { numRuns: 1, seed: 1 })
    expect(Commit.violation(withEvent(commit!, (event) => ({ ...event, ...change })))).toMatch(fault)
  })

  // Planted and found: the first event of each write alone looked at.
  it.prop(
    "in any of its events",
    [Arbitraries.aCommit, FastCheck.nat(), Arbitraries.aNewEvent],
    (commit, where, event) => {
      const index = where % commit.writes.length
      const writes = commit.writes.map((write, at) =>
        at === index ? { ...write, events: [...write.events, { ...event, schemaVersion: -1 }] } : write,
      )
      expect(Commit.violation({ ...commit, writes })).toMatch("a schema version is")
    },
  )

  it.each(["", "Interaction", "a b", "-a", "a/b", "a".repeat(41)])("because of the kind %j", (kind) => {
    const [commit] = FastCheck.sample(Arbitraries.aCommit, { numRuns: 1, seed: 1 })
    const [write] = commit!.writes
    expect(Commit.violation({ ...bare(commit!), writes: [{ ...write!, stream: { ...write!.stream, kind } }] })).toMatch(
      "the kind of a stream is",
    )
  })

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("because it expects version %s", (version) => {
    const [commit] = FastCheck.sample(Arbitraries.aCommit, { numRuns: 1, seed: 1 })
    const expected: ExpectedVersion = { _tag: "exact", version }
    const [write] = commit!.writes
    const fault = "an exact expected version is a whole number, 0 or more"
    expect(Commit.violation({ ...bare(commit!), writes: [{ ...write!, expected }] })).toBe(fault)
    const elsewhere = { ...write!.stream, kind: "elsewhere" }
    expect(Commit.violation({ ...bare(commit!), checks: [{ stream: elsewhere, expected }] })).toBe(fault)
  })
})
