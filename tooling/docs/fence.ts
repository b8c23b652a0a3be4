/** A piece of TypeScript in a Markdown file or in the documentation of a source file. */
export interface Fence {
  readonly file: string
  /** The line of its first line of code, from 1. */
  readonly line: number
  readonly code: string
  /** Whether it is executed too: marked `ts run`, or holding an assertion (`// => value`). */
  readonly runs: boolean
}

/** In a source file code is in block comments, each line after ` * `. */
const withoutMargin = (line: string, inSource: boolean) => (inSource ? line.replace(/^\s*\* ?/, "") : line)

/** Finds the fences marked `ts` or `ts run`. In a source file only those inside of block comments count. */
export const fencesOf = (file: string, text: string): ReadonlyArray<Fence> => {
  const inSource = file.endsWith(".ts")
  const opening = inSource ? /^\s*\* ?(\s*)(`{3,})ts(?:\s+(run))?\s*$/ : /^(\s*)(`{3,})ts(?:\s+(run))?\s*$/
  const lines = text.split("\n")
  const fences: Array<Fence> = []
  for (let start = 0; start < lines.length; start++) {
    const opened = opening.exec(lines[start] ?? "")
    if (opened === null) continue
    const [, indent = "", ticks = "", run] = opened
    const isClosing = (line: string) => withoutMargin(line, inSource).trim() === ticks
    const end = lines.findIndex((line, index) => index > start && isClosing(line))
    if (end < 0) throw new Error(`${file}:${start + 1}: the fence is never closed`)
    const code = lines
      .slice(start + 1, end)
      .map((line) => withoutMargin(line, inSource))
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join("\n")
    fences.push({ file, line: start + 2, code, runs: run !== undefined || /\/\/ => /.test(code) })
    start = end
  }
  return fences
}
