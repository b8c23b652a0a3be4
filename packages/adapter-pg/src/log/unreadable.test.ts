import { type CustomerId, EventStore, ExpectedVersion, Uuid } from "@tacet/core/eventsourcing"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { layer } from "../layer.ts"
import { asOwner, forThisFile } from "../testDatabase.testing.ts"

const options = forThisFile()

describe("a commit that is known and cannot be read", () => {
  // Planted and found: it is looked for without an end.
  it.live("is a fault after some turns, as where reads of a cluster reach no table", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const commit = {
        customer: (yield* Uuid.next) as CustomerId.CustomerId,
        commitId: yield* Uuid.next,
        writes: [
          {
            stream: { kind: "jar", id: yield* Uuid.next },
            expected: ExpectedVersion.none,
            events: [{ type: "Filled", schemaVersion: 1, occurredAt: 0, data: "{}" }],
          },
        ],
      }
      const first = yield* store.append(commit)
      expect(yield* store.append(commit)).toEqual(first)
      const run = (statement: string) => Effect.promise(() => asOwner(Redacted.value(options.url), [statement]))
      yield* run(`CREATE POLICY unread ON tacet.event AS RESTRICTIVE FOR SELECT TO tacet_log
        USING (current_setting('transaction_read_only') = 'off')`)
      expect(yield* Effect.flip(store.append(commit))).toMatchObject({
        _tag: "StoreUnavailable",
        outcome: "unknown",
        cause: "the events of a commit that is known cannot be read",
      })
      yield* run("DROP POLICY unread ON tacet.event")
      expect(yield* store.append(commit)).toEqual(first)
    }).pipe(Effect.timeout("20 seconds"), Effect.provide(layer(options))),
  )
})
