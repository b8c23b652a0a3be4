/**
 * Identifiers in the one form in which they are compared: an address, a number or a device is the same however it was
 * written. Normalised identifiers are personal values: they live in memory alone, on the way to a keyed token.
 */
import * as Context from "effect/Context"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** An identifier as it was written. */
export type Identifier =
  | { readonly kind: "ipAddress"; readonly text: string }
  /** `region`: the country, by its ISO code, of a number without its country code. */
  | { readonly kind: "telephoneNumber"; readonly text: string; readonly region?: string }
  | { readonly kind: "advertisingIdentifier"; readonly text: string }
  | { readonly kind: "deviceIdentifier"; readonly text: string; readonly of: DeviceIdentifierKind }
  | { readonly kind: "cookieIdentifier"; readonly text: string }
  | { readonly kind: "emailAddress"; readonly text: string }
  | { readonly kind: "accountIdentifier"; readonly text: string }

/** The kinds of device numbers: IMEI, MEID or ESN, MAC address, or a serial number of the maker's. */
export type DeviceIdentifierKind = "imei" | "meid" | "mac" | "serial"

/** The text is no identifier of its kind. The error states the accepted form, never the given text. */
export class NoIdentifier extends Schema.TaggedError<NoIdentifier>()("NoIdentifier", {
  kind: Schema.Literals([
    "ipAddress",
    "telephoneNumber",
    "advertisingIdentifier",
    "deviceIdentifier",
    "cookieIdentifier",
    "emailAddress",
    "accountIdentifier",
  ]),
  accepted: Schema.String,
}) {
  override get message(): string {
    return `No identifier of kind ${this.kind}. Accepted: ${this.accepted}.`
  }
}

/**
 * Reads telephone numbers, as a port: the numbering plans of the world are the matter of a library that is kept up to
 * date. The default accepts E.164 (`+33612345678`) with the usual separators.
 */
export const TelephoneNumbers = Context.Reference<{
  /** The number in E.164, `undefined` where it is none. */
  readonly toE164: (text: string, region: string | undefined) => string | undefined
}>("@tacet/core/privacy/TelephoneNumbers", {
  defaultValue: () => ({
    toE164: (text) => {
      const compact = text.replace(/[\s().-]/g, "")
      return /^\+[1-9]\d{6,14}$/.test(compact) ? compact : undefined
    },
  }),
})

/**
 * The canonical text of an identifier: equal for two ways of writing the same one, and for nothing else.
 *
 * @example
 * ```ts
 * import * as Result from "effect/Result"
 * import { Identifiers } from "@tacet/core/privacy"
 *
 * const toE164 = () => undefined
 * const one = Identifiers.normalise({ kind: "ipAddress", text: "2001:DB8:0:0::1" }, { toE164 })
 * Result.getOrThrow(one) // => "20010db8000000000000000000000001"
 * ```
 */
export const normalise = (
  identifier: Identifier,
  telephoneNumbers: (typeof TelephoneNumbers)["Service"],
): Result.Result<string, NoIdentifier> => {
  const text = identifier.text.trim()
  switch (identifier.kind) {
    case "ipAddress":
      return found("ipAddress", ipAddress(text), "an IPv4 or IPv6 address")
    case "telephoneNumber":
      return found(
        "telephoneNumber",
        telephoneNumbers.toE164(text, identifier.region),
        "a telephone number with its country code, or with its region",
      )
    case "advertisingIdentifier":
      return found("advertisingIdentifier", advertisingIdentifier(text), "an advertising id that is not all zeros")
    case "deviceIdentifier":
      return found(
        "deviceIdentifier",
        deviceIdentifier(text, identifier.of),
        `the number of a device (${identifier.of})`,
      )
    case "cookieIdentifier":
      return found(
        "cookieIdentifier",
        /^[\x21-\x7e]{8,256}$/.test(text) ? text : undefined,
        "8 to 256 visible characters",
      )
    case "emailAddress":
      return found("emailAddress", emailAddress(text), "an e-mail address such as name@example.com")
    case "accountIdentifier":
      return found(
        "accountIdentifier",
        /^[\p{L}\p{M}\p{N}\p{P}\p{S}]{1,256}$/u.test(text) ? text.normalize("NFC") : undefined,
        "1 to 256 visible characters without a space",
      )
  }
}

const found = (kind: Identifier["kind"], canonical: string | undefined, accepted: string) =>
  canonical === undefined ? Result.fail(new NoIdentifier({ kind, accepted })) : Result.succeed(canonical)

/**
 * An address in lower case: a server may tell the case of the part before the `@` apart, and no one gives two persons such
 * addresses. A display name is no part of it.
 */
const emailAddress = (text: string): string | undefined => {
  const [, within = text] = /^[^<>]*<([^<>]+)>$/.exec(text) ?? []
  const canonical = within.normalize("NFC").toLowerCase()
  const isAddress =
    /^[^\s@"<>()[\]\\,;:.]+(?:\.[^\s@"<>()[\]\\,;:.]+)*@(?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{M}\p{N}])?\.)+[\p{L}\p{M}\p{N}-]{2,63}$/u
  return canonical.length <= 254 && isAddress.test(canonical) ? canonical : undefined
}

const hex = (number: number, width: number): string => number.toString(16).padStart(width, "0")

/** 16 bytes in hexadecimal; an IPv4 address as IPv6 maps it, so that both ways to write it are one. */
const ipAddress = (text: string): string | undefined => {
  const four = ipv4(text)
  if (four !== undefined) return `00000000000000000000ffff${four}`
  // A zone names an interface of one machine; it is no part of the address.
  const [address = ""] = text.split("%")
  const tail = /^(.*:)(\d{1,3}(?:\.\d{1,3}){3})$/.exec(address)
  const last = tail === null ? undefined : ipv4(tail[2] ?? "")
  if (tail !== null && last === undefined) return undefined
  const whole = last === undefined ? address : `${tail?.[1] ?? ""}${last.slice(0, 4)}:${last.slice(4)}`
  const halves = whole.split("::")
  if (halves.length > 2) return undefined
  const [head, rest] = halves.map((half) => (half === "" ? [] : half.split(":")))
  const groups = [...(head ?? []), ...(rest ?? [])]
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined
  const missing = 8 - groups.length
  if (rest === undefined ? missing !== 0 : missing < 1) return undefined
  const full = rest === undefined ? groups : [...(head ?? []), ...Array<string>(missing).fill("0"), ...rest]
  return full.map((group) => hex(Number.parseInt(group, 16), 4)).join("")
}

const ipv4 = (text: string): string | undefined => {
  const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1)
  // A leading zero is octal to some readers and decimal to others.
  if (bytes === undefined || bytes.some((byte) => Number(byte) > 255 || /^0\d/.test(byte))) return undefined
  return bytes.map((byte) => hex(Number(byte), 2)).join("")
}

/** All devices on which it is switched off have the same id, zeros, which identifies no person. */
const advertisingIdentifier = (text: string): string | undefined => {
  const compact = text
    .replace(/^\{|\}$/g, "")
    .replace(/-/g, "")
    .toLowerCase()
  return /^[\da-f]{32}$/.test(compact) && !/^0+$/.test(compact) ? compact : undefined
}

const deviceIdentifier = (text: string, kind: DeviceIdentifierKind): string | undefined => {
  const compact = text.replace(/[\s:./-]/g, "").toLowerCase()
  switch (kind) {
    case "imei":
      return imei(compact)
    case "meid":
      return /^(?:[\da-f]{14}|[\da-f]{8}|\d{18}|\d{11})$/.test(compact) ? `meid:${compact}` : undefined
    case "mac":
      return /^[\da-f]{12}$/.test(compact) && !/^(?:0+|f+)$/.test(compact) ? `mac:${compact}` : undefined
    case "serial":
      return /^[\da-z]{4,40}$/.test(compact) ? `serial:${compact}` : undefined
  }
}

/** The fourteen digits that number the device: the fifteenth checks them, two in its place are a version of software. */
const imei = (digits: string): string | undefined => {
  if (!/^\d{14,16}$/.test(digits) || /^0+$/.test(digits)) return undefined
  const device = digits.slice(0, 14)
  return digits.length === 15 && luhnDigit(device) !== Number(digits[14]) ? undefined : `imei:${device}`
}

const luhnDigit = (digits: string): number => {
  let sum = 0
  Array.from(digits, Number).forEach((digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  })
  return (10 - (sum % 10)) % 10
}
