/**
 * The record of processing of a compartment (GDPR 30), the operator's as controller or a Customer's as processor: a
 * processing is entered before it begins (DECLARED). `asOf` reads the record of any date, with the recipients of the register,
 * the ends of the schedule of retention, and what an entry still lacks; `toJsonLd` writes it in the terms of W3C DPV.
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Calendar from "../calendar/Calendar.ts"
import type { RecipientId } from "../domain/Recipient.ts"
import * as ProcessingRegister from "../domain/ProcessingRegister.ts"
import * as Recipient from "../domain/Recipient.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import * as LegalData from "../policy/legal/LegalData.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"
import { toJsonLd } from "./processing-record/jsonLd.ts"
import type { Entry, KeptUntil, Missing, ReceivedBy, Record } from "./processing-record/record.ts"
import { layerRequired, Required } from "./processing-record/settings.ts"
import { factsOf } from "./retention/basis.ts"
import { scheduleOf } from "./retention/schedule.ts"

export { layerRequired, Required, toJsonLd }
export type { JsonLd } from "./internal/JsonLd.ts"
export type { Entry, KeptUntil, Missing, ReceivedBy, Record }

/** The errors of every operation besides refusals: the log is unavailable or damaged. */
export type ProcessingRecordError = Decisions.DecisionError

/** The service. */
export class ProcessingRecord extends Context.Service<
  ProcessingRecord,
  {
    /**
     * Enters a processing before it begins, enters it again with other content, or enters its end. Refused without purposes,
     * categories and persons (TACET-FORMAT), without the one legal basis of a controller (BASIS), and without the number of
     * the declaration where the policy asks for one to an authority (DECLARED). Repeating it changes nothing.
     */
    readonly declare: (
      compartment: CustomerId,
      command: ProcessingRegister.Command,
    ) => Effect.Effect<ReadonlyArray<ProcessingRegister.Event>, Refusal | ProcessingRecordError>
    /**
     * The record as it is at a moment (default: now), under the policy that binds the compartment then. Refused where it has
     * adopted none by then (POLICY-BIND).
     */
    readonly asOf: (compartment: CustomerId, at?: EpochMillis) => Effect.Effect<Record, Refusal | ProcessingRecordError>
  }
>()("@tacet/core/services/ProcessingRecord") {}

/** The service over the event store in force. */
export const layer: Layer.Layer<ProcessingRecord, never, EventStore> = Layer.effect(
  ProcessingRecord,
  Effect.gen(function* () {
    const decisions = yield* Decisions.make
    return ProcessingRecord.of({
      declare: Effect.fn("ProcessingRecord.declare")((compartment, command) =>
        decisions.enter(ProcessingRegister.aggregate, compartment, command, (policy) => ({ policy })),
      ),
      asOf: Effect.fn("ProcessingRecord.asOf")(function* (compartment, moment) {
        const at = yield* momentOrNow("ProcessingRecord.asOf", moment)
        const policy = yield* Declarations.bound(yield* decisions.declared(compartment), "ReadProcessingRecord", at)
        const { state } = yield* decisions.load(ProcessingRegister.aggregate, compartment, compartment)
        const schedule = scheduleOf(
          yield* factsOf(decisions, compartment, "ReadProcessingRecord"),
          DateTime.toEpochMillis(at),
        )
        const entries = yield* Effect.forEach(ProcessingRegister.entriesAt(state, at), ({ from, processing }) =>
          Effect.map(
            Effect.forEach(processing.recipients, (recipient) =>
              Effect.map(decisions.load(Recipient.aggregate, compartment, recipient), (registered) =>
                receivedBy(processing, recipient, registered.state, policy, at),
              ),
            ),
            (recipients): Entry => {
              const ends = schedule.filter(({ category }) => processing.categories.includes(category))
              const retention = ends.map(({ category, end, rule }) => ({ category, end, rule }))
              const endless = ends.flatMap(({ missing }) => missing ?? [])
              return {
                processing,
                since: from,
                recipients,
                retention,
                missing: [...recipients.flatMap(lackOf), ...endless],
              }
            },
          ),
        )
        return {
          compartment,
          at: DateTime.toEpochMillis(at),
          timeZone: policy.timeZone,
          entries,
        }
      }),
    })
  }),
)

const receivedBy = (
  { safeguards }: Entry["processing"],
  recipient: RecipientId,
  { registered }: Recipient.State,
  policy: EffectivePolicy,
  at: DateTime.Utc,
): ReceivedBy => {
  const known = registered !== undefined && registered.from <= DateTime.toEpochMillis(at) ? registered : undefined
  const status =
    known && LegalData.statusOf(LegalData.legalData, known.country, Calendar.localDate(at, policy.timeZone))
  const safeguard = safeguards.find((each) => each.recipient === recipient)
  return {
    recipient,
    kind: known?.kind,
    country: known?.country,
    // Where the legal data cannot say, the stricter answer: outside.
    isAbroad: status !== undefined && !(Result.isSuccess(status) && inArea.has(status.success)),
    safeguard: safeguard && { instrument: safeguard.instrument, document: safeguard.document },
  }
}

const inArea: ReadonlySet<string> = new Set(["unionMember", "areaMember", "transition"])

const lackOf = ({ isAbroad, kind, recipient, safeguard }: ReceivedBy): ReadonlyArray<Missing> => {
  if (kind === undefined) return [{ rule: "REGISTER", accepted: `the recipient ${recipient} in the register` }]
  return isAbroad && safeguard === undefined
    ? [{ rule: "SAFEGUARD-COPY", accepted: `the document under which data leave the EEA to ${recipient}` }]
    : []
}
