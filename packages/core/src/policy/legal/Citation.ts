/**
 * Citations of the law. What a policy or a contract says of itself is no law, however it is quoted (GDPR 17(3)(b)).
 */

/** A period is no provision: `ten years of section 6` cites nothing. */
const period = /\b\d+\s*(?:years?|ans?|ann[ée]es?|months?|mois|days?|jours?)\b/giu

const ownText = /\b(?:polic(?:y|ies)|politique|charte|terms|contract|contrat|agreement|dialogra|dial[ -]?once)\b/iu

/** Whether a reference cites a provision of an act by its number, and neither a policy nor a contract. */
export const citesAct = (reference: string): boolean =>
  !ownText.test(reference) && /\p{L}/u.test(reference) && /\d/u.test(reference.replace(period, ""))
