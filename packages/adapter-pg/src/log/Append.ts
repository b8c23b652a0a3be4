/**
 * Executes commits: combines the waiting ones, sends them, and returns each caller its own result.
 */
import type { EventEnvelope } from "@tacet/core/eventsourcing"
import { Commit, type CustomerId, EventStoreError, ExpectedVersion, Projection } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as Statements from "./AppendStatements.ts"
import * as GroupCommit from "../server/GroupCommit.ts"
import type { Database } from "../server/Database.ts"
import { causeOf, isOfData, isFatal } from "../server/DatabaseError.ts"
import { missedEvents, repetition } from "./Known.ts"
import { storeError, TransactionFailed } from "../server/TransactionFailed.ts"

/** The outcome of a commit in its batch. */
type Outcome =
  | { readonly _tag: "Committed"; readonly result: Commit.CommitResult }
  | { readonly _tag: "Known" }
  | { readonly _tag: "Conflict"; readonly mismatches: ReadonlyArray<EventStoreError.Mismatch> }

type Refused = EventStoreError.StoreError | EventStoreError.InvalidCommit

type Entry = GroupCommit.Entry<Statements.Prepared, Outcome, Refused>

/** The `append` of the port. */
export type Append = (commit: Commit.Commit) => Effect.Effect<Commit.CommitResult, EventStoreError.AppendError>

/** Makes the `append` of a store. Calls `appended` with the new head after each batch. */
export const make = Effect.fnUntraced(function* (
  locate: (customer: CustomerId.CustomerId) => Database,
  inline: ReadonlyArray<Projection.InlineProjection>,
  appended: (customer: CustomerId.CustomerId, head: EventEnvelope.Position) => void,
  most = 100_000,
): Effect.fn.Return<Append, never, Scope.Scope> {
  const carryOut = (customer: CustomerId.CustomerId, batch: ReadonlyArray<Entry>): Effect.Effect<void> =>
    Effect.matchEffect(sendWhole(locate(customer), customer, batch), {
      onSuccess: (judged) =>
        Effect.sync(() => {
          if (judged.written > 0) appended(customer, judged.head + judged.written)
          tell(judged, batch)
        }),
      onFailure: (failed) => {
        // Invalid data from one caller must not fail the others: each commit is sent alone.
        if (batch.length > 1 && isOfData(failed.error)) {
          return Effect.forEach(batch, (entry) => carryOut(customer, [entry]), { discard: true })
        }
        return Effect.sync(() => {
          for (const { answer, request } of batch) answer(Exit.fail(refusal(request.commit, failed)))
        })
      },
    })
  const combined = yield* GroupCommit.make<CustomerId.CustomerId, Statements.Prepared, Outcome, Refused>({
    choose,
    carryOut,
    most,
    overloaded: (waiting) => new EventStoreError.Overloaded({ operation: "append", what: "appends", waiting }),
    isAwaited: true,
  })

  const appendAgain = (commit: Commit.Commit, turn: number): ReturnType<Append> =>
    Effect.suspend(() => {
      const { customer } = commit
      const reason = Commit.violation(commit)
      if (reason !== undefined) return Effect.fail(EventStoreError.invalidCommit(commit, reason))
      const prepared = prepare(commit, inline)
      return Effect.flatMap(combined(customer, prepared), (outcome) => settle(commit, outcome, turn))
    })

  const settle = (commit: Commit.Commit, outcome: Outcome, turn: number): ReturnType<Append> => {
    // Between a verdict and its details a stream may be purged; that it happens again and again is a fault.
    const again = turn < turns ? appendAgain(commit, turn + 1) : Effect.fail(unreadable(outcome))
    const { commitId, customer } = commit
    if (outcome._tag === "Committed") return Effect.succeed(outcome.result)
    if (outcome._tag === "Known") {
      return Effect.flatMap(repetition(locate(customer), commit), (answer) => {
        if (answer === "gone") return again
        return answer === "other"
          ? Effect.fail(new EventStoreError.CommitIdReused({ customer, commitId }))
          : Effect.succeed(answer)
      })
    }
    const conflict = (missed: ReadonlyArray<EventEnvelope.RecordedEvent>) =>
      Effect.fail(new EventStoreError.VersionConflict({ customer, commitId, mismatches: outcome.mismatches, missed }))
    if (commit.wantMissedEvents !== true) return conflict([])
    return Effect.flatMap(missedEvents(locate(customer), commit, outcome.mismatches), (missed) =>
      // A stream was purged since it was judged: judge again.
      missed === "gone" ? again : conflict(missed),
    )
  }
  return (commit) => appendAgain(commit, 1)
})

/** How often a commit is judged whose details cannot be read afterwards. */
const turns = 5

/** Of a known commit nobody can say whether its events are there or were purged; one that was judged to conflict is not written. */
const unreadable = ({ _tag }: Outcome): EventStoreError.StoreUnavailable =>
  new EventStoreError.StoreUnavailable({
    operation: "append",
    outcome: _tag === "Known" ? "unknown" : "notCommitted",
    cause:
      _tag === "Known"
        ? "the events of a commit that is known cannot be read"
        : "the events that a commit missed cannot be read",
  })

const prepare = (commit: Commit.Commit, inline: ReadonlyArray<Projection.InlineProjection>): Statements.Prepared => {
  const events = commit.writes.reduce((sum, { events }) => sum + events.length, 0)
  const deltas = inline.flatMap((projection) => [
    ...commit.writes.flatMap(({ events, stream }) =>
      events.flatMap(({ data, occurredAt, schemaVersion, type }) =>
        Projection.increments(projection, { type, schemaVersion, occurredAt, data, stream }).map(([counter, add]) => ({
          projection,
          counter,
          add,
        })),
      ),
    ),
    { projection, counter: Projection.countedEvents, add: events },
  ])
  return { commit, events, deltas }
}

/**
 * Chooses the waiting commits that form a batch: in their order, none that writes, checks or purges a stream that an
 * earlier one writes or purges, none with the id of an earlier one; a commit that purges is sent alone.
 */
const choose = (waiting: Iterable<Statements.Prepared>): ReadonlyArray<number> => {
  const chosen: Array<number> = []
  const changed = new Set<string>()
  const ids = new Set<string>()
  let [events, characters, index] = [0, 0, -1]
  for (const { commit, events: own } of waiting) {
    index++
    if (commit.purge !== undefined) return index === 0 ? [0] : chosen
    const size = commit.writes.reduce((sum, write) => write.events.reduce((sum, { data }) => sum + data.length, sum), 0)
    events += own
    characters += size
    if (chosen.length > 0 && (events > most.events || characters > most.characters)) return chosen
    const touches = [...commit.writes, ...(commit.checks ?? [])].some(({ stream }) => changed.has(keyOf(stream)))
    if (!touches && !ids.has(commit.commitId)) chosen.push(index)
    // A commit that waits for an earlier one is not overtaken by a later one.
    for (const { stream } of commit.writes) changed.add(keyOf(stream))
    ids.add(commit.commitId)
  }
  return chosen
}

/** At most so many events, and so many characters of payload, go out together. */
const most = { events: 500, characters: 4_000_000 }

const keyOf = ({ id, kind }: { readonly id: string; readonly kind: string }): string => id + kind

const send = (
  { appendFunctions, schema, writes }: Database,
  customer: CustomerId.CustomerId,
  batch: ReadonlyArray<Entry>,
): Effect.Effect<Statements.Judged, TransactionFailed> =>
  Effect.suspend(() => {
    const commits = batch.map(({ request }) => request)
    const statement = Statements.append(schema, customer, commits, appendFunctions)
    const answered = statement.isCall
      ? writes.call(statement)
      : Effect.map(writes.transactToEnd(customer, [Statements.lock(schema, customer), statement]), ([, rows]) => rows!)
    return Effect.flatMap(answered, (rows) => {
      const judged = Statements.judged(rows, commits, statement.isCall)
      return judged === undefined ? Effect.fail(TransactionFailed.moved) : Effect.succeed(judged)
    })
  })

/**
 * Sends a batch, and once more where the connection had been idle and was lost: the server may have closed it before. If
 * it had not, the commits are known by their ids.
 */
const sendWhole = (
  database: Database,
  customer: CustomerId.CustomerId,
  batch: ReadonlyArray<Entry>,
): Effect.Effect<Statements.Judged, TransactionFailed> => {
  const sent = send(database, customer, batch)
  return sent.pipe(
    Effect.catch((failed) =>
      failed.wasIdle && isFatal(failed.error) ? send(database, customer, batch) : Effect.fail(failed),
    ),
  )
}

/** Completes each caller's commit with its result. */
const tell = ({ head, known, versions }: Statements.Judged, batch: ReadonlyArray<Entry>): void => {
  let place = 0
  let position = head
  for (const [index, { answer, request }] of batch.entries()) {
    const { commit, events } = request
    const { checks = [], writes } = commit
    const before = versions.slice(place, place + writes.length + checks.length)
    place += before.length
    if (known[index] === true) {
      answer(Exit.succeed({ _tag: "Known" }))
      continue
    }
    const mismatches = [...writes, ...checks].flatMap(({ expected, stream }, at) =>
      ExpectedVersion.holds(expected, before[at]!) ? [] : [{ stream, expected, actual: before[at]! }],
    )
    if (mismatches.length > 0) {
      answer(Exit.succeed({ _tag: "Conflict", mismatches }))
      continue
    }
    const result = {
      firstPosition: position + 1,
      lastPosition: position + events,
      versions: writes.map(({ events, stream: { id, kind } }, at) => ({
        stream: { kind, id },
        version: before[at]! + events.length,
      })),
    }
    position += events
    answer(Exit.succeed({ _tag: "Committed", result }))
  }
}

const refusal = (commit: Commit.Commit, failed: TransactionFailed): Refused => {
  const { error, sent } = failed
  if (isOfData(error)) return EventStoreError.invalidCommit(commit, causeOf(error))
  return storeError("append", failed, sent && isFatal(error) ? "unknown" : "notCommitted")
}
