/**
 * From the rows of a source to interactions in the log and the statistics over them. Rows are put in the order of time,
 * repetitions are dropped, legs become calls, calls find the interaction that they belong to, and the domain decides the
 * rest. Whatever the order of the source, rows are taken in the order of time, so that the order changes no figure.
 *
 * A source that declares the order of time is sorted within the lateness while it is read, and needs memory for as many
 * rows as the lateness spans. Any other source is sorted as a whole first, in temporary files where it is large.
 */
import type { CustomerId, EventStore } from "@tacet/core/eventsourcing"
import { Customers, type Interactions } from "@tacet/core/services"
import type { CustomerReport, Definition } from "@tacet/core/statistics"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { InputError, type RejectedRow, type Source, type SourceItem, type SourceRow } from "../SourceRow.ts"
import * as CallGroups from "./CallGroups.ts"
import { isMoment } from "./Commands.ts"
import type { Declarations } from "./Declarations.ts"
import * as Duplicates from "./Duplicates.ts"
import * as People from "./People.ts"
import * as Recorder from "./Recorder.ts"
import type { RecordError } from "./Recording.ts"
import * as ReorderBuffer from "./ReorderBuffer.ts"
import * as Router from "./Router.ts"
import * as RowCounts from "./RowCounts.ts"
import * as RowSort from "./RowSort.ts"
import * as Statistics from "./Statistics.ts"
import { TokenKey, tokensOf } from "./TokenKey.ts"
import { ofRow, type RowReference, type Unit } from "./Unit.ts"

/** The options of a run. */
export interface Options {
  /** The Customer's name as it was given, for the report. */
  readonly name: string
  readonly declarations: Declarations
  readonly definition: Definition.Definition
  /** The moment as of which the report is made. Default: the watermark of the rows read. */
  readonly asOf?: number
  readonly rejects?: RowCounts.RejectSink
  /** How many rows are recorded together: it changes the speed and nothing else. Default 500. */
  readonly batchSize?: number
  /**
   * How many rows of a source without an order are sorted in memory, before temporary files are used: it changes the
   * memory and nothing else. Default 250,000.
   */
  readonly sortedInMemory?: number
}

/** The result of a run. */
export interface Imported {
  readonly input: RowCounts.InputCounts
  readonly report: CustomerReport.CustomerReport
  /** The three commonest reasons for which rows were rejected. */
  readonly commonestRejects: ReadonlyArray<RowCounts.RejectReason>
  /** The most that was held at once, apart from store and statistics. */
  readonly mostHeld: number
}

export type ImportError = InputError | RecordError

/** Imports a whole source. */
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
  const { counter, mostHeld, statistics } = yield* Effect.scoped(imported(source, customer, options))
  const declared = yield* customers.declared(customer)
  const published = Array.from(declared.scenarios.values()).flatMap((versions) => versions.slice(-1))
  return {
    input: RowCounts.withRecords(counter.figures(), source.quality),
    report: statistics.report(options.name, published),
    commonestRejects: counter.commonest(3),
    mostHeld: mostHeld(),
  }
})

const hour = 3_600_000
const day = 24 * hour

/** Reads a whole source and records its rows in the order of time. */
const imported = Effect.fnUntraced(function* (
  source: Source,
  customer: CustomerId.CustomerId,
  options: Options,
): Effect.fn.Return<Intake, ImportError, Interactions.Interactions | EventStore.EventStore | TokenKey | Scope.Scope> {
  const intake = yield* make(source.order === "time", customer, options)
  const read = Stream.fromAsyncIterable(source.items, inputErrorOf)
  if (source.order === "time") {
    const buffer = ReorderBuffer.make(options.definition.latenessMinutes * 60_000)
    yield* Stream.runForEach(read, (items) =>
      eachReadable(items, intake, (item) =>
        // Rows of the case may still be held: where rows come in the order of time, idleness ends an interaction.
        item._tag === "row" ? Effect.forEach(buffer.push(item), intake.take, { discard: true }) : Effect.void,
      ).pipe(Effect.andThen(Effect.sync(() => intake.measure(buffer.size)))),
    )
    for (const ordered of buffer.drain()) yield* intake.take(ordered)
  } else {
    const sort = yield* RowSort.make(options.sortedInMemory ?? 250_000)
    yield* Stream.runForEach(read, (items) =>
      Effect.andThen(
        eachReadable(items, intake, sort.push),
        Effect.sync(() => intake.measure(sort.size)),
      ),
    )
    yield* Stream.runForEach(Stream.fromAsyncIterable(sort.drain(), inputErrorOf), (items) =>
      Effect.forEach(
        items,
        (item) => (item._tag === "row" ? intake.take({ row: item, late: false }) : intake.endCase(item.case)),
        { discard: true },
      ),
    )
  }
  yield* intake.finish
  return intake
})

const inputErrorOf = (cause: unknown): InputError =>
  cause instanceof InputError ? cause : new InputError("the input cannot be read to its end")

/** Counts the records that cannot be used, and passes the others on. */
const eachReadable = Effect.fnUntraced(function* (
  items: ReadonlyArray<SourceItem>,
  { counter }: Intake,
  use: (item: RowSort.Sorted) => Effect.Effect<void, ImportError>,
) {
  const latestPossible = (yield* Clock.currentTimeMillis) + yearMillis
  for (const item of items) {
    const violation = item._tag === "row" ? violationOf(item, latestPossible) : undefined
    if (violation !== undefined) yield* counter.unreadable(violation)
    else if (item._tag === "rejected") yield* counter.unreadable(item)
    else yield* use(item)
  }
})

/** The sink of rows in the order of time. */
interface Intake {
  readonly counter: RowCounts.RowCounter
  readonly statistics: Statistics.Statistics
  readonly mostHeld: () => number
  /** Notes how much is held, with what waits to be taken. */
  readonly measure: (waiting: number) => void
  readonly take: (ordered: ReorderBuffer.Ordered) => Effect.Effect<void, ImportError>
  /** No row of the case will follow. */
  readonly endCase: (caseKey: string) => Effect.Effect<void, ImportError>
  /** No row will follow. */
  readonly finish: Effect.Effect<void, ImportError>
}

/** `publishes`: days are published as they close, so that a row that comes later shows as a restatement. */
const make = Effect.fnUntraced(function* (
  publishes: boolean,
  customer: CustomerId.CustomerId,
  { asOf, batchSize = 500, declarations, definition, rejects = RowCounts.noSink }: Options,
): Effect.fn.Return<Intake, ImportError, Interactions.Interactions | EventStore.EventStore | TokenKey> {
  const lateness = definition.latenessMinutes * 60_000
  const keepMillis = Math.max(definition.idleMinutes * 60_000, lateness)
  const tokens = tokensOf(yield* TokenKey, customer)
  const planner = { declarations, tokens }
  const counter = RowCounts.make(rejects)
  const people = People.make()
  const recorder = yield* Recorder.make(customer, planner, counter, people)
  const router = Router.make(planner, people, recorder)
  const statistics = yield* Statistics.make(customer, definition, asOf)
  const duplicates = Duplicates.make(tokens, keepMillis)
  const groups = CallGroups.make()
  let clock = Number.NEGATIVE_INFINITY
  let nextTick = Number.NEGATIVE_INFINITY
  let mostHeld = 0

  const measure = (waiting = 0): void => {
    const held = recorder.pending + router.size + groups.size + duplicates.size + people.size
    mostHeld = Math.max(mostHeld, held + waiting)
  }

  const record = Effect.gen(function* () {
    measure()
    yield* recorder.flushAll
    yield* statistics.follow
  })

  const route = (unit: Unit) =>
    Effect.andThen(
      router.route(unit),
      Effect.suspend(() => (recorder.pending >= batchSize ? record : Effect.void)),
    )

  const routeAll = (units: ReadonlyArray<Unit>) => Effect.forEach(units, route, { discard: true })

  /** Once in an hour of the rows' clock, when all rows before the moment have come. */
  const tick = Effect.fnUntraced(function* (moment: number) {
    yield* routeAll(groups.due(moment))
    const isDayOver = publishes && Math.floor(moment / day) > Math.floor(clock / day)
    if (isDayOver || people.size > 0 || recorder.hasPeople) {
      yield* record
      yield* recorder.noteReturns(people.due(moment), moment)
    }
    if (isDayOver) {
      yield* statistics.follow
      yield* statistics.publish
    }
    measure()
    duplicates.forgetBehind(moment)
    router.closeIdle(moment - keepMillis, moment)
    nextTick = Math.floor(moment / hour) * hour + hour
  })

  /** The reference of a new row; a duplicate, or a row that contradicts an earlier one, is dropped here. */
  const admit = Effect.fnUntraced(function* (row: SourceRow) {
    const judged = duplicates.judge(row)
    const { content, earlier } = judged
    if (earlier !== undefined) {
      // Only a recorded row can be a duplicate: a refused row may be submitted again, corrected.
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

  return {
    counter,
    statistics,
    mostHeld: () => mostHeld,
    measure,
    take: Effect.fnUntraced(function* ({ late, row }) {
      if (late) {
        counter.count("late")
      } else {
        if (row.at >= nextTick) yield* tick(row.at)
        clock = row.at
      }
      const reference = yield* admit(row)
      if (reference === undefined) return
      const person = row.person === undefined ? undefined : tokens.person(row.person)
      if (row.facts.some(({ _tag }) => _tag === "leg")) groups.add(row, reference, person)
      else yield* route(ofRow(row, reference, person))
    }),
    endCase: Effect.fnUntraced(function* (caseKey) {
      const group = groups.take(caseKey)
      if (group !== undefined) yield* route(group)
      router.endCase(caseKey)
    }),
    finish: Effect.gen(function* () {
      yield* routeAll(groups.due(Number.POSITIVE_INFINITY))
      yield* record
      const judged = statistics.judgedAt() + 1
      yield* recorder.noteReturns(people.due(judged), judged)
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
const violationOf = ({ at, line }: SourceRow, latestPossible: number): RejectedRow | undefined => {
  if (isMoment(at) && at <= latestPossible) return undefined
  const reason = "the time must be a moment of the calendar, and not more than a year ahead"
  return { _tag: "rejected", line, field: "time", rule: "TACET-TIME", reason }
}
