/**
 * The modules that keep each rule, read from the sources of core: where its key is a string that the code refuses with,
 * requires by law or states with a parameter, and where a declaration is tagged `@rule KEY` because it keeps the rule
 * without refusing anything (a label, a ranking, a Schema without a field).
 */
import { readFileSync } from "node:fs"
import type { Comment, Node } from "oxc-parser"
import { parseSync } from "oxc-parser"
import { filesUnder } from "../sources.ts"

/**
 * How a module keeps a rule, in the order in which they count as its home:
 *
 * - `refusal`: the key is given where a decider, a check or a service refuses;
 * - `tag`: a declaration is tagged with the key;
 * - `law`: a requirement of the law or of the library binds policies by it;
 * - `parameter`: a parameter carries a policy's statement on it.
 */
export const ways = ["refusal", "tag", "law", "parameter"] as const
export type Way = (typeof ways)[number]

/** A place where a rule is kept. */
export interface Home {
  readonly key: string
  readonly way: Way
  readonly file: string
  readonly line: number
  /** For a tag: the name that is declared. */
  readonly declares?: string
}

const core = "packages/core/src"

/** The texts of policies and the suites name rules without keeping them. */
const wayOf = (file: string): Exclude<Way, "tag"> | undefined => {
  if (file.startsWith(`${core}/policy/text/parameters/`)) return "parameter"
  if (/\/(policy\/(text|versions)|testing)\//.test(file)) return undefined
  return file.startsWith(`${core}/policy/law/`) ? "law" : "refusal"
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const comparisons = new Set(["===", "!==", "==", "!="])

/** String literals of a program, without those of types and of comparisons, which keep nothing. */
const literalsOf = (node: Node): ReadonlyArray<{ readonly value: string; readonly start: number }> => {
  if (node.type === "TSLiteralType") return []
  if (node.type === "Literal") return typeof node.value === "string" ? [{ value: node.value, start: node.start }] : []
  const children = Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter(isNode),
  )
  const isComparison = node.type === "BinaryExpression" && comparisons.has(node.operator)
  return (isComparison ? children.filter(({ type }) => type !== "Literal") : children).flatMap(literalsOf)
}

const declaration = /^\s*(?:export )?(?:(?:const|class|function|interface|type) (\w+)|(?:readonly )?(\w+)\??:)/

/** The keys and the declaration of a comment with a tag. */
const tagOf = ({ type, value }: Comment, after: string) => {
  const keys = type === "Block" ? /@rule ([A-Z0-9-]+(?:, [A-Z0-9-]+)*)/.exec(value)?.[1] : undefined
  if (keys === undefined) return undefined
  const [, declared, member] = declaration.exec(after) ?? []
  return { keys: keys.split(", "), declares: declared ?? member }
}

/** The homes in one file. Throws where a tag belongs to no declaration. */
export const homesIn = (file: string, source: string, keys: ReadonlySet<string>): ReadonlyArray<Home> => {
  const way = wayOf(file)
  const { comments, errors, program } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const lineOf = (offset: number) => source.slice(0, offset).split("\n").length
  const tagged = comments.flatMap((comment): ReadonlyArray<Home> => {
    const tag = tagOf(comment, source.slice(comment.end))
    if (tag === undefined) return []
    const { declares } = tag
    const line = lineOf(comment.end) + 1
    if (declares === undefined) throw new Error(`${file}:${line}: this tag @rule belongs to no declaration`)
    return tag.keys.map((key) => ({ key, way: "tag", file, line, declares }))
  })
  if (way === undefined) return tagged
  const literal = literalsOf(program).filter(({ value }) => keys.has(value))
  return [...tagged, ...literal.map(({ start, value }): Home => ({ key: value, way, file, line: lineOf(start) }))]
}

/** The homes of all rules in core. */
export const homesOf = (keys: ReadonlyArray<string>): ReadonlyArray<Home> => {
  const known = new Set(keys)
  return filesUnder([core], ".ts")
    .filter((file) => !/\.(test|testing)\.ts$/.test(file))
    .flatMap((file) => homesIn(file, readFileSync(file, "utf8"), known))
}

/** Whether a test file is named after a module: `a/Transfer.refusals.test.ts` after `a/Transfer.ts`. */
const isTestOf = (test: string, module: string): boolean =>
  test.startsWith(module.replace(/ts$/, "")) && test.endsWith(".test.ts")

/**
 * The modules that keep a rule, the one to read first in front: a refusal before a tag before the law, and among equals
 * the one whose own tests name the rule. A parameter counts only where nothing else keeps the rule.
 */
export const modulesOf = (homes: ReadonlyArray<Home>, tests: ReadonlyArray<string>): ReadonlyArray<string> => {
  const keeping = homes.filter(({ way }) => way !== "parameter")
  const rank = ({ file, way }: Home) => ways.indexOf(way) * 2 + (tests.some((test) => isTestOf(test, file)) ? 0 : 1)
  const inOrder = (keeping.length > 0 ? keeping : homes).toSorted(
    (one, other) => rank(one) - rank(other) || (one.file < other.file ? -1 : 1),
  )
  return Array.from(new Set(inOrder.map(({ file }) => file)))
}
