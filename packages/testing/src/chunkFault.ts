/**
 * The promise that every chunk of every log keeps, whatever the store and its content.
 */
import type { CustomerId, EventEnvelope, EventStore } from "@tacet/core/eventsourcing"

interface Fault {
  readonly expected: string
  readonly seen: string
}

/** Why a chunk does not answer its range, or `undefined` where it does. */
export const chunkFault = (
  customer: CustomerId.CustomerId,
  chunk: EventStore.LogChunk,
  range: EventStore.LogRange,
): Fault | undefined => {
  const after = range.after ?? 0
  const { events, head, through } = chunk
  const limit = range.limit ?? 1000
  if (chunk.after !== after) return { expected: `a chunk behind ${after}`, seen: `one behind ${chunk.after}` }
  if (through < after || (through > head && head >= after)) {
    return { expected: `a chunk that ends between ${after} and the head ${head}`, seen: `it ends at ${through}` }
  }
  if (through === after && head > after) {
    return { expected: `a chunk behind ${after} that comes nearer to the head ${head}`, seen: "it stays" }
  }
  if (events.length > limit) return { expected: `at most ${limit} events in a chunk`, seen: `${events.length}` }
  const foreign = events.find((event) => event.customer !== customer)
  if (foreign !== undefined) return { expected: `events of ${customer} only`, seen: `one of ${foreign.customer}` }
  const unwanted = events.find((event) => !wants(range.filter ?? {}, event))
  if (unwanted !== undefined) return { expected: "events that the filter wants", seen: `position ${unwanted.position}` }
  return orderFault(chunk) ?? accountFault(chunk, range.filter !== undefined)
}

const wants = ({ eventTypes, streamKinds }: EventStore.LogFilter, event: EventEnvelope.RecordedEvent): boolean =>
  (eventTypes === undefined || eventTypes.includes(event.type)) &&
  (streamKinds === undefined || streamKinds.includes(event.stream.kind))

const orderFault = ({ after, events, purged, through }: EventStore.LogChunk): Fault | undefined => {
  let last: EventEnvelope.Position = after
  for (const { position } of events) {
    if (!Number.isInteger(position) || position <= last || position > through) {
      return { expected: `an event behind ${last} and not behind ${through}`, seen: `position ${position}` }
    }
    last = position
  }
  // Ranges that touch would not be as few as possible.
  let end: EventEnvelope.Position = after - 1
  for (const { from, to } of purged) {
    if (from <= end + 1 || from <= after || to < from || to > through) {
      return {
        expected: `a purged range apart from ${end} and within ${after} to ${through}`,
        seen: `${from} to ${to}`,
      }
    }
    end = to
  }
  return undefined
}

/** Without a filter, events and purged ranges account for every position; with one, they may not overlap. */
const accountFault = (
  { after, events, purged, through }: EventStore.LogChunk,
  filtered: boolean,
): Fault | undefined => {
  const gone = purged.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const overlapping = events.find(({ position }) => purged.some(({ from, to }) => from <= position && position <= to))
  if (overlapping !== undefined)
    return { expected: "no event in a purged range", seen: `position ${overlapping.position}` }
  if (filtered || events.length + gone === through - after) return undefined
  return {
    expected: `${through - after} positions behind ${after} accounted for`,
    seen: `${events.length} events and ${gone} purged`,
  }
}
