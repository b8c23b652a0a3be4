/**
 * FreeSWITCH call detail records: JSON (one record a file, a line or an element of an array) or, where the mapping
 * declares columns, CSV. One record is one leg; a record that was sent again has the same id.
 */
import type { SourceItem } from "../SourceRow.ts"
import type { Context } from "./Context.ts"
import { readFreeswitchCsv } from "./readFreeswitchCsv.ts"
import { readFreeswitchJson } from "./readFreeswitchJson.ts"

/** Reads FreeSWITCH call detail records. */
export const readFreeswitchCdr = (context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> =>
  context.mapping.columns === undefined ? readFreeswitchJson(context) : readFreeswitchCsv(context)
