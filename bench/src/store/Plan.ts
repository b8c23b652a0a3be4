/**
 * The plan by which the server carries out a baseline's statement. A baseline that sorts a table or reads the whole of it for
 * each page makes everything beside it look fast, so a benchmark refuses to run with one.
 */
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

/** A baseline's statement has another plan than it must have: nothing was measured. */
export class WrongPlan extends Error {
  constructor(baseline: string, how: string, wrong: ReadonlyArray<string>, nodes: ReadonlyArray<string>) {
    super(
      `Nothing was measured: the baseline "${baseline}" would run with ${wrong.join(", ")} in its plan ` +
        `(${nodes.join(" > ")}; ${how}). Correct its statement, or the indexes and statistics of its table.`,
    )
    this.name = "WrongPlan"
  }
}

/** A statement as a baseline sends it. */
export interface Planned {
  readonly baseline: string
  readonly text: string
  /** Its parameters as SQL literals: those of several points of the run, since the plan may change with them. */
  readonly parameters: ReadonlyArray<ReadonlyArray<string>>
  /** The nodes that its plan may consist of. */
  readonly allowed: ReadonlyArray<string>
}

/** The nodes of a plan that reads rows in the order of an index. */
export const byIndex = ["Limit", "Index Scan"] as const

/** The nodes of a plan that writes rows. */
export const inserting = ["ModifyTable", "Values Scan", "Result"] as const

/**
 * Fails with `WrongPlan` where the plan has a node that is not allowed: planned for the parameters, and planned once for
 * all, as the server does after a statement has been executed several times.
 */
export const check = (url: string, { allowed, baseline, parameters, text }: Planned): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { query, queryValues } = yield* PgConnection.make({ url: Redacted.make(url), prepare: false })
        yield* query(`PREPARE baseline AS ${text}`)
        for (const mode of ["force_custom_plan", "force_generic_plan"]) {
          yield* query(`SET plan_cache_mode = ${mode}`)
          for (const values of parameters) {
            const [row] = yield* queryValues(`EXPLAIN (FORMAT JSON) EXECUTE baseline (${values.join(", ")})`, [])
            const nodes = nodesOf(row![0])
            const wrong = nodes.filter((node) => !allowed.includes(node))
            if (wrong.length > 0)
              return yield* Effect.fail(
                new WrongPlan(baseline, `${mode}, parameters ${values.join(", ")}`, wrong, nodes),
              )
          }
        }
      }),
    ),
  )

interface Node {
  readonly "Node Type": string
  readonly Plans?: ReadonlyArray<Node>
}

/** The types of all nodes, from the top of the plan. */
const nodesOf = (explained: unknown): ReadonlyArray<string> => {
  const plans = (typeof explained === "string" ? JSON.parse(explained) : explained) as ReadonlyArray<{
    readonly Plan: Node
  }>
  const all = (node: Node): ReadonlyArray<string> => [node["Node Type"], ...(node.Plans ?? []).flatMap(all)]
  return plans.flatMap(({ Plan }) => all(Plan))
}
