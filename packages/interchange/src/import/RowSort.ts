/**
 * Puts the rows of a whole source in the order of time, whatever order the source has. Rows are held in memory up to a
 * bound; beyond it, sorted runs are written to temporary files and merged while they are read back. A run is encrypted
 * under a key that never leaves the process, because rows hold the source's own keys of cases and persons.
 *
 * Rows of one moment keep the order of the source, or the reverse of it where the source lists the newest row first.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"
import { createReadStream, createWriteStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type CaseComplete, InputError, type SourceRow } from "../SourceRow.ts"
import * as Heap from "./Heap.ts"

/** A row, or the end of a case after the last row of it. */
export type Sorted = SourceRow | CaseComplete

export interface RowSort {
  /** How many items are held in memory. */
  readonly size: number
  /** Takes the next item of the source. */
  readonly push: (item: Sorted) => Effect.Effect<void, InputError>
  /** All items in the order of time, in batches. Nothing may be pushed afterwards. */
  readonly drain: () => AsyncIterable<ReadonlyArray<Sorted>>
}

interface Held {
  readonly at: number
  /** The place in the source. */
  readonly sequence: number
  readonly item: Sorted
}

/** How many items a batch of the result holds. */
const batchSize = 1000

/** A sort that holds so many items in memory. Its temporary files are deleted with the scope. */
export const make = Effect.fnUntraced(function* (mostHeld: number): Effect.fn.Return<RowSort, never, Scope.Scope> {
  const runs = yield* makeRuns
  const order = makeOrder()
  let held: Array<Held> = []
  let sequence = 0

  const spill = Effect.suspend(() => {
    const run = held.sort(order.compare())
    held = []
    return runs.write(run)
  })

  return {
    get size() {
      return held.length
    },
    push: (item) => {
      held.push({ at: order.see(item), sequence: sequence++, item })
      return held.length < mostHeld ? Effect.void : spill
    },
    drain: async function* () {
      const compare = order.compare()
      const last = held.sort(compare)
      held = []
      let batch: Array<Sorted> = []
      for await (const { item } of merged([...runs.read(), last], compare)) {
        if (batch.push(item) < batchSize) continue
        yield batch
        batch = []
      }
      if (batch.length > 0) yield batch
    },
  }
})

/** The order of the items, as far as it depends on the source. */
const makeOrder = () => {
  let previous: SourceRow | undefined
  let latestOfCase = Number.NEGATIVE_INFINITY
  // Steps back in time less steps forward, between neighbours of one case and of different ones.
  let backWithinCase = 0
  let backBetween = 0
  let compare: ((one: Held, other: Held) => number) | undefined
  return {
    /** The moment of an item: a case ends at its latest row. */
    see: (item: Sorted): number => {
      if (item._tag === "caseComplete") return latestOfCase
      const isSameCase = previous?.case === item.case
      const direction = previous === undefined ? 0 : Math.sign(previous.at - item.at)
      if (isSameCase) backWithinCase += direction
      else backBetween += direction
      latestOfCase = isSameCase ? Math.max(latestOfCase, item.at) : item.at
      previous = item
      return item.at
    },
    /** Fixed by the rows seen when it is asked for first, so that all runs have one order. */
    compare: () => {
      const isNewestFirst = (backWithinCase === 0 ? backBetween : backWithinCase) > 0
      return (compare ??= comparing(isNewestFirst ? -1 : 1))
    },
  }
}

const comparing =
  (direction: 1 | -1) =>
  (one: Held, other: Held): number =>
    one.at - other.at || rank(one) - rank(other) || direction * (one.sequence - other.sequence)

const rank = ({ item }: Held): number => (item._tag === "row" ? 0 : 1)

async function* merged(
  runs: ReadonlyArray<Iterable<Held> | AsyncIterable<Held>>,
  compare: (one: Held, other: Held) => number,
): AsyncGenerator<Held> {
  const [only] = runs
  if (runs.length === 1 && only !== undefined) return yield* only
  const heads = Heap.make<{ readonly head: Held; readonly rest: Iterator<Held> | AsyncIterator<Held> }>((one, other) =>
    compare(one.head, other.head),
  )
  const advance = async (rest: Iterator<Held> | AsyncIterator<Held>): Promise<void> => {
    const next = await rest.next()
    if (next.done !== true) heads.push({ head: next.value, rest })
  }
  for (const run of runs) await advance(iteratorOf(run))
  for (let first = heads.pop(); first !== undefined; first = heads.pop()) {
    yield first.head
    await advance(first.rest)
  }
}

const iteratorOf = (run: Iterable<Held> | AsyncIterable<Held>): Iterator<Held> | AsyncIterator<Held> =>
  Symbol.asyncIterator in run ? run[Symbol.asyncIterator]() : run[Symbol.iterator]()

/** Sorted runs in temporary files, encrypted. */
const makeRuns = Effect.gen(function* () {
  const algorithm = "aes-256-ctr"
  const key = randomBytes(32)
  const files: Array<{ readonly path: string; readonly nonce: Uint8Array }> = []
  let folder: string | undefined
  yield* Effect.addFinalizer(() =>
    Effect.promise(async () => {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    }),
  )
  const save = async (run: ReadonlyArray<Held>): Promise<void> => {
    folder ??= await mkdtemp(join(tmpdir(), "tacet-rows-"))
    const file = { path: join(folder, String(files.length)), nonce: randomBytes(16) }
    await pipeline(
      Readable.from(linesOf(run)),
      createCipheriv(algorithm, key, file.nonce),
      createWriteStream(file.path, { mode: 0o600, flags: "wx" }),
    )
    files.push(file)
  }
  async function* load({ nonce, path }: (typeof files)[number]): AsyncGenerator<Held> {
    const clear = createReadStream(path).pipe(createDecipheriv(algorithm, key, nonce))
    for await (const line of createInterface({ input: clear, crlfDelay: Number.POSITIVE_INFINITY })) {
      yield JSON.parse(line) as Held
    }
  }
  return {
    write: (run: ReadonlyArray<Held>): Effect.Effect<void, InputError> =>
      Effect.tryPromise({
        try: () => save(run),
        catch: () => new InputError("rows that wait to be sorted cannot be written to the folder of temporary files"),
      }),
    read: (): ReadonlyArray<AsyncIterable<Held>> => files.map(load),
  }
})

/** One item a line, several lines a chunk. */
function* linesOf(run: ReadonlyArray<Held>): Generator<string> {
  for (let from = 0; from < run.length; from += batchSize) {
    yield `${run
      .slice(from, from + batchSize)
      .map((held) => JSON.stringify(held))
      .join("\n")}\n`
  }
}
