import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import type { Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as History from "../policy/binding/History.ts"
import { legalData } from "../policy/legal/LegalData.ts"
import { disclosureGrounds } from "../policy/text/parameters/disclosure.ts"
import * as Purpose from "../policy/checks/Purpose.ts"
import { resolve } from "../policy/binding/Resolve.ts"
import { RuleCatalogue } from "@tacet/catalogue"
import { dialonce20190305, published } from "../policy/versions/index.ts"
import * as Recipient from "./Recipient.ts"
import * as Transfer from "./Transfer.ts"

const { decider } = Transfer
const day = 86_400_000
const recipientId = "7b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a77" as Recipient.RecipientId

type Ground = (typeof disclosureGrounds)[number]
type Request = Extract<Transfer.Command, { readonly _tag: "RequestTransfer" }>
interface Case {
  readonly request: Request
  readonly context: Transfer.Context
}

const kindFor = (ground: Ground): Recipient.RecipientKind =>
  ground === "owningCustomer"
    ? "customer"
    : ground === "subProcessor"
      ? "subProcessor"
      : ground === "restructuring"
        ? "transactionParty"
        : ground === "affiliate" || ground === "groupAdministration" || ground === "groupMarketing"
          ? "affiliate"
          : "partner"

const recipientOf = (
  kind: Recipient.RecipientKind,
  from: DateTime.Utc,
  options: { readonly without?: Recipient.Undertaking; readonly contract?: boolean } = {},
): Recipient.State => {
  const commands: ReadonlyArray<Recipient.Command> = [
    {
      _tag: "RegisterRecipient",
      at: from,
      kind,
      country: "FR",
      undertakings: Recipient.Undertaking.literals
        .filter((undertaking) => undertaking !== options.without)
        .map((undertaking) => ({ undertaking, document: "annex" })),
    },
    ...(options.contract === false ? [] : [{ _tag: "SignRecipientContract" as const, at: from, document: "contract" }]),
  ]
  return commands.reduce(
    (state, command) =>
      Result.getOrThrow(Recipient.decider.decide(state, command)).reduce(Recipient.decider.evolve, state),
    Recipient.decider.initial,
  )
}

/** A role, a purpose and a category that a policy allows, so that a refusal is never for their sake. */
const allowedUse = (policy: EffectivePolicy) => {
  for (const role of ["processor", "publisher", "controller"] as const) {
    const category = policy.parameters.categories[role][0]
    for (const purpose of Purpose.purposes) {
      const use = { role, purpose, instructed: Purpose.purposes, consented: [purpose], legalReference: "law 1" }
      if (category !== undefined && Purpose.check(policy, use)._tag === "allow") return { role, purpose, category }
    }
  }
  throw new Error(`${policy.policy} allows nothing`)
}

/** A disclosure inside the EU that meets every condition of its ground. */
const lawful = (policy: EffectivePolicy, ground: Ground, at: DateTime.Utc): Case => {
  const { category, purpose, role } = allowedUse(policy)
  return {
    request: {
      _tag: "RequestTransfer",
      at,
      recipient: recipientId,
      ground,
      purpose,
      categories: [category],
      data: "otherData",
      manner: "file",
      destination: "FR",
      conditions: [],
      legalReference: "law 1",
      transaction: "merger 3",
      need: "case 9",
      againstPayment: false,
    },
    context: {
      policy,
      legal: legalData,
      role,
      recipient: recipientOf(kindFor(ground), DateTime.makeUnsafe(DateTime.toEpochMillis(at) - day)),
      consents: [{ recipient: recipientId, purpose, manner: "file" }],
      instructed: Purpose.purposes,
      minimumFor: () => [category],
    },
  }
}

/** The rules by which a disclosure was refused; none: it was authorised. */
const refusedBy = ({ context, request }: Case): ReadonlyArray<string> => {
  const events = Result.getOrThrow(decider.decide(decider.initial, request, context))
  expect(events[0]?._tag).toBe("TransferRequested")
  const last = events[1]
  return last?._tag === "TransferRefused" ? last.rules : []
}

describe("Transfer", () => {
  for (const policy of published) {
    const at = DateTime.makeUnsafe(`${policy.effectiveFrom}T12:00:00Z`)
    const effective = Result.getOrThrow(resolve(History.of(policy), { at }))
    const grounds = effective.parameters.disclosureGrounds
    const case_ = (ground: Ground) => lawful(effective, ground, at)

    it.prop(
      `GROUNDS under ${policy.id}: each ground of the closed list carries a disclosure that meets its conditions, no other does`,
      // Planted bug that it finds: the list of grounds not looked at.
      [fc.constantFrom(...disclosureGrounds)],
      (ground) => {
        const rules = refusedBy(case_(ground))
        if (grounds.includes(ground)) expect(rules).toEqual([])
        else expect(rules).toContain("GROUNDS")
      },
      { numRuns: 1000 },
    )

    it.prop(
      `D-CONSENT D-AFFIL D-PARTNER D-LAW D-MERGER D-MERGER-COMMIT D-ENFORCE SUBPROC CUST-ONLY GROUP-MKT ADV-CONSENT under ${policy.id}: without a condition of its ground a disclosure is refused by that rule, with all of them it is authorised`,
      // Planted bugs that it finds: any case of `conditionLack` that answers `undefined`; `consent?.manner` ignored.
      [fc.constantFrom(...grounds), fc.nat()],
      (ground, which) => {
        const conditions = effective.parameters.groundConditions[ground] ?? []
        const condition = conditions[which % Math.max(1, conditions.length)]
        if (condition === undefined) return
        const whole = case_(ground)
        const { context, request } = whole
        const { legalReference: _law, need: _need, transaction: _transaction, ...bare } = request
        const before = DateTime.makeUnsafe(DateTime.toEpochMillis(at) - day)
        const kind = kindFor(ground)
        const lacking: Readonly<Record<typeof condition, readonly [Case, ReadonlyArray<string>]>> = {
          ownInteractions: [
            { request, context: { ...context, recipient: recipientOf("partner", before) } },
            ["CUST-ONLY"],
          ],
          contractInForce: [
            { request, context: { ...context, recipient: recipientOf(kind, before, { contract: false }) } },
            ["CONTRACT-RCPT", "SUBPROC"],
          ],
          onBehalfOfOperator: [
            { request, context: { ...context, recipient: recipientOf("partner", before) } },
            ["SUBPROC"],
          ],
          explicitConsent: [
            { request, context: { ...context, consents: [] } },
            ["D-CONSENT", "GROUP-MKT", "ADV-CONSENT"],
          ],
          namedRecipient: [
            { request, context: { ...context, consents: [] } },
            ["D-CONSENT", "GROUP-MKT", "ADV-CONSENT"],
          ],
          namedManner: [{ request: { ...request, manner: "print" }, context }, ["D-CONSENT"]],
          requestOrConsent: [{ request, context: { ...context, consents: [] } }, ["ADV-CONSENT"]],
          minimumFields: [{ request, context: { ...context, minimumFor: () => [] } }, ["D-AFFIL", "D-PARTNER"]],
          specifiedPurpose: [
            { request, context: { ...context, minimumFor: () => undefined } },
            ["D-PARTNER", "D-AFFIL"],
          ],
          legalReference: [{ request: { ...bare, need: "case 9", transaction: "merger 3" }, context }, ["D-LAW"]],
          partyToNamedTransaction: [
            { request: { ...bare, legalReference: "law 1", need: "case 9" }, context },
            ["D-MERGER"],
          ],
          commitmentToThisPolicy: [
            {
              request,
              context: { ...context, recipient: recipientOf(kind, before, { without: "commitmentToThisPolicy" }) },
            },
            ["D-MERGER-COMMIT"],
          ],
          demonstratedNeed: [
            { request: { ...bare, legalReference: "law 1", transaction: "merger 3" }, context },
            ["D-ENFORCE"],
          ],
        }
        expect(refusedBy({ request, context })).toEqual([])
        const [broken, rules] = lacking[condition]
        const found = refusedBy(broken)
        expect([ground, condition, found.some((rule) => rules.includes(rule))]).toEqual([ground, condition, true])
      },
      { numRuns: 1000 },
    )

    it.prop(
      `CUST-ONLY under ${policy.id}: interaction data is disclosed only to the recipients that the version names`,
      // Planted bug that it finds: `interactionDataRecipients` not looked at.
      [fc.constantFrom(...grounds)],
      (ground) => {
        const { context, request } = case_(ground)
        const rules = refusedBy({ context, request: { ...request, data: "interactionData" } })
        expect(rules.includes("CUST-ONLY")).toBe(!effective.parameters.interactionDataRecipients.includes(ground))
      },
      { numRuns: 1000 },
    )

    if (RuleCatalogue.rule("CUST-MATCH").versions.includes(policy.id)) {
      it.prop(
        `CUST-MATCH under ${policy.id}: interactions are reconciled with the files of their own Customer, and with no other Customer's`,
        // Planted bug that it finds: `ownInteractions` that takes a partner for the Customer.
        [fc.constantFrom(...Recipient.RecipientKind.literals), fc.boolean()],
        (kind, contract) => {
          const { context, request } = case_("owningCustomer")
          const before = DateTime.makeUnsafe(DateTime.toEpochMillis(at) - day)
          const rules = refusedBy({
            context: { ...context, recipient: recipientOf(kind, before, { contract }) },
            request: { ...request, data: "interactionData" },
          })
          expect(rules.includes("CUST-ONLY")).toBe(kind !== "customer")
          if (kind === "customer" && contract) expect(rules).toEqual([])
        },
        { numRuns: 1000 },
      )
    }

    it.prop(
      `D-CONSENT under ${policy.id}: a consent to another recipient or to another purpose counts for nothing`,
      // Planted bug that it finds: the purposes of all consents handed to the check of the purpose.
      [
        fc.constantFrom(...disclosureGrounds),
        fc.constantFrom(...Purpose.purposes),
        fc.constantFrom("processor" as const, "publisher" as const, "controller" as const),
        fc.constantFrom("file" as const, "print" as const, undefined),
      ],
      (ground, purpose, role, manner) => {
        const { context, request } = case_(ground)
        const asked = { ...request, purpose }
        const judged = (consents: Transfer.Context["consents"]) =>
          refusedBy({ request: asked, context: { ...context, role, consents } })
        const stranger = "6f1c9a50-3d2e-4b7a-9c11-0000000000ff" as Recipient.RecipientId
        const others = Purpose.purposes.filter((one) => one !== purpose)
        const without = judged([])
        expect(judged(Purpose.purposes.map((one) => ({ recipient: stranger, purpose: one, manner })))).toEqual(without)
        expect(judged(others.map((one) => ({ recipient: recipientId, purpose: one, manner })))).toEqual(without)
      },
      { numRuns: 300 },
    )

    it.prop(
      `SAFEGUARD-COPY under ${policy.id}: whatever left the EEA has a document that can be given, nothing else has`,
      // Planted bug that it finds: `TransferAuthorised` folded without its article.
      [
        fc.constantFrom(...grounds),
        fc.constantFrom("FR", "GL", "US", "CH", "JP"),
        fc.constantFrom("file" as const, "remoteAccess" as const),
        fc.constantFrom(...effective.parameters.instruments),
        fc.constantFrom("", "file 8"),
        fc.boolean(),
      ],
      (ground, destination, manner, instrument, reference, listed) => {
        const { context, request } = case_(ground)
        const consents = context.consents.map((consent) => ({ ...consent, manner }))
        const asked: Request = {
          ...request,
          destination,
          manner,
          conditions: listed
            ? ["selfCertified", "commercialOrganisation", "privateOperatorUnderSupplementaryRules"]
            : [],
          safeguard: {
            instrument,
            reference,
            recordedOn: policy.effectiveFrom,
            act: "2010/87/EU",
            contractMadeOn: policy.effectiveFrom,
            authorisation: "letter 4",
          },
        }
        const events = Result.getOrThrow(decider.decide(decider.initial, asked, { ...context, consents }))
        const state = events.reduce(decider.evolve, decider.initial)
        const copy = Transfer.safeguardOf(state)
        const free = manner === "remoteAccess" && effective.parameters.remoteAccess === "isNoTransfer"
        const left = state.status === "authorised" && destination !== "FR" && !free
        expect(copy !== undefined).toBe(left)
        if (copy === undefined) return
        expect(copy.article).toMatch(/^(GDPR 4[5-9]|95\/46\/EC )/)
        expect(copy.document).toMatch(/\S/)
        if (reference === "file 8") expect(copy.document).toBe("file 8")
        const replayed = events
          .map((event) => Result.getOrThrow(Transfer.codec.decodeNew(Transfer.codec.encode(event))))
          .reduce(decider.evolve, decider.initial)
        expect(Transfer.safeguardOf(replayed)).toEqual(copy)
      },
      { numRuns: 1000 },
    )

    it.prop(
      `NOT-SOLD under ${policy.id}: nothing is disclosed against payment, whatever the ground`,
      // Planted bug that it finds: `againstPayment` not looked at.
      [fc.constantFrom(...grounds), fc.boolean()],
      (ground, againstPayment) => {
        const { context, request } = case_(ground)
        expect(refusedBy({ context, request: { ...request, againstPayment } })).toEqual(
          againstPayment ? ["NOT-SOLD"] : [],
        )
      },
      { numRuns: 1000 },
    )

    it.prop(
      `D-NOOTHER D-NOOTHER-AUTH under ${policy.id}: another purpose of the recipient's only as the version allows`,
      // Planted bug that it finds: an authorisation that opens what the version never allows.
      [fc.constantFrom(...grounds), fc.constantFrom("none", "unauthorised", "authorised")],
      (ground, other) => {
        const { context, request } = case_(ground)
        const { purpose } = request
        const never = effective.parameters.otherPurposeOfRecipient === "never"
        const rules = refusedBy({
          context,
          request:
            other === "none"
              ? request
              : { ...request, otherPurpose: { purpose, ...(other === "authorised" && { authorisation: "letter 1" }) } },
        })
        const free = other === "none" || (other === "authorised" && !never)
        expect(rules).toEqual(free ? [] : [never ? "D-NOOTHER" : "D-NOOTHER-AUTH"])
      },
      { numRuns: 1000 },
    )

    it.prop(
      `A45-47 REMOTE LOC-EU LOC-3WAY LOC-EU-AND LOC-ANY16 LOC-NONEEA under ${policy.id}: into a third country only on a recorded instrument`,
      // Planted bug that it finds: `standing.success !== "thirdCountry"` negated, or remote access let through.
      // Planted and found: a recorded instrument that carries nothing.
      [
        fc.constantFrom(...grounds),
        fc.constantFrom("FR", "DE", "GL", "BR", "IN"),
        fc.constantFrom("file" as const, "remoteAccess" as const),
        fc.boolean(),
      ],
      (ground, destination, manner, recorded) => {
        const { context, request } = case_(ground)
        const consents = context.consents.map((consent) => ({ ...consent, manner }))
        const safeguard = {
          instrument: "standardContractualClauses",
          reference: "file 8",
          recordedOn: policy.effectiveFrom,
          act: "2010/87/EU",
          contractMadeOn: policy.effectiveFrom,
        } as const
        const rules = refusedBy({
          context: { ...context, consents },
          request: { ...request, destination, manner, ...(recorded ? { safeguard } : {}) },
        })
        const inside = destination === "FR" || destination === "DE"
        const free = manner === "remoteAccess" && effective.parameters.remoteAccess === "isNoTransfer"
        // Where a sub-processor has to be in an adequate country, no instrument takes its place.
        const needsAdequacy =
          ground === "subProcessor" && effective.parameters.locationRules.includes("unionOrAdequateCountryAndPartner")
        const carried = inside || free || (recorded && !needsAdequacy)
        expect([destination, rules.length > 0]).toEqual([destination, !carried])
        for (const rule of rules) {
          expect(["A45-47", "REMOTE", "LOC-EU", "LOC-3WAY", "LOC-EU-AND", "LOC-ANY16", "LOC-NONEEA"]).toContain(rule)
        }
      },
      { numRuns: 1000 },
    )
  }

  it("SHIELD A45-47: a transfer of 2019 under Privacy Shield replays as lawful, the same command today is refused", () => {
    const shield = (at: DateTime.Utc): Case => {
      const policy = Result.getOrThrow(resolve(History.of(dialonce20190305), { at }))
      const { context, request } = lawful(policy, "legalRequirement", at)
      return {
        context: { ...context, recipient: recipientOf("partner", DateTime.makeUnsafe("2019-03-06T00:00:00Z")) },
        request: {
          ...request,
          destination: "US",
          conditions: ["selfCertified"],
          safeguard: { instrument: "adequacyDecision", reference: "", recordedOn: "2019-03-06" },
        },
      }
    }
    const then = shield(DateTime.makeUnsafe("2019-06-01T00:00:00Z"))
    expect(refusedBy(then)).toEqual([])
    const events = Result.getOrThrow(decider.decide(decider.initial, then.request, then.context))
    const stored = events.map(Transfer.codec.encode)
    const replayed = stored
      .map((event) => Result.getOrThrow(Transfer.codec.decodeNew(event)))
      .reduce(decider.evolve, decider.initial)
    expect(replayed.status).toBe("authorised")
    expect(stored[1]?.data).toContain("2016/1250")
    // On its last day, the day after, and today.
    expect(refusedBy(shield(DateTime.makeUnsafe("2020-07-15T12:00:00Z")))).toEqual([])
    expect(refusedBy(shield(DateTime.makeUnsafe("2020-07-16T12:00:00Z")))).toEqual(["A45-47"])
    expect(refusedBy(shield(DateTime.makeUnsafe("2026-11-22T12:00:00Z")))).toEqual(["A45-47"])
  })

  const latest = published[2]!
  const at = DateTime.makeUnsafe("2021-03-01T00:00:00Z")
  const whole = (): Case => lawful(Result.getOrThrow(resolve(History.of(latest), { at })), "owningCustomer", at)
  const execution = (days: number): Transfer.Command => ({
    _tag: "ExecuteTransfer",
    at: DateTime.makeUnsafe(DateTime.toEpochMillis(at) + days * day),
    values: 3,
    digest: "a".repeat(64),
  })
  const authorised = ({ context, request }: Case): Transfer.State =>
    Result.getOrThrow(decider.decide(decider.initial, request, context)).reduce(decider.evolve, decider.initial)

  it("CONTRACT-RCPT: an authorised transfer is not carried out once the contract has ended", () => {
    const { context, request } = whole()
    const state = authorised({ context, request })
    const ended = Recipient.decider.evolve(context.recipient, {
      _tag: "RecipientContractEnded",
      occurredAt: DateTime.makeUnsafe(DateTime.toEpochMillis(at) + 2 * day),
    })
    const before = decider.decide(state, execution(1), { ...context, recipient: ended })
    expect(Result.isSuccess(before)).toBe(true)
    const after = decider.decide(state, execution(2), { ...context, recipient: ended })
    expect(Result.isFailure(after) && after.failure.rule).toBe("CONTRACT-RCPT")
  })

  it("GROUNDS: nothing is carried out that was refused or never asked for", () => {
    const { context, request } = whole()
    const refused = authorised({ context, request: { ...request, againstPayment: true } })
    for (const state of [decider.initial, refused]) {
      const decision = decider.decide(state, execution(1), context)
      expect(Result.isFailure(decision) && decision.failure.rule).toBe("GROUNDS")
    }
  })

  it("REGISTER-RCPT: each recipient of the data is notified once, and no one else is", () => {
    const { context, request } = whole()
    const state = authorised({ context, request })
    const notice: Transfer.Command = {
      _tag: "NotifyRecipient",
      at: DateTime.makeUnsafe(DateTime.toEpochMillis(at) + 9 * day),
      notice: "8b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a88" as Uuid,
      cause: "erasure",
    }
    const tooEarly = decider.decide(state, notice, context)
    expect(Result.isFailure(tooEarly) && tooEarly.failure.rule).toBe("REGISTER-RCPT")
    const executed = Result.getOrThrow(decider.decide(state, execution(1), context)).reduce(decider.evolve, state)
    const told = Result.getOrThrow(decider.decide(executed, notice, context))
    expect(told.map(({ _tag }) => _tag)).toEqual(["RecipientNotified"])
    expect(decider.decide(told.reduce(decider.evolve, executed), notice, context)).toEqual(Result.succeed([]))
  })

  it.prop(
    `REGISTER-RCPT under ${latest.id}: the recipients and their notices follow from the events alone`,
    // Planted bug that it finds: a notice of a disclosure that was refused.
    [
      fc.array(
        fc.record({
          executes: fc.boolean(),
          notice: fc.constantFrom("8b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a88", "8b0c7a52-3f0e-4b43-9a59-0d7c3c1f2a99"),
          possible: fc.boolean(),
        }),
        { maxLength: 8 },
      ),
      fc.boolean(),
    ],
    (steps, paid) => {
      const { context, request } = whole()
      const commands = steps.map(({ executes, notice, possible }, index): Transfer.Command => {
        if (executes) return execution(1)
        const told = { at: execution(2 + index).at, notice: notice as Uuid, cause: "erasure" as const }
        return possible
          ? { _tag: "NotifyRecipient", ...told }
          : { _tag: "DeclareNoticeImpossible", ...told, reason: "impossible" }
      })
      let state = authorised({ context, request: { ...request, againstPayment: paid } })
      let events: ReadonlyArray<Transfer.Event> = []
      for (const command of commands) {
        const decision = decider.decide(state, command, context)
        const isMade = events.some(({ _tag }) => _tag === "TransferExecuted")
        if (command._tag !== "ExecuteTransfer" && !isMade) {
          expect(Result.isFailure(decision) && decision.failure.rule).toBe("REGISTER-RCPT")
        } else expect(Result.isSuccess(decision)).toBe(!paid)
        const recorded = Result.getOrElse(decision, () => [])
        events = [...events, ...recorded]
        state = recorded.reduce(decider.evolve, state)
      }
      const notices = events.flatMap((event) => ("notice" in event ? [event.notice] : []))
      expect(new Set(notices).size).toBe(notices.length)
      const first = commands.findIndex(({ _tag }) => _tag === "ExecuteTransfer")
      const asked =
        first < 0 || paid ? [] : steps.slice(first).flatMap(({ executes, notice }) => (executes ? [] : [notice]))
      expect(new Set(notices)).toEqual(new Set(asked))
    },
    { numRuns: 1000 },
  )

  it("TACET-ONCE: the same request adds nothing, another needs a stream of its own", () => {
    const { context, request } = whole()
    const state = authorised({ context, request })
    expect(decider.decide(state, request, context)).toEqual(Result.succeed([]))
    const other = decider.decide(state, { ...request, destination: "DE" }, context)
    expect(Result.isFailure(other) && other.failure.rule).toBe("TACET-ONCE")
  })
})
