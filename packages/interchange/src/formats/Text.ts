/**
 * Decodes bytes into text, by byte order mark, by the declaration of an XML file, else as UTF-8.
 */
import { TextDecoder } from "node:util"
import { InputError } from "../SourceRow.ts"
import type { Input } from "./Input.ts"

/** The text of an input, chunk by chunk. */
export async function* text(input: Input): AsyncGenerator<string> {
  const decoder = decoderOf(input.head)
  for await (const chunk of input.bytes) yield decoder.decode(chunk, { stream: true })
  yield decoder.decode()
}

const decoderOf = (head: Buffer): TextDecoder => {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder("utf-16le")
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder("utf-16be")
  const declared = /^[^<]{0,3}<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head.toString("latin1"))?.[1]
  // A file that declares UTF-16 in single bytes is none: it was converted and its declaration left behind.
  if (declared === undefined || /^utf-?(8|16)/i.test(declared)) return new TextDecoder("utf-8")
  try {
    return new TextDecoder(declared)
  } catch {
    throw new InputError("the XML declares an encoding that is not known; convert it to UTF-8")
  }
}
