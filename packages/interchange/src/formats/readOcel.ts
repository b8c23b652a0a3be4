/**
 * OCEL 2.0, in JSON or in XML: which it is shows in its first character. OCEL 1.0 and the SQLite encoding are refused.
 */
import { InputError, type SourceItem } from "../SourceRow.ts"
import type { Context } from "./Context.ts"
import { foreignKind } from "./Input.ts"
import { readOcelJson } from "./readOcelJson.ts"
import { readOcelXml } from "./readOcelXml.ts"

/** Reads OCEL 2.0. */
export async function* readOcel(context: Context): AsyncGenerator<ReadonlyArray<SourceItem>> {
  const kind = foreignKind(context.input.head)
  if (kind === "an SQLite database") {
    throw new InputError("the input is an SQLite database: export the log as OCEL 2.0 in JSON or XML")
  }
  yield* kind === "XML" ? readOcelXml(context) : readOcelJson(context)
}
