/**
 * Tables: a caption, column heads, a head for each row, numbers aligned. A wide one scrolls within its own frame, which
 * the keyboard can reach and a reader aloud can name.
 */
import { markup, type Markup, none } from "./markup.ts"

export interface Column<Row> {
  readonly head: string
  /** `text` may wrap and is aligned to the left; numbers are aligned to the right. Default: number. */
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
  /** Shown below the caption: an explanation for readers. */
  readonly note?: Markup
  /** The first is the head of its row. */
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  /** Said instead of rows where there are none. */
  readonly empty?: string
  /** A last row that adds up the others, cell by cell after the head. */
  readonly total?: { readonly head: string; readonly cells: ReadonlyArray<Markup> }
  /** Whether each row becomes a block of its own where the page is narrow. */
  readonly stacked?: boolean
  /** `compact` where all columns fit a telephone. */
  readonly width?: "wide" | "compact"
}

const barStyle = (part: number | null | undefined): Markup =>
  typeof part === "number" ? markup` style="--bar:${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%"` : none

/** A table that is laid out as blocks would lose its meaning in some browsers: roles keep it. */
const role = (stacked: boolean | undefined, name: string): Markup => (stacked === true ? markup` role="${name}"` : none)

const cellOf = <Row>(column: Column<Row>, row: Row, index: number, position: number, stacked?: boolean): Markup => {
  const names = [column.kind === "text" ? "text" : "number", ...(column.bar === undefined ? [] : ["bar"])].join(" ")
  const style = barStyle(column.bar?.(row))
  const head = stacked === true ? markup` data-head="${column.head}"` : none
  return position === 0
    ? markup`<th scope="row" ${role(stacked, "rowheader")} class="${names}" ${style}>${column.cell(row, index)}</th>`
    : markup`<td${role(stacked, "cell")} class="${names}"${head}${style}>${column.cell(row, index)}</td>`
}

export const table = <Row>(given: Table<Row>): Markup => {
  const { caption, columns, id, note, rows, stacked, total } = given
  const heads = columns.map(
    ({ head, kind = "number" }) =>
      markup`<th scope="col" ${role(stacked, "columnheader")} class="${kind}">${head}</th>`,
  )
  const lines = rows.map(
    (row, index) =>
      markup`<tr${role(stacked, "row")}>${columns.map((column, position) => cellOf(column, row, index, position, stacked))}</tr>`,
  )
  const body =
    rows.length > 0
      ? markup`<tbody${role(stacked, "rowgroup")}>${lines}</tbody>`
      : markup`<tbody${role(stacked, "rowgroup")}><tr class="empty"${role(stacked, "row")}><td${role(stacked, "cell")} colspan="${columns.length}">${given.empty ?? "No data."}</td></tr></tbody>`
  const foot =
    total === undefined
      ? none
      : markup`<tfoot>
          <tr>
            <th scope="row" class="text">${total.head}</th>
            ${total.cells.map((cell) => markup`<td class="number">${cell}</td>`)}
          </tr>
        </tfoot>`
  const layout = stacked === true ? markup` role="table" class="stacked"` : none
  return markup`<div class="scroll ${given.width ?? "wide"}" role="region" tabindex="0" aria-labelledby="${id}-caption"><table id="${id}"${layout}><caption><span class="${given.headed === true ? "caption aloud" : "caption"}" id="${id}-caption">${caption}</span>${note === undefined ? none : markup`<span class="note">${note}</span>`}</caption><thead${role(stacked, "rowgroup")}><tr${role(stacked, "row")}>${heads}</tr></thead>${body}${foot}</table></div>`
}
