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
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { aviary, chanceFrom, pick } from "./canaries.ts"
import { makeStores, type Stores } from "./stores.ts"
import * as Verbs from "./verbs.ts"

const compartment = CustomerId.CustomerId.make("5b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a11")
const dawn = Date.parse("2026-01-05T10:00:00Z")
const noMoments = [Number.NaN, Number.POSITIVE_INFINITY, 1.5, 9e15, -9e15]

const servicesOver = (ports: Stores["layer"]) =>
  Verbs.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(Customers.layer, Interactions.layer, Recognition.layer, Erasure.layer)),
    Layer.provideMerge(Pseudonyms.layer),
    Layer.provideMerge(Vault.layer),
    Layer.provideMerge(Layer.succeed(OpeningPolicy.OpeningPolicy, { check: () => Effect.void })),
    Layer.provideMerge(Layer.succeed(Customers.KnownPolicies, () => ArbitraryInteractions.policies)),
    Layer.provideMerge(ports),
    Layer.provide(Retention.layerElsewhere),
  )

/** The clock of the machine, but that it shows one moment. */
const still = Effect.map(Clock.Clock, (clock): Clock.Clock =>
  Object.assign(Object.create(clock) as Clock.Clock, {
    currentTimeMillis: Effect.succeed(dawn),
    currentTimeMillisUnsafe: () => dawn,
  }),
)

/** What came of a call: a success, a refusal by a rule, another error, or why it died. */
const outcomeOf = (exit: Exit.Exit<unknown, { readonly _tag: string }>): string => {
  if (Exit.isSuccess(exit)) return "success"
  if (Cause.hasDies(exit.cause)) return `died: ${Cause.pretty(exit.cause).slice(0, 1400)}`
  const error = Option.getOrUndefined(Cause.findErrorOption(exit.cause))
  return error === undefined ? "interrupted" : "rule" in error ? `${error._tag} ${String(error.rule)}` : error._tag
}

/** What comes of several calls of every verb, with arguments of a kind. */
const outcomesOver = (ports: Stores["layer"], isMoment: boolean, times: number) =>
  Effect.gen(function* () {
    yield* Customers.Customers.use((customers) => customers.declare(compartment, ArbitraryInteractions.declarations))
    const outcomes: Array<readonly [call: string, outcome: string]> = []
    for (const called of Verbs.everyVerb) {
      for (const verb of Object.keys(called.verbs)) {
        for (let seed = 0; seed < times; seed++) {
          const chance = chanceFrom(seed * 7919 + verb.length)
          const canaries = aviary(chance)
          const sound = () => dawn - chance(86_400_000)
          const moment = () => (isMoment || chance(3) > 0 ? sound() : pick(chance, noMoments))
          const ids = [compartment, ArbitraryInteractions.listedNumber, ArbitraryInteractions.listedEntryPoint]
          const filling = { chance, ids, texts: ["FR", "P1M", "step 1"], canary: canaries.any, moment: sound }
          const call = Verbs.callOf({ filling, canaries, compartment, values: [], moment }, called, verb)
          outcomes.push([`${called.service.key} ${verb} ${seed}`, outcomeOf(yield* Effect.exit(call))])
        }
      }
    }
    return outcomes
  }).pipe(Effect.provide(servicesOver(ports), { local: true }), (asked) =>
    Effect.flatMap(still, (clock) => Effect.provideService(asked, Clock.Clock, clock)),
  )

const memory = () => Layer.merge(VaultMemory.layerOver(VaultMemory.make()), eventStores)

const deathsOf = (isMoment: boolean) =>
  Effect.map(outcomesOver(memory(), isMoment, 25), (outcomes) =>
    outcomes.filter(([, outcome]) => outcome.startsWith("died")),
  )

describe("every verb of the services", () => {
  it.live("TACET-FORMAT: refuses what is no word, and dies of none", () =>
    Effect.map(deathsOf(true), (deaths) => expect(deaths).toEqual([])),
  )

  it.live("TACET-FORMAT: refuses what is no moment, and dies of none", () =>
    Effect.map(deathsOf(false), (deaths) => expect(deaths).toEqual([])),
  )

  // Planted and found: a text in the place of an id that reaches the server.
  it.live("answers on PostgreSQL as in memory, whatever it is called with", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const { layer } = (yield* makeStores("embedded"))()
        const onPostgres = yield* Effect.orDie(outcomesOver(layer, false, 6))
        expect(onPostgres).toEqual(yield* outcomesOver(memory(), false, 6))
        expect(onPostgres.filter(([, outcome]) => outcome === "success").length).toBeGreaterThan(50)
      }),
    ),
  )
})
