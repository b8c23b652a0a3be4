/**
 * The vault: personal values, each sealed under the key of its subject and category, the links between pseudonyms and
 * interactions, and the locators by which somebody who brings an identifier and a time finds the pseudonym. The one way
 * to a value is `open`, which asks for what, who and why, and leaves a record.
 *
 * - What is gone is told as gone only where its destruction was recorded. A missing key, a wrong store and a changed
 *   ciphertext are errors.
 * - The keyring of a subject is its fence: what `erase` finds is removed, what comes later is refused.
 * - Every operation may be repeated.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { startOfDay } from "../calendar/UtcDay.ts"
import type { CustomerId } from "../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../eventsourcing/Refusal.ts"
import * as Uuid from "../eventsourcing/Uuid.ts"
import { type Access, AccessLog, type AccessOutcome } from "./AccessLog.ts"
import { type KeyPlace, ofValue } from "./AssociatedData.ts"
import { algorithm, bytesOf, Encryption, hexadecimalOf, keyLength, nonceLength } from "./Encryption.ts"
import { ErasureLedger } from "./ErasureLedger.ts"
import * as Identifiers from "./Identifiers.ts"
import { empty, type Erasure, type Keyring, type KeyringState, type WrappedKey } from "./Keyring.ts"
import { KeyStore } from "./KeyStore.ts"
import { OpeningPolicy } from "./OpeningPolicy.ts"
import type { PersonalDataCategory } from "./PersonalDataCategory.ts"
import type { Sealed } from "./Sealed.ts"
import type { ErasureCause, SubjectId } from "./Subject.ts"
import {
  AlteredValue,
  type AlteredKey,
  InvalidValue,
  MissingKey,
  type PeriodClosed,
  SubjectErased,
  SubjectRestricted,
  UnknownReference,
  VaultUnavailable,
  type WrongKeyStore,
} from "./VaultError.ts"
import { type Destroyed, KeyringMoved, VaultStore, type ValueRow } from "./VaultStore.ts"

/** A value to be sealed. */
export interface ToSeal {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly category: PersonalDataCategory
  readonly value: string
  /** The purposes declared for it (MINIMISE). */
  readonly purposes: ReadonlyArray<string>
  readonly collectedAt: EpochMillis
  /** Its computed end (`RetentionPolicy.endOf`); `undefined` while none is known. */
  readonly retentionEnd: EpochMillis | undefined
}

/** A request to see a value. */
export interface ToOpen extends Access {
  readonly customer: CustomerId
  readonly sealed: Sealed<unknown>
}

/** What became of a request to see a value. */
export type Opened =
  | { readonly _tag: "Open"; readonly value: string }
  /** It was destroyed, and there is a record of that. Of a single value `at` is the beginning of the day. */
  | { readonly _tag: "Erased"; readonly at: EpochMillis; readonly cause: ErasureCause }
  | { readonly _tag: "Expired"; readonly at: EpochMillis }
  /** It is kept and not used: all of the subject's (GDPR 18), or for this purpose (GDPR 21). */
  | { readonly _tag: "Restricted"; readonly by: "restriction" | "objection" }

/** A value that is kept, as far as it is told without opening it (GDPR 15(1)). */
export interface Kept extends Sealed<string> {
  readonly purposes: ReadonlyArray<string>
  readonly collectedAt: EpochMillis
  /** `undefined`: no end is known yet. */
  readonly retentionEnd: EpochMillis | undefined
}

/** What opening can fail with. */
export type OpenError =
  | Refusal
  | UnknownReference
  | MissingKey
  | AlteredValue
  | AlteredKey
  | WrongKeyStore
  | VaultUnavailable
/** What sealing can fail with. */
export type SealError = SubjectErased | SubjectRestricted | InvalidValue | AlteredKey | WrongKeyStore | VaultUnavailable

/** An identifier that was seen. */
export interface Observation {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly identifier: Identifiers.Identifier
  readonly validFrom: EpochMillis
  /** Exclusive; `undefined`: until further notice. */
  readonly validTo: EpochMillis | undefined
  readonly retentionEnd: EpochMillis | undefined
}

/** The service. */
export class Vault extends Context.Service<
  Vault,
  {
    /** Seals a value and answers the reference that stands for it in events. Append the event afterwards. */
    readonly seal: (value: ToSeal) => Effect.Effect<Sealed<string>, SealError>
    /** Opens a value for somebody. The record of it is kept before the value is given. */
    readonly open: (request: ToOpen) => Effect.Effect<Opened, OpenError>
    /**
     * Seals what a value should have been, with all else as it is. Then append `DetailRectified`, then destroy the old
     * value with `destroy`.
     */
    readonly replace: (
      customer: CustomerId,
      old: Sealed<string>,
      value: string,
    ) => Effect.Effect<Sealed<string>, SealError | UnknownReference>
    /** Destroys single values. */
    readonly destroy: (
      customer: CustomerId,
      references: ReadonlyArray<Uuid.Uuid>,
      cause: ErasureCause,
    ) => Effect.Effect<void, VaultUnavailable>
    /** Keeps that an interaction was one of a subject's, or that a disclosure was about it. */
    readonly link: (
      customer: CustomerId,
      subject: SubjectId,
      interaction: Uuid.Uuid,
      retentionEnd: EpochMillis | undefined,
    ) => Effect.Effect<void, SubjectErased | SubjectRestricted | VaultUnavailable>
    /** Whose an interaction was. */
    readonly subjectOf: (
      customer: CustomerId,
      interaction: Uuid.Uuid,
    ) => Effect.Effect<Option.Option<SubjectId>, VaultUnavailable>
    /** The interactions of a subject, and disclosures about it, by id: in no order that tells of time. */
    readonly interactionsOf: (
      customer: CustomerId,
      subject: SubjectId,
    ) => Effect.Effect<ReadonlyArray<Uuid.Uuid>, VaultUnavailable>
    /** Keeps that an identifier belonged to a subject for a time, as a keyed token. */
    readonly observe: (
      observation: Observation,
    ) => Effect.Effect<
      void,
      Identifiers.NoIdentifier | PeriodClosed | SubjectErased | SubjectRestricted | VaultUnavailable
    >
    /**
     * The subjects to which an identifier belonged within `[from, to)` (R-LOCATE, GDPR 11(2)). The same identifier at
     * another time finds nobody. Leaves a record.
     */
    readonly locate: (
      request: Access & {
        readonly customer: CustomerId
        readonly identifier: Identifiers.Identifier
        readonly from: EpochMillis
        readonly to: EpochMillis
      },
    ) => Effect.Effect<ReadonlyArray<SubjectId>, Identifiers.NoIdentifier | Refusal | VaultUnavailable>
    /** The values kept under a subject, page by page, none of them opened (GDPR 15, 20). */
    readonly valuesOf: (
      customer: CustomerId,
      subject: SubjectId,
      page: { readonly after?: Uuid.Uuid; readonly limit: number },
    ) => Effect.Effect<ReadonlyArray<Kept>, VaultUnavailable>
    /** Restricts the processing of a subject's data to storing it, or lifts that (GDPR 18). */
    readonly restrict: (
      customer: CustomerId,
      subject: SubjectId,
      restricted: boolean,
    ) => Effect.Effect<void, SubjectErased | VaultUnavailable>
    /** Stops a purpose for a subject's data, or lets it go on (GDPR 21). */
    readonly object: (
      customer: CustomerId,
      subject: SubjectId,
      purpose: string,
      stopped: boolean,
    ) => Effect.Effect<void, SubjectErased | VaultUnavailable>
    /**
     * Erases all that is kept under a subject: fence, ledger, then values, links and locators. When it returns nothing
     * of it can be read, and nothing can be added. A crash leaves it in `unfinished`; repeat it.
     */
    readonly erase: (
      customer: CustomerId,
      subject: SubjectId,
      cause: ErasureCause,
    ) => Effect.Effect<Erasure, VaultUnavailable>
    /** Notes that a step that follows the erasure is done; with `undefined`, that all are. */
    readonly stepDone: (
      customer: CustomerId,
      subject: SubjectId,
      step: string | undefined,
    ) => Effect.Effect<void, VaultUnavailable>
    /** The subjects whose erasure has begun and is not completed. */
    readonly unfinished: (customer: CustomerId) => Effect.Effect<ReadonlyArray<Keyring>, VaultUnavailable>
    /** Removes what has come to its retention end, `limit` rows at a time, and answers how many rows went. */
    readonly sweep: (customer: CustomerId, limit?: number) => Effect.Effect<number, VaultUnavailable>
    /** After the vault was restored from a backup: erases again what the ledger says is erased. Answers how many. */
    readonly recover: (customer: CustomerId) => Effect.Effect<number, VaultUnavailable>
    /** Makes a new key in the key store and wraps all data keys with it, while everything else goes on. */
    readonly rotate: (customer: CustomerId) => Effect.Effect<number, WrongKeyStore | AlteredKey | VaultUnavailable>
    /** Wraps with the current key what is not yet, and destroys the keys superseded for longer than `grace`. */
    readonly retireKeys: (
      customer: CustomerId,
      grace?: number,
    ) => Effect.Effect<void, WrongKeyStore | AlteredKey | VaultUnavailable>
  }
>()("@tacet/core/privacy/Vault") {}

/** How long a writer may work with a key that was superseded meanwhile: an hour, in milliseconds. */
const defaultGrace = 3_600_000
/** How many rows go at a time. */
const batch = 500
/** How often to look again at a keyring that changed meanwhile: each time another change has landed. */
const retries = 100

const sooner = (one: EpochMillis | undefined, other: EpochMillis | undefined): EpochMillis | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)

/** The period under whose key an identifier of a moment stands: its calendar month in UTC, such as `2026-03`. */
const periodOf = (at: EpochMillis): string => {
  const written = DateTime.makeUnsafe(Math.min(Math.max(at, firstPeriod), lastPeriod))
  return DateTime.formatIso(written).slice(0, "2026-03".length)
}

// The first and the last moment of a year of four digits, in which periods are ordered as texts.
const firstPeriod = -62_167_219_200_000
const lastPeriod = 253_402_300_799_999

/** The vault over the stores in force. */
export const layer: Layer.Layer<Vault, never, VaultStore | KeyStore | AccessLog | ErasureLedger | OpeningPolicy> =
  Layer.effect(
    Vault,
    Effect.gen(function* () {
      const store = yield* VaultStore
      const keyStore = yield* KeyStore
      const accessLog = yield* AccessLog
      const ledger = yield* ErasureLedger
      const policy = yield* OpeningPolicy
      const endOf = policy.endOf ?? (() => Effect.succeed(undefined))

      /** Tries again where a keyring has changed under the hands of the caller. */
      const again = <A, E>(change: Effect.Effect<A, E | KeyringMoved>): Effect.Effect<A, E | VaultUnavailable> =>
        Effect.retry(change, {
          times: retries,
          while: (error) => error instanceof KeyringMoved,
        }).pipe(
          Effect.catchIf(
            (error): error is KeyringMoved => error instanceof KeyringMoved,
            () => Effect.fail(new VaultUnavailable({ store: "vault", cause: "contention" })),
          ),
        ) as Effect.Effect<A, E | VaultUnavailable>

      /** What the ledger says of a subject: it holds even where the vault was restored and has forgotten. */
      const recorded = (customer: CustomerId, subject: SubjectId) =>
        Effect.flatMap(keyStore.fingerprint(customer, subject), (fingerprint) => ledger.find(customer, fingerprint))

      const refuseErased = Effect.fnUntraced(function* (
        customer: CustomerId,
        subject: SubjectId,
        seenRevision: number,
      ) {
        const entry = Option.getOrUndefined(yield* recorded(customer, subject))
        if (entry !== undefined)
          return yield* new SubjectErased({ customer, subject, seenRevision, cause: entry.cause })
      })

      const live = Effect.fnUntraced(function* (customer: CustomerId, subject: SubjectId) {
        const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
        const seenRevision = keyring?.revision ?? 0
        if (keyring?.erasure !== undefined) {
          return yield* new SubjectErased({ customer, subject, seenRevision, cause: keyring.erasure.cause })
        }
        yield* refuseErased(customer, subject, seenRevision)
        return keyring
      })

      const change = (customer: CustomerId, subject: SubjectId, next: (state: KeyringState) => KeyringState) =>
        again(
          Effect.flatMap(live(customer, subject), (keyring) =>
            store.changeKeyring(customer, subject, keyring?.revision ?? 0, next(keyring ?? empty)),
          ),
        )

      /** The data key of a category, made where there is none yet. */
      const dataKey = Effect.fnUntraced(function* (
        customer: CustomerId,
        subject: SubjectId,
        category: PersonalDataCategory,
      ) {
        const keyring = yield* live(customer, subject)
        if (keyring?.restricted === true) return yield* new SubjectRestricted({ customer, subject })
        const known = keyring?.keys.get(category)
        if (known !== undefined) {
          const place: KeyPlace = { customer, subject, category, keyId: known.keyId }
          return { keyId: known.keyId, key: yield* keyStore.unwrap(place, known) }
        }
        const { randomBytes } = yield* Encryption
        const keyId = Uuid.fromBytes(yield* randomBytes(16), 4)
        const key = yield* randomBytes(keyLength)
        const wrapped = yield* keyStore.wrap({ customer, subject, category, keyId }, key)
        const state = keyring ?? empty
        yield* store.changeKeyring(customer, subject, keyring?.revision ?? 0, {
          ...state,
          keys: new Map(state.keys).set(category, { keyId, ...wrapped }),
        })
        return { keyId, key }
      })

      const sealNow = Effect.fnUntraced(function* ({ value, ...row }: ToSeal, reference: Uuid.Uuid) {
        const { category, customer, subject } = row
        const { encrypt, randomBytes } = yield* Encryption
        const { key, keyId } = yield* dataKey(customer, subject, category)
        const nonce = yield* randomBytes(nonceLength)
        const context = ofValue({ customer, subject, reference, category, keyId })
        const cipherText = yield* encrypt(key, nonce, bytesOf(value), context)
        const { collectedAt, purposes, retentionEnd } = row
        yield* store.put(customer, subject, {
          values: [
            { reference, subject, category, purposes, collectedAt, retentionEnd, keyId, algorithm, nonce, cipherText },
          ],
        })
      })

      const seal = Effect.fn("Vault.seal")(function* (toSeal: ToSeal): Effect.fn.Return<Sealed<string>, SealError> {
        const { category, customer, retentionEnd } = toSeal
        const now = yield* Clock.currentTimeMillis
        if (retentionEnd !== undefined && retentionEnd <= now) {
          return yield* new InvalidValue({ customer, category, accepted: "a value whose retention end is to come" })
        }
        const { randomBytes } = yield* Encryption
        const reference = Uuid.fromBytes(yield* randomBytes(16), 4)
        yield* again(sealNow(toSeal, reference))
        return { reference, category }
      })

      const keep = Effect.fnUntraced(function* (
        { actor, matter, purpose, reason }: Access,
        customer: CustomerId,
        what: {
          readonly reference: Uuid.Uuid | undefined
          readonly category: PersonalDataCategory
          readonly outcome: AccessOutcome
        },
      ) {
        const at = yield* Clock.currentTimeMillis
        yield* accessLog.record({ customer, at, actor: actor.id, purpose, reason, matter, ...what })
      })

      const judge = Effect.fnUntraced(function* (
        request: ToOpen,
        value: ValueRow,
        keyring: Keyring | undefined,
        now: EpochMillis,
      ): Effect.fn.Return<Opened, OpenError> {
        const { customer, purpose } = request
        const { reference, retentionEnd, subject } = value
        if (keyring?.erasure !== undefined) {
          return { _tag: "Erased", at: keyring.erasure.at, cause: keyring.erasure.cause }
        }
        const entry = Option.getOrUndefined(yield* recorded(customer, subject))
        if (entry !== undefined) return { _tag: "Erased", at: entry.at, cause: entry.cause }
        if (retentionEnd !== undefined && retentionEnd <= now) return { _tag: "Expired", at: retentionEnd }
        if (keyring?.restricted === true) return { _tag: "Restricted", by: "restriction" }
        if (keyring?.objections.has(purpose) === true) return { _tag: "Restricted", by: "objection" }
        const key = keyring?.keys.get(value.category)
        if (key?.keyId !== value.keyId) return yield* new MissingKey({ customer, reference, keyId: value.keyId })
        return { _tag: "Open", value: yield* decrypted(customer, value, key) }
      })

      const decrypted = Effect.fnUntraced(function* (customer: CustomerId, value: ValueRow, wrapped: WrappedKey) {
        const { category, cipherText, keyId, nonce, reference, subject } = value
        const place: KeyPlace = { customer, subject, category, keyId }
        const { decrypt } = yield* Encryption
        const altered = () => new AlteredValue({ customer, reference })
        if (value.algorithm !== algorithm) return yield* altered()
        const key = yield* keyStore.unwrap(place, wrapped)
        const bytes = yield* Effect.mapError(decrypt(key, nonce, cipherText, ofValue({ ...place, reference })), altered)
        return new TextDecoder().decode(bytes)
      })

      const open = Effect.fn("Vault.open")(function* (request: ToOpen): Effect.fn.Return<Opened, OpenError> {
        const { customer, sealed } = request
        const { category, reference } = sealed
        const note = (outcome: AccessOutcome) => keep(request, customer, { reference, category, outcome })
        const now = yield* Clock.currentTimeMillis
        const answer = yield* Effect.gen(function* () {
          const found = Option.getOrUndefined(yield* store.find(customer, reference))
          if (found === undefined) return yield* new UnknownReference({ customer, reference })
          if (found._tag === "Destroyed") {
            const { cause, on } = found.destroyed
            const gone: Opened = cause === "retention" ? { _tag: "Expired", at: on } : { _tag: "Erased", at: on, cause }
            return gone
          }
          const { keyring, value } = found
          if (value.category !== category) return yield* new AlteredValue({ customer, reference })
          const { collectedAt, purposes: declared, subject } = value
          const opening = { customer, access: request, category, declared, subject, collectedAt, at: now }
          yield* policy.check(opening)
          const end = sooner(value.retentionEnd, yield* endOf(opening))
          return yield* judge(request, { ...value, retentionEnd: end }, Option.getOrUndefined(keyring), now)
        }).pipe(Effect.tapError((error) => note(error._tag === "Refusal" ? "refused" : "failed")))
        yield* note(outcomes[answer._tag])
        return answer
      })

      const replace = Effect.fn("Vault.replace")(function* (
        customer: CustomerId,
        old: Sealed<string>,
        value: string,
      ): Effect.fn.Return<Sealed<string>, SealError | UnknownReference> {
        const found = Option.getOrUndefined(yield* store.find(customer, old.reference))
        if (found?._tag !== "Value") return yield* new UnknownReference({ customer, reference: old.reference })
        return yield* seal({ ...found.value, customer, value })
      })

      const tokenOf = Effect.fnUntraced(function* (
        customer: CustomerId,
        period: string,
        identifier: Identifiers.Identifier,
        canonical: string,
      ) {
        return hexadecimalOf(
          yield* keyStore.token(customer, period, bytesOf(`tacet-locator-1|${identifier.kind}|${canonical}`)),
        )
      })

      const observe = Effect.fn("Vault.observe")(function* (observation: Observation) {
        const { customer, identifier, retentionEnd, subject, validFrom, validTo } = observation
        const canonical = yield* Effect.fromResult(
          Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers),
        )
        yield* live(customer, subject)
        const period = periodOf(validFrom)
        const token = yield* tokenOf(customer, period, identifier, canonical)
        const locators = [{ subject, token, period, validFrom, validTo, retentionEnd }]
        yield* again(store.put(customer, subject, { locators }))
      })

      const locate: Vault["Service"]["locate"] = Effect.fn("Vault.locate")(function* (request) {
        const { customer, from, identifier, to } = request
        const category = identifier.kind
        const note = (outcome: AccessOutcome) => keep(request, customer, { reference: undefined, category, outcome })
        const at = yield* Clock.currentTimeMillis
        const canonical = yield* Effect.fromResult(
          Identifiers.normalise(identifier, yield* Identifiers.TelephoneNumbers),
        )
        yield* Effect.tapError(policy.check({ customer, access: request, category, declared: undefined, at }), () =>
          note("refused"),
        )
        // What was observed before may hold until further notice; what begins after the range does not touch it.
        const periods = (yield* keyStore.periods(customer)).filter((period) => from < to && period <= periodOf(to - 1))
        const tokens = yield* Effect.forEach(periods, (period) =>
          // A period that is closed at this moment has nobody in it.
          Effect.catchTag(Effect.asSome(tokenOf(customer, period, identifier, canonical)), "PeriodClosed", () =>
            Effect.succeed(Option.none<string>()),
          ),
        )
        const subjects = yield* store.locate(customer, tokens.flatMap(Option.toArray), { from, to, at })
        const known = yield* Effect.filter(subjects, (subject) =>
          Effect.map(recorded(customer, subject), Option.isNone),
        )
        yield* note("located")
        return known
      })

      const erase = Effect.fn("Vault.erase")(function* (customer: CustomerId, subject: SubjectId, cause: ErasureCause) {
        const fingerprint = yield* keyStore.fingerprint(customer, subject)
        const at = yield* Clock.currentTimeMillis
        const before = Option.getOrUndefined(yield* ledger.find(customer, fingerprint))
        const erasure = yield* store.fence(customer, subject, {
          fingerprint,
          at: before?.at ?? at,
          cause: before?.cause ?? cause,
          done: [],
          completed: false,
        })
        yield* ledger.record(customer, { fingerprint, at: erasure.at, cause: erasure.cause })
        const remains: Omit<Destroyed, "reference"> = { on: startOfDay(erasure.at), cause: erasure.cause }
        while ((yield* store.removeSubject(customer, subject, remains, batch)) > 0);
        return erasure
      })

      const stepDone = (customer: CustomerId, subject: SubjectId, step: string | undefined) =>
        again(
          Effect.gen(function* () {
            const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
            const { erasure } = keyring ?? empty
            if (keyring === undefined || erasure === undefined) return
            const done = step === undefined || erasure.done.includes(step) ? erasure.done : [...erasure.done, step]
            const next: Erasure = { ...erasure, done, completed: erasure.completed || step === undefined }
            yield* store.changeKeyring(customer, subject, keyring.revision, { ...empty, erasure: next })
          }),
        ).pipe(Effect.catchTag("SubjectErased", () => Effect.void))

      /** Every keyring of a Customer, page by page. */
      const forEachKeyring = Effect.fnUntraced(function* <E>(
        customer: CustomerId,
        visit: (keyring: Keyring) => Effect.Effect<number, E>,
      ) {
        let count = 0
        let after: SubjectId | undefined
        for (;;) {
          const page = yield* store.keyrings(customer, { ...(after === undefined ? {} : { after }), limit: batch })
          for (const keyring of page) count += yield* visit(keyring)
          after = page.at(-1)?.subject
          if (after === undefined) return count
        }
      })

      const recover = Effect.fn("Vault.recover")((customer: CustomerId) =>
        forEachKeyring(customer, ({ erasure, subject }) =>
          Effect.gen(function* () {
            const entry = Option.getOrUndefined(yield* recorded(customer, subject))
            if (entry === undefined || erasure !== undefined) return 0
            yield* erase(customer, subject, entry.cause)
            return 1
          }),
        ),
      )

      /** Wraps the keys of a keyring with the current key, and answers how many were not. */
      const rewrap = (customer: CustomerId, current: Uuid.Uuid, subject: SubjectId) =>
        again(
          Effect.gen(function* () {
            const keyring = Option.getOrUndefined(yield* store.keyring(customer, subject))
            const stale = Array.from(keyring?.keys ?? []).filter(([, { wrappingKey }]) => wrappingKey !== current)
            if (keyring === undefined || stale.length === 0) return 0
            const keys = new Map(keyring.keys)
            for (const [category, wrapped] of stale) {
              const place: KeyPlace = { customer, subject, category, keyId: wrapped.keyId }
              const key = yield* keyStore.unwrap(place, wrapped)
              keys.set(category, { keyId: wrapped.keyId, ...(yield* keyStore.wrap(place, key)) })
            }
            yield* store.changeKeyring(customer, subject, keyring.revision, { ...keyring, keys })
            return stale.length
          }),
        ).pipe(Effect.catchTag("SubjectErased", () => Effect.succeed(0)))

      const rewrapAll = Effect.fnUntraced(function* (customer: CustomerId, current: Uuid.Uuid) {
        return yield* forEachKeyring(customer, ({ subject }) => rewrap(customer, current, subject))
      })

      return Vault.of({
        seal,
        open,
        replace,
        destroy: (customer, references, cause) =>
          Effect.flatMap(Clock.currentTimeMillis, (at) =>
            store.destroy(customer, references, { on: startOfDay(at), cause }),
          ),
        link: (customer, subject, interaction, retentionEnd) =>
          Effect.andThen(
            live(customer, subject),
            again(store.put(customer, subject, { links: [{ subject, interaction, retentionEnd }] })),
          ),
        subjectOf: Effect.fn("Vault.subjectOf")(function* (customer, interaction) {
          const subject = yield* store.subjectOf(customer, interaction, yield* Clock.currentTimeMillis)
          if (Option.isNone(subject)) return subject
          return Option.isSome(yield* recorded(customer, subject.value)) ? Option.none() : subject
        }),
        interactionsOf: Effect.fn("Vault.interactionsOf")(function* (customer, subject) {
          if (Option.isSome(yield* recorded(customer, subject))) return []
          return yield* store.linksOf(customer, subject, yield* Clock.currentTimeMillis)
        }),
        observe,
        locate,
        valuesOf: Effect.fn("Vault.valuesOf")(function* (customer, subject, page) {
          if (Option.isSome(yield* recorded(customer, subject))) return []
          const rows = yield* store.valuesOf(customer, subject, page)
          return rows.map(({ category, collectedAt, purposes, reference, retentionEnd }) => ({
            category,
            reference,
            purposes,
            collectedAt,
            retentionEnd,
          }))
        }),
        restrict: (customer, subject, restricted) =>
          Effect.asVoid(change(customer, subject, (state) => ({ ...state, restricted }))),
        object: (customer, subject, purpose, stopped) =>
          Effect.asVoid(
            change(customer, subject, (state) => {
              const objections = new Set(state.objections)
              if (stopped) objections.add(purpose)
              else objections.delete(purpose)
              return { ...state, objections }
            }),
          ),
        erase,
        stepDone,
        unfinished: (customer) => store.unfinished(customer),
        sweep: Effect.fn("Vault.sweep")(function* (customer, limit = batch) {
          const at = yield* Clock.currentTimeMillis
          let count = 0
          for (;;) {
            const removed = yield* store.sweep(customer, at, limit)
            if (removed === 0) return count
            count += removed
          }
        }),
        recover,
        rotate: Effect.fn("Vault.rotate")(function* (customer) {
          return yield* rewrapAll(customer, yield* keyStore.rotate(customer))
        }),
        retireKeys: Effect.fn("Vault.retireKeys")(function* (customer, grace = defaultGrace) {
          yield* rewrapAll(customer, yield* keyStore.current(customer))
          yield* keyStore.retire(customer, (yield* Clock.currentTimeMillis) - grace)
        }),
      })
    }),
  )

const outcomes: Readonly<Record<Opened["_tag"], AccessOutcome>> = {
  Open: "opened",
  Erased: "erased",
  Expired: "expired",
  Restricted: "restricted",
}
