import { describe, expect, it } from "@tacet/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Customer from "../../domain/Customer.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as RetentionPolicy from "../../domain/RetentionPolicy.ts"
import { isListed } from "../../domain/rules.testing.ts"
import {
  aCustomerCommand,
  anInteractionCommand,
  house,
  millis,
  moment,
  policies,
} from "../../domain/stories.testing.ts"
import * as CommandHandler from "../../eventsourcing/CommandHandler.ts"
import * as Decider from "../../eventsourcing/Decider.ts"
import * as PolicyBook from "../../policy/binding/PolicyBook.ts"
import {
  type Service,
  type Store,
  uuid,
  customer,
  interaction,
  adopt,
  list,
  unlist,
  start,
  take,
  aStart,
  aListing,
  setting,
  serviceOver,
  onStore,
  logOf,
  stored,
  became,
  happen,
} from "./recording.testing.ts"

describe("a Customer's cached declarations", () => {
  it.effect("is looked up once for many recordings", () =>
    onStore((store) =>
      Effect.gen(function* () {
        let lookUps = 0
        const counting: Store = {
          ...store,
          readStream: (of, stream, range) => {
            if (stream.kind === Customer.streamKind) lookUps++
            return store.readStream(of, stream, range)
          },
        }
        yield* (yield* serviceOver(store)).declare(customer, [adopt, list(0)])
        const services = yield* serviceOver(counting)
        for (let index = 0; index < 20; index++) {
          yield* services.record({ customer, interaction: uuid(2, index), commands: [start(1), take(2)] })
        }
        expect(lookUps).toBe(1)
        // A refusal that nothing else vouches for is vouched for by one look at the end of the stream.
        yield* services.record({ customer, interaction, commands: [take(0)] })
        expect(lookUps).toBe(2)
      }),
    ),
  )

  it.effect("LISTED: is asked again where another writer unlists the number between look-up and append", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const writer = yield* serviceOver(store)
        yield* writer.declare(customer, [adopt, list(0)])
        const appends: Array<string> = []
        const interleaved: Store = {
          ...store,
          append: (commit) =>
            Effect.gen(function* () {
              const [write] = commit.writes
              if (write?.stream.kind !== Interaction.streamKind) return yield* store.append(commit)
              if (appends.length === 0) yield* Effect.orDie(writer.declare(customer, [unlist(1)]))
              const appended = yield* Effect.result(store.append(commit))
              appends.push(Result.isFailure(appended) ? appended.failure._tag : "appended")
              return yield* Effect.fromResult(appended)
            }),
        }
        const services = yield* serviceOver(interleaved)
        const handled = yield* services.record({ customer, interaction, commands: [start(2)] })
        expect([appends, became(handled)]).toEqual([["VersionConflict"], ["LISTED"]])
        expect((yield* stored(store)).phase).toBe("notStarted")
        // A start at a moment when the number was listed is accepted with the fresh facts.
        const earlier = yield* services.record({ customer, interaction, commands: [start(0)] })
        expect(became(earlier)).toEqual(["InteractionStarted"])
        expect(appends).toEqual(["VersionConflict", "appended"])
      }),
    ),
  )

  it.effect("LISTED: accepts a number that another writer has listed meanwhile", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const services = yield* serviceOver(store)
        const other = yield* serviceOver(store)
        yield* services.declare(customer, [adopt])
        const recording = { customer, interaction, commands: [start(1)] }
        expect(became(yield* services.record(recording))).toEqual(["LISTED"])
        yield* other.declare(customer, [list(0)])
        expect(became(yield* services.record({ ...recording, accept: "all" }))).toEqual(["InteractionStarted"])
      }),
    ),
  )

  // Planted and found: a refusal that asks again about the declarations alone.
  it.effect("RET-CONTRACT RET-NEC: a period that another writer has set meanwhile counts at once", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const services = yield* serviceOver(store, true)
        yield* services.declare(customer, [adopt, list(0)])
        const recording = { customer, interaction, commands: [start(1)] }
        const [first] = became(yield* services.record(recording))
        expect(["RET-CONTRACT", "RET-NEC"]).toContain(first)
        const command = {
          _tag: "SetRetentionPeriod",
          at: moment(0),
          category: "interfaceUsage",
          period: "P1M",
        } as const
        const policy = PolicyBook.timeline(house.policies, [{ from: 0, policyVersion: policies[0]! }])(moment(0))!
        yield* CommandHandler.over(store).handle(RetentionPolicy.aggregate, {
          customer,
          id: customer,
          command,
          context: { policy },
        })
        expect(became(yield* services.record({ ...recording, accept: "all" }))).toEqual(["InteractionStarted"])
      }),
    ),
  )

  it.effect("that changes at every attempt is given up after some, with the conflict", () =>
    onStore((store) =>
      Effect.gen(function* () {
        const writer = yield* serviceOver(store)
        yield* writer.declare(customer, [adopt, list(0)])
        let units = 1
        const restless: Store = {
          ...store,
          append: (commit) =>
            Effect.andThen(
              Effect.orDie(writer.declare(customer, [units % 2 === 0 ? list(units++) : unlist(units++)])),
              store.append(commit),
            ),
        }
        const services = yield* serviceOver(restless)
        const error = yield* Effect.flip(services.record({ customer, interaction, commands: [start(0)] }))
        expect([error._tag, units]).toEqual(["VersionConflict", CommandHandler.retries + 2])
      }),
    ),
  )

  // Finds: facts that are kept after another writer has declared more, in acceptances and in refusals.
  it.effect.prop(
    "LISTED POLICY-BIND RECORDED: two services that cache declarations answer like one that caches none",
    [
      fc.array(
        fc.tuple(fc.boolean(), fc.nat(2), fc.oneof(aCustomerCommand, aCustomerCommand, anInteractionCommand, aStart)),
        { maxLength: 8, size: "max" },
      ),
    ],
    (moves) =>
      Effect.gen(function* () {
        const answers = (services: (store: Store) => Effect.Effect<readonly [Service, Service]>) =>
          onStore((store) =>
            Effect.gen(function* () {
              const pair = yield* services(store)
              yield* pair[0].declare(customer, setting)
              return yield* Effect.forEach(moves, ([isFirst, index, command]) =>
                Effect.gen(function* () {
                  // A service without a cache is made anew for each move.
                  const services = pair[0] === pair[1] ? yield* serviceOver(store) : pair[isFirst ? 0 : 1]
                  return yield* happen(services, customer, command, uuid(2, index))
                }),
              )
            }),
          )
        const kept = yield* answers((store) => Effect.all([serviceOver(store), serviceOver(store)]))
        const fresh = yield* answers((store) => Effect.map(serviceOver(store), (one) => [one, one] as const))
        expect(kept).toEqual(fresh)
      }),
    { numRuns: 1000 },
  )

  // Finds: an append without the check of the Customer's stream.
  it.effect.prop(
    "LISTED: whatever others declare between look-up and append, the log holds no call of an unlisted number",
    [fc.array(aListing, { maxLength: 8, size: "max" }), fc.array(aStart, { minLength: 1, maxLength: 6 })],
    (declarations, starts) =>
      onStore((store) =>
        Effect.gen(function* () {
          const writer = yield* serviceOver(store)
          yield* writer.declare(customer, [adopt, list(0)])
          const waiting = [...declarations]
          const interleaved: Store = {
            ...store,
            append: (commit) =>
              Effect.gen(function* () {
                const next = waiting.shift()
                if (next !== undefined) yield* Effect.ignore(writer.declare(customer, [next]))
                return yield* store.append(commit)
              }),
          }
          const services = yield* serviceOver(interleaved)
          yield* Effect.forEach(starts, (command, index) =>
            Effect.result(services.record({ customer, interaction: uuid(2, index), commands: [command] })),
          )
          const declared: Array<Customer.Event> = []
          for (const recorded of yield* logOf(store)) {
            if (recorded.stream.kind === Customer.streamKind) {
              declared.push(Result.getOrThrow(Customer.codec.decode(recorded)))
              continue
            }
            const event = Result.getOrThrow(Interaction.codec.decode(recorded))
            if (event._tag !== "InteractionStarted") continue
            expect(isListed({ declared }, event.trigger, millis(event))).toBe(true)
          }
          expect(yield* services.declared(customer)).toEqual(Decider.replay(Customer.decider, declared))
        }),
      ),
    { numRuns: 1000 },
  )
})
