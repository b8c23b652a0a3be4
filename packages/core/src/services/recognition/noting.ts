/**
 * Records recognitions in the log, by day and in the order of pseudonyms: recorded at once, their position and time
 * would tie each recognition to its interaction.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { startOfDay } from "../../calendar/UtcDay.ts"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import * as RecognitionModel from "../../domain/RecognitionModel.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { EventStore, streamEvents } from "../../eventsourcing/EventStore.ts"
import * as Recognise from "../../recognition/Recognise.ts"
import type { Pseudonyms } from "../Pseudonyms.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"

/** A device that was recognised. */
export interface Recognised {
  readonly pseudonym: Pseudonym.PseudonymId
  readonly probability: number
  /** The version of the model. */
  readonly version: number
  readonly at: EpochMillis
}

type RecogniseDevice = Extract<Pseudonym.Command, { readonly _tag: "RecogniseDevice" }>

/** Records recognitions that were not recorded before. */
export const note = (store: EventStore["Service"], pseudonyms: Pseudonyms["Service"]) =>
  Effect.fn("Recognition.note")(function* (customer: CustomerId, recognitions: ReadonlyArray<Recognised>) {
    const inOrder = recognitions.toSorted(
      (one, other) => compared(one.pseudonym, other.pseudonym) || one.probability - other.probability,
    )
    for (const { at, probability, pseudonym, version } of inOrder) {
      const whose = { customer, pseudonym }
      const { issuedAt, phase } = yield* pseudonyms.stateOf(whose)
      // Nothing attaches to a pseudonym that was erased meanwhile.
      if (phase === "erased") continue
      const command: RecogniseDevice = {
        _tag: "RecogniseDevice",
        at: DateTime.makeUnsafe(Math.max(startOfDay(at), issuedAt)),
        probability,
        threshold: Recognise.threshold,
        model: RecognitionModel.referenceOf(version),
      }
      if (yield* isNoted(store, whose, command)) continue
      yield* pseudonyms.declare(whose, command)
    }
  })

const isNoted = (
  store: EventStore["Service"],
  { customer, pseudonym }: PseudonymRef,
  { at, model, probability, threshold }: RecogniseDevice,
) => {
  const event = { _tag: "DeviceRecognised", occurredAt: at, probability, threshold, model } as const
  const encoded = Pseudonym.codec.encodeResult(event)
  // What cannot be stored was not noted, and is refused.
  if (Result.isFailure(encoded)) return Effect.succeed(false)
  const { data: wanted } = encoded.success
  return Stream.runFold(
    streamEvents(customer, Pseudonym.streamOf(pseudonym)),
    () => false,
    (found, { data, occurredAt, type }) =>
      found || (type === "DeviceRecognised" && occurredAt === DateTime.toEpochMillis(at) && data === wanted),
  ).pipe(Effect.provideService(EventStore, store))
}

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
