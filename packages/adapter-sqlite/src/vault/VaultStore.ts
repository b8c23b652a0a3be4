/**
 * The vault's rows in a file. Every function is one transaction.
 */
import { UtcDay } from "@tacet/core/calendar"
import type { VaultStore } from "@tacet/core/privacy"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../file/Database.ts"
import type { Transaction } from "../file/Transaction.ts"
import * as Keyrings from "./KeyringRow.ts"
import * as Reading from "./reading.ts"
import * as Removal from "./removal.ts"
import { during } from "./transacting.ts"
import * as Writing from "./writing.ts"

/** Makes the store. */
export const make = (database: Database): VaultStore.VaultStore["Service"] => {
  const read = <A>(work: (transaction: Omit<Transaction, "removes" | "run">) => A) =>
    during("vault", database.read(work))
  const write = <A>(work: (transaction: Transaction) => A) => during("vault", database.write(work))
  return {
    changeKeyring: (customer, subject, revision, next) =>
      Effect.flatMap(
        write((transaction) => Writing.changeKeyring(transaction, { customer, subject }, revision, next)),
        Effect.fromResult,
      ),
    fence: (customer, subject, erasure) =>
      write((transaction) => Writing.fence(transaction, { customer, subject }, erasure)),
    put: (customer, subject, rows) =>
      Effect.flatMap(
        write((transaction) => Writing.put(transaction, { customer, subject }, rows)),
        Effect.fromResult,
      ),
    destroy: (customer, references, remains) =>
      write((transaction) => Removal.destroy(transaction, customer, references, remains)),
    unlink: (customer, subject, interactions) =>
      write((transaction) => Removal.unlink(transaction, customer, subject, interactions)),
    removeSubject: (customer, subject, remains, limit) =>
      write((transaction) => Removal.removeSubject(transaction, customer, subject, remains, limit)),
    sweep: (customer, ended, limit) =>
      write((transaction) => Removal.sweep(transaction, customer, ended, UtcDay.startOfDay(ended.at), limit)),
    keyring: (customer, subject) =>
      read((transaction) => Option.fromNullishOr(Keyrings.find(transaction, customer, subject)?.keyring)),
    keyrings: (customer, { after = "", limit }) =>
      read((transaction) =>
        Keyrings.select(transaction, customer, "subject_id > ? ORDER BY subject_id LIMIT ?", after, limit),
      ),
    unfinished: (customer) =>
      read((transaction) => Keyrings.select(transaction, customer, "is_completed = 0 ORDER BY subject_id")),
    find: (customer, reference) => read((transaction) => Reading.find(transaction, customer, reference)),
    valuesOf: (customer, subject, page) =>
      read((transaction) => Reading.valuesOf(transaction, customer, subject, page)),
    locate: (customer, tokens, range) => read((transaction) => Reading.locate(transaction, customer, tokens, range)),
    linksOf: (customer, subject, at) => read((transaction) => Reading.linksOf(transaction, customer, subject, at)),
    subjectOf: (customer, interaction, at) =>
      read((transaction) => Reading.subjectOf(transaction, customer, interaction, at)),
    spans: (customer) => read((transaction) => Reading.spans(transaction, customer)),
    spansOf: (customer, subjects) => read((transaction) => Reading.spansOf(transaction, customer, subjects)),
    tally: (customer, ended) => read((transaction) => Removal.tally(transaction, customer, ended)),
  }
}
