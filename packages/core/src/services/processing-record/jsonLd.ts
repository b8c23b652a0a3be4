/**
 * The record of processing in the terms of W3C DPV 2 and its extensions for the GDPR, personal data and locations, as
 * JSON-LD. A word without a term is written with the prefix `tacet:`.
 */
import type { SubjectCategory } from "../../domain/ProcessingRegister.ts"
import type { RecipientKind } from "../../domain/Recipient.ts"
import { instrumentTerm, measureTerm, roleTerm } from "../../policy/text/parameters/terms.ts"
import { legalBasisTerm, purposeTerm } from "../../policy/text/parameters/purposes.ts"
import { dpvTerm } from "../../privacy/PersonalDataCategory.ts"
import { compact, context, type JsonLd, moment, ref } from "../internal/JsonLd.ts"
import type { Entry, KeptUntil, ReceivedBy, Record } from "./record.ts"

const subjectTerm: { readonly [Word in SubjectCategory]: string } = {
  user: "dpv:Client",
  customerUser: "dpv:User",
  prospect: "dpv:DataSubject",
  visitor: "dpv:Visitor",
  staff: "dpv:Employee",
}

const recipientTerm: { readonly [Word in RecipientKind]: string } = {
  customer: "dpv:DataController",
  subProcessor: "dpv:DataSubProcessor",
  affiliate: "dpv:ThirdParty",
  partner: "dpv:ThirdParty",
  authority: "dpv:Authority",
  transactionParty: "dpv:ThirdParty",
  consentedRecipient: "dpv:ThirdParty",
}

/**
 * The record of processing as JSON-LD: a `dpv:DataProcessingRecord` with a `dpv:Process` for each entry.
 *
 * @example
 * ```ts
 * import { ProcessingRecord } from "@tacet/core/services"
 *
 * const show = (record: ProcessingRecord.Record) => JSON.stringify(ProcessingRecord.toJsonLd(record), undefined, 2)
 * ```
 */
export const toJsonLd = ({ at, compartment, entries }: Record): JsonLd => ({
  "@context": context,
  "@id": `urn:uuid:${compartment}#record`,
  "@type": "dpv:DataProcessingRecord",
  "dct:modified": moment(at),
  "dct:hasPart": entries.map((entry) => processOf(entry, `urn:uuid:${compartment}`)),
})

const processOf = ({ processing, recipients, retention, since }: Entry, compartment: string): JsonLd => ({
  "@type": "dpv:Process",
  "dct:title": processing.name,
  "dct:valid": moment(since),
  [processing.role === "controller" ? "dpv:hasDataController" : "dpv:hasDataProcessor"]: {
    "@id": compartment,
    "@type": compact(roleTerm[processing.role], processing.role),
  },
  "dpv:hasPurpose": processing.purposes.map((purpose) => ref(compact(purposeTerm[purpose], purpose))),
  ...(processing.legalBasis === undefined
    ? {}
    : { "dpv:hasLegalBasis": ref(compact(legalBasisTerm[processing.legalBasis], processing.legalBasis)) }),
  "dpv:hasDataSubject": processing.subjects.map((subject) => ref(subjectTerm[subject])),
  "dpv:hasPersonalData": processing.categories.map((category) => ref(dpvTerm[category] ?? `tacet:${category}`)),
  "dpv:hasRecipient": recipients.map(recipientOf),
  "dpv:hasStorageCondition": retention.flatMap(storageOf),
  "dpv:hasTechnicalOrganisationalMeasure": processing.measures.map((measure) =>
    ref(compact(measureTerm[measure], measure)),
  ),
  ...(processing.declaration === undefined ? {} : { "dct:identifier": processing.declaration }),
})

const recipientOf = ({ country, isAbroad, kind, recipient, safeguard }: ReceivedBy): JsonLd => ({
  "@id": `urn:uuid:${recipient}`,
  "@type": kind === undefined ? "dpv:Recipient" : recipientTerm[kind],
  ...(country === undefined ? {} : { [isAbroad ? "dpv:hasThirdCountry" : "dpv:hasCountry"]: ref(`loc:${country}`) }),
  ...(safeguard === undefined
    ? {}
    : {
        "dpv:hasTechnicalOrganisationalMeasure": {
          "@type": compact(instrumentTerm[safeguard.instrument], safeguard.instrument),
          "dct:identifier": safeguard.document,
        },
      }),
})

const storageOf = ({ category, end }: KeptUntil): ReadonlyArray<JsonLd> =>
  end === undefined
    ? []
    : [
        {
          "@type": "dpv:StorageCondition",
          "dpv:hasPersonalData": ref(dpvTerm[category] ?? `tacet:${category}`),
          "dpv:hasDuration": { "@type": "dpv:UntilTimeDuration", "dct:date": moment(end) },
        },
      ]
