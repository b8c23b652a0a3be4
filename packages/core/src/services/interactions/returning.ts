/**
 * Notes on interactions that the same person came back.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Visit from "../../domain/Visit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { millisOrNow } from "../internal/Moments.ts"
import type * as Recorder from "../internal/Recorder.ts"
import { type Known, visitsOf } from "./attributing.ts"
import { forEachInTurns, handleBy, requireBound } from "./handling.ts"

/** Persons of whom it is to be noted that they came back. */
export interface Returning {
  readonly customer: CustomerId
  /** Of each person their interactions. Give many at once: their notes are recorded in an order that says nothing. */
  readonly people: ReadonlyArray<ReadonlyArray<Known>>
  /** Windows that closed before this moment are judged: all that began before it must be recorded. Default: now. */
  readonly asOf?: EpochMillis
}

/** The number of notes. */
export interface Noted {
  /** How many returns were noted. */
  readonly noted: number
  /** Why others were not noted, such as RECOG-ATTACH where no policy and no contract lets persons be recognised. */
  readonly refused: ReadonlyArray<Refusal>
}

const command = "NoteReturns"

/** How many interactions are recorded at once: a store that combines appends sends them together. */
const atOnce = 32

/** Notes each return on the earlier interaction, in the class of the window that holds it. */
export const noteReturns = (recorder: Recorder.Recorder) =>
  Effect.fn("Interactions.noteReturns")(function* ({ asOf, customer, people }: Returning) {
    const moment = yield* millisOrNow(command, asOf, "asOf")
    yield* requireBound(recorder, customer, command, moment)
    const returns = yield* forEachInTurns(people, atOnce, (known) =>
      Effect.map(visitsOf(recorder, customer, known), ({ visits }) => Visit.returnsBefore(visits, moment)),
    )
    // Of an interaction that several persons had, or that was named several times, the first return is noted.
    const byInteraction = new Map<Uuid, Visit.Return>()
    for (const one of yield* Random.shuffle(returns.flat())) {
      const other = byInteraction.get(one.interaction)
      if (other === undefined || one.at < other.at) byInteraction.set(one.interaction, one)
    }
    const handle = handleBy(recorder)
    const handled = yield* forEachInTurns(byInteraction, atOnce, ([id, { at, class: recontact }]) =>
      handle({ customer, id }, ({ recontacts }) => {
        const observe = { _tag: "ObserveRecontact", at: DateTime.makeUnsafe(at), class: recontact } as const
        // The log knows of notes that the caller's own memory of a visit does not.
        return Effect.succeed({ commands: recontacts.size > 0 ? [] : [observe] })
      }),
    )
    const refused = new Array<Refusal>()
    let noted = 0
    for (const outcome of handled.flatMap(({ outcomes }) => outcomes)) {
      if (Result.isFailure(outcome)) refused.push(outcome.failure)
      else if (outcome.success.length > 0) noted++
    }
    yield* Effect.annotateCurrentSpan({ "tacet.noted": noted, "tacet.refused": refused.length })
    const answer: Noted = { noted, refused }
    return answer
  })
