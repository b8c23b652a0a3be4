/**
 * The settings of retention: the definition of a day's counters, the projections that must have read it, the size of a
 * commit.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ProjectionKey } from "../../eventsourcing/ProjectionStore.ts"
import type { Definition } from "../../statistics/Definition.ts"

/** The settings of retention. */
export interface RetentionSettings {
  /**
   * The definition of the figures of the Customer's reports, by which a day's counters are counted. Its time zone must
   * be the policy's, in which days end. Default: `Definition.standard` in the time zone of the policy that binds the
   * Customer.
   */
  readonly definition: Definition | undefined
  /**
   * The projections that must have read an interaction before it is deleted; a function tells them by the definition in force
   * for the Customer. Default: none.
   */
  readonly awaits: ReadonlyArray<ProjectionKey> | ((definition: Definition) => ReadonlyArray<ProjectionKey>)
  /** How many streams a commit removes at most. Default 500. */
  readonly streamsPerCommit: number
  /** How many events a commit removes at most, beyond those of its first stream. Default 2,000. */
  readonly eventsPerCommit: number
  /** How many persons a journey needs to be reported by itself. Default 10; never fewer than 5. */
  readonly k: number
}

/** The settings of retention. */
export const Settings: Context.Reference<RetentionSettings> = Context.Reference<RetentionSettings>(
  "@tacet/core/services/Retention/Settings",
  {
    defaultValue: () => ({ definition: undefined, awaits: [], streamsPerCommit: 500, eventsPerCommit: 2000, k: 10 }),
  },
)

/**
 * A layer of the default settings with some changed.
 *
 * @example
 * ```ts
 * import { Retention } from "@tacet/core/services"
 * import { Definition, Deflection } from "@tacet/core/statistics"
 * import * as Layer from "effect/Layer"
 *
 * const definition = Definition.make({ timeZone: "Europe/Paris" })
 * const settings = Retention.layerSettings({ definition, awaits: [Deflection.projection(definition)] })
 * const retention = Layer.provide(Retention.layer, settings)
 * ```
 */
export const layerSettings = (changes: Partial<RetentionSettings>): Layer.Layer<never> =>
  Layer.effect(
    Settings,
    Effect.map(Settings, (settings) => ({ ...settings, ...changes })),
  )

/**
 * Whether the program itself deletes data at their end. Default: false, and a datum that would have no end is refused
 * (RET-CONTRACT, RET-NEC).
 *
 * @example
 * ```ts
 * import { Interactions, Retention } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const interactions = Layer.provide(Interactions.layer, Retention.layerElsewhere)
 * ```
 */
export const Elsewhere: Context.Reference<boolean> = Context.Reference<boolean>(
  "@tacet/core/services/Retention/Elsewhere",
  { defaultValue: () => false },
)

/** For programs that delete data at their end by themselves: nothing is refused for having no end. */
export const layerElsewhere: Layer.Layer<never> = Layer.succeed(Elsewhere, true)
