/**
 * Opens values. Each request to see one leaves a record of who asked, for what and why, before a value is given.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import type { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Access, AccessOutcome } from "../AccessLog.ts"
import type { Keyring } from "../Keyring.ts"
import type { Opening } from "../OpeningPolicy.ts"
import type { PersonalDataCategory } from "../PersonalDataCategory.ts"
import type { Sealed } from "../Sealed.ts"
import type { ErasureCause } from "../Subject.ts"
import {
  type AlteredKey,
  AlteredValue,
  MissingKey,
  UnknownReference,
  type VaultUnavailable,
  type WrongKeyStore,
} from "../VaultError.ts"
import type { ValueRow } from "../VaultStore.ts"
import { keptCategories } from "./categories.ts"
import { requireIds } from "./fitting.ts"
import { textOfValue } from "./decrypting.ts"
import type { Keyrings } from "./keyrings.ts"
import type { Ports } from "./Ports.ts"

/** A request to see a value. */
export interface ToOpen extends Access {
  readonly customer: CustomerId
  readonly sealed: Sealed<unknown>
}

/** The answer to a request to see a value. */
export type Opened =
  | { readonly _tag: "Open"; readonly value: string }
  /** It was destroyed, and there is a record of that. Of a single value `at` is the beginning of the day. */
  | { readonly _tag: "Erased"; readonly at: EpochMillis; readonly cause: ErasureCause }
  | { readonly _tag: "Expired"; readonly at: EpochMillis }
  /**
   * It is kept and not used: all of the subject's (GDPR 18), or for this purpose (GDPR 21), or behind its end, where a law
   * or a legal hold keeps it for its own matter alone.
   */
  | { readonly _tag: "Restricted"; readonly by: "restriction" | "objection" | "hold" }

/** The errors of opening a value. */
export type OpenError =
  | Refusal
  | UnknownReference
  | MissingKey
  | AlteredValue
  | AlteredKey
  | WrongKeyStore
  | VaultUnavailable
const sooner = (one: EpochMillis | undefined, other: EpochMillis | undefined): EpochMillis | undefined =>
  one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)

/** Neither a restriction nor a hold bars a right of the person whose data it is (GDPR 15, 18(2)). */
const isOwnRight = ({ matter, purpose }: Access): boolean => purpose === "rightsFulfilment" && matter !== undefined

/** Records an access in the access log. */
export const recording =
  ({ accessLog }: Ports) =>
  (
    { actor, matter, purpose, reason }: Access,
    customer: CustomerId,
    accessed: {
      readonly reference: Uuid | undefined
      readonly category: PersonalDataCategory
      readonly outcome: AccessOutcome
    },
  ) =>
    Effect.flatMap(Clock.currentTimeMillis, (at) =>
      accessLog.record({ customer, at, actor: actor.id, reader: actor.reader, purpose, reason, matter, ...accessed }),
    )

/** Opens values. */
export const opening = (ports: Ports, { recorded }: Keyrings) => {
  const { keyStore, policy, store } = ports
  const record = recording(ports)
  const retentionEndNow = policy.retentionEnd ?? (() => Effect.succeed(undefined))
  const keptBehind = policy.keptBehind ?? (() => Effect.succeed(undefined))

  const judge = Effect.fnUntraced(function* (
    request: ToOpen,
    opening: Opening,
    value: ValueRow,
    keyring: Keyring | undefined,
  ): Effect.fn.Return<Opened, OpenError> {
    const { customer, purpose } = request
    const { reference, retentionEnd, subject } = value
    if (keyring?.erasure !== undefined) {
      return { _tag: "Erased", at: keyring.erasure.at, cause: keyring.erasure.cause }
    }
    const entry = Option.getOrUndefined(yield* recorded(customer, subject))
    if (entry !== undefined) return { _tag: "Erased", at: entry.at, cause: entry.cause }
    if (retentionEnd !== undefined && retentionEnd <= opening.at) {
      const kept = yield* keptBehind(opening, retentionEnd)
      if (kept === undefined) return { _tag: "Expired", at: retentionEnd }
      if (kept === "held" && !isOwnRight(request)) return { _tag: "Restricted", by: "hold" }
    }
    if (keyring?.restricted === true && !isOwnRight(request)) return { _tag: "Restricted", by: "restriction" }
    if (keyring?.objections.has(purpose) === true) return { _tag: "Restricted", by: "objection" }
    const key = keyring?.keys.get(value.category)
    if (key?.keyId !== value.keyId) return yield* new MissingKey({ customer, reference, keyId: value.keyId })
    return { _tag: "Open", value: yield* textOfValue(keyStore, customer, value, key) }
  })

  const open = Effect.fn("Vault.open")(function* (request: ToOpen): Effect.fn.Return<Opened, OpenError> {
    const { customer, sealed } = request
    const { category, reference } = sealed
    yield* requireIds("OpenValue", { customer, reference, actor: request.actor.id, matter: request.matter })
    const note = (outcome: AccessOutcome) => record(request, customer, { reference, category, outcome })
    const now = yield* Clock.currentTimeMillis
    const answer = yield* Effect.gen(function* () {
      const found = Option.getOrUndefined(yield* store.find(customer, reference))
      // Whether there is such a value, or was one, is told only to whoever may open values of its category.
      if (found?._tag !== "Value") {
        yield* policy.check({ customer, access: request, category, declared: undefined, at: now })
      }
      if (found === undefined) return yield* new UnknownReference({ customer, reference })
      if (found._tag === "Destroyed") {
        const { cause, on } = found.destroyed
        const gone: Opened = cause === "retention" ? { _tag: "Expired", at: on } : { _tag: "Erased", at: on, cause }
        return gone
      }
      const { keyring, value } = found
      if (value.category !== category) return yield* new AlteredValue({ customer, reference })
      const { collectedAt, collectedBy, kind, purposes: declared, subject } = value
      const kept = keptCategories(ports, customer, Option.getOrUndefined(keyring))
      const of = { category, declared, subject, kind, collectedAt, collectedBy }
      const opening: Opening = { customer, access: request, ...of, kept, at: now }
      yield* policy.check(opening)
      const end = sooner(value.retentionEnd, yield* retentionEndNow(opening))
      return yield* judge(request, opening, { ...value, retentionEnd: end }, Option.getOrUndefined(keyring))
    }).pipe(Effect.tapError((error) => note(error._tag === "Refusal" ? "refused" : "failed")))
    yield* note(outcomes[answer._tag])
    return answer
  })

  return { open }
}

const outcomes: Readonly<Record<Opened["_tag"], AccessOutcome>> = {
  Open: "opened",
  Erased: "erased",
  Expired: "expired",
  Restricted: "restricted",
}
