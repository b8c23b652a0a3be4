/**
 * Copies input from outside once into plain data: records, lists and primitives as in JSON, and moments. All checks
 * read the copy instead of the original, so that no accessor, proxy, cycle or depth of the input can run code, loop, or
 * change between a check and its use.
 */
import * as DateTime from "effect/DateTime"

/** A field around another. */
export interface Around {
  readonly name: string
  readonly around: Around | undefined
}

/** A copy, whole or up to where it ended. */
export interface Copied<A> {
  readonly data: unknown
  /** The reason of its end: the first answer of `visit`, `unreadable` input, or none. */
  readonly end: { readonly found: A } | "unreadable" | undefined
}

/**
 * Copies the input. An object that occurs in several places is copied for each, so a cycle reaches the limit. `visit`
 * sees the name of every field, whatever its depth, with those around it, outer ones first; its first answer ends the
 * copying. A value that is not plain data fits no field; an input that throws or is too large is `unreadable`.
 */
export const copy = <A>(
  input: unknown,
  visit: (name: string, around: Around | undefined) => A | undefined,
): Copied<A> => {
  const opened: Array<Opened> = []
  const take = (value: unknown, around: Around | undefined): unknown => {
    if (typeof value === "function") return opaque
    if (typeof value !== "object" || value === null) return value
    const shape = shapeOf(value)
    if (shape.isOpen) opened.push({ from: value, to: shape.to, around })
    return shape.to
  }

  let data: unknown
  let left = limit
  try {
    data = take(input, undefined)
    // In the order of depth: the list grows while it is walked.
    for (const { around, from, to } of opened) {
      const names = Array.isArray(from) ? undefined : Object.keys(from)
      const size = names?.length ?? (from as ReadonlyArray<unknown>).length
      left -= size
      if (left < 0) return { data, end: "unreadable" }
      let end: { readonly found: A } | undefined
      for (let index = 0; index < size; index++) {
        const name = names?.[index]
        if (name === undefined) {
          ;(to as Array<unknown>).push(take((from as ReadonlyArray<unknown>)[index], around))
          continue
        }
        if (end === undefined) {
          const found = visit(name, around)
          if (found !== undefined) end = { found }
        }
        ;(to as Record<string, unknown>)[name] = take((from as Record<string, unknown>)[name], { name, around })
      }
      if (end !== undefined) return { data, end }
    }
    return { data, end: undefined }
  } catch {
    // An accessor or a proxy threw, on purpose or not: the error may quote the input.
    return { data, end: "unreadable" }
  }
}

interface Opened {
  readonly from: object
  readonly to: object
  readonly around: Around | undefined
}

/** How many values are read. The largest command, the publication of a scenario, has some thousands. */
const limit = 100_000

/** Replaces values that are not plain data in the copy. */
const opaque: object = Object.freeze(Object.create(null) as object)

/** An empty list or record for one, a moment of its own for a moment, and `opaque` for all else. */
const shapeOf = (value: object): { readonly to: object; readonly isOpen: boolean } => {
  if (Array.isArray(value)) return { to: [], isOpen: true }
  const isMoment = DateTime.isDateTime(value)
  if (isRecord(value)) return isMoment ? closed : { to: Object.create(null) as object, isOpen: true }
  if (!isMoment || !DateTime.isUtc(value)) return closed
  return { to: DateTime.makeUnsafe(DateTime.toEpochMillis(value)), isOpen: false }
}

const closed = { to: opaque, isOpen: false }

/** Whether it was written as `{ … }`, here or in another realm, without symbols for keys. */
const isRecord = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
  return isPlain && Object.getOwnPropertySymbols(value).length === 0
}
