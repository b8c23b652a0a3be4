/**
 * Retention for property tests: periods around the caps, moments around leap days and the ends of months, histories of
 * periods and holds through the real decider, and days of interactions whose counters add up.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { Calendar, type Period, type PlainDate, UtcDay } from "@tacet/core/calendar"
import { type Identifier, type PurgedDay, RetentionPolicy } from "@tacet/core/domain"
import type { Uuid } from "@tacet/core/eventsourcing"
import type { EffectivePolicy } from "@tacet/core/policy"
import type { PersonalDataCategory } from "@tacet/core/privacy"
import { startOf } from "./ArbitraryRightsRequests.ts"

/**
 * A period that a contract may fix: mostly at a cap, a day below it, a day above it, or the same length in other words.
 */
export const aPeriod = (): fc.Arbitrary<Period.Period> =>
  fc.oneof(
    fc.constantFrom<Array<Period.Period>>("P12M", "P1Y", "P365D", "P366D", "P12M1D", "P11M", "P13M", "P52W", "P53W"),
    fc.constantFrom<Array<Period.Period>>("P6M", "P181D", "P184D", "P6M1D", "P1M", "P28D", "P29D", "P30D", "P31D"),
    fc.constantFrom<Array<Period.Period>>(
      "P3Y",
      "P36M",
      "P1095D",
      "P1096D",
      "P37M",
      "P10Y",
      "P120M",
      "P121M",
      "P5Y",
      "P1D",
    ),
    fc.integer({ min: 1, max: 4000 }).map((days): Period.Period => `P${days}D`),
  )

/**
 * A moment from a date on: often on a leap day, the last of a month or at midnight.
 */
export const aMoment = (from: PlainDate.PlainDate, timeZone: string): fc.Arbitrary<DateTime.Utc> =>
  fc
    .record({
      date: fc.oneof(
        fc.constantFrom<Array<PlainDate.PlainDate>>(
          "2020-02-29",
          "2021-01-31",
          "2024-02-29",
          "2022-03-31",
          "2021-12-31",
        ),
        fc.integer({ min: 1, max: 2000 }).map((days) => Calendar.addDays(from, days)),
      ),
      time: fc.oneof(fc.constantFrom(0, 1, UtcDay.dayMillis / 2), fc.integer({ min: 0, max: 80_000_000 })),
    })
    .filter(({ date }) => date > from)
    .map(({ date, time }) => DateTime.makeUnsafe(startOf(date, timeZone) + time))

const aUuid: fc.Arbitrary<Uuid.Uuid> = fc.uuid({ version: 4 }).map((uuid) => uuid as Uuid.Uuid)

/**
 * The state after commands, refused ones left out.
 */
export const accepted = (
  commands: ReadonlyArray<RetentionPolicy.Command>,
  context: RetentionPolicy.Context,
  from: RetentionPolicy.State = RetentionPolicy.decider.initial,
): { readonly state: RetentionPolicy.State; readonly events: ReadonlyArray<RetentionPolicy.Event> } => {
  let state = from
  const events: Array<RetentionPolicy.Event> = []
  for (const command of commands) {
    const decision = RetentionPolicy.decider.decide(state, command, context)
    if (Result.isFailure(decision)) continue
    events.push(...decision.success)
    state = decision.success.reduce(RetentionPolicy.decider.evolve, state)
  }
  return { state, events }
}

/**
 * Commands that fix periods and place and release holds on categories, in the order of time.
 */
export const someCommands = (
  from: PlainDate.PlainDate,
  timeZone: string,
  categories: ReadonlyArray<PersonalDataCategory.PersonalDataCategory>,
): fc.Arbitrary<ReadonlyArray<RetentionPolicy.Command>> => {
  const at = aMoment(from, timeZone)
  const category = fc.constantFrom(...categories)
  const set = fc
    .record({ at, category, period: aPeriod() })
    .map((drawn): ReadonlyArray<RetentionPolicy.Command> => [{ _tag: "SetRetentionPeriod", ...drawn }])
  const hold = fc
    .record({
      at,
      hold: aUuid,
      matter: fc.constantFrom(...RetentionPolicy.Matter.literals),
      category,
      days: fc.option(fc.integer({ min: 0, max: 900 })),
    })
    .map(({ at, category, days, hold, matter }): ReadonlyArray<RetentionPolicy.Command> => [
      { _tag: "PlaceLegalHold", at, hold, matter, reference: "FR Code de commerce L123-22", categories: [category] },
      ...(days === null
        ? []
        : [
            {
              _tag: "ReleaseLegalHold" as const,
              at: DateTime.makeUnsafe(DateTime.toEpochMillis(at) + days * UtcDay.dayMillis),
              hold,
            },
          ]),
    ])
  return fc
    .array(fc.oneof({ weight: 2, arbitrary: set }, { weight: 1, arbitrary: hold }), { maxLength: 6 })
    .map((lists) =>
      lists.flat().sort((one, other) => DateTime.toEpochMillis(one.at) - DateTime.toEpochMillis(other.at)),
    )
}

/**
 * The events on which a datum's end depends: each may have happened after its collection or not.
 */
export const someFacts = (
  policy: EffectivePolicy.EffectivePolicy,
  categories: ReadonlyArray<PersonalDataCategory.PersonalDataCategory>,
  about: RetentionPolicy.Facts["about"] = "interaction",
): fc.Arbitrary<RetentionPolicy.Facts> => {
  const later = fc.option(fc.oneof(fc.integer({ min: 0, max: 900 * UtcDay.dayMillis }), fc.constantFrom(0, 1)), {
    nil: undefined,
  })
  return fc
    .record({
      category: fc.constantFrom(...categories),
      collection: aMoment(Calendar.localDate(policy.at, policy.timeZone), policy.timeZone),
      after: fc.record({
        purposeFulfilled: later,
        changedOrDeletedByUser: later,
        contractEnd: later,
        relationshipEnd: later,
        accountDeletion: later,
      }),
    })
    .map(({ after, category, collection }) => ({
      category,
      about,
      events: {
        collection,
        ...Object.fromEntries(
          Object.entries(after).flatMap(([event, millis]) =>
            millis === undefined
              ? []
              : [[event, DateTime.makeUnsafe(DateTime.toEpochMillis(collection) + millis)] as const],
          ),
        ),
      },
    }))
}

const outcomes = ["effective", "attemptFailed", "goal", "handedOff", "left"] as const

/**
 * The counters of interactions that are about to go: journeys of few and of many persons, every window whole.
 */
export const aCount = (): fc.Arbitrary<PurgedDay.CountedDay> =>
  fc
    .record({
      excluded: fc.nat(3),
      bounced: fc.nat(5),
      calls: fc.nat(20),
      journeys: fc.uniqueArray(
        fc.record({
          steps: fc.array(fc.constantFrom("start", "invoice", "faq"), { minLength: 1, maxLength: 3 }),
          persons: fc.oneof(fc.constantFrom(1, 4, 5, 9, 10, 11), fc.integer({ min: 1, max: 40 })),
          outcome: fc.constantFrom(...outcomes),
          again: fc.nat(3),
        }),
        { maxLength: 8, selector: ({ steps }) => steps.join("/") },
      ),
    })
    .map(({ bounced, calls, excluded, journeys }) => {
      const counted = journeys.map(({ again, outcome, persons, steps }) => ({
        steps: steps as ReadonlyArray<string> as ReadonlyArray<Identifier.StepId>,
        persons,
        effective: 0,
        attemptFailed: 0,
        goal: 0,
        handedOff: 0,
        left: 0,
        [outcome]: persons + again,
      }))
      const sum = (outcome: (typeof outcomes)[number]) =>
        counted.reduce((total, journey) => total + journey[outcome], 0)
      const window = {
        effective: sum("effective"),
        attemptFailed: sum("attemptFailed"),
        goal: sum("goal"),
        handedOff: sum("handedOff"),
        left: sum("left"),
        bounced,
        linkable: 0,
        linkableNoEffective: 0,
      }
      const total = outcomes.reduce((all, outcome) => all + sum(outcome), bounced)
      return {
        started: total + excluded,
        excluded,
        windows: [window, window, window, window],
        calls: { total: calls, legs: calls, effective: 0, notHuman: 0, humanUnknown: 0 },
        journeys: counted,
      }
    })
