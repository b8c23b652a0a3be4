/**
 * Converts the drawing that ECharts writes on a server into one that can be embedded in the page: rebuilt element by
 * element, so that only known elements enter. Ids get a prefix of our own (ECharts counts its own up within one
 * process, so the same report would give other bytes the second time), hover styles and internal attributes are left
 * out, and a title and a description are added, which ECharts does not write on a server.
 */
import { SaxesParser } from "saxes"
import { escape, markup, type Markup, trusted } from "../markup.ts"

/** How a drawing is known to the page and to who cannot see it. */
export interface Naming {
  readonly id: string
  readonly title: string
  readonly description: string
}

const elements = new Set([
  "svg",
  "g",
  "path",
  "rect",
  "circle",
  "polyline",
  "polygon",
  "line",
  "text",
  "tspan",
  "defs",
  "pattern",
  "clipPath",
  "linearGradient",
  "stop",
])
const attributes = new Set(
  "d fill stroke opacity fill-opacity stroke-opacity stroke-width stroke-dasharray stroke-linejoin stroke-linecap stroke-miterlimit paint-order style transform x y x1 y1 x2 y2 cx cy r rx ry width height points dominant-baseline text-anchor id clip-path patternUnits patternTransform patternContentUnits offset stop-color stop-opacity dx dy".split(
    " ",
  ),
)

const ownIds = (prefix: string, name: string, value: string): string => {
  if (name === "id") return value.replace(/^zr\d+-/, `${prefix}-`)
  return value.replace(/^url\(#zr\d+-/, `url(#${prefix}-`)
}

/** The drawing with its name, as an element of the page. */
export const adopt = (drawing: string, { description, id, title }: Naming): Markup => {
  const out: Array<string> = []
  // Inside an element that is left out, everything is.
  let dropped = 0
  const parser = new SaxesParser()
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", (tag) => {
    if (dropped > 0 || !elements.has(tag.name)) {
      dropped++
      return
    }
    if (tag.name === "svg") {
      const box = escape(tag.attributes["viewBox"] ?? "")
      out.push(
        markup`<svg
          xmlns="http://www.w3.org/2000/svg"
          viewBox="${trusted(box)}"
          role="img"
          aria-labelledby="${id}-title ${id}-description"
        >
          <title id="${id}-title">${title}</title>
          <desc id="${id}-description">${description}</desc>
        `.source,
      )
      return
    }
    const kept = Object.entries(tag.attributes).filter(([name]) => attributes.has(name))
    out.push(`<${tag.name}${kept.map(([name, value]) => ` ${name}="${escape(ownIds(id, name, value))}"`).join("")}>`)
  })
  parser.on("text", (text) => {
    if (dropped === 0 && text.trim() !== "") out.push(escape(text))
  })
  parser.on("closetag", (tag) => {
    if (dropped > 0) dropped--
    else out.push(`</${tag.name}>`)
  })
  parser.write(drawing).close()
  return trusted(out.join(""))
}
