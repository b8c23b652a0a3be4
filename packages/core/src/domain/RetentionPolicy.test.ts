import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import * as Calendar from "../calendar/Calendar.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as History from "../policy/binding/History.ts"
import type { Period } from "../calendar/Period.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { dialonce20190305, dialonce20210217, published } from "../policy/versions/index.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { ArbitraryRetentionPolicies as Retentions } from "@tacet/testing"
import { stored } from "./expectations.testing.ts"
import * as PurgedDay from "./PurgedDay.ts"
import * as RetentionPolicy from "./RetentionPolicy.ts"

type Command = RetentionPolicy.Command
type Facts = RetentionPolicy.Facts
type State = RetentionPolicy.State

const runs = { numRuns: 1000 }
const { decider } = RetentionPolicy
const day = 86_400_000

/** Each version as it bound its first day. */
const effective: ReadonlyArray<EffectivePolicy> = published.map((policy) =>
  Result.getOrThrow(resolve(History.of(policy), { at: DateTime.makeUnsafe(`${policy.effectiveFrom}T12:00:00Z`) })),
)
const [v2016, v2019, v2021, dialogra] = effective as [
  EffectivePolicy,
  EffectivePolicy,
  EffectivePolicy,
  EffectivePolicy,
]
const first = (policy: EffectivePolicy) => Calendar.localDate(policy.at, policy.timeZone)
const millis = DateTime.toEpochMillis
const later = (at: DateTime.Utc, by: number) => DateTime.makeUnsafe(millis(at) + by)

const refusal = (state: State, command: Command, context: RetentionPolicy.Context): string => {
  const decision = decider.decide(state, command, context)
  return Result.isFailure(decision) ? decision.failure.rule : ""
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The local time, as if it were UTC. */
const wall = (instant: number, timeZone: string): number => {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "medium", hourCycle: "h23" })
  formats.set(timeZone, format)
  const [, d, m, y, time] = /^(\d\d)\/(\d\d)\/(\d{4}), (.*)$/.exec(format.format(instant))!
  return Date.parse(`${y}-${m}-${d}T${time}Z`) + (((instant % 1000) + 1000) % 1000)
}

/**
 * So many months later by the wall's clock, without the library's calendar; `undefined` where the clock jumps over it.
 */
const monthsLater = (at: DateTime.Utc, months: number, timeZone: string): number | undefined => {
  const date = new Date(wall(millis(at), timeZone))
  const wanted = (date.getUTCMonth() + months) % 12
  date.setUTCMonth(date.getUTCMonth() + months)
  while (date.getUTCMonth() !== wanted) date.setTime(date.getTime() - day)
  return [7_200_000, 3_600_000, 0]
    .map((offset) => date.getTime() - offset)
    .find((instant) => wall(instant, timeZone) === date.getTime())
}

/** The last millisecond and the first from the end on. */
const endsAt = (state: State, facts: Facts, policies: ReadonlyArray<EffectivePolicy>, end: number) => {
  const before = DateTime.makeUnsafe(end - 1)
  if (end > millis(facts.events.collection)) {
    expect(RetentionPolicy.isReadable(state, facts, policies, before)).toBe(true)
  }
  for (const after of [0, 1, 4000 * day]) {
    expect(RetentionPolicy.isReadable(state, facts, policies, DateTime.makeUnsafe(end + after))).toBe(false)
  }
}

const interactionData: ReadonlyArray<PersonalDataCategory> = ["ipAddress", "telephoneNumber", "connectionLog"]

/** A property of a category's own period: readable up to the last millisecond before its end, and never after. */
const clock = (
  policy: EffectivePolicy,
  categories: ReadonlyArray<PersonalDataCategory>,
  months: number,
): [
  arbitraries: readonly [fc.Arbitrary<PersonalDataCategory>, fc.Arbitrary<DateTime.Utc>],
  holds: (category: PersonalDataCategory, collection: DateTime.Utc) => void,
] => [
  [fc.constantFrom(...categories), Retentions.aMoment(first(policy), policy.timeZone)],
  (category, collection) => {
    const end = monthsLater(collection, months, policy.timeZone)
    if (end === undefined) return
    const facts: Facts = { category, about: "interaction", events: { collection } }
    endsAt(decider.initial, facts, [policy], end)
  },
]

/** Sets a period for what may have none, and tries one that passes the cap and one that does not. */
const cap = (policy: EffectivePolicy, category: PersonalDataCategory, good: Period, bad: Period, rule: string) => {
  const set = (period: Period): Command => ({ _tag: "SetRetentionPeriod", at: policy.at, category, period })
  expect(refusal(decider.initial, set(good), { policy })).toBe("")
  expect(refusal(decider.initial, set(bad), { policy })).toBe(rule)
}

describe("RET-12M", () => {
  // Planted: `isLessThan(at, end)` with `OrEqualTo`.
  it.prop(
    `RET-12M: under ${v2019.policy} nothing of an interaction is readable twelve months after its collection`,
    ...clock(v2019, interactionData, 12),
    runs,
  )

  // Planted: the second `staysWithin` of `setPeriod` left out.
  it.prop(
    "RET-12M: a period is accepted exactly when it never ends after twelve months, wherever it begins",
    [Retentions.aPeriod()],
    (period) => {
      const command: Command = { _tag: "SetRetentionPeriod", at: v2019.at, category: "ipAddress", period }
      const starts: ReadonlyArray<PlainDate> = ["2019-03-31", "2019-02-28", "2020-02-29", "2020-01-31", "2021-02-28"]
      const passes = starts.some((start) => Calendar.add(start, period) > Calendar.add(start, "P12M"))
      expect(refusal(decider.initial, command, { policy: v2019 })).toBe(passes ? "RET-12M" : "")
    },
    runs,
  )

  it("RET-12M: twelve months and a day are refused; a leap day ends on 28 February", () => {
    cap(v2019, "ipAddress", "P12M", "P12M1D", "RET-12M")
    cap(v2019, "ipAddress", "P365D", "P366D", "RET-12M")
    const collection = DateTime.makeUnsafe("2020-02-29T10:00:00Z")
    const facts: Facts = { category: "ipAddress", about: "interaction", events: { collection } }
    endsAt(decider.initial, facts, [v2019], Date.parse("2021-02-28T10:00:00Z"))
  })
})

describe("periods of single categories", () => {
  // Planted and found: seven months for six.
  it.prop(
    `RET-COOKIE6M under ${v2019.policy}: a cookie's data ends after six months`,
    ...clock(v2019, ["measurementRecord"], 6),
    runs,
  )
  // Planted and found: four years for a dialogue.
  it.prop(
    `RET-3Y under ${dialogra.policy}: records of calls and dialogues end after three years`,
    ...clock(dialogra, ["serviceCallRecord", "textDialogue"], 36),
    runs,
  )
  // Planted and found: thirty days for a month.
  it.prop(
    `RET-1M under ${dialogra.policy}: a recording ends after one month, of 31 January on the last of February`,
    ...clock(dialogra, ["voiceRecording"], 1),
    runs,
  )
  // Planted and found: eleven years for ten.
  it.prop(
    `RET-10Y under ${dialogra.policy}: a transaction ends after ten years`,
    ...clock(dialogra, ["transaction"], 120),
    runs,
  )

  it("RET-COOKIE6M, RET-3Y, RET-1M, RET-10Y: a contract sets a period within the category's cap and none above", () => {
    cap(v2019, "measurementRecord", "P6M", "P6M1D", "RET-COOKIE6M")
    cap(dialogra, "textDialogue", "P3Y", "P37M", "RET-3Y")
    cap(dialogra, "voiceRecording", "P28D", "P30D", "RET-1M")
    cap(dialogra, "transaction", "P10Y", "P121M", "RET-10Y")
  })

  // Planted: `keptByLaw` left out of `putOff`; ten years of the text taken for a duty of the law.
  it.prop(
    `RET-10Y R-LEGAL-LIMIT under ${dialogra.policy}: ten years of the text are no law, and ten years of a law put an erasure off`,
    [Retentions.someFacts(dialogra, ["transaction"]), fc.constantFrom(-1, 0, 1)],
    (facts, edge) => {
      const end = monthsLater(facts.events.collection, 120, dialogra.timeZone)
      if (end === undefined) return
      const at = DateTime.makeUnsafe(end + edge)
      expect(RetentionPolicy.legalGround(decider.initial, facts, [dialogra], at)).toBe(undefined)
      const law = { category: "transaction", period: "P10Y", reference: "Bogføringsloven § 12" } as const
      const bound = { ...dialogra, parameters: { ...dialogra.parameters, legalRetention: [law] } }
      endsAt(decider.initial, facts, [bound], end)
      const ground = RetentionPolicy.legalGround(decider.initial, facts, [bound], at)
      expect(ground === undefined).toBe(edge >= 0)
    },
    runs,
  )

  // Planted and found: four years for five.
  it.prop(
    `RET-USER-5Y under ${dialogra.policy}: a user's actions end five years after the account was deleted at the latest`,
    [Retentions.someFacts(dialogra, ["interfaceUsage"]).filter(({ events }) => events.accountDeletion !== undefined)],
    (facts) => {
      const latest = monthsLater(facts.events.accountDeletion!, 60, dialogra.timeZone)
      if (latest === undefined) return
      const others = [facts.events.purposeFulfilled, facts.events.contractEnd].flatMap((one) =>
        one ? [millis(one)] : [],
      )
      endsAt(decider.initial, facts, [dialogra], Math.min(latest, ...others))
    },
    runs,
  )
})

describe("accounts", () => {
  const facts = (policy: EffectivePolicy) =>
    Retentions.someFacts(policy, ["emailAddress", "accountIdentifier"], "account")

  // Planted: `accountRetention` left out; the hold let through whatever its matter.
  for (const policy of [v2019, v2021]) {
    it.prop(
      `RET-ACCOUNT: under ${policy.policy} an account's data lives as long as the relationship, longer on a ground of law where the text says so`,
      [
        facts(policy).filter(({ events }) => events.relationshipEnd !== undefined),
        fc.constantFrom(...RetentionPolicy.Matter.literals),
      ],
      ({ events: { collection, relationshipEnd }, ...rest }, matter) => {
        const datum = { ...rest, events: { collection, relationshipEnd: relationshipEnd! } }
        endsAt(decider.initial, datum, [policy], millis(relationshipEnd!))
        const { state } = Retentions.accepted([hold(matter, collection, [datum.category])], { policy })
        const kept = policy === v2021 && millis(relationshipEnd!) > millis(collection)
        expect(RetentionPolicy.retentionEnd(state, datum, [policy]) === undefined).toBe(kept)
      },
      runs,
    )
  }

  // Planted and found: the purposes counted under the caps that name them alone.
  it.prop(
    "RET-NEC: under every version nothing is readable once every purpose is fulfilled",
    [fc.constantFrom(v2019, v2021, dialogra).chain((policy) => fc.tuple(fc.constant(policy), facts(policy)))],
    ([policy, { events, ...rest }]) => {
      const { collection, purposeFulfilled } = events
      if (purposeFulfilled === undefined) return
      endsAt(decider.initial, { ...rest, events: { collection, purposeFulfilled } }, [policy], millis(purposeFulfilled))
    },
    runs,
  )

  // Planted and found: the general end of the account counted beside the special one of a category.
  it("RET-USER-5Y: what a text says of a category after an event comes before what it says of the account", () => {
    const collection = dialogra.at
    const accountDeletion = later(collection, day)
    const datum = { category: "interfaceUsage", about: "account", events: { collection, accountDeletion } } as const
    endsAt(decider.initial, datum, [dialogra], monthsLater(accountDeletion, 60, dialogra.timeZone)!)
  })

  // Planted: `accountRetention` left out of `endsUnder`.
  it.prop(
    `RET-UNTIL-ACCOUNT under ${dialogra.policy}: an account's data is readable until the account is deleted and never after`,
    [facts(dialogra).filter(({ events }) => events.purposeFulfilled === undefined)],
    (datum) => {
      const { accountDeletion, collection } = datum.events
      if (accountDeletion !== undefined) endsAt(decider.initial, datum, [dialogra], millis(accountDeletion))
      else
        expect(RetentionPolicy.isReadable(decider.initial, datum, [dialogra], later(collection, 9999 * day))).toBe(true)
    },
    runs,
  )
})

const hold = (
  matter: RetentionPolicy.Matter,
  at: DateTime.Utc,
  categories: ReadonlyArray<PersonalDataCategory>,
): Command => ({
  _tag: "PlaceLegalHold",
  at,
  hold: "6f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c01" as Uuid,
  matter,
  reference: "FR Code de commerce L123-22",
  categories,
})

describe.each(effective)("a contract under $policy", (policy) => {
  const facts = Retentions.someFacts(policy, interactionData)
  const commands = Retentions.someCommands(first(policy), policy.timeZone, interactionData)
  const histories = commands.map((list) => Retentions.accepted(list, { policy }))

  // Planted: `contractEnd` left out of `retentionEnd`.
  it.prop(
    "RET-CONTRACT-CAP, RET-NEC: nothing of an interaction is readable once the contract or its purpose has ended",
    [facts],
    (datum) => {
      const { collection, contractEnd, purposeFulfilled } = datum.events
      const end = RetentionPolicy.retentionEnd(decider.initial, datum, [policy])
      const capped = policy.parameters.retentionCap.map(({ after }) => after)
      const others = [
        ...(contractEnd === undefined ? [] : [millis(contractEnd)]),
        ...(purposeFulfilled === undefined ? [] : [millis(purposeFulfilled)]),
        ...(capped.includes("collection") ? [millis(Calendar.addTo(collection, "P12M", policy.timeZone))] : []),
      ]
      expect(end === undefined ? undefined : millis(end)).toBe(others.length === 0 ? undefined : Math.min(...others))
      if (end !== undefined) endsAt(decider.initial, datum, [policy], millis(end))
    },
    runs,
  )

  // Planted: `periodsSince` gives the period in force now.
  it.prop(
    "RET-NEC: a period that is set later shortens the retention of existing data and never lengthens it",
    [facts, histories, Retentions.aPeriod(), Retentions.aMoment(first(policy), policy.timeZone)],
    (datum, { state }, period, at) => {
      const noHolds: State = { ...state, holds: new Map() }
      const before = RetentionPolicy.retentionEnd(noHolds, datum, [policy])
      const set: Command = { _tag: "SetRetentionPeriod", at, category: datum.category, period }
      const { events, state: next } = Retentions.accepted([set], { policy }, noHolds)
      const after = RetentionPolicy.retentionEnd(next, datum, [policy])
      if (before !== undefined && millis(at) > millis(datum.events.collection)) {
        expect(millis(after!)).toBeLessThanOrEqual(millis(before))
      }
      if (events.length === 1) {
        const own = Calendar.addTo(datum.events.collection, period, policy.timeZone)
        // Data that a shorter period ends are kept until it is set: a hold that was placed by then holds them.
        expect(millis(after!)).toBeLessThanOrEqual(Math.max(millis(own), millis(at)))
      }
    },
    runs,
  )

  // Planted: `placedAt >= until` left out (what ended comes back); a hold on other categories counts; no reference asked for.
  it.prop(
    "RET-NEC: only a recorded hold with its law postpones an end, and ended data stay ended",
    [facts, histories],
    (datum, { state }) => {
      const plain = RetentionPolicy.retentionEnd({ ...state, holds: new Map() }, datum, [policy])
      const end = RetentionPolicy.retentionEnd(state, datum, [policy])
      const own = [...state.holds.values()].filter(({ categories }) => categories.includes(datum.category))
      if (plain === undefined) {
        expect(end).toBe(undefined)
        return
      }
      const reach = own
        .sort((one, other) => one.placedAt - other.placedAt)
        .reduce(
          (until, { placedAt, releasedAt }) => (placedAt < until ? Math.max(until, releasedAt ?? Infinity) : until),
          millis(plain),
        )
      expect(end === undefined ? Infinity : millis(end)).toBe(reach)
      if (end !== undefined) endsAt(state, datum, [policy], millis(end))
      const { reference: _, ...groundless } = hold("litigation", policy.at, ["ipAddress"]) as Extract<
        Command,
        { readonly _tag: "PlaceLegalHold" }
      >
      expect(refusal(state, groundless, { policy })).toBe("RET-NEC")
      const mayExtend = policy.parameters.retentionExtension !== "never"
      expect(refusal(state, hold("litigation", policy.at, ["ipAddress"]), { policy })).toBe(mayExtend ? "" : "RET-NEC")
    },
    runs,
  )

  // Planted: `!== "fixedByContract"` negated.
  it.prop(
    "RET-CONTRACT: nothing is collected before the contract has fixed how long it is kept, then it is",
    [histories, Retentions.aMoment(first(policy), policy.timeZone), fc.constantFrom(...interactionData)],
    ({ events, state }, at, category) => {
      const fixed = events.some(
        (event) =>
          event._tag === "RetentionPeriodSet" && event.category === category && millis(event.occurredAt) <= millis(at),
      )
      const free = policy.parameters.retentionPeriod === "asNeeded"
      expect(RetentionPolicy.mayCollect(state, category, policy, at)).toBe(free || fixed)
    },
    runs,
  )

  // Planted: `findLast` replaced by `find`.
  it.prop(
    "RET-PUBLISHED: the period in force can be read at any time",
    [histories, Retentions.aMoment(first(policy), policy.timeZone), fc.constantFrom(...interactionData)],
    ({ events, state }, at, category) => {
      let period: Period | undefined
      for (const event of events) {
        if (event._tag !== "RetentionPeriodSet" || event.category !== category) continue
        if (millis(event.occurredAt) <= millis(at)) period = event.period
      }
      expect(RetentionPolicy.periodAt(state, category, at)).toBe(period)
    },
    runs,
  )

  // Planted: the check of `remaining` left out; the check of `expiryOutcomes` left out; a run recorded twice.
  it.prop(
    "SWEEP, DEL-OR-ANON: a run is recorded once, when no day past its end remains and the policy lets data be deleted",
    [fc.constantFrom(0, 0, 1, 3), fc.nat(5), fc.boolean()],
    (remaining, deleted, mayDelete) => {
      const run = "6f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c02" as Uuid
      const expiryOutcomes: ReadonlyArray<"anonymised" | "deleted"> = mayDelete ? ["deleted"] : ["anonymised"]
      const context = { policy: { ...policy, parameters: { ...policy.parameters, expiryOutcomes } } }
      const command: Command = { _tag: "CompleteSweep", at: policy.at, run, deleted, remaining }
      const isKept = deleted > 0 && !mayDelete
      const good = remaining === 0 && !isKept
      expect(refusal(decider.initial, command, context)).toBe(good ? "" : remaining > 0 ? "SWEEP" : "DEL-OR-ANON")
      const once = Retentions.accepted([command], context)
      const twice = Retentions.accepted([command, { ...command, at: later(policy.at, day) }], context)
      expect(twice.events).toEqual(once.events)
      expect(once.events).toMatchObject(good ? [{ run, deleted, anonymised: 0 }] : [])
      expect(RetentionPolicy.isSweepDue(decider.initial, policy, policy.at)).toBe(true)
      expect(RetentionPolicy.isSweepDue(once.state, policy, later(policy.at, day - 1))).toBe(!good)
      expect(RetentionPolicy.isSweepDue(once.state, policy, later(policy.at, day))).toBe(true)
    },
    runs,
  )

  // Planted: a hold that is stored without its reference.
  it.prop(
    "replayed from its stored form it is in the same state",
    [histories],
    ({ events, state }) => {
      expect(Decider.replay(decider, events.map(stored(RetentionPolicy.codec)))).toEqual(state)
    },
    runs,
  )

  // Before days had streams of their own, a retention policy's stream could hold their counters.
  // Planted: `InteractionsAggregated` taken out of the list of the codec.
  it.prop(
    "an older stream that holds the counters of purged days is read, and they change nothing",
    [histories, Retentions.aCount()],
    ({ events, state }, counted) => {
      const counters: PurgedDay.Command = {
        _tag: "CountDay",
        at: later(policy.at, 30 * day),
        day: first(policy),
        batch: "6f0c8a51-6a0e-4c39-8d0f-5d1d3a2b7c03" as Uuid,
        counted,
      }
      const aggregated = Result.getOrThrow(PurgedDay.decider.decide(PurgedDay.initial, counters, { policy }))
      const older = [...events, ...aggregated].map(stored(RetentionPolicy.codec))
      expect(older.length).toBe(events.length + 1)
      expect(Decider.replay(decider, older)).toEqual(state)
    },
    { numRuns: 100 },
  )
})

describe("text that a person typed", () => {
  const typed: ReadonlyArray<PersonalDataCategory> = ["freeText", "surveyAnswer"]

  for (const policy of [v2019, v2021, dialogra]) {
    // Planted and found: a version of 2019 in which a change by the person ends nothing.
    it.prop(
      `FREETEXT-LIFE: under ${policy.policy} it ends when the person changes or deletes it, or with the retention`,
      [Retentions.someFacts(policy, typed)],
      (datum) => {
        const { changedOrDeletedByUser, ...others } = datum.events
        const plain = RetentionPolicy.retentionEnd(
          decider.initial,
          { ...datum, category: "ipAddress", events: others },
          [policy],
        )
        const ends = [plain, changedOrDeletedByUser].flatMap((end) => (end === undefined ? [] : [millis(end)]))
        const end = RetentionPolicy.retentionEnd(decider.initial, datum, [policy])
        expect(end === undefined ? undefined : millis(end)).toBe(ends.length === 0 ? undefined : Math.min(...ends))
        if (end !== undefined) endsAt(decider.initial, datum, [policy], millis(end))
      },
      runs,
    )
  }

  // Planted and found: an end with the retention under the 2016 version.
  it.prop(
    `FREETEXT-LIFE16 under ${v2016.policy}: it has no end in time while the contract runs`,
    [Retentions.someFacts(v2016, typed)],
    (datum) => {
      const { contractEnd, changedOrDeletedByUser } = datum.events
      const ends = [contractEnd, changedOrDeletedByUser].flatMap((end) => (end === undefined ? [] : [millis(end)]))
      if (ends.length > 0) endsAt(decider.initial, datum, [v2016], Math.min(...ends))
      else {
        const at = later(datum.events.collection, 9999 * day)
        expect(RetentionPolicy.isReadable(decider.initial, datum, [v2016], at)).toBe(true)
      }
    },
    runs,
  )
})

describe("STAT-FOREVER16", () => {
  // Planted: `policies.some` replaced by `every`: a later version would not bind existing data.
  it.prop(
    `STAT-FOREVER16 under ${v2016.policy}: technical data for statistics has no limit, and under no other version`,
    [Retentions.someFacts(v2016, ["terminalEnvironment", "connectionLog"]), fc.subarray([v2019, v2021, dialogra])],
    ({ category, events: { collection } }, others) => {
      const events = { collection, purposeFulfilled: collection }
      const datum: Facts = { category, about: "interaction", events, forTechnicalStatistics: true }
      const end = RetentionPolicy.retentionEnd(decider.initial, datum, [v2016, ...others])
      expect(end === undefined).toBe(others.length === 0)
      const other = { ...datum, forTechnicalStatistics: false }
      expect(RetentionPolicy.retentionEnd(decider.initial, other, [v2016])).toEqual(collection)
    },
    runs,
  )
})

describe("never loosened backwards", () => {
  const history: History.History = {
    adopted: [
      { from: DateTime.makeUnsafe("2019-03-05T00:00:00Z"), policy: dialonce20190305 },
      { from: DateTime.makeUnsafe("2021-02-17T00:00:00Z"), policy: dialonce20210217 },
    ],
  }

  // Planted: `policies.flatMap` replaced by the last policy's ends.
  it.prop(
    "RET-12M: data collected under the 2019 version keep their twelve months once the 2021 version is adopted",
    [Retentions.aMoment("2019-03-05", "Europe/Paris"), fc.constantFrom(...interactionData)],
    (collection, category) => {
      const datum: Facts = { category, about: "interaction", events: { collection } }
      const at = DateTime.makeUnsafe("2026-01-01T00:00:00Z")
      const resolved = Result.getOrThrow(resolve(history, { at, collectedAt: collection }))
      const isEarly = millis(collection) < millis(history.adopted[1]!.from)
      const policies = isEarly ? [v2019, v2021] : [v2021]
      for (const held of [policies, [resolved]]) {
        const end = RetentionPolicy.retentionEnd(decider.initial, datum, held)
        expect(end === undefined).toBe(!isEarly)
        if (!isEarly) continue
        const own = monthsLater(collection, 12, "Europe/Paris")
        if (own !== undefined) endsAt(decider.initial, datum, held, own)
      }
    },
    { numRuns: 1000 },
  )
})
