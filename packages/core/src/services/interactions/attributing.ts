/**
 * Attributes calls that come later to the interactions of the same person.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Customer from "../../domain/Customer.ts"
import type { CallId, ListedNumberId } from "../../domain/Identifier.ts"
import * as Interaction from "../../domain/Interaction.ts"
import * as Visit from "../../domain/Visit.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import { millisOrNow } from "../internal/Moments.ts"
import type * as Recorder from "../internal/Recorder.ts"
import { handleBy, requireBound } from "./handling.ts"

/**
 * An interaction of a person: by its id, or as the caller knows it already. That saves a look at the log, save where a call
 * has an id: whether an interaction holds it stands in the log alone.
 */
export type Known = Uuid | Visit.Visit

/** A call of a person. */
export interface CallOf {
  readonly customer: CustomerId
  /** The person's interactions. One that holds the call is the answer, so that repeating changes nothing. */
  readonly among: ReadonlyArray<Known>
  readonly at: EpochMillis
  /** The Customer's number that was called. Default: any. */
  readonly number?: ListedNumberId
  readonly call?: CallId
}

/** A call, as far as it is known. */
export interface LaterCall extends Recorder.Switches {
  readonly customer: CustomerId
  /** The person's interactions, by the links in the vault or the caller's own memory. */
  readonly among: ReadonlyArray<Known>
  /** `PlaceCall` first, then its answer and its end where they are known: recorded all or none. */
  readonly commands: ReadonlyArray<CallCommand>
}

/** The commands of a call. */
export type CallCommand = Extract<Interaction.Command, { readonly _tag: "PlaceCall" | "AnswerCall" | "EndCall" }>

/** Whether a command is of a call. */
export const isOfCall = (command: Interaction.Command): command is CallCommand =>
  command._tag === "PlaceCall" || command._tag === "AnswerCall" || command._tag === "EndCall"

const idOf = (known: Known): Uuid => (typeof known === "string" ? known : known.interaction)

/** How many interactions of a person are read at a time. */
const atOnce = 8

/**
 * The visits of a person, those that are known by their ids read from the log, which of them holds a call, and that those which
 * were read are as they were.
 */
export const visitsOf = Effect.fnUntraced(function* (
  { decisions }: Pick<Recorder.Recorder, "decisions">,
  customer: CustomerId,
  known: ReadonlyArray<Known>,
  call?: CallId,
) {
  let holder: Uuid | undefined
  const checks = new Map<Uuid, StreamCheck>()
  const visits = yield* Effect.forEach(
    known,
    (one) =>
      typeof one !== "string" && call === undefined
        ? Effect.succeed(one)
        : Effect.map(decisions.load(Interaction.aggregate, customer, idOf(one)), ({ state, version }) => {
            if (call !== undefined && state.calls.has(call)) holder = idOf(one)
            checks.set(idOf(one), { stream: Interaction.streamOf(idOf(one)), expected: Expected.exact(version) })
            return typeof one === "string" ? Visit.of(one, state) : one
          }),
    { concurrency: atOnce },
  )
  return { holder, checks, visits: visits.flatMap((visit) => visit ?? []) }
})

/** Answers the interaction that a call belongs to, if any. Nothing is written. */
export const attributionOf = (recorder: Recorder.Recorder) =>
  Effect.fn("Interactions.attributionOf")(function* (asked: CallOf) {
    const { among, call, customer, number } = asked
    const at = yield* millisOrNow("AttributionOf", asked.at)
    const { holder, visits } = yield* visitsOf(recorder, customer, among, call)
    return holder ?? Visit.holding(visits, { at, ...(number === undefined ? {} : { number }) })?.interaction
  })

/** Records a call on the interaction that it belongs to, and answers that; `undefined` where it belongs to none. */
export const attributeCall = (recorder: Recorder.Recorder) =>
  Effect.fn("Interactions.attributeCall")(function* ({ among, commands, customer, ...switches }: LaterCall) {
    const command = "AttributeCall"
    const [placed] = commands
    if (placed?._tag !== "PlaceCall" || !commands.every((one) => isOfCall(one) && one.call === placed.call)) {
      const accepted = "PlaceCall, then the answer and the end of the same call"
      return yield* new Refusal({ rule: "TACET-CALL", command, field: "commands", accepted })
    }
    if (!commands.every((one) => DateTime.isDateTime(one.at))) {
      return yield* new Refusal({ rule: "TACET-FORMAT", command, field: "commands", accepted: "commands with moments" })
    }
    const { call, number } = placed
    const at = DateTime.toEpochMillis(placed.at)
    const { state } = yield* requireBound(recorder, customer, command, at)
    if (!Customer.isNumberListed(state, number, placed.at)) {
      const accepted = "a number that the Customer lists at that moment"
      return yield* new Refusal({ rule: "LISTED", command, field: "number", accepted })
    }
    let seen = yield* visitsOf(recorder, customer, among, call)
    const id = seen.holder ?? Visit.holding(seen.visits, { at, number })?.interaction
    if (id === undefined) return undefined
    let isAgain = false
    const target = { customer, id, accept: "all" } as const
    const { outcomes } = yield* handleBy(recorder)(
      target,
      () =>
        Effect.gen(function* () {
          if (isAgain) seen = yield* visitsOf(recorder, customer, among, call)
          isAgain = true
          // Another caller may have recorded it on another one meanwhile: there it stays.
          if ((seen.holder ?? id) !== id) return { commands: [] }
          seen.checks.delete(id)
          return { commands, checks: Array.from(seen.checks.values()) }
        }),
      switches,
    )
    for (const outcome of outcomes) if (Result.isFailure(outcome)) return yield* outcome.failure
    return seen.holder ?? id
  })
