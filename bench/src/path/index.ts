/**
 * The work `path`: from commands to the report, beside the same by hand; what each layer takes of it, and what Effect's
 * optional schema compiler changes.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { isDeepStrictEqual } from "node:util"
import { type Measurement, median } from "../Measurement.ts"
import * as Spent from "../Spent.ts"
import type { Options, Section, Work } from "../Work.ts"
import { type Layer, layers } from "./layers.ts"
import { fullSize } from "./recordings.ts"
import { type Round, type RoundByHand, type Stage, stages, whole } from "./Round.ts"

/** The work. */
export const path: Work = {
  name: "path",
  about: "from commands to the report, beside the same written by hand, and what each layer costs",
  run: async (options, done) => {
    const interactions = Math.max(1, Math.round(fullSize * options.scale))
    const measured = await roundsOf(interactions, options)
    done(stagesOf(interactions, measured))
    done(layersOf(measured))
    done(compilerOf(measured))
  },
}

type Rounds = ReadonlyArray<Round>

interface Measured {
  readonly tacet: Rounds
  readonly compiled: Rounds
  readonly byHand: ReadonlyArray<RoundByHand>
}

const child = (role: "tacet" | "byHand", interactions: number, flags: ReadonlyArray<string> = []) => {
  const walker = spawn(
    process.execPath,
    [...process.execArgv, ...flags, join(import.meta.dirname, "child.ts"), role, String(interactions)],
    { stdio: ["pipe", "pipe", "inherit"] },
  )
  const lines = createInterface(walker.stdout)[Symbol.asyncIterator]()
  return {
    round: async (): Promise<unknown> => {
      walker.stdin.write("\n")
      const { done, value } = await lines.next()
      if (done === true) throw new Error(`The process that walks the path (${role}) has ended`)
      return JSON.parse(value)
    },
    close: async () => {
      if (walker.exitCode !== null) return
      const closed = once(walker, "close")
      walker.stdin.end()
      await closed
    },
  }
}

/** Walks by turns, each path in a process of its own; the first round warms up and does not count. */
const roundsOf = async (interactions: number, { rounds }: Options): Promise<Measured> => {
  const compiler = ["--import", "effect/schema/SchemaJITCompiler/enable"]
  const children = [
    { of: new Array<unknown>(), process: child("byHand", interactions) },
    { of: new Array<unknown>(), process: child("tacet", interactions) },
    { of: new Array<unknown>(), process: child("tacet", interactions, compiler) },
  ]
  try {
    for (let round = -1; round < rounds; round++) {
      const first = (round + 1) % children.length
      for (const { of, process } of [...children.slice(first), ...children.slice(0, first)]) {
        const one = await process.round()
        if (round >= 0) of.push(one)
      }
    }
  } finally {
    for (const { process } of children) await process.close()
  }
  const [byHand, tacet, compiled] = children.map(({ of }) => of) as unknown as [
    ReadonlyArray<RoundByHand>,
    Rounds,
    Rounds,
  ]
  for (const { figures } of [...tacet, ...compiled, ...byHand]) agree(byHand[0]!.figures, figures)
  return { byHand, tacet, compiled }
}

/** Fails where two reports differ, and says in which figure. */
const agree = (byHand: Round["figures"], tacet: Round["figures"]): void => {
  for (const name of new Set([...Object.keys(byHand), ...Object.keys(tacet)])) {
    if (isDeepStrictEqual(byHand[name], tacet[name])) continue
    throw new Error(
      `The reports differ in "${name}": ${JSON.stringify(byHand[name])?.slice(0, 500)} by hand, ` +
        `${JSON.stringify(tacet[name])?.slice(0, 500)} by Tacet`,
    )
  }
}

const timeOf = (subject: string, spent: ReadonlyArray<Spent.Spent>, events: number): Measurement => {
  const times = spent.map(({ milliseconds }) => milliseconds)
  return {
    subject,
    unit: "ms",
    median: median(times),
    minimum: Math.min(...times),
    maximum: Math.max(...times),
    rounds: times.length,
    nanosecondsPerEvent: (median(times) * 1e6) / events,
    ...Spent.processorTimeOfEach(spent, events),
  }
}

const byHandName = "by hand, with the same checks"

const stagesOf = (interactions: number, { byHand, tacet }: Measured): Section => {
  const { events } = tacet[0]!
  const compared = (subject: string, of: (round: Readonly<Record<Stage, Spent.Spent>>) => Spent.Spent) => {
    const [own, theirs] = [tacet.map(of), byHand.map(of)]
    return { ...timeOf(subject, own, events), comparisons: [Spent.compare(byHandName, own, theirs)] }
  }
  const { agreement } = byHand[0]!
  const refused = Object.entries(agreement.refused).map(([rule, count]) => `${rule} ${count}`)
  return {
    title: `From commands to the report: ${interactions} interactions, ${events} events`,
    notes: [
      "by hand: the same decisions, checks of fields at writing and reading, expected versions, saved states and report (but for the diagram of flows) without Effect; no spans, no metrics, no late events, no purged days",
      `both decided alike on ${agreement.commands} commands, faulty ones among them, refused by: ${refused.join(", ")}`,
      "both reports have the same figures",
      "lower limit: a loop that counts steps given as objects in memory; it decides, checks, stores and reads nothing",
      `of the projection's state, ${tacet[0]!.live} interactions are still live: their windows are open`,
    ],
    measurements: [
      timeOf(
        "lower limit: counting steps alone",
        byHand.map(({ loop }) => loop),
        events,
      ),
      timeOf(byHandName, byHand.map(whole), events),
      ...stages.map((stage) =>
        timeOf(
          `  ${stage}, by hand`,
          byHand.map((round) => round[stage]),
          events,
        ),
      ),
      compared("the whole path", whole),
      ...stages.map((stage) => compared(`  ${stage}`, (round) => round[stage])),
      {
        subject: "state of the projection, and its saved copy",
        unit: "MB",
        median: median(tacet.map(({ megabytes }) => megabytes)),
      },
    ],
  }
}

const inRecord: ReadonlyArray<Layer> = layers.slice(0, layers.indexOf("append") + 1)
const inProject: ReadonlyArray<Layer> = layers.slice(layers.indexOf("append") + 1)

const layersOf = ({ tacet }: Measured): Section => {
  const { events } = tacet[0]!
  const part = (subject: string, of: (round: Round) => number): Measurement => {
    const figures = tacet.map((round) => of(round) / events)
    return {
      subject,
      unit: "µs of processor time an event",
      median: median(figures),
      minimum: Math.min(...figures),
      maximum: Math.max(...figures),
      rounds: figures.length,
      share: median(tacet.map((round) => of(round) / whole(round).client)),
    }
  }
  const sumOf = ({ costs }: Round, parts: ReadonlyArray<Layer>): number =>
    parts.reduce((sum, one) => sum + costs[one], 0)
  const layer = (name: Layer): Measurement => part(`  ${name}`, ({ costs }) => costs[name])
  return {
    title: "What each layer takes of Tacet's path",
    notes: [
      "each layer alone, on the data it meets in the path; the rest of a stage is the code that joins its layers",
      "shares are of processor time",
    ],
    measurements: [
      part("record", ({ record }) => record.client),
      ...inRecord.map(layer),
      part("  the rest: service, handler, spans, metrics", (round) => round.record.client - sumOf(round, inRecord)),
      part("project", ({ project }) => project.client),
      ...inProject.map(layer),
      part("  write states to be saved", ({ save }) => save),
      part("  the rest: histories, windows", (round) => round.project.client - round.save - sumOf(round, inProject)),
      part("report", ({ report }) => report.client),
    ],
  }
}

const compilerOf = ({ byHand, compiled, tacet }: Measured): Section => {
  const { events } = tacet[0]!
  const layer = (name: Layer): ReadonlyArray<Measurement> =>
    [[name, tacet] as const, [`${name}, compiled`, compiled] as const].map(([subject, rounds]) => ({
      subject,
      unit: "µs of processor time an event",
      median: median(rounds.map(({ costs }) => costs[name] / events)),
      rounds: rounds.length,
    }))
  const [own, plain] = [compiled.map(whole), tacet.map(whole)]
  return {
    title: "With Effect's schema compiler switched on",
    notes: [
      "effect/schema/SchemaJITCompiler builds functions from text, so an application must want it; unstable in Effect 4.1",
    ],
    measurements: [
      ...layer("encode"),
      ...layer("decode"),
      timeOf("the whole path", plain, events),
      {
        ...timeOf("the whole path, compiled", own, events),
        comparisons: [Spent.compare("the whole path", own, plain), Spent.compare(byHandName, own, byHand.map(whole))],
      },
    ],
  }
}
