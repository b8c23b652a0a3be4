/**
 * Reads a mapping from the text of a file. A violation is reported in one line: the path and the accepted values; only the
 * names of keys are repeated from the file.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import { InputError } from "../SourceRow.ts"
import type { Format } from "./Format.ts"
import { Mapping } from "./Mapping.ts"

/** The keys that mean something in some formats only; all others do in each. */
const keysOfFormats: { readonly [Key in keyof Mapping]?: ReadonlyArray<Format> } = {
  encoding: ["csv", "asterisk-cdr", "freeswitch-cdr"],
  delimiter: ["csv", "asterisk-cdr", "freeswitch-cdr"],
  quote: ["csv", "asterisk-cdr", "freeswitch-cdr"],
  escape: ["csv", "asterisk-cdr", "freeswitch-cdr"],
  columns: ["csv", "asterisk-cdr", "freeswitch-cdr"],
  // In XES the end of a trace says that a case is complete, whatever the order.
  order: ["csv", "asterisk-cdr", "freeswitch-cdr", "ocel2", "cloudevents"],
  rows: ["csv"],
  activity: ["csv", "xes", "ocel2", "cloudevents"],
  activities: ["csv", "xes", "ocel2", "cloudevents"],
  otherActivities: ["csv", "xes", "ocel2", "cloudevents"],
  call: ["csv", "xes", "ocel2", "cloudevents"],
  human: ["asterisk-cdr", "freeswitch-cdr"],
  apps: ["asterisk-cdr", "freeswitch-cdr"],
  dispositions: ["asterisk-cdr", "freeswitch-cdr"],
  lifecycle: ["xes"],
}

/** Reads the text of a mapping file; throws an `InputError` of one line. */
export const readMapping = (text: string): Mapping => decodeMapping(parse(text))

/** Checks a parsed mapping; throws an `InputError` of one line. */
export const decodeMapping = (input: unknown): Mapping => {
  const decoded = decode(input)
  if (Result.isSuccess(decoded)) return decoded.success
  const violation = describe(decoded.failure.issue).issues[0]
  const path = violation?.path?.map(nameOf).join(".") ?? ""
  throw new InputError(`mapping${path === "" ? "" : `, ${path}`}: ${violation?.message ?? "not a mapping"}`)
}

/** Refuses a mapping that speaks of another format; throws an `InputError` of one line. */
export const checkFormat = (format: Format, mapping: Mapping): void => {
  if (mapping.format !== undefined && mapping.format !== format) {
    throw new InputError(`mapping, format: it is written for ${mapping.format}, and the input is read as ${format}`)
  }
  for (const [key, formats] of Object.entries(keysOfFormats)) {
    if (Object.hasOwn(mapping, key) && !formats.includes(format)) {
      throw new InputError(`mapping, ${key}: means nothing for ${format}; it is for ${formats.join(", ")}`)
    }
  }
  for (const key of ["case", "person"] as const) {
    const value = mapping[key]
    if (format !== "ocel2" && typeof value === "object" && "objectType" in value) {
      throw new InputError(`mapping, ${key}: an object type is for ocel2; name a field`)
    }
  }
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""))
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : "")?.[1]
    const line = position === undefined ? "" : `, line ${text.slice(0, Number(position)).split("\n").length}`
    throw new InputError(`mapping${line}: not valid JSON`)
  }
}

const decode = Schema.decodeUnknownResult(Mapping, { onExcessProperty: "error" })

const nameOf = (key: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof key === "object" ? key.key : key)
    .replace(/\p{Cc}/gu, " ")
    .slice(0, 80)

const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  ast._tag === "Objects" ? ast.propertySignatures.map((property) => String(property.name)) : []

const describe = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    switch (issue._tag) {
      case "UnexpectedKey": {
        const keys = keysOf(issue.ast)
        return `an unknown key${keys.length === 0 ? "" : `; accepted: ${keys.join(", ")}`}`
      }
      case "MissingKey":
        return "must be given"
      default:
        return SchemaIssue.defaultLeafHook(issue)
    }
  },
})
