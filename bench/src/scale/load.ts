/**
 * Writes a history to a log as fast as the store accepts it, and continues where an earlier run stopped.
 */
import { type Commit, type EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { Interaction } from "@tacet/core/domain"
import * as Effect from "effect/Effect"
import { customer, history, type Shape, type Write } from "./history.ts"

type Store = EventStore.EventStore["Service"]

/** Events of one commit, and commits that are on their way. */
const size = 2_000
const ahead = 3

/** How many events the log holds, and how many of them were written now, in which time. */
export interface Loaded {
  readonly events: number
  readonly written: number
  readonly seconds: number
}

/** Loads a history into an empty log, or into what an earlier run has left of it. */
export const load = async (store: Store, shape: Shape, tell: (events: number) => void): Promise<Loaded> => {
  let start = performance.now()
  const { head } = await Effect.runPromise(store.readLog(customer, { limit: 1 }))
  let events = 0
  const underway = new Set<Promise<unknown>>()
  for (const commit of commitsOf(shape)) {
    events += commit.writes.reduce((sum, { events }) => sum + events.length, 0)
    if (events <= head) {
      start = performance.now()
      continue
    }
    if (underway.size >= ahead) await Promise.race(underway)
    const sent: Promise<unknown> = Effect.runPromise(store.append(commit)).finally(() => underway.delete(sent))
    underway.add(sent)
    tell(events)
  }
  await Promise.all(underway)
  const after = await Effect.runPromise(store.readLog(customer, { limit: 1 }))
  if (after.head !== events) throw new Error(`The log holds ${after.head} events where the history has ${events}`)
  return { events, written: events - head, seconds: (performance.now() - start) / 1_000 }
}

/** A history in commits of many streams; a later part of an interaction begins another commit. */
function* commitsOf(shape: Shape): Generator<Commit.Commit, void> {
  let writes: Array<Write> = []
  const streams = new Set<string>()
  let events = 0
  let number = 0
  const commit = (): Commit.Commit => {
    const made = commitOf(`${shape.seed} commit ${number++}`, writes)
    writes = []
    streams.clear()
    events = 0
    return made
  }
  for (const write of history(shape)) {
    if (events >= size || streams.has(write.stream)) yield commit()
    writes.push(write)
    streams.add(write.stream)
    events += write.events.length
  }
  if (writes.length > 0) yield commit()
}

/** A commit of writes, its id from a name. */
export const commitOf = (name: string, writes: ReadonlyArray<Write>): Commit.Commit => ({
  customer,
  commitId: Uuid.derived(name),
  writes: writes.map(({ events, stream, version }) => ({
    stream: { kind: Interaction.streamKind, id: stream },
    expected: ExpectedVersion.exact(version),
    events,
  })),
})
