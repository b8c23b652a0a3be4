/**
 * Pages of streams and chunks of the log.
 */
import { type EventEnvelope, EventStore, type StreamId } from "@tacet/core/eventsourcing"
import { type Compartment, eventsOf } from "./Compartment.ts"

/** A page of one stream. */
export const readStream = (
  compartment: Compartment,
  stream: StreamId.StreamId,
  range: EventStore.StreamRange = {},
): EventStore.StreamPage => {
  const events = eventsOf(compartment, stream)
  const after = range.after ?? 0
  return { events: events.slice(after, after + limitOf(range)), version: events.length }
}

/** A chunk of the log: it costs as much as the positions that it accounts for. */
export const readLog = ({ log }: Compartment, range: EventStore.LogRange = {}): EventStore.LogChunk => {
  const after = range.after ?? 0
  const limit = limitOf(range)
  const wanted = matching(range.filter)
  const events: Array<EventEnvelope.RecordedEvent> = []
  const purged: Array<{ from: EventEnvelope.Position; to: EventEnvelope.Position }> = []
  let through = after
  while (through < log.length && events.length < limit) {
    const event = log[through++]
    if (event === undefined) {
      const range = purged[purged.length - 1]
      if (range?.to === through - 1) range.to = through
      else purged.push({ from: through, to: through })
    } else if (wanted(event)) {
      events.push(event)
    }
  }
  return { after, through, events, purged, head: log.length }
}

const limitOf = (range: { readonly limit?: number }): number => Math.max(1, range.limit ?? EventStore.defaultPageSize)

const matching = (filter: EventStore.LogFilter = {}): ((event: EventEnvelope.RecordedEvent) => boolean) => {
  const { eventTypes, streamKinds } = filter
  return (event) =>
    (streamKinds === undefined || streamKinds.includes(event.stream.kind)) &&
    (eventTypes === undefined || eventTypes.includes(event.type))
}
