/**
 * Reads XML element by element: what opens and what closes, with the line; nothing is kept. Entities of a document type
 * are not expanded, so that a small file cannot become a large one.
 */
import { SaxesParser } from "saxes"
import { InputError } from "../SourceRow.ts"
import { foreignKind, type Input } from "./Input.ts"
import { text } from "./Text.ts"

/** The longest text allowed between two elements, in characters. */
const longestStretch = 4 * 1024 * 1024

/** Receives the elements of a file. */
export interface ElementHandler {
  /** `name` is without its prefix; `depth` is 1 for the root. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>, depth: number) => void
  readonly close: (name: string, depth: number) => void
  /** The text of an element, in one piece or several. */
  readonly text?: (content: string) => void
}

/** Feeds a file to a handler; yields after each chunk, so that the caller can pass results on. */
export async function* xmlElements(input: Input, root: string, handler: ElementHandler): AsyncGenerator<void> {
  const kind = foreignKind(input.head)
  if (kind !== undefined && kind !== "XML") throw new InputError(`the input is ${kind}, not XML`)
  if (!beginsLikeXml(input.head)) throw new InputError("the input is not XML: an element was expected")
  const parser = new SaxesParser({ xmlns: false, position: true })
  let depth = 0
  let stretch = 0
  parser.on("error", () => {
    throw new InputError(`line ${parser.line}: not well-formed XML`)
  })
  parser.on("opentag", ({ attributes, name }) => {
    stretch = 0
    depth++
    const local = localName(name)
    if (depth === 1 && local !== root) {
      throw new InputError(`the XML has another root element than ${root}: it is of another format`)
    }
    handler.open(local, attributes, depth)
  })
  parser.on("closetag", ({ name }) => {
    stretch = 0
    handler.close(localName(name), depth)
    depth--
  })
  const onText = handler.text
  if (onText !== undefined) parser.on("text", onText)
  for await (const chunk of text(input)) {
    stretch += chunk.length
    if (stretch > longestStretch) throw new InputError(`line ${parser.line}: more than 4 MiB without an element`)
    parser.write(chunk)
    yield
  }
  parser.close()
}

/** Whether the first sign is that of an element, behind any byte order mark, in one byte a sign or two. */
const beginsLikeXml = (head: Buffer): boolean =>
  /^(\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)?[\s\0]*<|^\s*$/.test(head.toString("latin1"))

const localName = (name: string): string => name.slice(name.indexOf(":") + 1)
