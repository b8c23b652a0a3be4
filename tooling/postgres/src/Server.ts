/**
 * A PostgreSQL server for as long as this process lives. It listens on a free port of the loopback interface, with a
 * random password. A guard process stops it when this process ends, however it ends.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs"
import { type AddressInfo, createServer, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { type Account, other } from "./account.ts"
import { type Binaries, link, locate } from "./binaries.ts"

/** The options of a server. */
export interface ServerOptions {
  /** The data folder. Existing data are reused. Default: a new folder, removed with the server. */
  readonly directory?: string
  /** The folder of other programs than those from npm, such as `/usr/lib/postgresql/15/bin`. */
  readonly programs?: string
  /** Settings of PostgreSQL, such as `{ fsync: "off" }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** What its program is started by, with arguments, such as `nice`. The process must stay the same. */
  readonly startedBy?: ReadonlyArray<string>
}

/** A server that runs. */
export interface Server {
  /** Names the database `postgres` and an account that may do everything. */
  readonly url: string
  readonly port: number
  /** The process id of the server's first process. */
  readonly pid: () => number
  /** Kills it as a power cut would: no process of it gets to do anything more. */
  readonly kill: () => Promise<void>
  /** Tells it to end: `fast` ends its sessions and writes all to the disk, `immediate` leaves that to its next start. */
  readonly shutDown: (how: "fast" | "immediate") => Promise<void>
  /** The process ids of all its processes, the first one's first. */
  readonly processes: () => ReadonlyArray<number>
  /** The process ids of those that serve a client each. */
  readonly backends: () => ReadonlyArray<number>
  /** Starts it again, on the same data and port. */
  readonly restart: () => Promise<void>
  /** Stops it, and removes its data where it was not given a directory. */
  readonly stop: () => Promise<void>
}

/** Starts a server and waits until it answers. */
export const start = async (options: ServerOptions = {}): Promise<Server> => {
  const account = other()
  const binaries: Binaries =
    options.programs === undefined
      ? await locate(account)
      : { initdb: join(options.programs, "initdb"), postgres: join(options.programs, "postgres") }
  // Programs from npm lack the links between their libraries.
  if (options.programs !== undefined) link(dirname(options.programs))
  const temporary = options.directory === undefined ? mkdtempSync(join(tmpdir(), "tacet-postgres-")) : undefined
  const home = resolve(options.directory ?? temporary!)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  give(home, account)
  const data = join(home, dataName)
  if (!existsSync(join(data, "PG_VERSION"))) create(binaries, home, account, options.programs === undefined)
  const password = readFileSync(join(home, secretName), "utf8")
  const port = await freePort()
  let guard = await run(binaries, home, port, options, account)
  const pid = (): number => Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0])
  const processes = (): ReadonlyArray<number> => [pid(), ...childrenOf(pid()).map((child) => child.pid)]
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    kill: async () => {
      const all = processes()
      for (const each of all) {
        try {
          process.kill(each, "SIGKILL")
        } catch {
          // It ended with its group leader.
        }
      }
      await until(() => !all.some(isAlive), "gone")
    },
    shutDown: async (how) => {
      const all = processes()
      process.kill(all[0]!, how === "fast" ? "SIGINT" : "SIGQUIT")
      await until(() => !all.some(isAlive), "gone")
    },
    processes,
    backends: () =>
      childrenOf(pid())
        .filter(({ title }) => /127\.0\.0\.1\(\d+\)/.test(title))
        .map((child) => child.pid),
    restart: async () => {
      // The guard of the server that was killed must not clear up.
      const gone = exited(guard)
      process.kill(-guard.pid!, "SIGKILL")
      await gone
      guard = await run(binaries, home, port, options, account)
    },
    stop: () => leave(guard),
  }
}

/**
 * Gives the server's account access to its folder, even inside one that it may not enter, such as root's home: through
 * an inherited file descriptor of the open folder. `use` gets the path and the descriptor to pass as the fourth stream
 * of the process.
 */
const reaching = <A>(
  home: string,
  account: Account | undefined,
  use: (path: string, handed: ReadonlyArray<number>) => A,
): A => {
  if (account === undefined || process.platform !== "linux") return use(home, [])
  const folder = openSync(home, "r")
  try {
    return use("/proc/self/fd/3", [folder])
  } finally {
    closeSync(folder)
  }
}

const give = (path: string, account: Account | undefined): void => {
  if (account !== undefined) chownSync(path, account.uid, account.gid)
}

const dataName = "data"
const secretName = "password"
const logName = "server.log"

const create = ({ initdb }: Binaries, home: string, account: Account | undefined, isOwn: boolean): void => {
  const secret = join(home, secretName)
  writeFileSync(secret, randomBytes(24).toString("hex"), { mode: 0o600 })
  give(secret, account)
  const made = reaching(home, account, (path, handed) =>
    spawnSync(
      initdb,
      [
        `--pgdata=${join(path, dataName)}`,
        `--pwfile=${join(path, secretName)}`,
        "--username=postgres",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
        // The password is random: rounds against guessing would only make connections slow. Older programs know no other
        // number than theirs.
        ...(isOwn ? ["--set=scram_iterations=1"] : []),
      ],
      { ...account, env: environment, encoding: "utf8", cwd: "/", stdio: ["ignore", "pipe", "pipe", ...handed] },
    ),
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`)
}

// Says the server's process id, waits for the end of its input, which comes with the end of this process, then stops the
// server and clears up.
const guardScript = `
log=$1; home=$2; programs=$3; shift 3
"$@" >>"$log" 2>&1 &
server=$!
echo $server
cat >/dev/null
kill -INT $server 2>/dev/null
wait $server 2>/dev/null
rm -rf -- "$home" "$programs"
`

const environment = { PATH: process.env["PATH"], LC_ALL: "C", TZ: "UTC" }

const run = async (
  { postgres, temporary }: Binaries,
  home: string,
  port: number,
  options: ServerOptions,
  account: Account | undefined,
): Promise<ChildProcess> => {
  const settings = Object.entries({
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    port: String(port),
    max_connections: "200",
    ...options.settings,
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const goesWithIt = options.directory === undefined ? home : ""
  const guard = reaching(home, account, (path, handed) =>
    spawn(
      "/bin/sh",
      [
        "-c",
        guardScript,
        "guard",
        join(path, logName),
        goesWithIt,
        temporary ?? "",
        ...(options.startedBy ?? []),
        postgres,
        "-D",
        join(path, dataName),
        ...settings,
      ],
      {
        ...account,
        cwd: "/",
        env: environment,
        stdio: ["pipe", "pipe", "ignore", ...handed],
        // A Ctrl-C in the terminal is for this process; the guard follows it.
        detached: true,
      },
    ),
  )
  const server = Number(await new Promise((said) => guard.stdout!.once("data", (chunk: Buffer) => said(String(chunk)))))
  // The server runs on in the background: it keeps no process waiting.
  guard.unref()
  for (const pipe of [guard.stdin, guard.stdout]) (pipe as unknown as Socket).unref()
  const status = join(home, dataName, "postmaster.pid")
  const log = join(home, logName)
  try {
    await until(() => {
      if (!isAlive(server)) throw new Error("it stopped at once")
      const [leader, , , , , , , state] = contentOf(status).split("\n")
      return Number(leader) === server && state?.trim() === "ready"
    }, "ready")
  } catch (error) {
    const said = contentOf(log).slice(-2_000)
    await leave(guard)
    throw new Error(`PostgreSQL did not start: ${(error as Error).message}\n${said}`, { cause: error })
  }
  return guard
}

/** Ends a guard by ending its input. */
const leave = (guard: ChildProcess): Promise<void> => {
  const gone = exited(guard)
  guard.stdin!.end()
  return gone
}

const exited = (guard: ChildProcess): Promise<void> =>
  guard.exitCode !== null || guard.signalCode !== null
    ? Promise.resolve()
    : new Promise((done) => {
        guard.ref()
        guard.once("exit", () => done())
      })

/** The text of a file, empty where there is none: PostgreSQL may be replacing the one that a killed server left. */
const contentOf = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return ""
    throw error
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A process that has ended but was not yet reaped counts as dead.
    const status = `/proc/${pid}/stat`
    return !existsSync(status) || !/\) [ZX]/.test(readFileSync(status, "utf8"))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

const childrenOf = (parent: number): ReadonlyArray<{ readonly pid: number; readonly title: string }> =>
  execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .flatMap(([, pid, of, title]) => (Number(of) === parent ? [{ pid: Number(pid), title: title! }] : []))

const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 60_000) throw new Error(`it was not ${what} within a minute`)
    await new Promise((done) => setTimeout(done, 10))
  }
}

/** A port without a listener. */
export const freePort = (): Promise<number> =>
  new Promise((found, failed) => {
    const probe = createServer()
    probe.once("error", failed)
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => found(port))
    })
  })
