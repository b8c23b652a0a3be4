import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type { EntryPointId, FieldId, InterfaceId, PolicyVersionId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import { Vault } from "../privacy/Vault.ts"
import { Collection } from "./Collection.ts"
import { Customers } from "./Customers.ts"
import { Interactions } from "./Interactions.ts"
import { subjectOf } from "./pseudonyms/recording.ts"
import { undisturbed } from "./ports.testing.ts"
import { customer, dawn, day, deadly, moment, open, over, periodOf, refusalOf, start } from "./scene.testing.ts"

const policyVersion = "dialonce/2021-02-17" as PolicyVersionId
const entryPoint = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f61" as EntryPointId
const interaction = "0e3f5a1c-77f5-4c4e-8f0a-1d2c3b4a5f62" as Uuid.Uuid
const question = "question" as FieldId
const remark = "remark" as FieldId

/** An interaction of a person, in which two fields for free text are shown. */
const inConversation = Effect.gen(function* () {
  const pseudonym = yield* start
  yield* Customers.use((customers) =>
    customers.declare(customer, [
      { _tag: "ListEntryPoint", at: moment(1), entryPoint },
      { _tag: "DeclareInputField", at: moment(1), field: question, category: "freeText", required: false },
      { _tag: "DeclareInputField", at: moment(1), field: remark, category: "freeText", required: false },
    ]),
  )
  const trigger: Interaction.Trigger = { _tag: "contactRequest", channel: "web", entryPoint }
  const handled = yield* Interactions.use((interactions) =>
    interactions.record({
      customer,
      interaction,
      accept: "all",
      commands: [
        { _tag: "StartInteraction", at: moment(1), trigger, interface: "web" as InterfaceId, linkable: true },
        { _tag: "ShowNotice", at: moment(1), policyVersion, tells: Interaction.NoticeContent.literals },
      ],
    }),
  )
  expect(handled.version).toBe(2)
  return pseudonym
})

const typed = (pseudonym: Pseudonym.PseudonymId, field: FieldId, value: string, commitId?: Uuid.Uuid) =>
  Collection.use((collection) =>
    collection.enter({
      customer,
      interaction,
      pseudonym,
      field,
      value,
      purposes: ["customerCare"],
      ...(commitId === undefined ? {} : { commitId }),
    }),
  )

const removed = (field: FieldId) => Collection.use((collection) => collection.remove({ customer, interaction, field }))

/** What the log names, field by field, opened. */
const shown = Effect.gen(function* () {
  const { state } = yield* CommandHandler.load(Interaction.aggregate, customer, interaction)
  const texts: Record<string, string> = {}
  for (const [field, { reference }] of state.inputs) {
    texts[field] = reference === undefined ? "deleted" : yield* open({ reference, category: "freeText" })
  }
  return texts
})

const kept = (memory: VaultMemory.VaultMemory, of: CustomerId = customer) => memory.rows.get(of)?.values.size ?? 0

describe("what a person enters", () => {
  // Planted: the ended values not destroyed.
  it.effect.prop(
    "FREETEXT-LIFE: opens from its entry until the person changes or deletes it, and never again",
    [
      fc.array(
        fc.record({
          field: fc.constantFrom(question, remark),
          text: fc.option(fc.stringMatching(/^[a-z ]{1,12}$/), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    ],
    (story) => {
      const memory = VaultMemory.make()
      return Effect.gen(function* () {
        const pseudonym = yield* inConversation
        const model = new Map<FieldId, string>()
        const past: Array<Sealed<string>> = []
        const current = new Map<FieldId, Sealed<string>>()
        for (const { field, text } of story) {
          yield* TestClock.adjust(1000)
          const before = current.get(field)
          if (text === undefined) {
            expect(yield* refusalOf(removed(field))).toBe("Success")
            model.delete(field)
            current.delete(field)
          } else {
            current.set(field, yield* typed(pseudonym, field, text))
            model.set(field, text)
          }
          if (before !== undefined) past.push(before)
          for (const [each, sealed] of current) expect(yield* open(sealed)).toBe(`Open ${model.get(each)}`)
          for (const sealed of past) expect(yield* open(sealed)).toBe("Erased")
          expect(kept(memory)).toBe(model.size)
        }
        const texts = Object.entries(yield* shown).filter(([, text]) => text !== "deleted")
        expect(texts).toEqual(texts.map(([field]) => [field, `Open ${model.get(field as FieldId)}`]))
        expect(texts.length).toBe(model.size)
      }).pipe(Effect.provide(over(memory)))
    },
    { numRuns: 30 },
  )

  it.effect("FIELD-RESP MINIMISE NOT-SOLD SWITCH TACET-TIME: is kept nowhere where it is refused", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const pseudonym = yield* inConversation
      const entered = { customer, interaction, pseudonym, field: question, value: "why?", purposes: ["customerCare"] }
      const enter = (change: object) =>
        refusalOf(Collection.use((collection) => collection.enter({ ...entered, ...change } as never)))
      expect(yield* enter({ field: "undeclared" })).toBe("FIELD-RESP")
      expect(yield* enter({ purposes: ["sale"] })).toBe("NOT-SOLD")
      expect(yield* enter({ purposes: [] })).toBe("MINIMISE")
      expect(yield* enter({ pseudonym: interaction })).toBe("TACET-STARTED")
      expect(yield* enter({ interaction: entryPoint })).toBe("TACET-STARTED")
      expect(yield* enter({ at: dawn + 2 * day })).toBe("TACET-TIME")
      expect(yield* enter({ switchedOn: false })).toBe("SWITCH")
      expect([kept(memory), yield* shown]).toEqual([0, {}])
      expect(yield* enter({})).toBe("Success")
      expect(kept(memory)).toBe(1)
    }).pipe(Effect.provide(over(memory)))
  })

  it.effect("is recorded once where a caller repeats it, and answered with the same reference", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const pseudonym = yield* inConversation
      const commitId = yield* Uuid.next
      const first = yield* typed(pseudonym, question, "first", commitId)
      expect(yield* typed(pseudonym, question, "first", commitId)).toEqual(first)
      yield* TestClock.adjust(1000)
      const second = yield* typed(pseudonym, question, "second")
      expect(yield* typed(pseudonym, question, "first", commitId)).toEqual(first)
      expect([yield* open(first), yield* open(second), kept(memory)]).toEqual(["Erased", "Open second", 1])
    }).pipe(Effect.provide(over(memory)))
  })

  it.effect("RET-CONTRACT: is refused where it would have no end, before the vault is asked", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      yield* periodOf("interfaceUsage", "P1M", policyVersion)
      const pseudonym = yield* inConversation
      expect(yield* refusalOf(typed(pseudonym, question, "why?"))).toBe("RET-CONTRACT")
      expect(kept(memory)).toBe(0)
    }).pipe(Effect.provide(over(memory, undisturbed, true)))
  })

  // Planted: a reference taken as sealed whatever is kept under it.
  it.effect("is kept under a reference that no other value had, living or destroyed", () =>
    Effect.gen(function* () {
      const pseudonym = yield* inConversation
      const vault = yield* Vault
      const sealed = yield* typed(pseudonym, question, "one")
      const seal = (change: object) =>
        refusalOf(
          vault.seal({
            customer,
            subject: subjectOf(pseudonym),
            category: "freeText",
            value: "one",
            purposes: ["customerCare"],
            collectedAt: dawn + day,
            retentionEnd: undefined,
            reference: sealed.reference,
            ...change,
          }),
        )
      expect([yield* seal({}), yield* seal({ value: "two" })]).toEqual(["Success", "Failure"])
      expect(yield* open(sealed)).toBe("Open one")
      expect(yield* seal({ category: "ipAddress", purposes: ["requestedService"] })).toBe("Failure")
      yield* vault.destroy(customer, [sealed.reference], "request")
      expect(yield* seal({})).toBe("Failure")
    }).pipe(Effect.provide(over(VaultMemory.make()))),
  )

  /** Lets a change die at one call, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (call: number, when: "before" | "after", change: "enter" | "remove") => {
    const memory = VaultMemory.make()
    const { armed, around } = deadly(call, when)
    return Effect.gen(function* () {
      const pseudonym = yield* inConversation
      const old = yield* typed(pseudonym, question, "old")
      yield* TestClock.adjust(1000)
      const commitId = yield* Uuid.next
      const changing = Effect.asVoid(
        change === "remove" ? removed(question) : typed(pseudonym, question, "new", commitId),
      )
      const first = yield* armed(changing)
      if (first._tag === "Success") return undefined
      yield* Effect.result(changing)
      return { old: yield* open(old), shown: yield* shown, kept: kept(memory) }
    }).pipe(Effect.provide(over(memory, around), { local: true }))
  }

  // Planted: the reference drawn at random, so that a crash leaves a value that no event names; the ended values not
  // destroyed by a repetition; a deleted value not destroyed before the deletion is appended.
  for (const change of ["enter", "remove"] as const) {
    it.effect.each(["before", "after"] as const)(
      `FREETEXT-LIFE: ${change} is complete after a crash %s any call, and a repetition`,
      (when) =>
        Effect.gen(function* () {
          let call = 1
          for (; ; call++) {
            const seen = yield* killedAt(call, when, change)
            if (seen === undefined) break
            const expected =
              change === "remove"
                ? { old: "Erased", shown: { question: "deleted" }, kept: 0 }
                : { old: "Erased", shown: { question: "Open new" }, kept: 1 }
            expect([call, seen]).toEqual([call, expected])
          }
          expect(call).toBeGreaterThan(4)
        }),
    )
  }
})

describe("what a terminal sends", () => {
  it.effect("AUTO: is sealed and recorded as a whole, or not at all", () => {
    const memory = VaultMemory.make()
    return Effect.gen(function* () {
      const pseudonym = yield* inConversation
      const observe = (category: string) =>
        Collection.use((collection) =>
          collection.observeTerminal({
            customer,
            interaction,
            pseudonym,
            purposes: ["requestedService"],
            values: [
              { category: "ipAddress", value: "192.0.2.7" },
              { category: category as "ipAddress", value: "a value" },
            ],
          }),
        )
      expect(yield* refusalOf(observe("freeText"))).toBe("AUTO")
      expect(kept(memory)).toBe(0)
      const refused = yield* refusalOf(observe("terminalEnvironment"))
      // The contract covers no environment: the gate refuses the second value, and the first one does not stay.
      expect([refused, kept(memory)]).toEqual(["CATEGORIES", 0])
    }).pipe(Effect.provide(over(memory)))
  })
})
