/**
 * The faults of a chaos run. Each begins at a moment that is drawn, and most last: the server is frozen, the wire silent, the
 * server read-only. Then they are mended, and the work must go on.
 */
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { execute, type Proxy, type Server } from "@tacet/postgres-server"
import { limits, type Role } from "./Said.ts"
import { sleep, until } from "./waiting.ts"
import { goingOn, type Workforce } from "./Workforce.ts"

/** What can be broken. */
interface Scene {
  readonly server: Server
  /** The folder of the server's data. */
  readonly data: string
  readonly proxy: Proxy
  readonly workers: Workforce
  /** A number from 0 to 1, drawn from the seed. */
  readonly draw: () => number
}

/** Breaks something and mends it. Returns who did not go on meanwhile, of those that it should not have concerned. */
type Fault = (scene: Scene) => Promise<ReadonlyArray<string> | void>

/** Longer than the adapter waits for an answer, and a little more. */
const long = limits.statementTimeout + 1_000 + 700
/** Shorter. */
const short = 300

const one = <A>(all: ReadonlyArray<A>, draw: () => number): A | undefined => all[Math.floor(draw() * all.length)]

/** Stops processes, as a machine that stands still does, and lets them go on. */
const frozen = async (pids: ReadonlyArray<number>, milliseconds: number): Promise<void> => {
  signal(pids, "SIGSTOP")
  try {
    await sleep(milliseconds)
  } finally {
    signal(pids, "SIGCONT")
  }
}

const signal = (pids: ReadonlyArray<number>, name: NodeJS.Signals): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It has ended meanwhile.
    }
  }
}

const freezeAll =
  (milliseconds: number): Fault =>
  ({ server }) =>
    frozen(server.processes(), milliseconds)

const freezeBackend =
  (milliseconds: number): Fault =>
  async ({ draw, server }) => {
    const pid = one(server.backends(), draw)
    if (pid !== undefined) await frozen([pid], milliseconds)
  }

const silence =
  (direction: Parameters<Proxy["silence"]>[0], milliseconds: number): Fault =>
  async ({ proxy, server, workers }) => {
    const before = proxy.silenced()
    proxy.silence(direction)
    try {
      await until(() => proxy.silenced() > before, 5_000)
      await sleep(milliseconds)
      if (milliseconds < long) return
      // What the silent ones have begun keeps the others waiting no longer than the server waits for them.
      return await goingOn(
        workers.places.filter(({ url }) => url === server.url),
        3,
        // One that was killed meanwhile has to start.
        10_000,
      )
    } finally {
      proxy.mend()
    }
  }

const cut =
  (begin: (proxy: Proxy) => void): Fault =>
  async ({ proxy }) => {
    const before = proxy.cuts()
    begin(proxy)
    await until(() => proxy.cuts() > before, 5_000)
    proxy.mend()
  }

const killWorker =
  (role: Role): Fault =>
  async ({ draw, workers }) =>
    one(
      workers.places.filter((place) => place.role === role),
      draw,
    )?.replace()

const demoteBySetting: Fault = async ({ server }) => {
  const reload = "SELECT pg_reload_conf()"
  await execute(server.url, "ALTER SYSTEM SET default_transaction_read_only = on", reload)
  await sleep(600)
  // A session may write nevertheless: the setting is a default.
  const mine = "SET default_transaction_read_only = off"
  await execute(server.url, mine, "ALTER SYSTEM RESET default_transaction_read_only", reload)
}

const demoteToStandby: Fault = async ({ data, server }) => {
  const signal = join(data, "standby.signal")
  await server.shutDown("fast")
  writeFileSync(signal, "")
  await server.restart()
  await sleep(400)
  await execute(server.url, "SELECT pg_promote()")
  rmSync(signal, { force: true })
}

const restart =
  (how: "fast" | "immediate"): Fault =>
  async ({ draw, server }) => {
    await server.shutDown(how)
    await sleep(draw() * 300)
    await server.restart()
  }

/** All faults by name. */
export const faults = {
  "kill -9 of the server": async ({ server }) => {
    await server.kill()
    await server.restart()
  },
  "kill -9 of a backend": async ({ draw, server }) => {
    const pid = one(server.backends(), draw)
    if (pid !== undefined) signal([pid], "SIGKILL")
  },
  "a backend is terminated": async ({ draw, server }) => {
    const pid = one(server.backends(), draw)
    if (pid !== undefined) signal([pid], "SIGTERM")
  },
  "restart, immediate": restart("immediate"),
  "restart, fast": restart("fast"),
  "server frozen, shortly": freezeAll(short),
  "server frozen, longer than the limit": freezeAll(long),
  "first process frozen": ({ server }) => frozen([server.pid()], long),
  "backend frozen, shortly": freezeBackend(short),
  "backend frozen, longer than the limit": freezeBackend(long),
  "wire silent, shortly": silence("both", short),
  "wire silent, longer than the limit": silence("both", long),
  "requests silent": silence("to server", long),
  "answers silent": silence("to client", long),
  "cut before an answer": cut((proxy) => proxy.cutBeforeAnswer()),
  "cut within an answer": cut((proxy) => proxy.cutWithinAnswer()),
  "demoted by a setting": demoteBySetting,
  "demoted to a standby, promoted": demoteToStandby,
  "kill -9 of a writer": killWorker("writer"),
  "kill -9 of a keeper": killWorker("keeper"),
  "kill -9 of a reader": killWorker("reader"),
} as const satisfies Readonly<Record<string, Fault>>

/** The name of a fault. */
export type FaultName = keyof typeof faults

/** Those that end at once, and may come in the middle of one that lasts. */
export const brief: ReadonlyArray<FaultName> = [
  "a backend is terminated",
  "kill -9 of a backend",
  "kill -9 of a writer",
  "kill -9 of a keeper",
  "kill -9 of a reader",
]

/** Those that last, in the middle of which another may come. */
export const lasting: ReadonlyArray<FaultName> = [
  "server frozen, longer than the limit",
  "first process frozen",
  "backend frozen, longer than the limit",
  "wire silent, longer than the limit",
  "requests silent",
  "answers silent",
  "demoted by a setting",
]
