/**
 * The server of a run: that of `DATABASE_URL`, or one from npm, with fsync on; and how much processor time it takes.
 */
import { readdirSync, readFileSync } from "node:fs"
import { start } from "@tacet/postgres-server"

/** A server with the databases of the subjects. */
export interface Server {
  readonly url: string
  /** Seconds of processor time that the server's processes have taken; nothing where they are not on this machine. */
  readonly processorSeconds: () => number | undefined
  readonly stop: () => Promise<void>
}

/** Starts a server, or takes the one that is given. */
export const open = async (): Promise<Server> => {
  const given = process.env["DATABASE_URL"]
  if (given !== undefined && given !== "") {
    return { url: given, processorSeconds: () => undefined, stop: () => Promise.resolve() }
  }
  const server = await start({
    settings: { shared_buffers: "512MB", max_wal_size: "8GB", checkpoint_timeout: "30min" },
  })
  return { url: server.url, processorSeconds: () => processorSecondsOf(server.pid()), stop: server.stop }
}

const ticksPerSecond = 100

/** Of a process and its children, those that have ended included, as Linux tells it. */
const processorSecondsOf = (leader: number): number | undefined => {
  try {
    let ticks = 0
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue
      const fields = statusOf(entry)
      if (fields === undefined) continue
      const [parent, own] = [Number(fields[1]), Number(fields[11]) + Number(fields[12])]
      if (Number(entry) === leader) ticks += own + Number(fields[13]) + Number(fields[14])
      else if (parent === leader) ticks += own
    }
    return ticks / ticksPerSecond
  } catch {
    return undefined
  }
}

/** What follows the name of a process: its state, its parent … */
const statusOf = (pid: string): ReadonlyArray<string> | undefined => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8")
    return line.slice(line.lastIndexOf(")") + 2).split(" ")
  } catch {
    return undefined
  }
}
