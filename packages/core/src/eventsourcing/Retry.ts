/**
 * The loop of all work that rests on facts which another writer may change before it is written: it reads the facts anew
 * and tries again, a bounded number of times.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * How often work is tried again. Each conflict is another write that has landed: of `n` writers that start at once, each
 * is served within `n` tries, so that a hundred writers of one stream or keyring are all served. A store that needs more
 * tries than that is overloaded, and its caller should know.
 */
export const retries = 100

/** Tries until there is an answer. From the last try on, the work has to answer or to fail. */
export const untilAnswered = Effect.fnUntraced(function* <A, E, R>(
  attempt: (isLast: boolean) => Effect.Effect<Option.Option<A>, E, R>,
  times: number = retries,
): Effect.fn.Return<A, E, R> {
  for (let tried = 0; ; tried++) {
    const answer = yield* attempt(tried >= times)
    if (Option.isSome(answer)) return answer.value
  }
})

/** Tries again while the work fails with such an error; the last try's error is the answer. */
export const whileFailing = <A, E, R>(
  work: Effect.Effect<A, E, R>,
  isWorthAnother: (error: E) => boolean,
): Effect.Effect<A, E, R> =>
  untilAnswered((isLast) =>
    Effect.matchEffect(work, {
      onSuccess: (answer) => Effect.succeed(Option.some(answer)),
      onFailure: (error) => (!isLast && isWorthAnother(error) ? Effect.succeed(Option.none<A>()) : Effect.fail(error)),
    }),
  )
