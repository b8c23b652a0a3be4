/**
 * Parts of JSON-LD in the terms of W3C DPV 2 and its extensions for the GDPR, personal data and locations.
 */
import * as DateTime from "effect/DateTime"

/** A value of JSON-LD. */
export type JsonLd = string | ReadonlyArray<JsonLd> | { readonly [key: string]: JsonLd }

/** The prefixes of the terms. */
export const context = {
  dpv: "https://w3id.org/dpv#",
  "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
  loc: "https://w3id.org/dpv/loc#",
  pd: "https://w3id.org/dpv/pd#",
  dct: "http://purl.org/dc/terms/",
  xsd: "http://www.w3.org/2001/XMLSchema#",
  tacet: "urn:tacet:",
}

/** A reference to a term. */
export const ref = (term: string): JsonLd => ({ "@id": term })

/** A moment, from epoch milliseconds. */
export const moment = (at: number): JsonLd => ({
  "@type": "xsd:dateTime",
  "@value": DateTime.formatIso(DateTime.makeUnsafe(at)),
})

/** A term with its prefix; a word without a term gets `tacet:`. */
export const compact = (term: string | undefined, word: string): string =>
  term === undefined
    ? `tacet:${word}`
    : term
        .replace("https://w3id.org/dpv/legal/eu/gdpr#", "eu-gdpr:")
        .replace("https://w3id.org/dpv/pd#", "pd:")
        .replace("https://w3id.org/dpv#", "dpv:")
