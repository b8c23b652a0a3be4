import { type Identifier, Interaction } from "@tacet/core/domain"
import { CommandHandler, Uuid } from "@tacet/core/eventsourcing"
import { type Sealed, Vault } from "@tacet/core/privacy"
import { Collection, Customers, Interactions, Openings, Pseudonyms, Retention } from "@tacet/core/services"
import { describe, expect, it } from "@tacet/vitest"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { layer } from "../layer.ts"
import { vaultForThisFile } from "../testDatabase.testing.ts"
import { contracted, policyVersion } from "./contracted.testing.ts"
import * as VaultPostgres from "./VaultPostgres.ts"

const options = vaultForThisFile()

const services = Layer.mergeAll(Collection.layer, Customers.layer, Interactions.layer, Pseudonyms.layer).pipe(
  Layer.provideMerge(Vault.layer),
  Layer.provideMerge(Openings.layer),
  Layer.provideMerge(Layer.merge(layer(options.log), VaultPostgres.layer(options))),
  Layer.provide(Retention.layerElsewhere),
)

const entryPoint = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61" as Identifier.EntryPointId
const field = "question" as Identifier.FieldId

/** A person in an interaction with a field for free text. */
const inConversation = Effect.gen(function* () {
  const interaction = yield* Uuid.next
  const now = yield* Clock.currentTimeMillis
  const at = DateTime.makeUnsafe(now - 60_000)
  const customer = yield* contracted({
    at,
    categories: ["freeText"],
    more: [
      { _tag: "ListEntryPoint", at, entryPoint },
      { _tag: "DeclareInputField", at, field, category: "freeText", required: false },
    ],
  })
  const trigger: Interaction.Trigger = { _tag: "contactRequest", channel: "web", entryPoint }
  yield* Interactions.Interactions.use((interactions) =>
    interactions.record({
      customer,
      interaction,
      commands: [
        {
          _tag: "StartInteraction",
          at,
          trigger,
          interface: "web" as Identifier.InterfaceId,
          linkable: true,
        },
        { _tag: "ShowNotice", at, policyVersion, tells: Interaction.NoticeContent.literals },
      ],
    }),
  )
  const pseudonym = yield* Pseudonyms.Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  return { customer, interaction, pseudonym }
})

describe("what a person enters", () => {
  // Planted: the changed value not destroyed; the deleted one not destroyed.
  it.live("FREETEXT-LIFE: opens until the person changes or deletes it, and is recorded once", () =>
    Effect.gen(function* () {
      const { customer, interaction, pseudonym } = yield* inConversation
      const collection = yield* Collection.Collection
      const vault = yield* Vault.Vault
      const enter = (value: string, commitId: Uuid.Uuid) =>
        collection.enter({ customer, interaction, pseudonym, field, value, purposes: ["customerCare"], commitId })
      const read = (sealed: Sealed.Sealed<string>) =>
        Effect.map(
          vault.open({
            customer,
            sealed,
            purpose: "customerCare",
            actor: { id: pseudonym, roles: ["support"] },
            reason: "customerSupport",
          }),
          (opened) => (opened._tag === "Open" ? opened.value : opened._tag),
        )
      const first = yield* enter("first", yield* Uuid.next)
      expect(yield* read(first)).toBe("first")
      const commitId = yield* Uuid.next
      const second = yield* enter("second", commitId)
      expect(yield* enter("second", commitId)).toEqual(second)
      expect([yield* read(first), yield* read(second)]).toEqual(["Erased", "second"])
      yield* collection.remove({ customer, interaction, field })
      expect([yield* read(first), yield* read(second)]).toEqual(["Erased", "Erased"])
      const { state } = yield* CommandHandler.load(Interaction.aggregate, customer, interaction)
      expect(state.sealed.size).toBe(2)
      expect(state.inputs.get(field)?.reference).toBeUndefined()
    }).pipe(Effect.provide(services)),
  )
})
