/**
 * Names as they may be shown. A name comes from the source unchecked; it may contain characters that are invalid in a
 * document, and characters that reverse the surrounding text (a name must not be able to imitate another, nor reverse
 * the figure beside it). Each is shown as U+FFFD rather than dropped, so that different names look different.
 */

// Controls and noncharacters; embeddings, overrides and isolates. The plain direction marks (LRM, RLM, ALM) stay: right
// to left names need them, and they turn nothing beyond themselves.
const unfit = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]|\p{Cs}/gu

/** The text with every sign replaced that could not, or should not, be shown. Line breaks and tabs become spaces. */
export const visible = (text: string): string => text.replace(/[\t\n\r]/g, " ").replace(unfit, "\ufffd")

const segments = new Intl.Segmenter("en", { granularity: "grapheme" })

/** The text cut to so many characters as a reader counts them, with an ellipsis where something is missing. */
export const shortened = (text: string, length: number): string => {
  const characters = Array.from(segments.segment(visible(text)), ({ segment }) => segment)
  return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`
}
