/**
 * Breaches of personal data (BREACH, GDPR 33, 34): discovered, assessed by what the access log and the exposed keys say was
 * reached, limited, notified in time and closed. Notices are drafted from the record; the log holds counts alone.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Breach from "../domain/Breach.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import { AccessLog } from "../privacy/AccessLog.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { VaultUnavailable } from "../privacy/VaultError.ts"
import { VaultStore } from "../privacy/VaultStore.ts"
import { type Details, type Drafts, draftsOf, type Part } from "./breaches/notices.ts"
import { type Exposure, type Reached, reachedBy, type ReachedValue } from "./breaches/reached.ts"
import * as Declarations from "./internal/Declarations.ts"
import * as Decisions from "./internal/Decisions.ts"
import { momentOrNow } from "./internal/Moments.ts"

export type { Details, Drafts, Exposure, Part, Reached, ReachedValue }

/** The errors of every operation besides refusals: the log or the vault is unavailable or damaged. */
export type BreachesError = Decisions.DecisionError | VaultUnavailable

/** What an application declares of a breach; `Breaches.assess` counts the values that it reached. */
export type Declaration = Exclude<Breach.Command, { readonly _tag: "AssessBreach" }>

/** An assessment of a breach. */
export interface Assessment {
  readonly compartment: CustomerId
  readonly breach: Breach.BreachId
  readonly exposure: Exposure
  readonly risk: Breach.Risk
  /** Default: now. */
  readonly at?: EpochMillis
}

/** A breach that is not closed. */
export interface OpenBreach {
  readonly breach: Breach.BreachId
  readonly discoveredAt: EpochMillis
  /** When the first notice is due. */
  readonly due: EpochMillis
  /** The notices that are owed. */
  readonly owed: ReadonlyArray<Breach.Addressee>
  /** Whether a notice is owed and its due date is past, or one was given after it. */
  readonly late: boolean
  /** `undefined` before it was assessed. */
  readonly risk: Breach.Risk | undefined
}

/** The service. */
export class Breaches extends Context.Service<
  Breaches,
  {
    /**
     * Declares a discovery, a measure against the effects, a notice, that none is owed, or the end of the handling. Repeating
     * it changes nothing. Refused by BREACH: a notice after its due date without the reasons (GDPR 33(1)), a ground on which
     * the law waives no notice (34(3)), and a closing before the effects are limited and the notices given.
     */
    readonly declare: (
      compartment: CustomerId,
      breach: Breach.BreachId,
      declaration: Declaration,
    ) => Effect.Effect<ReadonlyArray<Breach.Event>, Refusal | BreachesError>
    /**
     * Whose values were reached, by the access log and by the exposed keys. Nothing is written. Refused for a time that ends
     * before it begins, in which nothing can be reached (BREACH).
     */
    readonly reached: (
      compartment: CustomerId,
      exposure: Exposure,
    ) => Effect.Effect<Reached, Refusal | VaultUnavailable>
    /** Counts the values that a breach reached, and records the counts with the risk for the persons. It may be repeated as more is known. */
    readonly assess: (assessment: Assessment) => Effect.Effect<ReadonlyArray<Breach.Event>, Refusal | BreachesError>
    /** Drafts the notices to the authority (GDPR 33(3)) and to the persons (34(2)). Refused for an unknown breach. */
    readonly drafts: (
      compartment: CustomerId,
      breach: Breach.BreachId,
      details: Details,
    ) => Effect.Effect<Drafts, Refusal | BreachesError>
    /** The breaches that are not closed, in the order of their discovery, with the notices that are owed and until when. */
    readonly open: (
      compartment: CustomerId,
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<ReadonlyArray<OpenBreach>, Refusal | BreachesError>
    /** The state of a breach. */
    readonly stateOf: (compartment: CustomerId, breach: Breach.BreachId) => Effect.Effect<Breach.State, BreachesError>
  }
>()("@tacet/core/services/Breaches") {}

/** The service over the event store, the rows of the vault and the access log in force. */
export const layer: Layer.Layer<Breaches, never, EventStore | VaultStore | AccessLog> = Layer.effect(
  Breaches,
  Effect.gen(function* () {
    const log = yield* EventStore
    const ports = { store: yield* VaultStore, accesses: yield* AccessLog }
    const decisions = yield* Decisions.make

    const load = (compartment: CustomerId, breach: Breach.BreachId) =>
      Effect.map(decisions.load(Breach.aggregate, compartment, breach), ({ state }) => state)

    /** The policy that bound when the breach was discovered. */
    const policyOf = (declared: Declarations.Declared, state: Breach.State, command: string, at: DateTime.Utc) =>
      Declarations.bound(declared, command, state.discovered?.occurredAt ?? at)

    const decide = (compartment: CustomerId, breach: Breach.BreachId, command: Breach.Command) =>
      Effect.map(
        decisions.decide(Breach.aggregate, { customer: compartment, id: breach }, (declared, state) =>
          Effect.zipWith(
            policyOf(declared, state, command._tag, command.at),
            Clock.currentTimeMillis,
            (policy, now) => ({ command, context: { policy, now } }),
          ),
        ),
        ({ events }) => events,
      )

    return Breaches.of({
      declare: Effect.fn("Breaches.declare")(decide),
      reached: Effect.fn("Breaches.reached")((compartment, exposure) => reachedBy(ports, compartment, exposure)),
      assess: Effect.fn("Breaches.assess")(function* ({ at: moment, breach, compartment, exposure, risk }) {
        const at = yield* momentOrNow("AssessBreach", moment)
        const { persons, values } = yield* reachedBy(ports, compartment, exposure)
        const counts = new Map<PersonalDataCategory, number>()
        for (const { category } of values) counts.set(category, (counts.get(category) ?? 0) + 1)
        return yield* decide(compartment, breach, {
          _tag: "AssessBreach",
          at,
          values: Array.from(counts, ([category, count]) => ({ category, count })),
          persons: persons.length,
          risk,
        })
      }),
      drafts: Effect.fn("Breaches.drafts")(function* (compartment, breach, details) {
        const state = yield* load(compartment, breach)
        const now = yield* DateTime.now
        yield* Effect.fromResult(Breach.requireDiscovered(state, "DraftNotices"))
        const declared = yield* decisions.declared(compartment)
        return draftsOf(state, yield* policyOf(declared, state, "DraftNotices", now), details)
      }),
      open: Effect.fn("Breaches.open")(function* (compartment, options) {
        const at = yield* momentOrNow("Breaches.open", options?.at)
        const declared = yield* decisions.declared(compartment)
        const filter = { streamKinds: [Breach.streamKind], eventTypes: ["BreachDiscovered"] }
        const open: Array<OpenBreach> = []
        for (let after = 0; ;) {
          const { events, head, through } = yield* log.readLog(compartment, { after, filter })
          for (const { stream } of events) {
            const breach = stream.id as Breach.BreachId
            const state = yield* load(compartment, breach)
            const policy = yield* policyOf(declared, state, "ListBreaches", at)
            const due = Breach.dueAt(state, policy)
            if (state.closed || state.discovered === undefined || due === undefined) continue
            const owed = Breach.owed(state, policy)
            const isPast = DateTime.isGreaterThan(at, due)
            open.push({
              breach,
              discoveredAt: DateTime.toEpochMillis(state.discovered.occurredAt),
              due: DateTime.toEpochMillis(due),
              owed,
              late: (isPast && owed.some((addressee) => addressee !== "persons")) || Breach.wasLate(state),
              risk: state.assessed?.risk,
            })
          }
          after = through
          if (through >= head) return open.sort((one, other) => one.discoveredAt - other.discoveredAt)
        }
      }),
      stateOf: load,
    })
  }),
)
