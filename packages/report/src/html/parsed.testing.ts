/**
 * A page read back by an XML parser, which refuses anything that is not well formed: the result is the page's exact
 * structure, not a guess.
 */
import { SaxesParser } from "saxes"

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Array<Element | string>
}

export const parse = (page: string): Element => {
  const root: Element = { name: "#document", attributes: {}, children: [] }
  const open = [root]
  const parser = new SaxesParser()
  parser.on("error", (error) => {
    throw error
  })
  parser.on("opentag", ({ attributes, name }) => {
    const element: Element = { name, attributes, children: [] }
    open.at(-1)?.children.push(element)
    open.push(element)
  })
  parser.on("text", (text) => {
    open.at(-1)?.children.push(text)
  })
  parser.on("closetag", () => {
    open.pop()
  })
  parser.write(page).close()
  return root
}

/** An element and all below it, in the order of the page. */
export const all = (element: Element): ReadonlyArray<Element> => [
  element,
  ...element.children.flatMap((child) => (typeof child === "string" ? [] : all(child))),
]

export const textOf = (element: Element): string =>
  element.children.map((child) => (typeof child === "string" ? child : textOf(child))).join("")

export const named = (element: Element, name: string): ReadonlyArray<Element> =>
  all(element).filter((one) => one.name === name)

export const byId = (element: Element, id: string): Element => {
  const found = all(element).filter(({ attributes }) => attributes["id"] === id)
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} elements have the id ${id}`)
  return found[0]
}

/** The figures within an element. */
export const figuresIn = (element: Element): ReadonlyArray<number> =>
  named(element, "data").map(({ attributes }) => Number(attributes["value"]))

/** The rows of a table's body; none where it only says that there are none. */
const rowsOf = (page: Element, id: string): ReadonlyArray<Element> =>
  named(byId(page, id), "tbody")
    .flatMap((body) => named(body, "tr"))
    .filter(({ attributes }) => attributes["class"] !== "empty")

/** The figures of a table's body, row by row. */
export const figuresOf = (page: Element, id: string): ReadonlyArray<ReadonlyArray<number>> =>
  rowsOf(page, id).map(figuresIn)

/** The names in the head of each row. */
export const headsOf = (page: Element, id: string): ReadonlyArray<ReadonlyArray<string>> =>
  rowsOf(page, id).map((row) => named(row, "th").flatMap((head) => named(head, "bdi").map(textOf)))
