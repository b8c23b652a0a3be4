/**
 * Telephone numbers as people write them, in E.164: the form in which locators compare them (R-LOCATE). The numbering
 * plans of all countries come from `libphonenumber-js`.
 */
import { Identifiers } from "@tacet/core/privacy"
import * as Layer from "effect/Layer"
import parse, { isSupportedCountry } from "libphonenumber-js/min"

/**
 * The number in E.164, `undefined` where the text is not a telephone number.
 *
 * `region` is the ISO 3166 code of the country in which a number without country code was written. A number with an
 * extension is refused: it belongs to a switchboard, not to one person. Neither is a short number (`3900`, `112`),
 * which belongs to a service. Whether a number is in use is not asked: plans are extended before libraries are.
 *
 * @example
 * ```ts
 * import { toE164 } from "@tacet/adapter-libphonenumber"
 *
 * toE164("06 12 34 56 78", "FR") // => "+33612345678"
 * toE164("+33 (0)6 12 34 56 78", undefined) // => "+33612345678"
 * toE164("06 12 34 56 78", undefined) // => undefined
 * ```
 */
export const toE164 = (text: string, region: string | undefined): string | undefined => {
  const country = region?.toUpperCase()
  const plan = country !== undefined && isSupportedCountry(country) ? { defaultCountry: country } : {}
  const number = parse(text, { ...plan, extract: false })
  return number !== undefined && number.ext === undefined && number.isPossible() ? number.number : undefined
}

/**
 * Reads the telephone numbers of a vault by the numbering plans: provide it where the program runs.
 *
 * @example
 * ```ts
 * import { layer } from "@tacet/adapter-libphonenumber"
 * import { Vault } from "@tacet/core/privacy"
 * import * as Layer from "effect/Layer"
 *
 * const vault = Layer.provideMerge(Vault.layer, layer)
 * ```
 */
export const layer: Layer.Layer<never> = Layer.succeed(Identifiers.TelephoneNumbers, { toE164 })
