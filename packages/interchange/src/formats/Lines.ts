/**
 * Cuts text into lines of bounded length.
 */

/** The longest line, in characters. */
const longestLine = 4 * 1024 * 1024

/** A line, without its end; `undefined` where it was too long to keep. */
export interface Line {
  readonly line: number
  readonly content: string | undefined
}

/** The lines of a text, numbered from 1; the empty ones too. */
export async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<Line> {
  let line = 1
  let rest = ""
  let tooLong = false
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf("\n"); end !== -1; end = chunk.indexOf("\n", from)) {
      rest += chunk.slice(from, end)
      yield { line: line++, content: tooLong || rest.length > longestLine ? undefined : rest }
      rest = ""
      tooLong = false
      from = end + 1
    }
    rest = tooLong ? "" : rest + chunk.slice(from)
    if (rest.length > longestLine) {
      tooLong = true
      rest = ""
    }
  }
  if (rest !== "" || tooLong) yield { line, content: tooLong ? undefined : rest }
}
