/**
 * The policy that binds a moment: a value for every parameter, and for each the reasons why it is that value. Deciders
 * read this and nothing else; none of them names a version.
 */
import type * as DateTime from "effect/DateTime"
import type { TimeZoneName } from "../../calendar/Calendar.ts"
import type { ParameterName, Parameters, PolicyId, Source } from "../text/PrivacyPolicy.ts"

/**
 * By which rule of resolution a value came about (rules.md 7.1).
 *
 * - `stated`: the version says so;
 * - `specialBeatsGeneral`: its special clause displaces its general one;
 * - `languagePrevails`: the prevailing language decided where the versions of the text differ;
 * - `stricterLanguageKept`: a duty that only another language states, which can be obeyed beside it (V22);
 * - `supplement`: a supplement for the product adds to it;
 * - `customerPolicy`: the Customer's own policy regulates the point;
 * - `silent`: the version says nothing, and the strictest other version holds;
 * - `neverLoosened`: an earlier version under which the datum was held is stricter;
 * - `law`: the law is stricter, or demands it;
 * - `libraryInvariant`: no version can switch it off.
 */
export const resolutions = [
  "stated",
  "specialBeatsGeneral",
  "languagePrevails",
  "stricterLanguageKept",
  "supplement",
  "customerPolicy",
  "silent",
  "neverLoosened",
  "law",
  "libraryInvariant",
] as const
export type Resolution = (typeof resolutions)[number]

/** Why a parameter has its value. */
export interface Reason {
  /** In the order in which they were applied. */
  readonly resolutions: ReadonlyArray<Resolution>
  /** Where the documents say it. */
  readonly sources: ReadonlyArray<Source>
  /** The policies that decided: versions, supplements, the Customer's own. */
  readonly policies: ReadonlyArray<PolicyId>
  /** The articles of the law that decided. */
  readonly articles: ReadonlyArray<string>
}

/** The policy as it binds at a moment. */
export interface EffectivePolicy {
  /** The version in force (POLICY-BIND). */
  readonly policy: PolicyId
  readonly at: DateTime.Utc
  /** The country whose law governs it. */
  readonly country: string
  /** The zone in which its days end. */
  readonly timeZone: TimeZoneName
  readonly parameters: Parameters
  readonly reasons: { readonly [Name in ParameterName]: Reason }
}
