/**
 * Reads keys: of the case, of the row, of the person. A key only ever tells one from another, so what would make two
 * different keys equal, or one key unreadable, is rejected.
 */
import { formatFault } from "./Fault.ts"
import type { Get } from "./Record.ts"

/** Reads a key; `undefined` where a field that it needs is empty; throws a `Fault`. */
export type KeyReader = (get: Get) => string | undefined

/** Compiles a reader of one field, or of several that make one key together; `use` is told of each. */
export const keyReader = (declared: string | ReadonlyArray<string>, use: (field: string) => void): KeyReader => {
  const fields = typeof declared === "string" ? [declared] : declared
  for (const field of fields) use(field)
  return (get) => {
    const parts: Array<string> = []
    for (const field of fields) {
      const text = get(field)
      if (text === undefined || text === "") return undefined
      const fault = keyFault(text)
      if (fault !== undefined) throw formatFault(field, fault)
      parts.push(text)
    }
    return parts.join(separator)
  }
}

/** No part may hold it: `a` and `bc` are another key than `ab` and `c`. */
const separator = "\u001f"

/** What is wrong with the text of a key, if anything. */
export const keyFault = (text: string): string | undefined => {
  if (text.length > 1024) return "a key of at most 1,024 characters"
  if (!/[\p{Cc}\p{Surrogate}\uFFFD]/u.test(text)) return undefined
  if (/\p{Cc}/u.test(text)) return "a key without control characters"
  // U+FFFD stands where bytes could not be decoded, and lone surrogates become it: different keys would be equal.
  return "a key in the declared encoding, without broken characters"
}
