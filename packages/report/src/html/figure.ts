/**
 * A figure: its finding in words, the drawing, and the same figures as a table below. There are two drawings, for wide
 * and for narrow pages, where one cannot serve both.
 */
import { markup, type Markup, none } from "./markup.ts"

export interface Figure {
  readonly id: string
  /** What there is to see, in a sentence. */
  readonly finding: Markup
  /** How to read it. */
  readonly reading: Markup
  readonly legend?: Markup
  /** Absent where there is nothing to draw; the finding then says so and is shown without a chart. */
  readonly wide?: Markup
  /** For pages of a telephone's width; absent where the wide one is scrolled instead. */
  readonly narrow?: Markup
  /** The label of the frame in which a wide drawing without a narrow one is scrolled. */
  readonly scrolled?: string
  readonly summary: string
  readonly table: Markup
}

const drawing = ({ narrow, scrolled }: Figure, wide: Markup): Markup =>
  narrow === undefined
    ? markup`<div class="drawing scrolled" role="region" tabindex="0" aria-label="${scrolled ?? "Drawing"}">${wide}</div>`
    : markup`<div class="drawing wide">${wide}</div>
        <div class="drawing narrow">${narrow}</div>`

export const figure = (given: Figure): Markup => {
  const { finding, id, legend, reading, summary, table, wide } = given
  const caption = (more: Markup): Markup =>
    markup`<figcaption id="${id}-caption">
      <p class="finding">${finding}</p>
      ${more}
    </figcaption>`
  const content =
    wide === undefined
      ? caption(none)
      : markup`${caption(markup`<p class="reading">${reading}</p>`)}
          <div class="shown">${legend ?? none}${drawing(given, wide)}</div>
          <details class="figures">
            <summary>${summary}</summary>
            ${table}
          </details>`
  return markup`<figure role="group" aria-labelledby="${id}-caption" id="${id}">${content}</figure>`
}
