/**
 * Reads a value that a mapping gives outright or looks up in a field.
 */
import type { Value } from "../mapping/Field.ts"
import { formatViolation } from "./Violation.ts"
import type { Get } from "./Record.ts"

/** Reads the value; `undefined` where its field is absent and the mapping names no other; throws a `Violation`. */
export type ValueReader<A> = (get: Get) => A | undefined

/** Compiles a reader of one of the `accepted` values; calls `use` with the field that it reads. */
export const valueReader = <A extends string | boolean>(
  declared: Value<A>,
  accepted: ReadonlyArray<A>,
  use: (field: string) => void,
): ValueReader<A> => {
  if (typeof declared !== "object") return () => declared
  const { field, other, values } = declared
  use(field)
  const known = new Map<string, A>(
    values === undefined ? accepted.map((value) => [String(value), value]) : Object.entries(values),
  )
  return (get) => {
    const text = get(field)
    const value = (text === undefined ? undefined : known.get(text)) ?? other
    if (value !== undefined || text === undefined || text === "") return value
    throw formatViolation(
      field,
      values === undefined ? `one of ${accepted.join(", ")}` : "a value that the mapping lists",
    )
  }
}

/** Compiles a reader of a text that the mapping gives, renames or takes as it is. */
export const textReader = (declared: Value<string>, use: (field: string) => void): ValueReader<string> => {
  if (typeof declared === "string") return () => declared
  const { field, other, values } = declared
  use(field)
  if (values !== undefined) return valueReader(declared, Object.values(values), () => undefined)
  return (get) => (get(field) ?? "") || other
}
