import { layer } from "@tacet/adapter-memory"
import { FaultInjection, Scene } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as DateTime from "effect/DateTime"
import * as Pseudonym from "../domain/Pseudonym.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as CommandHandler from "./CommandHandler.ts"
import { EventStore } from "./EventStore.ts"
import { Overloaded } from "./EventStoreError.ts"
import * as Uuid from "./Uuid.ts"

describe("a command whose append a full queue did not take on", () => {
  // Planted and found: a full queue that is taken for the answer to the try before.
  it.effect("is reported so, and as unknown where an earlier try may have been carried out", () =>
    Effect.gen(function* () {
      const store = yield* EventStore
      const handling = Effect.gen(function* () {
        const [customer, id] = [yield* Scene.aCustomer, yield* Uuid.next]
        const at = DateTime.makeUnsafe(0)
        const command = { _tag: "IssuePseudonym", at, policyVersion: "starter/1" as PolicyVersionId } as const
        const issue = CommandHandler.handleBy(Pseudonym.aggregate, { customer, id }, () =>
          Pseudonym.decider.decide(Pseudonym.initial, command, {} as never),
        )
        const error = yield* Effect.flip(issue)
        return { error, written: (yield* store.readLog(customer)).head }
      })
      const full = (from: number): EventStore["Service"] => {
        let tried = 0
        return {
          ...store,
          append: (commit) =>
            ++tried < from
              ? store.append(commit)
              : Effect.fail(new Overloaded({ operation: "append", what: "appends", waiting: 7 })),
        }
      }
      const losing = FaultInjection.make(({ nth, operation }) =>
        operation === "append" && nth === 1 ? FaultInjection.lostAnswer : undefined,
      )
      expect(yield* Effect.provideService(handling, EventStore, full(1))).toMatchObject({
        error: { _tag: "Overloaded", operation: "append", what: "appends", waiting: 7 },
        written: 0,
      })
      expect(yield* Effect.provideService(handling, EventStore, losing.eventStore(full(2)))).toMatchObject({
        error: { _tag: "StoreUnavailable", outcome: "unknown" },
        written: 1,
      })
    }).pipe(Effect.provide(layer)),
  )
})
