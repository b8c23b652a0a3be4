/**
 * Repeatedly kills the parts of a running system, then reads the log and counts its faults.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { createInterface } from "node:readline"
import { migrate } from "@tacet/adapter-pg"
import type { CustomerId } from "@tacet/core/eventsourcing"
import { openProxy, type Proxy, type Server, start } from "@tacet/postgres-server"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { audit, type Outcome, type Told } from "./audit.ts"
import type { Said } from "./worker.ts"

/** The parts that are killed: the server, a writer, a runner, or the connection between a commit and its answer. */
const targets = ["server", "writer", "runner", "wire"] as const

/** Runs so many kills; which and when is drawn from the seed. */
export const run = async (kills: number, seed: number): Promise<Outcome> => {
  const draw = generator(seed)
  const server = await start({ settings: { max_connections: "100" } })
  const proxy = await openProxy(server.url)
  const workers: Array<Worker> = []
  try {
    await Effect.runPromise(migrate({ url: Redacted.make(server.url) }))
    const customers = Array.from({ length: 3 }, () => randomUUID() as CustomerId.CustomerId)
    const told: Told = { intents: new Map(), unknown: new Set(), acknowledged: new Map() }
    for (const [role, url] of [
      ["writer", server.url],
      ["writer", proxy.url],
      ["runner", server.url],
    ] as const) {
      workers.push(employ(role, url, customers, told))
    }
    await heard(told, 10)
    for (let n = 0; n < kills; n++) {
      // Each target comes in its turn, at a moment that is drawn.
      await sleep(20 + Math.floor(draw() * 250))
      await kill(targets[n % targets.length]!, server, proxy, workers)
      // Lets the work continue before the next kill.
      await heard(told, told.acknowledged.size + 5)
    }
    await settled(told)
    for (const { leave } of workers.splice(0)) await leave()
    return await audit(server.url, kills, customers, told)
  } finally {
    for (const { leave } of workers) await leave()
    await proxy.close()
    await server.stop()
  }
}

interface Worker {
  readonly role: "writer" | "runner"
  /** Kills the process; another one takes its place. */
  readonly replace: () => Promise<void>
  readonly leave: () => Promise<void>
}

const kill = async (
  target: (typeof targets)[number],
  server: Server,
  proxy: Proxy,
  workers: ReadonlyArray<Worker>,
): Promise<void> => {
  if (target === "server") {
    await server.kill()
    await server.restart()
  } else if (target === "wire") {
    const cut = proxy.cuts()
    proxy.cutBeforeAnswer()
    await until(() => proxy.cuts() > cut, "an answer to be cut off")
    proxy.mend()
  } else {
    await workers.find(({ role }) => role === target)!.replace()
  }
}

const employ = (
  role: Worker["role"],
  url: string,
  customers: ReadonlyArray<CustomerId.CustomerId>,
  told: Told,
): Worker => {
  const hire = () => {
    const program = new URL("worker.ts", import.meta.url).pathname
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "--conditions", "@tacet/source", program, role, url, ...customers],
      { stdio: ["ignore", "pipe", "inherit"] },
    )
    createInterface({ input: child.stdout }).on("line", (line) => note(told, JSON.parse(line) as Said))
    return child
  }
  let child = hire()
  const end = async (one: ChildProcess) => {
    if (one.exitCode !== null || one.signalCode !== null) return
    const gone = new Promise((done) => one.once("close", done))
    one.kill("SIGKILL")
    await gone
  }
  return {
    role,
    replace: async () => {
      await end(child)
      child = hire()
    },
    leave: () => end(child),
  }
}

const note = (told: Told, said: Said): void => {
  switch (said._tag) {
    case "intent":
      return void told.intents.set(said.commitId, said)
    case "unknown":
      return void told.unknown.add(said.commitId)
    case "acknowledged":
      return void told.acknowledged.set(said.commitId, said)
  }
}

const heard = ({ acknowledged }: Told, count: number): Promise<void> =>
  until(() => acknowledged.size >= count, `${count} appends to be acknowledged`)

/** Waits until whatever was left unknown has been repeated, except by writers that are dead. */
const settled = async ({ acknowledged, unknown }: Told): Promise<void> => {
  for (let waited = 0; waited < 3_000 && [...unknown].some((id) => !acknowledged.has(id)); waited += 50) await sleep(50)
}

const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let waited = 0; !holds(); waited += 10) {
    if (waited > 60_000) throw new Error(`waited a minute for ${what}`)
    await sleep(10)
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds))

/** Numbers from 0 to 1, always the same for a seed (mulberry32). */
const generator = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
}
