import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as FastCheck from "fast-check"
import { Arbitraries } from "@tacet/testing"
import type { CustomerId } from "./CustomerId.ts"
import * as EventCodec from "./EventCodec.ts"
import type { RecordedEvent } from "./EventEnvelope.ts"
import * as Uuid from "./Uuid.ts"

/** The third version of an event: `name` became `label`, then `priority` was split from it. */
const Labelled = Schema.TaggedStruct("Labelled", {
  occurredAt: Schema.DateTimeUtcFromMillis,
  label: Schema.String,
  priority: Schema.Int,
  note: Schema.optionalKey(Schema.String),
})

const Closed = Schema.TaggedStruct("Finished", { occurredAt: Schema.DateTimeUtcFromMillis })

const codec = EventCodec.make("ticket", [
  EventCodec.define(Labelled, {
    schemaVersion: 3,
    upcasters: {
      1: ({ name, ...rest }) => ({ ...rest, label: name }),
      2: ({ label, ...rest }) => {
        const [text = "", priority = "0"] = String(label).split("!")
        return { ...rest, label: text, priority: Number(priority) }
      },
    },
  }),
  EventCodec.define(Closed, { wireName: "Closed" }),
])

/** As they were written by each version of the program, character for character. */
const golden = {
  v1: '{"name":"urgent!2","note":"n"}',
  v2: '{"label":"urgent!2","note":"n"}',
  v3: '{"label":"urgent","priority":2,"note":"n"}',
}

const recorded = (data: string, schemaVersion: number, type = "Labelled"): RecordedEvent => ({
  customer: Uuid.fromBytes(new Uint8Array(16), 4) as CustomerId,
  position: 7,
  stream: { kind: "ticket", id: Uuid.fromBytes(new Uint8Array(16), 4) },
  version: 4,
  type,
  schemaVersion,
  occurredAt: 1_700_000_000_000,
  recordedAt: 1_700_000_000_500,
  commitId: Uuid.fromBytes(new Uint8Array(16), 4),
  data,
})

const occurredAt = DateTime.makeUnsafe(1_700_000_000_000)
const urgent = Labelled.make({ occurredAt, label: "urgent", priority: 2, note: "n" })

describe("the output of a codec", () => {
  it("is the golden form: tag and time are in the envelope, the payload is compact", () => {
    expect(codec.encode(urgent)).toEqual({
      type: "Labelled",
      schemaVersion: 3,
      occurredAt: 1_700_000_000_000,
      data: golden.v3,
    })
  })

  it("has the wire name that was given, though the tag was renamed since", () => {
    expect(codec.encode(Closed.make({ occurredAt }))).toMatchObject({ type: "Closed", schemaVersion: 1, data: "{}" })
    expect(codec.decode(recorded("{}", 1, "Closed"))).toEqual(Result.succeed(Closed.make({ occurredAt })))
  })

  // Planted and found: a payload that is stored in a normal form of Unicode.
  it.prop(
    "is read back",
    [
      FastCheck.record(
        { label: FastCheck.string({ unit: "binary" }), priority: FastCheck.integer(), note: FastCheck.string() },
        { requiredKeys: ["label", "priority"] },
      ),
      Arbitraries.aTime,
    ],
    (payload, time) => {
      const event = Labelled.make({ ...payload, occurredAt: DateTime.makeUnsafe(time) })
      expect(codec.decodeNew(codec.encode(event))).toEqual(Result.succeed(event))
    },
  )
})

describe("events that older programs wrote", () => {
  it.each([
    [1, golden.v1],
    [2, golden.v2],
    [3, golden.v3],
  ] as const)("is read for ever: schema version %s", ([schemaVersion, data]) => {
    expect(codec.decode(recorded(data, schemaVersion))).toEqual(Result.succeed(urgent))
  })

  it("needs an upcaster from every version", () => {
    expect(() => EventCodec.define(Labelled, { schemaVersion: 3, upcasters: { 1: (payload) => payload } })).toThrow(
      "Labelled has no upcaster from schema version 2",
    )
  })
})

describe("an event that cannot be read", () => {
  const reason = (event: RecordedEvent) =>
    Result.match(codec.decode(event), { onSuccess: () => "read", onFailure: (error) => error.reason })

  it("is refused by name", () => {
    expect(reason(recorded(golden.v3, 4))).toBe("newer-schema-version")
    expect(reason(recorded("{}", 1, "Finished"))).toBe("unknown-type")
    expect(reason(recorded("{}", 1, "constructor"))).toBe("unknown-type")
    for (const data of ["", "null", "[]", "1", '"text"', "{", '{"label":1,"priority":2}', "{}"]) {
      expect(reason(recorded(data, 3))).toBe("payload-does-not-fit")
    }
  })

  it("is refused where a payload is no object, though nothing is required of it", () => {
    for (const data of ["[]", "[{}]", "null", '"{}"', "0"]) {
      expect(reason(recorded(data, 1, "Closed"))).toBe("payload-does-not-fit")
    }
    expect(reason(recorded("{}", 1, "Closed"))).toBe("read")
  })

  it("is refused where an upcaster cannot make sense of it", () => {
    const strict = EventCodec.make("ticket", [
      EventCodec.define(Labelled, {
        schemaVersion: 2,
        upcasters: {
          1: ({ name, ...rest }) => ({ ...rest, label: (name as { readonly text: string }).text.trim(), priority: 0 }),
        },
      }),
    ])
    expect(strict.decodeNew(recorded('{"name":null}', 1))).toEqual(Result.fail("payload-does-not-fit"))
  })

  it("is reported by ids and versions", () => {
    const error = Result.getOrThrow(Result.flip(codec.decode(recorded("{}", 9))))
    expect(error.message).toContain(
      "Event 4 of ticket/00000000-0000-4000-8000-000000000000 (Labelled, schema version 9)",
    )
    expect(error.message).toContain("Upgrade this program")
  })
})

describe("errors quote no payload", () => {
  const canary = "canary-5f1d"
  const everythingOf = (error: unknown): string =>
    error instanceof Error
      ? [error.message, error.stack, JSON.stringify(error), everythingOf(error.cause)].join("\n")
      : String(error)

  it.each([
    ["of another shape", 3, `{"label":{"text":"${canary}"},"priority":2}`],
    ["beside what is missing", 3, `{"label":"${canary}"}`],
    ["that is no JSON", 3, `{"label":"${canary}`],
    ["of a newer version", 4, `{"label":"${canary}"}`],
    ["that an upcaster chokes on", 1, `{"name":"${canary}"}`],
  ] as const)("by the error for a payload %s", ([, version, data]) => {
    const choking = EventCodec.make("ticket", [
      EventCodec.define(Labelled, {
        schemaVersion: 3,
        upcasters: {
          1: ({ name }) => {
            throw new Error(`cannot upcast ${String(name)}`)
          },
          2: (payload) => payload,
        },
      }),
    ])
    const decoded = choking.decode(recorded(data, version))
    expect(Result.isFailure(decoded)).toBe(true)
    expect(everythingOf(Result.merge(decoded))).not.toContain(canary)
  })

  it("by the error for an event that does not fit its schema", () => {
    const wrong = { ...urgent, priority: canary } as unknown as typeof urgent
    const unknown = { _tag: "Unknown", note: canary } as unknown as typeof urgent
    for (const event of [wrong, unknown]) {
      let thrown: unknown
      try {
        codec.encode(event)
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(Error)
      expect(everythingOf(thrown)).not.toContain(canary)
      expect(everythingOf(thrown)).toContain(`An event ${event._tag} does not fit its schema in the codec of ticket`)
    }
  })
})

describe("an event with input from outside", () => {
  const few = EventCodec.violation("FEW", "fewer than ten")
  const Counted = Schema.TaggedStruct("Counted", {
    occurredAt: Schema.DateTimeUtcFromMillis,
    counts: Schema.Array(
      Schema.Struct({ count: Schema.Int.check(Schema.makeFilter((n) => (n < 10 ? undefined : few))) }),
    ),
    note: Schema.String,
  })
  const counter = EventCodec.make("counter", [Counted])
  const counted = (counts: ReadonlyArray<unknown>, note: unknown = "") =>
    counter.encodeResult({ _tag: "Counted", occurredAt, counts: counts.map((count) => ({ count })), note } as never)

  it("is not stored where a field does not fit, and the field and the rule of its check are named", () => {
    expect(Result.isSuccess(counted([9, 1]))).toBe(true)
    expect(counted([9, 10])).toEqual(Result.fail({ rule: "FEW", field: "counts", accepted: "fewer than ten" }))
    expect(counted([9, "ten"])).toMatchObject(Result.fail({ rule: "TACET-FORMAT", field: "counts" }))
    expect(counted([], 7)).toMatchObject(Result.fail({ rule: "TACET-FORMAT", field: "note" }))
  })
})

describe("a codec", () => {
  it("defines each event once", () => {
    const twice = [EventCodec.define(Closed), EventCodec.define(Closed)] as const
    expect(() => EventCodec.make("ticket", twice)).toThrow("ticket defines Finished twice")
    const oneName = [EventCodec.define(Closed), EventCodec.define(Labelled, { wireName: "Finished" })] as const
    expect(() => EventCodec.make("ticket", oneName)).toThrow("ticket defines Labelled twice")
  })
})
