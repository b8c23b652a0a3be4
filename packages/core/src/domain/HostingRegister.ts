/**
 * The register of an operator's data centres: which is used for what, since when and until when (HOST-2DC, HOST-EU, LOC-LIST,
 * BACKUP, CERT). A centre that the policy does not allow is refused before it is used; one that is no longer used stays in
 * the register with its last day, because data were there.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Calendar from "../calendar/Calendar.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import type * as Hosting from "../policy/checks/Hosting.ts"
import { isListed } from "../policy/checks/ProcessingLocation.ts"
import type { LegalData } from "../policy/legal/LegalData.ts"
import { DataCentreName } from "./Identifier.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { Country, DocumentReference } from "./Recipient.ts"

// Stream

/** The kind of the register's stream. */
export const streamKind = "hosting-register"

/** The stream of the register in an operator's compartment. */
export const streamOf = (operator: CustomerId): StreamId => ({ kind: streamKind, id: operator })

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis

/** A data centre is used from now on. */
export const DataCentreUsed = Schema.TaggedStruct("DataCentreUsed", {
  occurredAt,
  name: DataCentreName,
  country: Country,
  town: Schema.optionalKey(DataCentreName),
  use: Schema.Literals(["storage", "backup", "processing"]),
  /** The references of its certificates, such as `ISO 27001`. */
  certifications: Schema.Array(DocumentReference),
})
/** It is used no longer, from now on. */
export const DataCentreLeft = Schema.TaggedStruct("DataCentreLeft", { occurredAt, name: DataCentreName })

/** How the events of the register are stored. */
export const codec = EventCodec.make(streamKind, [DataCentreUsed, DataCentreLeft])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A data centre of the register. Moments in epoch milliseconds. */
export interface Entry {
  readonly used: typeof DataCentreUsed.Type
  readonly from: number
  /** `Infinity` while it is used. */
  readonly to: number
}

/** The register: every data centre that was ever used, in the order of the entries. */
export interface State {
  readonly entries: ReadonlyArray<Entry>
}

/** The register before its first entry. */
export const initial: State = { entries: [] }

/**
 * The register as `Hosting.violations` reads it, in days of a time zone. The day on which a centre is left is the first on
 * which it is no longer used.
 *
 * @example
 * ```ts
 * import { HostingRegister } from "@tacet/core/domain"
 *
 * HostingRegister.dataCentres(HostingRegister.initial, "Europe/Paris") // => []
 * ```
 */
export const dataCentres = ({ entries }: State, timeZone: string): ReadonlyArray<Hosting.DataCentre> =>
  entries.map(({ from, to, used }) => ({
    name: used.name,
    country: used.country,
    use: used.use,
    certifications: used.certifications,
    from: Calendar.localDate(DateTime.makeUnsafe(from), timeZone),
    ...(used.town === undefined ? {} : { town: used.town }),
    ...(to === Number.POSITIVE_INFINITY ? {} : { to: Calendar.localDate(DateTime.makeUnsafe(to), timeZone) }),
  }))

// Evolve

const evolve = ({ entries }: State, event: Event): State => {
  const at = DateTime.toEpochMillis(event.occurredAt)
  switch (event._tag) {
    case "DataCentreUsed":
      return { entries: [...entries, { used: event, from: at, to: Number.POSITIVE_INFINITY }] }
    case "DataCentreLeft":
      return {
        entries: entries.map((entry) =>
          isOpen(entry) && entry.used.name === event.name ? { ...entry, to: at } : entry,
        ),
      }
  }
}

const isOpen = ({ to }: Entry): boolean => to === Number.POSITIVE_INFINITY

// Commands

const at = Schema.DateTimeUtc
const { _tag: _, occurredAt: __, ...centre } = DataCentreUsed.fields

/** The commands on the register. */
export const Command = Schema.Union([
  Schema.TaggedStruct("UseDataCentre", { at, ...centre }),
  Schema.TaggedStruct("LeaveDataCentre", { at, name: DataCentreName }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  readonly policy: EffectivePolicy
  readonly legal: LegalData
}

// Decide

const decide = (
  { entries }: State,
  command: Command,
  { legal, policy }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const open = entries.find((entry) => isOpen(entry) && entry.used.name === command.name)
  const occurredAt = command.at
  if (entries.some(({ from }) => DateTime.toEpochMillis(occurredAt) < from)) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last entry")
  }
  if (command._tag === "LeaveDataCentre") {
    return open === undefined ? nothing : record({ _tag: "DataCentreLeft", occurredAt, name: command.name })
  }
  const { _tag: _command, at: _at, ...wanted } = command
  const event = { _tag: "DataCentreUsed" as const, occurredAt, ...wanted }
  if (open !== undefined) {
    return same({ ...open.used, occurredAt }, event)
      ? nothing
      : refuse("TACET-ONCE", command, "name", "a data centre that is left before it is entered with other content")
  }
  const { parameters } = policy
  const isBackup = wanted.use === "backup"
  const places = isBackup ? parameters.backupLocations : parameters.hostingLocations
  const listed = isListed(wanted, places, Calendar.localDate(command.at, policy.timeZone), legal)
  // Where the legal data cannot say, the stricter answer: outside of the EU.
  if (!Result.getOrElse(listed, () => false)) {
    return refuse(isBackup ? "BACKUP" : "LOC-LIST", command, "country", `a place on the list: ${places.join(", ")}`)
  }
  return wanted.certifications.length < parameters.dataCentreCertifications
    ? refuse("CERT", command, "certifications", "a data centre with a certification of the sector")
    : record(event)
}

const same = Schema.toEquivalence(DataCentreUsed)

/** The decider of the register. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
