/**
 * The access log in a file.
 */
import type { Uuid } from "@tacet/core/eventsourcing"
import type { AccessLog, PersonalDataCategory } from "@tacet/core/privacy"
import type { Database } from "../file/Database.ts"
import { optional } from "../file/Transaction.ts"
import { during } from "./transacting.ts"

/** Makes the log. */
export const make = ({ read, write }: Database): AccessLog.AccessLog["Service"] => ({
  record: ({ actor, at, category, customer, matter, outcome, purpose, reader, reason, reference }) =>
    during(
      "accessLog",
      write(({ run }) => {
        run(
          `INSERT INTO access_record (customer_id, number, accessed_at, actor_id, reader, purpose, reason, matter_id,
              reference, category, outcome)
            VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM access_record WHERE customer_id = ?), ?, ?, ?, ?, ?, ?, ?,
              ?, ?)`,
          customer,
          customer,
          at,
          actor,
          reader,
          purpose,
          reason,
          matter,
          reference,
          category,
          outcome,
        )
      }),
    ),
  read: (customer, { after, limit }) =>
    during(
      "accessLog",
      read(({ all }) =>
        all(
          "SELECT * FROM access_record WHERE customer_id = ? AND number > ? ORDER BY number LIMIT ?",
          customer,
          after,
          limit,
        ).map((row) => ({
          customer,
          at: row["accessed_at"] as number,
          actor: row["actor_id"] as Uuid.Uuid,
          reader: optional(row["reader"]) as AccessLog.ReaderSide | undefined,
          purpose: row["purpose"] as string,
          reason: row["reason"] as AccessLog.AccessReason,
          matter: optional(row["matter_id"]) as Uuid.Uuid | undefined,
          reference: optional(row["reference"]) as Uuid.Uuid | undefined,
          category: row["category"] as PersonalDataCategory.PersonalDataCategory,
          outcome: row["outcome"] as AccessLog.AccessOutcome,
        })),
      ),
    ),
})
