/**
 * Reads JSON values one by one, however large the document around them: with a bound on the size and the depth of each.
 */
import { Tokenizer, TokenParser, TokenType } from "@streamparser/json"
import { InputError } from "../SourceRow.ts"

/** The largest value that is read, in characters of its text. */
const largest = 4 * 1024 * 1024

/** How deep values may be nested. */
const deepest = 100

/** The parts of a document to read. */
export interface JsonHandler {
  /** Selectors of the values wanted, such as `$.events.*`. */
  readonly paths: ReadonlyArray<string>
  /** Whether several documents may follow one another. */
  readonly several?: boolean
  /** `key` is the top-level key that holds the value, if any. */
  readonly value: (value: unknown, key: string | undefined) => void
  /** Called with each top-level key, before its value. */
  readonly topLevelKey?: (key: string) => void
}

/** Feeds a document to a handler; yields after each chunk, so that the caller can pass results on. */
export async function* jsonValues(chunks: AsyncIterable<string>, handler: JsonHandler): AsyncGenerator<void> {
  let line = 1
  let chunkStart = 0
  let lastOffset = 0
  let size = 0
  let depth = 0
  let topKey: string | undefined
  let expectsKey = false
  const tokenizer = new Tokenizer(handler.several === true ? { separator: "" } : {})
  const parser = new TokenParser({
    paths: [...handler.paths],
    keepStack: false,
    ...(handler.several === true ? { separator: "" } : {}),
  })
  parser.onValue = ({ value }) => {
    size = 0
    handler.value(value, topKey)
  }
  tokenizer.onToken = (token) => {
    lastOffset = token.offset
    switch (token.token) {
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET:
        depth++
        expectsKey = depth === 1 && token.token === TokenType.LEFT_BRACE
        if (depth > deepest) throw new InputError(`line ${line}: more than ${deepest} levels of nesting`)
        break
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        depth--
        break
      case TokenType.COMMA:
        expectsKey = depth === 1
        break
      case TokenType.STRING:
        if (depth === 1 && expectsKey && typeof token.value === "string") {
          topKey = token.value
          handler.topLevelKey?.(topKey)
        }
        expectsKey = false
        break
      default:
    }
    parser.write(token)
  }
  const failed = (error: unknown, chunk: string): InputError => {
    if (error instanceof InputError) return error
    const before = chunk.slice(0, Math.max(0, lastOffset - chunkStart))
    return new InputError(`line ${line + newlines(before)}: not valid JSON`)
  }
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > largest) throw new InputError(`line ${line}: a value of more than 4 MiB`)
    try {
      tokenizer.write(chunk)
    } catch (error) {
      throw failed(error, chunk)
    }
    line += newlines(chunk)
    chunkStart += Buffer.byteLength(chunk)
    yield
  }
  try {
    if (!tokenizer.isEnded) tokenizer.end()
    if (!parser.isEnded) parser.end()
  } catch {
    throw new InputError(`line ${line}: the JSON ends too early`)
  }
  if (depth > 0) throw new InputError(`line ${line}: the JSON ends too early`)
}

const newlines = (text: string): number => {
  let count = 0
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++
  return count
}
