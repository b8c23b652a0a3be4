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
import { handleBy, requireBound } from "./handling.ts"

/** Persons of whom it is to be noted that they came back. */
export interface Returning {
  readonly customer: CustomerId
  /** Of each person their interactions. Give many at once: their notes are recorded in an order that says nothing. */
  readonly people: ReadonlyArray<ReadonlyArray<Known>>
  /** Windows that closed before this moment are judged: all that began before it must be recorded. Default: now. */
  readonly asOf?: EpochMillis
}

/** What was noted. */
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
    const returns = yield* Effect.forEach(
      people,
      (known) => Effect.map(visitsOf(recorder, customer, known), ({ visits }) => Visit.returnsBefore(visits, moment)),
      { concurrency: atOnce },
    )
    // An interaction that two persons had is noted in one commit.
    const byInteraction = new Map<Uuid, Array<Visit.Return>>()
    for (const one of yield* Random.shuffle(returns.flat())) {
      byInteraction.set(one.interaction, [...(byInteraction.get(one.interaction) ?? []), one])
    }
    const handle = handleBy(recorder)
    const handled = yield* Effect.forEach(
      byInteraction,
      ([id, notes]) =>
        handle({ customer, id }, () =>
          notes.map(({ at, class: recontact }) => ({
            _tag: "ObserveRecontact" as const,
            at: DateTime.makeUnsafe(at),
            class: recontact,
          })),
        ),
      { concurrency: atOnce },
    )
    const [refused, noted] = [new Array<Refusal>(), new Array<unknown>()]
    for (const outcome of handled.flatMap(({ outcomes }) => outcomes)) {
      if (Result.isFailure(outcome)) refused.push(outcome.failure)
      else noted.push(outcome)
    }
    yield* Effect.annotateCurrentSpan({ "tacet.noted": noted.length, "tacet.refused": refused.length })
    const answer: Noted = { noted: noted.length, refused }
    return answer
  })
