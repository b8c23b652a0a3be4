import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import * as Interaction from "../../domain/Interaction.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import { house, moment, policies } from "../../domain/stories.testing.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import { versions } from "../../policy/laws.testing.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import { RuleCatalogue } from "@tacet/catalogue"
import { Elsewhere } from "../Retention.ts"
import {
  type Store,
  uuid,
  customer,
  interaction,
  number,
  start,
  setting,
  both,
  bothLayers,
  serviceOver,
  onStore,
  became,
} from "./recording.testing.ts"

describe("the retention periods that a contract fixes", () => {
  for (const { id, policy } of versions) {
    const asks = RuleCatalogue.rule("RET-CONTRACT").versions.includes(id)
    const categories = policy.parameters.categories.processor.filter((category) =>
      ["ipAddress", "connectionLog", "terminalEnvironment"].includes(category),
    )
    const at = (minutes: number) => DateTime.makeUnsafe(DateTime.toEpochMillis(policy.at) + minutes * 60_000)
    const service = (store: Store, needsEnd: boolean) =>
      Effect.provide(
        both,
        Layer.provide(
          bothLayers,
          Layer.mergeAll(Layer.succeed(EventStore, store), Layer.succeed(Elsewhere, !needsEnd)),
        ),
        { local: true },
      )

    // Planted and found: a period that is set later; one of another category; a start that needs no end.
    it.effect.prop(
      `${asks ? "RET-CONTRACT" : "RET-NEC"} under ${id} is asked by Interactions.record: an interaction and a value have an end, unless retention is elsewhere`,
      [
        fc.array(fc.record({ category: fc.constantFrom(...categories), minute: fc.nat(6) }), { maxLength: 3 }),
        fc.constantFrom(...categories),
        fc.nat(6),
        fc.boolean(),
        fc.boolean(),
      ],
      (periods, category, minute, hasStartEnd, needsEnd) =>
        onStore((store) =>
          Effect.gen(function* () {
            const services = yield* service(store, needsEnd)
            yield* services.declare(customer, [
              { _tag: "AdoptPolicyVersion", at: at(0), policyVersion: id as never },
              { _tag: "ListNumber", at: at(0), number },
              { _tag: "ListEntryPoint", at: at(0), entryPoint: number as never },
            ])
            const ofStart = hasStartEnd ? [{ category: "interfaceUsage", minute: 0 } as const] : []
            const set = [...ofStart, ...periods]
              .toSorted((one, other) => one.minute - other.minute)
              .map((period): RetentionPolicy.Command => ({
                _tag: "SetRetentionPeriod",
                at: at(period.minute),
                category: period.category,
                period: "P1M",
              }))
            yield* Effect.provideService(
              CommandHandler.handleAll(RetentionPolicy.aggregate, {
                customer,
                id: customer,
                commands: set,
                context: { policy },
              }),
              EventStore,
              store,
            )
            const [channel] = policy.parameters.channels.filter(
              (one) => one !== "outgoingCall" && one !== "incomingCall",
            )
            const trigger: Interaction.Trigger =
              channel === undefined
                ? { _tag: "outgoingCall", number }
                : { _tag: "contactRequest", channel, entryPoint: number as never }
            const commands: ReadonlyArray<Interaction.Command> = [
              { ...(start(0) as Extract<Interaction.Command, { _tag: "StartInteraction" }>), at: at(0), trigger },
              { _tag: "ShowNotice", at: at(0), policyVersion: id as never, tells: Interaction.NoticeContent.literals },
              { _tag: "ObserveTerminal", at: at(minute), values: [{ reference: uuid(5, 0), category }] },
            ]
            // A period that is set later ends what was collected before; RET-CONTRACT wants it before.
            const isFixed = periods.some((one) => one.category === category && (one.minute <= minute || !asks))
            const handled = yield* services.record({ customer, interaction, commands })
            // The text of 2019 ends a datum after a year by itself, and asks for a period too.
            const endsAnyway = policy.parameters.retentionCap.some(({ after }) => after === "collection")
            const rule = asks ? "RET-CONTRACT" : endsAnyway ? undefined : "RET-NEC"
            const needs = (isSet: boolean) => needsEnd && !isSet && rule !== undefined
            expect(became(handled)).toEqual(
              needs(hasStartEnd)
                ? [rule, "TACET-STARTED", "TACET-STARTED"]
                : ["InteractionStarted", "NoticeShown", needs(isFixed) ? rule : "KEY-APART"],
            )
          }),
        ),
      { numRuns: 1000 },
    )
  }

  it.effect("is looked up again where it has changed before the append", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const policyOf = house.policies
        let isSet = false
        const bound = PolicyBook.timeline(policyOf, [{ from: 0, policyVersion: policies[0]! }] as never)(moment(0))!
        const set = (category: "interfaceUsage" | "terminalEnvironment") =>
          CommandHandler.handleAll(RetentionPolicy.aggregate, {
            customer,
            id: customer,
            commands: [{ _tag: "SetRetentionPeriod", at: moment(0), category, period: "P1M" }],
            context: { policy: bound },
          }).pipe(Effect.provideService(EventStore, store), Effect.orDie)
        yield* set("interfaceUsage")
        const between: Store = {
          ...store,
          append: (commit) => {
            const isRecording = commit.writes.some(({ stream }) => stream.kind === Interaction.streamKind)
            if (!isRecording || isSet) return store.append(commit)
            isSet = true
            return Effect.andThen(set("terminalEnvironment"), store.append(commit))
          },
        }
        const services = yield* serviceOver(between, true)
        yield* services.declare(customer, setting)
        const commands: ReadonlyArray<Interaction.Command> = [
          start(1),
          { _tag: "ShowNotice", at: moment(1), policyVersion: policies[0]!, tells: Interaction.NoticeContent.literals },
          {
            _tag: "ObserveTerminal",
            at: moment(1),
            values: [{ reference: uuid(5, 0), category: "terminalEnvironment" }],
          },
        ]
        const handled = yield* services.record({ customer, interaction, commands })
        expect(became(handled)).toEqual(["InteractionStarted", "NoticeShown", "KEY-APART"])
      }),
    ),
  )
})
