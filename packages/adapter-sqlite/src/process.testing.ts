/**
 * Starts writers, hears what they have done, and kills them.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import type { Task } from "./writer.testing.ts"

/** A process that writes, and what it has told. */
export const aWriter = (task: Task) => {
  const program = new URL("writer.testing.ts", import.meta.url).pathname
  const child = spawn(
    process.execPath,
    ["--no-warnings", "--import", "tsx", "--conditions", "@tacet/source", program, JSON.stringify(task)],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  const told = { begun: 0, done: 0 }
  let hear = (): void => undefined
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [word, n] = line.split(" ")
    told[word as keyof typeof told] = Number(n)
    hear()
  })
  const gone = new Promise<number | null>((closed) => child.once("close", closed))
  return {
    told,
    /** Waits until the nth has begun. */
    begun: (nth: number) =>
      Effect.promise(
        () =>
          new Promise<void>((heard, lost) => {
            hear = () => told.begun >= nth && heard()
            hear()
            void gone.then(() => lost(new Error("the writer has ended")))
          }),
      ),
    /** Waits for its end, and answers how it ended. */
    ended: Effect.promise(() => gone),
    kill: Effect.promise(() => {
      child.kill("SIGKILL")
      return gone
    }),
  }
}
