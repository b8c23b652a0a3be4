/**
 * Notation of the published versions: a value, with the sections and the rows of the rule catalogue that state it.
 */
import type { Source, Stated } from "../../text/PrivacyPolicy.ts"

/** A section as `§` and its number, a row of that section such as `D19-65`, or the contradiction that decided the reading. */
export type Place = `${"D16" | "D19" | "D21" | "DF21" | "DG"}-${number}` | `V${number}` | `§${string}`

/** Sources, one for each section: the rows and the contradiction that follow a section belong to it. */
export const placesOf = (document: string, places: ReadonlyArray<Place>): ReadonlyArray<Source> => {
  const sources: Array<{ document: string; section: string; rows: Array<string>; contradiction?: string }> = []
  for (const place of places) {
    const last = sources.at(-1)
    if (place.startsWith("§")) sources.push({ document, section: place.slice(1), rows: [] })
    else if (last === undefined) throw new Error(`${place} of ${document} has no section`)
    else if (place.startsWith("V")) last.contradiction = place
    else last.rows.push(place)
  }
  return sources
}

/** Statements quoted from one document. */
export const quoting =
  (document: string) =>
  <A>(value: A, ...places: ReadonlyArray<Place>): Stated<A> => ({ value, sources: placesOf(document, places) })

/** Statements of a document of one's own, from which no row was drawn: a value and the section that says it. */
export const quotingOwn =
  (document: string) =>
  <const A>(value: A, section: string): { readonly value: A; readonly sources: ReadonlyArray<Source> } => ({
    value,
    sources: [{ document, section, rows: [] }],
  })

/** The same lists for both roles of the GDPR; for the one word of 2016, all that either of them holds. */
export const byRole = <const L extends string>(lists: {
  readonly controller: ReadonlyArray<L>
  readonly processor: ReadonlyArray<L>
}): {
  readonly controller: ReadonlyArray<L>
  readonly processor: ReadonlyArray<L>
  readonly publisher: ReadonlyArray<L>
} => ({
  ...lists,
  publisher: Array.from(new Set([...lists.controller, ...lists.processor])),
})

/** One list, for a document that does not distinguish the roles. */
export const forAllRoles = <const L extends string>(list: ReadonlyArray<L>) =>
  byRole({ controller: list, processor: list })
