/**
 * The receipt of a consent after ISO/IEC TS 27560 in the terms of W3C DPV 2, as JSON-LD: a copy of its record for the person. A
 * word without a term is written with the prefix `tacet:`.
 */
import type * as Pseudonym from "../../domain/Pseudonym.ts"
import { purposeTerm } from "../../policy/text/parameters/purposes.ts"
import { compact, context, type JsonLd, moment, ref } from "../internal/JsonLd.ts"
import type { PseudonymRef } from "../pseudonyms/recording.ts"
import type { Change, Consent } from "./record.ts"

const schema = "https://w3id.org/dpv/schema/dpv-27560#"

const stateTerm: { readonly [State in Pseudonym.ConsentState]: string } = {
  consentGiven: "dpv:ConsentGiven",
  renewedConsentGiven: "dpv:RenewedConsentGiven",
  consentWithdrawn: "dpv:ConsentWithdrawn",
}

/**
 * The receipt of a consent.
 *
 * @example
 * ```ts
 * import { Consents } from "@tacet/core/services"
 *
 * const show = (whose: Consents.PseudonymRef, consent: Consents.Consent) =>
 *   JSON.stringify(Consents.toReceipt(whose, consent), undefined, 2)
 * ```
 */
export const toReceipt = ({ customer, pseudonym }: PseudonymRef, consent: Consent): JsonLd => {
  const { changes, purpose, recipient, state } = consent
  const id = `urn:uuid:${pseudonym}#consent/${purpose}${recipient === undefined ? "" : `/${recipient}`}`
  const notices = changes.flatMap(({ given }) => given?.notice ?? [])
  return {
    "@context": context,
    "@id": `${id}/receipt/${changes.length}`,
    "@type": "dpv:ConsentReceipt",
    "dct:conformsTo": ref(`${schema}receipt`),
    ...(changes.length === 0 ? {} : { "dct:created": moment(changes.at(-1)!.at) }),
    "dpv:hasRecordOfActivity": {
      "@id": id,
      "@type": "dpv:ConsentRecord",
      "dct:conformsTo": ref(`${schema}record`),
      "dpv:hasDataSubject": { "@id": `urn:uuid:${pseudonym}`, "@type": "dpv:DataSubject" },
      "dpv:hasDataController": { "@id": `urn:uuid:${customer}`, "@type": "dpv:DataController" },
      "dpv:hasApplicableLaw": ref("eu-gdpr:GDPR"),
      "dpv:hasProcess": {
        "@type": "dpv:Process",
        "dpv:hasPurpose": ref(compact(purposeTerm[purpose], purpose)),
        ...(recipient === undefined ? {} : { "dpv:hasRecipient": ref(`urn:uuid:${recipient}`) }),
      },
      "dpv:hasNotice": Array.from(new Set(notices), (notice) => ({
        "@type": "dpv:ConsentNotice",
        "dct:identifier": notice,
      })),
      "dpv:hasConsentStatus": ref(stateTerm[state]),
      "dct:hasPart": changes.map(eventOf),
    },
  }
}

const eventOf = ({ at, given, policyVersion, state, textDigest }: Change): JsonLd => ({
  "@type": stateTerm[state],
  "dct:date": moment(at),
  ...(policyVersion === undefined
    ? {}
    : {
        "dpv:hasPolicy": {
          "@type": "dpv:PrivacyNotice",
          "dct:identifier": policyVersion,
          ...(textDigest === undefined ? {} : { "tacet:textDigest": textDigest }),
        },
      }),
  ...(given === undefined
    ? {}
    : {
        "dct:type": ref(given.manner === "affirmativeAct" ? "dpv:ExpressedConsent" : "dpv:ExplicitlyExpressedConsent"),
        "dpv:isIndicatedBy": ref(given.by === "guardian" ? "dpv:GuardianOfDataSubject" : "dpv:DataSubject"),
        "dpv:hasIndicationMethod": given.manner,
        "dct:source": given.text,
        ...(given.notice === undefined ? {} : { "dpv:hasNotice": { "dct:identifier": given.notice } }),
        ...(given.disclosure === undefined ? {} : { "tacet:disclosure": given.disclosure }),
      }),
})
