/**
 * A breach of personal data (GDPR 4(12), 33, 34): discovered, its effects limited, assessed by how many values of which
 * categories were reached, and notified in time (BREACH). The log holds counts and references of documents; whose values were
 * reached is answered from the vault, and nowhere written.
 */
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Decider } from "../eventsourcing/Decider.ts"
import * as EventCodec from "../eventsourcing/EventCodec.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import type { StreamId } from "../eventsourcing/StreamId.ts"
import { Uuid } from "../eventsourcing/Uuid.ts"
import type { EffectivePolicy } from "../policy/binding/EffectivePolicy.ts"
import { Measure } from "../policy/text/parameters/protection.ts"
import { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import { clockToleranceMillis } from "./interaction/events.ts"
import { nothing, record, refuse } from "./internal/Decision.ts"
import { ProcessingRole } from "./ProcessingRegister.ts"
import { DocumentReference } from "./Recipient.ts"

// Stream

/** The kind of a breach's stream. */
export const streamKind = "breach"

/** The id of a breach. */
export const BreachId = Uuid.pipe(Schema.brand("BreachId"))
export type BreachId = typeof BreachId.Type

/** The stream of a breach. */
export const streamOf = (id: BreachId): StreamId => ({ kind: streamKind, id })

// Values

/** The kind of breach, by the words of GDPR 4(12). */
export const Nature = Schema.Literals(["confidentiality", "integrity", "availability"])
export type Nature = typeof Nature.Type

/** Who is notified. `customer`: the controller of whom the operator is the processor (GDPR 33(2)). */
export const Addressee = Schema.Literals(["authority", "persons", "customer"])
export type Addressee = typeof Addressee.Type

/** The risk for the persons: the authority is notified from `likely` on, the persons where it is `high`. */
export const Risk = Schema.Literals(["unlikely", "likely", "high"])
export type Risk = typeof Risk.Type

/** Why no notice is owed (GDPR 33(1), 34(3)). */
export const Exemption = Schema.Literals(["riskUnlikely", "unintelligible", "riskRemoved", "disproportionateEffort"])
export type Exemption = typeof Exemption.Type

// Events: their names and fields are a storage format

const occurredAt = Schema.DateTimeUtcFromMillis
const count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** A breach became known: the clock of the notices begins. */
export const BreachDiscovered = Schema.TaggedStruct("BreachDiscovered", {
  occurredAt,
  role: ProcessingRole,
  nature: Schema.Array(Nature),
})
/** The numbers of values and persons reached, and the risk for the persons. */
export const BreachAssessed = Schema.TaggedStruct("BreachAssessed", {
  occurredAt,
  values: Schema.Array(Schema.Struct({ category: PersonalDataCategory, count })),
  persons: count,
  risk: Risk,
})
/** A measure limits the effects. */
export const EffectsLimited = Schema.TaggedStruct("EffectsLimited", {
  occurredAt,
  measure: Measure,
  document: Schema.optionalKey(DocumentReference),
})
/** A notice was given. */
export const BreachNotified = Schema.TaggedStruct("BreachNotified", {
  occurredAt,
  to: Addressee,
  document: DocumentReference,
  /** Whether it came after the due date; then with the document of the reasons (GDPR 33(1)). */
  late: Schema.Boolean,
  delay: Schema.optionalKey(DocumentReference),
})
/** No notice is owed. */
export const BreachNoticeUnneeded = Schema.TaggedStruct("BreachNoticeUnneeded", {
  occurredAt,
  to: Addressee,
  exemption: Exemption,
})
/** It was handled: its effects are limited, and every notice was given or is not owed. */
export const BreachClosed = Schema.TaggedStruct("BreachClosed", { occurredAt })

/** How the events of a breach are stored. */
export const codec = EventCodec.make(streamKind, [
  BreachDiscovered,
  BreachAssessed,
  EffectsLimited,
  BreachNotified,
  BreachNoticeUnneeded,
  BreachClosed,
])
export type Event = EventCodec.EventOf<typeof codec>

// State

/** A breach. */
export interface State {
  readonly discovered: typeof BreachDiscovered.Type | undefined
  readonly assessed: typeof BreachAssessed.Type | undefined
  readonly limited: ReadonlyArray<typeof EffectsLimited.Type>
  /** The answered notices. */
  readonly answered: ReadonlyMap<Addressee, typeof BreachNotified.Type | typeof BreachNoticeUnneeded.Type>
  readonly closed: boolean
  /** The moment of the last event. */
  readonly last: DateTime.Utc | undefined
}

/** A breach that is not known. */
export const initial: State = {
  discovered: undefined,
  assessed: undefined,
  limited: [],
  answered: new Map(),
  closed: false,
  last: undefined,
}

/**
 * When the first notice is due: so many hours after the discovery, on whatever day that is. Hours run through nights,
 * weekends and holidays (Regulation 1182/71, 3(3)); a month of the calendar is nowhere counted.
 */
export const dueAt = ({ discovered }: State, { parameters }: EffectivePolicy): DateTime.Utc | undefined =>
  discovered && DateTime.add(discovered.occurredAt, { hours: parameters.breachNoticeHours })

/**
 * The notices that are owed and not answered. As processor the operator owes one to the Customer; as controller one to the
 * authority, until the risk is found unlikely, and one to the persons where it is high.
 */
export const owed = (state: State, { parameters }: EffectivePolicy): ReadonlyArray<Addressee> => {
  const { answered, assessed, discovered } = state
  if (discovered === undefined) return []
  const all: ReadonlyArray<Addressee> =
    discovered.role === "processor"
      ? ["customer"]
      : [
          ...(parameters.breach.includes("authorityNotice") ? (["authority"] as const) : []),
          ...(parameters.breach.includes("personNotice") && assessed?.risk === "high" ? (["persons"] as const) : []),
        ]
  return all.filter((addressee) => !answered.has(addressee))
}

/** Whether a notice was given after its due date. */
export const wasLate = ({ answered }: State): boolean =>
  Array.from(answered.values()).some((answer) => answer._tag === "BreachNotified" && answer.late)

/** Refuses a question about a breach that is not known. */
export const requireDiscovered = ({ discovered }: State, command: string): Result.Result<void, Refusal> =>
  discovered === undefined
    ? refuse("TACET-STARTED", { _tag: command }, undefined, "a breach that was discovered")
    : Result.void

// Evolve

const evolve = (before: State, event: Event): State => {
  const state = { ...before, last: event.occurredAt }
  switch (event._tag) {
    case "BreachDiscovered":
      return { ...state, discovered: event }
    case "BreachAssessed": {
      // A risk that turns out higher owes again the notices that were not owed before.
      const answered = Array.from(state.answered).filter(([, answer]) => answer._tag === "BreachNotified")
      const isHigher = ranks.indexOf(event.risk) > ranks.indexOf(state.assessed?.risk ?? "unlikely")
      return { ...state, assessed: event, answered: isHigher ? new Map(answered) : state.answered }
    }
    case "EffectsLimited":
      return { ...state, limited: [...state.limited, event] }
    case "BreachNotified":
    case "BreachNoticeUnneeded":
      return { ...state, answered: new Map(state.answered).set(event.to, event) }
    case "BreachClosed":
      return { ...state, closed: true }
  }
}

const ranks = Risk.literals

// Commands

const at = Schema.DateTimeUtc

/** The commands on a breach. */
export const Command = Schema.Union([
  Schema.TaggedStruct("DiscoverBreach", { at, role: ProcessingRole, nature: BreachDiscovered.fields.nature }),
  Schema.TaggedStruct("AssessBreach", {
    at,
    values: BreachAssessed.fields.values,
    persons: count,
    risk: Risk,
  }),
  Schema.TaggedStruct("LimitEffects", { at, measure: Measure, document: EffectsLimited.fields.document }),
  Schema.TaggedStruct("NotifyBreach", {
    at,
    to: Addressee,
    document: DocumentReference,
    delay: BreachNotified.fields.delay,
  }),
  Schema.TaggedStruct("DeclareNoticeUnneeded", { at, to: Addressee, exemption: Exemption }),
  Schema.TaggedStruct("CloseBreach", { at }),
])
export type Command = typeof Command.Type

/** The facts that a decision needs. */
export interface Context {
  /** The policy that bound the compartment when the breach was discovered. */
  readonly policy: EffectivePolicy
  /** The clock, in epoch milliseconds: later moments are refused (TACET-TIME). */
  readonly now: number
}

// Decide

const decide = (
  state: State,
  command: Command,
  { now, policy }: Context,
): Result.Result<ReadonlyArray<Event>, Refusal> => {
  const { assessed, discovered, last } = state
  const occurredAt = command.at
  if (DateTime.toEpochMillis(occurredAt) > now + clockToleranceMillis) {
    return refuse("TACET-TIME", command, "at", "a moment no more than five minutes ahead of the clock")
  }
  if (command._tag === "DiscoverBreach") {
    const { nature, role } = command
    if (nature.length === 0) return refuse("TACET-FORMAT", command, "nature", "what was broken")
    if (discovered === undefined) return record({ _tag: "BreachDiscovered", occurredAt, role, nature })
    return sameDiscovery(discovered, { _tag: "BreachDiscovered", occurredAt, role, nature })
      ? nothing
      : refuse("TACET-ONCE", command, undefined, "one discovery for each breach: draw another id")
  }
  if (discovered === undefined || last === undefined) {
    return refuse("TACET-STARTED", command, undefined, "a breach that was discovered")
  }
  if (command._tag === "CloseBreach" && state.closed) return nothing
  if ((command._tag === "NotifyBreach" || command._tag === "DeclareNoticeUnneeded") && isRepeated(state, command)) {
    return nothing
  }
  if (command._tag === "AssessBreach" && assessed !== undefined) {
    const { persons, risk, values } = command
    const repeated = { _tag: "BreachAssessed", occurredAt: assessed.occurredAt, values, persons, risk } as const
    if (sameAssessment(assessed, repeated)) return nothing
  }
  if (command._tag === "LimitEffects") {
    const { document, measure } = command
    if (state.limited.some((known) => known.measure === measure && known.document === document)) return nothing
  }
  if (DateTime.isLessThan(occurredAt, last)) {
    return refuse("TACET-TIME", command, "at", "a moment at or after the last entry of the breach")
  }
  switch (command._tag) {
    case "AssessBreach": {
      const { persons, risk, values } = command
      return record({ _tag: "BreachAssessed", occurredAt, values, persons, risk })
    }
    case "LimitEffects": {
      const { _tag: _, at: __, ...wanted } = command
      return record({ _tag: "EffectsLimited", occurredAt, ...wanted })
    }
    case "NotifyBreach": {
      const { delay, document, to } = command
      const due = to === "persons" ? undefined : dueAt(state, policy)
      const late = due !== undefined && DateTime.isGreaterThan(occurredAt, due)
      if (late && delay === undefined) {
        return refuse("BREACH", command, "delay", "the document with the reasons for a notice after its due date")
      }
      const reasons = late && delay !== undefined ? { delay } : {}
      return record({ _tag: "BreachNotified", occurredAt, to, document, late, ...reasons })
    }
    case "DeclareNoticeUnneeded": {
      const { exemption, to } = command
      const isListed = exemptionsOf[to].includes(exemption)
      const accepted = exemptionsOf[to]
      if (!isListed) {
        return refuse("BREACH", command, "exemption", `for ${to}, one of: ${accepted.join(", ") || "none"}`)
      }
      if (exemption === "riskUnlikely" && assessed?.risk !== "unlikely") {
        return refuse("BREACH", command, "exemption", "a breach whose risk was assessed as unlikely")
      }
      return record({ _tag: "BreachNoticeUnneeded", occurredAt, to, exemption })
    }
    case "CloseBreach": {
      if (assessed === undefined) return refuse("BREACH", command, undefined, "a breach that was assessed")
      if (policy.parameters.breach.includes("limitEffects") && state.limited.length === 0) {
        return refuse("BREACH", command, undefined, "a breach whose effects were limited by a measure")
      }
      const open = owed(state, policy)
      return open.length === 0
        ? record({ _tag: "BreachClosed", occurredAt })
        : refuse("BREACH", command, undefined, `a breach whose notices were given: ${open.join(", ")}`)
    }
  }
}

/** The grounds on which a notice is not owed: GDPR 33(1) and 34(3); a processor has none (33(2)). */
const exemptionsOf: { readonly [To in Addressee]: ReadonlyArray<Exemption> } = {
  authority: ["riskUnlikely"],
  persons: ["unintelligible", "riskRemoved", "disproportionateEffort"],
  customer: [],
}

const isRepeated = (
  { answered }: State,
  command: Extract<Command, { readonly _tag: "NotifyBreach" | "DeclareNoticeUnneeded" }>,
): boolean => {
  const known = answered.get(command.to)
  return command._tag === "NotifyBreach"
    ? known?._tag === "BreachNotified" && known.document === command.document
    : known?._tag === "BreachNoticeUnneeded" && known.exemption === command.exemption
}

const sameDiscovery = Schema.toEquivalence(BreachDiscovered)
const sameAssessment = Schema.toEquivalence(BreachAssessed)

/** The decider of a breach. */
export const decider: Decider<State, Command, Event, Context> = { initial, evolve, decide }

/** The decider with its storage format, for a command handler. */
export const aggregate = { codec, decider }
