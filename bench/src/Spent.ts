/**
 * What a piece of work took: wall-clock time, which other programs on the machine lengthen, and processor time, which they
 * hardly do.
 */
import { type Comparison, median } from "./Measurement.ts"

/** Wall-clock time in milliseconds, processor time in microseconds. */
export interface Spent {
  readonly milliseconds: number
  /** Processor time of the processes that use the store, garbage collection and compilation included. */
  readonly client: number
  /** Processor time of the server; `undefined` where there is none, or where it runs on another machine. */
  readonly server?: number | undefined
}

/** Reads the seconds of processor time that a server has taken. */
export type ServerClock = () => number | undefined

/** Starts to measure; the result returns the time spent since. */
export const begin = (serverClock?: ServerClock): (() => Spent) => {
  const serverBefore = serverClock?.()
  const clientBefore = process.cpuUsage()
  const start = performance.now()
  return () => {
    const milliseconds = performance.now() - start
    const { system, user } = process.cpuUsage(clientBefore)
    const serverAfter = serverClock?.()
    return {
      milliseconds,
      client: user + system,
      server:
        serverBefore === undefined || serverAfter === undefined ? undefined : (serverAfter - serverBefore) * 1_000_000,
    }
  }
}

/** Processor time of client and server together, in microseconds. */
export const processorTime = ({ client, server = 0 }: Spent): number => client + server

/** Multiplies the time spent, for a subject that did only a part of the work. */
export const times = ({ client, milliseconds, server }: Spent, factor: number): Spent => ({
  milliseconds: milliseconds * factor,
  client: client * factor,
  server: server === undefined ? undefined : server * factor,
})

/** Compares a subject with a baseline that did the same work in the same rounds. */
export const compare = (
  baseline: string,
  own: ReadonlyArray<Spent>,
  theirs: ReadonlyArray<Spent>,
  target?: number,
): Comparison => {
  const ratioOf = (figure: (spent: Spent) => number): number =>
    median(own.map((spent, round) => figure(theirs[round]!) / figure(spent)))
  return {
    baseline,
    ratio: ratioOf(({ milliseconds }) => milliseconds),
    processorRatio: ratioOf(processorTime),
    ...(target === undefined ? {} : { target }),
  }
}

/** Processor time for each of so many events or appends: the median of the rounds. */
export const processorTimeOfEach = (
  own: ReadonlyArray<Spent>,
  count: number,
): { readonly clientMicroseconds: number; readonly serverMicroseconds?: number } => {
  const server = own.flatMap((spent) => (spent.server === undefined ? [] : [spent.server / count]))
  return {
    clientMicroseconds: median(own.map(({ client }) => client / count)),
    ...(server.length === 0 ? {} : { serverMicroseconds: median(server) }),
  }
}
