/**
 * Markup that interpolated values cannot break.
 *
 * The template escapes all values except markup; the only other way to make markup is {@link trusted}, for text of our
 * own. The output is HTML that an XML parser reads as well, so tests can hold both to the same tree.
 */
import { visible } from "./visible.ts"

/** A piece of the page. */
export class Markup {
  readonly source: string

  constructor(source: string) {
    this.source = source
  }
}

/** The values that a template accepts. `undefined` renders as nothing. */
export type Part = string | number | Markup | ReadonlyArray<Markup> | undefined

/** The nothing. */
export const none = new Markup("")

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text for the inside of an element and of a quoted attribute alike. */
export const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (sign) => entities[sign] ?? "")

const sourceOf = (part: Part): string => {
  if (part === undefined) return ""
  if (part instanceof Markup) return part.source
  if (typeof part === "object") return part.map((one) => one.source).join("")
  return escape(String(part))
}

/** A break and the indentation after it: nothing beside a tag and between placeholders, a space within text. */
const unfolded = (piece: string): string =>
  piece
    .replace(/^\s*\n\s*$/, "")
    .replace(/>\s*\n\s*/g, ">")
    .replace(/\s*\n\s*</g, "<")
    .replace(/\s*\n\s*/g, " ")

/** The template, laid out over several lines if need be: `` markup`<p>${text}</p>` ``. */
export const markup = (pieces: TemplateStringsArray, ...parts: ReadonlyArray<Part>): Markup =>
  new Markup(pieces.map((piece, index) => unfolded(piece) + sourceOf(parts[index])).join(""))

/** Markup of our own making: a style sheet, a drawing that was rebuilt element by element. Never anything read. */
export const trusted = (source: string): Markup => new Markup(source)
