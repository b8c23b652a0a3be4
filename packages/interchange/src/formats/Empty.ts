/**
 * Texts that mean that a field is empty. Exports write NULL, \N or N/A where a database had no value; read
 * literally, all rows without a case would be one case, and a call that was never answered would be unreadable.
 */
import type { Mapping } from "../mapping/Mapping.ts"
import type { Get } from "./Record.ts"

/** The texts that mean an empty field, unless the mapping says otherwise. */
const usual = ["NULL", "null", "\\N", "(null)", "N/A", "n/a", "#N/A", "-"]

/**
 * Compiles the reader of a record that reads such texts as empty. A text that the mapping itself names, as a value to
 * look up, keeps its meaning; so does every text of the fields in `literal`.
 */
export const withoutEmpty = (mapping: Mapping, literal: ReadonlyArray<string> = []): ((get: Get) => Get) => {
  const named = new Set<string>()
  collect(mapping, named)
  const declared = mapping.empty
  const ofFile = new Set(isList(declared) ? declared : usual.filter((text) => !named.has(text)))
  const ofField = new Map<string, ReadonlySet<string>>(literal.map((field) => [field, new Set()]))
  if (!isList(declared)) for (const [field, texts] of Object.entries(declared ?? {})) ofField.set(field, new Set(texts))
  return (get) => (field) => {
    const text = get(field)
    if (text === undefined || text === "") return text
    return (ofField.get(field) ?? ofFile).has(text.trim()) ? "" : text
  }
}

const isList = (declared: Mapping["empty"]): declared is ReadonlyArray<string> => Array.isArray(declared)

/** All texts and keys of a mapping but those of `empty`. */
const collect = (value: unknown, into: Set<string>): void => {
  if (typeof value === "string") into.add(value)
  if (typeof value !== "object" || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === "empty") continue
    into.add(key)
    collect(inner, into)
  }
}
