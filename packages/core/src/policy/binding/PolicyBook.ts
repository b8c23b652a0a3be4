/**
 * The texts that one Customer may adopt, with the texts read beside them, and what binds each moment once some of them
 * are adopted. What a stream holds of a version is its id alone: the text comes from here.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import type { EffectivePolicy } from "./EffectivePolicy.ts"
import * as History from "./History.ts"
import type { LegalData } from "../legal/LegalData.ts"
import { legalData, regulationApplies } from "../legal/LegalData.ts"
import * as Calendar from "../../calendar/Calendar.ts"
import { fromEpochDay } from "../../calendar/PlainDate.ts"
import { dayOf } from "../../calendar/UtcDay.ts"
import type { PrivacyPolicy } from "../text/PrivacyPolicy.ts"
import * as Resolve from "./Resolve.ts"
import * as TextDigest from "./TextDigest.ts"
import * as Versions from "../versions/index.ts"

/** The texts that a Customer may adopt. */
export interface PolicyBook {
  readonly versions: ReadonlyArray<PrivacyPolicy>
  readonly supplements?: ReadonlyArray<History.Supplement>
  /** The Customer's own policy, for data that is handled for it (PRECEDENCE). */
  readonly customerPolicies?: ReadonlyArray<History.CustomerPolicy>
  readonly legal: LegalData
}

/** The published versions and the one to begin with, under the law as the library knows it. */
export const published: PolicyBook = { versions: [...Versions.published, Versions.starter], legal: legalData }

/**
 * The text of a version, or `undefined` where the book has none.
 *
 * @example
 * ```ts
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const zone = PolicyBook.text(PolicyBook.published, "dialonce/2021-02-17")?.timeZone // => "Europe/Paris"
 * ```
 */
export const text = (book: PolicyBook, id: string): PrivacyPolicy | undefined =>
  book.versions.find((version) => version.id === id)

/** A version from the moment, in epoch milliseconds, at which it was adopted. */
export interface Adopted {
  readonly from: number
  readonly policyVersion: string
  /** The digest of the text that was adopted; `null` where it was adopted before texts were pinned. */
  readonly digest?: TextDigest.TextDigest | null
}

/** A text, unless another one was adopted under its id: it would judge old data anew (ARCHIVE). */
const pinned = (policy: PrivacyPolicy | undefined, digest: Adopted["digest"]): PrivacyPolicy | undefined =>
  policy === undefined || digest === undefined || digest === null || TextDigest.of(policy) === digest
    ? policy
    : undefined

/** The policy that binds a moment; `undefined` where no version was adopted by then, or none whose text is known. */
export type PolicyAt = (at: DateTime.Utc) => EffectivePolicy | undefined

/** Some ten years of days: more is not worth keeping. */
const keptDays = 4096

/**
 * The policy that binds each moment of a Customer that has adopted these versions, for data that is handled for it.
 * Each day is resolved once, so the answer's own `at` is a moment of that day, not always the one that was asked.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const policyAt = PolicyBook.timeline(PolicyBook.published, [{ from: 0, policyVersion: "dialonce/2021-02-17" }])
 * const channels = policyAt(DateTime.makeUnsafe("2026-01-01T00:00:00Z"))?.parameters.channels
 * channels // => ["outgoingCall", "incomingCall", "web", "app", "sms", "qr"]
 * ```
 */
export const timeline = (book: PolicyBook, adopted: ReadonlyArray<Adopted>): PolicyAt => {
  const { customerPolicies = [], legal, supplements = [] } = book
  const known = adopted.map(({ digest, from, policyVersion }) => ({
    from: DateTime.makeUnsafe(from),
    policy: pinned(text(book, policyVersion), digest),
  }))
  const history: History.History = {
    adopted: known.flatMap(({ from, policy }) => (policy === undefined ? [] : [{ from, policy }])),
    supplements,
    customerPolicies,
  }
  const changes = [...known, ...supplements, ...customerPolicies]
    .map(({ from }) => DateTime.toEpochMillis(from))
    .toSorted((one, other) => one - other)
  const days = new Map<number, EffectivePolicy>()
  return (at) => {
    const instant = DateTime.toEpochMillis(at)
    const day = dayOf(instant)
    const key = changes.findLastIndex((change) => change <= instant) * 2 ** 32 + day
    const found = days.get(key)
    if (found !== undefined) return found
    // A version without a text binds all the same: it is not passed over for the one before.
    const bound = History.latest(known, at)?.policy
    if (bound === undefined) return undefined
    const resolved = Resolve.resolve(history, { at, role: "processor" }, { legal })
    if (Result.isFailure(resolved)) return undefined
    const applies = (date: number): boolean => regulationApplies(legal, bound.country, fromEpochDay(date))
    // On the day on which the law begins its hour depends on the zone.
    if (applies(day - 1) === applies(day + 1)) {
      if (days.size >= keptDays) days.clear()
      days.set(key, resolved.success)
    }
    return resolved.success
  }
}

/**
 * The moments at which what binds may have changed: a version was adopted, a supplement or the Customer's own policy
 * began, or the law began or ceased to apply. Between two of them the same policy binds every moment.
 *
 * @example
 * ```ts
 * import { PolicyBook } from "@tacet/core/policy"
 *
 * const adopted = [{ from: 0, policyVersion: "dialonce/2021-02-17" }]
 * const inParis = Date.parse("2018-05-24T22:00:00Z")
 * PolicyBook.changes(PolicyBook.published, adopted).includes(inParis) // => true
 * ```
 */
export const changes = (book: PolicyBook, adopted: ReadonlyArray<Adopted>): ReadonlyArray<number> => {
  const { customerPolicies = [], legal, supplements = [] } = book
  const { memberships, regulationFrom, treatments } = legal
  const spans = [...memberships, ...treatments]
  const dates = new Set([...Object.values(regulationFrom), ...spans.flatMap(({ from, to = from }) => [from, to])])
  const zones = new Set(adopted.flatMap(({ policyVersion }) => text(book, policyVersion)?.timeZone ?? []))
  return [
    ...adopted.map(({ from }) => from),
    ...[...supplements, ...customerPolicies].map(({ from }) => DateTime.toEpochMillis(from)),
    ...Array.from(zones).flatMap((zone) =>
      Array.from(dates, (date) => DateTime.toEpochMillis(Calendar.startOfDay(date, zone))),
    ),
  ]
}
