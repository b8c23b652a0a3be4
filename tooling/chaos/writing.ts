/**
 * What a writer does: it appends without a pause, repeats what is unknown until it is known, and gives up some of what it
 * was told was not written, so that the audit can see whether that was true.
 */
import { type Commit, type CustomerId, EventStore, ExpectedVersion, type Uuid } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import type { Reporting } from "./Reporting.ts"

const draw = (below: number) => Math.floor(Math.random() * below)
export const aUuid = () => randomUUID() as Uuid.Uuid

/** Between two calls of a fiber, in milliseconds. */
const pause = Effect.sleep(60)
/** Between two attempts. */
const again = Effect.sleep(30)

const eventsOf = (data: string | undefined) =>
  Array.from({ length: data === undefined ? 1 + draw(3) : 1 }, (_, n) => ({
    type: "StepTaken",
    schemaVersion: 1,
    occurredAt: n,
    data: data ?? `{"n":${n}}`,
  }))

/**
 * Appends a commit and repeats it until its result is known. `false` where it was given up because nothing was written; that
 * happens to every second one of which this is known, unless it must be written.
 */
const write = Effect.fnUntraced(function* (
  { say, timed }: Reporting,
  commit: Commit.Commit,
  mustBe = false,
): Effect.fn.Return<boolean, never, EventStore.EventStore> {
  const store = yield* EventStore.EventStore
  const { commitId, customer, writes } = commit
  yield* say({ _tag: "intent", customer, commitId, events: writes.reduce((sum, { events }) => sum + events.length, 0) })
  let isUnknown = false
  while (true) {
    const answer = yield* Effect.result(timed("append", store.append(commit)))
    if (answer._tag === "Success") {
      const { firstPosition, lastPosition } = answer.success
      yield* say({ _tag: "acknowledged", customer, commitId, first: firstPosition, last: lastPosition })
      return true
    }
    const error = answer.failure
    if (error._tag !== "StoreUnavailable" && error._tag !== "Overloaded") {
      yield* say({ _tag: "wrong", call: "append", answer: error.message })
      return false
    }
    if (error._tag === "StoreUnavailable" && error.outcome === "unknown") {
      isUnknown = true
      yield* say({ _tag: "unknown", customer, commitId })
    } else if (!isUnknown && !mustBe && draw(2) === 0) {
      yield* say({ _tag: "refused", customer, commitId })
      return false
    }
    yield* again
  }
})

/** A commit to a stream that is this fiber's own, at the version that it knows, and to new ones beside it. */
const aCommit = (customer: CustomerId.CustomerId, own: Uuid.Uuid, version: number): Commit.Commit => ({
  customer,
  commitId: aUuid(),
  writes: [
    {
      stream: { kind: "jar", id: own },
      expected: version === 0 ? ExpectedVersion.none : ExpectedVersion.exact(version),
      events: eventsOf(undefined),
    },
    ...Array.from({ length: draw(3) }, () => ({
      stream: { kind: "interaction", id: aUuid() },
      expected: ExpectedVersion.none,
      events: eventsOf(undefined),
    })),
  ],
})

/** Appends a fact to a stream of its own until it is there. */
export const writeFact = (reporting: Reporting, customer: CustomerId.CustomerId, data: string) =>
  write(
    reporting,
    {
      customer,
      commitId: aUuid(),
      writes: [{ stream: { kind: "detail", id: aUuid() }, expected: ExpectedVersion.none, events: eventsOf(data) }],
    },
    true,
  )

/** Appends for ever. */
export const writing = (reporting: Reporting, customer: CustomerId.CustomerId) =>
  Effect.gen(function* () {
    const own = aUuid()
    let version = 0
    while (true) {
      const commit = aCommit(customer, own, version)
      if (yield* write(reporting, commit)) version += commit.writes[0]!.events.length
      yield* pause
    }
  })
