/**
 * The moments that callers give: one that is none is refused before anything is read or written.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Moment from "../../calendar/Moment.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"

/** A moment that the caller gives, or now. Refuses a number that is no moment (TACET-FORMAT). */
export const momentOrNow = (
  command: string,
  at: EpochMillis | undefined,
  field = "at",
): Effect.Effect<DateTime.Utc, Refusal> => {
  if (at === undefined) return DateTime.now
  if (Moment.isMoment(at)) return Effect.succeed(DateTime.makeUnsafe(at))
  return Effect.fail(new Refusal({ rule: "TACET-FORMAT", command, field, accepted: Moment.accepted }))
}

/** The same in milliseconds. */
export const millisOrNow = (command: string, at: EpochMillis | undefined, field?: string) =>
  at === undefined ? Clock.currentTimeMillis : Effect.map(momentOrNow(command, at, field), DateTime.toEpochMillis)

/** A moment that has come: an entry ahead of the clock would bar those of today (TACET-TIME). */
export const requireCome = Effect.fnUntraced(function* (command: string, at: DateTime.Utc) {
  if (DateTime.toEpochMillis(at) <= (yield* Clock.currentTimeMillis)) return at
  return yield* new Refusal({ rule: "TACET-TIME", command, field: "at", accepted: "a moment that has come" })
})
