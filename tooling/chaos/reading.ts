/**
 * What a reader does: it follows the logs and writes down what it sees, reads them with and without a time limit of its own,
 * and runs projections.
 */
import { ProjectionRunner } from "@tacet/adapter-pg"
import { type CustomerId, EventStore } from "@tacet/core/eventsourcing"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { counting } from "./counting.ts"
import type { Reporting } from "./Reporting.ts"

const again = Effect.sleep(50)

/** Follows a log for ever: after an error it continues behind the last event that it has seen. */
export const following = (
  { say }: Reporting,
  customer: CustomerId.CustomerId,
): Effect.Effect<never, never, EventStore.EventStore> =>
  Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    let at = 0
    while (true) {
      const exit = yield* Effect.result(
        Stream.runForEach(store.subscribe(customer, { after: at }), ({ after, events, through }) =>
          Effect.andThen(
            say({
              _tag: "seen",
              customer,
              after,
              through,
              events: events.map(({ commitId, position }) => [position, commitId]),
            }),
            Effect.sync(() => void (at = through)),
          ),
        ),
      )
      if (exit._tag === "Success") {
        yield* say({ _tag: "wrong", call: "read", answer: "a subscription has ended" })
      } else if (exit.failure._tag === "LogFault") {
        yield* say({ _tag: "wrong", call: "read", answer: exit.failure.message })
      }
      yield* again
    }
  })

/** Reads pages for ever, every second one with a limit of its own. */
export const looking = (
  { say, timed }: Reporting,
  customer: CustomerId.CustomerId,
): Effect.Effect<never, never, EventStore.EventStore> =>
  Effect.gen(function* () {
    const store = yield* EventStore.EventStore
    let after = 0
    for (let turn = 0; ; turn++) {
      const read = store.readLog(customer, { after, limit: 50 })
      const answer = yield* Effect.result(
        turn % 2 === 0 ? timed("read", read) : timed("timed read", Effect.timeout(read, "300 millis")),
      )
      if (answer._tag === "Success") after = answer.success.through < answer.success.head ? answer.success.through : 0
      else if (answer.failure._tag === "LogFault") {
        yield* say({ _tag: "wrong", call: "read", answer: answer.failure.message })
      }
      yield* again
    }
  })

/** Runs the projection whenever its lease is free. */
export const running = (
  { say }: Reporting,
  customer: CustomerId.CustomerId,
): Effect.Effect<void, never, ProjectionRunner> =>
  ProjectionRunner.use((runner) => runner.run(counting, customer, { lease: "600 millis" })).pipe(
    Effect.andThen(say({ _tag: "wrong", call: "save", answer: "a runner has ended" })),
  )
