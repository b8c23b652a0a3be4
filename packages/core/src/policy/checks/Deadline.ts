/**
 * The time within which a request of a person is answered (GDPR 12(3); R-1M, R-30D, R-DELAY): counted from its receipt,
 * at the end of the day on which it falls due, put off by days that do not count and at most once by a reasoned
 * extension that is announced before the first due date.
 */
import type * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../../calendar/Calendar.ts"
import type { Period } from "../../calendar/Period.ts"
import { amount } from "../../calendar/Period.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"

/** Days that do not count: from the first to the day before `to`; without `to` it still lasts. */
export interface Suspension {
  readonly from: PlainDate
  readonly to?: PlainDate
}

/** An extension that was announced in time, with its reasons. */
export interface Extension {
  readonly by: Period
  readonly announced: PlainDate
  readonly reasons: ReadonlyArray<string>
}

/** The facts from which a due date is computed. */
export interface Deadline {
  /** The day on which the request came in; it is not counted. */
  readonly received: PlainDate
  /** The soonest of these counts; at least one. */
  readonly within: ReadonlyArray<Period>
  readonly suspensions: ReadonlyArray<Suspension>
  readonly extension?: Extension
  /** Move a due date that is no working day to the next one. Default: no, which is the safe side. */
  readonly rollForward?: Calendar.HolidayTable
}

/** An extension that is not accepted. */
export class ExtensionRefused extends Schema.TaggedError<ExtensionRefused>()("ExtensionRefused", {
  /** The key of the rule. */
  rule: Schema.Literals(["R-1M", "R-30D", "R-DELAY"]),
  /** What would be accepted. */
  accepted: Schema.String,
}) {
  override get message(): string {
    return `The extension was refused by rule ${this.rule}. Accepted: ${this.accepted}.`
  }
}

/**
 * A deadline for a request received on a date.
 *
 * @example
 * ```ts
 * import { Deadline } from "@tacet/core/policy"
 *
 * const due = Deadline.dueDate(Deadline.make("2021-01-31", ["P1M"])) // => "2021-02-28"
 * ```
 */
export const make = (
  received: PlainDate,
  within: ReadonlyArray<Period>,
  options: { readonly rollForward?: Calendar.HolidayTable } = {},
): Deadline => ({ received, within, suspensions: [], ...options })

/**
 * The date at whose end the answer is due, or `undefined` while the time is suspended.
 *
 * @rule R-1M, R-30D
 *
 * @example
 * ```ts
 * import { Deadline } from "@tacet/core/policy"
 *
 * const deadline = Deadline.suspend(Deadline.make("2021-03-01", ["P1M"]), { from: "2021-03-10", to: "2021-03-15" })
 * const due = Deadline.dueDate(deadline) // => "2021-04-06"
 * ```
 */
export const dueDate = (deadline: Deadline): PlainDate | undefined =>
  dueAfter(deadline, counted(deadline, deadline.extension?.by))

/**
 * The due date without its extension: until its end an extension can be announced.
 */
export const firstDueDate = (deadline: Deadline): PlainDate | undefined =>
  dueAfter(deadline, counted(deadline, undefined))

/**
 * The instant from which the answer is late, or `undefined` while the time is suspended: the end of the due date in the
 * time zone of the policy.
 *
 * @example
 * ```ts
 * import { Deadline } from "@tacet/core/policy"
 *
 * const late = Deadline.lateFrom(Deadline.make("2021-01-31", ["P1M"]), "Europe/Paris") // => "2021-02-28T23:00:00.000Z"
 * ```
 */
export const lateFrom = (deadline: Deadline, timeZone: Calendar.TimeZoneName): DateTime.Utc | undefined => {
  const due = dueDate(deadline)
  return due === undefined ? undefined : Calendar.endOfDay(due, timeZone)
}

/**
 * Takes days out of the count. They are added to the end one by one; days before the receipt or after the due date
 * change nothing.
 *
 * @example
 * ```ts
 * import { Deadline } from "@tacet/core/policy"
 *
 * const waiting = Deadline.suspend(Deadline.make("2021-03-01", ["P1M"]), { from: "2021-03-10" })
 * const due = Deadline.dueDate(waiting) // => undefined
 * ```
 */
export const suspend = (deadline: Deadline, suspension: Suspension): Deadline => ({
  ...deadline,
  suspensions: [...deadline.suspensions, suspension],
})

/**
 * Extends a deadline, once, with reasons, announced at the latest on the first due date (GDPR 12(3)). The further period
 * is counted from the receipt together with the first: a request of 31 January that is due on 28 February is, with two
 * further months, due on 30 April.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { Deadline } from "@tacet/core/policy"
 *
 * const extended = Deadline.extend(Deadline.make("2021-01-31", ["P1M"]), {
 *   by: "P2M",
 *   announced: "2021-02-28",
 *   reasons: ["JustificationA12Complexity"],
 * })
 * Result.getOrThrow(Result.map(extended, Deadline.dueDate)) // => "2021-04-30"
 * ```
 */
export const extend = (deadline: Deadline, extension: Extension): Result.Result<Deadline, ExtensionRefused> => {
  if (deadline.extension !== undefined) return refuse("R-1M", "one extension for each request")
  if (!extension.reasons.some((reason) => reason.trim() !== ""))
    return refuse("R-DELAY", "an extension with its reasons")
  if (extension.announced < deadline.received) return refuse("R-1M", "an extension announced after the receipt")
  const first = firstDueDate(deadline)
  if (first !== undefined && extension.announced > first) {
    return refuse(ruleOf(deadline), "an extension announced at the latest on the first due date")
  }
  return Result.succeed({ ...deadline, extension })
}

/** The rule of the period that ends first: a month (GDPR 12(3)), or the thirty days that a text promises. */
const ruleOf = ({ received, within }: Deadline): "R-1M" | "R-30D" => {
  const soonest = (periods: ReadonlyArray<Period>) =>
    Calendar.earliest(periods.map((period) => Calendar.add(received, period)))
  return soonest(within) === soonest(within.filter((period) => amount(period).months > 0)) ? "R-1M" : "R-30D"
}

const refuse = (rule: "R-1M" | "R-30D" | "R-DELAY", accepted: string): Result.Result<never, ExtensionRefused> =>
  Result.fail(new ExtensionRefused({ rule, accepted }))

/** The date that the soonest of the periods leads to, each together with the extension. */
const counted = ({ received, within }: Deadline, extension: Period | undefined): PlainDate | undefined =>
  Calendar.earliest(
    within.map((period) =>
      extension === undefined ? Calendar.add(received, period) : addBoth(received, period, extension),
    ),
  )

/** Months are added together before they are cut off at the last of a month. */
const addBoth = (date: PlainDate, one: Period, other: Period): PlainDate => {
  const left = amount(one)
  const right = amount(other)
  return Calendar.addDays(Calendar.addMonths(date, left.months + right.months), left.days + right.days)
}

const dueAfter = (deadline: Deadline, date: PlainDate | undefined): PlainDate | undefined => {
  if (date === undefined) return undefined
  let due = date
  let countedTo = deadline.received
  for (const { from, to } of deadline.suspensions.toSorted((one, other) => (one.from < other.from ? -1 : 1))) {
    // The day of receipt is not counted, so it cannot be taken out of the count.
    const first = from > countedTo ? from : Calendar.addDays(countedTo, 1)
    if (first > due) continue
    if (to === undefined) return undefined
    if (to <= first) continue
    due = Calendar.addDays(due, Calendar.daysBetween(first, to))
    countedTo = Calendar.addDays(to, -1)
  }
  return deadline.rollForward === undefined ? due : Calendar.rollForward(due, deadline.rollForward)
}
