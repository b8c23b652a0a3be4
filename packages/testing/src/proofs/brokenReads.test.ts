/**
 * Proof of the event store suite: stores that read wrongly.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type EventEnvelope, type EventStore, Uuid } from "@tacet/core/eventsourcing"
import { type BrokenStore, breaking, changingChunks, prove, readingEvents } from "./brokenStore.testing.ts"

const broken: ReadonlyArray<BrokenStore> = [
  {
    fault: "reads a stream from the version on instead of behind it",
    property: "a page of a stream begins behind the version it names",
    alone: true,
    fixture: breaking((store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, after: Math.max(0, (range?.after ?? 0) - 1) }),
    })),
  },
  {
    fault: "reads one event more than asked for",
    property: "a page of a stream holds no more than asked for, and says how long the stream is",
    alone: true,
    fixture: breaking((store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, limit: (range?.limit ?? 1000) + 1 }),
    })),
  },
  {
    fault: "answers the length of the page as that of the stream",
    property: "a page of a stream holds no more than asked for, and says how long the stream is",
    alone: true,
    fixture: breaking((store) => ({
      readStream: (...args) =>
        Effect.map(store.readStream(...args), (page) => ({
          ...page,
          version: page.events[page.events.length - 1]?.version ?? page.version,
        })),
    })),
  },
  {
    fault: "reads everything where no number is asked for",
    property: "a page or a chunk holds a thousand events where no number is asked for",
    alone: false,
    fixture: breaking((store) => ({
      readStream: (customer, stream, range) =>
        store.readStream(customer, stream, { ...range, limit: range?.limit ?? 100_000 }),
    })),
  },
  {
    fault: "reads the log from the position on instead of behind it",
    property: "a chunk of the log begins behind the position it names",
    alone: true,
    fixture: breaking((store) => ({
      readLog: (customer, range) =>
        Effect.map(store.readLog(customer, { ...range, after: Math.max(0, (range?.after ?? 0) - 1) }), (chunk) => ({
          ...chunk,
          after: range?.after ?? 0,
        })),
    })),
  },
  {
    fault: "finds no stream whose id has no version",
    property: "a stream is read back under any id that a commit may name",
    alone: false,
    fixture: breaking((store) => ({
      readStream: (customer, stream, range) =>
        Schema.is(Uuid.Uuid)(stream.id)
          ? store.readStream(customer, stream, range)
          : Effect.succeed({ events: [], version: 0 }),
    })),
  },
  {
    fault: "answers an empty chunk behind its head",
    property: "behind its head the log is not whole: a reader who was there has seen events that it lacks",
    alone: false,
    fixture: breaking((store) => ({
      readLog: (customer, range) =>
        Effect.catchTag(store.readLog(customer, range), "LogFault", () => {
          const after = range?.after ?? 0
          return Effect.map(store.readLog(customer, { limit: 1 }), ({ head }) => {
            const nothing: EventStore.LogChunk = { after, through: after, events: [], purged: [], head }
            return nothing
          })
        }),
    })),
  },
  {
    fault: "leaves out the first event of a chunk",
    property: "chunks of the log hold no more than asked for and follow each other without a gap",
    alone: true,
    fixture: changingChunks((chunk) => ({ ...chunk, events: chunk.events.slice(1) })),
  },
  {
    fault: "ignores the limit of a chunk",
    property: "chunks of the log hold no more than asked for and follow each other without a gap",
    alone: true,
    fixture: breaking((store) => ({
      readLog: (customer, range) => store.readLog(customer, { ...range, limit: 1000 }),
    })),
  },
  {
    fault: "does not come to the head where a filter wants nothing",
    property: "a filter that nothing meets reaches the head",
    alone: true,
    fixture: changingChunks((chunk, range) =>
      range.filter === undefined
        ? chunk
        : { ...chunk, through: chunk.events[chunk.events.length - 1]?.position ?? chunk.after },
    ),
  },
  {
    fault: "takes either condition of a filter for both",
    property: "a filter by kinds and types gives what meets both",
    alone: true,
    fixture: breaking((store) => ({
      readLog: (customer, { filter, ...range } = {}) =>
        store.readLog(customer, {
          ...range,
          filter: filter?.streamKinds === undefined ? (filter ?? {}) : { streamKinds: filter.streamKinds },
        }),
    })),
  },
  {
    fault: "takes a filter by types for none",
    property: "a filter by types of events gives them alone and reaches the head",
    alone: true,
    fixture: breaking((store) => ({
      readLog: (customer, { filter, ...range } = {}) =>
        store.readLog(customer, {
          ...range,
          filter: filter?.streamKinds === undefined ? {} : { streamKinds: filter.streamKinds },
        }),
    })),
  },
  {
    fault: "takes an empty filter for no filter",
    property: "a filter that nothing meets reaches the head",
    alone: true,
    fixture: breaking((store) => ({
      readLog: (customer, { filter: { eventTypes = [], streamKinds = [] } = {}, ...range } = {}) =>
        store.readLog(customer, {
          ...range,
          filter: {
            ...(eventTypes.length === 0 ? {} : { eventTypes }),
            ...(streamKinds.length === 0 ? {} : { streamKinds }),
          },
        }),
    })),
  },
  {
    fault: "gives its own objects away",
    property: "what a caller does to what it handed in or was given changes nothing in the store",
    alone: false,
    fixture: breaking((store) => {
      const given = new Map<string, EventEnvelope.RecordedEvent>()
      const own = (event: EventEnvelope.RecordedEvent): EventEnvelope.RecordedEvent => {
        const key = `${event.customer}/${event.position}`
        const kept = given.get(key) ?? { ...event, stream: { ...event.stream } }
        given.set(key, kept)
        return kept
      }
      return {
        readStream: (...args) =>
          Effect.map(store.readStream(...args), (page) => ({ ...page, events: page.events.map(own) })),
        readLog: (...args) =>
          Effect.map(store.readLog(...args), (chunk) => ({ ...chunk, events: chunk.events.map(own) })),
      }
    }),
  },
  {
    fault: "answers the time of recording in seconds",
    property: "the time of recording is the store's, in milliseconds, and does not change",
    alone: false,
    fixture: readingEvents((event) => ({ ...event, recordedAt: Math.trunc(event.recordedAt / 1000) })),
  },
  {
    fault: "answers the time of occurrence as the time of recording",
    property: "the time of recording is the store's, in milliseconds, and does not change",
    alone: false,
    fixture: readingEvents((event) => ({ ...event, recordedAt: event.occurredAt })),
  },
  {
    fault: "counts versions from 0",
    property: "the versions of a stream are dense from 1",
    alone: true,
    fixture: readingEvents((event) => ({ ...event, version: event.version - 1 })),
  },
  {
    fault: "counts positions by ten",
    property: "positions are dense from 1, in commit order",
    alone: true,
    fixture: readingEvents((event) => ({ ...event, position: event.position * 10 })),
  },
]

prove("reads wrongly", broken)
