/**
 * Publishes the one statistic that may be given to others than the Customer: persons by journey in a month that is over, no
 * group of them too small (NONIDENT, AGG-3P, ANON-ASAP). A month is closed once. Its edition stays in the log, and is answered
 * for ever after, whatever is recorded or forgotten since.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Calendar from "../calendar/Calendar.ts"
import type { PlainDate } from "../calendar/PlainDate.ts"
import * as Customer from "../domain/Customer.ts"
import type { StatisticId } from "../domain/Identifier.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import * as TextDigest from "../policy/binding/TextDigest.ts"
import { Vault } from "../privacy/Vault.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import * as Definition from "../statistics/Definition.ts"
import * as PublicStatistic from "../statistics/PublicStatistic.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import * as Rosters from "./internal/Rosters.ts"
import { attended, type Ports, readableUntil, type Span } from "./public-statistics/attendances.ts"

/** The errors of every operation besides refusals. */
export type PublicStatisticsError = Decisions.DecisionError | VaultUnavailable

/** A month to be closed. Calls are judged by the standard definition, in the time zone of the policy. */
export interface ToClose {
  readonly customer: CustomerId
  /** A calendar month that is over in the time zone of the policy, such as `2026-01`. */
  readonly month: string
  /** The fewest persons of a group: 5 or more (NONIDENT). Default 10. */
  readonly minimum?: number
}

/** The service. */
export class PublicStatistics extends Context.Service<
  PublicStatistics,
  {
    /**
     * Closes a month and publishes its statistic. The same month again answers the edition of then. Refused before the month
     * is over and with too small a minimum (NONIDENT), once a counted interaction has come to its end (ANON-ASAP), and
     * where the policy gives nothing to third parties (AGG-3P).
     */
    readonly close: (
      toClose: ToClose,
    ) => Effect.Effect<PublicStatistic.PublicStatistic, Refusal | PublicStatisticsError>
    /**
     * Permits a value to be given to a third party: an edition that was published, and nothing beside it. A report for the
     * Customer, and a statistic with a figure that was not published, are refused (AGG-3P).
     */
    readonly give: (
      customer: CustomerId,
      statistic: unknown,
    ) => Effect.Effect<PublicStatistic.PublicStatistic, Refusal | PublicStatisticsError>
  }
>()("@tacet/core/services/PublicStatistics") {}

/** The service over the vault, whose links say which interactions are one person's, and the event store in force. */
export const layer: Layer.Layer<PublicStatistics, never, Vault | EventStore> = Layer.effect(
  PublicStatistics,
  Effect.gen(function* () {
    const store = yield* EventStore
    const ports: Ports = {
      vault: yield* Vault,
      store,
      decisions: yield* Decisions.make,
      persons: (yield* Rosters.over(store, purpose)).persons,
    }
    return PublicStatistics.of({ close: close(ports), give: give(ports) })
  }),
)

/** The purpose of which an objection leaves a person out of the statistic. */
const purpose = "serviceUsageAnalytics"

/** A Customer closes a month once, under an id that follows from both. */
const idOf = (customer: CustomerId, month: string) => Uuid.derived("statistic", customer, month) as StatisticId

/** The edition of a month, where it was closed. */
const editionOf = ({ statistics }: Customer.State, id: StatisticId): PublicStatistic.PublicStatistic | undefined => {
  const edition = statistics.get(id)?.edition
  return edition === undefined ? undefined : (JSON.parse(edition) as PublicStatistic.PublicStatistic)
}

const close = (ports: Ports) =>
  Effect.fn("PublicStatistics.close")(function* (toClose: ToClose) {
    const { decisions } = ports
    const { customer, minimum, month } = toClose
    const id = idOf(customer, month)
    const now = yield* Clock.currentTimeMillis
    const at = DateTime.makeUnsafe(now)
    const declared = yield* decisions.declared(customer)
    const known = editionOf(declared.state, id)
    if (known !== undefined) return known
    const policy = yield* Declarations.bound(declared, "CloseMonth", at)
    const definition = Definition.make({ timeZone: policy.timeZone })
    // A text that is no month is refused below, and nothing is read for it.
    const span = Schema.is(PublicStatistic.Month)(month)
      ? spanOf(`${month}-01` as PlainDate, policy.timeZone)
      : undefined
    const of = { customer, declared, definition, now }
    const end = span === undefined ? undefined : yield* readableUntil(ports, of, span)
    const statistic = yield* Effect.fromResult(
      PublicStatistic.close({
        month,
        at,
        policy,
        attendances: span === undefined ? [] : yield* attended(ports, of, span),
        readableUntil: DateTime.makeUnsafe(end ?? now),
        published: [],
        definitionVersion: JSON.stringify(definition),
        ...(minimum === undefined ? {} : { minimum }),
      }),
    )
    const edition = JSON.stringify(statistic)
    const command: Customer.Command = {
      _tag: "PublishStatistic",
      at,
      statistic: id,
      from: span!.firstDay,
      through: span!.lastDay,
      digest: TextDigest.ofText(edition),
      edition,
    }
    const context = { policies: declared.policies }
    return yield* decisions.handle(Customer.aggregate, { customer, id: customer, command, context }).pipe(
      Effect.as(statistic),
      // Another caller has closed the month meanwhile: its edition holds.
      Effect.catchIf(
        (error) => error._tag === "Refusal" && error.rule === "TACET-ONCE",
        (refusal) =>
          Effect.flatMap(decisions.declared(customer), ({ state }) => {
            const published = editionOf(state, id)
            return published === undefined ? Effect.fail(refusal) : Effect.succeed(published)
          }),
      ),
    )
  })

/** A month in a time zone: from its first instant to that of the next. */
const spanOf = (firstDay: PlainDate, timeZone: string): Span => {
  const next = Calendar.addMonths(firstDay, 1)
  return {
    from: DateTime.toEpochMillis(Calendar.startOfDay(firstDay, timeZone)),
    to: DateTime.toEpochMillis(Calendar.startOfDay(next, timeZone)),
    firstDay,
    lastDay: Calendar.addDays(next, -1),
  }
}

const give = ({ decisions }: Ports) =>
  Effect.fn("PublicStatistics.give")(function* (customer: CustomerId, value: unknown) {
    const statistic = yield* Effect.fromResult(PublicStatistic.forOthers(value))
    const { state } = yield* decisions.declared(customer)
    const digest = TextDigest.ofText(JSON.stringify(statistic))
    if (state.statistics.get(idOf(customer, statistic.month))?.digest === digest) return statistic
    const accepted = "an edition that was published: close its month first"
    return yield* new Refusal({ rule: "AGG-3P", command: "GiveStatistic", accepted })
  })
