/**
 * The command line: arguments in, exit code out.
 */
import { InputError } from "@tacet/interchange"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { demo } from "./demo.ts"
import { help } from "./help.ts"
import { deliver, exitCodeOf, run, type World } from "./run.ts"
import { readSettings } from "./Settings.ts"

/** Runs the command line; relative paths start from `folder`. */
export const main = async (args: ReadonlyArray<string>, folder: string, world: World): Promise<number> => {
  const exit = await Effect.runPromiseExit(args[0] === "demo" ? demo(folder, world) : report(args, folder, world))
  if (Exit.isSuccess(exit)) return exit.value
  world.stderr.write(`report: ${faultOf(exit.cause)}\n`)
  return 2
}

const report = Effect.fnUntraced(function* (args: ReadonlyArray<string>, folder: string, world: World) {
  const settings = yield* Effect.try({
    try: () => readSettings(args, folder),
    catch: (cause) => (cause instanceof InputError ? cause : new InputError("the options cannot be read")),
  })
  if (settings === "help") {
    world.stdout.write(help)
    return 0
  }
  const { document } = yield* run(settings, world)
  yield* deliver(document, settings, world)
  return exitCodeOf(document, settings)
})

/** One line. An unexpected error is reported by its name alone: its message might contain a value of the input. */
const faultOf = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause)
  if (error instanceof InputError) return error.message.replaceAll(/\s+/g, " ")
  if (process.env["TACET_DEBUG"] === "1") return Cause.pretty(cause)
  return `stopped by an unforeseen fault (${error instanceof Error ? error.name : "unknown"}); TACET_DEBUG=1 shows it`
}
