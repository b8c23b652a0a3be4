/**
 * From the rows of a source to interactions in the log and the statistics over them. Rows are put in order, repetitions
 * are dropped, legs become calls, calls find the interaction that they belong to, and everything else is left to the
 * domain. What is held in memory: rows within the lateness, open cases, and the interactions that one person had within
 * seven days.
 *
 * A source in the order of time has a clock, the moment of the row whose turn it is; everything earlier has come. A
 * source in the order of cases has none: what must wait for other cases waits for its end.
 */
import type { CustomerId, EventStore, Uuid } from "@tacet/core/eventsourcing"
import { Customers, type Interactions } from "@tacet/core/services"
import type { CustomerReport, Definition } from "@tacet/core/statistics"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { InputError, type RejectedRow, type Source, type SourceItem, type SourceRow } from "../SourceRow.ts"
import * as CallGroups from "./CallGroups.ts"
import { isMoment } from "./Commands.ts"
import type { Declarations } from "./Declarations.ts"
import * as Duplicates from "./Duplicates.ts"
import * as RowCounts from "./RowCounts.ts"
import * as People from "./People.ts"
import * as Recorder from "./Recorder.ts"
import * as ReorderBuffer from "./ReorderBuffer.ts"
import * as Statistics from "./Statistics.ts"
import { TokenKey, tokensOf } from "./TokenKey.ts"
import { loneCallAt, ofCaseEnd, ofRow, type RowReference, type Unit } from "./Unit.ts"

/** What a run is asked for. */
export interface Options {
  /** The Customer's name as it was given, for the report. */
  readonly name: string
  readonly declarations: Declarations
  readonly definition: Definition.Definition
  /** The moment as of which the report is made. Default: the watermark of what was read. */
  readonly asOf?: number
  readonly rejects?: RowCounts.RejectSink
  /** How many rows are recorded together: it changes the speed and nothing else. Default 500. */
  readonly batchSize?: number
}

/** What a run has led to. */
export interface Imported {
  readonly input: RowCounts.InputCounts
  readonly report: CustomerReport.CustomerReport
  /** The most that was held at once, apart from store and statistics. */
  readonly mostHeld: number
}

export type ImportError = InputError | Recorder.RecordError

/** Imports a source to its end. */
export const run = Effect.fn("Importer.run")(function* (
  source: Source,
  options: Options,
): Effect.fn.Return<
  Imported,
  ImportError,
  Customers.Customers | Interactions.Interactions | EventStore.EventStore | TokenKey
> {
  const customers = yield* Customers.Customers
  const { commands, customer } = options.declarations
  yield* customers
    .declare(customer, commands)
    .pipe(Effect.catchTag("Refusal", ({ message }) => Effect.fail(new InputError(`mapping: ${message}`))))
  const importer = yield* make(source.order, customer, options)
  yield* Stream.runForEach(Stream.fromAsyncIterable(source.items, inputErrorOf), importer.accept)
  yield* importer.finish
  const declared = yield* customers.declared(customer)
  const published = Array.from(declared.scenarios.values()).flatMap((versions) => versions.slice(-1))
  return {
    input: RowCounts.withRecords(importer.counter.figures(), source.quality),
    report: importer.statistics.report(options.name, published),
    mostHeld: importer.mostHeld(),
  }
})

const inputErrorOf = (cause: unknown): InputError =>
  cause instanceof InputError ? cause : new InputError("the input cannot be read to its end")

/** How many cases that are complete are recorded together. */
const together = 64

const hour = 3_600_000
const day = 24 * hour

/** A case that rows may still come for. */
interface OpenCase {
  /** Its own interaction, or the one that its call was attributed to. */
  readonly target: Recorder.Target
  lastAt: number
}

const make = Effect.fnUntraced(function* (order: Source["order"], customer: CustomerId.CustomerId, options: Options) {
  const { asOf, definition } = options
  const batchSize = options.batchSize ?? 500
  const lateness = definition.latenessMinutes * 60_000
  const keepMillis = Math.max(definition.idleMinutes * 60_000, lateness)
  const tokens = tokensOf(yield* TokenKey, customer)
  const planner = { declarations: options.declarations, tokens }
  const counter = RowCounts.make(options.rejects ?? RowCounts.noSink)
  const people = People.make()
  const recorder = yield* Recorder.make(customer, planner, counter, people)
  const statistics = yield* Statistics.make(customer, definition, asOf)
  const buffer = ReorderBuffer.make(lateness)
  const duplicates = Duplicates.make(tokens, keepMillis)
  const groups = CallGroups.make()
  const cases = new Map<Uuid.Uuid, OpenCase>()
  const targets = new Map<Uuid.Uuid, Recorder.Target>()
  /** Calls that wait for the end of a source without a clock, so that every interaction is known. */
  const loneCalls: Array<{ readonly at: number; readonly unit: Unit }> = []
  /** Cases that are complete and wait to be recorded together. */
  const complete = new Map<Uuid.Uuid, OpenCase>()
  let hasEnded = false
  /** Units routed since the statistics last followed. */
  let unfollowed = 0
  let clock = Number.NEGATIVE_INFINITY
  let nextTick = Number.NEGATIVE_INFINITY
  let mostHeld = 0

  const measure = (): void => {
    const held = buffer.size + recorder.pending + cases.size + groups.size + duplicates.size + people.size
    mostHeld = Math.max(mostHeld, held + loneCalls.length)
  }

  const recordComplete: Effect.Effect<void, Recorder.RecordError> = Effect.suspend(() =>
    Effect.map(recorder.flushEach(Array.from(complete.values(), ({ target }) => target)), () => {
      for (const [own, open] of complete) close(own, open)
      complete.clear()
    }),
  )

  const record = Effect.gen(function* () {
    measure()
    unfollowed = 0
    yield* recorder.flushAll
    yield* recordComplete
    yield* statistics.follow
  })

  /** Records what waits of a person's interactions: what is known of them decides what comes next. */
  const recordPerson = Effect.fnUntraced(function* (person: string) {
    yield* recorder.flushPerson(person)
    for (const id of people.interactionsOf(person)) {
      const target = targets.get(id)
      if (target !== undefined && target.pending.length > 0) yield* recorder.flush(target)
    }
  })

  const targetOf = (id: Uuid.Uuid): Recorder.Target => targets.get(id) ?? Recorder.targetOf(id)

  /** By the source's own key, else by the person; a call that belongs to no interaction is one of its own. */
  const attribute = Effect.fnUntraced(function* (unit: Unit, own: Recorder.Target) {
    const callAt = loneCallAt(unit)
    if (callAt === undefined || unit.person === undefined) return own
    if (yield* recorder.exists(own)) return own
    yield* recordPerson(unit.person)
    for (const id of people.interactionsOf(unit.person)) {
      const target = targetOf(id)
      if (yield* recorder.heldCall(target, unit)) return target
    }
    const found = people.interactionOf(unit.person, callAt, unit.number)
    return found === undefined ? own : targetOf(found)
  })

  const route = Effect.fnUntraced(function* (unit: Unit) {
    const own = tokens.interaction(unit.case)
    if (complete.has(own)) yield* recordComplete
    let open = cases.get(own)
    if (open === undefined) {
      const callAt = unit.person === undefined ? undefined : loneCallAt(unit)
      if (order === "case" && !hasEnded && callAt !== undefined) return void loneCalls.push({ at: callAt, unit })
      const target = yield* attribute(unit, targetOf(own))
      targets.set(target.id, target)
      target.cases++
      open = { target, lastAt: unit.at }
      cases.set(own, open)
    }
    open.lastAt = Math.max(open.lastAt, unit.at)
    recorder.add(open.target, unit)
    if (++unfollowed >= batchSize) yield* record
  })

  const routeAll = (units: ReadonlyArray<Unit>) => Effect.forEach(units, route, { discard: true })

  const close = (own: Uuid.Uuid, { target }: OpenCase): void => {
    cases.delete(own)
    if (--target.cases === 0) targets.delete(target.id)
  }

  const forgetBehind = (moment: number): void => {
    duplicates.forgetBehind(moment)
    for (const [own, open] of cases) {
      const call = open.target.progress?.openCall
      const isOnCall = call !== undefined && call.placedAt + day > moment
      if (open.lastAt + keepMillis < moment && !isOnCall) close(own, open)
    }
  }

  /** Once in an hour of the rows' clock, when all rows before the moment have come. */
  const tick = Effect.fnUntraced(function* (moment: number) {
    yield* routeAll(groups.due(moment))
    yield* recorder.flushAll
    yield* recorder.note(people.due(moment))
    yield* statistics.follow
    if (Math.floor(moment / day) > Math.floor(clock / day)) yield* statistics.publish
    measure()
    forgetBehind(moment)
    nextTick = Math.floor(moment / hour) * hour + hour
  })

  /** The reference of a row that is new; what comes again, or contradicts what came, ends here. */
  const admit = Effect.fnUntraced(function* (row: SourceRow) {
    const judged = duplicates.judge(row)
    const { content, earlier } = judged
    if (earlier !== undefined) {
      // Only what was recorded can be repeated: a row that was refused may come again, mended.
      if (earlier.state === "waiting") yield* recorder.flushAll
      if (earlier.state !== "refused") {
        const reference = [{ line: row.line }]
        if (earlier.content === content) counter.duplicate(reference)
        else yield* counter.rejected(reference, contradiction)
        return undefined
      }
    }
    const id = duplicates.remember(judged, clock)
    const reference: RowReference = { line: row.line, ...(id === undefined ? {} : { id }) }
    return reference
  })

  const take = Effect.fnUntraced(function* (row: SourceRow) {
    const reference = yield* admit(row)
    if (reference === undefined) return
    const person = row.person === undefined ? undefined : tokens.person(row.person)
    if (row.facts.some(({ _tag }) => _tag === "leg")) groups.add(row, reference, person)
    else yield* route(ofRow(row, reference, person))
  })

  const takeInOrder = Effect.fnUntraced(function* ({ late, row }: ReorderBuffer.Ordered) {
    if (late) {
      counter.count("late")
    } else {
      if (row.at >= nextTick) yield* tick(row.at)
      clock = row.at
    }
    yield* take(row)
  })

  const completeCase = Effect.fnUntraced(function* (caseKey: string) {
    const group = groups.take(caseKey)
    if (group !== undefined) yield* route(group)
    const own = tokens.interaction(caseKey)
    const open = cases.get(own)
    if (open === undefined || complete.has(own)) return
    recorder.add(open.target, ofCaseEnd(caseKey))
    complete.set(own, open)
    if (complete.size >= together) yield* recordComplete
    if (unfollowed >= batchSize) yield* record
  })

  const acceptItem = Effect.fnUntraced(function* (item: SourceItem, latestPossible: number) {
    switch (item._tag) {
      case "rejected":
        return yield* counter.unreadable(item)
      case "caseComplete":
        // In the order of time rows of the case may still be held; there, being idle ends an interaction.
        return order === "case" ? yield* completeCase(item.case) : undefined
      case "row": {
        const fault = faultOf(item, latestPossible)
        if (fault !== undefined) return yield* counter.unreadable(fault)
        if (order === "case") return yield* take(item)
        for (const ordered of buffer.push(item)) yield* takeInOrder(ordered)
      }
    }
  })

  return {
    counter,
    statistics,
    mostHeld: () => mostHeld,
    accept: Effect.fnUntraced(function* (items: ReadonlyArray<SourceItem>) {
      const latestPossible = (yield* Clock.currentTimeMillis) + yearMillis
      for (const item of items) yield* acceptItem(item, latestPossible)
      measure()
    }),
    finish: Effect.gen(function* () {
      for (const ordered of buffer.drain()) yield* takeInOrder(ordered)
      hasEnded = true
      yield* record
      yield* routeAll(groups.due(Number.POSITIVE_INFINITY))
      loneCalls.sort((one, other) => one.at - other.at)
      yield* routeAll(loneCalls.map(({ unit }) => unit))
      yield* record
      yield* recorder.note(people.due(statistics.judgedAt() + 1))
      yield* statistics.follow
    }),
  }
})

const contradiction = {
  rule: "TACET-ONCE",
  field: "id",
  reason: "a row of this id was recorded with other content; accepted: the same content, or an id of its own",
}

const yearMillis = 366 * day

/** A moment that cannot be would carry the clock away, and every row behind it would be late. */
const faultOf = ({ at, line }: SourceRow, latestPossible: number): RejectedRow | undefined => {
  if (isMoment(at) && at <= latestPossible) return undefined
  const reason = "the time must be a moment of the calendar, and not more than a year ahead"
  return { _tag: "rejected", line, field: "time", rule: "TACET-TIME", reason }
}
