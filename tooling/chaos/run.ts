/**
 * Breaks the parts of a running system one after the other, and in the middle of each other, then reads the result.
 */
import { randomUUID } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate, VaultPostgres } from "@tacet/adapter-pg"
import { type CustomerId, EventStore } from "@tacet/core/eventsourcing"
import { generator, openProxy, start } from "@tacet/postgres-server"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { audit, type Findings } from "./audit.ts"
import { brief, type FaultName, faults, lasting } from "./faults.ts"
import { ends } from "./Said.ts"
import { sleep, until } from "./waiting.ts"
import { storesAt } from "./worker.ts"
import { employ, goingOn, type Report } from "./Workforce.ts"

/** The settings of a run. */
export interface Plan {
  /** How many faults. */
  readonly faults: number
  /** Draws which and when. */
  readonly seed: number
  /** Of which kinds. Default: all. */
  readonly kinds?: ReadonlyArray<FaultName>
  /** Receives each fault. */
  readonly tell?: (line: string) => void
}

/** How often a fault came, and after how many milliseconds at most every worker had continued once it was repaired. */
interface Came {
  readonly times: number
  readonly longest: number
}

/** The result of a run. */
export interface Outcome extends Findings {
  readonly came: Readonly<Partial<Record<FaultName, Came>>>
  /** Workers that did not continue after a fault, that ended by themselves, or that did not end when asked to. */
  readonly stuck: ReadonlyArray<string>
}

/** Whether nothing was found. */
export const isClean = ({ faults, stuck }: Outcome): boolean =>
  stuck.length === 0 && Object.values(faults).every((count: number) => count === 0)

/** Runs a plan. */
export const run = async (plan: Plan): Promise<Outcome> => {
  const draw = generator(plan.seed)
  const directory = mkdtempSync(join(tmpdir(), "tacet-chaos-server-"))
  const server = await start({ directory, settings: { max_connections: "150", restart_after_crash: "on" } })
  const proxy = await openProxy(server.url)
  const options = { url: Redacted.make(server.url) }
  await Effect.runPromise(Effect.andThen(migrate(options), VaultPostgres.migrate({ vault: options, keys: options })))
  const customers = Array.from({ length: 3 }, () => randomUUID() as CustomerId.CustomerId)
  const workers = employ([
    { role: "writer", url: server.url, appendFunctions: true, customers },
    { role: "writer", url: proxy.url, appendFunctions: false, customers },
    { role: "keeper", url: proxy.url, appendFunctions: true, customers },
    { role: "reader", url: server.url, appendFunctions: true, customers },
    { role: "reader", url: proxy.url, appendFunctions: true, customers },
  ])
  const scene = { server, data: join(directory, "data"), proxy, workers, draw }
  const came: Partial<Record<FaultName, Came>> = {}
  const stuck: Array<string> = []
  const tell = plan.tell ?? (() => undefined)
  const noteStuck = (who: ReadonlyArray<string>, when: string) => {
    for (const one of who) stuck.push(`${one}: ${when}`)
  }
  try {
    noteStuck(await goingOn(workers.places, 3, 60_000), "has not begun")
    for (let count = 0; count < plan.faults && stuck.length === 0;) {
      await sleep(20 + draw() * 250)
      const names = next(plan, count, draw)
      count += names.length
      const begun = performance.now()
      const within = await Promise.all(
        names.map(async (name, index) => {
          if (index > 0) await sleep(draw() * 1_000)
          return (await faults[name](scene)) ?? []
        }),
      )
      noteStuck(within.flat(), `did not go on in the middle of ${names.join(" with ")}`)
      const mended = performance.now()
      // A process that is new has to start.
      const missing = await goingOn(workers.places, 3, 60_000)
      noteStuck(missing, `has not gone on after ${names.join(" with ")}`)
      const took = Math.round(performance.now() - mended)
      for (const name of names) {
        came[name] = { times: (came[name]?.times ?? 0) + 1, longest: Math.max(came[name]?.longest ?? 0, took) }
      }
      tell(`${count}: ${names.join(" with ")}, ${Math.round(mended - begun)} ms, all went on after ${took} ms`)
    }
    const unended = "has not ended when it was told to"
    noteStuck(await workers.dismiss("writer", "keeper"), unended)
    const stores = storesAt(options)
    await caughtUp(workers.reports, await Effect.runPromise(Effect.provide(headsOf(customers), stores)))
    noteStuck(await workers.dismiss("reader"), unended)
    noteStuck(workers.ended(), "has ended by itself")
    const findings = await Effect.runPromise(Effect.provide(audit(customers, workers.reports()), stores))
    return { ...findings, came, stuck }
  } finally {
    await workers.close()
    await proxy.close()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

const headsOf = (customers: ReadonlyArray<CustomerId.CustomerId>) =>
  EventStore.EventStore.use((store) =>
    Effect.forEach(customers, (customer) =>
      Effect.map(store.readLog(customer, { limit: 1 }), ({ head }) => [customer, head] as const),
    ),
  )

/** Waits until the readers have seen all; that one has not is for the audit to find. */
const caughtUp = (reports: () => ReadonlyArray<Report>, heads: ReadonlyArray<readonly [string, number]>) =>
  until(
    () =>
      reports()
        .filter(({ isLast, role }) => role === "reader" && isLast)
        .every(({ lines }) =>
          heads.every(
            ([customer, head]) =>
              head === 0 ||
              lines.findLast((line) => line._tag === "seen" && line.customer === customer && line.through >= head),
          ),
        ),
    ends.read,
  )

/** The next fault, each kind in its turn, and sometimes one in the middle of it. */
const next = (plan: Plan, count: number, draw: () => number): ReadonlyArray<FaultName> => {
  const kinds = plan.kinds ?? (Object.keys(faults) as ReadonlyArray<FaultName>)
  const round = Math.floor(count / kinds.length)
  const name = shuffled(kinds, generator(plan.seed * 1_000 + round))[count % kinds.length]!
  const within = brief.filter((one) => one !== name && kinds.includes(one))
  const isDouble = lasting.includes(name) && within.length > 0 && count + 1 < plan.faults && draw() < 0.4
  return isDouble ? [name, within[Math.floor(draw() * within.length)]!] : [name]
}

const shuffled = <A>(all: ReadonlyArray<A>, draw: () => number): ReadonlyArray<A> =>
  all
    .map((one) => [draw(), one] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, one]) => one)
