/**
 * The options of the command line, read and checked. What cannot be used is an `InputError` of one line that says what
 * would be accepted.
 */
import { homedir } from "node:os"
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { type Definition, Definition as Definitions } from "@tacet/core/statistics"
import { type Format, formats, InputError } from "@tacet/interchange"
import { DateTime, IANAZone } from "luxon"

/** Where events are kept: in memory for the run, in a file, in a database, or in a server that the run brings along. */
export type Store =
  | { readonly _tag: "memory" }
  | { readonly _tag: "file"; readonly file: string; readonly keyFile: string }
  | { readonly _tag: "database"; readonly url: string; readonly keyFile: string }
  | { readonly _tag: "embedded"; readonly directory: string | undefined; readonly keyFile: string }

/** Where to read from or write to: a path, or the process's own stream. */
export type Place = { readonly _tag: "file"; readonly path: string } | { readonly _tag: "standard" }

export interface Settings {
  readonly input: Place
  readonly format: Format
  readonly mapping: string | undefined
  readonly customer: string
  readonly timeZone: string | undefined
  /** As it was written: without an offset it is a moment in the time zone of the report. */
  readonly asOf: string | undefined
  /**
   * The changes that the options make to the standard definition; the time zone is left to the mapping where none is
   * named.
   */
  readonly definition: Partial<Definition.Definition>
  readonly json: Place | undefined
  readonly html: string | undefined
  readonly rejects: string | undefined
  readonly strict: boolean
  readonly store: Store
}

const text = { type: "string" } as const
const options = {
  input: text,
  format: text,
  mapping: text,
  customer: text,
  "time-zone": text,
  window: text,
  "as-of": text,
  "min-talk-seconds": text,
  "unknown-human": text,
  json: text,
  html: text,
  rejects: text,
  collapse: text,
  "max-steps": text,
  store: text,
  "key-file": text,
  strict: { type: "boolean" },
  help: { type: "boolean" },
} as const

/** The settings, or `help` where that is asked for. Relative paths start from `folder`. */
export const readSettings = (args: ReadonlyArray<string>, folder: string): Settings | "help" => {
  const given = parsed(args)
  if (given.help === true) return "help"
  const input = place(required("--input", "a file, or - for standard input", given.input), folder)
  const json = given.json === undefined ? undefined : place(nonEmpty("--json", given.json), folder)
  const file = (name: "mapping" | "html" | "rejects"): string | undefined => {
    const path = given[name]
    return path === undefined ? undefined : resolve(folder, nonEmpty(`--${name}`, path))
  }
  const settings: Settings = {
    input,
    format: oneOf("--format", formats, required("--format", `one of ${formats.join(", ")}`, given.format)),
    mapping: file("mapping"),
    customer: given.customer === undefined ? "example" : customerName(given.customer),
    timeZone: given["time-zone"] === undefined ? undefined : zone(given["time-zone"]),
    asOf: given["as-of"],
    definition: definitionOf(given),
    json,
    html: file("html"),
    rejects: file("rejects"),
    strict: given.strict ?? false,
    store: storeOf(given, folder),
  }
  refuseOverwriting(settings)
  return settings
}

/** The moment of `--as-of`, in epoch milliseconds. */
export const momentOf = (asOf: string, timeZone: string): number => {
  const moment = DateTime.fromISO(asOf, { zone: timeZone })
  if (!moment.isValid) throw new InputError("--as-of: must be an ISO 8601 date or time, such as 2026-03-01T12:00:00Z")
  return moment.toMillis()
}

const parsed = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    const [message = ""] = (error instanceof Error ? error.message : "").split(/\. |\n/)
    throw new InputError(`${message || "the options cannot be read"}; --help lists the options`)
  }
}

const required = (option: string, accepted: string, value: string | undefined): string => {
  if (value === undefined || value === "") throw new InputError(`${option}: must be given: ${accepted}`)
  return value
}

const nonEmpty = (option: string, value: string): string => required(option, "a file", value)

const place = (value: string, folder: string): Place =>
  value === "-" ? { _tag: "standard" } : { _tag: "file", path: resolve(folder, value) }

const oneOf = <const Accepted extends string>(
  option: string,
  accepted: ReadonlyArray<Accepted>,
  value: string,
): Accepted => {
  const found = accepted.find((one) => one === value)
  if (found === undefined) throw new InputError(`${option}: must be one of ${accepted.join(", ")}`)
  return found
}

/** A name and nothing more: it is echoed in every report. */
const customerName = (value: string): string => {
  if (value.trim() === "" || value.length > 100 || /\p{Cc}/u.test(value)) {
    throw new InputError("--customer: must be a UUID or a name of 1 to 100 characters")
  }
  return value
}

const zone = (value: string): string => {
  if (!IANAZone.isValidZone(value)) throw new InputError("--time-zone: must be an IANA zone, such as Europe/Paris")
  return value
}

const definitionOf = (given: ReturnType<typeof parsed>): Partial<Definition.Definition> => {
  const collapse = given.collapse
  const maxSteps = given["max-steps"]
  const minTalk = given["min-talk-seconds"]
  const unknown = given["unknown-human"]
  const { window } = given
  return {
    ...(window === undefined ? {} : { window: oneOf("--window", Definitions.windows, window) }),
    ...(minTalk === undefined ? {} : { minTalkSeconds: seconds(minTalk) }),
    ...(unknown === undefined
      ? {}
      : { unknownHuman: oneOf("--unknown-human", ["effective", "not-effective"], unknown) }),
    ...(collapse === undefined ? {} : { collapse: oneOf("--collapse", ["on", "off"], collapse) === "on" }),
    ...(maxSteps === undefined ? {} : { maxSteps: maxSteps === "none" ? null : wholeSteps(maxSteps) }),
  }
}

const storeOf = (given: ReturnType<typeof parsed>, folder: string): Store => {
  const { "key-file": named, store } = given
  const keyFile =
    named === undefined
      ? join(homedir(), ".tacet", "deflection-report.key")
      : resolve(folder, nonEmpty("--key-file", named))
  if (store === undefined) {
    if (named !== undefined) throw new InputError("--key-file: means something with --store only")
    return { _tag: "memory" }
  }
  if (store === "embedded") return { _tag: "embedded", directory: undefined, keyFile }
  const directory = /^embedded:(.+)$/s.exec(store)?.[1]
  if (directory !== undefined) return { _tag: "embedded", directory: resolve(folder, directory), keyFile }
  const file = /^sqlite:(.+)$/s.exec(store)?.[1]
  if (file !== undefined) return { _tag: "file", file: resolve(folder, file), keyFile }
  if (/^postgres(ql)?:\/\//.test(store) && URL.canParse(store)) return { _tag: "database", url: store, keyFile }
  throw new InputError(
    "--store: must be sqlite:FILE, a URL such as postgresql://user@host/database, embedded, or embedded:FOLDER",
  )
}

const seconds = (value: string): number => {
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(value))
    throw new InputError("--min-talk-seconds: must be a number of seconds, 0 or more")
  return Number(value)
}

const wholeSteps = (value: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InputError("--max-steps: must be a whole number of 1 or more, or none")
  return Number(value)
}

/** No output may overwrite an input or another output. */
const refuseOverwriting = ({ html, input, json, mapping, rejects }: Settings): void => {
  const read = [input._tag === "file" ? input.path : undefined, mapping]
  const written = [json?._tag === "file" ? json.path : undefined, html, rejects].filter((path) => path !== undefined)
  if (new Set(written).size < written.length || written.some((path) => read.includes(path))) {
    throw new InputError("each of --input, --mapping, --json, --html and --rejects must be another file")
  }
}
