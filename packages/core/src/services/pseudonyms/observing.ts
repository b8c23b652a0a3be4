/**
 * Values and identifiers of a person: sealed in the vault with their retention end before an event names them.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Pseudonym from "../../domain/Pseudonym.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Competence from "../../policy/binding/Competence.ts"
import * as Classification from "../../policy/checks/Classification.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import * as Identifiers from "../../privacy/Identifiers.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import { type Source, type ToldKind, usualSourceOf } from "../../privacy/Source.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import * as Declarations from "../internal/Declarations.ts"
import { millisOrNow, momentOrNow } from "../internal/Moments.ts"
import * as PersonEnds from "../internal/PersonEnds.ts"
import * as RetentionEnds from "../internal/RetentionEnds.ts"
import { allKept, type Ports, type PseudonymRef, record, subjectOf } from "./recording.ts"

/** A personal value of a pseudonym. */
export interface ToKeep extends PseudonymRef {
  readonly category: PersonalDataCategory
  readonly value: string
  /** The purposes declared for it (MINIMISE). */
  readonly purposes: ReadonlyArray<Purpose>
  /** Where it comes from (PROVENANCE). Default: the person, for what they say or type; else observed. */
  readonly source?: Source
  /**
   * Of which kind it is, where its category does not tell that: such data have purposes of their own (SOLE-PURPOSE,
   * 3P-SERVICE).
   */
  readonly kind?: ToldKind
  /**
   * Whose service collected it, and the parts of the operator in it. What another party collected for itself is refused
   * (SCOPE, 3P-POLICY, 3P-OUT); what the operator only holds is closed to its staff (OPERATOR-NOACCESS). Default: the
   * operator's own service.
   */
  readonly origin?: Competence.Origin
  /**
   * The interaction in which the person gave it: the notices that were shown there count (PURPOSE-FIRST, ACK-FIRST). It is
   * read and not stored. Without one, what a person says or types needs their acceptance of the policy.
   */
  readonly interaction?: Uuid.Uuid
  /** When it was collected. Default: now. */
  readonly collectedAt?: EpochMillis
  /** The reference of the value: the same again has no further effect. Default: a random one. */
  readonly reference?: Uuid.Uuid
  /**
   * Whether it stays on the person's own device for their purely personal activity: it is not collected then, and keeping it is
   * refused (PERSONAL-ACT). Default: false.
   */
  readonly onOwnDevice?: boolean
}

/** An identifier that was seen with a pseudonym. */
export interface Observed extends PseudonymRef {
  readonly identifier: Identifiers.Identifier
  readonly purposes: ReadonlyArray<Purpose>
  readonly validFrom: EpochMillis
  /** Exclusive. Default: until further notice. */
  readonly validTo?: EpochMillis
  /** When it was seen. Default: now. */
  readonly at?: EpochMillis
  /** Where it comes from. Default: observed. What the person gives follows the notices, as in `ToKeep`. */
  readonly source?: Source
  /** The interaction in which the notices were shown, of an identifier that the person gives. */
  readonly interaction?: Uuid.Uuid
  /** The reference of the value: the same again has no further effect. Default: a random one. */
  readonly reference?: Uuid.Uuid
}

const retentionEnd = Effect.fnUntraced(function* (
  { decisions }: Ports,
  customer: CustomerId,
  declared: Declarations.Declared,
  pseudonym: Pseudonym.PseudonymId,
  datum: Omit<RetentionEnds.Datum, "at" | "ends">,
) {
  const at = yield* Clock.currentTimeMillis
  const ends = yield* PersonEnds.of(decisions, customer, subjectOf(pseudonym))
  return yield* RetentionEnds.usualEnd(decisions, customer, declared, { ...datum, at, ends })
})

const ownService: Competence.Origin = { service: "operator", operatorIs: ["collector"] }

/** Refuses what is not collected: it stays where the person keeps it, and is linked with nothing. */
export const requireCollected = ({
  category,
  onOwnDevice = false,
  source,
}: Pick<ToKeep, "category" | "onOwnDevice" | "source">): Effect.Effect<void, Refusal> => {
  const item = {
    id: category,
    relatesToPerson: Classification.relatesToPerson(category),
    joinKeys: [],
    source: source ?? usualSourceOf(category),
    medium: "automated",
    onOwnDevice,
  } as const
  return Classification.classify([item]).get(category)?.collected === true
    ? Effect.void
    : Effect.fail(
        new Refusal({
          rule: "PERSONAL-ACT",
          command: "KeepValue",
          field: "onOwnDevice",
          accepted: "a value that has left the person's own device",
        }),
      )
}

/** Seals a value with its retention end. */
export const keep = (ports: Ports) =>
  Effect.fn("Pseudonyms.keep")(function* (toKeep: ToKeep) {
    const { category, customer, kind, origin = ownService, pseudonym, purposes, source, value } = toKeep
    const collectedAt = yield* millisOrNow("KeepValue", toKeep.collectedAt, "collectedAt")
    yield* Effect.fromResult(Competence.check(origin, "KeepValue"))
    const declared = yield* ports.decisions.declared(customer)
    yield* Declarations.bound(declared, "KeepValue", DateTime.makeUnsafe(collectedAt))
    yield* requireCollected(toKeep)
    return yield* ports.vault.seal({
      customer,
      subject: subjectOf(pseudonym),
      category,
      value,
      purposes,
      source,
      kind,
      collectedBy: Competence.collectorOf(origin),
      collectedAt,
      interaction: toKeep.interaction,
      reference: toKeep.reference,
      retentionEnd: yield* retentionEnd(ports, customer, declared, pseudonym, { category, collectedAt, purposes }),
    })
  })

/** Seals an identifier, keeps a keyed token by which the person can be located, and records the observation. */
export const observe = (ports: Ports) =>
  Effect.fn("Pseudonyms.observe")(function* (observed: Observed) {
    const { decisions, vault } = ports
    const { customer, identifier, pseudonym, purposes, validFrom, validTo } = observed
    const subject = subjectOf(pseudonym)
    const category = identifier.kind
    const at = yield* momentOrNow("ObserveIdentifier", observed.at)
    const seenAt = DateTime.toEpochMillis(at)
    const from = yield* momentOrNow("ObserveIdentifier", validFrom, "validFrom")
    const to = validTo === undefined ? {} : { validTo: yield* momentOrNow("ObserveIdentifier", validTo, "validTo") }
    // A text that is no identifier is refused before any value is stored.
    yield* Effect.fromResult(Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers))
    const command = (value: Sealed<string>): Pseudonym.Command => ({
      _tag: "ObserveIdentifier",
      at,
      kind: category,
      validFrom: from,
      ...to,
      value,
    })
    const proposed = { reference: observed.reference ?? (yield* Uuid.next), category }
    let sealed: Sealed<string> | undefined
    const recorded = record(decisions, observed, command(proposed), (declared) =>
      Effect.gen(function* () {
        if (sealed === undefined) {
          const end = yield* retentionEnd(ports, customer, declared, pseudonym, {
            category,
            collectedAt: seenAt,
            purposes,
          })
          const { source = "observed" } = observed
          const toSeal = { customer, subject, category, value: identifier.text, purposes, source }
          sealed = yield* vault.seal({
            ...toSeal,
            collectedAt: seenAt,
            interaction: observed.interaction,
            retentionEnd: end,
            reference: observed.reference,
          })
          const row = { customer, subject, identifier, validFrom, validTo, retentionEnd: end, collectedAt: seenAt }
          yield* vault.observe(row)
        }
        return command(sealed)
      }),
    )
    // No event names a value whose observation was refused.
    yield* Effect.tapErrorTag(recorded, "Refusal", () =>
      Effect.gen(function* () {
        if (sealed === undefined) return
        const { state } = yield* decisions.load(Pseudonym.aggregate, customer, pseudonym)
        if (!state.values.has(sealed.reference)) yield* vault.destroy(customer, [sealed.reference], "rectification")
      }),
    )
    return sealed ?? proposed
  })

/** Links an interaction to the pseudonym, in the vault alone. */
export const link = (ports: Ports) =>
  Effect.fn("Pseudonyms.link")(function* (
    { customer, pseudonym }: PseudonymRef,
    interaction: Uuid.Uuid,
    options?: { readonly at?: EpochMillis },
  ) {
    const linkedAt = yield* millisOrNow("LinkInteraction", options?.at)
    const declared = yield* ports.decisions.declared(customer)
    yield* Declarations.bound(declared, "LinkInteraction", DateTime.makeUnsafe(linkedAt))
    const ends = yield* PersonEnds.of(ports.decisions, customer, subjectOf(pseudonym))
    const datum = {
      category: "interfaceUsage",
      collectedAt: linkedAt,
      at: yield* Clock.currentTimeMillis,
      ends,
    } as const
    yield* RetentionEnds.requireEnd(ports.decisions, customer, declared, { ...datum, command: "LinkInteraction" })
    const end = yield* RetentionEnds.usualEnd(ports.decisions, customer, declared, datum)
    const collected = { category: "interfaceUsage", at: linkedAt } as const
    yield* ports.vault.link(customer, subjectOf(pseudonym), interaction, end, collected)
  })

/** Seals a corrected value, records it, and destroys the old one. */
export const rectify = (ports: Ports) =>
  Effect.fn("Pseudonyms.rectify")(function* (whose: PseudonymRef, old: Sealed<string>, value: string) {
    const { decisions, vault } = ports
    const { customer, pseudonym } = whose
    const at = yield* DateTime.now
    const command = (sealed: Sealed<string>): Pseudonym.Command => ({
      _tag: "RectifyDetail",
      at,
      old: old.reference,
      value: sealed,
    })
    const proposed = { reference: yield* Uuid.next, category: old.category }
    const kept = new Set((yield* allKept(vault, customer, subjectOf(pseudonym))).map(({ reference }) => reference))
    let replaced: Sealed<string> | undefined
    const replacing = Effect.gen(function* () {
      replaced ??= yield* vault.replace(customer, old, value)
      return command(replaced)
    })
    const keeps = (reference: Uuid.Uuid) => kept.has(reference)
    const recorded = record(decisions, whose, command(proposed), () => replacing, { keeps })
    yield* Effect.tapErrorTag(recorded, "Refusal", () =>
      Effect.gen(function* () {
        const { state } = yield* decisions.load(Pseudonym.aggregate, customer, pseudonym)
        const named = state.rectified.get(old.reference)
        const unnamed = replaced !== undefined && replaced.reference !== named ? [replaced.reference] : []
        // It was rectified before, by an attempt that may have been stopped before the old value was destroyed.
        const superseded = named === undefined ? unnamed : [...unnamed, old.reference]
        yield* vault.destroy(customer, superseded, "rectification")
      }),
    )
    yield* vault.destroy(customer, [old.reference], "rectification")
    return replaced ?? proposed
  })
