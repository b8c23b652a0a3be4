/**
 * Every verb of every service with arguments that its types would not let through: words that no vocabulary knows, numbers that
 * are no moments, texts in the place of ids. Each is answered or refused, and none dies.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { CustomerId } from "@tacet/core/eventsourcing"
import { OpeningPolicy, Vault } from "@tacet/core/privacy"
import { Customers, Erasure, Interactions, Pseudonyms, Recognition, Retention } from "@tacet/core/services"
import { ArbitraryInteractions } from "@tacet/testing"
import { describe, expect, it } from "@tacet/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import { aviary, chanceFrom, pick } from "./canaries.ts"
import * as Verbs from "./verbs.ts"

const compartment = CustomerId.CustomerId.make("5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11")
const dawn = Date.parse("2026-01-05T10:00:00Z")
const noMoments = [Number.NaN, Number.POSITIVE_INFINITY, 1.5, 9e15, -9e15]

const services = Verbs.layer.pipe(
  Layer.provideMerge(Layer.mergeAll(Customers.layer, Interactions.layer, Recognition.layer, Erasure.layer)),
  Layer.provideMerge(Pseudonyms.layer),
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
  Layer.provideMerge(Layer.succeed(Customers.KnownPolicies, () => ArbitraryInteractions.policies)),
  Layer.provideMerge(Layer.merge(VaultMemory.layerOver(VaultMemory.make()), eventStores)),
  Layer.provide(Retention.layerElsewhere),
)

/** What a verb dies of, over several calls with arguments of a kind. */
const deathsOf = (isMoment: boolean) =>
  Effect.gen(function* () {
    yield* TestClock.setTime(dawn)
    yield* Customers.Customers.use((customers) => customers.declare(compartment, ArbitraryInteractions.declarations))
    const deaths = new Map<string, string>()
    for (const called of Verbs.everyVerb) {
      for (const verb of Object.keys(called.verbs)) {
        for (let seed = 0; seed < 25; seed++) {
          const chance = chanceFrom(seed * 7919 + verb.length)
          const canaries = aviary(chance)
          const sound = () => dawn - chance(86_400_000)
          const moment = () => (isMoment || chance(3) > 0 ? sound() : pick(chance, noMoments))
          const ids = [compartment, ArbitraryInteractions.listedNumber, ArbitraryInteractions.listedEntryPoint]
          const filling = { chance, ids, texts: ["FR", "P1M", "step 1"], canary: canaries.any, moment: sound }
          const exit = yield* Effect.exit(
            Verbs.callOf({ filling, canaries, compartment, values: [], moment }, called, verb),
          )
          if (Exit.isFailure(exit) && Cause.hasDies(exit.cause)) {
            deaths.set(`${called.service.key} ${verb}`, Cause.pretty(exit.cause).slice(0, 1400))
          }
        }
      }
    }
    return Object.fromEntries(deaths)
  }).pipe(Effect.provide(services, { local: true }))

describe("every verb of the services", () => {
  it.effect("TACET-FORMAT: refuses what is no word, and dies of none", () =>
    Effect.map(deathsOf(true), (deaths) => expect(deaths).toEqual({})),
  )

  it.effect("TACET-FORMAT: refuses what is no moment, and dies of none", () =>
    Effect.map(deathsOf(false), (deaths) => expect(deaths).toEqual({})),
  )
})
