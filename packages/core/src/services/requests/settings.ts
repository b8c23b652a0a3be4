/**
 * The settings of requests.
 */
import * as Context from "effect/Context"
import type { HolidayTable } from "../../calendar/Calendar.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"

/**
 * The holidays of a Customer's country: a due date on a holiday or at a weekend moves to the next working day (Regulation
 * 1182/71, 3(4)), in every verb alike. Default: no table, and no date moves, which is the safe side.
 *
 * @example
 * ```ts
 * import type { Calendar } from "@tacet/core/calendar"
 * import { DataSubjectRequests } from "@tacet/core/services"
 * import * as Layer from "effect/Layer"
 *
 * const france: Calendar.HolidayTable = {
 *   country: "FR", from: "2021-01-01", to: "2021-12-31", dates: new Set(["2021-05-24"])
 * }
 * const requests = Layer.provide(DataSubjectRequests.layer, Layer.succeed(DataSubjectRequests.HolidaysOf, () => france))
 * ```
 */
export const HolidaysOf: Context.Reference<(customer: CustomerId) => HolidayTable | undefined> = Context.Reference<
  (customer: CustomerId) => HolidayTable | undefined
>("@tacet/core/services/DataSubjectRequests/HolidaysOf", { defaultValue: () => () => undefined })
