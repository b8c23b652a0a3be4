/**
 * Reads a file of JSON records: one on each line, or one array of them, or one or more written over several lines. Its
 * first characters show which. In JSON lines, an unreadable line is rejected and reading continues with the next; in a
 * document a syntax error ends the reading, because the records after it cannot be separated.
 */
import { InputError, type RejectedRow } from "../SourceRow.ts"
import { formatViolation, rejected } from "./Violation.ts"
import { foreignKind, type Input } from "./Input.ts"
import { jsonValues } from "./Json.ts"
import { lines } from "./Lines.ts"
import type { SourceRecord } from "./Record.ts"
import { text } from "./Text.ts"

/** A JSON object, with its line or ordinal. */
export interface JsonRecord {
  readonly _tag: "json"
  readonly line: number
  readonly value: object
}

/** Reads a file of JSON records. An empty file has none. */
export async function* jsonRecords(input: Input): AsyncGenerator<JsonRecord | RejectedRow> {
  const kind = foreignKind(input.head)
  if (kind !== undefined && kind !== "JSON") throw new InputError(`the input is ${kind}, not JSON`)
  const { chunks, shape } = await shapeOf(text(input))
  switch (shape) {
    case "empty":
      return
    case "lines":
      yield* onLines(chunks)
      return
    case "array":
    case "documents":
      yield* inDocument(chunks, shape)
  }
}

/**
 * The text of a field by its path, such as `data.step` or `callflow.0.times.created_time`; numbers and booleans are
 * converted to text, and anything else has no value.
 */
export const fieldOf = (value: unknown, path: string): string | undefined => {
  let at: unknown = value
  for (const key of keysOf(path)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[key]
  }
  if (typeof at === "string") return at
  return typeof at === "number" || typeof at === "boolean" ? String(at) : undefined
}

/** The keys of a path; a mapping names few. */
const keysOf = (path: string): ReadonlyArray<string> => {
  const known = paths.get(path)
  if (known !== undefined) return known
  const keys = path.split(".")
  paths.set(path, keys)
  return keys
}
const paths = new Map<string, ReadonlyArray<string>>()

/** A record whose fields are paths into a JSON object. */
export const recordOf = ({ line, value }: JsonRecord): SourceRecord => ({
  line,
  get: (path) => fieldOf(value, path),
})

async function* onLines(chunks: AsyncIterable<string>): AsyncGenerator<JsonRecord | RejectedRow> {
  for await (const { content, line } of lines(chunks)) {
    if (content === undefined) {
      yield rejected(line, formatViolation("record", "a line of at most 4 MiB"))
      continue
    }
    if (content.trim() === "") continue
    const value = parsed(content)
    yield isObject(value) ? { _tag: "json", line, value } : rejected(line, formatViolation("record", "a JSON object"))
  }
}

async function* inDocument(
  chunks: AsyncIterable<string>,
  shape: "array" | "documents",
): AsyncGenerator<JsonRecord | RejectedRow> {
  const found: Array<unknown> = []
  let line = 0
  const values = jsonValues(chunks, {
    paths: [shape === "array" ? "$.*" : "$"],
    several: shape === "documents",
    value: (value) => void found.push(value),
  })
  for await (const _ of values) {
    for (const value of found.splice(0)) {
      line++
      yield isObject(value) ? { _tag: "json", line, value } : rejected(line, formatViolation("record", "a JSON object"))
    }
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parsed = (content: string): unknown => {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

/** The most characters that are examined to detect the layout of the records. */
const longestStart = 4 * 1024 * 1024

/** How a file is written, with its text from the beginning. */
const shapeOf = async (
  chunks: AsyncGenerator<string>,
): Promise<{
  readonly shape: "empty" | "lines" | "array" | "documents"
  readonly chunks: AsyncIterable<string>
}> => {
  let start = ""
  let ended = false
  let shape: "lines" | "array" | "documents" | undefined
  while (shape === undefined && !ended) {
    const next = await chunks.next()
    ended = next.done === true
    start += next.value ?? ""
    shape = shapeShown(start, ended || start.length > longestStart)
  }
  return {
    shape: start.trim() === "" ? "empty" : (shape ?? "documents"),
    chunks: (async function* () {
      try {
        yield start
        yield* chunks
      } finally {
        await chunks.return(undefined)
      }
    })(),
  }
}

/** The end of an object with the beginning of another behind it. */
const follows = /\}[ \t\r]*\{/

/** The layout that the start of a file shows; `undefined` where more of it is needed. */
const shapeShown = (start: string, isAll: boolean): "lines" | "array" | "documents" | undefined => {
  const shown = start.trimStart()
  if (shown === "") return undefined
  if (shown.startsWith("[")) return "array"
  if (!shown.startsWith("{")) throw new InputError("the input is not JSON: an object or an array was expected")
  const end = shown.indexOf("\n")
  // One record behind the other without a line feed, as some collectors write them, is no line of its own.
  if (end === -1) return isAll ? (follows.test(shown) && !isObject(parsed(shown)) ? "documents" : "lines") : undefined
  if (isObject(parsed(shown.slice(0, end)))) return "lines"
  if (follows.test(shown.slice(0, end))) return "documents"
  const second = shown.slice(end).trimStart()
  if (second === "") return isAll ? "lines" : undefined
  // The second line of an object written over several begins with a key or a brace that closes.
  return second.startsWith("{") ? "lines" : "documents"
}
