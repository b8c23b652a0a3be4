/**
 * Between the events of the domain and the envelopes of a store. A codec knows, for each event of one kind of stream,
 * its wire name, the version of its payload's shape and how to bring older payloads up to date. Wire names and payloads
 * are a storage format: they are kept readable for ever, and golden files hold them to it.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { InvalidValue, type Issue } from "effect/SchemaIssue"
import { CustomerId } from "./CustomerId.ts"
import type { NewEvent, RecordedEvent } from "./EventEnvelope.ts"
import { format, StreamId, type StreamKind } from "./StreamId.ts"

/** A payload as it was stored: a JSON object. */
export type Payload = Readonly<Record<string, unknown>>

/** How one event is stored. */
export interface EventDefinition<Event> {
  readonly tag: string
  /** The name in the log; the tag, unless the tag was renamed since. */
  readonly wireName: string
  readonly schemaVersion: number
  /** For each older version n the step from n to n + 1. */
  readonly upcasters: ReadonlyMap<number, (payload: Payload) => Payload>
  readonly schema: Schema.Codec<Event, unknown>
}

/** A stored event that this program cannot read. */
export class UndecodableEvent extends Schema.TaggedError<UndecodableEvent>()("UndecodableEvent", {
  customer: CustomerId,
  stream: StreamId,
  version: Schema.Int,
  type: Schema.String,
  schemaVersion: Schema.Int,
  reason: Schema.Literals(["unknown-type", "newer-schema-version", "payload-does-not-fit"]),
}) {
  override get message(): string {
    const advice = {
      "unknown-type": "Read it with the program that wrote it, or add the type to the codec",
      "newer-schema-version": "Upgrade this program",
      "payload-does-not-fit": "Restore the stream from a backup, or add the upcaster that is missing",
    }[this.reason]
    return `Event ${this.version} of ${format(this.stream)} (${this.type}, schema version ${this.schemaVersion}) cannot be read: ${this.reason}. ${advice}.`
  }
}

/** Why an event cannot be stored: a field does not fit its schema. The value of the field is no part of it. */
export interface Unfit {
  /** The rule that the field breaks: that of its schema ({@link violation}), else `TACET-FORMAT`. */
  readonly rule: string
  readonly field?: string
  /** What would be accepted. */
  readonly accepted: string
}

/**
 * The failure of a check in the schema of an event, with the rule from which the check stems.
 *
 * @example
 * ```ts
 * import * as DateTime from "effect/DateTime"
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 * import { EventCodec } from "@tacet/core/eventsourcing"
 *
 * const few = EventCodec.violation("TACET-FORMAT", "a count below 10")
 * const Counted = Schema.TaggedStruct("Counted", {
 *   occurredAt: Schema.DateTimeUtcFromMillis,
 *   count: Schema.Int.check(Schema.makeFilter((count) => (count < 10 ? undefined : few))),
 * })
 * const counted = Counted.make({ occurredAt: DateTime.makeUnsafe(0), count: 12 }, { disableChecks: true })
 * const unfit = EventCodec.make("counter", [Counted]).encodeResult(counted)
 * Result.isFailure(unfit) && unfit.failure // => { rule: "TACET-FORMAT", field: "count", accepted: "a count below 10" }
 * ```
 */
export const violation = (rule: string, accepted: string): Issue =>
  new InvalidValue({ message: rule === "TACET-FORMAT" ? accepted : `${accepted} (${rule})`, unfit: { rule, accepted } })

/** A codec for the events of one kind of stream. */
export interface EventCodec<Event> {
  readonly kind: StreamKind
  readonly definitions: ReadonlyArray<EventDefinition<Event>>
  /** From the domain to a store. Throws where a field does not fit its schema: see `encodeResult`. */
  readonly encode: (event: Event) => NewEvent
  /** The same for an event with input from outside: fails with the rule that a field breaks. */
  readonly encodeResult: (event: Event) => Result.Result<NewEvent, Unfit>
  /** From a store to the domain; older payloads are upcast on the way. */
  readonly decode: (recorded: RecordedEvent) => Result.Result<Event, UndecodableEvent>
  /** The same for an event outside a log, such as one in a saved state. */
  readonly decodeNew: (event: NewEvent) => Result.Result<Event, UndecodableEvent["reason"]>
}

/**
 * Says how an event is stored. Throws where an upcaster is missing: that is a mistake in the program.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import * as Schema from "effect/Schema"
 * import { EventCodec } from "@tacet/core/eventsourcing"
 *
 * const Renamed = Schema.TaggedStruct("Renamed", {
 *   occurredAt: Schema.DateTimeUtcFromMillis,
 *   label: Schema.String
 * })
 * const definition = EventCodec.define(Renamed, {
 *   schemaVersion: 2,
 *   upcasters: { 1: ({ name, ...rest }) => ({ ...rest, label: name }) }
 * })
 * const stored = { type: "Renamed", schemaVersion: 1, occurredAt: 0, data: '{ "name": "front desk" }' }
 * Result.getOrThrow(EventCodec.make("desk", [definition]).decodeNew(stored)).label // => "front desk"
 * ```
 */
export const define = <Event extends { readonly _tag: string }>(
  schema: Schema.Codec<Event, { readonly _tag: string; readonly occurredAt: number }> & {
    readonly fields: { readonly _tag: { readonly schema: { readonly literal: Event["_tag"] } } }
  },
  options?: {
    readonly wireName?: string
    readonly schemaVersion?: number
    readonly upcasters?: Readonly<Record<number, (payload: Payload) => Payload>>
  },
): EventDefinition<Event> => {
  const tag = schema.fields._tag.schema.literal
  const schemaVersion = options?.schemaVersion ?? 1
  const upcasters = new Map(
    Object.entries(options?.upcasters ?? {}).map(([version, step]) => [Number(version), step] as const),
  )
  for (let version = 1; version < schemaVersion; version++) {
    if (!upcasters.has(version)) throw new Error(`${tag} has no upcaster from schema version ${version}`)
  }
  return {
    tag,
    wireName: options?.wireName ?? tag,
    schemaVersion,
    upcasters,
    schema,
  }
}

/** An event in a codec's list: its schema where it is at its first version, else its definition. */
export type Listed = EventSchema | EventDefinition<unknown>

/** The schema of an event, as `Schema.TaggedStruct` makes it: `_tag`, `occurredAt`, and the fields of the payload. */
export type EventSchema = Schema.Top & {
  readonly fields: { readonly _tag: { readonly schema: { readonly literal: string } } }
  readonly Type: { readonly _tag: string }
  readonly Encoded: { readonly _tag: string; readonly occurredAt: number }
  readonly DecodingServices: never
  readonly EncodingServices: never
}

type EventIn<One> = One extends EventDefinition<infer Event> ? Event : One extends EventSchema ? One["Type"] : never

/**
 * The union of the events that a codec lists.
 *
 * @example
 * ```ts
 * import { Interaction } from "@tacet/core/domain"
 * import type { EventCodec } from "@tacet/core/eventsourcing"
 *
 * const count = (events: ReadonlyArray<EventCodec.EventOf<typeof Interaction.codec>>): number =>
 *   events.filter((event) => event._tag === "StepTaken").length
 *
 * count([]) // => 0
 * ```
 */
export type EventOf<Codec> = Codec extends EventCodec<infer Event> ? Event : never

/**
 * Makes the codec of one kind of stream from the list of its events. The list is the one place that names them: their
 * union (`EventOf`) and what their fields reveal (`definitions`, `FieldClass.fieldsOf`) follow from it.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { EventCodec } from "@tacet/core/eventsourcing"
 *
 * const occurredAt = Schema.DateTimeUtcFromMillis
 * const Counted = Schema.TaggedStruct("Counted", { occurredAt })
 * const Reset = Schema.TaggedStruct("Reset", { occurredAt, to: Schema.Int })
 * const codec = EventCodec.make("counter", [
 *   Counted,
 *   EventCodec.define(Reset, { schemaVersion: 2, upcasters: { 1: () => ({ to: 0 }) } }),
 * ])
 * codec.definitions.map(({ schemaVersion, tag }) => `${tag} ${schemaVersion}`) // => ["Counted 1", "Reset 2"]
 * ```
 */
export const make = <const List extends ReadonlyArray<Listed>>(
  kind: StreamKind,
  list: List,
): EventCodec<EventIn<List[number]>> => {
  type Event = EventIn<List[number]>
  const definitions = list.map(
    (listed) => ("wireName" in listed ? listed : define(listed as never)) as EventDefinition<Event>,
  )
  const byTag = new Map<string, Entry>()
  const byWireName = new Map<string, Entry>()
  for (const definition of definitions) {
    const entry: Entry = {
      definition,
      encode: Schema.encodeUnknownResult(definition.schema) as Entry["encode"],
      decode: Schema.decodeUnknownResult(definition.schema) as Entry["decode"],
    }
    if (byTag.has(definition.tag) || byWireName.has(definition.wireName)) {
      throw new Error(`${kind} defines ${definition.tag} twice`)
    }
    byTag.set(definition.tag, entry)
    byWireName.set(definition.wireName, entry)
  }
  const decodeNew = (event: NewEvent): Result.Result<Event, UndecodableEvent["reason"]> => {
    const entry = byWireName.get(event.type)
    if (entry === undefined) return Result.fail("unknown-type")
    if (event.schemaVersion > entry.definition.schemaVersion) return Result.fail("newer-schema-version")
    let payload = parse(event.data)
    if (payload === undefined) return Result.fail("payload-does-not-fit")
    try {
      for (let version = event.schemaVersion; version < entry.definition.schemaVersion; version++) {
        payload = entry.definition.upcasters.get(version)!(payload)
      }
    } catch {
      // An error from an upcaster may quote the payload, so only the mismatch itself is reported.
      return Result.fail("payload-does-not-fit")
    }
    const decoded = entry.decode({ ...payload, _tag: entry.definition.tag, occurredAt: event.occurredAt })
    return Result.isSuccess(decoded) ? Result.succeed(decoded.success as Event) : Result.fail("payload-does-not-fit")
  }
  // A mistake in the program. The schema's own message would quote the payload.
  const mistaken = (tag: string) => new Error(`An event ${tag} does not fit its schema in the codec of ${kind}`)
  const encodeResult = (event: Event): Result.Result<NewEvent, Unfit> => {
    const { _tag: tag } = event as { readonly _tag: string }
    const entry = byTag.get(tag)
    if (entry === undefined) throw mistaken(tag)
    const encoded = entry.encode(event)
    if (Result.isFailure(encoded)) return Result.fail(unfitOf(encoded.failure.issue, entry.definition.schema))
    const { _tag: _, occurredAt, ...payload } = encoded.success
    const { schemaVersion, wireName } = entry.definition
    return Result.succeed({ type: wireName, schemaVersion, occurredAt, data: JSON.stringify(payload) })
  }
  return {
    kind,
    definitions,
    encode: (event) => {
      const encoded = encodeResult(event)
      if (Result.isFailure(encoded)) throw mistaken((event as { readonly _tag: string })._tag)
      return encoded.success
    },
    encodeResult,
    decode: (recorded) => Result.mapError(decodeNew(recorded), (reason) => undecodable(recorded, reason)),
    decodeNew,
  }
}

interface Entry {
  readonly definition: EventDefinition<unknown>
  readonly encode: (
    event: unknown,
  ) => Result.Result<{ readonly _tag: string; readonly occurredAt: number }, Schema.SchemaError>
  readonly decode: (input: unknown) => Result.Result<unknown, unknown>
}

/** The first field that does not fit, by the name that its schema declares, and the rule of the check that failed. */
const unfitOf = (issue: Issue, schema: Schema.Top): Unfit => {
  let field: string | undefined
  let inner: Issue | undefined = issue
  while (inner !== undefined) {
    if (inner._tag === "Pointer") {
      const [name] = inner.path
      if (field === undefined && typeof name === "string" && name in (schema as EventSchema).fields) field = name
    }
    if (inner._tag === "InvalidValue") {
      const unfit = inner.annotations?.["unfit"] as Omit<Unfit, "field"> | undefined
      if (unfit !== undefined) return { ...unfit, ...(field === undefined ? {} : { field }) }
    }
    inner = "issues" in inner ? inner.issues[0] : "issue" in inner ? inner.issue : undefined
  }
  const accepted = "a value of the form that the event declares for this field"
  return { rule: "TACET-FORMAT", ...(field === undefined ? {} : { field }), accepted }
}

const parse = (data: string): Payload | undefined => {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : undefined
  } catch {
    return undefined
  }
}

const undecodable = (recorded: RecordedEvent, reason: UndecodableEvent["reason"]): UndecodableEvent =>
  new UndecodableEvent({
    customer: recorded.customer,
    stream: recorded.stream,
    version: recorded.version,
    type: recorded.type,
    schemaVersion: recorded.schemaVersion,
    reason,
  })
