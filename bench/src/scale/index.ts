/**
 * The work `scale`: the report's projection over a log on disk. It loads a history through the store's own append,
 * builds the projection and weighs the process that does, then builds the next version beside the live one while
 * interactions are recorded, the live one is followed and the report is read; kills that build in the middle, resumes
 * it, switches, and recounts everything by SQL.
 */
import { migrate } from "@tacet/adapter-pg"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { isDeepStrictEqual } from "node:util"
import { median, type Measurement } from "../Measurement.ts"
import { open as openServer } from "../store/Server.ts"
import { execute } from "../store/subjects.ts"
import type { Options, Section, Work } from "../Work.ts"
import type { Memory } from "./child.ts"
import { countsOf } from "./counts.ts"
import { customer, type Shape } from "./history.ts"
import { load, type Loaded } from "./load.ts"
import { type Line, start } from "./Process.ts"
import { checkpointOf, recount } from "./recount.ts"
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
  // An existing database is continued: loading a million takes a while.
  await execute(server, ["CREATE DATABASE bench_scale"]).catch(() => undefined)
  await Effect.runPromise(migrate({ url: Redacted.make(url) }))
  const stores = await open(url)
  try {
    const loaded = await load(stores.store, shape, progress("loaded"))
    await execute(url, ["VACUUM ANALYZE tacet.event"])
    done(await building(url, options, loaded))
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

const building = async (
  url: string,
  { interactions }: Options,
  { events, seconds, written }: Loaded,
): Promise<Section> => {
  const child = start("build", url, "1", ...shares.map(String))
  const lines = await child.ended
  const built = builtOf(lines)
  const weighed = lines.flatMap((line) => ("memory" in line ? [line["memory"] as Memory] : []))
  return {
    title: `The report's projection over ${interactions} interactions, ${events} events`,
    notes: [
      `${written} events written in ${seconds.toFixed(0)} s by the store's own append`,
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
  const reader = start("read", url)
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
  reader.end()
  const readings = (await reader.ended) as unknown as ReadonlyArray<Reading>
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
    ...(readings.every(({ read }, place) => read === 1 || (read === 2 && place > 0))
      ? []
      : ["the report could not be read all the time"]),
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
      `${readings.length} readings of the report by another process, none failed: ${readings.filter(({ read }) => read === 1).length} of version 1, then those of version 2`,
      `both versions and a count by SQL agree: ${JSON.stringify({ ...truth, byDay: `${truth.byDay.length} days` })}`,
    ],
    measurements: [
      ...latencies("append without a build", without),
      ...latencies("append beside the build", during),
      { subject: "a reading of the report", median: median(readings.map(({ took }) => took)), unit: "ms" },
    ],
  }
}

interface Reading {
  readonly read: number | undefined
  readonly took: number
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
