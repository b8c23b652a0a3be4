/**
 * What nobody reports of an interaction: that it is idle, that a later call belongs to it, that the person came back. Each
 * verb is compared with what the visits of a person say by themselves.
 */
import { layer as eventStores, VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import type * as Customer from "../../domain/Customer.ts"
import type {
  CallId,
  EntryPointId,
  InterfaceId,
  ListedNumberId,
  PolicyVersionId,
  StepId,
} from "../../domain/Identifier.ts"
import type * as Interaction from "../../domain/Interaction.ts"
import type * as DomainVisit from "../../domain/Visit.ts"
import { EventStore } from "../../eventsourcing/EventStore.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { holding } from "../../policy/laws.testing.ts"
import { standard } from "../../statistics/Definition.ts"
import * as Deflection from "../../statistics/Deflection.ts"
import { Customers, layer as customersLayer } from "../Customers.ts"
import { type CallCommand, Interactions, type Known, layer as interactionsLayer } from "../Interactions.ts"
import { type AtEachCall, disturbed, disturbedProjections, undisturbed } from "../ports.testing.ts"
import { Elsewhere } from "../Retention.ts"
import { customer, dawn, day, deadly, moment, refusalOf } from "../scene.testing.ts"
import { contractUnder, listing, triggerUnder } from "../versions.testing.ts"

const minute = 60_000
const numbers = [Uuid.derived("number 0"), Uuid.derived("number 1")] as ReadonlyArray<Uuid.Uuid> as readonly [
  ListedNumberId,
  ListedNumberId,
]
const entryPoint = Uuid.derived("entry point") as EntryPointId
const at = (millis: number) => DateTime.makeUnsafe(millis)

const over = (around: AtEachCall = undisturbed) =>
  Layer.merge(customersLayer, interactionsLayer).pipe(
    Layer.provideMerge(
      Layer.provideMerge(
        Layer.merge(disturbed(around), disturbedProjections(around)),
        Layer.merge(VaultMemory.layerOver(VaultMemory.make()), eventStores),
      ),
    ),
    Layer.provide(Layer.succeed(Elsewhere, true)),
  )

/** One of the interactions of a person, in minutes from the beginning. */
const aVisit = fc.record({
  start: fc.nat({ max: 12 * 24 * 60 }),
  /** A page, or a call from one of the numbers, shown in an interface or not. */
  by: fc.constantFrom("page", "call 0", "call 1", "menu"),
  /** How long after the start a step was taken. */
  steps: fc.array(fc.nat({ max: 3 * 24 * 60 }), { maxLength: 2 }),
  mark: fc.constantFrom("none", "none", "excluded", "ended"),
})
type Visit = typeof aVisit extends fc.Arbitrary<infer A> ? A : never

const idOf = (place: number) => Uuid.derived("visit", String(place))
const startOf = ({ start }: Visit) => dawn + start * minute
const seenLast = (visit: Visit) => startOf(visit) + Math.max(0, ...visit.steps) * minute
/** It ends a day after the last step. */
const endOf = (visit: Visit) => seenLast(visit) + (visit.mark === "ended" ? day : 0)

const commandsOf = (visit: Visit): ReadonlyArray<Interaction.Command> => {
  const { by, mark, steps } = visit
  const number = numbers[by === "call 1" ? 1 : 0]
  const trigger: Interaction.Trigger =
    by === "page" ? { _tag: "contactRequest", channel: "web", entryPoint } : { _tag: "incomingCall", number }
  const shown = (by === "menu" ? "phone-menu" : "web") as InterfaceId
  return [
    { _tag: "StartInteraction", at: at(startOf(visit)), trigger, interface: shown, linkable: true },
    ...steps
      .toSorted((one, other) => one - other)
      .map((after): Interaction.Command => ({
        _tag: "TakeStep",
        at: at(startOf(visit) + after * minute),
        step: "home" as StepId,
        kind: "page",
      })),
    ...(mark === "excluded" ? [{ _tag: "ExcludeInteraction", at: at(seenLast(visit)), reason: "test" } as const] : []),
    ...(mark === "ended" ? [{ _tag: "EndInteraction", at: at(endOf(visit)), reason: "completed" } as const] : []),
  ]
}

const declarations: ReadonlyArray<Customer.Command> = [
  { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: "starter/1" as PolicyVersionId },
  ...numbers.map((number): Customer.Command => ({ _tag: "ListNumber", at: moment(0), number })),
  { _tag: "ListEntryPoint", at: moment(0), entryPoint },
]

const recorded = Effect.fnUntraced(function* (visits: ReadonlyArray<Visit>) {
  yield* TestClock.setTime(dawn + 60 * day)
  yield* Customers.use((customers) => customers.declare(customer, declarations))
  const interactions = yield* Interactions
  for (const [place, visit] of visits.entries()) {
    const handled = yield* interactions.record({
      customer,
      interaction: idOf(place),
      accept: "all",
      commands: commandsOf(visit),
    })
    expect(handled.outcomes.map(({ _tag }) => _tag)).not.toContain("Failure")
  }
  return interactions
})

/** The events of interactions as stored, whatever the order of their streams. */
const events = Effect.gen(function* () {
  const { events } = yield* (yield* EventStore).readLog(customer, { limit: 10_000 })
  return events
    .filter(({ stream }) => stream.kind === "interaction")
    .map(({ data, occurredAt, stream, type, version }) => ({ stream: stream.id, version, type, occurredAt, data }))
    .toSorted((one, other) =>
      one.stream < other.stream ? -1 : one.stream > other.stream ? 1 : one.version - other.version,
    )
})

const reportAt = (asOf: number) =>
  Effect.map(Deflection.stateAt(standard, customer, Number.POSITIVE_INFINITY), (state) =>
    Deflection.report(state, { customer, asOf, declared: [] }),
  )

const call = Uuid.derived("call") as CallId
const callAt = (millis: number, number: ListedNumberId, id: Uuid.Uuid = call): ReadonlyArray<CallCommand> => {
  const call = id as CallId
  return [
    { _tag: "PlaceCall", at: at(millis), call, number, asksForPerson: true },
    { _tag: "AnswerCall", at: at(millis), call, human: true },
    { _tag: "EndCall", at: at(millis + minute), call, talkSeconds: 60, disposition: "answered", legs: 1 },
  ]
}

const visitsOf = fc.array(aVisit, { minLength: 1, maxLength: 5 })
const allOf = (visits: ReadonlyArray<Visit>) => visits.map((_, place) => idOf(place))
const some = { numRuns: 100 }

describe("an idle interaction", () => {
  // Planted and found: an end at the moment of the run; an end by time-out that the figures take for one that was seen; an
  // index that forgets all of them at the first end.
  it.effect.prop(
    "ends when it was seen last, once; figures do not change, and only calls come after",
    [visitsOf, fc.nat({ max: 14 * 24 * 60 }), fc.constantFrom(0, 30, 24 * 60)],
    (visits, minutes, idleMinutes) =>
      Effect.gen(function* () {
        const interactions = yield* recorded(visits)
        const asOf = dawn + minutes * minute
        const idle = visits.flatMap((visit, place) =>
          visit.mark !== "ended" && seenLast(visit) + idleMinutes * minute <= asOf
            ? [[idOf(place), seenLast(visit)]]
            : [],
        )
        for (const [place, visit] of visits.entries()) {
          // While it is idle and no end is recorded, a call is still within the interaction.
          const commands = callAt(seenLast(visit) + 10 * minute, numbers[0], Uuid.derived("early", String(place)))
          yield* interactions.record({ customer, interaction: idOf(place), commands })
        }
        const before = yield* events
        const reports = [yield* reportAt(dawn + 20 * day), yield* reportAt(dawn + 40 * day)]
        expect(yield* interactions.endIdle({ customer, asOf, idleMinutes })).toBe(idle.length)
        const known = new Set(before.map(({ stream, version }) => `${stream} ${version}`))
        const added = (yield* events).filter(({ stream, version }) => !known.has(`${stream} ${version}`))
        expect(added.map(({ occurredAt, stream }) => [stream, occurredAt])).toEqual(
          idle.toSorted(([one], [other]) => (one! < other! ? -1 : 1)),
        )
        expect(added.every(({ data }) => data === JSON.stringify({ reason: "timedOut" }))).toBe(true)
        expect([yield* reportAt(dawn + 20 * day), yield* reportAt(dawn + 40 * day)]).toEqual(reports)
        expect(yield* interactions.endIdle({ customer, asOf, idleMinutes })).toBe(0)
        for (const [id, seen] of idle) {
          const { outcomes } = yield* interactions.record({
            customer,
            interaction: id as Uuid.Uuid,
            commands: [
              { _tag: "TakeStep", at: at(seen as number), step: "home" as StepId, kind: "page" },
              ...callAt((seen as number) + day, numbers[0]),
            ],
          })
          expect(outcomes.map(({ _tag }) => _tag)).toEqual(["Failure", "Success", "Success", "Success"])
        }
      }).pipe(Effect.provide(over(), { local: true })),
    some,
  )

  // Planted and found: a refused end counted as one.
  it.effect("goes on where something is seen between the look and the end", () => {
    let meanwhile: Effect.Effect<unknown> = Effect.void
    const around: AtEachCall = (port, carriedOut) =>
      Effect.suspend(() => {
        if (port !== "log.append") return carriedOut
        const first = meanwhile
        meanwhile = Effect.void
        return Effect.andThen(first, carriedOut)
      })
    return Effect.gen(function* () {
      const interactions = yield* recorded([{ start: 0, by: "page", steps: [], mark: "none" }])
      const step = { _tag: "TakeStep", at: at(dawn + 20 * minute), step: "home" as StepId, kind: "page" } as const
      meanwhile = Effect.orDie(interactions.record({ customer, interaction: idOf(0), commands: [step] }))
      const idle = { customer, asOf: dawn + 40 * minute }
      expect(yield* interactions.endIdle(idle)).toBe(0)
      expect((yield* events).map(({ type }) => type)).toEqual(["InteractionStarted", "StepTaken"])
      expect(yield* interactions.endIdle({ ...idle, asOf: dawn + 50 * minute })).toBe(1)
    }).pipe(Effect.provide(over(around)))
  })

  it.effect("TACET-TIME TACET-FORMAT: is looked for at a moment that has come, and after a time", () =>
    Effect.gen(function* () {
      const interactions = yield* recorded([])
      const refused = (change: { readonly asOf?: number; readonly idleMinutes?: number }) =>
        refusalOf(interactions.endIdle({ customer, ...change }))
      expect(yield* refused({ asOf: dawn + 61 * day })).toBe("TACET-TIME")
      expect(yield* refused({ asOf: Number.NaN })).toBe("TACET-FORMAT")
      expect(yield* refused({ idleMinutes: -1 })).toBe("TACET-FORMAT")
      expect(yield* refused({ idleMinutes: Number.NaN })).toBe("TACET-FORMAT")
      expect(yield* refused({})).toBe("Success")
    }).pipe(Effect.provide(over())),
  )
})

const once: ReadonlyArray<Visit> = [0, 60, 50 * 60].map((start) => ({ start, by: "page", steps: [], mark: "none" }))
/** As a caller remembers it. */
const known = (place: number, start = startOf(once[place]!)): DomainVisit.Visit => ({
  interaction: idOf(place),
  startedAt: start,
  lastActivity: start,
  end: start,
  number: undefined,
  showedInterface: true,
  excluded: false,
  judged: 0,
})

describe("a later call", () => {
  // Planted and found: the first of them; one that was excluded; one of another number; one that showed no interface; a call
  // that is known looked for anew.
  it.effect.prop(
    "is recorded on the person's last interaction that showed an interface, within seven days, once",
    [visitsOf, fc.nat({ max: 24 * 24 * 60 }), fc.nat({ max: 1 })],
    (visits, minutes, index) =>
      Effect.gen(function* () {
        const interactions = yield* recorded(visits)
        const placed = dawn + minutes * minute
        const candidates = visits
          .map((visit, place) => ({ visit, place }))
          .filter(({ visit }) => visit.mark !== "excluded" && (visit.by !== "menu" || visit.steps.length > 0))
          .filter(({ visit }) => startOf(visit) <= placed && placed <= seenLast(visit) + 7 * day)
          .filter(({ visit: { by } }) => by === "page" || (by === "call 1" ? 1 : 0) === index)
          .toSorted((one, other) => one.visit.start - other.visit.start || one.place - other.place)
        const wanted = candidates.at(-1)
        const expected = wanted && idOf(wanted.place)
        const number = numbers[index]!
        const [among, commands] = [allOf(visits), callAt(placed, number)]
        const asked = { customer, among, at: placed, number }
        expect(yield* interactions.attributionOf(asked)).toBe(expected)
        for (let time = 0; time < 2; time++) {
          expect(yield* interactions.attributeCall({ customer, among, commands })).toBe(expected)
          // Whoever begins meanwhile does not take it over.
          yield* interactions.record({
            customer,
            interaction: idOf(9),
            commands: commandsOf({ start: minutes, by: "page", steps: [], mark: "none" }),
          })
          if (expected !== undefined) among.push(idOf(9))
        }
        const ofCall = (yield* events).filter(({ type }) => type.startsWith("Call"))
        expect(ofCall.map(({ stream, type }) => [stream, type])).toEqual(
          expected === undefined ? [] : ["CallPlaced", "CallAnswered", "CallEnded"].map((type) => [expected, type]),
        )
      }).pipe(Effect.provide(over(), { local: true })),
    some,
  )

  // Planted and found: the call looked for among the ids alone.
  it.effect("stays where it is recorded, also for a caller who remembers the visits and learns of another", () =>
    Effect.gen(function* () {
      const interactions = yield* recorded(once)
      const commands = callAt(dawn + 120 * minute, numbers[0])
      const attributed = (among: ReadonlyArray<Known>) => interactions.attributeCall({ customer, among, commands })
      expect(yield* attributed([known(0)])).toBe(idOf(0))
      expect(yield* attributed([known(0), known(1)])).toBe(idOf(0))
      expect(yield* attributed([idOf(0), known(1)])).toBe(idOf(0))
      const asked = { customer, among: [known(0), known(1)], at: dawn + 120 * minute }
      expect(yield* interactions.attributionOf({ ...asked, call })).toBe(idOf(0))
      expect(yield* interactions.attributionOf(asked)).toBe(idOf(1))
      expect((yield* events).filter(({ type }) => type === "CallPlaced").length).toBe(1)
    }).pipe(Effect.provide(over())),
  )

  // Planted and found: the visits read once, before the decision.
  it.effect("is recorded once, also where another caller who knows fewer interactions records it meanwhile", () => {
    let meanwhile: Effect.Effect<unknown> = Effect.void
    const around: AtEachCall = (port, carriedOut) =>
      Effect.suspend(() => {
        if (port !== "log.append") return carriedOut
        const first = meanwhile
        meanwhile = Effect.void
        return Effect.andThen(first, carriedOut)
      })
    return Effect.gen(function* () {
      const interactions = yield* recorded(once)
      const commands = callAt(dawn + 120 * minute, numbers[0])
      const attributed = (...among: ReadonlyArray<Known>) => interactions.attributeCall({ customer, among, commands })
      meanwhile = Effect.orDie(attributed(idOf(0)))
      expect(yield* attributed(idOf(0), idOf(1), idOf(1))).toBe(idOf(0))
      expect((yield* events).filter(({ type }) => type === "CallPlaced").map(({ stream }) => stream)).toEqual([idOf(0)])
    }).pipe(Effect.provide(over(around)))
  })

  // Planted and found: a moment that is taken as it comes.
  it.effect("TACET-FORMAT: is looked for at a moment, and has moments", () =>
    Effect.gen(function* () {
      const interactions = yield* recorded(once)
      const among = [idOf(0)]
      for (const none of [Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
        expect(yield* refusalOf(interactions.attributionOf({ customer, among, at: none }))).toBe("TACET-FORMAT")
      }
      const [place, ...others] = callAt(dawn + minute, numbers[0])
      for (const none of [undefined, Number.NaN, "2021-03-01"]) {
        const commands = [{ ...place!, at: none as never }, ...others]
        expect(yield* refusalOf(interactions.attributeCall({ customer, among, commands }))).toBe("TACET-FORMAT")
      }
      expect((yield* events).some(({ type }) => type === "CallPlaced")).toBe(false)
    }).pipe(Effect.provide(over())),
  )

  it.effect("TACET-CALL: is one call, placed first, and refused as its commands are", () =>
    Effect.gen(function* () {
      const interactions = yield* recorded([{ start: 0, by: "page", steps: [], mark: "none" }])
      const [place, answer, end] = callAt(dawn + minute, numbers[0]) as readonly [CallCommand, CallCommand, CallCommand]
      const refused = (...commands: ReadonlyArray<CallCommand>) =>
        refusalOf(interactions.attributeCall({ customer, among: [idOf(0)], commands }))
      expect(yield* refused()).toBe("TACET-CALL")
      expect(yield* refused(answer, end)).toBe("TACET-CALL")
      expect(yield* refused(place, { ...answer, call: Uuid.derived("another") as CallId })).toBe("TACET-CALL")
      expect(yield* refused(place, { ...end, at: at(dawn) })).toBe("TACET-TIME")
      expect((yield* events).map(({ type }) => type)).toEqual(["InteractionStarted"])
      expect(yield* refused(place, answer, end)).toBe("Success")
    }).pipe(Effect.provide(over())),
  )
})

const windows = [
  ["within24Hours", 1],
  ["within72Hours", 3],
  ["within7Days", 7],
] as const

describe("a return", () => {
  // Planted and found: a second note in a wider window; a return to an interaction that was excluded, or by one.
  it.effect.prop(
    "is noted once on the earlier interaction, in the first window that holds it, when that has closed",
    [visitsOf, visitsOf, fc.nat({ max: 25 * 24 * 60 }), fc.nat({ max: 25 * 24 * 60 })],
    (ofAnn, ofBob, ...drawn) =>
      Effect.gen(function* () {
        const visits = [...ofAnn, ...ofBob]
        const interactions = yield* recorded(visits)
        const ids = allOf(visits)
        const people = [ids.slice(0, ofAnn.length), ids.slice(ofAnn.length)]
        const moments = drawn.map((minutes) => dawn + minutes * minute).toSorted((one, other) => one - other)
        const expectedAt = (asOf: number) =>
          [ofAnn, ofBob].flatMap((own, whose) =>
            own.flatMap((visit, place) => {
              if (visit.mark === "excluded") return []
              const backs = own.filter(({ mark, start }) => mark !== "excluded" && start > visit.start)
              const found = windows.find(([, days]) => backs.some((one) => startOf(one) <= endOf(visit) + days * day))
              const closed = found && endOf(visit) + found[1] * day
              return found === undefined || closed === undefined || closed >= asOf
                ? []
                : [[idOf(whose * ofAnn.length + place), closed, JSON.stringify({ class: found[0] })]]
            }),
          )
        const byId = (one: ReadonlyArray<unknown>, other: ReadonlyArray<unknown>) =>
          String(one[0]) < String(other[0]) ? -1 : 1
        for (const asOf of moments) {
          for (let time = 0; time < 2; time++) {
            const { refused } = yield* interactions.noteReturns({ customer, people, asOf })
            const notes = (yield* events).filter(({ type }) => type === "RecontactObserved")
            expect(notes.map(({ data, occurredAt, stream }) => [stream, occurredAt, data]).toSorted(byId)).toEqual(
              expectedAt(asOf).toSorted(byId),
            )
            expect(refused).toEqual([])
          }
        }
      }).pipe(Effect.provide(over(), { local: true })),
    some,
  )

  // Planted and found: a note by the caller's memory alone, whatever the log holds.
  it.effect("is noted once and counted once, whatever the caller remembers of it", () =>
    Effect.gen(function* () {
      const interactions = yield* recorded(once)
      const noted = (...people: ReadonlyArray<ReadonlyArray<Known>>) =>
        Effect.map(interactions.noteReturns({ customer, people, asOf: dawn + 8 * day }), ({ noted }) => noted)
      expect(yield* noted([known(0), known(1)])).toBe(1)
      expect(yield* noted([known(0), known(1)])).toBe(0)
      expect(yield* noted([known(0), known(1, dawn + 2 * day)])).toBe(0)
      expect(yield* noted([idOf(0), idOf(1)])).toBe(0)
      expect((yield* events).filter(({ type }) => type === "RecontactObserved").length).toBe(1)
    }).pipe(Effect.provide(over())),
  )

  // Planted and found: a note for each time that an interaction is named, by its id or by several persons.
  it.effect.each([
    ["twice for one person", [[0, 0, 1]]],
    [
      "by several persons",
      [
        [0, 2],
        [0, 1],
      ],
    ],
  ] as const)("is noted once on an interaction named %s, in the first window", ([, people]) =>
    Effect.gen(function* () {
      const interactions = yield* recorded(once)
      const asked = { customer, people: people.map((places) => places.map(idOf)), asOf: dawn + 8 * day }
      expect((yield* interactions.noteReturns(asked)).noted).toBe(1)
      expect((yield* events).filter(({ type }) => type === "RecontactObserved").map(({ data }) => data)).toEqual([
        JSON.stringify({ class: "within24Hours" }),
      ])
      expect((yield* interactions.noteReturns(asked)).noted).toBe(0)
    }).pipe(Effect.provide(over())),
  )

  it.effect.each([true, false])("RECOG-ATTACH: is noted only where persons may be recognised: %s", (recognition) =>
    Effect.gen(function* () {
      const [version] = holding("CUST-PURPOSE").filter(({ id }) => id === "dialonce/2021-02-17")
      const begin = DateTime.toEpochMillis(version!.policy.at)
      yield* TestClock.setTime(begin + 30 * day)
      yield* Customers.use((customers) =>
        customers.declare(customer, [
          ...listing(version!, entryPoint),
          { ...contractUnder(version!, at(begin)), recognition },
        ]),
      )
      const interactions = yield* Interactions
      const trigger = triggerUnder(version!, entryPoint)
      for (const place of [0, 1]) {
        const start = { _tag: "StartInteraction", at: at(begin + place * minute), trigger } as const
        const commands = [{ ...start, interface: "web" as InterfaceId, linkable: true }]
        yield* interactions.record({ customer, interaction: idOf(place), commands })
      }
      const { noted, refused } = yield* interactions.noteReturns({ customer, people: [[idOf(0), idOf(1)]] })
      expect([noted, refused.map(({ rule }) => rule)]).toEqual(recognition ? [1, []] : [0, ["RECOG-ATTACH"]])
    }).pipe(Effect.provide(over())),
  )
})

describe("many interactions", () => {
  // Planted and found: fibers that are forked one after the other, so that nothing else runs until the last has ended.
  it.effect("leave others their turn while they are ended and while returns are noted", () =>
    Effect.gen(function* () {
      const many = Array.from({ length: 160 }, (_, start): Visit => ({ start, by: "page", steps: [], mark: "none" }))
      const interactions = yield* recorded(many)
      let turns = 0
      const other = Effect.forever(Effect.map(Effect.yieldNow, () => void turns++))
      yield* Effect.forkChild(other, { startImmediately: true })
      const before = turns
      expect(yield* interactions.endIdle({ customer, asOf: dawn + day })).toBe(160)
      const between = turns
      const people = many.flatMap((_, place) => (place % 2 === 0 ? [[idOf(place), idOf(place + 1)]] : []))
      expect((yield* interactions.noteReturns({ customer, people, asOf: dawn + 2 * day })).noted).toBe(80)
      // Without their turn there is none at all.
      expect([between - before > 4, turns - between > 0]).toEqual([true, true])
    }).pipe(Effect.provide(over())),
  )
})

describe("a crash", () => {
  const visits: ReadonlyArray<Visit> = [
    { start: 0, by: "page", steps: [5], mark: "none" },
    { start: 60, by: "page", steps: [], mark: "none" },
    { start: 26 * 60, by: "call 0", steps: [], mark: "none" },
  ]
  const verbs = {
    endIdle: (interactions: Interactions["Service"]) =>
      Effect.asVoid(interactions.endIdle({ customer, asOf: dawn + 5 * day })),
    attributeCall: (interactions: Interactions["Service"]) =>
      Effect.asVoid(
        interactions.attributeCall({ customer, among: allOf(visits), commands: callAt(dawn + 2 * day, numbers[0]) }),
      ),
    noteReturns: (interactions: Interactions["Service"]) =>
      Effect.asVoid(interactions.noteReturns({ customer, people: [allOf(visits)], asOf: dawn + 20 * day })),
  }

  /** Lets a verb die at one call of a port, and repeats it; `undefined` where it has fewer calls. */
  const killedAt = (verb: keyof typeof verbs, killed: number, when: "before" | "after") => {
    const { armed, around } = deadly(killed, when)
    return Effect.gen(function* () {
      const interactions = yield* recorded(visits)
      const first = yield* armed(verbs[verb](interactions))
      if (first._tag === "Success") return undefined
      yield* verbs[verb](interactions)
      return yield* events
    }).pipe(Effect.provide(over(around), { local: true }))
  }

  for (const verb of ["endIdle", "attributeCall", "noteReturns"] as const) {
    // Planted and found: a call that is known looked for anew; an index that forgets all of them at the first end.
    it.effect.each(["before", "after"] as const)(
      `${verb} is complete after one %s any call, and a repetition`,
      (when) =>
        Effect.gen(function* () {
          const whole = yield* Effect.gen(function* () {
            yield* verbs[verb](yield* recorded(visits))
            return yield* events
          }).pipe(Effect.provide(over(), { local: true }))
          expect(whole.length).toBeGreaterThan(4)
          let killed = 1
          for (; ; killed++) {
            const seen = yield* killedAt(verb, killed, when)
            if (seen === undefined) break
            expect([killed, seen]).toEqual([killed, whole])
          }
          expect(killed).toBeGreaterThan(3)
        }),
    )
  }
})

describe("the policy", () => {
  for (const version of holding("POLICY-BIND")) {
    it.effect(
      `POLICY-BIND under ${version.id} is asked by Interactions.endIdle, Interactions.attributeCall and Interactions.noteReturns`,
      () =>
        Effect.gen(function* () {
          const begin = DateTime.toEpochMillis(version.policy.at)
          yield* TestClock.setTime(begin + day)
          const interactions = yield* Interactions
          const number = entryPoint as Uuid.Uuid as ListedNumberId
          const asked = (moment: number) =>
            Effect.all([
              refusalOf(interactions.endIdle({ customer, asOf: moment })),
              refusalOf(interactions.attributeCall({ customer, among: [], commands: callAt(moment, number) })),
              refusalOf(interactions.noteReturns({ customer, people: [], asOf: moment })),
            ])
          const refused = ["POLICY-BIND", "POLICY-BIND", "POLICY-BIND"]
          expect(yield* asked(begin)).toEqual(refused)
          yield* Customers.use((customers) => customers.declare(customer, listing(version, entryPoint)))
          expect(yield* asked(begin - 1)).toEqual(refused)
          expect(yield* asked(begin)).toEqual(["Success", "Success", "Success"])
        }).pipe(Effect.provide(over())),
    )
  }

  for (const version of holding("LISTED")) {
    // Planted and found: a call that belongs to none taken without a look at its number.
    it.effect(`LISTED under ${version.id} is asked by Interactions.attributeCall`, () =>
      Effect.gen(function* () {
        const begin = DateTime.toEpochMillis(version.policy.at)
        yield* TestClock.setTime(begin + day)
        yield* Customers.use((customers) => customers.declare(customer, listing(version, entryPoint)))
        const interactions = yield* Interactions
        const trigger = triggerUnder(version, entryPoint)
        const start = { _tag: "StartInteraction", at: at(begin), trigger, interface: "web" as InterfaceId } as const
        yield* interactions.record({ customer, interaction: idOf(0), commands: [{ ...start, linkable: true }] })
        const listed = entryPoint as Uuid.Uuid as ListedNumberId
        for (const among of [[], [idOf(0)]]) {
          const asked = (number: ListedNumberId) =>
            refusalOf(interactions.attributeCall({ customer, among, commands: callAt(begin + minute, number) }))
          expect(yield* asked(numbers[0])).toBe("LISTED")
          expect((yield* events).map(({ type }) => type)).toEqual(["InteractionStarted"])
          expect(yield* asked(listed)).toBe("Success")
        }
        expect((yield* events).length).toBe(4)
      }).pipe(Effect.provide(over())),
    )
  }
})
