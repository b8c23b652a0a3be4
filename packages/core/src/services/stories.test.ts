/**
 * Stories told to services: what `Customers.declare` and `Interactions.record` refuse and record is what the rules say, read
 * from the bare lists of events.
 */
import { layer as memory } from "@tacet/adapter-memory"
import { RuleCatalogue } from "@tacet/catalogue"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { TestClock } from "effect/testing"
import fc from "fast-check"
import type * as Customer from "../domain/Customer.ts"
import { forbidsInCustomer, forbidsInInteraction } from "../domain/rules.testing.ts"
import {
  aStory,
  houseOf,
  isOfCustomer,
  isOfInteraction,
  play,
  recordedBy,
  refusedBy,
  type Story,
  type Turn,
} from "../domain/stories.testing.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { type Version, versions } from "../policy/laws.testing.ts"
import type { PolicyRuleKey } from "../policy/text/RuleKey.ts"
import * as Customers from "./Customers.ts"
import * as Interactions from "./Interactions.ts"
import { Elsewhere } from "./Retention.ts"

type Services = Customers.Customers | Interactions.Interactions | EventStore

type Verb = "Customers.declare" | "Interactions.record"

/** The rules that each verb asks. */
const asks: Readonly<Record<Verb, ReadonlyArray<PolicyRuleKey>>> = {
  "Customers.declare": [
    "ADDR-READ",
    "CALL-LOG",
    "FIELD-RESP",
    "GEO-NEVER",
    "LISTED",
    "POLICY-BIND",
    "RECORDED",
    "REDIRECT",
    "VOLUNTARY",
  ],
  "Interactions.record": [
    "ACTIVATE",
    "INHIBIT",
    "LISTED",
    "POLICY-BIND",
    "RECORDED",
    "REDIRECT-END",
    "SWITCH",
    "TRIGGER",
  ],
}

const verbOf = (turn: Turn): Verb => (isOfCustomer(turn) ? "Customers.declare" : "Interactions.record")

/** The rules that forbid a turn, given the turns before it. */
const forbidding = (turn: Turn): ReadonlyArray<string> => {
  const forbids = isOfCustomer(turn) ? forbidsInCustomer : forbidsInInteraction
  return Object.entries(forbids as Record<string, (turn: Turn) => boolean>).flatMap(([key, forbid]) =>
    forbid(turn) ? [key] : [],
  )
}

/** Values are collected by `Collection`, which seals them. */
const collected: ReadonlySet<string> = new Set(["ObserveTerminal", "EnterInput", "DeleteInput", "AnswerSurvey"])

const withoutValues = ({ turns }: Story, { text }: Version): Story =>
  play(
    turns.filter(({ command }) => !collected.has(command._tag)),
    houseOf(text),
  )

const services = (under: Version) =>
  Layer.merge(Customers.layer, Interactions.layer).pipe(
    Layer.provideMerge(memory),
    Layer.provide(
      Layer.merge(
        Layer.succeed(Customers.KnownPolicies, () => houseOf(under.text).policies),
        Layer.succeed(Elsewhere, true),
      ),
    ),
  )

/** The rule by which a service refused, or the events that it recorded. */
type Answer = { readonly refusal: string } | { readonly recorded: ReadonlyArray<string> }

/** What a service answers to one turn. */
const answerTo = Effect.fnUntraced(function* (
  turn: Turn,
  customer: CustomerId,
  interaction: Uuid.Uuid,
): Effect.fn.Return<Answer, Interactions.InteractionsError, Services> {
  if (!isOfInteraction(turn)) {
    const position = turn.declared.length + turn.happened.length
    const command = turn.command as Customer.Command
    const declared = yield* Effect.result(Customers.Customers.use((service) => service.declare(customer, [command])))
    if (Result.isFailure(declared)) {
      return { refusal: declared.failure._tag === "Refusal" ? declared.failure.rule : declared.failure._tag }
    }
    return { recorded: (yield* recordedAfter(customer, position)).map(({ type }) => type) }
  }
  const { command, switchedOn } = turn
  const { outcomes } = yield* Interactions.Interactions.use((service) =>
    service.record({ customer, interaction, switchedOn, commands: [command] }),
  )
  return Result.match(outcomes[0]!, {
    onFailure: ({ rule }): Answer => ({ refusal: rule }),
    onSuccess: (events): Answer => ({ recorded: events.map(({ _tag }) => _tag) }),
  })
})

/** The events after a position. */
const recordedAfter = (customer: CustomerId, after: number) =>
  EventStore.use((store) => Effect.map(store.readLog(customer, { after }), ({ events }) => events))

describe("stories told to services", () => {
  for (const under of versions) {
    const { id } = under
    const seen = new Map<string, { refused: number; permitted: number }>()
    const count = (verb: Verb, key: string, what: "refused" | "permitted") => {
      const known = seen.get(`${verb} ${key}`) ?? { refused: 0, permitted: 0 }
      known[what]++
      seen.set(`${verb} ${key}`, known)
    }
    let told = 0

    // Planted and found: a service that records with the technology always on; one that declares without the policies.
    it.effect.prop(
      `under ${id}, services refuse and record as the rules say`,
      [fc.oneof(aStory({ under, declares: true }), aStory({ under }))],
      (drawn) => {
        const story = withoutValues(drawn, under)
        const customer = Uuid.derived(`customer ${told++}`) as CustomerId
        const interaction = Uuid.derived("interaction", customer)
        return Effect.gen(function* () {
          yield* TestClock.setTime(DateTime.toEpochMillis(under.policy.at) + 400 * 86_400_000)
          for (const turn of story.turns) {
            const forbidden = forbidding(turn)
            const verb = verbOf(turn)
            const answer = yield* answerTo(turn, customer, interaction)
            const refusal = refusedBy(turn)
            expect([turn.command, answer]).toEqual([
              turn.command,
              refusal === undefined ? { recorded: recordedBy(turn).map(({ _tag }) => _tag) } : { refusal },
            ])
            expect(forbidden.length > 0).toBe("refusal" in answer)
            if ("refusal" in answer) {
              expect(forbidden).toContain(answer.refusal)
              count(verb, answer.refusal, "refused")
            } else {
              for (const key of asks[verb]) if (answer.recorded.length > 0) count(verb, key, "permitted")
            }
          }
        }).pipe(Effect.provide(services(under)))
      },
      { numRuns: 100 },
    )

    for (const [verb, keys] of Object.entries(asks)) {
      for (const key of keys) {
        if (!RuleCatalogue.rule(key).versions.includes(id)) continue
        it(`${key} under ${id} is asked by ${verb}: it was seen to refuse and to permit`, () => {
          const { permitted, refused } = seen.get(`${verb} ${key}`) ?? { refused: 0, permitted: 0 }
          expect(Math.min(permitted, refused)).toBeGreaterThan(0)
        })
      }
    }
  }
})
