/**
 * The names that a deployment's options give to schemas and roles.
 */
import type { Options } from "./Options.ts"

/**
 * The separate parts of the schema: each has tables, a version and a role of its own, and may have a database of its
 * own.
 */
export type Part = "log" | "vault" | "keys"

/** Names that were checked to contain only lower-case letters, digits and underscores. */
export interface Names {
  /** The schema that holds the tables of the part. */
  readonly schema: string
  /** Appends, reads and projects. */
  readonly log: string
  /** Keeps sealed values, and the records of accesses and erasures. */
  readonly vault: string
  /** Keeps the keys that wrap others. */
  readonly keys: string
  /** Looks after the database, and reads no event and nothing that is sealed. */
  readonly operator: string
}

/** The names that options give, or the reason why they may not be used. */
export const namesOf = (
  { role, schema = "tacet" }: { readonly role?: string | null; readonly schema?: string },
  part: Part = "log",
): Names => {
  const roles = {
    log: `${schema}_log`,
    vault: `${schema}_vault`,
    keys: `${schema}_keys`,
    operator: `${schema}_operator`,
    ...(typeof role === "string" ? { [part]: role } : {}),
  }
  return {
    schema: identifier(part === "log" ? schema : `${schema}_${part}`),
    log: identifier(roles.log),
    vault: identifier(roles.vault),
    keys: identifier(roles.keys),
    operator: identifier(roles.operator),
  }
}

/** The options with the role as which connections to a part work. */
export const workingOn = (part: Part, options: Options): Options => ({
  ...options,
  role: options.role === undefined ? namesOf(options, part)[part] : options.role,
})

/** The options with the role that keeps and reads records in the log's database. It is the vault's. */
export const recording = (options: Options): Options => ({
  ...options,
  role: options.role === null ? null : namesOf(options.schema === undefined ? {} : { schema: options.schema }).vault,
})

const identifier = (name: string): string => {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(name)) return name
  throw new Error("a schema or role is named by at most 63 lower-case letters, digits and underscores")
}
