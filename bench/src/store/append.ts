/**
 * The work `append`: writers that append to streams of their own, in one compartment.
 */
import { randomUUID } from "node:crypto"
import { median, type Measurement } from "../Measurement.ts"
import { collectGarbage } from "../memory.ts"
import * as Spent from "../Spent.ts"
import type { Options, Section, Work } from "../Work.ts"
import { open, type Server } from "./Server.ts"
import { castoreWriter, copyWriter } from "./peers.ts"
import * as Subjects from "./subjects.ts"

/** The work. */
export const append: Work = {
  name: "append",
  about: "appends of 1, 10 and 100 events by 1, 8 and 32 writers beside a bare insert, COPY, Emmett and Castore",
  run: async (options, done) => {
    const server = await open()
    try {
      for (const shape of shapes) done(await measure(server, shape, options))
    } finally {
      await server.stop()
    }
  },
}

interface Shape {
  readonly events: number
  readonly writers: number
  /** How many appends one round makes. */
  readonly appends: number
  /** How many appends go before, and do not count: until then programs are still being compiled. */
  readonly warmUp: number
  /** The ratios that are aimed at. */
  readonly bare: number
  readonly emmett: number
}

const shapes: ReadonlyArray<Shape> = [
  { events: 1, writers: 1, appends: 1_000, warmUp: 12_000, bare: 0.75, emmett: 2.2 },
  { events: 1, writers: 8, appends: 4_000, warmUp: 16_000, bare: 0.8, emmett: 3.2 },
  { events: 1, writers: 32, appends: 8_000, warmUp: 16_000, bare: 1.8, emmett: 7.5 },
  { events: 10, writers: 32, appends: 2_400, warmUp: 9_600, bare: 0.95, emmett: 3.2 },
  { events: 100, writers: 32, appends: 320, warmUp: 3_200, bare: 0.8, emmett: 2.3 },
]

const measure = async (server: Server, shape: Shape, { rounds, scale }: Options): Promise<Section> => {
  const appends = Math.max(shape.writers, Math.round(shape.appends * scale))
  const made = Math.floor(appends / shape.writers) * shape.writers
  const candidates = [
    ["bare insert", await Subjects.bareWriter(server.url, shape.writers, shape.events)],
    ["Tacet", await Subjects.tacetWriter(server.url)],
    ["Emmett", await Subjects.emmettWriter(server.url)],
    // A COPY of one row waits for what driver and network hold back.
    ["bare COPY", shape.events === 1 ? undefined : await copyWriter(server.url, shape.writers)],
    ["Castore", await castoreWriter(server.url)],
  ] as const
  const subjects = candidates.flatMap(([name, subject]) => (subject === undefined ? [] : [{ name, subject }]))
  const figures = new Map(subjects.map(({ name }) => [name, new Array<Spent.Spent>()]))
  // The first rounds warm up and do not count: a service appends for days, and after ten thousand calls the code takes
  // a fifth of the processor time of the first ones.
  const warmUps = Math.ceil((shape.warmUp * scale) / appends)
  for (let round = -warmUps; round < rounds; round++) {
    const first = (round + warmUps) % subjects.length
    for (const { name, subject } of [...subjects.slice(first), ...subjects.slice(0, first)]) {
      collectGarbage()
      const spent = await time(server, subject, shape, appends)
      if (round >= 0) figures.get(name)!.push(spent)
    }
  }
  for (const { subject } of subjects) await subject.close()
  // Some drivers are still closing connections when their pool is closed.
  await new Promise((done) => setTimeout(done, 500))
  const measurements = subjects.map(({ name }): Measurement => {
    const own = figures.get(name)!
    const rates = own.map(({ milliseconds }) => (made * 1_000) / milliseconds)
    const against = (baseline: string, target?: number) => {
      const theirs = figures.get(baseline as typeof name)
      return theirs === undefined || baseline === name ? [] : [Spent.compare(baseline, own, theirs, target)]
    }
    const isTacet = name === "Tacet"
    return {
      subject: name,
      median: median(rates),
      unit: "appends/s",
      minimum: Math.min(...rates),
      maximum: Math.max(...rates),
      rounds: own.length,
      comparisons: [
        ...against("bare insert", isTacet ? shape.bare : undefined),
        ...against("Emmett", isTacet ? shape.emmett : undefined),
      ],
      ...Spent.processorTimeOfEach(own, made),
    }
  })
  const events = shape.events === 1 ? "one event" : `${shape.events} events`
  return {
    title: `Appends of ${events}, ${shape.writers === 1 ? "1 writer" : `${shape.writers} writers`}, one Customer`,
    notes: [
      `${appends} appends a round, payloads of ${payload.length} characters; bare: no check, positions from the client`,
      ...(subjects.length < (shape.events === 1 ? candidates.length - 1 : candidates.length)
        ? ["not every peer is installed: npm --prefix bench ci"]
        : []),
    ],
    measurements,
  }
}

const payload = JSON.stringify({
  _tag: "StepTaken",
  interaction: "0b1f6f0e-6c0c-4d0a-9a3e-2f1f5a1c9d10",
  scenario: "home/billing/invoice",
  at: 1_700_000_000_000,
  channel: "phone",
})

const time = async (
  server: Server,
  subject: Subjects.Ready,
  { events, writers }: Shape,
  appends: number,
): Promise<Spent.Spent> => {
  const each = Math.floor(appends / writers)
  const written = Array.from({ length: events }, () => ({ type: "StepTaken", data: payload }))
  const end = Spent.begin(server.processorSeconds)
  await Promise.all(
    Array.from({ length: writers }, async () => {
      const stream = randomUUID()
      for (let n = 0; n < each; n++) await subject.append(stream, n * events, written)
    }),
  )
  return end()
}
