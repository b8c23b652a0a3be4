/**
 * `npm start`: the main job on an invented month, by the same path as a user's own file.
 */
import { resolve } from "node:path"
import { Readable } from "node:stream"
import type { Importer, InputError } from "@tacet/interchange"
import * as Effect from "effect/Effect"
import { log, standardSeed } from "../demo/log.ts"
import { mapping } from "../demo/scenario.ts"
import { deliver, reportOn, type World } from "./run.ts"
import type { Settings } from "./Settings.ts"

/** Reports on the invented month and writes `report.html` into the folder; the exit code. */
export const demo = Effect.fn("demo")(function* (
  folder: string,
  world: World,
): Effect.fn.Return<number, InputError | Importer.ImportError> {
  const html = resolve(folder, "report.html")
  const settings: Settings = {
    input: { _tag: "standard" },
    format: "csv",
    mapping: undefined,
    customer: "example",
    timeZone: undefined,
    asOf: undefined,
    definition: {},
    json: undefined,
    html,
    rejects: undefined,
    strict: false,
    store: { _tag: "memory" },
  }
  const lines = yield* log(standardSeed)
  const document = yield* Effect.scoped(reportOn(Readable.from(lines), mapping, settings))
  yield* deliver(document, settings, world)
  world.stdout.write(`\nThe page is in ${html}\n`)
  return 0
})
