/**
 * The work `scale`: the report's projection over a log on disk. It loads a history through the store's own append, builds
 * the projection and weighs the process that does, then builds the next version beside the live one while interactions
 * are recorded, the live one is followed and somebody reads; kills that build in the middle, lets it go on, switches, and
 * counts everything again by SQL.
 */
import { migrate } from "@tacet/adapter-pg"
import { Projection } from "@tacet/core/eventsourcing"
import { Deflection } from "@tacet/core/statistics"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { isDeepStrictEqual } from "node:util"
import { median, type Measurement } from "../Measurement.ts"
import { open as openServer } from "../store/Server.ts"
import { execute } from "../store/subjects.ts"
import type { Options, Section, Work } from "../Work.ts"
import type { Memory } from "./child.ts"
import { customer, type Shape } from "./history.ts"
import { load } from "./load.ts"
import { type Line, start } from "./Process.ts"
import { checkpointOf, type Counts, recount } from "./recount.ts"
import { open, type Stores, version } from "./stores.ts"

/** The work. */
export const scale: Work = {
  name: "scale",
  about: "the report's projection over so many interactions, and its next version built beside it (--interactions N)",
  run: async (options, done) => {
    const server = await openServer()
    try {
      await measure(server.url, options, done)
    } finally {
      await server.stop()
    }
  },
}

/** Of a Customer with a million a year. */
const perDay = 2_740
const perSecond = 10

const measure = async (server: string, options: Options, done: (section: Section) => void): Promise<void> => {
  const shape: Shape = { interactions: options.interactions, perDay, seed: 1, fromDay: 0 }
  const target = new URL(server)
  target.pathname = "/bench_scale"
  const url = target.href
  // A database that is there is gone on with: loading a million takes a while.
  await execute(server, ["CREATE DATABASE bench_scale"]).catch(() => undefined)
  await Effect.runPromise(migrate({ url: Redacted.make(url) }))
  const stores = await open(url)
  try {
    const { events, seconds } = await load(stores.store, shape, progress("loaded"))
    await execute(url, ["VACUUM ANALYZE tacet.event"])
    done(await building(url, options, events, seconds))
    done(await replacing(stores, url, options))
  } finally {
    await stores.close()
  }
}

/** Says now and then how far a long part has come. */
const progress = (what: string): ((events: number) => void) => {
  let told = performance.now()
  return (events) => {
    if (performance.now() - told < 30_000) return
    told = performance.now()
    process.stderr.write(`${what} ${events} events\n`)
  }
}

interface Built {
  readonly events: number
  readonly seconds: number
  readonly encodingSeconds: number
  readonly processorSeconds: number
}

const shares = [0.1, 0.5, 1]

const building = async (url: string, { interactions }: Options, loaded: number, seconds: number): Promise<Section> => {
  const child = start("build", url, "1", ...shares.map(String))
  const lines = await child.ended
  const built = builtOf(lines)
  const weighed = lines.flatMap((line) => ("memory" in line ? [line["memory"] as Memory] : []))
  return {
    title: `The report's projection over ${interactions} interactions, ${loaded} events`,
    notes: [
      `loaded in ${seconds.toFixed(0)} s by the store's own append`,
      `${built.events} events projected in ${built.seconds.toFixed(0)} s, of which ${built.encodingSeconds.toFixed(0)} s to encode ${lines.filter((line) => "saved" in line).length} states; ${built.processorSeconds.toFixed(0)} s of processor time`,
      ...weighed.map(
        ({ events, live, nodes }) =>
          `after ${events} events ${live} interactions are not final, and the tree of journeys has ${nodes} places`,
      ),
    ],
    measurements: weighed.flatMap(({ events, heap, resident }): ReadonlyArray<Measurement> => [
      { subject: `heap after ${events} events, garbage collected`, median: heap, unit: "MB" },
      { subject: `resident after ${events} events`, median: resident, unit: "MB" },
    ]),
  }
}

const builtOf = (lines: ReadonlyArray<Line>): Built => {
  const last = lines.at(-1)
  if (last === undefined || !("built" in last)) throw new Error("A process ended without a word of what it has built")
  return last["built"] as Built
}

const pause = (milliseconds: number): Promise<void> => new Promise((waited) => setTimeout(waited, milliseconds))

const replacing = async (stores: Stores, url: string, { interactions }: Options): Promise<Section> => {
  const later: Shape = { interactions: 10_000_000, perDay, seed: 2, fromDay: Math.ceil(interactions / perDay) }
  const follower = start("follow", url, "1")
  const writer = start("append", url, JSON.stringify(later), String(perSecond))
  const reader = reading(stores)
  await pause(Math.min(60_000, 5_000 + interactions / 10))

  // The next version, killed in the middle as a power cut would, and begun again.
  const from = Date.now()
  const first = start("build", url, "2")
  await until(async () => (await checkpointOf(url, 2)) > (await headOf(stores)) * 0.3 || first.isOver())
  const killedAt = await checkpointOf(url, 2)
  first.kill()
  await first.ended.catch(() => undefined)
  const second = start("build", url, "2")
  const built = builtOf(await second.ended)
  const through = Date.now()

  // The one that was live before stays up to date until it is retired.
  const next = start("follow", url, "2")
  await pause(Math.min(30_000, 5_000 + interactions / 10))
  writer.end()
  const written = await writer.ended
  const head = await headOf(stores)
  await until(async () => (await checkpointOf(url, 1)) >= head && (await checkpointOf(url, 2)) >= head)
  const readings = await reader.stop()
  for (const one of [1, 2]) {
    await Effect.runPromise(stores.runner.retire(customer, { name: version(one).name, version: one }))
  }
  await Promise.all([follower.ended, next.ended])

  const [before, after] = [await countsOf(stores, 1), await countsOf(stores, 2)]
  const truth = await recount(url, customer)
  const appends = written.flatMap((line) => ("append" in line ? [line as unknown as Append] : []))
  const during = appends.filter(({ at }) => at >= from && at <= through)
  const without = appends.filter(({ at }) => at < from || at > through)
  const failed = [
    ...(readings.failed > 0 ? [`${readings.failed} reads of the report failed`] : []),
    ...(isDeepStrictEqual(before, after) ? [] : ["the two versions differ"]),
    ...(isDeepStrictEqual(after, truth)
      ? []
      : [`the new version has ${JSON.stringify(after)}, SQL counts ${JSON.stringify(truth)}`]),
  ]
  if (failed.length > 0) throw new Error(failed.join("; "))
  return {
    title: `The next version beside the live one, ${head} events at the end`,
    notes: [
      `killed at position ${killedAt}, then ${built.events} events in ${built.seconds.toFixed(0)} s to the switch; ${appends.length} appends meanwhile and around it`,
      `${readings.served} readings of the report by another process, none failed: ${readings.byVersion.join(" of version 1, then ")} of version 2`,
      `both versions and a count by SQL agree: ${JSON.stringify(truth)}`,
    ],
    measurements: [
      ...latencies("append without a build", without),
      ...latencies("append beside the build", during),
      { subject: "longest time between two readings", median: readings.longest, unit: "ms" },
    ],
  }
}

interface Append {
  readonly append: number
  readonly at: number
}

const latencies = (subject: string, appends: ReadonlyArray<Append>): ReadonlyArray<Measurement> => {
  const times = appends.map(({ append }) => append).toSorted((one, other) => one - other)
  if (times.length === 0) return []
  return [
    { subject: `${subject}, median`, median: median(times), unit: "ms", rounds: times.length },
    { subject: `${subject}, 99th of 100`, median: times[Math.floor(times.length * 0.99)]!, unit: "ms" },
  ]
}

const headOf = async ({ store }: Stores): Promise<number> =>
  (await Effect.runPromise(store.readLog(customer, { limit: 1 }))).head

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await pause(1_000)
}

/** What a version says of everything, once every window has closed. */
const countsOf = async ({ projections }: Stores, number: number): Promise<Counts> => {
  const projection = version(number)
  const saved = Option.getOrThrow(await Effect.runPromise(projections.load(customer, projection)))
  const state = projection.decode(saved.state)
  const asOf = state.latest + 60 * 86_400_000
  const { calls, interactions, journeys, quality, trend } = Deflection.report(state, { customer, asOf, declared: [] })
  return {
    started: interactions.started,
    calls: calls.total,
    legs: calls.legs,
    effectiveCalls: calls.effective,
    overrodeInhibition: quality.overrodeInhibition,
    steps: journeys.steps,
    journeys: journeys.distinct,
    overflow: journeys.overflow,
    byDay: trend.map(({ day, started }) => [day, started] as const),
  }
}

/** Reads the active version again and again, as whoever shows the report would. */
const reading = (stores: Stores) => {
  let isStopped = false
  let served = 0
  let failed = 0
  let longest = 0
  const seen = new Map<number, number>()
  const run = async (): Promise<void> => {
    let last = performance.now()
    while (!isStopped) {
      try {
        const active = Option.getOrThrow(
          await Effect.runPromise(stores.projections.activeVersion(customer, version(1).name)),
        )
        const found = await stores.run(Projection.readActive([version(1), version(2)], customer))
        Deflection.report(Option.getOrThrow(found).state, { customer, declared: [] })
        served++
        seen.set(active, (seen.get(active) ?? 0) + 1)
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      } catch {
        failed++
      }
      await pause(2_000)
    }
  }
  const running = run()
  return {
    stop: async () => {
      isStopped = true
      await running
      return { served, failed, longest, byVersion: [seen.get(1) ?? 0, seen.get(2) ?? 0] }
    },
  }
}
