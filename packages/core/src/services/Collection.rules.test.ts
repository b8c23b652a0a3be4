/**
 * The rules of what is collected in an interaction, through the service, under each version that holds them: refused for the
 * one fault, and kept without it.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import type { FieldId } from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Vault } from "../privacy/Vault.ts"
import { Collection } from "./Collection.ts"
import { Interactions } from "./Interactions.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { customer, over, refusalOf } from "./scene.testing.ts"
import { allowedUse, contractedUnder, startedUnder } from "./versions.testing.ts"

const interaction = Uuid.derived("an interaction")
const field = "question" as FieldId

/** What is collected, and what the person was informed of before. */
interface Collected {
  readonly informedOf?: ReadonlyArray<(typeof Interaction.NoticeContent.literals)[number]>
  readonly field?: string
  readonly terminal?: ReadonlyArray<PersonalDataCategory>
  /** Whether the person consents to the analysis before. */
  readonly consents?: boolean
  /** Whether the person has opened the interface. */
  readonly opened?: boolean
}

const informedOf = ({ informedOf: tells, opened = false }: Collected) => ({
  opened,
  ...(tells === undefined ? {} : { tells }),
})

/** Collects a value in an interaction under a version, in its time. */
const collected = Effect.fnUntraced(function* (version: Version, what: Collected) {
  const now = DateTime.toEpochMillis(version.policy.at)
  yield* TestClock.setTime(now)
  yield* contractedUnder(version, now)
  const { category, purpose } = allowedUse(version, typed(version))
  yield* startedUnder(version, { interaction, field, category, ...informedOf(what) })
  const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
  const collection = yield* Collection
  const whose = { customer, interaction, pseudonym, purposes: [purpose] }
  if (what.consents === true) {
    const consent = {
      _tag: "GiveConsent",
      at: version.policy.at,
      purpose: "serviceUsageAnalytics",
      manner: "form",
      text: "text 1",
    } as const
    yield* Pseudonyms.use((pseudonyms) => pseudonyms.declare({ customer, pseudonym }, consent))
  }
  if (what.terminal !== undefined) {
    const values = what.terminal.map((one) => ({ category: one, value: "a value" }))
    const use = allowedUse(version, [what.terminal.includes("freeText") ? category : what.terminal[0]!])
    const isAnalysed = what.terminal.includes("advertisingIdentifier")
    const purposes = [isAnalysed ? "serviceUsageAnalytics" : use.purpose] as const
    yield* collection.observeTerminal({ ...whose, purposes, values })
  } else {
    yield* collection.enter({ ...whose, field: (what.field ?? field) as FieldId, value: "a value" })
  }
})

/** Categories of what a person types. */
const typed = ({ policy }: Version) =>
  policy.parameters.categories.processor.filter((one) =>
    ["freeText", "surveyAnswer", "textDialogue", "telephoneNumber", "name", "emailAddress"].includes(one),
  )

const others = (content: (typeof Interaction.NoticeContent.literals)[number]) =>
  Interaction.NoticeContent.literals.filter((one) => one !== content)

const cases: Partial<
  Record<PolicyRuleKey, readonly [verb: "enter" | "observeTerminal", breaks: Collected, keeps: Collected]>
> = {
  "ACK-FIRST": ["enter", { informedOf: others("policy") }, {}],
  "PURPOSE-FIRST": ["enter", { informedOf: others("purposes") }, {}],
  MANDATORY: ["enter", { informedOf: others("fields") }, {}],
  "FIELD-RESP": ["enter", { field: "another" }, {}],
  "GEO-OK": ["observeTerminal", { terminal: ["coarseLocation"] }, { terminal: ["coarseLocation"], opened: true }],
  AUTO: ["observeTerminal", { terminal: ["freeText"] }, { terminal: ["ipAddress"] }],
  "ADID-DEV": [
    "observeTerminal",
    { terminal: ["advertisingIdentifier", "deviceIdentifier"] },
    { terminal: ["advertisingIdentifier", "deviceIdentifier"], consents: true },
  ],
  "ADID-PII": [
    "observeTerminal",
    { terminal: ["advertisingIdentifier", "ipAddress"] },
    { terminal: ["advertisingIdentifier", "ipAddress"], consents: true },
  ],
}

describe("a collected value", () => {
  for (const [key, [verb, breaks, keeps]] of Object.entries(cases)) {
    for (const version of holding(key as PolicyRuleKey)) {
      it.effect(`${key} under ${version.id} is asked by Collection.${verb}`, () =>
        Effect.gen(function* () {
          const of = (what: Collected) =>
            Effect.suspend(() => Effect.provide(refusalOf(collected(version, what)), over(VaultMemory.make())))
          expect([yield* of(breaks), yield* of(keeps)]).toEqual([key, "Success"])
        }),
      )
    }
  }
})

// Planted and found: a value accepted by `Interactions.record`.
describe("the key of a value, and the value", () => {
  for (const version of holding("KEY-APART")) {
    it.effect(
      `KEY-APART under ${version.id} is asked by Interactions.record and Collection.enter: are in no event and in no answer`,
      () => {
        const memory = VaultMemory.make()
        return Effect.gen(function* () {
          const now = DateTime.toEpochMillis(version.policy.at)
          yield* TestClock.setTime(now)
          yield* contractedUnder(version, now)
          const { category, purpose } = allowedUse(version, typed(version))
          yield* startedUnder(version, { interaction, field, category })
          const pseudonym = yield* Pseudonyms.use((pseudonyms) => pseudonyms.issue(customer))
          const sealed = { reference: Uuid.derived("a value of one's own"), category }
          const typedIn = { _tag: "EnterInput", at: version.policy.at, field, value: sealed } as const
          const [outcome] = (yield* Interactions.use((interactions) =>
            interactions.record({ customer, interaction, commands: [typedIn] }),
          )).outcomes
          expect(outcome).toMatchObject({ _tag: "Failure", failure: { rule: "KEY-APART" } })
          const whose = { customer, interaction, pseudonym, purposes: [purpose] }
          const value = "a text of theirs"
          const entered = yield* Collection.use((collection) => collection.enter({ ...whose, field, value }))
          const { events } = yield* EventStore.use((store) => store.readLog(customer, { limit: 1000 }))
          const subject = pseudonym as Uuid.Uuid as SubjectId
          const listed = yield* Vault.use((vault) => vault.valuesOf(customer, subject, { limit: 10 }))
          const state = yield* Pseudonyms.use((pseudonyms) => pseudonyms.stateOf({ customer, pseudonym }))
          const keys = Array.from(memory.rows.get(customer)!.keyrings.values()).flatMap((ring) =>
            Array.from(ring.keys.values(), ({ keyId }) => keyId),
          )
          expect([listed.map(({ reference }) => reference), keys.length]).toEqual([[entered.reference], 1])
          const told = JSON.stringify([events, listed, state, Array.from(memory.rows.get(customer)!.values.values())])
          const answers = JSON.stringify([entered, events, listed, state])
          expect([told.includes(value), keys.filter((key) => answers.includes(key))]).toEqual([false, []])
        }).pipe(Effect.provide(over(memory)))
      },
    )
  }
})
