/**
 * The days of interactions that retention has purged: a late retry must not record an interaction of such a day again,
 * as it would outlive its end (RET-NEC).
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Calendar from "../../calendar/Calendar.ts"
import type { PlainDate } from "../../calendar/PlainDate.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as PurgedDay from "../../domain/PurgedDay.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../../eventsourcing/EventStore.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import type { Declared } from "./Declarations.ts"

/** Which days were purged, and the checks that none is purged before the commit. */
export interface PurgedDays {
  readonly isPurged: (at: DateTime.Utc) => boolean
  readonly checks: ReadonlyArray<StreamCheck>
}

/**
 * Looks up whether the days on which the commands start interactions were purged. A day that a window still holds open
 * cannot have been, and is not looked up.
 */
export const lookUp = Effect.fnUntraced(function* (
  store: EventStore["Service"],
  customer: CustomerId,
  { policyAt }: Declared,
  commands: ReadonlyArray<Pick<Interaction.Command, "_tag" | "at">>,
  now: EpochMillis,
): Effect.fn.Return<PurgedDays, ReadError> {
  const policy = policyAt(DateTime.makeUnsafe(now))
  const days = new Set<PlainDate>()
  const purged = new Set<PlainDate>()
  const checks: Array<StreamCheck> = []
  for (const command of commands) {
    if (command._tag !== "StartInteraction" || policy === undefined) continue
    if (DateTime.toEpochMillis(command.at) < now - Interaction.longestWindowMillis) {
      days.add(Calendar.localDate(command.at, policy.timeZone))
    }
  }
  for (const day of days) {
    const stream = PurgedDay.streamOf(customer, day)
    const { version } = yield* store.readStream(customer, stream, { limit: 1 })
    if (version > 0) purged.add(day)
    checks.push({ stream, expected: Expected.exact(version) })
  }
  return {
    isPurged: (at) => policy !== undefined && purged.has(Calendar.localDate(at, policy.timeZone)),
    checks,
  }
})
