/**
 * The interactions of persons, as a public statistic counts them: by the links of the vault, without a value of it.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import { dayOf } from "../../calendar/UtcDay.ts"
import type { StepId } from "../../domain/Identifier.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as PurgedDay from "../../domain/PurgedDay.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, logChunks, streamEvents } from "../../eventsourcing/EventStore.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Vault } from "../../privacy/Vault.ts"
import * as Contribution from "../../statistics/Contribution.ts"
import { type Definition, windows } from "../../statistics/Definition.ts"
import type { Attendance } from "../../statistics/PublicStatistic.ts"
import type { Declared } from "../internal/Declarations.ts"
import type { Decisions } from "../internal/Decisions.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import type * as Rosters from "../internal/Rosters.ts"
import { subjectOf } from "../pseudonyms/recording.ts"

/** The ports that are read. */
export interface Ports {
  readonly vault: Vault["Service"]
  readonly store: EventStore["Service"]
  readonly decisions: Decisions
  /** The persons of a Customer whose data serve statistics. */
  readonly persons: Effect.Success<ReturnType<typeof Rosters.over>>["persons"]
}

/**
 * Reads the interactions that began within `[from, to)` and have not ended, of persons who neither objected nor asked for
 * restriction. Linked pseudonyms are one person.
 */
export const attended = Effect.fnUntraced(function* (
  ports: Ports,
  { customer, declared, definition, now }: Of,
  { from, to }: Span,
) {
  const attendances: Array<Attendance> = []
  const linked = (yield* ports.persons(customer)).flatMap((person) => {
    const [first] = Array.from(person.keys()).toSorted()
    return first === undefined ? [] : Array.from(person, ([id, { ends }]) => ({ id, ends, person: first }))
  })
  for (const { ends, id, person } of linked) {
    for (const interaction of yield* ports.vault.interactionsOf(customer, subjectOf(id))) {
      const counted = yield* contributionOf(ports, customer, interaction, definition, now)
      if (counted === undefined || counted.excluded || counted.startedAt < from || counted.startedAt >= to) continue
      const datum = { category: "interfaceUsage", collectedAt: counted.startedAt, at: now, ends } as const
      const end = yield* RetentionEnds.usualEnd(ports.decisions, customer, declared, datum)
      if (end !== undefined && end <= now) continue
      const outcome = counted.outcomes[windows.indexOf(definition.window)]
      attendances.push({
        person,
        at: DateTime.makeUnsafe(counted.startedAt),
        journey: collapsed(counted.journey) as ReadonlyArray<StepId>,
        withoutCall: outcome !== "effective" && outcome !== "pendingEffective",
      })
    }
  }
  return attendances
})

/**
 * The earliest end of the interactions that began within `[from, to)`, whose links end with them; `undefined` where none has
 * an end. A day of which interactions were purged had come to its end by then.
 */
export const readableUntil = Effect.fnUntraced(function* (
  { decisions, store }: Ports,
  { customer, declared, now }: Of,
  { from, firstDay, lastDay, to }: Span,
) {
  for (let day = firstDay; day <= lastDay; day = Calendar.addDays(day, 1)) {
    const { state } = yield* decisions.load(PurgedDay.aggregate, customer, PurgedDay.streamOf(customer, day).id)
    // Where only the interactions of erased persons left the log, the others are there.
    if (state.counters !== undefined && !state.isOpen) return from
  }
  const starts = new Map<number, EpochMillis>()
  yield* Stream.runForEach(logChunks(customer, { filter: { eventTypes: ["InteractionStarted"] } }), ({ events }) =>
    Effect.sync(() => {
      for (const { occurredAt } of events) {
        if (occurredAt < from || occurredAt >= to) continue
        const day = dayOf(occurredAt)
        starts.set(day, Math.min(starts.get(day) ?? occurredAt, occurredAt))
      }
    }),
  ).pipe(Effect.provideService(EventStore, store))
  let earliest: EpochMillis | undefined
  for (const collectedAt of starts.values()) {
    const datum = { category: "interfaceUsage", collectedAt, at: now } as const
    const end = yield* RetentionEnds.usualEnd(decisions, customer, declared, datum)
    if (end !== undefined) earliest = Math.min(earliest ?? end, end)
  }
  return earliest
})

/** A month: its instants, and its days in the time zone of the policy. */
export interface Span {
  readonly from: EpochMillis
  /** Exclusive. */
  readonly to: EpochMillis
  readonly firstDay: PlainDate
  readonly lastDay: PlainDate
}

/** Of whom, and how calls are judged. */
interface Of {
  readonly customer: CustomerId
  readonly declared: Declared
  readonly definition: Definition
  readonly now: EpochMillis
}

const contributionOf = ({ store }: Ports, customer: CustomerId, id: Uuid, definition: Definition, now: EpochMillis) =>
  Stream.runCollect(streamEvents(customer, { kind: Interaction.streamKind, id })).pipe(
    Effect.provideService(EventStore, store),
    Effect.flatMap((recorded) =>
      Effect.forEach(recorded, (one) =>
        Effect.map(Effect.fromResult(Interaction.codec.decode(one)), (event) => ({ version: one.version, event })),
      ),
    ),
    Effect.map((history) => Contribution.of(history, definition, now, Number.POSITIVE_INFINITY)),
  )

/** A step that is taken again at once counts once. */
const collapsed = (journey: ReadonlyArray<string>): ReadonlyArray<string> =>
  journey.filter((step, place) => step !== journey[place - 1])
