/**
 * A process that erases one subject after the other, several at a time, and says where it is, so that it can be killed there:
 * its first argument names the databases, the Customer and the subjects.
 */
import type { CustomerId } from "@tacet/core/eventsourcing"
import { OpeningPolicy, type Subject, Vault } from "@tacet/core/privacy"
import { Erasure } from "@tacet/core/services"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { writeSync } from "node:fs"
import { layer as eventStore } from "../layer.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

/** The task that it receives. */
export interface Task {
  readonly vault: string
  readonly keys: string
  readonly log: string
  readonly customer: CustomerId.CustomerId
  readonly subjects: ReadonlyArray<Subject.SubjectId>
}

/** Erasures over a log and a vault. */
export const erasures = (options: VaultPostgres.VaultOptions) =>
  Layer.provideMerge(Erasure.layer, Vault.layer).pipe(
    Layer.provideMerge(
      Layer.mergeAll(
        VaultPostgres.layer(options),
        eventStore(options.log),
        Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void }),
      ),
    ),
  )

const say = (word: "begins" | "done", subject: string) => Effect.sync(() => writeSync(1, `${word} ${subject}\n`))

const run = ({ customer, keys, log, subjects, vault }: Task): Promise<void> =>
  Effect.runPromise(
    Effect.provide(
      Erasure.Erasure.use(({ erase }) =>
        Effect.forEach(
          subjects,
          (subject) =>
            Effect.andThen(
              say("begins", subject),
              Effect.andThen(erase({ customer, subject, cause: "request" }), say("done", subject)),
            ),
          { concurrency: 4, discard: true },
        ),
      ),
      erasures({
        vault: { url: Redacted.make(vault) },
        keys: { url: Redacted.make(keys) },
        log: { url: Redacted.make(log) },
      }),
    ),
  )

const [, program, task] = process.argv
if (program === import.meta.filename) await run(JSON.parse(task!) as Task)
