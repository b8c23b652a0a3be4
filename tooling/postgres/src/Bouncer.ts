/**
 * PgBouncer before a server, where this machine has it: a proxy that pools by transaction, so that two transactions of one
 * client may meet different sessions, and two clients the same one.
 */
import { execFileSync, spawn } from "node:child_process"
import { chownSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { other } from "./account.ts"
import { freePort } from "./Server.ts"

/** The options of a PgBouncer. */
export interface BouncerOptions {
  /** Accounts besides that of the URL, with their passwords. */
  readonly accounts?: Readonly<Record<string, string>>
  /** How many sessions of the server all clients of an account and a database share. Default 2. */
  readonly sessions?: number
}

/** A proxy that runs. */
export interface Bouncer {
  readonly port: number
  readonly stop: () => Promise<void>
}

/** Whether this machine has PgBouncer: its path, and its version for a test's title. */
export const findBouncer = (): { readonly path: string; readonly version: string } | undefined => {
  for (const path of ["pgbouncer", "/usr/sbin/pgbouncer", "/usr/local/sbin/pgbouncer"]) {
    try {
      const said = execFileSync(path, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      return { path, version: /PgBouncer ([\d.]+)/.exec(said)?.[1] ?? "of unknown version" }
    } catch {
      // Not here.
    }
  }
  return undefined
}

/** Starts a PgBouncer in front of the server of a URL. It ends with this process. */
export const startBouncer = async (path: string, url: string, options: BouncerOptions = {}): Promise<Bouncer> => {
  const { hostname, password, port: serverPort, username } = new URL(url)
  const home = mkdtempSync(join(tmpdir(), "tacet-bouncer-"))
  const port = await freePort()
  const account = other()
  const accounts = { [decodeURIComponent(username)]: decodeURIComponent(password), ...options.accounts }
  const write = (name: string, lines: ReadonlyArray<string>) => {
    const file = join(home, name)
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 })
    if (account !== undefined) chownSync(file, account.uid, account.gid)
    return file
  }
  if (account !== undefined) chownSync(home, account.uid, account.gid)
  const list = write(
    "accounts",
    Object.entries(accounts).map(([name, password]) => `"${name}" "${password.replaceAll('"', '""')}"`),
  )
  const log = join(home, "log")
  const settings = write("settings.ini", [
    "[databases]",
    `* = host=${hostname} port=${serverPort === "" ? 5432 : serverPort}`,
    "[pgbouncer]",
    "pool_mode = transaction",
    `default_pool_size = ${options.sessions ?? 2}`,
    "max_client_conn = 500",
    "listen_addr = 127.0.0.1",
    `listen_port = ${port}`,
    "unix_socket_dir =",
    // Any client that reaches this port of the loopback interface is admitted: the server asks for the password.
    "auth_type = trust",
    `auth_file = ${list}`,
    `logfile = ${log}`,
  ])
  const guard = spawn(
    "/bin/sh",
    [
      "-c",
      '"$1" --quiet "$2" >/dev/null 2>&1 & bouncer=$!; cat >/dev/null; kill -TERM $bouncer; wait $bouncer; rm -rf -- "$3"',
      "guard",
      path,
      settings,
      home,
    ],
    { ...account, cwd: "/", stdio: ["pipe", "ignore", "ignore"], detached: true },
  )
  guard.unref()
  const input = guard.stdin as unknown as Socket
  input.unref()
  const stop = () =>
    new Promise<void>((done) => {
      guard.ref()
      guard.once("exit", () => done())
      input.end()
    })
  for (let waited = 0; !(await answers(port)); waited += 20) {
    if (waited > 20_000) {
      const said = readFileSync(log, "utf8").slice(-1_000)
      await stop()
      throw new Error(`PgBouncer did not start: ${said}`)
    }
    await new Promise((done) => setTimeout(done, 20))
  }
  return { port, stop }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((found) => {
    const socket = connect(port, "127.0.0.1")
    socket.once("connect", () => {
      socket.destroy()
      found(true)
    })
    socket.once("error", () => found(false))
  })
