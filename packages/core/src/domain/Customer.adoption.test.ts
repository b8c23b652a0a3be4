import { describe, expect, it } from "@tacet/vitest"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import fc from "fast-check"
import { timeline } from "../policy/binding/PolicyBook.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import type { ParameterName, PrivacyPolicy } from "../policy/text/PrivacyPolicy.ts"
import { dialogra, dialonce20160629, dialonce20190305, dialonce20210217, published } from "../policy/versions/index.ts"
import { given } from "@tacet/testing"
import * as Customer from "./Customer.ts"
import { told } from "./expectations.testing.ts"

const runs = { numRuns: 1000 }

/** The moment at which the GDPR begins in France. */
const regulation = Date.parse("2018-05-24T22:00:00Z")

/** A moment before or after it, often by a millisecond. */
const aMoment = fc
  .oneof(
    fc.constantFrom(-1, 0, 1),
    fc.integer({ min: -700, max: 3000 }).map((days) => days * 86_400_000),
  )
  .map((millis) => regulation + millis)

const adopt = (policy: PrivacyPolicy, at: number): Customer.Command => ({
  _tag: "AdoptPolicyVersion",
  at: DateTime.makeUnsafe(at),
  policyVersion: policy.id as never,
})

const decide = (policy: PrivacyPolicy, at: number) =>
  Customer.decider.decide(Customer.initial, adopt(policy, at), {
    policies: { ...Customer.published.policies, versions: [policy] },
  })

const own = (parameters: object, base?: PrivacyPolicy): PrivacyPolicy => ({
  ...(base ?? dialonce20210217),
  country: "FR",
  id: "zq-own/1",
  variants: [],
  parameters: { ...base?.parameters, ...parameters },
})
const saying = (name: ParameterName, value: unknown): PrivacyPolicy => own({ [name]: { value, sources: [] } })

/** A value that the law forbids, one that it leaves to a policy, and the article, taken from the law itself. */
const table: ReadonlyArray<readonly [name: ParameterName, weak: unknown, lawful: unknown, article: string]> = [
  ["answerWithin", ["P2M"], ["P1M"], "GDPR 12(3)"],
  [
    "rights",
    ["access"],
    ["access", "portability", "rectification", "erasure", "restriction", "objection", "complaint"],
    "GDPR 20",
  ],
  ["retentionCap", [], [{ after: "purposeFulfilled" }], "GDPR 5(1)(e)"],
  ["refusalGrounds", ["impractical"], ["manifestlyUnfounded"], "GDPR 12(5)"],
  ["instruments", ["consentToTransfer"], ["standardContractualClauses"], "GDPR 46"],
  ["locationRules", ["similarProtection"], ["areaOrSafeguards"], "GDPR 44"],
  ["remoteAccess", "isNoTransfer", "isTransfer", "GDPR 44"],
  ["statisticsInput", "raw", "anonymised", "GDPR 89(1)"],
  ["childConsentAge", 12, 15, "GDPR 8(1)"],
  ["breachNoticeHours", 73, 72, "GDPR 33(1)"],
  ["processorPurposes", "list", "instructedByCustomer", "GDPR 28(3)(a)"],
]

describe("the adoption of a policy version", () => {
  for (const policy of published) {
    // Planted and found: an adoption that stores the digest of nothing; a comparison with the last version alone.
    it.prop(
      `ARCHIVE under ${policy.id}: the text is pinned; another one under the same id is refused, and binds nothing`,
      [fc.constantFrom(...table), fc.integer({ min: 1, max: 900 }), fc.boolean()],
      ([name, , lawful], days, between) => {
        const day = 86_400_000
        const at = Date.parse(`${policy.effectiveFrom}T00:00:00Z`)
        const context = (version: PrivacyPolicy): Customer.Context => ({
          policies: { ...Customer.published.policies, versions: [version] },
        })
        const step = (state: Customer.State, version: PrivacyPolicy, when: number) =>
          Result.map(Customer.decider.decide(state, adopt(version, when), context(version)), (events) =>
            events.reduce(Customer.decider.evolve, state),
          )
        const first = Result.getOrThrow(step(Customer.initial, policy, at))
        const adopted = between ? Result.getOrThrow(step(first, { ...policy, id: "zq-own/1" }, at + day / 2)) : first
        const other = { ...policy, parameters: { ...policy.parameters, [name]: { value: lawful, sources: [] } } }
        const isOther = TextDigest.of(other) !== TextDigest.of(policy)
        const outcome = step(adopted, other, at + days * day)
        // The same text again is judged by the law of its day where another version was adopted meanwhile.
        if (isOther || !between) expect(Result.isFailure(outcome) && outcome.failure.rule).toBe(isOther && "ARCHIVE")
        const bound = (version: PrivacyPolicy) =>
          timeline(context(version).policies, first.policyVersions)(DateTime.makeUnsafe(at + days * day))
        expect(bound(policy)?.policy).toBe(policy.id)
        expect(bound(other)?.policy).toBe(isOther ? undefined : policy.id)
        // An adoption recorded before texts were pinned binds with whichever text is known by its id.
        const unpinned = { ...first, policyVersions: first.policyVersions.map((one) => ({ ...one, digest: null })) }
        expect(Result.isSuccess(step(unpinned, other, at + days * day))).toBe(true)
      },
      { numRuns: 200 },
    )
  }

  for (const policy of published) {
    // Finds: an adoption that asks for no law at all; one that asks for the law of today instead of that of its moment.
    it.prop(
      `POLICY-BIND LAW under ${policy.id}: is adopted in its own time, and one that states less than the law only before the law began`,
      [aMoment],
      (at) => {
        const outcome = decide(policy, at)
        const isRefused = policy === dialonce20160629 && at >= regulation
        expect(Result.isFailure(outcome)).toBe(isRefused)
        if (Result.isSuccess(outcome)) expect(outcome.success.map(({ _tag }) => _tag)).toEqual(["PolicyVersionAdopted"])
        else {
          expect(outcome.failure.field).toBe("policyVersion")
          for (const article of ["GDPR 12(5)", "GDPR 20", "GDPR 5(1)(e)", "GDPR 44", "GDPR 4(7)", "GDPR 89(1)"]) {
            expect(outcome.failure.accepted).toContain(article)
          }
        }
      },
      runs,
    )
  }

  for (const base of [dialonce20190305, dialonce20210217, dialogra]) {
    // Finds: a refusal that names the first weakness alone; a check of the text's own language and not of its variants.
    it.prop(
      `POLICY-BIND LAW under ${base.id}: one's own version of it is refused for each thing that it states below the law, with its article`,
      [fc.subarray([...table]), fc.subarray([...table]), fc.boolean(), aMoment],
      (weak, lawful, inVariant, at) => {
        const stated = (rows: typeof table, which: 1 | 2) =>
          Object.fromEntries(rows.map((row) => [row[0], { value: row[which], sources: [] }]))
        const weakly = stated(weak, 1)
        const policy: PrivacyPolicy = inVariant
          ? { ...own(stated(lawful, 2), base), variants: [{ language: "fr", document: "own", parameters: weakly }] }
          : own({ ...stated(lawful, 2), ...weakly }, base)
        const outcome = decide(policy, at)
        expect(Result.isFailure(outcome)).toBe(at >= regulation && weak.length > 0)
        if (Result.isSuccess(outcome)) return
        for (const [name, , , article] of weak) {
          expect(outcome.failure.accepted).toContain(name)
          expect(outcome.failure.accepted).toContain(article)
        }
        for (const [name] of lawful) {
          if (!weak.some(([other]) => other === name)) expect(outcome.failure.accepted).not.toContain(`${name} (`)
        }
        expect(told(outcome.failure)).not.toContain("zq-own")
      },
      runs,
    )
  }

  it.each([dialonce20190305, dialonce20210217, dialogra])("$id is adopted on the first day of its text", (policy) => {
    expect(Result.isSuccess(decide(policy, Date.parse(`${policy.effectiveFrom}T12:00:00Z`)))).toBe(true)
  })

  it("names the rule of the weaker parameter", () => {
    const outcome = decide(saying("answerWithin", ["P2M"]), regulation)
    expect(Result.isFailure(outcome) && outcome.failure.rule).toBe("R-1M")
    expect(Result.isFailure(outcome) && outcome.failure.accepted).toContain(
      "answerWithin (GDPR 12(3)): one month (P1M)",
    )
  })

  it("needs the known text, but not to replay or to repeat its adoption", () => {
    const none = { policies: { ...Customer.published.policies, versions: [] } }
    given(Customer.decider).when(adopt(dialogra, regulation), none).thenRefused("POLICY-BIND", "policyVersion")
    const adopted = Result.getOrThrow(decide(dialogra, regulation))
    given(Customer.decider, ...adopted)
      .when(adopt(dialogra, regulation + 1), none)
      .thenNothing()
  })
})
