/**
 * SHA-256 (FIPS 180-4) of a text, synchronously: a decider pins a text with it, and WebCrypto answers with promises.
 */

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by))

/** The first 32 bits of the fractional part of a root. */
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) >>> 0

const primes: ReadonlyArray<number> = Array.from({ length: 312 }, (_, n) => n).filter(
  (n) => n > 1 && !Array.from({ length: n }, (_, d) => d).some((d) => d > 1 && n % d === 0),
)
const initial: ReadonlyArray<number> = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
const constants: ReadonlyArray<number> = primes.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)))

const block = 64

/** The bytes with the padding of the standard: a one, zeros, and the length in bits. */
const padded = (bytes: Uint8Array): DataView => {
  const length = Math.ceil((bytes.length + 9) / block) * block
  const message = new Uint8Array(length)
  message.set(bytes)
  message[bytes.length] = 0x80
  const view = new DataView(message.buffer)
  view.setUint32(length - 8, Math.floor(bytes.length / 2 ** 29))
  view.setUint32(length - 4, (bytes.length << 3) >>> 0)
  return view
}

const schedule = (message: DataView, offset: number): Uint32Array => {
  const words = new Uint32Array(64)
  for (let t = 0; t < 16; t++) words[t] = message.getUint32(offset + t * 4)
  for (let t = 16; t < 64; t++) {
    const [early, late] = [words[t - 15]!, words[t - 2]!]
    const small = rotated(early, 7) ^ rotated(early, 18) ^ (early >>> 3)
    const large = rotated(late, 17) ^ rotated(late, 19) ^ (late >>> 10)
    words[t] = words[t - 16]! + small + words[t - 7]! + large
  }
  return words
}

const compressed = (hash: Uint32Array, words: Uint32Array): Uint32Array => {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number]
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const one = (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + choice + constants[t]! + words[t]!) >>> 0
    const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + majority) >>> 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + one) >>> 0, c, b, a, (one + two) >>> 0]
  }
  return Uint32Array.from([a, b, c, d, e, f, g, h], (word, index) => word + hash[index]!)
}

/** The digest of a text in UTF-8, in hexadecimal. */
export const sha256 = (text: string): string => {
  const message = padded(new TextEncoder().encode(text))
  let hash: Uint32Array = Uint32Array.from(initial)
  for (let offset = 0; offset < message.byteLength; offset += block) hash = compressed(hash, schedule(message, offset))
  return Array.from(hash, (word) => word.toString(16).padStart(8, "0")).join("")
}
