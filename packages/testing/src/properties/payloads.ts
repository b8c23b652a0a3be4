/**
 * Payloads are stored and answered character for character.
 */
import * as Effect from "effect/Effect"
import { type EventEnvelope, ExpectedVersion as Expected } from "@tacet/core/eventsourcing"
import * as Property from "../Property.ts"
import * as Scene from "../Scene.ts"
import { onEventStore } from "./onStores.ts"

const payloads: ReadonlyArray<readonly [what: string, data: string]> = [
  ["an empty object", "{}"],
  ["key order", '{"b":1,"a":2,"10":3,"9":4,"aa":5}'],
  ["a key that comes twice", '{"a":1,"a":2}'],
  ["numbers as written", '{"a":1.0,"b":-0,"c":1E+2,"d":100000000000000000000000001,"e":0.1000,"f":1e400}'],
  ["escapes as written", '{"a":"\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\"}'],
  ["NUL as an escape", '{"a":"\\u0000"}'],
  ["lone surrogates as escapes", '{"a":"\\ud800","b":"\\udc00\\ud800"}'],
  ["characters beyond the basic plane", '{"a":"😀𝒳\u{10ffff}"}'],
  ["characters that look alike", '{"a":"é","b":"e\u0301","c":"\u212b"}'],
  ["invisible and directional characters", '{"a":"\u200b\u202e\u2028\u2029\ufeff\u00a0"}'],
  ["control characters and noncharacters", '{"a":"\u007f\u0080\u009f\ufffe\uffff\ufffd"}'],
  ["text that looks like SQL", `{"a":"'); DROP TABLE events; --","b":"$1 $$ \\\\' || pg_sleep(9)"}`],
  ["text that looks like a pattern or a template", '{"a":"%_*?[]{}()","b":"${x} {{x}} <x>"}'],
  ["spaces between the tokens", '{ "a" : [ 1 , 2 ] }'],
  ["deep nesting", `{"a":${"[".repeat(400)}${"]".repeat(400)}}`],
  ["null, true, false and nested objects", '{"a":null,"b":true,"c":false,"d":{"e":{"f":[]}}}'],
  ["a key named like a property of objects", '{"__proto__":{"a":1},"constructor":2,"toString":3}'],
  ["an empty key and empty values", '{"":"","a":{},"b":[]}'],
  ["a byte order mark in front of a text", '{"a":"\ufeffb"}'],
  ["a mebibyte of text", `{"a":"${"é".repeat(1 << 20)}"}`],
]

const envelopes: ReadonlyArray<readonly [what: string, event: EventEnvelope.NewEvent]> = [
  ["times before 1970", { ...Scene.event(1), occurredAt: -1 }],
  ["the earliest time", { ...Scene.event(1), occurredAt: -8_640_000_000_000_000 }],
  ["the latest time", { ...Scene.event(1), occurredAt: 8_640_000_000_000_000 }],
  ["the largest schema version", { ...Scene.event(1), schemaVersion: 32_767 }],
  ["the longest type", { ...Scene.event(1), type: `A${"b".repeat(79)}` }],
]

/** The properties of payloads. */
export const storedAsWritten = onEventStore("payloads", [
  ...[...payloads.map(([what, data]) => [what, { ...Scene.event(1), data }] as const), ...envelopes].map(
    ([what, written]) => ({
      name: `an event keeps ${what}`,
      program: Effect.gen(function* () {
        const customer = yield* Scene.aCustomer
        const id = yield* Scene.aStream()
        const all = [Scene.event(0), written, Scene.event(2)]
        const made = yield* Scene.commit(customer, [Scene.write(id, all)])
        yield* Scene.append(made)
        yield* Scene.recorded("the stream", (yield* Scene.stream(customer, id)).events, all)
        yield* Scene.recorded("the log", (yield* Scene.log(customer)).events, all)
        // A repeated commit is compared by the same characters.
        yield* Property.same("the first result", (yield* Scene.append(made)).lastPosition, 3)
        const stale = yield* Scene.commit(customer, [Scene.write(id, all, Expected.none)], { wantMissedEvents: true })
        yield* Scene.recorded("the missed", (yield* Scene.refused(stale, "VersionConflict")).missed, all)
      }),
    }),
  ),
  {
    name: "streams are distinguished by kind and id",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const one = yield* Scene.aStream()
      const kinds = ["interaction", "interaction-", `k${"-9".repeat(19)}z`, "a"]
      for (const [n, kind] of kinds.entries()) {
        yield* Scene.commits(customer, [Scene.write({ ...one, kind }, [Scene.event(n)], Expected.none)])
      }
      for (const [n, kind] of kinds.entries()) {
        yield* Scene.recorded(kind, (yield* Scene.stream(customer, { ...one, kind })).events, [Scene.event(n)])
      }
    }),
  },
  {
    name: "a payload that is no JSON is refused or kept, and affects no other append",
    program: Effect.gen(function* () {
      const customer = yield* Scene.aCustomer
      const [mine, theirs] = [yield* Scene.aStream(), yield* Scene.aStream()]
      const odd = ["", "{", "nonsense", "{'a':1}", "\ufeff{}"]
      yield* Scene.atOnce([
        ...odd.map((data) =>
          Scene.commits(customer, [Scene.write(theirs, [{ ...Scene.event(0), data }])]).pipe(
            Effect.asVoid,
            Effect.catchTag("InvalidCommit", () => Effect.void),
          ),
        ),
        ...Scene.events(1, 8).map((event) => Effect.asVoid(Scene.commits(customer, [Scene.write(mine, [event])]))),
      ])
      const { events } = yield* Scene.stream(customer, mine)
      yield* Property.same(
        "all events of the others",
        events.map((event) => event.occurredAt).toSorted((one, other) => one - other),
        Scene.events(1, 8).map((event) => event.occurredAt),
      )
      const kept = (yield* Scene.stream(customer, theirs)).events.map((event) => event.data)
      yield* Property.holds(
        "the stored payload to equal the written one",
        kept.every((data) => odd.includes(data)),
        kept.length,
      )
    }),
  },
])
