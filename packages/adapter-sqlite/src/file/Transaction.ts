/**
 * What runs within one transaction: statements, prepared once for each connection.
 */
import { type Connection, type Prepared, type Row, type Value } from "./Driver.ts"
import { LocalFault } from "./FileError.ts"

/** What a statement is given. */
export type Parameter = Value | undefined | boolean

/** The statements of one transaction. */
export interface Transaction {
  readonly all: (sql: string, ...parameters: ReadonlyArray<Parameter>) => ReadonlyArray<Row>
  /** The first row. */
  readonly one: (sql: string, ...parameters: ReadonlyArray<Parameter>) => Row | undefined
  /** Answers how many rows have changed. */
  readonly run: (sql: string, ...parameters: ReadonlyArray<Parameter>) => number
  /** Notes that the transaction removes what must be in no file afterwards. */
  readonly removes: () => void
}

/** Statements over a connection; `removes` is called once for each transaction that removes. */
export const over = (connection: Connection): Omit<Transaction, "removes"> => {
  const known = new Map<string, Prepared>()
  const prepared = (sql: string): Prepared => {
    const statement = known.get(sql) ?? connection.prepare(sql)
    known.set(sql, statement)
    return statement
  }
  const all: Transaction["all"] = (sql, ...parameters) => prepared(sql).all(...parameters.map(bound)) as Array<Row>
  return {
    all,
    one: (sql, ...parameters) => all(sql, ...parameters)[0],
    run: (sql, ...parameters) => Number(prepared(sql).run(...parameters.map(bound)).changes),
  }
}

/** SQLite ends a text at a zero, and UTF-8 keeps no half of a pair: neither is silently changed. */
const bound = (parameter: Parameter): Value => {
  if (typeof parameter === "string" && /\0|\p{Surrogate}/u.test(parameter)) {
    throw new LocalFault("a character that the file cannot keep")
  }
  if (typeof parameter === "number" && Number.isNaN(parameter))
    throw new LocalFault("a number that the file cannot keep")
  return typeof parameter === "boolean" ? Number(parameter) : (parameter ?? null)
}

/** A list of texts as a parameter: any text, whatever its characters. */
export const texts = (values: Iterable<string>): string => JSON.stringify(Array.from(values))

/** The list of such a column. */
export const textsOf = (column: Value | undefined): ReadonlyArray<string> =>
  JSON.parse(column as string) as Array<string>

/** The bytes of a column, as an array of their own. */
export const bytesOf = (column: Value | undefined): Uint8Array => Uint8Array.from(column as Uint8Array)

/** What a column holds, or nothing. */
export const optional = (column: Value | undefined): Exclude<Value, null> | undefined => column ?? undefined
