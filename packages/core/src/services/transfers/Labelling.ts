/**
 * Labels the values that are disclosed together: by themselves, by what the vault keeps under the same pseudonym, to which
 * each can be joined, and as a whole (CLASSIFY, COMBINE).
 */
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import * as Classification from "../../policy/checks/Classification.ts"
import type { Sealed } from "../../privacy/Sealed.ts"
import { type Source, usualSourceOf } from "../../privacy/Source.ts"
import type { Kept } from "../../privacy/Vault.ts"

/** The label of values that are put together, and the source of each. */
export interface Labelled extends Classification.Labelled {
  readonly sourceOf: (value: Sealed<string>) => Source
}

/** The label of some of the values that are kept under a pseudonym; `undefined` where one is not kept under it. */
export const label = (
  values: ReadonlyArray<Sealed<string>>,
  kept: ReadonlyArray<Kept>,
  pseudonym: Pseudonym.PseudonymId,
): Labelled | undefined => {
  const known = new Map(kept.map((value) => [value.reference, value]))
  if (values.some(({ reference }) => !known.has(reference))) return undefined
  const sourceOf = ({ category, reference }: Sealed<string>) => known.get(reference)?.source ?? usualSourceOf(category)
  const labels = Classification.classify(
    kept.map(({ category, reference, source }) => ({
      id: reference,
      relatesToPerson: Classification.relatesToPerson(category),
      joinKeys: [pseudonym],
      source,
      medium: "automated",
    })),
  )
  const inputs = values.map((value) => ({
    label: labels.get(value.reference)?.label ?? ("personal" as const),
    sources: [sourceOf(value)],
  }))
  return { ...Classification.combine(inputs), sourceOf }
}
