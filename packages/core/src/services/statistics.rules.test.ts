/**
 * The rules of statistics through the promises: under each version that holds them a report equals a recount of what was recorded,
 * nothing of a person can be recorded with what is counted, and the figures are the same when everybody is forgotten.
 */
import { VaultMemory } from "@tacet/adapter-memory"
import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import fc from "fast-check"
import type * as Pseudonym from "../domain/Pseudonym.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { holding, type Version } from "../policy/laws.testing.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { Erasure } from "./Erasure.ts"
import { Pseudonyms } from "./Pseudonyms.ts"
import { built, customer, over } from "./scene.testing.ts"
import { makeTacet } from "./Tacet.ts"
import { allowedUse, contractedUnder, listing, triggerUnder } from "./versions.testing.ts"

const listed = Uuid.derived("listed")
const hour = 3_600_000

/** An interaction: its steps, and whether a person answered a call in it. */
interface Visit {
  readonly steps: ReadonlyArray<string>
  readonly called: boolean
}

const aVisit: fc.Arbitrary<Visit> = fc.record({
  steps: fc.array(fc.constantFrom("bill", "move", "faq"), { minLength: 1, maxLength: 4 }),
  called: fc.boolean(),
})

/** The commands of a visit, an hour after the visit before. */
const commandsOf = (version: Version, { called, steps }: Visit, index: number) => {
  const at = DateTime.toEpochMillis(version.policy.at) + index * hour
  const after = (minutes: number) => DateTime.formatIso(DateTime.makeUnsafe(at + minutes * 60_000))
  const call = Uuid.derived(`call ${index}`)
  return [
    {
      _tag: "StartInteraction",
      at: after(0),
      trigger: triggerUnder(version, listed),
      interface: "web",
      linkable: true,
    },
    ...steps.map((step, place) => ({ _tag: "TakeStep", at: after(1 + place), step, kind: "page" })),
    ...(called
      ? [
          { _tag: "PlaceCall", at: after(10), call, number: listed, asksForPerson: true },
          { _tag: "AnswerCall", at: after(11), call, human: true },
          { _tag: "EndCall", at: after(15), call, talkSeconds: 200, disposition: "answered", legs: 1 },
        ]
      : []),
  ]
}

/** Services over a log with a vault, and the promises over the same log without one. */
const opened = async (version: Version) => {
  const services = await built(over(VaultMemory.make()))
  const tacet = makeTacet({ stores: Layer.succeedContext(services), retention: "elsewhere" })
  const at = DateTime.toEpochMillis(version.policy.at)
  await Effect.runPromise(Effect.provide(contractedUnder(version, at), services))
  await tacet.declare(customer, listing(version, listed).slice(1))
  return { services, tacet }
}

/** Records visits, each of a person of its own of whom a value is kept, and reports on them all. */
const reported = async (version: Version, visits: ReadonlyArray<Visit>, forgets = false) => {
  const { services, tacet } = await opened(version)
  await using _ = tacet
  const people: Array<Pseudonym.PseudonymId> = []
  for (const [index, visit] of visits.entries()) {
    const interaction = Uuid.derived(`visit ${index}`)
    const { outcomes } = await tacet.record({ customer, interaction, commands: commandsOf(version, visit, index) })
    expect(outcomes.filter((outcome) => outcome instanceof Refusal)).toEqual([])
    const kept = Effect.gen(function* () {
      const pseudonyms = yield* Pseudonyms
      const { category, purpose } = allowedUse(version)
      const pseudonym = yield* pseudonyms.issue(customer)
      yield* pseudonyms.keep({
        customer,
        pseudonym,
        category,
        value: "jane.doe@example.com",
        purposes: [purpose],
      })
      yield* pseudonyms.link({ customer, pseudonym }, interaction)
      return pseudonym
    })
    people.push(await Effect.runPromise(Effect.provide(kept, services)))
  }
  const report = () =>
    tacet.report(customer, { asOf: DateTime.toEpochMillis(version.policy.at) + (visits.length + 72) * hour })
  const before = await report()
  if (!forgets) return { before, after: before }
  for (const pseudonym of people) {
    const erased = Erasure.use((erasure) =>
      erasure.erase({ customer, subject: pseudonym as Uuid.Uuid as SubjectId, cause: "request" }),
    )
    await Effect.runPromise(Effect.provide(erased, services))
  }
  await using anew = makeTacet({ stores: Layer.succeedContext(services), retention: "elsewhere", definitionVersion: 2 })
  return {
    before,
    after: await anew.report(customer, {
      asOf: DateTime.toEpochMillis(version.policy.at) + (visits.length + 72) * hour,
    }),
  }
}

/** The journeys of visits up to the call, a repeated step once, and how often each was taken. */
const ranking = (visits: ReadonlyArray<Visit>) => {
  const counts = new Map<string, number>()
  for (const { steps } of visits) {
    const journey = steps.filter((step, place) => step !== steps[place - 1]).join(" ")
    counts.set(journey, (counts.get(journey) ?? 0) + 1)
  }
  return Object.fromEntries(counts)
}

const someVisits = fc.array(aVisit, { minLength: 1, maxLength: 6 })

describe("a report", () => {
  for (const version of holding("STAT-NOCALL")) {
    // Planted and found: promises that drop the answer of a call.
    it(`STAT-NOCALL STAT-JOURNEY under ${version.id} are asked by Tacet.report: it equals a recount of what was recorded`, () =>
      fc.assert(
        fc.asyncProperty(someVisits, async (visits) => {
          const { before: report } = await reported(version, visits)
          const quiet = visits.filter(({ called }) => !called).length
          expect(report.rates["in-interaction"].noEffectiveCall).toMatchObject({ k: quiet, n: visits.length })
          expect(
            Object.fromEntries(
              report.journeys.mostUsed.map(({ interactions, steps }) => [steps.join(" "), interactions]),
            ),
          ).toEqual(ranking(visits))
        }),
        { numRuns: 8 },
      ))
  }

  for (const version of holding("SEPARATE")) {
    // Planted and found: a reader of commands that lets the fields of a person through.
    it(`SEPARATE under ${version.id} is asked by Tacet.record and Tacet.report: figures and people live apart`, async () => {
      const { tacet } = await opened(version)
      const [start, step] = commandsOf(version, { steps: ["bill"], called: false }, 0)
      const { outcomes } = await tacet.record({
        customer,
        commands: [
          start,
          { ...step, telephone: "0612345678" },
          { _tag: "EnterInput", at: step!.at, field: "mail" },
          step,
        ],
      })
      expect(outcomes.map((outcome) => (outcome instanceof Refusal ? outcome.rule : outcome))).toEqual([
        ["InteractionStarted"],
        "NO-IDENTIFY",
        "TACET-FORMAT",
        ["StepTaken"],
      ])
      await tacet.close()
      await fc.assert(
        fc.asyncProperty(someVisits, async (visits) => {
          const { after, before } = await reported(version, visits, true)
          expect(after).toEqual(before)
          expect(JSON.stringify(before)).not.toContain("jane")
        }),
        { numRuns: 4 },
      )
    })
  }
})
