/**
 * Writes rejected rows to a file while they come: CSV or JSON lines, with the line of the input, the field, the rule and
 * what would be accepted. No value of a row is among them.
 */
import { open } from "node:fs/promises"
import { InputError, type RejectedRow, type RejectSink } from "@tacet/interchange"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

/** A sink that writes to a new file; closing the scope flushes every row written so far and closes the file. */
export const toFile = Effect.fnUntraced(function* (
  path: string,
): Effect.fn.Return<RejectSink, InputError, Scope.Scope> {
  const isCsv = path.toLowerCase().endsWith(".csv")
  const file = yield* Effect.acquireRelease(
    Effect.tryPromise({
      try: () => open(path, "w"),
      catch: () => new InputError("--rejects: the file cannot be written"),
    }),
    (file) => Effect.promise(() => file.close()),
  )
  let waiting = isCsv ? "line,field,rule,reason\n" : ""
  const write = Effect.suspend(() => {
    const text = waiting
    waiting = ""
    return text === "" ? Effect.void : Effect.promise(() => file.appendFile(text))
  })
  yield* Effect.addFinalizer(() => write)
  return (row) => {
    waiting += isCsv ? csv(row) : json(row)
    return waiting.length < 65_536 ? Effect.void : write
  }
})

const json = ({ field, line, reason, rule }: RejectedRow): string =>
  `${JSON.stringify({ line, field, rule, reason })}\n`

const csv = ({ field, line, reason, rule }: RejectedRow): string =>
  `${line},${[field, rule, reason].map(quoted).join(",")}\n`

/** A text that begins like a formula is one to a spreadsheet; an apostrophe keeps it a text. */
const quoted = (text: string): string => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
