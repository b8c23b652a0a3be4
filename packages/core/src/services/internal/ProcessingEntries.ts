/**
 * Asks the record of processing before data are collected (DECLARED), where the program requires it.
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as ProcessingRegister from "../../domain/ProcessingRegister.ts"
import type { StreamCheck } from "../../eventsourcing/Commit.ts"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { UndecodableEvent } from "../../eventsourcing/EventCodec.ts"
import type { ReadError } from "../../eventsourcing/EventStoreError.ts"
import * as Expected from "../../eventsourcing/ExpectedVersion.ts"
import type { Purpose } from "../../policy/text/parameters/purposes.ts"
import type { PersonalDataCategory } from "../../privacy/PersonalDataCategory.ts"
import type { Declared } from "./Declarations.ts"
import type { Decisions } from "./Decisions.ts"

/** The record of a Customer, and the check that it is still the same in the commit. */
export interface Entries {
  /** The entry that is missing; `undefined` where there is one, and before a policy binds. */
  readonly missing: (
    category: PersonalDataCategory,
    purposes: ReadonlyArray<Purpose>,
    at: DateTime.Utc,
  ) => string | undefined
  readonly check: StreamCheck
}

/** Looks up the record of processing; `undefined` where the program does not require it. */
export const lookUp = (
  { isRecordRequired, load }: Decisions,
  customer: CustomerId,
  declared: Declared,
): Effect.Effect<Entries | undefined, ReadError | UndecodableEvent> =>
  isRecordRequired
    ? Effect.map(load(ProcessingRegister.aggregate, customer, customer), ({ state, version }) => ({
        missing: (category, purposes, at) => {
          const policy = declared.policyAt(at)
          return policy && ProcessingRegister.missingEntry(state, policy, { category, purposes, at })
        },
        check: { stream: ProcessingRegister.streamOf(customer), expected: Expected.exact(version) },
      }))
    : Effect.succeed(undefined)
