/**
 * The statistics of a Customer: by the given definition, or by the standard one in the time zone of its policy.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import { type Definition, make, standard } from "../../statistics/Definition.ts"
import * as Deflection from "../../statistics/Deflection.ts"
import * as Decisions from "../internal/Decisions.ts"

/** How figures are defined, and which version of theirs is counted. */
export interface Figures {
  readonly definition: Definition | undefined
  readonly definitionVersion: number
}

/** The greatest version of a definition. */
export const lastVersion = 999

/** The projection of a definition. Where a policy says the time zone, each zone has one of its own. */
export const projectionBy =
  ({ definition: given, definitionVersion }: Figures) =>
  (definition: Definition) => {
    const projection = Deflection.projection(definition)
    const zone = definition.timeZone.toLowerCase().replace(/[^a-z0-9]+/g, "-")
    const isOwn = given === undefined && definition.timeZone !== standard.timeZone
    return {
      ...projection,
      name: isOwn ? `${projection.name}-${zone}` : projection.name,
      // Apart from each other: a release that counts anew is no other definition.
      version: projection.version * (lastVersion + 1) + definitionVersion,
    }
  }

/** The definition of a Customer's figures at present. */
export const definitionOf = Effect.fnUntraced(function* ({ definition }: Figures, customer: CustomerId) {
  if (definition !== undefined) return definition
  const { policyAt } = yield* (yield* Decisions.make).declared(customer)
  const policy = policyAt(yield* DateTime.now)
  return policy === undefined ? standard : make({ timeZone: policy.timeZone })
})
