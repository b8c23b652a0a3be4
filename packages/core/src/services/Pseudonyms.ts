/**
 * People towards one Customer, as pseudonyms: what is observed of them, what they agree and object to, what is set right.
 * Each operation keeps the log and the vault together: a value is sealed before the event that names it, and a fence
 * stands in the vault before the log says so. What is refused changes neither.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Contract from "../domain/Contract.ts"
import type { PolicyVersionId } from "../domain/Identifier.ts"
import * as Pseudonym from "../domain/Pseudonym.ts"
import * as CommandHandler from "../eventsourcing/CommandHandler.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import { EventStore } from "../eventsourcing/EventStore.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import type { Purpose } from "../policy/text/parameters/purposes.ts"
import * as Identifiers from "../privacy/Identifiers.ts"
import type { PersonalDataCategory } from "../privacy/PersonalDataCategory.ts"
import type { Sealed } from "../privacy/Sealed.ts"
import type { SubjectId } from "../privacy/Subject.ts"
import { type SealError, Vault } from "../privacy/Vault.ts"
import type { PeriodClosed, SubjectErased, UnknownReference, VaultUnavailable } from "../privacy/VaultError.ts"
import * as Facts from "./internal/Facts.ts"

/** What every operation can fail with beside refusals: the log or the vault could not be reached, or is not whole. */
export type PseudonymsError = Facts.DecisionError | VaultUnavailable

/** A pseudonym of a Customer. */
export interface Whose {
  readonly customer: CustomerId
  readonly pseudonym: Pseudonym.PseudonymId
}

/** A personal value of somebody. */
export interface ToKeep extends Whose {
  readonly category: PersonalDataCategory
  readonly value: string
  /** The purposes declared for it (MINIMISE). */
  readonly purposes: ReadonlyArray<Purpose>
  /** When it was collected. Default: now. */
  readonly collectedAt?: EpochMillis
}

/** An identifier that was seen with somebody. */
export interface Observed extends Whose {
  readonly identifier: Identifiers.Identifier
  readonly purposes: ReadonlyArray<Purpose>
  readonly validFrom: EpochMillis
  /** Exclusive. Default: until further notice. */
  readonly validTo?: EpochMillis
  /** When it was seen. Default: now. */
  readonly at?: EpochMillis
}

/**
 * What may be said of a pseudonym and needs no value: consents, objections, restriction, recognition, links. The others
 * have an operation of their own, as they have something to do in the vault.
 */
export type Declaration = Exclude<
  Pseudonym.Command,
  { readonly _tag: "IssuePseudonym" | "ObserveIdentifier" | "RectifyDetail" | "ErasePseudonym" }
>

/** The service. */
export class Pseudonyms extends Context.Service<
  Pseudonyms,
  {
    /** A new pseudonym. Refused where the Customer has adopted no policy by then (POLICY-BIND). */
    readonly issue: (
      customer: CustomerId,
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<Pseudonym.PseudonymId, Refusal | PseudonymsError>
    /** A pseudonym as it is. */
    readonly stateOf: (whose: Whose) => Effect.Effect<Pseudonym.State, PseudonymsError>
    /** Decides and records a declaration; the vault follows what it says of restriction and objection. */
    readonly declare: (
      whose: Whose,
      declaration: Declaration,
    ) => Effect.Effect<ReadonlyArray<Pseudonym.Event>, Refusal | SubjectErased | PseudonymsError>
    /**
     * Seals a value with the retention end that periods, contract and policy give it, for an event that will name it.
     */
    readonly keep: (value: ToKeep) => Effect.Effect<Sealed<string>, Refusal | SealError | PseudonymsError>
    /**
     * Keeps an identifier: its value sealed, a keyed token by which the person can be found (R-LOCATE), and
     * `IdentifierObserved`.
     */
    readonly observe: (
      observed: Observed,
    ) => Effect.Effect<Sealed<string>, Refusal | Identifiers.NoIdentifier | PeriodClosed | SealError | PseudonymsError>
    /** Keeps that an interaction was one of theirs, in the vault alone. */
    readonly link: (
      whose: Whose,
      interaction: Uuid.Uuid,
      options?: { readonly at?: EpochMillis },
    ) => Effect.Effect<void, Refusal | SealError | PseudonymsError>
    /**
     * Puts another value in the place of one; the old one cannot be read any more (R-RECT, GDPR 16). Of a value that was
     * set right before it is refused, and makes sure that the old one is gone: repeat it after a crash.
     */
    readonly rectify: (
      whose: Whose,
      old: Sealed<string>,
      value: string,
    ) => Effect.Effect<Sealed<string>, Refusal | UnknownReference | SealError | PseudonymsError>
  }
>()("@tacet/core/services/Pseudonyms") {}

/** The service over the vault and the event store in force. */
export const layer: Layer.Layer<Pseudonyms, never, Vault | EventStore> = Layer.effect(
  Pseudonyms,
  Effect.gen(function* () {
    const vault = yield* Vault
    const store = yield* EventStore
    const inLog = Effect.provideService(EventStore, store)

    const now = (at: EpochMillis | undefined) => (at === undefined ? Clock.currentTimeMillis : Effect.succeed(at))

    const load = ({ customer, pseudonym }: Whose) =>
      Effect.map(CommandHandler.load(Pseudonym.aggregate, customer, pseudonym), ({ state }) => state)

    /** What a decision about a pseudonym rests on. */
    const contextOf = Effect.fnUntraced(function* (
      { customer }: Whose,
      facts: Facts.Facts,
      command: Pseudonym.Command,
    ) {
      const policy = yield* Facts.bound(facts, command._tag, command.at)
      const other = command._tag === "LinkPseudonym" ? yield* load({ customer, pseudonym: command.other }) : undefined
      const context: Pseudonym.Context = {
        policy,
        role: "processor",
        recognitionInstructed: Contract.termsAt(facts.state, policy, command.at)?.recognition === true,
        linkable: () => other?.phase === "live" || other?.phase === "restricted",
      }
      return context
    })

    /** Decides a command once without writing, does what has to stand before it, and records it. */
    const record = <E>(
      whose: Whose,
      command: Pseudonym.Command,
      before: (events: ReadonlyArray<Pseudonym.Event>, facts: Facts.Facts) => Effect.Effect<Pseudonym.Command, E>,
    ) =>
      inLog(
        Facts.decide(whose.customer, (facts) =>
          Effect.gen(function* () {
            const { customer, pseudonym } = whose
            const context = yield* contextOf(whose, facts, command)
            const foreseen = yield* Facts.foresee(Pseudonym.aggregate, yield* load(whose), command, context)
            const prepared = yield* before(foreseen, facts)
            const request = { customer, id: pseudonym, command: prepared, context }
            const { events } = yield* Facts.handle(Pseudonym.aggregate, facts, request)
            return events
          }),
        ),
      )

    const endOf = (
      customer: CustomerId,
      facts: Facts.Facts,
      category: PersonalDataCategory,
      collectedAt: EpochMillis,
    ) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) =>
        inLog(Facts.endOf(customer, facts, { category, collectedAt, at })),
      )

    const sealed = (
      { category, customer, pseudonym, purposes, value }: ToKeep,
      collectedAt: EpochMillis,
      retentionEnd: EpochMillis | undefined,
    ) => vault.seal({ customer, subject: subjectOf(pseudonym), category, value, purposes, collectedAt, retentionEnd })

    const issue: Pseudonyms["Service"]["issue"] = Effect.fn("Pseudonyms.issue")(function* (customer, options) {
      const pseudonym = (yield* Uuid.next) as Pseudonym.PseudonymId
      const at = DateTime.makeUnsafe(yield* now(options?.at))
      yield* inLog(
        Facts.decide(customer, (facts) =>
          Effect.gen(function* () {
            const { policy: policyVersion } = yield* Facts.bound(facts, "IssuePseudonym", at)
            const command: Pseudonym.Command = {
              _tag: "IssuePseudonym",
              at,
              policyVersion: policyVersion as PolicyVersionId,
            }
            const context = yield* contextOf({ customer, pseudonym }, facts, command)
            yield* Facts.handle(Pseudonym.aggregate, facts, { customer, id: pseudonym, command, context })
          }),
        ),
      )
      return pseudonym
    })

    /** Lets the fence in the vault stand, or fall, as a declaration says. */
    const follow = ({ customer, pseudonym }: Whose, declaration: Declaration, stopped: boolean) => {
      const subject = subjectOf(pseudonym)
      return "purpose" in declaration
        ? vault.object(customer, subject, declaration.purpose, stopped)
        : vault.restrict(customer, subject, stopped)
    }

    /**
     * Brings the fence to what the log says. Whoever declares the opposite at the same time does so too, so what was
     * written is looked at again: the last to write has seen the last that was said.
     */
    const settle = Effect.fnUntraced(function* (whose: Whose, declaration: Declaration) {
      let stopped = isStopped(yield* inLog(load(whose)), declaration)
      for (;;) {
        yield* follow(whose, declaration, stopped)
        const now = isStopped(yield* inLog(load(whose)), declaration)
        if (now === stopped) return
        stopped = now
      }
    })

    const declare: Pseudonyms["Service"]["declare"] = Effect.fn("Pseudonyms.declare")(function* (whose, declaration) {
      const stops = stopping(declaration)
      // What stops processing stands in the vault before the log says so, and what lets it go on comes after.
      const before = stops === true ? follow(whose, declaration, true) : Effect.void
      const recorded = record(whose, declaration, () => Effect.as(before, declaration))
      // Perhaps refused because it was recorded by an attempt that did not come to its end.
      const events = yield* Effect.tapErrorTag(recorded, "Refusal", () =>
        stops === false ? settle(whose, declaration) : Effect.void,
      )
      if (stops !== undefined) yield* settle(whose, declaration)
      return events
    })

    const keep: Pseudonyms["Service"]["keep"] = Effect.fn("Pseudonyms.keep")(function* (value) {
      const collectedAt = yield* now(value.collectedAt)
      const facts = yield* inLog(Facts.load(value.customer))
      yield* Facts.bound(facts, "KeepValue", DateTime.makeUnsafe(collectedAt))
      return yield* sealed(value, collectedAt, yield* endOf(value.customer, facts, value.category, collectedAt))
    })

    const observe: Pseudonyms["Service"]["observe"] = Effect.fn("Pseudonyms.observe")(function* (observed) {
      const { customer, identifier, pseudonym, purposes, validFrom, validTo } = observed
      const seenAt = yield* now(observed.at)
      // A text that is no identifier is refused before anything is kept.
      yield* Effect.fromResult(Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers))
      const kind = identifier.kind
      const command = (value: Sealed<string>): Pseudonym.Command => ({
        _tag: "ObserveIdentifier",
        at: DateTime.makeUnsafe(seenAt),
        kind,
        validFrom: DateTime.makeUnsafe(validFrom),
        ...(validTo === undefined ? {} : { validTo: DateTime.makeUnsafe(validTo) }),
        value,
      })
      const proposed = { reference: yield* Uuid.next, category: kind }
      let named: Sealed<string> | undefined
      const kept = record(observed, command(proposed), (_, facts) =>
        Effect.gen(function* () {
          if (named === undefined) {
            const value = { customer, pseudonym, category: kind, value: identifier.text, purposes }
            const retentionEnd = yield* endOf(customer, facts, kind, seenAt)
            named = yield* sealed(value, seenAt, retentionEnd)
            const subject = subjectOf(pseudonym)
            yield* vault.observe({ customer, subject, identifier, validFrom, validTo, retentionEnd })
          }
          return command(named)
        }),
      )
      // Where nothing was written, nothing names the value that was sealed for it.
      yield* Effect.tapErrorTag(kept, "Refusal", () =>
        named === undefined ? Effect.void : vault.destroy(customer, [named.reference], "rectification"),
      )
      return named ?? proposed
    })

    const link: Pseudonyms["Service"]["link"] = Effect.fn("Pseudonyms.link")(function* (whose, interaction, options) {
      const { customer, pseudonym } = whose
      const linkedAt = yield* now(options?.at)
      const facts = yield* inLog(Facts.load(customer))
      yield* Facts.bound(facts, "LinkInteraction", DateTime.makeUnsafe(linkedAt))
      const retentionEnd = yield* endOf(customer, facts, "interfaceUsage", linkedAt)
      yield* vault.link(customer, subjectOf(pseudonym), interaction, retentionEnd)
    })

    const rectify: Pseudonyms["Service"]["rectify"] = Effect.fn("Pseudonyms.rectify")(function* (whose, old, value) {
      const { customer } = whose
      const at = DateTime.makeUnsafe(yield* Clock.currentTimeMillis)
      const command = (sealed: Sealed<string>): Pseudonym.Command => ({
        _tag: "RectifyDetail",
        at,
        old: old.reference,
        value: sealed,
      })
      const proposed = { reference: yield* Uuid.next, category: old.category }
      let replaced: Sealed<string> | undefined
      const recorded = record(whose, command(proposed), () =>
        Effect.gen(function* () {
          replaced ??= yield* vault.replace(customer, old, value)
          return command(replaced)
        }),
      )
      yield* Effect.tapErrorTag(recorded, "Refusal", () =>
        Effect.gen(function* () {
          const { rectified } = yield* inLog(load(whose))
          const named = rectified.get(old.reference)
          const unnamed = replaced !== undefined && replaced.reference !== named ? [replaced.reference] : []
          // It had been set right before, and what followed perhaps not come to its end.
          const gone = named === undefined ? unnamed : [...unnamed, old.reference]
          yield* vault.destroy(customer, gone, "rectification")
        }),
      )
      yield* vault.destroy(customer, [old.reference], "rectification")
      return replaced ?? proposed
    })

    return Pseudonyms.of({
      issue,
      stateOf: (whose) => inLog(load(whose)),
      declare,
      keep,
      observe,
      link,
      rectify,
    })
  }),
)

/** Whether a declaration stops processing, lets it go on, or does neither. */
const stopping = (declaration: Declaration): boolean | undefined => {
  switch (declaration._tag) {
    case "RestrictProcessing":
    case "RaiseObjection":
      return true
    case "LiftRestriction":
      return false
    case "ResolveObjection":
      return declaration.upheld
    default:
      return undefined
  }
}

/** Whether what a declaration is about is stopped. */
const isStopped = (state: Pseudonym.State, declaration: Declaration): boolean =>
  "purpose" in declaration ? state.objections.has(declaration.purpose) : state.phase === "restricted"

/** All that is kept under a pseudonym in the vault is kept under the same id. */
const subjectOf = (pseudonym: Pseudonym.PseudonymId): SubjectId => pseudonym as Uuid.Uuid as SubjectId
