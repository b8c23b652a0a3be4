/**
 * Processes of the run: what they say, line by line, and how they end.
 */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** What a process says in one line. */
export type Line = Readonly<Record<string, unknown>>

/** A process that runs. */
export interface Process {
  /** All that it said; fails where it ended in another way than by itself. */
  readonly ended: Promise<ReadonlyArray<Line>>
  readonly isOver: () => boolean
  /** Asks it to end. */
  readonly end: () => void
  /** Ends it at once. */
  readonly kill: () => void
}

/** Starts a process of one role. */
export const start = (role: string, url: string, ...rest: ReadonlyArray<string>): Process => {
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, "child.ts"), role, url, ...rest],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  )
  const lines: Array<Line> = []
  createInterface(child.stdout).on("line", (line) => lines.push(JSON.parse(line) as Line))
  let isOver = false
  const ended = new Promise<ReadonlyArray<Line>>((resolve, reject) => {
    child.once("close", (code, signal) => {
      isOver = true
      if (code === 0) resolve(lines)
      else reject(new Error(`The process ${role} ended with ${code ?? signal}`))
    })
  })
  // A caller that awaits the end gets the error; if none does, it must not count as an unhandled rejection.
  ended.catch(() => undefined)
  return { ended, isOver: () => isOver, end: () => void child.stdin.end(), kill: () => void child.kill("SIGKILL") }
}
