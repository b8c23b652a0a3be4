/**
 * Keys in PostgreSQL, one row for each Customer. A change reads the row, and writes it where it is still the one that was
 * read: of two at once, the second reads again.
 */
import type { Uuid } from "@tacet/core/eventsourcing"
import { KeyStore, VaultError } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import type { Rows } from "../server/Sessions.ts"
import { list } from "../server/types.ts"
import { type Locate, transacting, whole, wholes } from "./transacting.ts"

interface Read {
  readonly revision: number
  readonly keys: KeyStore.CustomerKeys
}

/** How often to read again what others change: each time, one of them was served. */
const retries = 200

/** Makes it over databases. */
export const make = (locate: Locate): KeyStore.KeyMaterial => {
  const transact = transacting("keyStore", locate)

  const read = (customer: Parameters<Locate>[0]): Effect.Effect<Read, VaultError.VaultUnavailable> =>
    Effect.map(
      transact(customer, "read", (schema) => [
        {
          sql: `SELECT ${columns} FROM ${schema}.customer_keys WHERE customer_id = $1`,
          parameters: [customer],
        },
      ]),
      ([rows]) => readOf(rows!),
    )

  return {
    load: (customer) => Effect.map(read(customer), ({ keys }) => keys),
    change: Effect.fnUntraced(function* (customer, next) {
      for (let turn = 0; turn < retries; turn++) {
        const { keys, revision } = yield* read(customer)
        const changed = next(keys)
        if (changed === keys) return keys
        const [written] = yield* transact(customer, "write", (schema) => [
          {
            sql: revision === 0 ? insert(schema) : update(schema),
            parameters: [customer, whole(revision + 1), ...parametersOf(changed)],
          },
        ])
        if (written!.length > 0) return changed
      }
      return yield* new VaultError.VaultUnavailable({ store: "keyStore", cause: "contention" })
    }),
  }
}

const columns = `revision, wrapping_key_ids, wrapping_keys, superseded_at, periods, period_keys, fingerprint_key`
const given = "$2::bigint, $3, $4, $5, $6, $7, $8::bytea"

const insert = (schema: string): string => `INSERT INTO ${schema}.customer_keys (customer_id, ${columns})
  VALUES ($1, ${given}) ON CONFLICT (customer_id) DO NOTHING RETURNING 1`

const update = (schema: string): string => `UPDATE ${schema}.customer_keys SET (${columns}) = (${given})
  WHERE customer_id = $1 AND revision = $2::bigint - 1 RETURNING 1`

const parametersOf = ({ fingerprint, periods, wrapping }: KeyStore.CustomerKeys): ReadonlyArray<unknown> => [
  list.uuid(wrapping.map(({ id }) => id)),
  list.bytea(wrapping.map(({ bytes }) => bytes)),
  wholes(wrapping.map(({ supersededAt }) => supersededAt)),
  list.text(Array.from(periods.keys())),
  list.bytea(Array.from(periods.values(), (key) => key ?? null)),
  fingerprint ?? null,
]

const readOf = ([row]: Rows): Read => {
  if (row === undefined) return { revision: 0, keys: KeyStore.noKeys }
  const [revision, ids, bytes, superseded, periods, periodKeys, fingerprint] = row as [
    number,
    ReadonlyArray<Uuid.Uuid>,
    ReadonlyArray<Uint8Array>,
    ReadonlyArray<number | null>,
    ReadonlyArray<string>,
    ReadonlyArray<Uint8Array | null>,
    Uint8Array | null,
  ]
  return {
    revision,
    keys: {
      wrapping: ids.map((id, index) => ({
        id,
        bytes: bytes[index]!,
        supersededAt: superseded[index] ?? undefined,
      })),
      periods: new Map(periods.map((period, index) => [period, periodKeys[index] ?? undefined])),
      fingerprint: fingerprint ?? undefined,
    },
  }
}
