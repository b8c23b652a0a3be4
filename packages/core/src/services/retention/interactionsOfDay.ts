/**
 * The interactions of a calendar day: found in the log by the day index, read, and counted by the person where the vault
 * knows one.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as LocalTime from "../../calendar/LocalTime.ts"
import * as Interaction from "../../domain/Interaction.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Position } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks, streamEvents } from "../../eventsourcing/EventStore.ts"
import type { StreamId } from "../../eventsourcing/StreamId.ts"
import type { Vault } from "../../privacy/Vault.ts"
import * as Contribution from "../../statistics/Contribution.ts"
import type { Definition } from "../../statistics/Definition.ts"
import * as DayIndex from "../internal/DayIndex.ts"

/** How many streams are read at a time. */
const concurrency = 8
/** How many streams are looked for at a time. */
const page = 200

/** An interaction of a day, by its stream and the position of its start. */
export interface Found {
  readonly stream: StreamId
  readonly position: Position
}

/** An interaction with the number of its events. */
export interface Sized extends Found {
  readonly events: number
}

/** An interaction that was read: the position of its last event, and its contribution to the statistics. */
export interface Read extends Sized {
  readonly last: Position
  readonly contribution: Contribution.Contribution | undefined
}

/** The ports of finding and reading. */
export interface Ports {
  readonly store: EventStore["Service"]
  readonly vault: Vault["Service"] | undefined
  readonly definition: Definition
  readonly local: LocalTime.LocalTime
}

/** A day of the index, and the position of the log up to which it was read. */
export interface IndexedDay {
  readonly number: number
  readonly entry: DayIndex.Day
  readonly through: Position
}

/** The interactions of a day that began at a position of the log or before it, in pages. */
export const find = ({ local, store }: Ports, customer: CustomerId, { entry, number, through }: IndexedDay) =>
  Stream.fromIterable(entry.stretches).pipe(
    Stream.flatMap(({ from, to }) =>
      logChunks(customer, { after: from - 1, filter: DayIndex.filter, limit: Math.min(page, to - from + 1) }).pipe(
        Stream.takeUntil((chunk) => chunk.through >= to),
        Stream.map(({ events }) =>
          events.flatMap(({ occurredAt, position, stream }): ReadonlyArray<Found> =>
            position <= Math.min(to, through) && local.day(occurredAt) === number ? [{ stream, position }] : [],
          ),
        ),
      ),
    ),
    Stream.filter((list) => list.length > 0),
    Stream.provideService(EventStore, store),
  )

/** Reads interactions whole. */
export const readAll = (ports: Ports, customer: CustomerId, list: ReadonlyArray<Found>) =>
  Effect.forEach(list, (one) => read(ports, customer, one), { concurrency })

const read = Effect.fnUntraced(function* (
  { definition, store }: Ports,
  customer: CustomerId,
  { position, stream }: Found,
) {
  const history: Array<Contribution.PlacedEvent> = []
  let last = position
  yield* Stream.runForEach(streamEvents(customer, stream), (recorded) => {
    const decoded = Interaction.codec.decode(recorded)
    if (Result.isFailure(decoded)) return Effect.fail(decoded.failure)
    last = recorded.position
    history.push({ version: recorded.version, event: decoded.success })
    return Effect.void
  }).pipe(Effect.provideService(EventStore, store))
  const contribution = Contribution.of(history, definition, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)
  const one: Read = { stream, position, events: history.length, last, contribution }
  return one
})

/** Looks up how many events interactions have. */
export const sizeAll = ({ store }: Ports, customer: CustomerId, list: ReadonlyArray<Found>) =>
  Effect.forEach(
    list,
    (one) =>
      Effect.map(store.readStream(customer, one.stream, { limit: 1 }), ({ version }): Sized => ({
        ...one,
        events: version,
      })),
    { concurrency },
  )

/** Looks up the persons of linkable interactions, where there is a vault that knows them. */
export const personsOf = ({ vault }: Ports, customer: CustomerId, list: ReadonlyArray<Read>) =>
  Effect.forEach(
    list,
    ({ contribution, stream }) =>
      vault === undefined || contribution?.linkable !== true
        ? Effect.succeed(undefined)
        : Effect.map(vault.subjectOf(customer, stream.id), Option.getOrUndefined),
    { concurrency },
  )
