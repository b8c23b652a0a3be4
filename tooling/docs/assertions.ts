/**
 * Turns `expression // => value` into an assertion.
 *
 * The code before the comment, on its line or the one above, is an expression statement,
 * `console.log(expression)`, or a declaration. The value is code, evaluated in place; a value that does not parse is compared with the text that Node prints.
 */
import { isDeepStrictEqual, inspect } from "node:util"
import * as Equal from "effect/Equal"
import { parseSync } from "oxc-parser"

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const statementsIn = (value: unknown): ReadonlyArray<Node> => {
  if (Array.isArray(value)) return value.flatMap(statementsIn)
  if (!isNode(value)) return []
  const inside = Object.values(value).flatMap(statementsIn)
  return value.type === "ExpressionStatement" || value.type === "VariableDeclaration" ? [value, ...inside] : inside
}

const isCode = (text: string) => parseSync("value.ts", `(${text}\n)`).errors.length === 0

const printedArgument = ({ expression }: Node): Node | undefined => {
  if (!isNode(expression) || expression.type !== "CallExpression" || !isNode(expression["callee"])) return undefined
  const [first, second] = expression["arguments"] as ReadonlyArray<Node>
  const { object, property } = expression["callee"] as { object?: Node; property?: Node }
  const isLog = object?.["name"] === "console" && property?.["name"] === "log" && second === undefined
  return isLog ? first : undefined
}

/** The code with its assertions as calls of `expect(line, actual, expected, text)`; every line keeps its number. */
export const withAssertions = (code: string, expect: string): string => {
  const { comments, errors, program } = parseSync("fence.ts", code)
  if (errors.length > 0) return code
  const statements = statementsIn(program)
  const lineOf = (offset: number) => code.slice(0, offset).split("\n").length
  let result = code
  for (const comment of comments.toReversed()) {
    if (comment.type !== "Line" || !comment.value.startsWith(" => ")) continue
    const text = comment.value.slice(" => ".length).trim()
    const line = lineOf(comment.start)
    const statement = statements.find(
      ({ end, start }) =>
        start < comment.start && /^[;\s]*$/.test(code.slice(end, comment.start)) && lineOf(end) >= line - 1,
    )
    const expected = isCode(text) ? `() => (${text})` : "undefined"
    const assertion = (actual: string) => `${expect}(${line}, ${actual}, ${expected}, ${JSON.stringify(text)})`
    if (statement?.type === "ExpressionStatement") {
      const { end, start } = printedArgument(statement) ?? (statement["expression"] as Node)
      const asserted = assertion(code.slice(start, end))
      result = result.slice(0, statement.start) + asserted + result.slice(statement.end)
    } else {
      const [declared, second] = (statement?.["declarations"] ?? []) as ReadonlyArray<{ id: Node }>
      const annotation = declared?.id["typeAnnotation"]
      // A pattern such as `{ a, b: [c] }` is an expression too: it is built again from its parts.
      const declaredNames = code.slice(declared?.id.start, isNode(annotation) ? annotation.start : declared?.id.end)
      if (declared === undefined || second !== undefined || !isCode(declaredNames))
        throw new SyntaxError(`line ${line}: there is no expression to compare before "// => ${text}"`)
      result = `${result.slice(0, statement?.end)}; ${assertion(declaredNames)}${result.slice(statement?.end)}`
    }
  }
  return result
}

const plain = (value: unknown): unknown => {
  try {
    return JSON.parse(JSON.stringify(value)) as unknown
  } catch {
    return undefined
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, " ").trim()

/** The function that the calls run: compares by structure, by Effect's equality, or by the value's JSON. */
export const compare = (actual: unknown, expected: (() => unknown) | undefined, text: string): string | undefined => {
  const shown = oneLine(inspect(actual, { depth: 8, breakLength: Infinity }))
  if (actual instanceof Promise) return `a promise is compared with ${text}: await it`
  const holds =
    expected === undefined
      ? oneLine(text) === shown || oneLine(text) === String(actual)
      : isDeepStrictEqual(actual, expected()) ||
        Equal.equals(actual, expected()) ||
        (typeof actual === "object" && isDeepStrictEqual(plain(actual), expected()))
  return holds ? undefined : `is ${shown}, not ${text}`
}
