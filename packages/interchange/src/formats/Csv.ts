/**
 * Cuts a CSV file into records. The columns are those of the header line or those that the mapping declares, never
 * guessed. A row that does not fit them is rejected and the rest is read; of the others only the fields asked for are
 * ever looked at.
 */
import { finished } from "node:stream/promises"
import { parse } from "csv-parse"
import type { Mapping } from "../mapping/Mapping.ts"
import { InputError, type RejectedRow } from "../SourceRow.ts"
import { formatViolation, rejected } from "./Violation.ts"
import { foreignKind, type Input } from "./Input.ts"
import type { SourceRecord } from "./Record.ts"

/** The longest row, in characters: a longer one is a quotation mark that was never closed. */
const longestRow = 4 * 1024 * 1024

/** The columns of a file: from its first line, or declared, in one order for each number of columns. */
export type Columns = "header" | ReadonlyArray<ReadonlyArray<string>>

/** The result of reading a row. */
export type CsvRecord = SourceRecord | RejectedRow

/**
 * Reads a file, some records at a time. `needed` is asked for the fields to be found once the columns are known.
 */
export async function* csvRecords(
  input: Input,
  mapping: Mapping,
  columns: Columns,
  needed: (columns: ReadonlyArray<string>) => ReadonlySet<string>,
): AsyncGenerator<ReadonlyArray<CsvRecord>> {
  const kind = foreignKind(input.head)
  if (kind !== undefined) throw new InputError(`the input is ${kind}, not CSV`)
  let layout: Layout | undefined
  let misfits = 0
  const recordOf = ({ endsOn, fields }: Row): CsvRecord | undefined => {
    if (fields === undefined) {
      return rejected(
        endsOn,
        formatViolation("row", "a closing quotation mark: nothing from here to the end could be read"),
      )
    }
    if (layout === undefined) {
      const names = columns === "header" ? fields.map((name) => name.trim()) : ofWidth(columns, fields.length)
      if (names !== undefined) layout = layoutOf(names, needed(names))
      if (columns === "header") return undefined
    }
    if (layout !== undefined && fields.length === layout.width) return record(layout, fields, endsOn)
    if (layout === undefined && ++misfits === misfitsAllowed) throw misfit(columns)
    return rejected(endsOn, formatViolation("row", `a row of ${layout?.width ?? widths(columns)} columns`))
  }
  for await (const some of rows(input, mapping)) yield some.map(recordOf).filter((one) => one !== undefined)
  if (layout !== undefined) return
  if (columns === "header") throw new InputError("the input is empty: a header line was expected")
  if (misfits > 0) throw misfit(columns)
}

/** After so many rows of which none has the declared number of columns, the file is another than was declared. */
const misfitsAllowed = 100

const ofWidth = (columns: ReadonlyArray<ReadonlyArray<string>>, width: number): ReadonlyArray<string> | undefined =>
  columns.find((names) => names.length === width)

const misfit = (columns: Columns): InputError =>
  new InputError(`no row has ${widths(columns)} columns, which the mapping declares`)

const widths = (columns: Columns): string =>
  columns === "header" ? "" : columns.map((names) => names.length).join(" or ")

/** The positions of the needed fields. */
interface Layout {
  readonly width: number
  readonly positions: ReadonlyMap<string, number>
}

const layoutOf = (columns: ReadonlyArray<string>, needed: ReadonlySet<string>): Layout => {
  const positions = new Map<string, number>()
  for (const field of needed) {
    const position = columns.indexOf(field)
    if (position === -1)
      throw new InputError(`the input has no column ${JSON.stringify(field)}, which the mapping names`)
    if (columns.includes(field, position + 1)) {
      throw new InputError(
        `the input has two columns ${JSON.stringify(field)}: which one the mapping means is not clear`,
      )
    }
    positions.set(field, position)
  }
  return { width: columns.length, positions }
}

const record = ({ positions }: Layout, fields: ReadonlyArray<string>, line: number): SourceRecord => ({
  line,
  get: (field) => {
    const position = positions.get(field)
    return position === undefined ? undefined : fields[position]
  },
})

/** The fields of a row; absent where a quotation mark is open to the end of the file. */
interface Row {
  readonly fields?: ReadonlyArray<string>
  readonly endsOn: number
}

interface Parsed {
  readonly record: ReadonlyArray<string>
  readonly info: { readonly lines: number }
}

async function* rows(input: Input, mapping: Mapping): AsyncGenerator<ReadonlyArray<Row>> {
  const { delimiter = ",", encoding = "utf-8", quote = '"' } = mapping
  let found: Array<Row> = []
  let failure: unknown
  let unclosed = false
  const parser = parse({
    bom: true,
    delimiter,
    quote: quote === "none" ? null : quote,
    escape: mapping.escape ?? (quote === "none" ? null : quote),
    info: true,
    max_record_size: longestRow,
    // The only remaining violation is a row without an end. An error would drop the rows that wait to be read.
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error?.code !== "CSV_QUOTE_NOT_CLOSED") {
        throw new InputError(
          `line ${parser.info.lines}: a row of more than 4 MiB: a quotation mark is probably not closed`,
        )
      }
      unclosed = true
      return undefined
    },
    // Counted and rejected here, where a row that does not fit costs that row alone.
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })
  const bytes = encoding === "utf-8" ? input.bytes : decoded(input.bytes, encoding)
  parser.on("data", ({ info, record: fields }: Parsed) => found.push({ fields, endsOn: info.lines }))
  parser.on("error", (error) => (failure = error))
  const take = (): ReadonlyArray<Row> => {
    if (failure !== undefined) throw failure
    const taken = found
    found = []
    return taken
  }
  for await (const chunk of bytes) {
    await new Promise<unknown>((resolve) => parser.write(chunk, resolve))
    yield take()
  }
  parser.end()
  if (failure === undefined) await finished(parser)
  yield take()
  if (unclosed) yield [{ endsOn: parser.info.lines }]
}

async function* decoded(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding)
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}
