/**
 * CSV of any kind: one row for each event, each call or each leg of a call, as the mapping says.
 */
import type { Mapping } from "../mapping/Mapping.ts"
import { InputError, type SourceItem } from "../SourceRow.ts"
import { Batches } from "./Batches.ts"
import type { Context } from "./Context.ts"
import { type Columns, csvRecords } from "./Csv.ts"
import { rowReader } from "./RowReader.ts"

/** Reads CSV. */
export async function* readCsv(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const { input, mapping, quality, zone } = context
  const rows = rowReader(mapping, {}, zone, quality)
  const batches = new Batches()
  for await (const records of csvRecords(input, mapping, columnsOf(mapping), () => rows.fields)) {
    for (const record of records) {
      if ("_tag" in record) quality.records++
      batches.add("_tag" in record ? record : rows.read(record))
    }
    yield* batches.take()
  }
  yield* batches.take(true)
}

const columnsOf = ({ columns = "header" }: Mapping): Columns => {
  if (columns === "header") return columns
  if (typeof columns !== "string") return [columns]
  throw new InputError(`mapping, columns: ${columns} is the order of a call record; for csv say "header" or list them`)
}
