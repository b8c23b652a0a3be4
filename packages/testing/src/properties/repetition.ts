/**
 * Commits are idempotent by their id.
 */
import * as Effect from "effect/Effect"
import { type Commit, ExpectedVersion as Expected, type StreamId } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** A result without the properties that a store may add to addresses. */
const plain = ({ firstPosition, lastPosition, versions }: Commit.CommitResult): Commit.CommitResult => ({
  firstPosition,
  lastPosition,
  versions: versions.map(({ stream: { id, kind }, version }) => ({ stream: { kind, id }, version })),
})

const onceMade = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  const [one, other, third] = [yield* Scene.aStream(), yield* Scene.aStream(), yield* Scene.aStream("customer")]
  yield* Scene.commits(customer, [Scene.write(third, [Scene.event(1)])])
  const made = yield* Scene.commit(customer, [
    Scene.write(one, Scene.events(10, 2), Expected.none),
    Scene.write(other, Scene.events(20, 2), Expected.none),
  ])
  const first = yield* Scene.append(made)
  return { customer, one, other, third, made, first }
})

type OnceMade = Effect.Success<typeof onceMade>

const unchanged = ({ customer }: OnceMade) =>
  Effect.flatMap(Scene.log(customer), ({ events }) =>
    Scene.recorded("the log", events, [Scene.event(1), ...Scene.events(10, 2), ...Scene.events(20, 2)]),
  )

/** Other contents under the same id. */
const alterations: ReadonlyArray<readonly [what: string, alter: (scene: OnceMade) => Commit.Commit["writes"]]> = [
  ["another payload", ({ made }) => altered(made, 0, (event) => ({ ...event, data: '{"n":11}' }))],
  ["another spelling of the payload", ({ made }) => altered(made, 0, (event) => ({ ...event, data: '{"n": 10}' }))],
  ["another type", ({ made }) => altered(made, 1, (event) => ({ ...event, type: "StepLeft" }))],
  ["another schema version", ({ made }) => altered(made, 1, (event) => ({ ...event, schemaVersion: 2 }))],
  ["another time", ({ made }) => altered(made, 0, (event) => ({ ...event, occurredAt: event.occurredAt + 1 }))],
  [
    "one event more",
    ({ one, other }) => [Scene.write(one, Scene.events(10, 2)), Scene.write(other, Scene.events(20, 3))],
  ],
  [
    "one event less",
    ({ one, other }) => [Scene.write(one, Scene.events(10, 2)), Scene.write(other, Scene.events(20, 1))],
  ],
  ["one stream less", ({ one }) => [Scene.write(one, Scene.events(10, 2))]],
  ["another stream", ({ made, third }) => [made.writes[0]!, Scene.write(third, Scene.events(20, 2))]],
  ["the streams in another order", ({ made }) => [made.writes[1]!, made.writes[0]!]],
  [
    "the events in another order",
    ({ made, one }) => [Scene.write(one, [Scene.event(11), Scene.event(10)]), made.writes[1]!],
  ],
  [
    "the events shared out otherwise",
    ({ one, other }) => [
      Scene.write(one, [...Scene.events(10, 2), Scene.event(20)]),
      Scene.write(other, [Scene.event(21)]),
    ],
  ],
]

/** The commit with the first event of one write changed. */
const altered = (
  { writes }: Commit.Commit,
  index: number,
  change: (event: ReturnType<typeof Scene.event>) => ReturnType<typeof Scene.event>,
): Commit.Commit["writes"] =>
  writes.map((write, at) => {
    const [first, ...others] = write.events
    return at === index ? { ...write, events: [change(first!), ...others] } : write
  })

/** The properties of repetition. */
export const repetition = onEventStore("repetition", [
  {
    name: "the same commit again answers the first result and writes nothing",
    program: Effect.gen(function* () {
      const scene = yield* onceMade
      for (let n = 0; n < 3; n++) {
        yield* Property.same("the first result", plain(yield* Scene.append(scene.made)), plain(scene.first))
      }
      yield* unchanged(scene)
    }),
  },
  {
    name: "the same commit again answers the first result when the streams have moved on",
    program: Effect.gen(function* () {
      const { customer, first, made, one } = yield* onceMade
      yield* Scene.commits(customer, [Scene.write(one, Scene.events(30, 4))])
      yield* Property.same("the first result", plain(yield* Scene.append(made)), plain(first))
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 9)
    }),
  },
  {
    name: "a commit that expects nothing is repeated as well as one that expects a version",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const id = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      for (const [n, expected] of [Expected.any, Expected.exists, Expected.exact(3)].entries()) {
        const made = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(2 + n)], expected)])
        const first = yield* Scene.append(made)
        yield* Property.same("the first result", plain(yield* Scene.append(made)), plain(first))
      }
      yield* Scene.recorded("the stream", (yield* Scene.stream(customer, id)).events, Scene.events(1, 4))
    }),
  },
  {
    name: "expectations, checks and purge of a repetition are not compared and not carried out",
    program: Effect.gen(function* () {
      const scene = yield* onceMade
      const { first, made, third } = scene
      const repetition: Commit.Commit = {
        ...made,
        writes: made.writes.map((write) => ({ ...write, expected: Expected.exact(77) })),
      }
      const check: { stream: StreamId.StreamId; expected: Expected.ExpectedVersion } = {
        stream: third,
        expected: Expected.none,
      }
      yield* Property.same("the first result", plain(yield* Scene.append(repetition)), plain(first))
      yield* Property.same("the first result", plain(yield* Scene.append({ ...made, checks: [check] })), plain(first))
      const purge = { streams: [third], reason: "retention" }
      yield* Property.same("the first result", plain(yield* Scene.append({ ...repetition, purge })), plain(first))
      yield* unchanged(scene)
    }),
  },
  ...alterations.map(([what, alter]) => ({
    name: `a commit id with ${what} is refused`,
    program: Effect.gen(function* () {
      const scene = yield* onceMade
      const writes = alter(scene).map((write) => ({ ...write, expected: Expected.any }))
      yield* Scene.refused({ ...scene.made, writes }, "CommitIdReused")
      yield* unchanged(scene)
      yield* Property.same("the first result", plain(yield* Scene.append(scene.made)), plain(scene.first))
    }),
  })),
  {
    name: "an invalid commit is refused as invalid, even under a known id",
    program: Effect.gen(function* () {
      const scene = yield* onceMade
      const invalid: ReadonlyArray<Partial<Commit.Commit>> = [
        { writes: [] },
        { checks: [{ stream: scene.one, expected: Expected.none }] },
        { purge: { streams: [scene.third], reason: "A reason" } },
        { writes: altered(scene.made, 0, (event) => ({ ...event, data: '{"a":"\ud800"}' })) },
      ]
      for (const part of invalid) yield* Scene.refused({ ...scene.made, ...part }, "InvalidCommit")
      yield* unchanged(scene)
    }),
  },
  {
    name: "the same events under another id are another commit",
    program: Effect.gen(function* () {
      const { customer, made } = yield* onceMade
      const again = yield* Scene.commits(
        customer,
        made.writes.map((write) => ({ ...write, expected: Expected.exact(2) })),
      )
      yield* Property.same("the positions", [again.firstPosition, again.lastPosition], [6, 9])
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 9)
    }),
  },
])
