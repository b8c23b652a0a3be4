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
import * as Severability from "./Severability.ts"
import * as TextDigest from "./TextDigest.ts"
import * as Versions from "../versions/index.ts"

/** The texts that a Customer may adopt. */
export interface PolicyBook {
  readonly versions: ReadonlyArray<PrivacyPolicy>
  readonly supplements?: ReadonlyArray<History.Supplement>
  /** The Customer's own policy, for data that is handled for it (PRECEDENCE). */
  readonly customerPolicies?: ReadonlyArray<History.CustomerPolicy>
  /** The provisions that are invalid, of any version (SEVER). */
  readonly severances?: ReadonlyArray<Severability.Severance>
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

/** A product from the moment, in epoch milliseconds, from which the Customer uses it. */
export interface ProductUsed {
  readonly from: number
  readonly product: string
}

/** A text, unless another one was adopted under its id: it would judge old data anew (ARCHIVE). */
const pinned = (policy: PrivacyPolicy | undefined, digest: Adopted["digest"]): PrivacyPolicy | undefined =>
  policy === undefined || digest === undefined || digest === null || TextDigest.of(policy) === digest
    ? policy
    : undefined

/** A version in force from a moment; its text is `undefined` where it is not known. */
interface InForce {
  readonly from: DateTime.Utc
  readonly policy: PrivacyPolicy | undefined
}

/** The adopted texts in the order of time, each again from the moment at which some of its provisions are invalid. */
const textsInForce = (book: PolicyBook, adopted: ReadonlyArray<Adopted>): ReadonlyArray<InForce> => {
  const { severances = [] } = book
  const texts = adopted.map(({ digest, from, policyVersion }) => ({
    from: DateTime.makeUnsafe(from),
    policy: pinned(text(book, policyVersion), digest),
  }))
  const severed = severances.flatMap(({ from }) => {
    const bound = History.latest(texts, from)
    return bound === undefined ? [] : [{ from, policy: bound.policy }]
  })
  return [...texts, ...severed]
    .toSorted((one, other) => DateTime.toEpochMillis(one.from) - DateTime.toEpochMillis(other.from))
    .map(({ from, policy }) => ({
      from,
      policy: policy === undefined ? undefined : Severability.severedAt(policy, severances, from),
    }))
}

const historyOf = ({ customerPolicies = [], supplements = [] }: PolicyBook, known: ReadonlyArray<InForce>) => ({
  adopted: known.flatMap(({ from, policy }) => (policy === undefined ? [] : [{ from, policy }])),
  supplements,
  customerPolicies,
})

/** The policy that binds a moment; `undefined` where no version was adopted by then, or none whose text is known. */
export type PolicyAt = (at: DateTime.Utc) => EffectivePolicy | undefined

/** Some ten years of days: more is not worth keeping. */
const keptDays = 4096

/** The product that is used at a moment, in epoch milliseconds. */
const productAt = (products: ReadonlyArray<ProductUsed>, instant: number) =>
  products.findLast(({ from }) => from <= instant)?.product

/**
 * The policy that binds each moment of a Customer that has adopted these versions and uses these products, each list in
 * the order of `from`, for data that is handled for it. Each day is resolved once, so the answer's own `at` is a moment of
 * that day, not always the one that was asked.
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
export const timeline = (
  book: PolicyBook,
  adopted: ReadonlyArray<Adopted>,
  products: ReadonlyArray<ProductUsed> = [],
): PolicyAt => {
  const { customerPolicies = [], legal, supplements = [] } = book
  const known = textsInForce(book, adopted)
  const history = historyOf(book, known)
  const changes = [...known, ...supplements, ...customerPolicies]
    .map(({ from }) => DateTime.toEpochMillis(from))
    .concat(products.map(({ from }) => from))
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
    const product = productAt(products, instant)
    const moment = { at, role: "processor", ...(product === undefined ? {} : { product }) } as const
    const resolved = Resolve.resolve(history, moment, { legal })
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
 * began, a provision was severed, another product was used, or the law began or ceased to apply. Between two of them the same policy binds every moment.
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
export const changes = (
  book: PolicyBook,
  adopted: ReadonlyArray<Adopted>,
  products: ReadonlyArray<ProductUsed> = [],
): ReadonlyArray<number> => {
  const { customerPolicies = [], legal, severances = [], supplements = [] } = book
  const { memberships, regulationFrom, treatments } = legal
  const spans = [...memberships, ...treatments]
  const dates = new Set([...Object.values(regulationFrom), ...spans.flatMap(({ from, to = from }) => [from, to])])
  const zones = new Set(adopted.flatMap(({ policyVersion }) => text(book, policyVersion)?.timeZone ?? []))
  return [
    ...adopted.map(({ from }) => from),
    ...products.map(({ from }) => from),
    ...[...supplements, ...customerPolicies, ...severances].map(({ from }) => DateTime.toEpochMillis(from)),
    ...Array.from(zones).flatMap((zone) =>
      Array.from(dates, (date) => DateTime.toEpochMillis(Calendar.startOfDay(date, zone))),
    ),
  ]
}
