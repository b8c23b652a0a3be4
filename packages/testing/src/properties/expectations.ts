/**
 * The table of `ExpectedVersion`, row by row: for streams that are written and for streams that are only checked.
 * The outcomes are written out here, not computed, so that a fault in the table's own code is found as well.
 */
import * as Effect from "effect/Effect"
import { ExpectedVersion as Expected } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

interface Row {
  readonly row: string
  readonly cases: ReadonlyArray<readonly [expected: Expected.ExpectedVersion, actual: number, holds: boolean]>
}

const { any, exact, exists, none } = Expected

const table: ReadonlyArray<Row> = [
  {
    row: "none holds where there is no event",
    cases: [
      [none, 0, true],
      [none, 1, false],
      [none, 3, false],
    ],
  },
  {
    row: "exact 0 holds where there is no event",
    cases: [
      [exact(0), 0, true],
      [exact(0), 1, false],
      [exact(0), 3, false],
    ],
  },
  {
    row: "exact n holds at version n alone",
    cases: [
      [exact(1), 0, false],
      [exact(1), 1, true],
      [exact(2), 3, false],
      [exact(3), 3, true],
      [exact(4), 3, false],
    ],
  },
  {
    row: "exists holds where there is an event",
    cases: [
      [exists, 0, false],
      [exists, 1, true],
      [exists, 3, true],
    ],
  },
  {
    row: "any holds always",
    cases: [
      [any, 0, true],
      [any, 1, true],
      [any, 3, true],
    ],
  },
]

const tried = (as: "write" | "check", [expected, actual, holds]: Row["cases"][number]) =>
  Effect.gen(function* () {
    const customer = yield* Scene.aCustomer
    const [target, other] = [yield* Scene.aStream(), yield* Scene.aStream()]
    yield* Scene.commits(customer, [Scene.write(other, [Scene.event(1)])])
    if (actual > 0) yield* Scene.commits(customer, [Scene.write(target, Scene.events(2, actual))])
    const made =
      as === "write"
        ? yield* Scene.commit(customer, [Scene.write(target, [Scene.event(100)], expected)])
        : yield* Scene.commit(customer, [Scene.write(other, [Scene.event(100)])], {
            checks: [{ stream: target, expected }],
          })
    const before = Scene.events(1, 1 + actual)
    if (holds) {
      const result = yield* Scene.append(made)
      yield* Property.same("the position", result.firstPosition, before.length + 1)
      yield* Property.same("the version", result.versions[0]?.version, as === "write" ? actual + 1 : 2)
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, [...before, Scene.event(100)])
    } else {
      yield* Scene.conflicts(made, [{ stream: target, expected, actual }])
      yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, before)
    }
  })

/** The properties of expectations. */
export const expectations = onEventStore("expectations", [
  ...(["write", "check"] as const).flatMap((as) =>
    table.map(({ cases, row }) => ({
      name: `a ${as} expecting ${row}`,
      program: Effect.forEach(cases, (one) => tried(as, one), { discard: true }),
    })),
  ),
  {
    name: "checked streams are not written",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [checked, written] = [yield* Scene.aStream(), yield* Scene.aStream()]
      yield* Scene.commits(customer, [Scene.write(checked, Scene.events(1, 2))])
      const result = yield* Scene.commits(customer, [Scene.write(written, [Scene.event(3)])], {
        checks: [{ stream: checked, expected: exact(2) }],
      })
      yield* Property.same(
        "versions of written streams alone",
        result.versions.map(({ version }) => version),
        [1],
      )
      yield* Property.same("the checked stream's version", (yield* Scene.stream(customer, checked)).version, 2)
    }),
  },
])
