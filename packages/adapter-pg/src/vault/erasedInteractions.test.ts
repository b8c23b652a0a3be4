/**
 * The interactions of an erased person, with log, vault, keys and projections on PostgreSQL: the next sweep deletes them,
 * and no figure changes.
 */
import { type Identifier, Interaction, type Pseudonym } from "@tacet/core/domain"
import { EventStore, Projection, Uuid } from "@tacet/core/eventsourcing"
import { Collection, Customers, Erasure, Interactions, Openings, Pseudonyms, Retention } from "@tacet/core/services"
import { Vault } from "@tacet/core/privacy"
import { Definition, Deflection } from "@tacet/core/statistics"
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

const services = Layer.mergeAll(
  Collection.layer,
  Customers.layer,
  Erasure.layer,
  Interactions.layer,
  Pseudonyms.layer,
  Retention.layer,
).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
)

const day = 86_400_000
const entryPoint = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61" as Identifier.EntryPointId
const projection = Deflection.projection(Definition.make({ timeZone: "Europe/Paris" }))

/** A Customer whose data are kept for a year, with a person whose interaction was forty days ago beside that of another. */
const twoPeople = Effect.gen(function* () {
  const now = yield* Clock.currentTimeMillis
  const at = DateTime.makeUnsafe(now - 50 * day)
  const more = [{ _tag: "ListEntryPoint", at, entryPoint }] as const
  const customer = yield* contracted({ at, categories: ["telephoneNumber", "interfaceUsage"], more })
  const retention = yield* Retention.Retention
  yield* retention.setPeriod(customer, { period: "P12M", at: now - 50 * day })
  const pseudonyms = yield* Pseudonyms.Pseudonyms
  const visited = Effect.fnUntraced(function* (pseudonym: Pseudonym.PseudonymId) {
    const interaction = yield* Uuid.next
    const started = DateTime.makeUnsafe(now - 40 * day)
    const { outcomes } = yield* Interactions.Interactions.use((interactions) =>
      interactions.record({
        customer,
        interaction,
        commands: [
          {
            _tag: "StartInteraction",
            at: started,
            trigger: { _tag: "contactRequest", channel: "web", entryPoint },
            interface: "web" as Identifier.InterfaceId,
            linkable: true,
          },
          { _tag: "TakeStep", at: started, step: "invoice" as Identifier.StepId, kind: "page" },
        ],
      }),
    )
    expect(outcomes.map(({ _tag }) => _tag)).toEqual(["Success", "Success"])
    yield* pseudonyms.link({ customer, pseudonym }, interaction)
    return interaction
  })
  const ann = yield* pseudonyms.issue(customer, { at: now - 45 * day })
  const bob = yield* pseudonyms.issue(customer, { at: now - 45 * day })
  return { customer, ann, now, anns: yield* visited(ann), bobs: yield* visited(bob) }
})

/** The interactions of which the log holds events. */
const interactionsIn = (customer: Parameters<EventStore.EventStore["Service"]["readLog"]>[0]) =>
  Effect.map(
    EventStore.EventStore.use((store) => store.readLog(customer)),
    ({ events }) =>
      new Set(events.filter(({ stream }) => stream.kind === Interaction.streamKind).map(({ stream }) => stream.id)),
  )

/** The headline figures of a projection that is built anew. */
const figures = (customer: Parameters<typeof interactionsIn>[0], asOf: number) =>
  Effect.map(Projection.rebuild(projection, customer), ({ state }) => {
    const { calls, interactions, rates } = Deflection.report(state, { customer, asOf, declared: [] })
    return { calls, interactions, rates }
  })

describe("the interactions of an erased person", () => {
  it.live("R-ERASE NOTLINKABLE: leave the log at the next sweep, those of another stay, and no figure changes", () =>
    Effect.gen(function* () {
      const { ann, anns, bobs, customer, now } = yield* twoPeople
      const retention = yield* Retention.Retention
      const before = yield* figures(customer, now)
      yield* Erasure.Erasure.use((erasure) =>
        erasure.erase({ customer, subject: ann as Uuid.Uuid as never, cause: "request" }),
      )
      expect(yield* interactionsIn(customer)).toEqual(new Set([anns, bobs]))
      const swept = yield* retention.sweep(customer)
      expect(swept.erased).toEqual({ interactions: 1, events: 2, waiting: 0 })
      expect(yield* interactionsIn(customer)).toEqual(new Set([bobs]))
      expect(yield* figures(customer, now)).toEqual(before)
      expect((yield* retention.sweep(customer)).erased.interactions).toBe(0)
    }).pipe(Effect.provide(services)),
  )

  it.live("R-ERASE SWEEP: two sweeps at once delete them once, and the dry run writes nothing", () =>
    Effect.gen(function* () {
      const { ann, bobs, customer, now } = yield* twoPeople
      const retention = yield* Retention.Retention
      const before = yield* figures(customer, now)
      yield* Erasure.Erasure.use((erasure) =>
        erasure.erase({ customer, subject: ann as Uuid.Uuid as never, cause: "request" }),
      )
      const head = EventStore.EventStore.use((store) => store.readLog(customer))
      const read = yield* head
      yield* retention.explain(customer)
      expect(yield* head).toEqual(read)
      const both = yield* Effect.all([retention.sweep(customer), retention.sweep(customer)].map(Effect.result), {
        concurrency: 2,
      })
      expect(both.some(({ _tag }) => _tag === "Success")).toBe(true)
      yield* retention.sweep(customer)
      expect(yield* interactionsIn(customer)).toEqual(new Set([bobs]))
      expect(yield* figures(customer, now)).toEqual(before)
    }).pipe(Effect.provide(services)),
  )
})
