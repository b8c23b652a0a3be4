/** The mutants of a file: each is one small change of its code. */
import { transformSync } from "esbuild"
import { parseSync } from "oxc-parser"

/** A change of one piece of a source: `source.slice(start, end)`, which is `before`, becomes `after`. */
export interface Mutant {
  readonly file: string
  readonly line: number
  readonly operator: Operator
  readonly start: number
  readonly end: number
  readonly before: string
  readonly after: string
}

export type Operator =
  /** A comparison becomes its contrary. */
  | "comparison"
  /** A comparison takes its bound in or leaves it out. */
  | "boundary"
  | "arithmetic"
  /** `&&` becomes `||`, `true` becomes `false`, `!` goes; and back. */
  | "boolean"
  /** A condition always holds, or never. */
  | "condition"
  /** A statement goes. */
  | "statement"
  /** `a.f(b)` becomes `a`. */
  | "call"
  /** A number becomes one more or one less. */
  | "number"
  /** A word becomes the next other word of the file. */
  | "string"
  /** A call loses its last argument. */
  | "argument"
  /** `a ?? b` becomes `a`, or `b`. */
  | "fallback"
  /** A method becomes its counterpart: `some` and `every`. */
  | "method"
  /** A bound of `slice` or `at` moves by one. */
  | "slice"
  /** An array loses an element. */
  | "element"

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [field: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"

const contrary: Readonly<Record<string, string>> = {
  "===": "!==",
  "!==": "===",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
}
const bound: Readonly<Record<string, string>> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" }
const sign: Readonly<Record<string, string>> = {
  "+": "-",
  "-": "+",
  "*": "/",
  "/": "*",
  "%": "*",
  "+=": "-=",
  "-=": "+=",
}

const pairs = (...of: ReadonlyArray<readonly [string, string]>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    of.flatMap(([one, other]) => [
      [one, other],
      [other, one],
    ]),
  )

const counterpart = pairs(
  ["some", "every"],
  ["min", "max"],
  ["floor", "ceil"],
  ["startsWith", "endsWith"],
  ["find", "findLast"],
  ["padStart", "padEnd"],
)
const boundOfMethod = pairs(["isLessThan", "isLessThanOrEqualTo"], ["isGreaterThan", "isGreaterThanOrEqualTo"])

/** Swapped words have neither blanks nor colons, so what people read stays, and `string` finds codes and keys. */
const isWord = (value: unknown): value is string => typeof value === "string" && /^[\w.-]+$/.test(value)

/** Types, and names of other files, hold nothing that runs. */
const isLeft = (type: string): boolean =>
  /^(TS(?!AsExpression|SatisfiesExpression|NonNullExpression)|Import|ExportAll)/.test(type)

/** All mutants of a source, in the order of their places; some may not compile. */
export const mutantsOf = (file: string, source: string): ReadonlyArray<Mutant> => {
  const { errors, program } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const found: Array<Mutant> = []
  const words: Array<Node> = []
  const text = ({ end, start }: Node) => source.slice(start, end)
  const change = (operator: Operator, { end, start }: Pick<Node, "start" | "end">, after: string): void => {
    const before = source.slice(start, end)
    if (before === after) return
    found.push({ file, line: source.slice(0, start).split("\n").length, operator, start, end, before, after })
  }
  /** The operator between two operands, which are its only neighbours but for comments and parentheses. */
  const swap = (operator: Operator, node: Node, after: string | undefined): void => {
    if (after === undefined) return
    const [left, right] = [node["left"] as Node, node["right"] as Node]
    const at = source.indexOf(node["operator"] as string, left.end)
    if (at >= 0 && at < right.start)
      change(operator, { start: at, end: at + (node["operator"] as string).length }, after)
  }

  const visit = (node: Node): void => {
    switch (node.type) {
      case "BinaryExpression":
        swap("comparison", node, contrary[node["operator"] as string])
        swap("boundary", node, bound[node["operator"] as string])
        swap("arithmetic", node, sign[node["operator"] as string])
        break
      case "AssignmentExpression":
        swap("arithmetic", node, sign[node["operator"] as string])
        break
      case "LogicalExpression":
        if (node["operator"] === "??") {
          change("fallback", node, text(node["left"] as Node))
          change("fallback", node, text(node["right"] as Node))
        } else swap("boolean", node, node["operator"] === "&&" ? "||" : "&&")
        break
      case "UnaryExpression":
        if (node["operator"] === "!") change("boolean", node, text(node["argument"] as Node))
        break
      case "IfStatement":
      case "ConditionalExpression":
        change("condition", node["test"] as Node, "true")
        change("condition", node["test"] as Node, "false")
        break
      case "WhileStatement":
        change("condition", node["test"] as Node, "false")
        break
      case "ExpressionStatement":
        if (node["directive"] === undefined || node["directive"] === null) change("statement", node, ";")
        break
      case "ContinueStatement":
      case "BreakStatement":
        change("statement", node, ";")
        break
      case "CallExpression":
        call(node)
        break
      case "ArrayExpression":
        list("element", node["elements"] as ReadonlyArray<Node | null>)
        break
      case "Literal":
        literal(node)
        break
    }
  }

  const list = (operator: Operator, nodes: ReadonlyArray<Node | null>): void => {
    nodes.forEach((node, at) => {
      if (node === null) return
      const [before, next] = [nodes[at - 1], nodes[at + 1]]
      if (next) change(operator, { start: node.start, end: next.start }, "")
      else change(operator, { start: before ? before.end : node.start, end: node.end }, "")
    })
  }

  const call = (node: Node): void => {
    const callee = node["callee"] as Node
    const given = node["arguments"] as ReadonlyArray<Node>
    const last = given.at(-1)
    if (last !== undefined) change("argument", { start: given.at(-2)?.end ?? last.start, end: last.end }, "")
    if (callee.type !== "MemberExpression" || callee["computed"] === true) return
    const name = callee["property"] as Node
    change("call", node, text(callee["object"] as Node))
    const [other, bounded] = [counterpart[text(name)], boundOfMethod[text(name)]]
    if (other !== undefined) change("method", name, other)
    if (bounded !== undefined) change("boundary", name, bounded)
    if (text(name) === "slice" || text(name) === "at")
      for (const bound of given) if (bound.type !== "Literal") change("slice", bound, `${text(bound)} + 1`)
  }

  const literal = (node: Node): void => {
    const { value } = node
    if (typeof value === "boolean") change("boolean", node, String(!value))
    else if (typeof value === "number") {
      change("number", node, String(value + 1))
      // In parentheses, since `-1` before `**` or after a sign would not parse.
      change("number", node, value >= 1 ? String(value - 1) : `(${value - 1})`)
    } else if (isWord(value)) words.push(node)
  }

  const walk = (node: Node): void => {
    if (isLeft(node.type)) return
    visit(node)
    for (const [field, value] of Object.entries(node)) {
      // The name of a property is no string; the name of a file is none either.
      if (field === "typeAnnotation" || field === "typeArguments" || field === "source") continue
      if (field === "key" && node["computed"] !== true) continue
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child)
    }
  }
  walk(program as unknown as Node)

  const values = [...new Set(words.map((node) => node["value"] as string))]
  for (const node of values.length > 1 ? words : []) {
    const other = values[(values.indexOf(node["value"] as string) + 1) % values.length]
    change("string", node, JSON.stringify(other))
  }
  return found.toSorted((one, other) => one.start - other.start || one.end - other.end)
}

/** The source with the change of a mutant. */
export const apply = ({ after, end, start }: Mutant, source: string): string =>
  source.slice(0, start) + after + source.slice(end)

/** Whether two sources run alike for sure: they are the same JavaScript once types and useless code are gone. */
export const isSame = (one: string, other: string): boolean => {
  const plain = (source: string) =>
    transformSync(source, { loader: "ts", minifySyntax: true, minifyWhitespace: true }).code
  try {
    return plain(one) === plain(other)
  } catch {
    // One does not parse; the check of types says so.
    return false
  }
}
