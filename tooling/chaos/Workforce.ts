/**
 * The workers of a chaos run: processes, each with a file to which it writes, and what the files say.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ends, type Said, type Task } from "./Said.ts"
import { sleep, until } from "./waiting.ts"

/** The lines that one process has written, and whether it is the one that its place had at the end. */
export interface Report {
  readonly role: Task["role"]
  readonly lines: ReadonlyArray<Said>
  readonly isLast: boolean
}

/** A place that is filled by one process after the other. */
export interface Place {
  readonly role: Task["role"]
  readonly url: string
  /** How much work it has done: appends that were acknowledged, values that were erased, events that were seen. */
  readonly progress: () => number
  /** Kills its process; another one takes the place. */
  readonly replace: () => Promise<void>
}

/** The workers. */
export interface Workforce {
  readonly places: ReadonlyArray<Place>
  readonly reports: () => ReadonlyArray<Report>
  /** The processes that have ended of their own accord. */
  readonly ended: () => ReadonlyArray<string>
  /** Tells those of some roles to end; returns the ones that have not within the time that this may take. */
  readonly dismiss: (...roles: ReadonlyArray<Task["role"]>) => Promise<ReadonlyArray<string>>
  /** Kills those that are left, and removes their files. */
  readonly close: () => Promise<void>
}

interface Hired {
  readonly child: ChildProcess
  readonly lines: Array<Said>
  readonly read: () => void
  readonly gone: Promise<void>
  progress: number
  isExpectedToEnd: boolean
}

/** Fills places. */
export const employ = (tasks: ReadonlyArray<Omit<Task, "file">>): Workforce => {
  const folder = mkdtempSync(join(tmpdir(), "tacet-chaos-"))
  const ended: Array<string> = []
  let count = 0
  const hire = (task: Omit<Task, "file">): Hired => {
    const file = join(folder, `${++count}.ndjson`)
    const descriptor = openSync(file, "a+")
    const program = new URL("worker.ts", import.meta.url).pathname
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions", "@tacet/source", program, JSON.stringify({ ...task, file })],
      { stdio: ["ignore", "ignore", "inherit"] },
    )
    const lines: Array<Said> = []
    const read = reading(descriptor, (said) => {
      lines.push(said)
      if (isProgress(said)) hired.progress++
    })
    const hired: Hired = {
      child,
      lines,
      read,
      progress: 0,
      isExpectedToEnd: false,
      gone: new Promise((done) =>
        child.once("close", () => {
          read()
          closeSync(descriptor)
          if (!hired.isExpectedToEnd || (child.signalCode === null && child.exitCode !== 0)) {
            ended.push(`${task.role} ${child.pid} (${child.signalCode ?? `code ${child.exitCode}`})`)
          }
          done()
        }),
      ),
    }
    return hired
  }
  const all: Array<{ readonly task: Omit<Task, "file">; readonly hired: Array<Hired> }> = tasks.map((task) => ({
    task,
    hired: [hire(task)],
  }))
  const timer = setInterval(() => {
    for (const { hired } of all) if (isAlive(hired.at(-1)!)) hired.at(-1)!.read()
  }, 20)
  const end = async (hired: Hired): Promise<void> => {
    hired.isExpectedToEnd = true
    hired.child.kill("SIGKILL")
    await hired.gone
  }
  return {
    places: all.map(({ hired, task }) => ({
      role: task.role,
      url: task.url,
      progress: () => hired.reduce((sum, { progress }) => sum + progress, 0),
      replace: async () => {
        await end(hired.at(-1)!)
        hired.push(hire(task))
      },
    })),
    reports: () =>
      all.flatMap(({ hired, task }) =>
        hired.map(({ lines }, index) => ({ role: task.role, lines, isLast: index === hired.length - 1 })),
      ),
    ended: () => ended,
    dismiss: async (...roles) => {
      const last = all
        .filter(({ task }) => roles.includes(task.role))
        .map(({ hired, task }) => ({ hired: hired.at(-1)!, task }))
      for (const { hired } of last) {
        hired.isExpectedToEnd = true
        hired.child.kill("SIGTERM")
      }
      const limit = ends.append
      for (let waited = 0; waited < limit && last.some(({ hired }) => isAlive(hired)); waited += 20) await sleep(20)
      return last.flatMap(({ hired, task }) => (isAlive(hired) ? [`${task.role} ${hired.child.pid}`] : []))
    },
    close: async () => {
      for (const { hired } of all) if (isAlive(hired.at(-1)!)) await end(hired.at(-1)!)
      clearInterval(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const isAlive = ({ child }: Hired): boolean => child.exitCode === null && child.signalCode === null

const isProgress = ({ _tag }: Said): boolean => _tag === "acknowledged" || _tag === "erased" || _tag === "seen"

/** Hands over the whole lines of a file that have come since the last time. */
const reading = (descriptor: number, said: (line: Said) => void) => {
  const buffer = Buffer.alloc(1 << 16)
  let rest = Buffer.alloc(0)
  let position = 0
  return () => {
    for (;;) {
      const length = readSync(descriptor, buffer, 0, buffer.length, position)
      if (length === 0) return
      position += length
      rest = Buffer.concat([rest, buffer.subarray(0, length)])
      const end = rest.lastIndexOf(10)
      if (end < 0) continue
      for (const line of rest.toString("utf8", 0, end).split("\n")) said(JSON.parse(line) as Said)
      rest = rest.subarray(end + 1)
    }
  }
}

/** Waits until places have gone on, for so many milliseconds at most; returns the roles of those that have not. */
export const goingOn = async (
  places: ReadonlyArray<Place>,
  by: number,
  milliseconds: number,
): Promise<ReadonlyArray<Task["role"]>> => {
  const before = places.map(({ progress }) => progress())
  const stuck = () => places.filter(({ progress }, index) => progress() < before[index]! + by)
  await until(() => stuck().length === 0, milliseconds)
  return stuck().map(({ role }) => role)
}
