import type { Identifier } from "@tacet/core/domain"
import { Uuid } from "@tacet/core/eventsourcing"
import { Vault } from "@tacet/core/privacy"
import { Customers, Interactions, Openings, Pseudonyms, PublicStatistics, Retention } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import { contracted } from "./contracted.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

/** Services of a process of its own. */
const services = Layer.mergeAll(Customers.layer, Interactions.layer, Pseudonyms.layer, PublicStatistics.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
)

describe("a public statistic", () => {
  it.live("NONIDENT AGG-3P: is closed by two processes at once, and both give the one edition", () =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const month = DateTime.formatIso(DateTime.makeUnsafe(now - 31 * 86_400_000)).slice(0, 7)
      const at = DateTime.makeUnsafe(`${month}-15T12:00:00Z`)
      const entryPoint = (yield* Uuid.next) as Identifier.EntryPointId
      const customer = yield* contracted({
        at,
        version: "starter/1",
        categories: ["interfaceUsage"],
        more: [{ _tag: "ListEntryPoint", at, entryPoint }],
      })
      const interactions = yield* Interactions.Interactions
      const pseudonyms = yield* Pseudonyms.Pseudonyms
      for (let person = 0; person < 10; person++) {
        const interaction = yield* Uuid.next
        const { outcomes } = yield* interactions.record({
          customer,
          interaction,
          commands: [
            {
              _tag: "StartInteraction",
              at,
              trigger: { _tag: "contactRequest", channel: "web", entryPoint },
              interface: "web" as Identifier.InterfaceId,
              linkable: true,
            },
            { _tag: "TakeStep", at, step: "bill" as Identifier.StepId, kind: "page" },
          ],
        })
        expect(outcomes.map(({ _tag }) => _tag)).toEqual(["Success", "Success"])
        const pseudonym = yield* pseudonyms.issue(customer)
        yield* pseudonyms.link({ customer, pseudonym }, interaction)
      }
      const closing = Effect.provide(
        PublicStatistics.PublicStatistics.use((statistics) => statistics.close({ customer, month })),
        services,
        { local: true },
      )
      const [one, other] = yield* Effect.all([closing, closing], { concurrency: "unbounded" })
      expect(one).toEqual(other)
      expect(one.cells).toEqual([{ journey: ["bill"], persons: 10, withoutCall: null }])
      const statistics = yield* PublicStatistics.PublicStatistics
      expect(yield* statistics.give(customer, one)).toEqual(one)
      const refusal = yield* Effect.flip(statistics.give(customer, { ...one, other: 12 }))
      expect(refusal).toMatchObject({ _tag: "Refusal", rule: "AGG-3P" })
    }).pipe(Effect.provide(services)),
  )
})
