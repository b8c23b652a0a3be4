/**
 * The parameters of a statement or a function as one table of names and SQL types: their numbers, the signature of a
 * function and the values to send all follow from it.
 */
import { list } from "../server/types.ts"

/** How a value of each SQL type becomes a parameter. */
const encoders = {
  uuid: (value: string): unknown => value,
  text: (value: string): unknown => value,
  // As text: the server reads it as whatever whole number the statement wants.
  int: (value: number): unknown => String(value),
  bigint: (value: number): unknown => String(value),
  "uuid[]": (values: ReadonlyArray<string>): unknown => list.uuid(values),
  "text[]": (values: ReadonlyArray<string>): unknown => list.text(values),
  "int[]": (values: ReadonlyArray<number>): unknown => list.int4(values),
  "bigint[]": (values: ReadonlyArray<number>): unknown => list.int8(values),
  "double precision[]": (values: ReadonlyArray<number>): unknown => list.float8(values),
}

type SqlType = keyof typeof encoders

/** Names with their SQL types, in the order of the parameters. */
export type Table = Readonly<Record<string, SqlType>>

/** A value for each name of a table. */
type Values<T extends Table> = { readonly [Name in keyof T]: Parameters<(typeof encoders)[T[Name]]>[0] }

/** The numbered parameters of a table. */
export interface Numbered<T extends Table> {
  /** Each parameter by name: `$4`. */
  readonly at: { readonly [Name in keyof T]: string }
  /** The same with its type: `$4::int[]`. */
  readonly as: { readonly [Name in keyof T]: string }
  /** The types, as a function declares them. */
  readonly signature: string
  /** The numbers, as a function is called with them. */
  readonly call: string
  /** The parameters to send. */
  readonly encode: (values: Values<T>) => Array<unknown>
  /** How many there are, with those before. */
  readonly count: number
}

/** Numbers the parameters of a table, behind those of another. */
export const numbered = <const T extends Table>(table: T, behind = 0): Numbered<T> => {
  const entries = Object.entries(table) as ReadonlyArray<readonly [keyof T & string, SqlType]>
  const named = (text: (type: SqlType, number: number) => string) =>
    Object.fromEntries(entries.map(([name, type], index) => [name, text(type, behind + index + 1)])) as {
      readonly [Name in keyof T]: string
    }
  const at = named((_, number) => `$${number}`)
  const columns = entries.map(([name, type]) => [name, encoders[type] as (value: unknown) => unknown] as const)
  return {
    at,
    as: named((type, number) => `$${number}::${type}`),
    signature: entries.map(([, type]) => type).join(", "),
    call: entries.map(([name]) => at[name]).join(", "),
    encode: (values) => columns.map(([name, encode]) => encode(values[name])),
    count: behind + entries.length,
  }
}
