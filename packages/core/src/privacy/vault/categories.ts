/**
 * Which categories of values are kept for a subject, for rules on data that may not meet.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { CustomerId } from "../../eventsourcing/CustomerId.ts"
import type { Uuid } from "../../eventsourcing/Uuid.ts"
import type { Keyring } from "../Keyring.ts"
import type { KeptCategories } from "../OpeningPolicy.ts"
import type { PersonalDataCategory } from "../PersonalDataCategory.ts"
import type { Ports } from "./Ports.ts"

/** How many rows are read at a time. */
const pageSize = 500

/**
 * The categories of a Customer's subjects. The keyring of a subject has a key for each category of which a value was ever
 * kept, so its rows are read only where it has the key of a category that is asked for. `known` is a keyring that was read
 * before.
 */
export const keptCategories =
  ({ store }: Pick<Ports, "store">, customer: CustomerId, known?: Keyring): KeptCategories =>
  (subject, among) =>
    Effect.gen(function* () {
      const keyring =
        known?.subject === subject ? known : Option.getOrUndefined(yield* store.keyring(customer, subject))
      const possible = new Set(among.filter((category) => keyring?.keys.has(category) === true))
      const kept = new Set<PersonalDataCategory>()
      const now = yield* Clock.currentTimeMillis
      let after: Uuid | undefined
      while (kept.size < possible.size) {
        const rows = yield* store.valuesOf(customer, subject, {
          ...(after === undefined ? {} : { after }),
          limit: pageSize,
        })
        for (const { category, reference, retentionEnd } of rows) {
          after = reference
          if (possible.has(category) && (retentionEnd === undefined || retentionEnd > now)) kept.add(category)
        }
        if (rows.length < pageSize) break
      }
      return kept
    })
