/**
 * The bytes of an input, whatever their source: decompressed if they are gzip (detected by their first bytes, not by a
 * name), and recognised if they are of a kind other than the requested format.
 */
import { Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { type ByteStream, InputError } from "../SourceRow.ts"

/** The bytes of an input. */
export interface Input {
  /** The first of them: at least one byte, unless there are none. */
  readonly head: Buffer
  /** All of them, the first included. To be read once. */
  readonly bytes: AsyncIterable<Buffer>
}

/** Opens an input. An input that cannot be read throws an `InputError`, here or while its bytes are read. */
export const openInput = async (stream: ByteStream): Promise<Input> => {
  const raw = await withHead(readable(stream))
  if (!(raw.head[0] === 0x1f && raw.head[1] === 0x8b)) return raw
  return withHead(unpacked(raw.bytes))
}

/** The kind that the first bytes show, if it is not text of the requested format. */
export const foreignKind = (head: Buffer): "an SQLite database" | "a zip archive" | "XML" | "JSON" | undefined => {
  const text = head
    .subarray(0, 64)
    .toString("latin1")
    .replace(/^\u00EF\u00BB\u00BF/, "")
    .trimStart()
  if (text.startsWith("SQLite format 3\0")) return "an SQLite database"
  if (text.startsWith("PK\u0003\u0004")) return "a zip archive"
  if (/^<(\?xml|!|[A-Za-z][\w:.-]*[\s/>])/.test(text)) return "XML"
  if (/^(\{|\[)\s*["{[\]}]/.test(text)) return "JSON"
  return undefined
}

/** Enough bytes for the longest sign that is looked for: an XML declaration. */
const headSize = 256

const withHead = async (bytes: AsyncIterator<Buffer> & AsyncIterable<Buffer>): Promise<Input> => {
  let head = Buffer.alloc(0)
  while (head.length < headSize) {
    const next = await bytes.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  return {
    head,
    bytes: (async function* () {
      try {
        if (head.length > 0) yield head
        yield* bytes
      } finally {
        await bytes.return?.()
      }
    })(),
  }
}

async function* readable(stream: ByteStream): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : asBuffer(chunk)
  } catch (error) {
    throw new InputError(`the input cannot be read (${codeOf(error)})`)
  }
}

/** The same bytes, not copied. */
const asBuffer = ({ buffer, byteLength, byteOffset }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, byteLength)

async function* unpacked(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(bytes, { objectMode: false })
  const gunzip = createGunzip()
  source.on("error", (error) => gunzip.destroy(error))
  source.pipe(gunzip)
  try {
    yield* gunzip
  } catch (error) {
    if (error instanceof InputError) throw error
    throw new InputError(`the gzip data is truncated or damaged (${codeOf(error)})`)
  } finally {
    source.destroy()
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown error"
