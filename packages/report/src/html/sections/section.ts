/**
 * A section of the page: a heading that the table of contents links to, a line with its question, and its content.
 */
import { markup, type Markup } from "../markup.ts"

export interface Section {
  readonly id: string
  readonly title: string
  /** The question that the section answers. */
  readonly lead: string
  readonly body: Markup
}

export const section = ({ body, id, lead, title }: Section): Markup =>
  markup`<section class="section" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <p class="lead">${lead}</p>
    ${body}
  </section>`
