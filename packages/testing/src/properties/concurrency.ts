/**
 * Many callers at once: acknowledged appends are kept, refused ones are not, and readers miss nothing.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import { type CustomerId, type EventEnvelope, ExpectedVersion as Expected } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import * as Audit from "./audit.ts"
import { onEventStore } from "./onStores.ts"

const contended = Effect.gen(function* () {
  const customer = yield* Scene.aCustomer
  const streams = yield* Effect.all([1, 2, 3, 4].map(() => Scene.aStream()))
  const attempts = yield* Audit.contend(customer, streams, 25)
  const { events } = yield* Scene.log(customer)
  yield* Property.holds("appends that succeed and appends that conflict", isMixed(attempts), attempts.length)
  return { attempts, events }
})

const isMixed = (attempts: ReadonlyArray<Audit.Attempt>): boolean =>
  attempts.some(({ answer }) => Result.isSuccess(answer)) && attempts.some(({ answer }) => Result.isFailure(answer))

/** The properties of concurrency. */
export const concurrency = onEventStore("concurrency", [
  {
    name: "every acknowledged append is in the log exactly once, at the acknowledged position, and nothing else is",
    program: Effect.flatMap(contended, ({ attempts, events }) => Audit.accountedFor(attempts, events)),
  },
  {
    name: "every expectation held at the position of its commit",
    program: Effect.flatMap(contended, ({ events }) => Audit.replayed(events)),
  },
  {
    name: "every conflict was one",
    program: Effect.flatMap(contended, ({ attempts, events }) => Audit.reallyConflicted(attempts, events)),
  },
  {
    name: "writers of streams of their own do not disturb each other",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const streams = yield* Effect.all(Array.from({ length: writers }, () => Scene.aStream()))
      yield* Scene.atOnce(
        streams.map((stream, writer) =>
          Effect.gen(function* () {
            for (let n = 0; n < 20; n++) {
              const written = [Scene.event(1000 * writer + n)]
              yield* Scene.commits(customer, [Scene.write(stream, written, Expected.exact(n))])
              yield* Effect.yieldNow
            }
          }),
        ),
      )
      for (const [writer, stream] of streams.entries()) {
        const { events } = yield* Scene.stream(customer, stream)
        yield* Scene.recorded(`writer ${writer}`, events, Scene.events(1000 * writer, 20))
      }
      yield* Property.same("the head", (yield* Scene.log(customer)).head, 20 * writers)
    }),
  },
  {
    name: "a reader that has seen a position never finds a new event at or below it",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const tail = yield* Scene.tail(customer)
      const paging = yield* Effect.forkChild(pageUntil(customer, writers * 20))
      yield* writeAtOnce(customer, writers, 20)
      const final = yield* Scene.log(customer)
      const heard = yield* Scene.heard(tail, writers * 20)
      yield* Property.same("what a tailing reader saw", idsOf(heard), idsOf(final.events))
      yield* Property.same("what a paging reader saw", idsOf(yield* Fiber.join(paging)), idsOf(final.events))
    }),
  },
  {
    name: "of many who create one stream, one does",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      for (let round = 0; round < 10; round++) {
        const id = yield* Scene.aStream()
        const answers = yield* Scene.atOnce(
          Array.from({ length: writers }, (_, writer) =>
            Scene.commits(customer, [Scene.write(id, [Scene.event(writer)], Expected.none)]).pipe(
              Scene.givingWay(8 + ((writer + round) % 5)),
              Effect.result,
            ),
          ),
        )
        const winners = answers.flatMap((answer, writer) => (Result.isSuccess(answer) ? [writer] : []))
        yield* Property.same("the number of winners", winners.length, 1)
        const others = answers.flatMap((answer) => (Result.isFailure(answer) ? [answer.failure] : []))
        yield* Property.holds(
          "a conflict for all others, at version 1",
          others.every((error) => error._tag === "VersionConflict" && error.mismatches[0]?.actual === 1),
          others.map((error) => error._tag),
        )
        yield* Scene.recorded("the stream", (yield* Scene.stream(customer, id)).events, [Scene.event(winners[0]!)])
      }
    }),
  },
  {
    name: "two writers who check each other's stream do not both succeed",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      for (let round = 0; round < 20; round++) {
        const [one, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
        const answers = yield* Scene.atOnce(
          [[one, other] as const, [other, one] as const].map(([written, checked], writer) =>
            Scene.commits(customer, [Scene.write(written, [Scene.event(round)])], {
              checks: [{ stream: checked, expected: Expected.none }],
            }).pipe(Scene.givingWay(8 + ((round + writer) % 5)), Effect.result),
          ),
        )
        yield* Property.same("the number of winners", answers.filter(Result.isSuccess).length, 1)
        const versions = [(yield* Scene.stream(customer, one)).version, (yield* Scene.stream(customer, other)).version]
        yield* Property.same(
          "the versions",
          versions.toSorted((a, b) => a - b),
          [0, 1],
        )
      }
    }),
  },
  {
    name: "one commit that many callers send at once is recorded once, and all get the same answer",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      for (let round = 0; round < 10; round++) {
        const [one, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
        const made = yield* Scene.commit(customer, [
          Scene.write(one, Scene.events(1, 2), Expected.none),
          Scene.write(other, [Scene.event(3)]),
        ])
        const results = yield* Scene.atOnce(
          Array.from({ length: writers }, (_, writer) => Scene.givingWay(8 + writer)(Scene.append(made))),
        )
        for (const result of results) {
          yield* Property.same(
            "the positions",
            [result.firstPosition, result.lastPosition, result.versions[0]?.version, result.versions[1]?.version],
            [3 * round + 1, 3 * round + 3, 2, 1],
          )
        }
        yield* Property.same("the head", (yield* Scene.log(customer)).head, 3 * round + 3)
      }
    }),
  },
  {
    name: "a caller interrupted in the middle of an append leaves all of it or nothing",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      for (let round = 0; round < 40; round++) {
        const [one, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
        const made = yield* Scene.commit(customer, [
          Scene.write(one, Scene.events(1, 2), Expected.none),
          Scene.write(other, Scene.events(3, 2), Expected.none),
        ])
        const fiber = yield* Effect.forkChild(Scene.givingWay(8 + (round % 3))(Scene.append(made)))
        if (round % 4 === 3) yield* Effect.sleep(round % 8 === 3 ? 1 : 2)
        else for (let turn = 0; turn < round; turn++) yield* Effect.yieldNow
        yield* Fiber.interrupt(fiber)
        const versions = [(yield* Scene.stream(customer, one)).version, (yield* Scene.stream(customer, other)).version]
        yield* Property.holds(
          "both streams at 2 or both at 0",
          versions[0] === versions[1] && versions[0]! % 2 === 0,
          versions,
        )
        const result = yield* Scene.append(made)
        yield* Property.same(
          "the positions answered",
          [result.firstPosition, result.lastPosition],
          [4 * round + 1, 4 * round + 4],
        )
        const { events } = yield* Scene.log(customer, { after: 4 * round })
        yield* Scene.recorded("the log", events, Scene.events(1, 4))
      }
    }),
  },
  {
    name: "one caller's fault does not touch another's append",
    program: Effect.gen(function* () {
      const { writers } = yield* Property.CurrentSettings
      const customer = yield* Scene.aCustomer
      const taken = yield* Scene.aStream()
      const known = yield* Scene.commit(customer, [Scene.write(taken, [Scene.event(1)])])
      yield* Scene.append(known)
      const disturb = (n: number) =>
        [
          Effect.asVoid(Effect.flip(Scene.commits(customer, [Scene.write(taken, [])]))),
          Effect.asVoid(Effect.flip(Scene.commits(customer, [Scene.write(taken, [Scene.event(n)], Expected.none)]))),
          Effect.asVoid(Effect.flip(Scene.append({ ...known, writes: [Scene.write(taken, [Scene.event(n)])] }))),
          Effect.asVoid(Scene.append(known)),
          Effect.flatMap(
            Effect.forkChild(
              Effect.flatMap(Scene.aStream(), (id) => Scene.commits(customer, [Scene.write(id, [Scene.event(n)])])),
            ),
            Fiber.interrupt,
          ),
        ][n % 5]!
      const stream = yield* Scene.aStream()
      yield* Effect.all(
        [
          ...Array.from({ length: writers * 5 }, (_, n) => disturb(n)),
          Effect.forEach(Scene.events(1, 20), (event) => Scene.commits(customer, [Scene.write(stream, [event])]), {
            discard: true,
          }),
        ],
        { concurrency: "unbounded" },
      )
      yield* Scene.recorded("the stream", (yield* Scene.stream(customer, stream)).events, Scene.events(1, 20))
      yield* Property.same("the stream that others disturbed", (yield* Scene.stream(customer, taken)).version, 1)
      yield* Scene.log(customer)
    }),
  },
])

const writeAtOnce = (customer: CustomerId.CustomerId, writers: number, each: number) =>
  Scene.atOnce(
    Array.from({ length: writers }, (_, writer) =>
      Effect.gen(function* () {
        const own = yield* Scene.aStream()
        for (let n = 0; n < each; n++) {
          yield* Scene.commits(customer, [Scene.write(own, [Scene.event(writer * each + n)])])
          yield* Effect.yieldNow
        }
      }),
    ),
  )

/** Reads chunk by chunk, never twice, until it has come to a position. */
const pageUntil = Effect.fnUntraced(function* (customer: CustomerId.CustomerId, through: number) {
  const { patience } = yield* Property.CurrentSettings
  const events: Array<EventEnvelope.RecordedEvent> = []
  let after = 0
  for (let idle = 0; after < through;) {
    const chunk = yield* Scene.chunk(customer, { after, limit: 7 })
    events.push(...chunk.events)
    idle = chunk.through > after ? 0 : idle + 1
    after = chunk.through
    if (idle > patience) {
      return yield* new Property.Deviation({ expected: `a log that grows to ${through}`, seen: `it stays at ${after}` })
    }
    yield* idle === 0 ? Effect.yieldNow : Effect.sleep(1)
  }
  return events
})

const idsOf = (events: ReadonlyArray<EventEnvelope.RecordedEvent>) =>
  events.map(({ commitId, position }) => [position, commitId])
