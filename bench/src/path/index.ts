/**
 * The path from commands to the report: how long it takes beside the loop that only counts, what each layer takes of it,
 * and what Effect's optional schema compiler changes.
 */
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { type Measurement, median } from "../Measurement.ts"
import type { Options, Section } from "../Work.ts"
import { type Layer, layers } from "./layers.ts"
import { fullSize } from "./recordings.ts"
import { type Round, whole } from "./Round.ts"

/** Measures the path, and once more with the schema compiler. */
export const measurePath = (options: Options, done: (section: Section) => void): void => {
  const interactions = Math.round(fullSize * options.scale)
  const plain = roundsOf(interactions, options, [])
  done(stagesOf(interactions, plain))
  done(layersOf(interactions, plain))
  done(compilerOf(plain, roundsOf(interactions, options, ["--import", "effect/schema/SchemaJITCompiler/enable"])))
}

type Rounds = ReadonlyArray<Round>

const roundsOf = (interactions: number, options: Options, flags: ReadonlyArray<string>): Rounds => {
  const script = join(import.meta.dirname, "child.ts")
  const output = execFileSync(
    process.execPath,
    [...process.execArgv, ...flags, script, String(interactions), String(options.rounds)],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  return JSON.parse(output.toString("utf8")) as Rounds
}

const middle = (rounds: Rounds, figure: (round: Round) => number): number => median(rounds.map(figure))

const timeOf = (subject: string, rounds: Rounds, figure: (round: Round) => number): Measurement => ({
  subject,
  unit: "ms",
  median: middle(rounds, figure),
  minimum: Math.min(...rounds.map(figure)),
  maximum: Math.max(...rounds.map(figure)),
  rounds: rounds.length,
  nanosecondsPerEvent: (middle(rounds, figure) * 1e6) / rounds[0]!.events,
})

const loopName = "loop over the steps alone"

const stagesOf = (interactions: number, rounds: Rounds): Section => {
  const besideLoop = (subject: string, figure: (round: Round) => number): Measurement => ({
    ...timeOf(subject, rounds, figure),
    comparisons: [{ baseline: loopName, ratio: middle(rounds, (round) => round.loop / figure(round)) }],
  })
  const { events, live } = rounds[0]!
  return {
    title: `From commands to the report: ${interactions} interactions, ${events} events`,
    notes: [
      "the loop counts the steps of the same interactions, given as objects in memory: it decides, stores and reads nothing",
      `of the projection's state, ${live} interactions are still events: their windows are open`,
    ],
    measurements: [
      timeOf(loopName, rounds, ({ loop }) => loop),
      besideLoop("the whole path", whole),
      besideLoop("  record: commands to log", ({ record }) => record),
      besideLoop("  project: log to statistics", ({ project }) => project),
      besideLoop("  report", ({ report }) => report),
      {
        subject: "state of the projection, and its saved copy",
        unit: "MB",
        median: middle(rounds, ({ megabytes }) => megabytes),
      },
    ],
  }
}

const inRecord: ReadonlyArray<Layer> = layers.slice(0, layers.indexOf("append") + 1)
const inProject: ReadonlyArray<Layer> = layers.slice(layers.indexOf("append") + 1)

const sumOf = ({ costs }: Round, parts: ReadonlyArray<Layer>): number =>
  parts.reduce((sum, part) => sum + costs[part], 0)

const layersOf = (interactions: number, rounds: Rounds): Section => {
  const part = (subject: string, figure: (round: Round) => number): Measurement => ({
    ...timeOf(subject, rounds, figure),
    share: middle(rounds, (round) => figure(round) / whole(round)),
  })
  const layer = (name: Layer): Measurement => part(`  ${name}`, ({ costs }) => costs[name])
  return {
    title: `What each layer takes: ${interactions} interactions`,
    notes: ["each layer alone, on the data it meets in the path; what is left of a stage is what joins its layers"],
    measurements: [
      part("record", ({ record }) => record),
      ...inRecord.map(layer),
      part("  the rest: service, handler, spans, metrics", (round) => round.record - sumOf(round, inRecord)),
      part("project", ({ project }) => project),
      ...inProject.map(layer),
      part("  write states to be saved", ({ save }) => save),
      part("  the rest: histories, windows", (round) => round.project - round.save - sumOf(round, inProject)),
      part("report", ({ report }) => report),
    ],
  }
}

const compilerOf = (plain: Rounds, compiled: Rounds): Section => {
  const pair = (subject: string, figure: (round: Round) => number): ReadonlyArray<Measurement> => [
    timeOf(subject, plain, figure),
    {
      ...timeOf(`${subject}, compiled`, compiled, figure),
      comparisons: [{ baseline: subject, ratio: middle(plain, figure) / middle(compiled, figure) }],
    },
  ]
  return {
    title: "With Effect's schema compiler switched on",
    notes: [
      "effect/schema/SchemaJITCompiler builds functions from text, so an application must want it; unstable in Effect 4.1",
      "measured after the plain rounds, in another process",
    ],
    measurements: [
      ...pair("encode", ({ costs }) => costs.encode),
      ...pair("decode", ({ costs }) => costs.decode),
      ...pair("the whole path", whole),
    ],
  }
}
