/**
 * The server of a run: that of `DATABASE_URL`, or one from npm, with fsync on; and how much processor time it takes.
 */
import { start } from "@tacet/postgres-server"
import { processorSecondsOf } from "../processorTime.ts"

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
