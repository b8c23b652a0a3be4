/**
 * Runs the command line within a test, with a process of its own making.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable, Writable } from "node:stream"
import { main } from "./main.ts"

export interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs in a folder; `terminal` says whether a person is watching. */
export const running = async (
  folder: string,
  args: ReadonlyArray<string>,
  { stdin = "", terminal = false }: { readonly stdin?: string; readonly terminal?: boolean } = {},
): Promise<Run> => {
  const [stdout, stderr] = [collecting(), collecting()]
  const code = await main(args, folder, {
    stdin: Readable.from([stdin]),
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY: terminal }) as unknown as NodeJS.WriteStream,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

const collecting = () => {
  let text = ""
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk)
      done()
    },
  })
  return { stream, text: () => text }
}

/** A new folder with these files in it. */
export const aFolder = (files: Readonly<Record<string, string>> = {}): string => {
  const folder = mkdtempSync(join(tmpdir(), "tacet-report-"))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

export const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), "utf8")
