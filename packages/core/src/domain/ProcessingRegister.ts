/**
 * The record of processing of one compartment (GDPR 30): what is processed, in which role, for which purposes, about whom,
 * with which recipients and measures, since when and until when (DECLARED). An entry that changes is entered again under the
 * same name; the one before stays in the record with its last moment.
 */
import * as DateTime from "effect/DateTime"
import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { Instrument } from "../policy/text/parameters/location.ts"
import { Measure } from "../policy/text/parameters/protection.ts"
import { LegalBasis, Purpose } from "../policy/text/parameters/purposes.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { ProcessingName } from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { DocumentReference, RecipientId } from "./Recipient.ts"

// Stream

/** The kind of the record's stream. */
export const streamKind = "processing-register"

/** The stream of the record in a compartment. */
export const streamOf = (customer: CustomerId): StreamId => ({ kind: streamKind, id: customer })

// Values

/** In which role a compartment processes: GDPR 30(1) for a controller, 30(2) for a processor. */
export const ProcessingRole = Schema.Literals(["controller", "processor"])
export type ProcessingRole = typeof ProcessingRole.Type

/** The categories of data subjects. `user`: a person who contacts the customer service of a Customer. */
export const SubjectCategory = Schema.Literals(["user", "customerUser", "prospect", "visitor", "staff"])
export type SubjectCategory = typeof SubjectCategory.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A processing was entered, or entered again with other content. */
export const ProcessingEntered = Schema.TaggedStruct("ProcessingEntered", {
  occurredAt,
  name: ProcessingName,
  role: ProcessingRole,
  purposes: Schema.Array(Purpose),
  /** The legal basis, where the compartment is a controller. */
  legalBasis: Schema.optionalKey(LegalBasis),
  subjects: Schema.Array(SubjectCategory),
  categories: Schema.Array(PersonalDataCategory),
  /** Those of the register of recipients who receive these data. */
  recipients: Schema.Array(RecipientId),
  /** The instrument and the document under which data leave the European Economic Area to a recipient. */
  safeguards: Schema.Array(
    Schema.Struct({ recipient: RecipientId, instrument: Instrument, document: DocumentReference }),
  ),
  measures: Schema.Array(Measure),
  /** The number of the declaration to an authority, where a law before the GDPR asked for one. */
  declaration: Schema.optionalKey(DocumentReference),
})
/** A processing has ended. */
export const ProcessingEnded = Schema.TaggedStruct("ProcessingEnded", { occurredAt, name: ProcessingName })

/** How the events of the record are stored. */
export const codec = EventCodec.make(streamKind, [ProcessingEntered, ProcessingEnded])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** An entry. Moments in epoch milliseconds. */
export interface Entry {
  readonly processing: typeof ProcessingEntered.Type
  readonly from: number
  /** `Infinity` while it is in force. */
  readonly to: number
}

/** The record: every entry that was ever made, in the order of their moments. */
export interface State {
  readonly entries: ReadonlyArray<Entry>
}

/** The record before its first entry. */
export const initial: State = { entries: [] }

/** The entries in force at a moment. */
export const entriesAt = ({ entries }: State, at: DateTime.Utc): ReadonlyArray<Entry> => {
  const instant = DateTime.toEpochMillis(at)
  return entries.filter(({ from, to }) => from <= instant && instant < to)
}

/** A processing that is about to begin. */
export interface Processing {
  readonly category: PersonalDataCategory
  /** Its purposes; empty where the data are of the interaction itself. */
  readonly purposes: ReadonlyArray<Purpose>
  readonly at: DateTime.Utc
}

/**
 * The entry that is missing before a processing begins (DECLARED); `undefined` where each of its purposes is covered by an
 * entry that was made by then.
 *
 * @rule DECLARED
 */
export const missingEntry = (state: State, policy: EffectivePolicy, processing: Processing): string | undefined => {
  const { category, purposes } = processing
  const covering = entriesAt(state, processing.at).filter(
    (entry) =>
      entry.processing.categories.includes(category) &&
      (entry.processing.declaration !== undefined || !asksForDeclaration(policy)),
  )
  const isCovered = (purpose: Purpose) => covering.some((entry) => entry.processing.purposes.includes(purpose))
  const uncovered = purposes.filter((purpose) => !isCovered(purpose))
  if (covering.length > 0 && uncovered.length === 0) return undefined
  const what = uncovered.length === 0 ? "" : ` for ${uncovered.join(", ")}`
  const where = asksForDeclaration(policy) ? "with the number of its declaration to the authority, " : ""
  return `a processing of ${category}${what} that was entered in the record before, ${where}by ProcessingRecord.declare`
}

const asksForDeclaration = ({ parameters }: EffectivePolicy): boolean =>
  parameters.processingRecord === "authorityDeclaration"

// Evolve

const evolve = ({ entries }: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  const ended = entries.map((entry) =>
    isOpen(entry) && entry.processing.name === event.name ? { ...entry, to: at } : entry,
  )
  switch (event._tag) {
    case "ProcessingEntered":
      return { entries: [...ended, { processing: event, from: at, to: Number.POSITIVE_INFINITY }] }
    case "ProcessingEnded":
      return { entries: ended }
  }
}

const isOpen = ({ to }: Entry): boolean => to === Number.POSITIVE_INFINITY

// Commands

const at = Schema.DateTimeUtc
const { _tag: _, occurredAt: __, ...content } = ProcessingEntered.fields

/** The commands on the record. */
export const Command = Schema.Union([
  Schema.TaggedStruct("EnterProcessing", { at, ...content }),
  Schema.TaggedStruct("EndProcessing", { at, name: ProcessingName }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
}

// Decide

const decide = (
  { entries }: State,
  command: Command,
  { policy }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const open = entries.find((entry) => isOpen(entry) && entry.processing.name === command.name)
  const occurredAt = command.at
  const instant = DateTime.toEpochMillis(occurredAt)
  if (command._tag === "EnterProcessing" && open !== undefined) {
    const { _tag: _command, at: _at, ...wanted } = command
    const repeated = { _tag: "ProcessingEntered" as const, occurredAt: open.processing.occurredAt, ...wanted }
    if (same(open.processing, repeated)) return nothing
  }
  if (entries.some(({ from, to }) => instant < from || (to !== Number.POSITIVE_INFINITY && instant < to))) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last entry")
  }
  if (command._tag === "EndProcessing") {
    return open === undefined ? nothing : record({ _tag: "ProcessingEnded", occurredAt, name: command.name })
  }
  const { _tag: _command, at: _at, ...wanted } = command
  for (const field of ["purposes", "subjects", "categories"] as const) {
    if (wanted[field].length === 0) return refuse("TACET-FORMAT", command, field, `the ${field} of the processing`)
  }
  if (asksForDeclaration(policy) && wanted.declaration === undefined) {
    return refuse(
      "DECLARED",
      command,
      "declaration",
      "the number under which an authority has accepted the declaration",
    )
  }
  if (wanted.role === "controller" && wanted.legalBasis === undefined) {
    return refuse("BASIS", command, "legalBasis", "the one legal basis of a controller's processing")
  }
  return record({ _tag: "ProcessingEntered", occurredAt, ...wanted })
}

const same = Schema.toEquivalence(ProcessingEntered)

/** The decider of the record. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
