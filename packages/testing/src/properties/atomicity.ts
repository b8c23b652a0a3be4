/**
 * All or nothing, over one or several streams.
 */
import * as Effect from "effect/Effect"
import { type Commit, type EventEnvelope, ExpectedVersion as Expected, type StreamId } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

/** The properties of atomicity. */
export const atomicity = onEventStore("atomicity", [
  {
    name: "a commit over several streams is appended whole",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const ids = yield* Effect.all([1, 2, 3, 4].map(() => Scene.aStream()))
      yield* Scene.commits(customer, [Scene.write(ids[2]!, [Scene.event(1)])])
      const result = yield* Scene.commits(
        customer,
        ids.map((id, index) => Scene.write(id, Scene.events(10 * (index + 1), index + 1))),
      )
      yield* Property.same("the positions", [result.firstPosition, result.lastPosition], [2, 11])
      yield* Property.same(
        "the versions in the order of the writes",
        result.versions.map(({ stream, version }) => [stream.id, version]),
        ids.map((id, index) => [id.id, index === 2 ? 4 : index + 1]),
      )
      for (const [index, id] of ids.entries()) {
        const { events } = yield* Scene.stream(customer, id)
        const written = Scene.events(10 * (index + 1), index + 1)
        yield* Scene.recorded(`stream ${index}`, events, index === 2 ? [Scene.event(1), ...written] : written)
      }
    }),
  },
  ...[0, 1, 2, 3].map((failing) => ({
    name: `one failed expectation leaves nothing behind, be it ${["the first write's", "a middle write's", "the last write's", "a check's"][failing]}`,
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const ids = yield* Effect.all([1, 2, 3].map(() => Scene.aStream()))
      const checked = yield* Scene.aStream()
      yield* Scene.commits(customer, [Scene.write(checked, [Scene.event(1)])])
      const made = yield* Scene.commit(
        customer,
        ids.map((id, index) =>
          Scene.write(id, Scene.events(10 * index, 2), index === failing ? Expected.exact(5) : Expected.none),
        ),
        { checks: [{ stream: checked, expected: failing === 3 ? Expected.none : Expected.exact(1) }] },
      )
      yield* Scene.conflicts(
        made,
        failing === 3
          ? [{ stream: checked, expected: Expected.none, actual: 1 }]
          : [{ stream: ids[failing]!, expected: Expected.exact(5), actual: 0 }],
      )
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, [Scene.event(1)])
      for (const id of ids) yield* Property.same("the version", (yield* Scene.stream(customer, id)).version, 0)
    }),
  })),
  {
    name: "what no store can keep is refused as an invalid commit and leaves no trace",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [id, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(id, [Scene.event(1)])])
      for (const contradiction of contradictions(id, other)) {
        const made = yield* Scene.commit(customer, [Scene.write(id, [Scene.event(2)])], contradiction)
        yield* Scene.refused(made, "InvalidCommit")
      }
      for (const wrong of unstorable) {
        yield* Scene.refused(yield* Scene.commit(customer, [Scene.write(id, [wrong])]), "InvalidCommit")
      }
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, [Scene.event(1)])
    }),
  },
  {
    name: "a large commit is appended whole",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const ids = yield* Effect.all(Array.from({ length: 60 }, () => Scene.aStream()))
      const writes = ids.map((id, index) => Scene.write(id, Scene.events(index * 20, 20), Expected.none))
      const result = yield* Scene.commits(customer, writes)
      yield* Property.same("the positions", [result.firstPosition, result.lastPosition], [1, 1200])
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, Scene.events(0, 1200))
    }),
  },
])

const contradictions = (id: StreamId.StreamId, other: StreamId.StreamId): ReadonlyArray<Partial<Commit.Commit>> => {
  const some = [Scene.event(2)]
  return [
    { writes: [] },
    { writes: [Scene.write(id, [])] },
    { writes: [Scene.write(id, some), Scene.write(id, some)] },
    { writes: [Scene.write({ ...id, kind: "Not A Kind" }, some)] },
    { writes: [Scene.write(id, some, { _tag: "exact", version: -1 })] },
    { checks: [{ stream: id, expected: Expected.any }] },
    {
      checks: [
        { stream: other, expected: Expected.any },
        { stream: other, expected: Expected.none },
      ],
    },
    { purge: { streams: [id], reason: "retention" } },
    { purge: { streams: [other, other], reason: "retention" } },
    { purge: { streams: [other], reason: "Because she asked" } },
    { checks: [{ stream: other, expected: Expected.any }], purge: { streams: [other], reason: "retention" } },
  ]
}

const unstorable: ReadonlyArray<EventEnvelope.NewEvent> = [
  { ...Scene.event(2), type: "not a name" },
  { ...Scene.event(2), type: "" },
  { ...Scene.event(2), schemaVersion: 0 },
  { ...Scene.event(2), schemaVersion: 1.5 },
  { ...Scene.event(2), schemaVersion: 40_000 },
  { ...Scene.event(2), occurredAt: 0.5 },
  { ...Scene.event(2), occurredAt: Number.NaN },
  { ...Scene.event(2), occurredAt: 9_000_000_000_000_000 },
  { ...Scene.event(2), data: '{"a":"\ud800"}' },
  { ...Scene.event(2), data: '{"a":"\0"}' },
]
