/**
 * Ends interactions in which nothing is seen any more.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Interaction from "../../domain/Interaction.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import { standard } from "../../statistics/Definition.ts"
import { millisOrNow } from "../internal/Moments.ts"
import * as OpenInteractions from "../internal/OpenInteractions.ts"
import type * as Recorder from "../internal/Recorder.ts"
import { forEachInTurns, handleBy, type Handled, requireBound } from "./handling.ts"

/** When an interaction is idle. */
export interface Idle {
  readonly customer: CustomerId
  /** The moment by which nothing was seen. Default: now. */
  readonly asOf?: EpochMillis
  /** For how many minutes nothing was seen. Default: those of the standard definition of the figures. */
  readonly idleMinutes?: number
}

/** How many interactions are read and ended at a time. */
const atOnce = 8

const command = "EndIdle"

/** Ends every idle interaction, and answers how many it ended. */
export const endIdle = (recorder: Recorder.Recorder, ports: OpenInteractions.Ports) =>
  Effect.fn("Interactions.endIdle")(function* ({ asOf, customer, idleMinutes = standard.idleMinutes }: Idle) {
    const now = yield* Clock.currentTimeMillis
    const moment = yield* millisOrNow(command, asOf, "asOf")
    if (!(idleMinutes >= 0)) {
      return yield* new Refusal({ rule: "TACET-FORMAT", command, field: "idleMinutes", accepted: "0 or more minutes" })
    }
    if (moment > now + Interaction.clockToleranceMillis) {
      const accepted = "a moment at most five minutes ahead of the clock that records it"
      return yield* new Refusal({ rule: "TACET-TIME", command, field: "asOf", accepted })
    }
    yield* requireBound(recorder, customer, command, moment)
    const idle = { asOf: moment, idleMillis: idleMinutes * 60_000 }
    const handle = handleBy(recorder)
    const handled = yield* forEachInTurns(yield* OpenInteractions.list(ports, customer), atOnce, (id) =>
      handle({ customer, id }, (state) => {
        const ending = Interaction.idleEnd(state, idle)
        return Effect.succeed({ commands: ending === undefined ? [] : [ending] })
      }),
    )
    // A later event refuses the end, and another run may have recorded it.
    const isEnd = ({ outcomes: [outcome] }: Handled) =>
      outcome !== undefined && Result.isSuccess(outcome) && outcome.success.length > 0
    const ended = handled.filter(isEnd).length
    yield* Effect.annotateCurrentSpan({ "tacet.ended": ended })
    return ended
  })
