/**
 * Seals values, each under the data key of its subject and category.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import * as Uuid from "../../eventsourcing/Uuid.ts"
import { type KeyPlace, ofValue } from "../AssociatedData.ts"
import { algorithm, bytesOf, Encryption, keyLength, nonceLength } from "../Encryption.ts"
import { empty, type Keyring } from "../Keyring.ts"
import type { PersonalDataCategory } from "../PersonalDataCategory.ts"
import type { Sealed } from "../Sealed.ts"
import { type Collector, type Source, type ToldKind, usualSourceOf } from "../Source.ts"
import type { SubjectId } from "../Subject.ts"
import {
  type AlteredKey,
  type AlteredValue,
  InvalidValue,
  type SubjectErased,
  SubjectRestricted,
  UnknownReference,
  type VaultUnavailable,
  type WrongKeyStore,
} from "../VaultError.ts"
import { requireFit, requireIds, requireMoments } from "./fitting.ts"
import { keptCategories } from "./categories.ts"
import { textOfValue } from "./decrypting.ts"
import { again, type Keyrings } from "./keyrings.ts"
import type { Ports } from "./Ports.ts"

/** A value to be sealed. */
export interface ToSeal {
  readonly customer: CustomerId
  readonly subject: SubjectId
  readonly category: PersonalDataCategory
  readonly value: string
  /** The purposes declared for it (MINIMISE). */
  readonly purposes: ReadonlyArray<string>
  /** Where it comes from (PROVENANCE). Default: the usual source of its category. */
  readonly source?: Source | undefined
  /** Of which kind it is, where its category does not tell that (SOLE-PURPOSE, 3P-SERVICE). */
  readonly kind?: ToldKind | undefined
  /** The party that collected it on its own (OPERATOR-NOACCESS). Default: the operator's own service did. */
  readonly collectedBy?: Collector | undefined
  readonly collectedAt: EpochMillis
  /**
   * The interaction in which the person gave it: the notices that were shown there count (PURPOSE-FIRST, ACK-FIRST). It is read
   * and not stored.
   */
  readonly interaction?: Uuid.Uuid | undefined
  /** Its computed end (`RetentionPolicy.retentionEnd`); `undefined` while none is known. */
  readonly retentionEnd: EpochMillis | undefined
  /**
   * The reference of the value: the same again seals nothing more, so that a caller may repeat what a crash has stopped.
   * A value that was destroyed under it does not come back. Default: a random one.
   */
  readonly reference?: Uuid.Uuid | undefined
}

/** The errors of sealing a value. */
export type SealError =
  | Refusal
  | SubjectErased
  | SubjectRestricted
  | InvalidValue
  | AlteredValue
  | AlteredKey
  | WrongKeyStore
  | VaultUnavailable

/** Judges a value by the keyring to which its key belongs: it is judged again where the keyring was changed meanwhile. */
type Check = (keyring: Keyring | undefined) => Effect.Effect<void, Refusal | InvalidValue | VaultUnavailable>

/** Seals values. */
export const sealing = ({ keyStore, policy, store }: Ports, { live }: Keyrings) => {
  /** The data key of a category, made where there is none yet. */
  const dataKey = Effect.fnUntraced(function* (
    customer: CustomerId,
    subject: SubjectId,
    category: PersonalDataCategory,
    correction: boolean,
    check: Check,
  ) {
    const keyring = yield* live(customer, subject)
    yield* check(keyring)
    if (keyring?.restricted === true && !correction) return yield* new SubjectRestricted({ customer, subject })
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

  const sealNow = Effect.fnUntraced(function* (
    { value, ...row }: ToSeal,
    reference: Uuid.Uuid,
    correction: boolean,
    check: Check,
  ) {
    const { category, customer, subject } = row
    const { encrypt, randomBytes } = yield* Encryption
    const { key, keyId } = yield* dataKey(customer, subject, category, correction, check)
    const nonce = yield* randomBytes(nonceLength)
    const context = ofValue({ customer, subject, reference, category, keyId })
    const cipherText = yield* encrypt(key, nonce, bytesOf(value), context)
    const { collectedAt, collectedBy, kind, purposes, retentionEnd, source = usualSourceOf(category) } = row
    const kept = { reference, subject, category, purposes, source, kind, collectedBy, collectedAt, retentionEnd }
    yield* store.put(customer, subject, {
      values: [{ ...kept, keyId, algorithm, nonce, cipherText }],
      ...(correction ? { correction } : {}),
    })
  })

  /** Whether this very value is kept under a reference; refused where another one is, or was. */
  const isKept = Effect.fnUntraced(function* (toSeal: ToSeal, reference: Uuid.Uuid) {
    const { category, customer, subject, value } = toSeal
    const found = Option.getOrUndefined(yield* store.find(customer, reference))
    if (found === undefined) return false
    if (found._tag === "Value" && isOf(toSeal, found.value)) {
      const key = (yield* live(customer, subject))?.keys.get(category)
      // Without its key it cannot be read, which is told where it is opened.
      if (key?.keyId !== found.value.keyId) return true
      if ((yield* textOfValue(keyStore, customer, found.value, key)) === value) return true
    }
    const accepted = "a reference under which no other value was kept"
    return yield* new InvalidValue({ customer, category, accepted })
  })

  const sealRow = Effect.fnUntraced(function* (
    toSeal: ToSeal,
    correction: boolean,
    check: Check,
  ): Effect.fn.Return<Sealed<string>, SealError> {
    const { category, collectedAt, customer, interaction, reference, retentionEnd, subject } = toSeal
    yield* requireIds("SealValue", { customer, subject, reference, interaction })
    yield* requireMoments("SealValue", { collectedAt, retentionEnd })
    yield* requireFit("SealValue", toSeal)
    if (reference !== undefined && (yield* isKept(toSeal, reference))) return { reference, category }
    const { randomBytes } = yield* Encryption
    const sealed = reference ?? Uuid.fromBytes(yield* randomBytes(16), 4)
    yield* again(sealNow(toSeal, sealed, correction, (keyring) => Effect.andThen(check(keyring), valid(toSeal))))
    // Another caller may have kept a value under the same reference meanwhile: the first one stays.
    if (reference !== undefined) yield* isKept(toSeal, reference)
    return { reference: sealed, category }
  })

  const checkSealing = policy.checkSealing ?? (() => Effect.void)

  const seal = Effect.fn("Vault.seal")(function* (toSeal: ToSeal): Effect.fn.Return<Sealed<string>, SealError> {
    const { category, collectedAt, collectedBy, customer, interaction, kind, purposes, source, subject } = toSeal
    return yield* sealRow(toSeal, false, (keyring) =>
      checkSealing({
        customer,
        subject,
        category,
        declared: purposes,
        at: collectedAt,
        ...(source === undefined ? {} : { source }),
        kind,
        collectedBy,
        interaction,
        ownerOf: (one) => Effect.flatMap(Clock.currentTimeMillis, (now) => store.subjectOf(customer, one, now)),
        kept: keptCategories({ store }, customer, keyring),
      }),
    )
  })

  // A correction has the purposes that were accepted when the value was collected. A restriction does not bar it: accuracy
  // may be what the person contests (GDPR 16, 18(1)(a)).
  const replace = Effect.fn("Vault.replace")(function* (
    customer: CustomerId,
    old: Sealed<string>,
    value: string,
  ): Effect.fn.Return<Sealed<string>, SealError | UnknownReference> {
    const found = Option.getOrUndefined(yield* store.find(customer, old.reference))
    if (found?._tag !== "Value") return yield* new UnknownReference({ customer, reference: old.reference })
    return yield* sealRow({ ...found.value, customer, value, reference: undefined }, true, () => Effect.void)
  })

  return { seal, replace }
}

/** Refuses a value that could not be read. */
const valid = Effect.fnUntraced(function* ({ category, customer, retentionEnd }: ToSeal) {
  const now = yield* Clock.currentTimeMillis
  if (retentionEnd !== undefined && retentionEnd <= now) {
    return yield* new InvalidValue({ customer, category, accepted: "a value whose retention end is to come" })
  }
})

/** Whether two values are of one person, and of one kind, source and purposes: all that a use of them is judged by. */
const isOf = (one: Described, other: Described): boolean =>
  one.subject === other.subject &&
  one.category === other.category &&
  one.kind === other.kind &&
  one.collectedBy === other.collectedBy &&
  (one.source ?? usualSourceOf(one.category)) === (other.source ?? usualSourceOf(other.category)) &&
  one.purposes.length === other.purposes.length &&
  one.purposes.every((purpose) => other.purposes.includes(purpose))

type Described = Pick<ToSeal, "subject" | "category" | "kind" | "collectedBy" | "source" | "purposes">
