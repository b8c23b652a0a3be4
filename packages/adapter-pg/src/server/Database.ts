/**
 * One database with its two pools: appends do not wait for readers.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { namesOf, type Part, workingOn } from "./Names.ts"
import type { Options } from "./Options.ts"
import * as Sessions from "./Sessions.ts"
import { named } from "./settings.ts"

/** A database that is in use. */
export interface Database {
  readonly schema: string
  /** Whether appends call the functions of the schema. */
  readonly appendFunctions: boolean
  readonly writes: Sessions.Sessions
  readonly reads: Sessions.Sessions
}

// A plan that was made while a table was small would keep its sequential scan.
const forAnySize = { plan_cache_mode: "force_generic_plan", enable_seqscan: "off" }

/** Settings of the server for the connections that write. */
export const writeSettings: Readonly<Record<Part, Readonly<Record<string, string>>>> = {
  log: forAnySize,
  // How many rows a batch holds is not known to its plan, which would go through whole tables for the sake of a few.
  vault: { ...forAnySize, enable_hashjoin: "off", enable_mergejoin: "off" },
  keys: forAnySize,
}

/** Where tables are distributed, a plan must know its parameters: they say on which node the rows are. */
export const settingsOf = ({ distributed = false }: Options, part: Part): Readonly<Record<string, string>> =>
  distributed ? { ...writeSettings[part], plan_cache_mode: "auto" } : writeSettings[part]

/** Opens the pools of one part of a database. */
export const make = Effect.fnUntraced(function* (
  deployment: Options,
  part: Part = "log",
): Effect.fn.Return<Database, never, Scope.Scope> {
  const { schema } = namesOf(deployment, part)
  const options = workingOn(part, deployment)
  const writes = yield* Sessions.make(named(options, `${part} writes`), {
    size: options.appendConnections ?? 4,
    settings: settingsOf(options, part),
  })
  const reads = yield* Sessions.make(named(options, `${part} reads`), {
    size: options.readConnections ?? 6,
    settings: {},
  })
  return { schema, appendFunctions: options.appendFunctions ?? true, writes, reads }
})
