/**
 * The contents of a store after a rebuild.
 */
import * as Effect from "effect/Effect"
import type { EventStoreFixture } from "../Fixture.ts"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"

/** The property of restarts, as declared. */
export const restarting = (fixture: EventStoreFixture): ReadonlyArray<Property.Property<EventStoreFixture>> => {
  const survives = fixture.capabilities.survivesRestart
  return [
    Property.make(
      "restart",
      survives
        ? "declares that it survives a restart: a store that is built again holds the log"
        : "declares not to survive a restart: the store is empty when it is built again",
      Effect.fnUntraced(function* ({ layer }: EventStoreFixture) {
        const customer = yield* Scene.aCustomer
        const id = yield* Scene.aStream()
        const made = yield* Scene.commit(customer, [Scene.write(id, Scene.events(1, 3))])
        yield* Effect.provide(
          Effect.gen(function* () {
            yield* Scene.append(made)
            yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, Scene.events(1, 3))
          }),
          layer,
          { local: true },
        )
        yield* Effect.provide(
          Effect.gen(function* () {
            const { head } = yield* Scene.log(customer)
            yield* Property.same("the head when built again", head, survives ? 3 : 0)
            const again = yield* Scene.append(made)
            yield* Property.same("the first result", [again.firstPosition, again.lastPosition], [1, 3])
            yield* Scene.commits(customer, [Scene.write(id, [Scene.event(4)])])
            yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, Scene.events(1, 4))
          }),
          layer,
          { local: true },
        )
      }),
    ),
  ]
}
