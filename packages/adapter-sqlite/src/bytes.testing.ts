/**
 * The bytes of a file and of those beside it, as somebody with the disk reads them.
 */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/**
 * All bytes, each as one character. Another process reads them: closing a file drops every lock that this process has on
 * it, those of SQLite included.
 */
export const bytesIn = (file: string): string => {
  const files = ["", "-wal", "-shm", "-journal"].map((suffix) => file + suffix).filter((path) => existsSync(path))
  const { status, stdout } = spawnSync("cat", files, { encoding: "latin1", maxBuffer: 2 ** 30 })
  if (status !== 0) throw new Error("cannot read the files")
  return stdout
}

/** Those of some texts that are in the bytes. */
export const found = (texts: ReadonlyArray<string>, bytes: string): ReadonlyArray<string> =>
  texts.filter((text) => bytes.includes(text))

/** Bytes that spell a text. */
export const spelling = (text: string): Uint8Array => new TextEncoder().encode(text)
