/**
 * The port for the saved states of projections. A state and its checkpoint are saved in one transaction, so that each
 * event counts exactly once despite crashes.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { CustomerId } from "./CustomerId.ts"
import type { Position } from "./EventEnvelope.ts"
import type { StoreError } from "./EventStoreError.ts"

/** One version of one projection. Versions build beside each other; one of them is active. */
export interface ProjectionKey {
  /** A lower-case word such as `deflection`. */
  readonly name: string
  /** 1 or more; a change of the fold is a new version. */
  readonly version: number
}

/** The latest saved state of a catch-up projection. */
export interface SavedProjection {
  /** The position up to which the state has folded the log. */
  readonly checkpoint: Position
  /** The state, as its projection wrote it. */
  readonly state: string
}

/**
 * Another runner has moved the checkpoint since this one loaded it: the computed state is stale. Load again.
 */
export class CheckpointMoved extends Schema.TaggedError<CheckpointMoved>()("CheckpointMoved", {
  customer: CustomerId,
  name: Schema.String,
  version: Schema.Int,
  expected: Schema.Int,
  actual: Schema.Int,
}) {
  override get message(): string {
    return `Projection ${this.name} version ${this.version} was expected at ${this.expected} and is at ${this.actual}: another runner is at work. Load it again.`
  }
}

/** The counters of an inline projection have not counted the events of the log, each once, so none of them is right. */
export class CountersIncomplete extends Schema.TaggedError<CountersIncomplete>()("CountersIncomplete", {
  customer: CustomerId,
  name: Schema.String,
  version: Schema.Int,
  /** How many events they have counted. */
  counted: Schema.Int,
  /** How many events the log has had. */
  head: Schema.Int,
}) {
  override get message(): string {
    const why =
      this.counted < this.head
        ? "the others were appended before there was the projection, or by a process without it. Give it to every process"
        : "counters and log are of different times, as where one of them was restored alone. Put the right log in place"
    return `The counters of inline projection ${this.name} version ${this.version} have counted ${this.counted} of ${this.head} events: ${why}, then run Projection.recount; to ask again does not help.`
  }
}

/** The port. */
export class ProjectionStore extends Context.Service<
  ProjectionStore,
  {
    /** The latest saved state, if any. */
    readonly load: (
      customer: CustomerId,
      key: ProjectionKey,
    ) => Effect.Effect<Option.Option<SavedProjection>, StoreError>
    /** Saves state and checkpoint together, if the checkpoint is still the expected one (0 where nothing was saved). */
    readonly save: (
      customer: CustomerId,
      key: ProjectionKey,
      expectedCheckpoint: Position,
      next: SavedProjection,
    ) => Effect.Effect<void, CheckpointMoved | StoreError>
    /** The active version of a projection, if any. */
    readonly activeVersion: (customer: CustomerId, name: string) => Effect.Effect<Option.Option<number>, StoreError>
    /** Makes a version the active one: readers switch from one instant to the next. */
    readonly activate: (customer: CustomerId, key: ProjectionKey) => Effect.Effect<void, StoreError>
    /** Removes the saved state of a version. Removing an absent state is not an error. */
    readonly remove: (customer: CustomerId, key: ProjectionKey) => Effect.Effect<void, StoreError>
    /**
     * The counters of an inline projection; those that were never touched are absent. Fails with `CountersIncomplete` where they have
     * not counted as many events as the log has had, whether or not these were purged.
     */
    readonly counters: (
      customer: CustomerId,
      key: ProjectionKey,
    ) => Effect.Effect<ReadonlyMap<string, number>, CountersIncomplete | StoreError>
    /**
     * Replaces all counters of an inline projection by what was counted up to a position, if that is still the head of the log;
     * otherwise fails with `CheckpointMoved` and changes nothing. For `Projection.recount`.
     */
    readonly replaceCounters: (
      customer: CustomerId,
      key: ProjectionKey,
      through: Position,
      counters: ReadonlyMap<string, number>,
    ) => Effect.Effect<void, CheckpointMoved | StoreError>
  }
>()("@tacet/core/eventsourcing/ProjectionStore") {}
