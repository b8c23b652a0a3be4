import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import * as Decider from "../eventsourcing/Decider.ts"
import * as Calendar from "../calendar/Calendar.ts"
import { agreementClauses, linkClauses, nonPersonalUses } from "../policy/text/parameters/processing.ts"
import { timeline } from "../policy/binding/PolicyBook.ts"
import type { PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217 } from "../policy/versions/index.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import * as Contract from "./Contract.ts"
import * as Customer from "./Customer.ts"
import { stored } from "./expectations.testing.ts"
import type { ContractId, FieldId, FieldReason, StatisticId } from "./Identifier.ts"

const runs = { numRuns: 1000 }
const day = 86_400_000

type Command = Customer.Command
type Sign = Extract<Command, { readonly _tag: "SignContract" }>

interface Version {
  readonly policy: PrivacyPolicy
  /** The day from which the tests of the version run. */
  readonly from: string
  /** The clauses that are owed then: five by the documents, and those of GDPR 28(3) once it applies. */
  readonly owed: ReadonlyArray<(typeof agreementClauses)[number]>
}
const ofDocuments = ["collection", "processing", "access", "security", "confidentiality"] as const
const versions: ReadonlyArray<Version> = [
  { policy: dialonce20160629, from: "2016-07-01", owed: ofDocuments },
  { policy: dialonce20190305, from: "2019-03-05", owed: agreementClauses },
  { policy: dialonce20210217, from: "2021-02-17", owed: agreementClauses },
  { policy: dialogra, from: "2021-02-17", owed: agreementClauses },
]

/** The two that name no place. */
const anywhere: ReadonlyArray<PrivacyPolicy> = [dialonce20160629, dialogra]

const context = Customer.published
const zone = "Europe/Paris"
const contractId = (index: number) => `0c0c0c0c-0000-4000-8000-00000000000${index}` as ContractId
const field = "zq-name" as FieldId

/** A Customer of one version, and moments in days from the one on which the tests of the version run. */
const underVersion = ({ from, policy }: Version) => {
  const beginning = Date.parse(`${from}T10:00:00Z`)
  const moment = (days: number) => DateTime.makeUnsafe(beginning + days * day)
  const adopted = { _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: policy.id as never } as const
  const state = play([adopted]).state
  const policyAt = timeline(context.policies, state.policyVersions)
  const effective = (at: DateTime.Utc) => policyAt(at)!
  return { moment, state, effective, categories: effective(moment(1)).parameters.categories.processor }
}

/** The state and the events after commands, refused ones left out. */
const play = (commands: ReadonlyArray<Command>, from = Customer.initial, under: Customer.Context = context) => {
  let state = from
  const events: Array<Customer.Event> = []
  const refusals: Array<string | undefined> = []
  for (const command of commands) {
    const outcome = Customer.decider.decide(state, command, under)
    refusals.push(Result.isFailure(outcome) ? outcome.failure.rule : undefined)
    if (Result.isFailure(outcome)) continue
    events.push(...outcome.success)
    state = Decider.replay(Customer.decider, outcome.success, state)
  }
  return { state, events, refusals }
}

const ruleOf = (state: Customer.State, command: Command): string | undefined => {
  const outcome = Customer.decider.decide(state, command, context)
  return Result.isFailure(outcome) ? outcome.failure.rule : undefined
}

const sign = (at: DateTime.Utc, change: Partial<Sign> = {}): Sign => ({
  _tag: "SignContract",
  at,
  contract: contractId(0),
  clauses: agreementClauses,
  purposes: ["requestedService", "customerCare"],
  categories: [],
  ownServices: [],
  places: ["FR"],
  recognition: false,
  ...change,
})

/** All of a list but one, all of it, or some of it. */
const most = <A>(list: ReadonlyArray<A>): fc.Arbitrary<ReadonlyArray<A>> =>
  fc.oneof(
    fc.constant(list),
    fc.nat(Math.max(0, list.length - 1)).map((gone) => list.filter((_, index) => index !== gone)),
    fc.subarray([...list]),
  )

const aDay = fc.integer({ min: 1, max: 60 })
/** So few days that the same ones come again. */
const few = fc.integer({ min: 1, max: 3 })

/** The life of contracts: signed, ended, replaced and running out, with what each covers. */
interface Life {
  readonly index: number
  readonly signedOn: number
  readonly endedOn: number | undefined
  readonly lastDay: number | undefined
  readonly covers: boolean
}
const aLife: fc.Arbitrary<Life> = fc.record({
  index: fc.nat(2),
  signedOn: aDay,
  endedOn: fc.option(aDay, { nil: undefined }),
  lastDay: fc.option(aDay, { nil: undefined }),
  covers: fc.boolean(),
})

describe.each(versions)("a contract under $policy.id", (version) => {
  const { categories, effective, moment, state } = underVersion(version)
  const category = categories.find((one) => one === "emailAddress") ?? categories[0]!
  const commandsOf = (lives: ReadonlyArray<Life>): ReadonlyArray<Command> =>
    lives
      .flatMap(({ covers, endedOn, index, lastDay, signedOn }): ReadonlyArray<Command> => [
        sign(moment(signedOn), {
          contract: contractId(index),
          ownServices: covers ? [category] : [],
          ...(lastDay === undefined ? {} : { lastDay: Calendar.localDate(moment(lastDay), zone) }),
        }),
        ...(endedOn === undefined
          ? []
          : [{ _tag: "EndContract" as const, at: moment(endedOn), contract: contractId(index) }]),
      ])
      .toSorted((one, other) => DateTime.toEpochMillis(one.at) - DateTime.toEpochMillis(other.at))

  /** The contract that binds a moment, read from the bare events. */
  const inForce = (events: ReadonlyArray<Customer.Event>, at: DateTime.Utc) => {
    const instant = DateTime.toEpochMillis(at)
    const said = events.filter(
      (event) =>
        (event._tag === "ContractSigned" || event._tag === "ContractEnded") &&
        DateTime.toEpochMillis(event.occurredAt) <= instant,
    )
    const last = said.findLast((event) => event._tag === "ContractSigned")
    if (last?._tag !== "ContractSigned") return undefined
    const ended = said.some((event) => event._tag === "ContractEnded" && event.contract === last.contract)
    return ended || (last.lastDay !== undefined && Calendar.localDate(at, zone) > last.lastDay) ? undefined : last
  }

  // Finds: `some` for `every` in the comparison of clauses; a signature for which the documents' five clauses suffice
  // although GDPR 28(3) applies.
  it.prop(
    "CLAUSES: is signed with every clause that is owed, and with none of them missing",
    [most(version.owed), fc.subarray([...agreementClauses]), aDay],
    (clauses, more, on) => {
      const given = Array.from(new Set([...clauses, ...more]))
      const command = sign(moment(on), { clauses: given })
      const isWhole = version.owed.every((clause) => given.includes(clause))
      expect(ruleOf(state, command)).toBe(isWhole ? undefined : "CLAUSES")
      const after = play([command], state).state
      expect(Contract.termsAt(after, effective(moment(on)), moment(on)) !== undefined).toBe(isWhole)
    },
    runs,
  )

  // Finds: a Customer that links with no word in its contract; a binding on five of six things that passes.
  it.prop(
    "CUST-LINK: a Customer links only where its contract binds it on all six things",
    [fc.option(most(linkClauses), { nil: undefined }), aDay, aDay],
    (agreed, signedOn, on) => {
      const command = sign(moment(signedOn), agreed === undefined ? {} : { linkClauses: agreed })
      const isBound = linkClauses.every((clause) => agreed?.includes(clause) === true)
      expect(ruleOf(state, command)).toBe(agreed === undefined || isBound ? undefined : "CUST-LINK")
      const after = play([command], state).state
      expect(Contract.mayLink(after, effective(moment(on)), moment(on))).toBe(isBound && on >= signedOn)
    },
    runs,
  )

  // Finds: a contract that counts before its signature, after its end or past its last day; a replaced one that counts on.
  it.prop(
    "SUBCONTRACT: data of the Customer's own services come under a contract in force that covers them, and under no other",
    [fc.array(aLife, { minLength: 1, maxLength: 4 }), aDay, fc.constantFrom(-14 / 24, 0, 13 / 24)],
    (lives, on, hours) => {
      const { events, state: after } = play(commandsOf(lives), state)
      const at = moment(on + hours)
      const isCovered = inForce(events, at)?.ownServices.includes(category) === true
      expect(Contract.coversOwnService(after, category, effective(at), at)).toBe(isCovered)
      const declare: Command = {
        _tag: "DeclareInputField",
        at,
        field,
        category,
        required: false,
        origin: "customerService",
      }
      expect(ruleOf(after, declare)).toBe(isCovered ? undefined : "SUBCONTRACT")
      expect(ruleOf(after, { ...declare, origin: "person" })).toBeUndefined()
    },
    runs,
  )

  // Finds: instructions of the contract signed last whenever it was signed; purposes of a list for those instructed.
  it.prop(
    "CUST-PURPOSE: a purpose is instructed by the contract of that moment, or by none",
    [
      fc.uniqueArray(fc.record({ on: aDay, instructed: fc.subarray([...Purpose.purposes]) }), {
        maxLength: 3,
        selector: ({ on }) => on,
      }),
      fc.constantFrom(...Purpose.purposes),
      aDay,
    ],
    (signatures, purpose, on) => {
      const ordered = signatures.toSorted((one, other) => one.on - other.on)
      const commands = ordered.map(({ instructed, on: signedOn }, index) =>
        sign(moment(signedOn), { contract: contractId(index), purposes: instructed }),
      )
      const { refusals, state: after } = play(commands, state)
      const lawful = ordered.filter((_, index) => refusals[index] === undefined)
      const expected = lawful.findLast((one) => one.on <= on)?.instructed
      const at = moment(on)
      expect(Contract.instructedPurposes(after, effective(at), at)).toEqual(expected)
      const { parameters } = effective(at)
      const answer = Purpose.check(effective(at), {
        role: "processor",
        purpose,
        consented: [purpose],
        legalReference: "GDPR 6(1)(c)",
        ...(expected === undefined ? {} : { instructed: expected }),
      })
      if (
        parameters.processorPurposes === "instructedByCustomer" &&
        answer._tag === "allow" &&
        !ofLaw.includes(purpose)
      ) {
        expect(expected).toContain(purpose)
      }
      // No contract instructs a processing that is forbidden to every Customer; any other listed one may be instructed.
      for (const [index, { instructed }] of ordered.entries()) {
        if (instructed.includes("sale")) expect(refusals[index]).toBeDefined()
        const listed = parameters.purposes.processor
        if (instructed.every((one) => listed.includes(one) && !banned.includes(one)))
          expect(refusals[index]).toBeUndefined()
      }
    },
    runs,
  )

  // Finds: a contract on a category, or in a place, that the policy does not list.
  it.prop(
    "CATEGORIES LOC-LIST: instructs categories and places that the policy lists",
    [fc.subarray([...PersonalDataCategory.literals]), fc.boolean(), fc.constantFrom("FR", "DE/Frankfurt", "US"), aDay],
    (instructed, isOwn, place, on) => {
      const isListed = instructed.every((one) => categories.includes(one))
      const isWithin = place !== "US" || anywhere.includes(version.policy)
      const rule = ruleOf(
        state,
        sign(moment(on), { [isOwn ? "ownServices" : "categories"]: instructed, places: [place] }),
      )
      expect(rule).toBe(isListed ? (isWithin ? undefined : "LOC-LIST") : "CATEGORIES")
    },
    runs,
  )

  // Finds: a mandatory field without its reason; an optional one that is asked for a reason.
  it.prop(
    "MANDATORY VOLUNTARY: a field has to be filled in for a recorded reason, and free text never",
    [fc.constantFrom("freeText", "emailAddress", "name"), fc.boolean(), fc.boolean(), aDay, fc.boolean()],
    (of, required, hasReason, on, adopted) => {
      const command: Command = {
        _tag: "DeclareInputField",
        at: moment(on),
        field,
        category: of as never,
        required,
        ...(hasReason ? { reason: "zq-delivery" as FieldReason } : {}),
      }
      const expected = !required ? undefined : of === "freeText" ? "VOLUNTARY" : hasReason ? undefined : "MANDATORY"
      const before = adopted ? state : Customer.initial
      expect(ruleOf(before, command)).toBe(expected)
      if (expected !== undefined) return
      const declared = Customer.fieldAt(play([command], before).state, field, moment(on))
      expect(declared).toMatchObject({ required, reason: hasReason ? "zq-delivery" : undefined, origin: "person" })
    },
    runs,
  )

  // Finds: a statistic published again with other figures; one of a day that has begun and is not over.
  it.prop(
    "TACET-ONCE TACET-WINDOW: a published statistic is of days that are over, and stays as it is",
    [
      fc.array(fc.record({ statistic: fc.nat(1), first: few, last: few, digit: fc.constantFrom("a", "b"), on: few }), {
        maxLength: 6,
      }),
    ],
    (publications) => {
      let after = state
      const frozen = new Map<number, string>()
      for (const { digit, first, last, on, statistic } of publications) {
        const command: Command = {
          _tag: "PublishStatistic",
          at: moment(on),
          statistic: `0d0d0d0d-0000-4000-8000-00000000000${statistic}` as StatisticId,
          from: Calendar.localDate(moment(first), zone),
          through: Calendar.localDate(moment(last), zone),
          digest: digit.repeat(64),
        }
        const content = `${first} ${last} ${digit}`
        const known = frozen.get(statistic)
        const expected =
          known !== undefined
            ? known === content
              ? undefined
              : "TACET-ONCE"
            : first <= last && last < on
              ? undefined
              : "TACET-WINDOW"
        expect(ruleOf(after, command)).toBe(expected)
        const { events, state: next } = play([command], after)
        expect(events).toHaveLength(expected === undefined && known === undefined ? 1 : 0)
        if (expected === undefined) frozen.set(statistic, content)
        after = next
      }
    },
    runs,
  )

  // Planted and found: a publication that asks the policy for nothing, or for one of the other uses.
  it.prop(
    "AGG-3P: a statistic is published where the policy allows anonymous data to be given away, and nowhere else",
    [fc.subarray([...nonPersonalUses]), few],
    (uses, on) => {
      const id = "zq-own/1"
      const own: PrivacyPolicy = {
        ...version.policy,
        id,
        parameters: { ...version.policy.parameters, nonPersonalUses: { value: uses, sources: [] } },
      }
      const policies = { ...context.policies, versions: [own] }
      const { state: before } = play(
        [{ _tag: "AdoptPolicyVersion", at: moment(0), policyVersion: id as never }],
        Customer.initial,
        { policies },
      )
      const command: Command = {
        _tag: "PublishStatistic",
        at: moment(on),
        statistic: "0d0d0d0d-0000-4000-8000-000000000009" as StatisticId,
        from: Calendar.localDate(moment(on - 1), zone),
        through: Calendar.localDate(moment(on - 1), zone),
        digest: "a".repeat(64),
      }
      const { events, refusals } = play([command], before, { policies })
      expect([refusals, events.length]).toEqual(
        uses.includes("giveToThirdParties") ? [[undefined], 1] : [["AGG-3P"], 0],
      )
    },
    runs,
  )

  // Finds: an event that stores less than its state knows, such as a contract without its last day.
  it.prop(
    "TACET-FORMAT: the state after replay of stored events is the live state",
    [fc.array(aLife, { maxLength: 5 }), fc.boolean()],
    (lives, linked) => {
      const commands = commandsOf(lives).map((command) =>
        linked && command._tag === "SignContract" ? { ...command, linkClauses } : command,
      )
      const { events, state: after } = play(commands, state)
      expect(Decider.replay(Customer.decider, events.map(stored(Customer.codec)), state)).toEqual(after)
    },
    runs,
  )

  it("is the same once signed, and another once other content comes under its id", () => {
    const { state: after } = play([sign(moment(1))], state)
    expect(Result.getOrThrow(Customer.decider.decide(after, sign(moment(1)), context))).toEqual([])
    expect(ruleOf(after, sign(moment(1), { recognition: true }))).toBe("TACET-ONCE")
    expect(ruleOf(after, sign(moment(2)))).toBe("TACET-ONCE")
    expect(ruleOf(after, sign(moment(1), { contract: contractId(1) }))).toBe("TACET-TIME")
    expect(ruleOf(after, { _tag: "EndContract", at: moment(1), contract: contractId(0) })).toBe("TACET-TIME")
    expect(ruleOf(after, { _tag: "EndContract", at: moment(2), contract: contractId(1) })).toBe("TACET-STARTED")
    expect(ruleOf(Customer.initial, sign(moment(1)))).toBe("POLICY-BIND")
  })
})

/** The operator's legal duties need no instruction of a Customer. */
const ofLaw: ReadonlyArray<Purpose.Purpose> = ["legalCompliance", "rightsFulfilment", "identityVerification"]
const banned: ReadonlyArray<Purpose.Purpose> = ["sale", "retargeting", "personalisedAdvertising", "directMarketing"]

describe("a contract whose policy changes", () => {
  it("CLAUSES: is in force no longer once more clauses are owed, and is again with an addendum", () => {
    const in2017 = DateTime.makeUnsafe("2017-01-01T10:00:00Z")
    const in2019 = DateTime.makeUnsafe("2019-04-01T10:00:00Z")
    const { state } = play([
      { _tag: "AdoptPolicyVersion", at: in2017, policyVersion: dialonce20160629.id as never },
      sign(in2017, { clauses: ofDocuments, ownServices: ["emailAddress"] }),
    ])
    const policyAt = timeline(context.policies, state.policyVersions)
    const covered = (at: DateTime.Utc, of = state) => Contract.coversOwnService(of, "emailAddress", policyAt(at)!, at)
    expect([in2017, DateTime.makeUnsafe("2018-05-24T20:00:00Z"), in2019].map((at) => covered(at))).toEqual([
      true,
      true,
      false,
    ])
    const { state: mended } = play([sign(in2019, { contract: contractId(1), ownServices: ["emailAddress"] })], state)
    expect(covered(in2019, mended)).toBe(true)
  })
})
