import type { Interaction } from "@tacet/core/domain"
import type { Uuid } from "@tacet/core/eventsourcing"
import type * as Effect from "effect/Effect"
import type { Progress } from "./Commands.ts"
import * as Earlier from "./Earlier.ts"
import type { Unit } from "./Unit.ts"

/** An interaction of which this run knows nothing yet. */
export const newTarget = (id: Uuid.Uuid): Target => ({
  id,
  progress: undefined,
  state: undefined,
  earlier: Earlier.none,
  toldUntil: Number.NEGATIVE_INFINITY,
  pending: [],
  toNote: [],
  cases: 0,
})

/** An interaction to which units are being recorded. */
export interface Target {
  readonly id: Uuid.Uuid
  /** `undefined`: not looked up yet. */
  progress: Progress | undefined
  /** Set with `progress`: the interaction as recorded, and what of it was recorded by earlier runs. */
  state: Interaction.State | undefined
  earlier: Earlier.Earlier
  /** The latest moment of it that this run has recorded. */
  toldUntil: number
  readonly pending: Array<Unit>
  /** The pending notes of the recorded units, in their order. */
  readonly toNote: Array<Effect.Effect<void>>
  /** How many open cases lead to it. */
  cases: number
}
