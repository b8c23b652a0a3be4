/**
 * One of the processes of the run; its arguments name its task. It writes its results to its output, a line of JSON
 * each.
 */
import { Projection } from "@tacet/core/eventsourcing"
import { Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { collectGarbage } from "../memory.ts"
import { customer, history, type Shape } from "./history.ts"
import { commitOf } from "./load.ts"
import { open, type Stores, version } from "./stores.ts"

/** What a process that projects takes after so many events, in MB, once garbage is collected. */
export interface Memory {
  readonly events: number
  readonly heap: number
  readonly resident: number
  /** Interactions that are not final, and places in the tree of journeys. */
  readonly live: number
  readonly nodes: number
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`)

/** Builds a version from its checkpoint to the head and makes it the active one. */
const build = async ({ run, store }: Stores, number: number, samples: ReadonlyArray<number>): Promise<void> => {
  const projection = version(number)
  const { head } = await Effect.runPromise(store.readLog(customer, { limit: 1 }))
  const due = samples.map((share) => Math.floor(head * share))
  let events = 0
  const start = performance.now()
  let saving = 0
  await run(
    Projection.rebuild(
      {
        ...projection,
        apply: (state, chunk, of) =>
          Effect.tap(projection.apply(state, chunk, of), ({ live, settled }) =>
            Effect.sync(() => {
              events += chunk.events.length
              if (chunk.through < (due[0] ?? Number.POSITIVE_INFINITY)) return
              due.shift()
              for (let time = 0; time < 3; time++) collectGarbage()
              const { external, heapUsed, rss } = process.memoryUsage()
              const [heap, resident] = [(heapUsed + external) / 1e6, rss / 1e6]
              const memory: Memory = { events, heap, resident, live: live.size, nodes: settled.journeys.size }
              say({ memory })
            }),
          ),
        encode: (state) => {
          const begun = performance.now()
          const text = projection.encode(state)
          saving += performance.now() - begun
          say({ saved: text.length })
          return text
        },
      },
      customer,
    ),
  )
  const { system, user } = process.cpuUsage()
  say({
    built: {
      events,
      seconds: (performance.now() - start) / 1e3,
      encodingSeconds: saving / 1e3,
      processorSeconds: (system + user) / 1e6,
    },
  })
}

/** Appends one interaction, or an addition to one, at a time, so many in a second, until it is stopped. */
const append = async ({ store }: Stores, shape: Shape, perSecond: number): Promise<void> => {
  let isStopped = false
  process.stdin.once("end", () => (isStopped = true)).resume()
  const start = performance.now()
  const underway = new Set<Promise<void>>()
  let count = 0
  for (const write of history(shape)) {
    const due = start + (count * 1_000) / perSecond
    await new Promise((waited) => setTimeout(waited, Math.max(0, due - performance.now())))
    if (isStopped) break
    // Measured from the moment at which it was due, so that the delay of a late one counts as waiting.
    const carryOut = async (): Promise<void> => {
      await Effect.runPromise(store.append(commitOf(`${shape.seed} commit ${count}`, [write])))
      say({ append: performance.now() - due, at: Date.now(), events: write.events.length })
    }
    const sent: Promise<void> = carryOut().finally(() => underway.delete(sent))
    underway.add(sent)
    count++
    if (underway.size > 100) await Promise.all(underway)
  }
  await Promise.all(underway)
  say({ appended: count })
}

/** Reads the active version repeatedly, like a viewer of the report, until it is stopped. */
const read = async ({ projections, run }: Stores): Promise<void> => {
  let isStopped = false
  process.stdin.once("end", () => (isStopped = true)).resume()
  const known = [version(1), version(2)]
  while (!isStopped) {
    const begun = performance.now()
    const active = await Effect.runPromise(projections.activeVersion(customer, known[0]!.name))
    const found = await run(Projection.readActive(known, customer))
    const isServed = Option.isSome(active) && Option.isSome(found)
    if (isServed) Deflection.report(found.value.state, { customer, declared: [] })
    say({ read: isServed ? active.value : undefined, took: performance.now() - begun })
    await new Promise((waited) => setTimeout(waited, 2_000))
  }
}

const [role, url, ...rest] = process.argv.slice(2)
const stores = await open(url!)
if (role === "build") await build(stores, Number(rest[0]), rest.slice(1).map(Number))
else if (role === "append") await append(stores, JSON.parse(rest[0]!) as Shape, Number(rest[1]))
else if (role === "read") await read(stores)
else await stores.run(stores.runner.run(version(Number(rest[0])), customer))
await stores.close()
