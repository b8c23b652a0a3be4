/**
 * The work `append-processes`: two processes that append to the same streams of one Customer, with the combiner and with
 * the counter alone, where each append is a transaction of its own.
 */
import { spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import { migrate } from "@tacet/adapter-pg"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { median, type Measurement } from "../Measurement.ts"
import type { Options, Section, Work } from "../Work.ts"
import * as Spent from "../Spent.ts"
import type { Server } from "./Server.ts"
import { database } from "./subjects.ts"
import type { Given, Round } from "./writers.ts"
import { work } from "./work.ts"

/** The work. */
export const processes: Work = work(
  "append-processes",
  "one-event appends of two processes to the same streams, with the combiner and without",
  (server, options) => measure(server, options),
)

const writers = 16
const appends = 4_000

interface Pair {
  readonly round: (appends: number) => Promise<ReadonlyArray<Round>>
  readonly close: () => Promise<void>
  readonly given: Given
}

const pair = async (server: string, name: string, combined: boolean): Promise<Pair> => {
  const url = await database(server, name)
  await Effect.runPromise(migrate({ url: Redacted.make(url) }))
  const streams = Array.from({ length: 64 }, () => randomUUID())
  const given: Given = { url, customer: randomUUID(), streams, writers, combined }
  const both = [1, 2].map(() => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, join(import.meta.dirname, "writers.ts"), JSON.stringify(given)],
      { stdio: ["pipe", "pipe", "inherit"] },
    )
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() }
  })
  return {
    given,
    round: (appends) =>
      Promise.all(
        both.map(async ({ child, lines }) => {
          child.stdin.write(`${appends}\n`)
          const { done, value } = await lines.next()
          if (done === true) throw new Error("A process of writers has ended")
          return JSON.parse(value) as Round
        }),
      ),
    close: async () => {
      await Promise.all(
        both.map(({ child }) => {
          child.stdin.end()
          return once(child, "close")
        }),
      )
    },
  }
}

/** Fails where a position or a version is missing, or where there are more events than were appended. */
const checkDensity = ({ customer, url }: Given, appended: number): Promise<void> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { queryValues } = yield* PgConnection.make({ url: Redacted.make(url) })
        const [row] = yield* queryValues(
          `SELECT count(*)::int, max(position)::int, (SELECT position::int FROM tacet.compartment WHERE customer_id = $1::uuid),
            (SELECT count(*)::int FROM (
              SELECT 1 FROM tacet.event WHERE customer_id = $1::uuid GROUP BY stream_id HAVING count(*) <> max(version)
            ) gaps)
          FROM tacet.event WHERE customer_id = $1::uuid`,
          [customer],
        )
        const [count, last, counter, gaps] = row as ReadonlyArray<number>
        if (count !== appended || last !== count || counter !== count || gaps !== 0) {
          throw new Error(
            `Not dense: ${appended} appends, ${count} events, last ${last}, counter ${counter}, gaps ${gaps}`,
          )
        }
      }),
    ),
  )

const sum = (all: ReadonlyArray<Round>, key: keyof Round): number => all.reduce((total, one) => total + one[key], 0)

const measure = async (server: Server, { rounds, scale }: Options): Promise<Section> => {
  const subjects = [
    { name: "Tacet, the counter alone", pair: await pair(server.url, "bench_alone", false) },
    { name: "Tacet, with the combiner", pair: await pair(server.url, "bench_combined", true) },
  ].map((subject) => ({
    ...subject,
    rates: new Array<number>(),
    spent: new Array<Spent.Spent>(),
    all: new Array<Round>(),
  }))
  const each = Math.max(writers, Math.round((appends * scale) / 2))
  for (let round = -1; round < rounds; round++) {
    for (const { all, pair, rates, spent } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const end = Spent.begin(server.processorSeconds)
      const both = await pair.round(each)
      const { server: onServer } = end()
      all.push(...both)
      if (round < 0) continue
      const appended = sum(both, "appended")
      const seconds = Math.max(...both.map((one) => one.seconds))
      rates.push(appended / seconds)
      spent.push(
        Spent.times(
          { milliseconds: seconds * 1_000, client: sum(both, "processorMicroseconds"), server: onServer },
          1 / appended,
        ),
      )
    }
  }
  for (const { all, pair } of subjects) {
    await pair.close()
    await checkDensity(pair.given, sum(all, "appended"))
    if (sum(all, "falseFailures") > 0) throw new Error(`${sum(all, "falseFailures")} appends failed without a reason`)
  }
  const [alone, combined] = subjects
  return {
    title: "Appends of one event by two processes of 16 writers each, to the same 64 streams",
    notes: [
      "a writer reads a stream and appends to it 20 times; where another one was first, it tries again with the version in the conflict",
      ...subjects.map(
        ({ all, name }) =>
          `${name}: ${sum(all, "appended")} appends, ${sum(all, "conflicts")} true conflicts, no false one; dense`,
      ),
    ],
    measurements: subjects.map(({ name, rates, spent }): Measurement => ({
      subject: name,
      median: median(rates),
      unit: "appends/s",
      minimum: Math.min(...rates),
      maximum: Math.max(...rates),
      rounds: rates.length,
      ...Spent.processorTimeOfEach(spent, 1),
      ...(name === combined!.name ? { comparisons: [Spent.compare(alone!.name, spent, alone!.spent, 2)] } : {}),
    })),
  }
}
