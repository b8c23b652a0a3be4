/**
 * Callers of one Customer that meet each other: reports and sweeps at once, as two processes of an application run them.
 */
import { EventStore, Projection, ProjectionStore } from "@tacet/core/eventsourcing"
import { makeTacet } from "@tacet/core/services"
import { Definition, Deflection } from "@tacet/core/statistics"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onStores } from "./onStores.ts"

/** The stores of the property, with a turn for others after each page: so they meet over memory as well. */
const yielding = Effect.gen(function* () {
  const store = yield* EventStore.EventStore
  const projections = yield* ProjectionStore.ProjectionStore
  const afterATurn = <A, E>(call: Effect.Effect<A, E>): Effect.Effect<A, E> => Effect.tap(call, () => Effect.sleep(1))
  return Context.make(EventStore.EventStore, {
    ...store,
    readLog: (customer, range) => afterATurn(store.readLog(customer, range)),
  }).pipe(
    Context.add(ProjectionStore.ProjectionStore, {
      ...projections,
      load: (customer, key) => afterATurn(projections.load(customer, key)),
    }),
  )
})

const positions: Projection.Projection<ReadonlyArray<number>> = {
  name: "positions",
  version: 1,
  initial: () => [],
  apply: (state, { events }) => Effect.succeed([...state, ...events.map(({ position }) => position)]),
  encode: (state) => JSON.stringify(state),
  decode: (state) => JSON.parse(state) as ReadonlyArray<number>,
}

/** How many promises were rejected, by the name of the error. */
const rejected = (settled: ReadonlyArray<PromiseSettledResult<unknown>>): ReadonlyArray<string> =>
  settled.flatMap((one) => (one.status === "rejected" ? [String((one.reason as { _tag?: string })._tag)] : []))

/** The properties of meeting callers. */
export const meeting = onStores(
  "meeting",
  [],
  [
    {
      name: "readers that catch up together all read to the head, and the furthest is saved",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const stores = yield* yielding
        const stream = yield* Scene.aStream()
        for (let round = 1; round <= 3; round++) {
          for (let n = 0; n < 10; n++) yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(n)])])
          const all = Array.from({ length: 10 * round }, (_, index) => index + 1)
          const options = [{}, { chunkSize: 3, saveEvery: 3 }, {}, { chunkSize: 4, saveEvery: 4 }, {}]
          const read = yield* Effect.forEach(options, (each) => Projection.catchUpTogether(positions, customer, each), {
            concurrency: "unbounded",
          }).pipe(Effect.provideContext(stores))
          yield* Property.same(
            "the states and checkpoints",
            read,
            options.map(() => ({ state: all, checkpoint: 10 * round })),
          )
          const saved = yield* ProjectionStore.ProjectionStore.use((store) => store.load(customer, positions))
          yield* Property.same(
            "what is saved",
            Option.map(saved, ({ checkpoint, state }) => [checkpoint, positions.decode(state)]),
            Option.some([10 * round, all]),
          )
        }
      }),
    },
    {
      name: "a reader that was overtaken by one that has read less saves what it has read",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const store = yield* ProjectionStore.ProjectionStore
        const stream = yield* Scene.aStream()
        for (let n = 0; n < 6; n++) yield* Scene.commits(customer, [Scene.write(stream, [Scene.event(n)])])
        const overtaken: typeof positions = {
          ...positions,
          apply: (state, chunk) =>
            Effect.andThen(
              Effect.orDie(store.save(customer, positions, 0, { checkpoint: 4, state: "[1,2,3,4]" })),
              positions.apply(state, chunk, customer),
            ),
        }
        const { checkpoint } = yield* Projection.catchUpTogether(overtaken, customer)
        const saved = yield* store.load(customer, positions)
        yield* Property.same(
          "checkpoint and state",
          [checkpoint, Option.getOrUndefined(saved)],
          [6, { checkpoint: 6, state: "[1,2,3,4,5,6]" }],
        )
      }),
    },
    {
      name: "reports and sweeps of two processes at once are all answered, and reports are the same",
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const entryPoint = yield* Scene.aCustomer
        const stores = Layer.succeedContext(yield* yielding)
        const definition = Definition.make({ timeZone: "Europe/Paris" })
        const { name, version } = Deflection.projection(definition)
        const [one, other] = [makeTacet({ stores, definition }), makeTacet({ stores, definition })]
        const at = "2026-03-10T12:00:00Z"
        const trigger = { _tag: "contactRequest", channel: "web", entryPoint }
        const start = { _tag: "StartInteraction", at, trigger, interface: "web", linkable: false }
        const declarations = [
          { _tag: "AdoptPolicyVersion", at, policyVersion: "starter/1" },
          { _tag: "ListEntryPoint", at, entryPoint },
        ]
        yield* Effect.promise(() => one.declare(customer, declarations))
        for (let round = 1; round <= 4; round++) {
          yield* Effect.promise(() => one.record({ customer, commands: [start] }))
          const reports = [one, other, one, other].map((tacet) => tacet.report(customer))
          const sweeps = [one, other, one].map((tacet) => tacet.sweep(customer))
          const settled = yield* Effect.promise(() => Promise.allSettled([...reports, ...sweeps]))
          yield* Property.same("what was rejected", rejected(settled), [])
          const started = yield* Effect.promise(() =>
            Promise.all(reports.map((report) => report.then(({ interactions }) => interactions.started))),
          )
          yield* Property.same("the interactions of each report", started, [round, round, round, round])
          const saved = yield* ProjectionStore.ProjectionStore.use((store) =>
            // As `definitionVersion` says: the release's version in thousands, and the definition's.
            store.load(customer, { name, version: version * 1000 + 1 }),
          )
          yield* Property.holds("that the statistics are saved", Option.isSome(saved), saved)
        }
        yield* Effect.promise(() => Promise.all([one.close(), other.close()]))
      }),
    },
  ],
)
