/**
 * Group commit: while a batch of a compartment is on its way, further requests wait, and leave in one batch when it
 * returns. There is no timer: a lone caller waits for nothing. A compartment has one batch on its way at a time, so that
 * compartments take turns for the connections, however many requests of one of them wait.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberSet from "effect/FiberSet"
import type * as Scope from "effect/Scope"

/** One caller that waits for its answer. */
export interface Entry<Request, A, E> {
  readonly request: Request
  readonly answer: (exit: Exit.Exit<A, E>) => void
}

/** How requests are carried out, and in which batches. */
export interface Work<Key, Request, A, E> {
  /** The requests that leave in the next batch, at least one, as ascending indices. It looks at no more than it needs. */
  readonly choose: (waiting: Iterable<Request>) => ReadonlyArray<number>
  /** Carries out a batch. Answers every entry, exactly once, and never fails. */
  readonly carryOut: (key: Key, batch: ReadonlyArray<Entry<Request, A, E>>) => Effect.Effect<void>
  /** How many requests may wait. */
  readonly most: number
  /** The answer to a request that comes when so many wait. */
  readonly overloaded: (waiting: number) => E
  /**
   * Whether an interrupted caller waits for the end of a batch that has left with its request, so that nothing is still to
   * come when it has ended.
   */
  readonly isAwaited: boolean
}

/** Answers a request of a compartment. */
export type GroupCommit<Key, Request, A, E> = (key: Key, request: Request) => Effect.Effect<A, E>

type Queue<Request, A, E> = Array<Entry<Request, A, E>>

/** Makes a group commit. */
export const make = Effect.fnUntraced(function* <Key, Request, A, E>(
  work: Work<Key, Request, A, E>,
): Effect.fn.Return<GroupCommit<Key, Request, A, E>, never, Scope.Scope> {
  const run = yield* FiberSet.runtime(yield* FiberSet.make<void>())()
  const queues = new Map<Key, Queue<Request, A, E>>()
  let waiting = 0

  // Suspended: whatever `carryOut` throws is a defect of this batch, and answers it.
  const carriedOut = (key: Key, batch: ReadonlyArray<Entry<Request, A, E>>) =>
    Effect.uninterruptible(
      Effect.catchCause(
        Effect.suspend(() => work.carryOut(key, batch)),
        (cause) =>
          Effect.sync(() => {
            for (const { answer } of batch) answer(Exit.failCause(cause))
          }),
      ),
    )

  const drain = Effect.fnUntraced(function* (key: Key, queue: Queue<Request, A, E>) {
    while (true) {
      // Callers that the last batch has answered may have more.
      yield* Effect.yieldNow
      if (queue.length === 0) return void queues.delete(key)
      const batch = take(work, queue)
      waiting -= batch.length
      yield* carriedOut(key, batch)
    }
  })

  /** Carries out all requests of a queue. */
  const start = (key: Key, queue: Queue<Request, A, E>): void => {
    run(
      Effect.ensuring(
        drain(key, queue),
        // The scope was closed: what still waits is not carried out.
        Effect.sync(() => {
          waiting -= queue.length
          for (const { answer } of queue.splice(0)) answer(Exit.interrupt())
          queues.delete(key)
        }),
      ),
    )
  }

  /** A lone request is carried out by its caller's own fiber. Requests that arrive meanwhile wait. */
  const alone = (key: Key, request: Request): Effect.Effect<A, E> => {
    const queue: Queue<Request, A, E> = []
    queues.set(key, queue)
    let answered: Exit.Exit<A, E> = Exit.interrupt()
    const entry = { request, answer: (exit: Exit.Exit<A, E>) => void (answered = exit) }
    const over = Effect.sync(() => {
      if (queue.length > 0) start(key, queue)
      else queues.delete(key)
    })
    return Effect.uninterruptible(
      Effect.andThen(
        Effect.ensuring(carriedOut(key, [entry]), over),
        Effect.suspend(() => answered),
      ),
    )
  }

  const queued = (key: Key, request: Request): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      let settled: (() => void) | undefined
      let isSettled = false
      const entry: Entry<Request, A, E> = {
        request,
        answer: (exit) => {
          isSettled = true
          settled?.()
          resume(exit)
        },
      }
      waiting++
      const queue = queues.get(key)
      if (queue !== undefined) {
        queue.push(entry)
      } else {
        const opened = [entry]
        queues.set(key, opened)
        start(key, opened)
      }
      // An interrupted caller takes a request along that has not left yet.
      return Effect.suspend(() => {
        const queue = queues.get(key)
        const index = queue?.indexOf(entry) ?? -1
        if (index >= 0) {
          waiting--
          return Effect.sync(() => void queue!.splice(index, 1))
        }
        return isSettled || !work.isAwaited
          ? Effect.void
          : Effect.callback<void>((done) => void (settled = () => done(Effect.void)))
      })
    })

  return (key, request) =>
    Effect.suspend(() => {
      if (waiting >= work.most) return Effect.fail(work.overloaded(waiting))
      return queues.has(key) || !work.isAwaited ? queued(key, request) : alone(key, request)
    })
})

/** Takes the next batch off a queue, whose other requests keep their order. */
const take = <Key, Request, A, E>(
  { choose }: Work<Key, Request, A, E>,
  queue: Queue<Request, A, E>,
): ReadonlyArray<Entry<Request, A, E>> => {
  const chosen = queue.length === 1 ? [0] : choose(requestsOf(queue))
  const batch = chosen.map((index) => queue[index]!)
  const looked = chosen[chosen.length - 1]! + 1
  const isChosen = new Set(chosen)
  queue.splice(0, looked, ...queue.slice(0, looked).filter((_, index) => !isChosen.has(index)))
  return batch
}

const requestsOf = function* <Request, A, E>(queue: Queue<Request, A, E>): Generator<Request> {
  for (const { request } of queue) yield request
}
