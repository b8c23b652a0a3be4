/**
 * A figure: what it shows in words, the drawing, and the same figures as a table below. The drawing comes for wide and
 * for narrow pages where one drawing cannot serve both.
 */
import { html, type Markup, none } from "./markup.ts"

export interface Figure {
  readonly id: string
  /** What there is to see, in a sentence. */
  readonly finding: Markup
  /** How to read it. */
  readonly reading: Markup
  readonly legend?: Markup
  /** Absent where there is nothing to draw. */
  readonly wide?: Markup
  /** For pages of a telephone's width; absent where the wide one is scrolled instead. */
  readonly narrow?: Markup
  /** The label of the frame in which a wide drawing without a narrow one is scrolled. */
  readonly scrolled?: string
  readonly summary: string
  readonly table: Markup
}

const drawing = ({ narrow, scrolled, wide }: Figure): Markup => {
  if (wide === undefined) return html`<p class="nothing">No data to draw.</p>`
  if (narrow !== undefined) return html`<div class="drawing wide">${wide}</div><div class="drawing narrow">${narrow}</div>`
  return html`<div class="drawing scrolled" role="region" tabindex="0" aria-label="${scrolled ?? "Drawing"}">${wide}</div>`
}

export const figure = (given: Figure): Markup =>
  html`<figure role="group" aria-labelledby="${given.id}-caption" id="${given.id}"><figcaption id="${given.id}-caption"><p class="finding">${given.finding}</p><p class="reading">${given.reading}</p></figcaption>${given.legend ?? none}${drawing(given)}<details class="figures"><summary>${given.summary}</summary>${given.table}</details></figure>`
