/**
 * A projection by which it shows when an event was projected twice or not at all: how many there were, and the sum of
 * their positions.
 */
import type { Projection } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"

/** The counts. */
export interface Counted {
  readonly events: number
  readonly sum: number
}

/** The projection. */
export const counting: Projection.Projection<Counted> = {
  name: "counting",
  version: 1,
  initial: () => ({ events: 0, sum: 0 }),
  apply: (state, { events }) =>
    Effect.succeed({
      events: state.events + events.length,
      sum: events.reduce((sum, { position }) => sum + position, state.sum),
    }),
  encode: (state) => JSON.stringify(state),
  decode: (state) => JSON.parse(state) as Counted,
}
