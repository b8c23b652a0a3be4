/**
 * Whose values a breach reached: those that were opened, by the access log, and those that were sealed under a key that was
 * exposed. Nothing of it is written.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { EpochMillis } from "../../eventsourcing/EventEnvelope.ts"
import { Refusal } from "../../eventsourcing/Refusal.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { AccessLog } from "../../privacy/AccessLog.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { SubjectId } from "../../privacy/Subject.ts"
import type { VaultUnavailable } from "../../privacy/VaultError.ts"
import type { VaultStore } from "../../privacy/VaultStore.ts"

/** The exposure: when, through whom, under which keys. */
export interface Exposure {
  readonly from: EpochMillis
  /** Exclusive. */
  readonly to: EpochMillis
  /** The accounts whose openings count; `all` where it is not known which were used. */
  readonly actors: "all" | ReadonlyArray<Uuid>
  /**
   * The keys of the key store that were exposed together with the rows of the vault. Ask before they are rotated: a data key
   * that was wrapped again under another key no longer names the one before.
   */
  readonly keys: ReadonlyArray<Uuid>
}

/** A value that was reached. */
export interface ReachedValue {
  readonly reference: Uuid
  readonly category: PersonalDataCategory
  /** `undefined` where the value has been destroyed since: its person is no longer known. */
  readonly subject: SubjectId | undefined
}

/** What a breach reached. */
export interface Reached {
  readonly values: ReadonlyArray<ReachedValue>
  /** The persons whose values they are, each once. */
  readonly persons: ReadonlyArray<SubjectId>
}

interface Ports {
  readonly store: VaultStore["Service"]
  readonly accesses: AccessLog["Service"]
}

const limit = 500

/** Finds the values, each once. */
export const reachedBy = Effect.fnUntraced(function* (
  { accesses, store }: Ports,
  customer: CustomerId,
  { actors, from, keys, to }: Exposure,
): Effect.fn.Return<Reached, Refusal | VaultUnavailable> {
  if (to < from) {
    const accepted = "an end of the exposure at or after its beginning"
    return yield* new Refusal({ rule: "BREACH", command: "AssessBreach", field: "exposure.to", accepted })
  }
  const found = new Map<Uuid, ReachedValue>()
  for (let after = 0; ; after += limit) {
    const records = yield* accesses.read(customer, { after, limit })
    for (const { actor, at, category, outcome, reference } of records) {
      if (outcome !== "opened" || reference === undefined || found.has(reference)) continue
      if (at < from || at >= to || (actors !== "all" && !actors.includes(actor))) continue
      const row = yield* store.find(customer, reference)
      const subject = Option.isSome(row) && row.value._tag === "Value" ? row.value.value.subject : undefined
      found.set(reference, { reference, category, subject })
    }
    if (records.length < limit) break
  }
  if (keys.length > 0) yield* addSealedUnder(store, customer, new Set(keys), to, found)
  const values = Array.from(found.values())
  return { values, persons: Array.from(new Set(values.flatMap(({ subject }) => subject ?? []))) }
})

const addSealedUnder = Effect.fnUntraced(function* (
  store: VaultStore["Service"],
  customer: CustomerId,
  exposed: ReadonlySet<Uuid>,
  to: EpochMillis,
  found: Map<Uuid, ReachedValue>,
) {
  for (let after: SubjectId | undefined; ;) {
    const keyrings = yield* store.keyrings(customer, { limit, ...(after === undefined ? {} : { after }) })
    for (const { keys, subject } of keyrings) {
      const dataKeys = new Set(
        Array.from(keys.values()).flatMap(({ keyId, wrappingKey }) => (exposed.has(wrappingKey) ? [keyId] : [])),
      )
      if (dataKeys.size === 0) continue
      for (let behind: Uuid | undefined; ;) {
        const rows = yield* store.valuesOf(customer, subject, {
          limit,
          ...(behind === undefined ? {} : { after: behind }),
        })
        for (const { category, collectedAt, keyId, reference } of rows) {
          if (dataKeys.has(keyId) && collectedAt < to) found.set(reference, { reference, category, subject })
        }
        if (rows.length < limit) break
        behind = rows.at(-1)?.reference
      }
    }
    if (keyrings.length < limit) break
    after = keyrings.at(-1)?.subject
  }
})
