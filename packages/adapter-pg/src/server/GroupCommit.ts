/**
 * Natural batching: while a batch of a compartment is in flight, arriving requests wait, and are sent together when it
 * returns. No timer: a lone caller does not wait. Each compartment has at most one batch in flight.
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

/** Who carries out what, in which portions. */
export interface Work<Key, Request, A, E> {
  /** How many of the requests, in their order, go out together: at least one. The indices, ascending. */
  readonly choose: (waiting: ReadonlyArray<Request>) => ReadonlyArray<number>
  /** Carries out a portion. Answers every entry, exactly once, and never fails. */
  readonly carryOut: (key: Key, batch: ReadonlyArray<Entry<Request, A, E>>) => Effect.Effect<void>
}

/** Makes a combiner: a function that enqueues a request and waits for its answer. */
export const make = Effect.fnUntraced(function* <Key, Request, A, E>(
  work: Work<Key, Request, A, E>,
): Effect.fn.Return<(key: Key, request: Request) => Effect.Effect<A, E>, never, Scope.Scope> {
  const fibers = yield* FiberSet.make<void>()
  const run = yield* FiberSet.runtime(fibers)()
  const queues = new Map<Key, Array<Entry<Request, A, E>>>()

  const drain = Effect.fnUntraced(function* (key: Key, queue: Array<Entry<Request, A, E>>) {
    while (true) {
      // Those who were answered by the last batch may want to come along.
      yield* Effect.yieldNow
      if (queue.length === 0) return void queues.delete(key)
      const chosen = queue.length === 1 ? [0] : work.choose(queue.map(({ request }) => request))
      const batch = chosen.map((index) => queue[index]!)
      const isChosen = new Set(chosen)
      queue.splice(0, queue.length, ...queue.filter((_, index) => !isChosen.has(index)))
      // Every request is completed, whatever happens.
      yield* Effect.uninterruptible(
        Effect.catchCause(work.carryOut(key, batch), (cause) =>
          Effect.sync(() => {
            for (const { answer } of batch) answer(Exit.failCause(cause))
          }),
        ),
      )
    }
  })

  /** Carries out what waits, until nothing does. */
  const start = (key: Key, waiting: Array<Entry<Request, A, E>>): void => {
    run(
      Effect.ensuring(
        drain(key, waiting),
        // The scope was closed: waiting requests will not be executed.
        Effect.sync(() => {
          for (const { answer } of waiting.splice(0)) answer(Exit.interrupt())
          queues.delete(key)
        }),
      ),
    )
  }

  /** A lone request is executed by its caller's own fiber. Requests that arrive meanwhile wait. */
  const alone = (key: Key, request: Request): Effect.Effect<A, E> => {
    const waiting: Array<Entry<Request, A, E>> = []
    queues.set(key, waiting)
    let answered: Exit.Exit<A, E> = Exit.interrupt()
    const entry = { request, answer: (exit: Exit.Exit<A, E>) => void (answered = exit) }
    const over = Effect.sync(() => {
      if (waiting.length > 0) start(key, waiting)
      else queues.delete(key)
    })
    return Effect.uninterruptible(
      Effect.andThen(
        Effect.ensuring(work.carryOut(key, [entry]), over),
        Effect.suspend(() => answered),
      ),
    )
  }

  const queued = (key: Key, request: Request): Effect.Effect<A, E> =>
    Effect.callback<A, E>((resume) => {
      let settled: (() => void) | undefined
      const entry: Entry<Request, A, E> = {
        request,
        answer: (exit) => {
          isSettled = true
          settled?.()
          resume(exit)
        },
      }
      let isSettled = false
      const queue = queues.get(key)
      if (queue !== undefined) {
        queue.push(entry)
      } else {
        const opened = [entry]
        queues.set(key, opened)
        start(key, opened)
      }
      // An interrupted caller withdraws a request that was not sent yet. Once the request is sent, the interruption
      // waits for its end: afterwards it has taken effect as a whole or not at all, and will not take effect later.
      return Effect.suspend(() => {
        const waiting = queues.get(key)
        const index = waiting?.indexOf(entry) ?? -1
        if (index >= 0) return Effect.sync(() => void waiting!.splice(index, 1))
        return isSettled ? Effect.void : Effect.callback<void>((done) => void (settled = () => done(Effect.void)))
      })
    })

  return (key, request) => Effect.suspend(() => (queues.has(key) ? queued(key, request) : alone(key, request)))
})
