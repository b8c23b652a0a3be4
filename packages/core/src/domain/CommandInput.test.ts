import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as CommandInput from "./CommandInput.ts"
import * as Customer from "./Customer.ts"
import { ruleKeys, told } from "./expectations.testing.ts"
import type * as Interaction from "./Interaction.ts"
import { aCustomerCommand, anInteractionCommand } from "./stories.testing.ts"

const runs = { numRuns: 1000 }

type Command = Interaction.Command | Customer.Command

const customerTags = new Set<unknown>(Customer.Command.members.map(({ fields }) => fields._tag.schema.literal))

/** Reads a command as what it says it is. */
const read = (input: unknown): Result.Result<Command, Refusal> =>
  customerTags.has(tagOf(input)) ? CommandInput.readCustomerCommand(input) : CommandInput.readInteractionCommand(input)

const tagOf = (input: unknown): unknown => {
  try {
    return (input as { readonly _tag?: unknown } | null)?._tag
  } catch {
    return undefined
  }
}

const refusalOf = (input: unknown): Refusal => Result.getOrThrow(Result.flip(read(input)))

const aCommand: fc.Arbitrary<Command> = fc.oneof(aCustomerCommand, anInteractionCommand)

/** As a client sends it. */
const json = (command: unknown): Record<string, unknown> => JSON.parse(JSON.stringify(command)) as never

const body = (change: object): Record<string, unknown> => ({
  _tag: "TakeStep",
  at: "2026-01-31T09:30:00Z",
  step: "faq",
  kind: "faq",
  ...change,
})

describe("a command from outside", () => {
  it("is read as plain data, its moment as text or as DateTime.Utc", () => {
    const expected = { _tag: "TakeStep", at: DateTime.makeUnsafe("2026-01-31T09:30:00Z"), step: "faq", kind: "faq" }
    expect(Result.getOrThrow(read(body({})))).toEqual(expected)
    expect(Result.getOrThrow(read(body({ at: expected.at })))).toEqual(expected)
  })

  it.each([
    ["2026-01-31T10:30:00+01:00", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31T09:30Z", "2026-01-31T09:30:00.000Z"],
    ["2024-02-29T23:59:59.999999Z", "2024-02-29T23:59:59.999Z"],
    ["2026-01-01T00:00:00-23:59", "2026-01-01T23:59:00.000Z"],
  ])("happens at %s, which is %s", ([text, expected]) => {
    expect(DateTime.formatIso(Result.getOrThrow(read(body({ at: text }))).at)).toBe(expected)
  })

  it.each<unknown>([
    "2026-01-31",
    "2026-01-31T09:30:00",
    "2026-02-29T09:30:00Z",
    "2026-04-31T09:30:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T09:30:60Z",
    "31 January 2026",
    " 2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00Z\n",
    1769851800000,
    new Date(0),
    null,
    {},
    { "~effect/DateTime": "~effect/DateTime", _tag: "Utc", epochMilliseconds: 1769851800000 },
    DateTime.makeZonedUnsafe(0, { timeZone: "Europe/Paris" }),
  ])("is refused at %s: a moment is a day of the calendar, with its zone", (at) => {
    const refusal = refusalOf(body({ at }))
    expect([refusal.rule, refusal.command, refusal.field]).toEqual(["TACET-FORMAT", "TakeStep", "at"])
    expect(refusal.accepted).toContain("2026-01-31T09:30:00Z")
  })

  it("shares no object with the input", () => {
    const values = [{ reference: "00000000-0000-4000-8000-000000000001", category: "ipAddress" }]
    const input = { _tag: "ObserveTerminal", at: "2026-01-31T09:30:00Z", values }
    const command = Result.getOrThrow(CommandInput.readInteractionCommand(input))
    values[0]!.category = "freeText"
    expect(command).toHaveProperty("values.0.category", "ipAddress")
  })

  it("is refused with the declared field that does not fit, and its rule", () => {
    expect(refusalOf(body({ kind: "somewhere" }))).toMatchObject({ rule: "TACET-FORMAT", field: "kind" })
    expect(refusalOf(body({ step: "alice@example.com" }))).toMatchObject({ rule: "NO-IDENTIFY", field: "step" })
    expect(refusalOf(body({ step: "https://x.fr" }))).toMatchObject({ rule: "NO-AUTOSEND", field: "step" })
    const listed = { _tag: "ListNumber", at: "2026-01-31T09:30:00Z", number: "+33 6 12 34 56 78" }
    expect(refusalOf(listed)).toMatchObject({ rule: "NO-IDENTIFY", command: "ListNumber", field: "number" })
  })

  it("names no field and no command that came from outside", () => {
    expect(refusalOf(body({ alice: 1 })).field).toBeUndefined()
    expect(refusalOf(body({ _tag: "Alice" })).command).toBe("UnknownCommand")
  })

  // Finds: a field of a command whose own name is forbidden; a boundary that knows one form of moments only.
  it.prop(
    "TACET-FORMAT: every command of both aggregates passes, in memory and as JSON",
    [aCommand],
    (command) => {
      expect(Result.getOrThrow(read(command))).toEqual(command)
      const sent = json(command)
      expect(json(Result.getOrThrow(read(sent)))).toEqual(sent)
    },
    runs,
  )
})

/** Fields that rules forbid, and what refusals call them. */
const forbidden = {
  "CALL-LOG": ["call log", ["callLog", "call_logs", "calls", "recent-calls", "callHistory", "deviceCallList", "CDRs"]],
  "ADDR-READ": ["address book", ["addressBook", "contacts", "contact_list", "phonebook", "carnetAdresses"]],
  "GEO-NEVER": [
    "location",
    ["lat", "longitude", "gps", "geoHash", "lastKnownPosition", "user_location", "coordinates", "GeoJSON", "altitude"],
  ],
  "NO-IDENTIFY": [
    "personal value",
    [
      "msisdn",
      "phone",
      "mobileNumber",
      "callerId",
      "IMEI",
      "ip",
      "client_ip",
      "email",
      "firstName",
      "nom",
      "userId",
      "name",
    ],
  ],
  REDIRECT: ["credential", ["password", "passwd", "PIN", "access_token", "authorization", "motDePasse", "secret"]],
} as const

const aForbiddenField = fc
  .constantFrom(...Object.entries(forbidden))
  .chain(([rule, [label, names]]) =>
    fc.record({ rule: fc.constant(rule), label: fc.constant(label), name: fc.constantFrom<string>(...names) }),
  )

/** Letters and digits that occur in no text of the library. */
const aCanary = fc.stringMatching(/^zq[0-9]{8,12}$/)

/** Every record in plain data, the outermost first. */
const recordsIn = (value: unknown): ReadonlyArray<Record<string, unknown>> =>
  typeof value !== "object" || value === null
    ? []
    : Array.isArray(value)
      ? value.flatMap(recordsIn)
      : [value as Record<string, unknown>, ...Object.values(value).flatMap(recordsIn)]

const wrapped = (value: unknown, depth: number): unknown => {
  let outer = value
  for (let level = 0; level < depth; level++) outer = level % 2 === 0 ? [outer] : { within: outer }
  return outer
}

describe("a forbidden field", () => {
  // Finds: a look at the outermost fields only, at names as a whole only, or at values down to some depth only; a
  // refusal that repeats the field's own name.
  it.prop(
    "CALL-LOG ADDR-READ GEO-NEVER NO-IDENTIFY REDIRECT: refuses the whole command wherever the field is, and repeats no part of it",
    [
      aCommand,
      aForbiddenField,
      aCanary,
      fc.nat(),
      fc.nat(30),
      fc.boolean(),
      fc.constantFrom("", "1", "_", "-x", "Value"),
    ],
    (command, { label, name, rule }, canary, place, depth, isInName, suffix) => {
      const sent = json(command)
      const records = recordsIn(sent)
      const field = isInName ? `${name}_${canary}` : `${name}${suffix}`
      const host = records[place % records.length]!
      if (depth === 0) host[field] = canary
      else host["extra"] = wrapped({ [field]: { value: [canary] } }, depth)
      const refusal = refusalOf(sent)
      expect([refusal.rule, refusal.field, refusal.command]).toEqual([rule, label, command._tag])
      expect(told(refusal)).not.toContain("zq")
      expect(told(refusal)).not.toContain(field)
    },
    runs,
  )

  // Finds: a host's location that is taken for the person's own, or is dropped while the rest of the command is
  // accepted.
  it.prop(
    "GEO-HOST: a location that the host knows refuses the whole command",
    [
      aCommand,
      fc.constantFrom("host", "hostContext", "host_app"),
      fc.constantFrom(...forbidden["GEO-NEVER"][1]),
      aCanary,
      fc.nat(6),
    ],
    (command, host, name, canary, depth) => {
      const refusal = refusalOf({ ...json(command), [host]: wrapped({ [name]: canary }, depth) })
      expect([refusal.rule, refusal.field]).toEqual(["GEO-HOST", "location"])
      expect(told(refusal)).not.toContain("zq")
    },
    runs,
  )

  it.each([
    "allocation",
    "disposition",
    "calling",
    "posture",
    "callId",
    "pinned",
    "opinion",
    "named",
    "latency",
    "emotion",
  ])("is not one that only sounds like it: %s", (name) => {
    expect(refusalOf(body({ [name]: 1 }))).toMatchObject({ rule: "TACET-FORMAT" })
  })

  it("is found however its name is written", () => {
    for (const name of [
      "PASSWORD",
      "pass\u200bword",
      "ｐａｓｓｗｏｒｄ",
      "user.password",
      "x".repeat(150) + "Password",
    ]) {
      expect(refusalOf(body({ [name]: 1 })).rule).toBe("REDIRECT")
    }
  })
})

describe("hostile input", () => {
  const cyclic: Record<string, unknown> = body({})
  cyclic["self"] = cyclic
  cyclic["list"] = [cyclic]
  const throwing = Object.defineProperty(body({}), "step", {
    enumerable: true,
    get: () => {
      throw new Error("zq0612345678")
    },
  })
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  let turn = 0
  const changing = Object.defineProperty(body({}), "step", {
    enumerable: true,
    get: () => (turn++ === 0 ? "zq@example.com" : "faq"),
  })
  const endless = [1]
  endless[Symbol.iterator] = function* () {
    while (true) yield 1
  }

  it.each<[string, unknown]>([
    ["a cycle", cyclic],
    ["ten thousand levels", body({ deep: wrapped("zq", 10_000) })],
    ["ten thousand levels in a declared field", body({ step: wrapped("zq", 10_000) })],
    ["a million values", body({ wide: Array<number>(1_000_000).fill(1) })],
    ["a list of four thousand million holes", body({ wide: Array<number>(4_294_967_295) })],
    ["a list that iterates for ever", body({ step: endless })],
    ["an accessor that throws", throwing],
    ["an accessor that changes its mind", changing],
    ["a revoked proxy", revoked.proxy],
    ["a proxy within", body({ within: revoked.proxy })],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("zq")
          },
        },
      ),
    ],
    [
      "a prototype in JSON",
      JSON.parse('{ "_tag": "RequestCall", "at": "2026-01-31T09:30:00Z", "__proto__": { "zq": 1 } }'),
    ],
    ["a prototype with the fields", Object.create(body({})) as unknown],
    ["a symbol for a key", body({ [Symbol("zq")]: 1 })],
    ["bytes", body({ step: new Uint8Array(100_000_000) })],
    ["a map", new Map(Object.entries(body({})))],
    ["a function", () => body({})],
    ["an object of a class", Object.assign(new Error("zq"), body({}))],
    ["a big integer", body({ step: 10n })],
    [
      "a forged moment",
      body({
        at: Object.assign(Object.create({ "~effect/DateTime": 1, _tag: "Utc" }) as object, { epochMilliseconds: "zq" }),
      }),
    ],
    ["a text of ten million characters", body({ step: "zq".repeat(5_000_000) })],
    ["a name of ten million characters", body({ ["zq".repeat(5_000_000)]: 1 })],
    ["no input", undefined],
    ["null", null],
    ["a list", [body({})]],
    ["a text", "zq"],
  ])("is refused, and nothing of it told: %s", ([, input]) => {
    const before = performance.now()
    const refusal = refusalOf(input)
    expect(performance.now() - before).toBeLessThan(2000)
    expect(ruleKeys).toContain(refusal.rule)
    expect(told(refusal)).not.toContain("zq")
  })

  // Finds: a copy that runs into a throw, a loop or a stack that is too short; a refusal that quotes.
  it.prop(
    "NO-IDENTIFY: anything at all is refused or read, never thrown, and no refusal holds a text of it",
    [
      fc.anything({
        key: fc.oneof(fc.constantFrom("_tag", "at", "step", "field", "values", "__proto__"), aCanary),
        values: [aCanary, fc.constantFrom("TakeStep", "ListNumber"), fc.double(), fc.bigInt(), fc.constant(undefined)],
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      }),
      aCanary,
      fc.constantFrom("whole", "within", "tagged"),
    ],
    (anything, canary, how) => {
      const input = {
        whole: anything,
        within: body({ extra: anything }),
        tagged: body({ _tag: canary, extra: anything }),
      }
      const outcome = read(input[how])
      if (Result.isSuccess(outcome)) return expect([how, anything]).toEqual(["within", undefined])
      expect(ruleKeys).toContain(outcome.failure.rule)
      expect(told(outcome.failure)).not.toContain("zq")
    },
    runs,
  )

  // Finds: a value of a declared field that the refusal of the form repeats.
  it.prop(
    "NO-IDENTIFY: no refusal holds a value of the command, whichever field holds it",
    [aCommand, aCanary, fc.nat()],
    (command, canary, place) => {
      const sent = json(command)
      const records = recordsIn(sent)
      const host = records[place % records.length]!
      const names = Object.keys(host)
      const name = names[place % names.length]!
      host[name] = `${canary} 06 12 34 56 78`
      const refusal = refusalOf(sent)
      expect(told(refusal)).not.toMatch(/zq|06 12/)
      expect(ruleKeys).toContain(refusal.rule)
    },
    runs,
  )
})
