import { layer } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Customer from "../domain/Customer.ts"
import type * as Identifier from "../domain/Identifier.ts"
import * as Interaction from "../domain/Interaction.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import * as EventStore from "../eventsourcing/EventStore.ts"
import * as ExpectedVersion from "../eventsourcing/ExpectedVersion.ts"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import { ArbitraryInteractions } from "@tacet/testing"
import * as Definition from "./Definition.ts"
import * as Deflection from "./Deflection.ts"

const customer = "b8f5a8de-51b4-4f57-9ff0-c5c9c1f7a001" as CustomerId
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const noon = Date.UTC(2026, 2, 10, 12)

const uuid = (number: number): Uuid => `00000000-0000-4000-8000-${number.toString(16).padStart(12, "0")}` as Uuid
const callId = (number: number) => uuid(0xca11_0000 + number) as Identifier.CallId
const moment = (at: number): DateTime.Utc => DateTime.makeUnsafe(at)

type Command = Interaction.Command

const start = (at: number, options?: { linkable?: boolean; trigger?: Interaction.Trigger }): Command => ({
  _tag: "StartInteraction",
  at: moment(at),
  trigger: options?.trigger ?? {
    _tag: "contactRequest",
    channel: "web",
    entryPoint: ArbitraryInteractions.listedEntryPoint,
  },
  interface: "web" as Identifier.InterfaceId,
  linkable: options?.linkable ?? true,
})
const step = (at: number, name: string): Command => ({
  _tag: "TakeStep",
  at: moment(at),
  step: name as Identifier.StepId,
  kind: "page",
})
const end = (at: number): Command => ({ _tag: "EndInteraction", at: moment(at), reason: "completed" })
const call = (
  at: number,
  outcome: {
    human?: Interaction.PersonReached
    talk?: number
    disposition?: Interaction.Disposition
    legs?: number
    asksForPerson?: boolean
    number?: number
  } = {},
): ReadonlyArray<Command> => [
  {
    _tag: "PlaceCall",
    at: moment(at),
    call: callId(outcome.number ?? 1),
    number: ArbitraryInteractions.listedNumber,
    asksForPerson: outcome.asksForPerson ?? true,
  },
  ...(outcome.human === undefined
    ? []
    : [{ _tag: "AnswerCall" as const, at: moment(at), call: callId(outcome.number ?? 1), human: outcome.human }]),
  {
    _tag: "EndCall",
    at: moment(at + (outcome.talk ?? 0) * 1000),
    call: callId(outcome.number ?? 1),
    talkSeconds: outcome.talk ?? 0,
    disposition: outcome.disposition ?? "answered",
    legs: outcome.legs ?? 1,
  },
]

/** A log that grows by batches of commands for numbered interactions, and is folded as it grows. */
const folded = (definition: Partial<Definition.Definition> = {}, options?: { readonly until?: number }) => {
  const state = Deflection.empty(Definition.make(definition), options)
  const known = new Map<number, Array<Command>>()
  let checkpoint = 0
  let commits = 0
  const record = (batches: Readonly<Record<number, ReadonlyArray<Command>>>) =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      for (const [key, commands] of Object.entries(batches)) {
        const before = known.get(Number(key)) ?? []
        const all = [...before, ...commands]
        const events = ArbitraryInteractions.accepted(all)
        const old = ArbitraryInteractions.accepted(before).length
        known.set(Number(key), all)
        if (events.length === old) continue
        yield* store.append({
          customer,
          commitId: uuid(0xc0_0000 + ++commits),
          writes: [
            {
              stream: Interaction.streamOf(uuid(Number(key))),
              expected: ExpectedVersion.exact(old),
              events: events.slice(old).map(Interaction.codec.encode),
            },
          ],
        })
      }
      const chunk = yield* store.readLog(customer, { after: checkpoint })
      checkpoint = chunk.through
      yield* Deflection.apply(state, chunk, customer)
    })
  const report = (asOf?: number) =>
    Deflection.report(state, { customer, declared: [], ...(asOf === undefined ? {} : { asOf }) })
  return { state, record, report }
}

const reportOf = (
  batches: Readonly<Record<number, ReadonlyArray<Command>>>,
  options: { definition?: Partial<Definition.Definition>; asOf?: number; until?: number } = {},
) =>
  Effect.gen(function* () {
    const log = folded(options.definition, options.until === undefined ? undefined : { until: options.until })
    yield* log.record(batches)
    return log.report(options.asOf ?? noon + 30 * day)
  }).pipe(Effect.provide(layer, { local: true }))

describe("STAT-NOCALL: the edge cases of the deflection statistics", () => {
  it.effect("still open: counted in open, in no rate", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({ 1: [start(noon), step(noon, "start")] }, { asOf: noon + 29 * minute })
      expect(report.interactions).toMatchObject({ started: 1, open: 1, pending: 0, deflected: 0 })
      expect(report.rates.PT24H.noEffectiveCall).toMatchObject({ k: 0, n: 0, rate: null, open: 1 })
    }),
  )

  it.effect("idle for the idle time: ended at its last activity, not at the end of the idle time", () =>
    Effect.gen(function* () {
      const events = { 1: [start(noon), step(noon, "start")] }
      expect((yield* reportOf(events, { asOf: noon + 30 * minute })).interactions).toMatchObject({
        open: 0,
        pending: 1,
      })
      expect((yield* reportOf(events, { asOf: noon + day })).interactions).toMatchObject({ pending: 0, deflected: 1 })
    }),
  )

  it.effect("window not elapsed: pending, and changes the bounds only", () =>
    Effect.gen(function* () {
      const report = yield* reportOf(
        {
          1: [start(noon - 3 * day), end(noon - 3 * day)],
          2: [start(noon), end(noon)],
          3: [start(noon), ...call(noon, { human: true, talk: 60 }), end(noon)],
        },
        { asOf: noon + hour },
      )
      expect(report.interactions).toMatchObject({ started: 3, pending: 2, deflected: 1, effective: 0 })
      expect(report.rates.PT24H.noEffectiveCall).toMatchObject({ k: 1, n: 1, pending: 2 })
      // One pending interaction has an effective call already, so it can never count without one.
      expect(report.rates.PT24H.bounds).toEqual([1 / 3, 2 / 3])
    }),
  )

  it.effect.each(
    (
      [
        "menuAbandoned",
        "queueAbandoned",
        "shortAbandoned",
        "busy",
        "noAnswer",
        "cancelled",
        "failed",
        "voicemail",
        "closed",
      ] as const
    ).map((disposition) => ({ disposition })),
  )("placed, then $disposition: an attempt that failed, with its reason", ({ disposition }) =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), step(noon, "start"), ...call(noon + minute, { disposition })],
      })
      expect(report.interactions).toMatchObject({ attemptFailed: 1, deflected: 0, effective: 0 })
      expect(report.failedReasons).toEqual({ [disposition]: 1 })
    }),
  )

  it.effect("call inhibited, nothing more: no attempt, deflected", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [
          start(noon, { trigger: { _tag: "outgoingCall", number: ArbitraryInteractions.listedNumber } }),
          { _tag: "InhibitCall", at: moment(noon) },
          step(noon, "start"),
        ],
      })
      expect(report.interactions).toMatchObject({ deflected: 1, attemptFailed: 0 })
      expect(report.quality.overrodeInhibition).toBe(0)
    }),
  )

  it.effect("inhibited, then placed anyway: the usual outcome, and counted apart", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [
          start(noon, { trigger: { _tag: "outgoingCall", number: ArbitraryInteractions.listedNumber } }),
          { _tag: "InhibitCall", at: moment(noon) },
          ...call(noon + minute, { human: true, talk: 30 }),
        ],
      })
      expect(report.interactions).toMatchObject({ effective: 1, deflected: 0 })
      expect(report.quality.overrodeInhibition).toBe(1)
    }),
  )

  it.effect("redirected: deflected, handed off; a later call flips it", () =>
    Effect.gen(function* () {
      const redirected: ReadonlyArray<Command> = [
        start(noon),
        step(noon, "start"),
        { _tag: "RedirectToCustomer", at: moment(noon + minute), to: "customerArea" },
      ]
      const before = yield* reportOf({ 1: redirected })
      expect(before.deflectedKinds).toMatchObject({ handedOff: 1, left: 0 })
      expect(before.rates.PT24H.handedOff).toMatchObject({ k: 1, n: 1 })
      const failed = yield* reportOf({ 1: [...redirected, ...call(noon + hour, { disposition: "busy" })] })
      expect(failed.interactions).toMatchObject({ attemptFailed: 1, deflected: 0 })
      const after = yield* reportOf({ 1: [...redirected, ...call(noon + hour, { human: true, talk: 30 })] })
      expect(after.interactions).toMatchObject({ effective: 1, deflected: 0 })
      expect(after.journeys.mostUsed[0]).toMatchObject({ steps: ["start"], effectiveCalls: 1 })
    }),
  )

  it.effect("no pseudonym: in all rates, in no noRepeat, and out of the linkable share", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({ 1: [start(noon, { linkable: false })], 2: [start(noon)] })
      expect(report.rates.PT24H.noEffectiveCall).toMatchObject({ k: 2, n: 2 })
      expect(report.rates.PT24H.linkable).toMatchObject({ k: 1, n: 2 })
      expect(report.rates.PT24H.noEffectiveCallLinkable).toMatchObject({ k: 1, n: 1 })
      expect(report.noRepeat.PT24H).toMatchObject({ k: 1, n: 1 })
    }),
  )

  it.effect("the same command again adds nothing", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), start(noon), ...call(noon, { human: true, talk: 5 }), ...call(noon, { human: true, talk: 5 })],
      })
      expect(report.interactions.started).toBe(1)
      expect(report.calls).toMatchObject({ total: 1, effective: 1 })
    }),
  )

  it.effect("late, within the lateness: settles once, correctly", () =>
    Effect.gen(function* () {
      const log = folded()
      yield* log.record({ 1: [start(noon)], 2: [start(noon + 30 * day)] })
      Deflection.publish(log.state)
      yield* log.record({ 2: call(noon + 30 * day - 30 * minute + hour, { human: true, talk: 9 }) })
      expect(log.report().restated).toEqual([])
    }).pipe(Effect.provide(layer, { local: true })),
  )

  it.effect("late, after settlement: the new contribution replaces the old one, the day is restated with both", () =>
    Effect.gen(function* () {
      const log = folded()
      const much = noon + 30 * day
      const later = { 2: [start(much)], 3: [start(much)], 4: [start(much)], 5: [start(much)] }
      yield* log.record({ 1: [start(noon), step(noon, "start")], ...later })
      Deflection.publish(log.state)
      expect(log.report().rates.PT24H.noEffectiveCall).toMatchObject({ k: 1, n: 1 })
      expect(log.state.live.has(uuid(1))).toBe(false)
      yield* log.record({ 1: call(noon + hour, { human: true, talk: 30 }) })
      const report = log.report()
      expect(report.rates.PT24H.noEffectiveCall).toMatchObject({ k: 0, n: 1 })
      expect(report.restated).toEqual(
        ["PT24H", "PT72H", "P7D"].map((window) => ({
          day: "2026-03-10",
          window,
          before: { k: 1, n: 1 },
          after: { k: 0, n: 1 },
        })),
      )
      const rebuilt = folded()
      yield* rebuilt.record({})
      expect({ ...rebuilt.report(), restated: report.restated }).toEqual(report)
    }).pipe(Effect.provide(layer, { local: true })),
  )

  it.effect("out of order: steps count in the order in which they happened", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), step(noon + 2 * minute, "second"), step(noon + minute, "first"), step(noon + minute, "again")],
      })
      expect(report.journeys.mostUsed[0]!.steps).toEqual(["first", "again", "second"])
    }),
  )

  it.effect("a transfer or a conference: one call, one effective, its legs counted", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({ 1: [start(noon), ...call(noon, { human: true, talk: 60, legs: 3 })] })
      expect(report.calls).toMatchObject({ total: 1, legs: 3, effective: 1 })
    }),
  )

  it.effect("a machine first, a person by transfer: effective", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [
          start(noon),
          {
            _tag: "PlaceCall",
            at: moment(noon),
            call: callId(1),
            number: ArbitraryInteractions.listedNumber,
            asksForPerson: true,
          },
          { _tag: "AnswerCall", at: moment(noon), call: callId(1), human: false },
          { _tag: "AnswerCall", at: moment(noon + minute), call: callId(1), human: true },
          {
            _tag: "EndCall",
            at: moment(noon + hour),
            call: callId(1),
            talkSeconds: 60,
            disposition: "answered",
            legs: 2,
          },
        ],
      })
      expect(report.calls).toMatchObject({ effective: 1, notHuman: 0 })
    }),
  )

  it.effect("two interactions, one call: it is in one stream, the earlier one is a repeat", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), { _tag: "ObserveRecontact", at: moment(noon + day), class: "within24Hours" }],
        2: [start(noon + hour), ...call(noon + 2 * hour, { human: true, talk: 10 })],
      })
      expect(report.interactions).toMatchObject({ deflected: 1, effective: 1 })
      expect(report.noRepeat.PT24H).toMatchObject({ k: 0, n: 1 })
      expect(report.noRepeat.P7D).toMatchObject({ k: 0, n: 1 })
    }),
  )

  it.effect("came back after two days: a repeat within 72 hours, none within 24", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), { _tag: "ObserveRecontact", at: moment(noon + 3 * day), class: "within72Hours" }],
      })
      expect([report.noRepeat.PT24H.k, report.noRepeat.PT72H.k, report.noRepeat.P7D.k]).toEqual([1, 0, 0])
    }),
  )

  it.effect("answered by voicemail or a menu: not a person, an attempt that failed", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), ...call(noon, { human: false, talk: 40, disposition: "voicemail" })],
      })
      expect(report.interactions).toMatchObject({ attemptFailed: 1, effective: 0 })
      expect(report.calls).toMatchObject({ notHuman: 1, effective: 0 })
    }),
  )

  it.effect("only a disposition known: effective by default, not so when asked, counted as unknown either way", () =>
    Effect.gen(function* () {
      const events = { 1: [start(noon), ...call(noon, { human: "unknown", talk: 40 })] }
      expect((yield* reportOf(events)).interactions.effective).toBe(1)
      const strict = yield* reportOf(events, { definition: { unknownHuman: "not-effective" } })
      expect(strict.interactions).toMatchObject({ effective: 0, attemptFailed: 1 })
      expect(strict.calls.humanUnknown).toBe(1)
    }),
  )

  it.effect("talk time: strictly more than the threshold", () =>
    Effect.gen(function* () {
      const events = { 1: [start(noon), ...call(noon, { human: true, talk: 10 })] }
      expect((yield* reportOf(events, { definition: { minTalkSeconds: 10 } })).interactions.effective).toBe(0)
      expect((yield* reportOf(events, { definition: { minTalkSeconds: 9 } })).interactions.effective).toBe(1)
      const answeredForNoTime = { 1: [start(noon), ...call(noon, { human: true, talk: 0 })] }
      expect((yield* reportOf(answeredForNoTime)).interactions).toMatchObject({ effective: 0, attemptFailed: 1 })
    }),
  )

  it.effect("the triggering call: no attempt while it stays in the menu, effective if a person answers it", () =>
    Effect.gen(function* () {
      const trigger: Interaction.Trigger = { _tag: "incomingCall", number: ArbitraryInteractions.listedNumber }
      const menu = yield* reportOf({
        1: [
          start(noon, { trigger }),
          ...call(noon, { asksForPerson: false, human: false, talk: 20, disposition: "automated" }),
        ],
      })
      expect(menu.interactions).toMatchObject({ deflected: 1, attemptFailed: 0 })
      expect(menu.calls).toMatchObject({ total: 1, notHuman: 1 })
      const answered = yield* reportOf({
        1: [start(noon, { trigger }), ...call(noon, { asksForPerson: false, human: true, talk: 20 })],
      })
      expect(answered.interactions).toMatchObject({ effective: 1 })
    }),
  )

  it.effect("around midnight and the change of the clocks: the day of the start, in the Customer's zone", () =>
    Effect.gen(function* () {
      // 2026-03-29 01:00 UTC: the clocks of Paris go from 02:00 to 03:00.
      const beforeMidnight = Date.UTC(2026, 2, 28, 22, 59)
      const afterMidnight = Date.UTC(2026, 2, 28, 23, 1)
      const afterChange = Date.UTC(2026, 2, 29, 22, 30)
      const report = yield* reportOf(
        {
          1: [start(beforeMidnight), step(afterMidnight, "start")],
          2: [start(afterMidnight)],
          3: [start(afterChange)],
        },
        { definition: { timeZone: "Europe/Paris" } },
      )
      expect(report.trend.map(({ day: date, started }) => [date, started])).toEqual([
        ["2026-03-28", 1],
        ["2026-03-29", 1],
        ["2026-03-30", 1],
      ])
    }),
  )

  it.effect("failed attempts by weekday and hour, in the Customer's zone", () =>
    Effect.gen(function* () {
      // A Tuesday, 12:00 UTC: 13:00 in Paris.
      const report = yield* reportOf(
        { 1: [start(noon), ...call(noon, { disposition: "busy" })] },
        { definition: { timeZone: "Europe/Paris" } },
      )
      expect(report.failedByHour[1]![13]).toBe(1)
      expect(report.failedByHour.flat().reduce((sum, count) => sum + count, 0)).toBe(1)
    }),
  )

  it.effect("test, bot and void: excluded from everything, and counted as such", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [
          start(noon),
          step(noon, "start"),
          ...call(noon, { human: true, talk: 60 }),
          { _tag: "ExcludeInteraction", at: moment(noon), reason: "test" },
        ],
      })
      expect(report.interactions).toMatchObject({ started: 1, excluded: 1, effective: 0 })
      expect(report.calls.total).toBe(0)
      expect(report.journeys.interactions).toBe(0)
      expect(report.rates.PT24H.effective).toMatchObject({ k: 0, n: 0, rate: null, excluded: 1 })
    }),
  )

  it.effect("windows: a call after 48 hours counts in 72 hours and 7 days, not in 24", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({
        1: [start(noon), end(noon), ...call(noon + 2 * day, { human: true, talk: 60 })],
      })
      expect(Definition.windows.map((window) => report.rates[window].effective.k)).toEqual([0, 0, 1, 1])
    }),
  )

  it.effect("nothing at all: rates are null, the report is whole", () =>
    Effect.gen(function* () {
      const report = yield* reportOf({}, { asOf: noon })
      expect(report.rates.PT24H.noEffectiveCall.rate).toBeNull()
      expect(report.rates.PT24H.bounds).toBeNull()
      expect(report.journeys).toMatchObject({ distinct: 0, interactions: 0, mostUsed: [] })
    }),
  )

  it.effect("LISTED: a call to a number that the Customer does not list is invisible, by contract", () =>
    Effect.gen(function* () {
      const [placed] = call(noon + minute)
      const unlisted = { ...placed, number: uuid(0x0bad) as Identifier.ListedNumberId } as Command
      const report = yield* reportOf({ 1: [start(noon), unlisted] })
      expect(report.calls.total).toBe(0)
      expect(report.interactions).toMatchObject({ deflected: 1, attemptFailed: 0 })
    }),
  )

  it("LISTED: a call is judged by the list of its own moment, not by that of today", () => {
    const unlisted = Result.getOrThrow(
      Customer.decider.decide(
        ArbitraryInteractions.declaredState,
        { _tag: "UnlistNumber", at: moment(noon + hour), number: ArbitraryInteractions.listedNumber },
        Customer.published,
      ),
    ).reduce(Customer.decider.evolve, ArbitraryInteractions.declaredState)
    const before = ArbitraryInteractions.accepted([start(noon), ...call(noon + hour - 1)], unlisted)
    const after = ArbitraryInteractions.accepted([start(noon), ...call(noon + hour)], unlisted)
    expect(before.map(({ _tag }) => _tag)).toEqual(["InteractionStarted", "CallPlaced", "CallEnded"])
    expect(after.map(({ _tag }) => _tag)).toEqual(["InteractionStarted"])
  })

  it.effect("SEPARATE: no event of an interaction names a person, so forgetting one changes no figure", () =>
    Effect.gen(function* () {
      const store = yield* EventStore.EventStore
      const log = folded()
      yield* log.record({
        1: [
          start(noon),
          step(noon, "start"),
          { _tag: "ObserveRecontact", at: moment(noon + day), class: "within24Hours" },
        ],
        2: [start(noon + hour), ...call(noon + 2 * hour, { human: true, talk: 9 })],
      })
      const own = new Set([
        uuid(1),
        uuid(2),
        callId(1),
        ArbitraryInteractions.listedNumber,
        ArbitraryInteractions.listedEntryPoint,
        customer,
      ] as Array<string>)
      const { events } = yield* store.readLog(customer)
      for (const { data } of events) {
        const references = data.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? []
        expect(references.filter((reference) => !own.has(reference))).toEqual([])
      }
      // Neither interaction names the other, though the same person made both.
      const streamOfTwo = events.filter(({ stream }) => stream.id === uuid(2)).map(({ data }) => data)
      expect(streamOfTwo.join()).not.toContain(uuid(1))
    }).pipe(Effect.provide(layer, { local: true })),
  )

  it.effect("as of a past moment: what happened later is not known yet", () =>
    Effect.gen(function* () {
      const events = {
        1: [start(noon), end(noon), ...call(noon + hour, { human: true, talk: 60 })],
        2: [start(noon + 10 * day)],
      }
      const past = yield* reportOf(events, { until: noon + minute, asOf: noon + minute })
      expect(past.interactions).toMatchObject({ started: 1, pending: 1, effective: 0 })
      expect(past.asOf).toBe("2026-03-10T12:01:00.000Z")
    }),
  )

  it.effect("STAT-JOURNEY: least used: declared and unused, declared and rare, the tail as one line", () =>
    Effect.gen(function* () {
      const log = folded({ rareBelow: 2 })
      yield* log.record({
        1: [start(noon), step(noon, "start"), step(noon, "invoice")],
        2: [start(noon), step(noon, "start"), step(noon, "invoice")],
        3: [start(noon), step(noon, "moving")],
      })
      const journey = (...steps: Array<string>) => steps as Array<Identifier.StepId>
      const report = Deflection.report(log.state, {
        customer,
        asOf: noon + 30 * day,
        declared: [
          {
            _tag: "ScenarioPublished",
            occurredAt: moment(0),
            scenario: "help" as Identifier.ScenarioId,
            steps: journey("start", "invoice", "moving", "faq").map((name) => ({ step: name, kind: "page" as const })),
            journeys: [journey("start", "invoice"), journey("start", "faq"), journey("moving")],
            goals: [],
          },
        ],
      })
      expect(report.journeys.leastUsed).toEqual({
        declaredUnused: [{ scenario: "help", steps: ["start", "faq"], interactions: 0 }],
        declaredScreensUnused: [{ scenario: "help", step: "faq" }],
        declaredRare: [{ scenario: "help", steps: ["start", "invoice"], interactions: 2 }],
        tail: { journeys: 1, interactions: 1, share: 1 / 3, below: 2 },
      })
    }).pipe(Effect.provide(layer, { local: true })),
  )

  it.effect("STAT-JOURNEY: calls by volume and by rate are two rankings", () =>
    Effect.gen(function* () {
      const many = Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => {
          const name = index < 40 ? "big" : index < 55 ? "bad" : "tiny"
          const calls = name === "big" ? index < 20 : name === "bad" ? index < 54 : true
          return [
            index + 1,
            [start(noon), step(noon, name), ...(calls ? call(noon, { human: true, talk: 60, number: index }) : [])],
          ]
        }),
      )
      const report = yield* reportOf(many)
      expect(report.journeys.mostCallsByVolume.map(({ steps }) => steps[0])).toEqual(["big", "bad", "tiny"])
      // "tiny" has a rate of 1 from five interactions: too few to be ranked.
      expect(report.journeys.mostCallsByRate.map(({ steps }) => steps[0])).toEqual(["bad", "big"])
    }),
  )

  it.effect("a wrong clock: once it is excluded, the figures are those without it", () =>
    Effect.gen(function* () {
      const others = {
        1: [start(noon), step(noon, "start"), end(noon + minute)],
        2: [start(noon + day), step(noon + day, "start")],
      }
      const later = { 2: call(noon + day + 2 * hour, { human: true, talk: 60 }), 3: [start(noon + 2 * day)] }
      const [year, log, without] = [365 * day, folded(), folded()]
      yield* log.record(others)
      yield* log.record({ 9: [start(noon + year), step(noon + year, "start")] })
      // One clock alone settles no other interaction.
      expect(Array.from(log.state.live.keys())).toEqual([1, 2, 9].map(uuid))
      yield* log.record({
        9: [{ _tag: "ExcludeInteraction", at: moment(noon + year + minute), reason: "void" }],
        ...later,
      })
      yield* without.record(others).pipe(Effect.andThen(without.record(later)), Effect.provide(layer, { local: true }))
      expect(Deflection.watermark(log.state)).toBe(Deflection.watermark(without.state))
      const [{ interactions, trend, ...figures }, expected] = [log.report(), without.report()]
      expect(interactions).toEqual({ ...expected.interactions, started: 4, excluded: 1 })
      expect([figures.asOf, figures.journeys.mostUsed.length, figures.calls]).toEqual([
        expected.asOf,
        expected.journeys.mostUsed.length,
        expected.calls,
      ])
      expect(trend.slice(0, -1).map(({ day: name }) => name)).toEqual(expected.trend.map(({ day: name }) => name))
    }).pipe(Effect.provide(layer, { local: true })),
  )

  it.effect("a moment before the watermark: refused, and answered by a fold up to it", () =>
    Effect.gen(function* () {
      const log = folded()
      yield* log.record({ 1: [start(noon), step(noon, "start")], 2: [start(noon + 2 * day)] })
      const asOf = noon + 10 * minute
      expect(() => log.report(asOf)).toThrow(Deflection.MomentPassed)
      const past = yield* Deflection.stateAt(log.state.definition, customer, asOf)
      const report = Deflection.report(past, { customer, declared: [], asOf })
      expect(report.interactions).toMatchObject({ started: 1, open: 1 })
      expect(report.asOf).toBe(DateTime.formatIso(moment(asOf)))
    }).pipe(Effect.provide(layer, { local: true })),
  )
})
