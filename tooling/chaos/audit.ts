/**
 * Compares the log with the results that the workers received.
 */
import { layer } from "@tacet/adapter-pg"
import { type CustomerId, EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { type Counted, counting } from "./counting.ts"

/** The reports of the workers. */
export interface Told {
  readonly intents: Map<string, { readonly customer: CustomerId.CustomerId; readonly events: number }>
  readonly unknown: Set<string>
  readonly acknowledged: Map<string, { readonly first: number; readonly last: number }>
}

/** The findings of the audit. */
export interface Outcome {
  readonly kills: number
  readonly acknowledged: number
  /** Acknowledged commits that are not where they were said to be, and events that the projection has not counted. */
  readonly lost: number
  /** Commits that are in the log twice, and events that the projection has counted twice. */
  readonly doubled: number
  /** Commits of which a part is there. */
  readonly halfWritten: number
  /** Positions that are missing. */
  readonly gaps: number
  /** Commits of unknown outcome whose result a retry has returned. */
  readonly unknownResolved: number
}

/** Reads all logs, and brings the projections to their heads first. */
export const audit = (
  url: string,
  kills: number,
  customers: ReadonlyArray<CustomerId.CustomerId>,
  told: Told,
): Promise<Outcome> =>
  Effect.runPromise(
    Effect.provide(
      Effect.gen(function* () {
        let [lost, doubled, halfWritten, gaps] = [0, 0, 0, 0]
        const found = new Map<string, Array<number>>()
        for (const customer of customers) {
          const positions = yield* positionsIn(customer, found)
          const head = positions.length
          gaps += positions.filter((position, index) => position !== index + 1).length
          yield* Projection.catchUp(counting, customer)
          const { events, sum } = yield* savedFor(customer)
          const missing = head - events
          if (missing > 0) lost += missing
          else doubled += -missing
          if (missing === 0 && sum !== (head * (head + 1)) / 2) doubled++
        }
        for (const [commitId, { events }] of told.intents) {
          const at = found.get(commitId) ?? []
          const isWhole = at.every((position, index) => position === at[0]! + index)
          if (at.length > events) doubled++
          else if ((at.length > 0 && at.length < events) || !isWhole) halfWritten++
          const acknowledged = told.acknowledged.get(commitId)
          if (acknowledged !== undefined) {
            const { first, last } = acknowledged
            if (at[0] !== first || at[at.length - 1] !== last) lost++
          }
        }
        // A commit that no worker sent would be worse than a duplicate.
        doubled += [...found.keys()].filter((commitId) => !told.intents.has(commitId)).length
        const unknownResolved = [...told.unknown].filter((commitId) => told.acknowledged.has(commitId)).length
        return { kills, acknowledged: told.acknowledged.size, lost, doubled, halfWritten, gaps, unknownResolved }
      }),
      layer({ url: Redacted.make(url) }),
    ),
  )

const positionsIn = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, found: Map<string, Array<number>>) {
  const store = yield* EventStore.EventStore
  const positions: Array<number> = []
  for (let after = 0; ;) {
    const { events, head, through } = yield* store.readLog(customer, { after, limit: 5_000 })
    for (const { commitId, position } of events) {
      positions.push(position)
      const of = found.get(commitId)
      if (of === undefined) found.set(commitId, [position])
      else of.push(position)
    }
    after = through
    if (through >= head) return positions
  }
})

const savedFor = (customer: CustomerId.CustomerId) =>
  Effect.map(
    ProjectionStore.ProjectionStore.use((store) => store.load(customer, counting)),
    (saved): Counted =>
      Option.match(saved, { onNone: counting.initial, onSome: ({ state }) => counting.decode(state) }),
  )
