/**
 * A process made to be killed: its argument is its task. On SIGTERM it gives up its calls, closes its connections and ends.
 */
import { layer, type Options, VaultPostgres } from "@tacet/adapter-pg"
import { OpeningPolicy, Vault } from "@tacet/core/privacy"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { keeping, saving } from "./keeping.ts"
import { following, looking, running } from "./reading.ts"
import * as Reporting from "./Reporting.ts"
import { limits, type Task } from "./Said.ts"
import { writing } from "./writing.ts"

/** Everybody may open everything. */
const policy = Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })

/** The stores of a process, and its vault, all in one database. */
export const storesAt = (options: Options) =>
  Vault.layer.pipe(
    Layer.provideMerge(Layer.merge(VaultPostgres.layer({ vault: options, keys: options, log: options }), policy)),
    Layer.merge(layer(options)),
  )

const work = ({ customers, role }: Task, reporting: Reporting.Reporting) => {
  const each = {
    writer: [writing, writing],
    keeper: [keeping, saving],
    reader: [following, looking, running],
  }[role]
  return Effect.all(
    customers.flatMap((customer) => each.map((one) => one(reporting, customer))),
    { concurrency: "unbounded", discard: true },
  )
}

const main = async (task: Task): Promise<void> => {
  const reporting = Reporting.make(task.file)
  const options: Options = {
    url: Redacted.make(task.url),
    appendFunctions: task.appendFunctions,
    applicationName: `chaos ${task.role}`,
    ...limits,
  }
  const fiber = Effect.runFork(
    Effect.scoped(
      Effect.gen(function* () {
        // A worker that comes to life while the server is away tries again.
        const stores = yield* Effect.retry(reporting.timed("start", Layer.build(storesAt(options))), {
          while: ({ _tag }) => _tag === "DatabaseUnavailable",
          schedule: Schedule.spaced("50 millis"),
        })
        yield* Effect.provideContext(work(task, reporting), stores)
      }),
    ),
  )
  process.once("SIGTERM", () => void Effect.runFork(Fiber.interrupt(fiber)))
  const exit = await Effect.runPromise(Fiber.await(fiber))
  if (Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)) {
    process.stderr.write(`${Cause.pretty(exit.cause)}\n`)
    process.exitCode = 1
  }
}

const [, program, task] = process.argv
if (program === import.meta.filename) await main(JSON.parse(task!) as Task)
