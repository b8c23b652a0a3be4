/**
 * Tables: a caption, column heads, a head for each row, numbers aligned. A wide one scrolls within its own frame, which
 * the keyboard can reach and a reader aloud can name.
 */
import { html, type Markup, none } from "./markup.ts"

export interface Column<Row> {
  readonly head: string
  /** `text` may wrap and is aligned to the left; numbers stand in line on the right. Default: number. */
  readonly kind?: "text" | "number"
  readonly cell: (row: Row, index: number) => Markup
  /** A part of 1, drawn as a bar along the cell's foot. */
  readonly bar?: (row: Row) => number | null
}

export interface Table<Row> {
  readonly id: string
  readonly caption: string
  /** Where a heading above says the same, the caption is for readers aloud only. */
  readonly headed?: boolean
  /** Below the caption: what has to be known to read it. */
  readonly note?: Markup
  /** The first is the head of its row. */
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  /** Said instead of rows where there are none. */
  readonly empty?: string
  /** A last row that adds up the others, cell by cell after the head. */
  readonly total?: { readonly head: string; readonly cells: ReadonlyArray<Markup> }
  /** `compact` where all columns fit a telephone. */
  readonly width?: "wide" | "compact"
}

const barStyle = (part: number | null | undefined): Markup =>
  typeof part === "number" ? html` style="--bar:${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%"` : none

const cellOf = <Row>(column: Column<Row>, row: Row, index: number, position: number): Markup => {
  const names = [column.kind === "text" ? "text" : "number", ...(column.bar === undefined ? [] : ["bar"])].join(" ")
  const style = barStyle(column.bar?.(row))
  return position === 0
    ? html`<th scope="row" class="${names}"${style}>${column.cell(row, index)}</th>`
    : html`<td class="${names}"${style}>${column.cell(row, index)}</td>`
}

export const table = <Row>(given: Table<Row>): Markup => {
  const { caption, columns, id, note, rows, total } = given
  const heads = columns.map(
    (column) => html`<th scope="col" class="${column.kind === "text" ? "text" : "number"}">${column.head}</th>`,
  )
  const lines = rows.map(
    (row, index) => html`<tr>${columns.map((column, position) => cellOf(column, row, index, position))}</tr>`,
  )
  const body =
    rows.length > 0
      ? html`<tbody>${lines}</tbody>`
      : html`<tbody><tr class="empty"><td colspan="${columns.length}">${given.empty ?? "No data."}</td></tr></tbody>`
  const foot =
    total === undefined
      ? none
      : html`<tfoot><tr><th scope="row" class="text">${total.head}</th>${total.cells.map((cell) => html`<td class="number">${cell}</td>`)}</tr></tfoot>`
  return html`<div class="scroll ${given.width ?? "wide"}" role="region" tabindex="0" aria-labelledby="${id}-caption"><table id="${id}"><caption><span class="${given.headed === true ? "caption aloud" : "caption"}" id="${id}-caption">${caption}</span>${note === undefined ? none : html`<span class="note">${note}</span>`}</caption><thead><tr>${heads}</tr></thead>${body}${foot}</table></div>`
}
