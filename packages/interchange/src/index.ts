/**
 * Call records and event logs into Tacet: a format reads a file as rows of facts, a mapping says which field means what,
 * and the importer records the rows through the domain and counts what became of each.
 */
export * as Declarations from "./import/Declarations.ts"
export * as Importer from "./import/Importer.ts"
export { type InputCounts, type RejectReason, type RejectSink, type RowCounts } from "./import/RowCounts.ts"
export * as TokenKey from "./import/TokenKey.ts"
export { open, type Options as OpenOptions } from "./formats/open.ts"
export { type Format, formats } from "./mapping/Format.ts"
export { type Mapping, none as noMapping } from "./mapping/Mapping.ts"
export { decodeMapping, readMapping } from "./mapping/readMapping.ts"
export {
  type ByteStream,
  type CallFact,
  type CaseComplete,
  type Fact,
  InputError,
  type Quality,
  type RejectedRow,
  type Source,
  type SourceItem,
  type SourceRow,
} from "./SourceRow.ts"
