/**
 * Compares the log, the projections and the vault with what the workers have written down.
 */
import { type CustomerId, EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import { type Sealed, type Subject, ErasureLedger, Vault } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Counted, counting } from "./counting.ts"
import { opening } from "./keeping.ts"
import { ends, type Said } from "./Said.ts"
import type { Report } from "./Workforce.ts"

/** What must be nought. */
export interface Faults {
  /** Acknowledged work that is not where it was said to be, and events that a projection has not counted. */
  lost: number
  /** Commits that are there twice, or that no worker sent, and events that a projection has counted twice. */
  doubled: number
  /** Commits, erasures and saves of which a part is there. */
  halfWritten: number
  /** Positions that are missing. */
  gaps: number
  /** Commits that are there though the answer to a worker was that nothing was written. */
  untrue: number
  /** Events that a reader has not seen, or not once, or not in their order. */
  misread: number
  /** Calls that ended after their limit, or not at all. */
  late: number
  /** Answers that no fault explains. */
  wrong: number
}

/** Counts of the work that was done. */
interface Figures {
  readonly acknowledged: number
  readonly unknownResolved: number
  readonly givenUp: number
  readonly sealed: number
  readonly erased: number
  readonly saved: number
  readonly seen: number
  readonly calls: number
  /** The longest call of each kind, in milliseconds, without the time for which its process could not work. */
  readonly longest: Readonly<Record<string, number>>
}

/** The findings. */
export interface Findings {
  readonly faults: Faults
  readonly figures: Figures
  /** The faults found, one line each. */
  readonly notes: ReadonlyArray<string>
}

/** The lines of a kind. */
const of = <Tag extends Said["_tag"]>(reports: ReadonlyArray<Report>, ...tags: ReadonlyArray<Tag>) =>
  reports.flatMap(({ lines }) =>
    lines.filter((line): line is Extract<Said, { _tag: Tag }> => tags.includes(line._tag as Tag)),
  )

/** Reads all that is there. The workers have ended; the server runs. */
export const audit = Effect.fnUntraced(function* (
  customers: ReadonlyArray<CustomerId.CustomerId>,
  reports: ReadonlyArray<Report>,
) {
  const faults: Faults = {
    lost: 0,
    doubled: 0,
    halfWritten: 0,
    gaps: 0,
    untrue: 0,
    misread: 0,
    late: 0,
    wrong: 0,
  }
  const notes: Array<string> = []
  const fault = (kind: keyof Faults, note: string, count = 1) => {
    faults[kind] += count
    if (notes.length < 40) notes.push(`${kind}: ${note}`)
  }
  const logs = new Map<string, ReadonlyArray<string>>()
  const found = new Map<string, Array<number>>()
  for (const customer of customers) logs.set(customer, yield* commitsIn(customer, found, fault))
  for (const customer of customers) yield* checkProjection(customer, logs.get(customer)!.length, fault)
  checkCommits(reports, found, fault)
  checkReaders(reports, logs, fault)
  const erased = yield* checkVault(customers, reports, fault)
  const saved = yield* checkSaves(reports, fault)
  const longest = checkCalls(reports, fault)
  const unknown = new Set(of(reports, "unknown").map(({ commitId }) => commitId))
  const acknowledged = of(reports, "acknowledged")
  const figures: Figures = {
    acknowledged: acknowledged.length,
    unknownResolved: acknowledged.filter(({ commitId }) => unknown.has(commitId)).length,
    givenUp: of(reports, "refused").length,
    sealed: of(reports, "sealed").length,
    erased,
    saved,
    seen: of(reports, "seen").reduce((sum, { events }) => sum + events.length, 0),
    calls: of(reports, "called").length,
    longest,
  }
  return { faults, figures, notes } satisfies Findings
})

type Tell = (kind: keyof Faults, note: string, count?: number) => void

/** The commits of a log by position, from 1 on. */
const commitsIn = Effect.fnUntraced(function* (
  customer: CustomerId.CustomerId,
  found: Map<string, Array<number>>,
  fault: Tell,
) {
  const store = yield* EventStore.EventStore
  const commits: Array<string> = []
  for (let after = 0; ;) {
    const { events, head, through } = yield* store.readLog(customer, { after, limit: 5_000 })
    for (const { commitId, position } of events) {
      commits.push(commitId)
      if (position !== commits.length) fault("gaps", `position ${position} is the ${commits.length}th of ${customer}`)
      const at = found.get(commitId) ?? []
      found.set(commitId, [...at, position])
    }
    after = through
    if (through >= head) return commits
  }
})

/** The runners' projection, brought to the head, has counted each event once. */
const checkProjection = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, head: number, fault: Tell) {
  yield* Projection.catchUp(counting, customer)
  const saved = yield* ProjectionStore.ProjectionStore.use((store) => store.load(customer, counting))
  const { events, sum }: Counted = Option.match(saved, {
    onNone: counting.initial,
    onSome: ({ state }) => counting.decode(state),
  })
  if (events < head) fault("lost", `a projection has counted ${events} of ${head} events`, head - events)
  else if (events > head || sum !== (head * (head + 1)) / 2) {
    fault("doubled", `a projection has counted ${events} of ${head} events, with the sum ${sum}`)
  }
})

/** Whether each commit is where it was acknowledged, whole and once, and none is there that was not written. */
const checkCommits = (
  reports: ReadonlyArray<Report>,
  found: ReadonlyMap<string, ReadonlyArray<number>>,
  fault: Tell,
): void => {
  const intents = new Map(of(reports, "intent").map((intent) => [intent.commitId as string, intent]))
  for (const [commitId, { events }] of intents) {
    const at = found.get(commitId) ?? []
    const isWhole = at.every((position, index) => position === at[0]! + index)
    if (at.length > events) fault("doubled", `commit ${commitId} at ${at.join()}`)
    else if ((at.length > 0 && at.length < events) || !isWhole) fault("halfWritten", `commit ${commitId}`)
  }
  for (const { commitId, first, last } of of(reports, "acknowledged")) {
    const at = found.get(commitId) ?? []
    if (at[0] !== first || at.at(-1) !== last) fault("lost", `commit ${commitId} was acknowledged at ${first}`)
  }
  for (const { commitId } of of(reports, "refused")) {
    if (found.has(commitId)) fault("untrue", `commit ${commitId} is there, though it was told not to be`)
  }
  // A commit that no worker sent would be worse than a duplicate.
  for (const commitId of found.keys()) if (!intents.has(commitId)) fault("doubled", `nobody sent commit ${commitId}`)
}

/** Whether each reader has seen every event once, in order; those that ran to the end, up to the head. */
const checkReaders = (
  reports: ReadonlyArray<Report>,
  logs: ReadonlyMap<string, ReadonlyArray<string>>,
  fault: Tell,
): void => {
  for (const { isLast, lines, role } of reports) {
    if (role !== "reader") continue
    const at = new Map<string, number>()
    for (const { after, customer, events, through } of of([{ role, isLast, lines }], "seen")) {
      const log = logs.get(customer)!
      const seen = at.get(customer) ?? 0
      const isNext = after === seen && events.length === through - after
      const isSame = events.every(([position, commitId], index) => {
        return position === after + index + 1 && log[position - 1] === commitId
      })
      if (!isNext || !isSame) fault("misread", `${events.length} events of (${after}, ${through}] behind ${seen}`)
      at.set(customer, through)
    }
    if (!isLast) continue
    for (const [customer, log] of logs) {
      const seen = at.get(customer) ?? 0
      if (seen !== log.length) fault("misread", `a reader has come to ${seen} of ${log.length}`)
    }
  }
}

/** Whether the values are those that were sealed, the erased ones are destroyed, and each erasure is in the ledger once. */
const checkVault = Effect.fnUntraced(function* (
  customers: ReadonlyArray<CustomerId.CustomerId>,
  reports: ReadonlyArray<Report>,
  fault: Tell,
) {
  const vault = yield* Vault.Vault
  const ledger = yield* ErasureLedger.ErasureLedger
  const begun = of(reports, "erasing")
  const acknowledged = new Set<string>(of(reports, "erased").map(({ subject }) => subject))
  const sealed = of(reports, "sealed")
  const open = (customer: CustomerId.CustomerId, sealed: Sealed.Sealed<string>) =>
    Effect.match(vault.open(opening(customer, sealed)), {
      onFailure: ({ _tag }) => _tag as string,
      onSuccess: (opened) => (opened._tag === "Open" ? opened.value : opened._tag),
    })
  for (const one of sealed) {
    if (!acknowledged.has(one.subject)) continue
    const now = yield* open(one.customer, one.sealed)
    if (now !== "Erased") fault("lost", `the value of an erased subject opens as ${now}`)
  }
  // Interrupted erasures are finished, as by a process that takes over.
  for (const { customer, subject } of begun) {
    if (!acknowledged.has(subject)) yield* vault.erase(customer, subject, "request")
  }
  const erased = new Set<Subject.SubjectId>(begun.map(({ subject }) => subject))
  for (const { customer, sealed: value, subject, text } of sealed) {
    const now = yield* open(customer, value)
    if (now !== (erased.has(subject) ? "Erased" : text)) fault("lost", `a sealed value opens as ${now}`)
  }
  for (const customer of customers) {
    const wanted = new Set(begun.filter((one) => one.customer === customer).map(({ subject }) => subject))
    const entries = yield* ledger.entries(customer)
    const prints = new Set(entries.map(({ fingerprint }) => fingerprint))
    if (prints.size !== entries.length) fault("doubled", "an erasure is in the ledger twice")
    // The check value of the keys comes before the first erasure.
    const kept = Math.max(0, prints.size - 1)
    if (kept !== wanted.size) fault("halfWritten", `${kept} of ${wanted.size} erasures are in the ledger`)
  }
  return erased.size
})

/** Whether each state is the last one that was saved, or the one that was on its way. */
const checkSaves = Effect.fnUntraced(function* (reports: ReadonlyArray<Report>, fault: Tell) {
  const store = yield* ProjectionStore.ProjectionStore
  const last = new Map<string, { customer: CustomerId.CustomerId; saving: number; saved: number }>()
  for (const { _tag, checkpoint, customer, name } of of(reports, "saving", "saved")) {
    const known = last.get(name) ?? { customer, saving: 0, saved: 0 }
    last.set(name, { ...known, [_tag]: checkpoint })
  }
  let count = 0
  for (const [name, { customer, saved, saving }] of last) {
    count += saved
    const found = Option.getOrUndefined(yield* store.load(customer, { name, version: 1 }))
    const at = found?.checkpoint ?? 0
    if (at < saved) fault("lost", `a state was saved at ${saved} and is at ${at}`)
    if (at > saving) fault("doubled", `a state was sent up to ${saving} and is at ${at}`)
    if (found !== undefined && found.state !== String(at)) fault("halfWritten", `the state of ${at} is ${found.state}`)
  }
  return count
})

/** Whether each call ended in time; the longest of each kind. */
const checkCalls = (reports: ReadonlyArray<Report>, fault: Tell): Readonly<Record<string, number>> => {
  const longest: Record<string, number> = {}
  for (const { call, end, kept, took } of of(reports, "called")) {
    const own = took - kept
    longest[call] = Math.max(longest[call] ?? 0, own)
    if (own > ends[call]) fault("late", `${call} took ${took} ms, of which ${kept} were none of its own: ${end}`)
  }
  for (const { call, since } of of(reports, "hangs")) fault("late", `${call} has not ended after ${since} ms`)
  for (const { answer, call } of of(reports, "wrong")) fault("wrong", `${call}: ${answer}`)
  return longest
}
