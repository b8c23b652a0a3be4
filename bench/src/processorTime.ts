/**
 * Processor time of processes that run beside this one, as Linux counts it.
 */
import { readdirSync, readFileSync } from "node:fs"

const ticksPerSecond = 100

/**
 * Seconds of processor time that a process and its descendants have taken, those that have ended included; `undefined`
 * where the system does not count so.
 */
export const processorSecondsOf = (leader: number): number | undefined => {
  try {
    const processes = readdirSync("/proc").flatMap((entry) => (/^\d+$/.test(entry) ? (statusOf(entry) ?? []) : []))
    const family = new Set([leader])
    // A process may have a lower number than its parent, so that one pass does not find all.
    for (let size = 0; size < family.size;) {
      size = family.size
      for (const { parent, pid } of processes) if (family.has(parent)) family.add(pid)
    }
    return processes.reduce((sum, { pid, ticks }) => (family.has(pid) ? sum + ticks : sum), 0) / ticksPerSecond
  } catch {
    return undefined
  }
}

interface Status {
  readonly pid: number
  readonly parent: number
  /** Of itself, and of its children that have ended. */
  readonly ticks: number
}

const statusOf = (pid: string): Status | undefined => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name of the program comes before, in parentheses, and may hold anything.
    const fields = line
      .slice(line.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number)
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15) as [number, number, number, number]
    return { pid: Number(pid), parent: fields[1]!, ticks: user + system + childrenUser + childrenSystem }
  } catch {
    // It has ended meanwhile.
    return undefined
  }
}
