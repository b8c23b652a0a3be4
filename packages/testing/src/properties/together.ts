/**
 * Two layers over one database, alive at once, as two processes have them.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { EventStore } from "@tacet/core/eventsourcing"
import type { EventStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"

type Store = EventStore.EventStore["Service"]

const built = (fixture: EventStoreFixture): Effect.Effect<Store, unknown, Scope.Scope> =>
  Effect.map(Layer.build(Layer.fresh(fixture.layer)), (context) => Context.get(context, EventStore.EventStore))

const by =
  (store: Store) =>
  <A, E>(effect: Effect.Effect<A, E, EventStore.EventStore>): Effect.Effect<A, E> =>
    Effect.provideService(effect, EventStore.EventStore, store)

const inBoth = (
  name: string,
  program: (one: Store, other: Store) => Effect.Effect<void, unknown, Scope.Scope>,
): Property.Property<EventStoreFixture> =>
  Property.make("two layers", name, (fixture: EventStoreFixture) =>
    Effect.scoped(
      Effect.gen(function* () {
        yield* program(yield* built(fixture), yield* built(fixture))
      }),
    ),
  )

/** The properties of two layers, as declared: a store that survives a restart keeps its log outside of the layer. */
export const together = ({ capabilities }: EventStoreFixture): ReadonlyArray<Property.Property<EventStoreFixture>> =>
  capabilities.survivesRestart ? shared : separate

const shared = [
  inBoth("two layers that append by turns see each other's events, and repeat each other's commits", (one, other) =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      for (let n = 1; n <= 8; n++) {
        const [writer, reader] = n % 2 === 0 ? [one, other] : [other, one]
        const made = yield* Scene.commit(customer, [
          Scene.write(id, [Scene.event(n)], { _tag: "exact", version: n - 1 }),
        ])
        yield* Property.same("the position", (yield* by(writer)(Scene.append(made))).firstPosition, n)
        yield* Property.same("the head", (yield* by(reader)(Scene.log(customer))).head, n)
        yield* Property.same("the first result", (yield* by(reader)(Scene.append(made))).firstPosition, n)
      }
      for (const store of [one, other]) {
        yield* Scene.recorded("the stream", (yield* by(store)(Scene.stream(customer, id))).events, Scene.events(1, 8))
      }
    }),
  ),
  inBoth("two layers that append at once leave one dense log", (one, other) =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const each = (store: Store) =>
        Effect.gen(function* () {
          const id = yield* Scene.aStream()
          for (let n = 0; n < 12; n++) {
            yield* by(store)(Scene.commits(customer, [Scene.write(id, [Scene.event(n)])]))
          }
        })
      yield* Scene.atOnce([each(one), each(other), each(one), each(other)])
      const { events } = yield* by(one)(Scene.log(customer))
      yield* Property.same("the number of events", events.length, 48)
    }),
  ),
  inBoth("a subscriber of one layer receives the appends of another", (one, other) =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      const tail = yield* Effect.provideService(Scene.tail(customer), EventStore.EventStore, one)
      for (let n = 1; n <= 3; n++) {
        yield* by(other)(Scene.commits(customer, [Scene.write(id, [Scene.event(n)])]))
        yield* Scene.heard(tail, n)
      }
    }),
  ),
]

const separate = [
  inBoth("declares not to survive a restart: two layers share no event", (one, other) =>
    Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* by(one)(Scene.commits(customer, [Scene.write(id, Scene.events(1, 3))]))
      yield* Property.same("the head of the first", (yield* by(one)(Scene.log(customer))).head, 3)
      yield* Property.same("the head of the second", (yield* by(other)(Scene.log(customer))).head, 0)
    }),
  ),
]
