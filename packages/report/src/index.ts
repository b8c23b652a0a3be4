/**
 * The deflection report for people and programs: as text for a terminal, as JSON with its Schema, and, from
 * `@tacet/report/html`, as one self-contained page.
 */
export { documentOf, InputFigures, renderJson, ReportDocument } from "./json.ts"
export { renderText } from "./text.ts"
