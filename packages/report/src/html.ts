/**
 * The report as a page that a person reads: one self-contained HTML file, without a script, that opens without a network.
 * The same document gives the same bytes.
 */
import type { ReportDocument } from "./json.ts"
import { page } from "./html/page.ts"

/** The page. Whatever the document's names hold, they come out as text. */
export const renderHtml = (document: ReportDocument): string => `${page(document).source}\n`

export { renderProcessingRecord } from "./html/processingRecord.ts"
