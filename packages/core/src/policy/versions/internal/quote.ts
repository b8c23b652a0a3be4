/**
 * How the published versions are written down: a value and the rows of the rule catalogue that state it.
 */
import type { Source, Stated } from "../../text/PrivacyPolicy.ts"
import { rowById } from "../RuleRows.ts"

/** A row such as `D19-65`, a contradiction such as `V02` that decided the reading, or `§` and a section without a row. */
export type Place = `${"D16" | "D19" | "D21" | "DF21" | "DG"}-${number}` | `V${number}` | `§${string}`

/** Sources with one entry for each section. A contradiction belongs to the entry before it, or to the first one. */
export const placesOf = (document: string, places: ReadonlyArray<Place>): ReadonlyArray<Source> => {
  const entries: Array<{ section: string; rows: Array<string>; contradiction?: string }> = []
  for (const place of places) {
    const last = entries.at(-1)
    if (place.startsWith("§")) entries.push({ section: place.slice(1), rows: [] })
    else if (place.startsWith("V")) {
      if (last !== undefined) last.contradiction = place
    } else {
      const section = rowById.get(place)?.section ?? "?"
      const same = entries.find((entry) => entry.section === section)
      if (same === undefined) entries.push({ section, rows: [place] })
      else same.rows.push(place)
    }
  }
  return entries.map((entry) => ({ document, ...entry }))
}

/** Statements quoted from one document. */
export const quoting =
  (document: string) =>
  <A>(value: A, ...places: ReadonlyArray<Place>): Stated<A> => ({ value, sources: placesOf(document, places) })

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

/** One list, for a document that does not tell the roles apart. */
export const forAllRoles = <const L extends string>(list: ReadonlyArray<L>) =>
  byRole({ controller: list, processor: list })
