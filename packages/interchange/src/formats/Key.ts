/**
 * Reads keys: of the case, of the row, of the person. A key serves only to distinguish, so text that would make two
 * different keys equal, or one key unreadable, is rejected.
 */
import { formatViolation } from "./Violation.ts"
import type { Get } from "./Record.ts"

/** Reads a key; `undefined` where a field that it needs is empty; throws a `Violation`. */
export type KeyReader = (get: Get) => string | undefined

/** Compiles a reader of one field, or of several that form one key; calls `use` with each. */
export const keyReader = (declared: string | ReadonlyArray<string>, use: (field: string) => void): KeyReader => {
  const fields = typeof declared === "string" ? [declared] : declared
  for (const field of fields) use(field)
  return (get) => {
    const parts: Array<string> = []
    for (const field of fields) {
      const text = get(field)
      if (text === undefined || text === "") return undefined
      const violation = keyViolation(text)
      if (violation !== undefined) throw formatViolation(field, violation)
      parts.push(text)
    }
    return parts.join(separator)
  }
}

/** No part may hold it: `a` and `bc` are another key than `ab` and `c`. */
const separator = "\u001f"

/** The violation in the text of a key, if any. */
export const keyViolation = (text: string): string | undefined => {
  if (text.length > 1024) return "a key of at most 1,024 characters"
  if (!/[\p{Cc}\p{Surrogate}\uFFFD]/u.test(text)) return undefined
  if (/\p{Cc}/u.test(text)) return "a key without control characters"
  // U+FFFD replaces undecodable bytes and lone surrogates: different keys would become equal.
  return "a key in the declared encoding, without broken characters"
}
