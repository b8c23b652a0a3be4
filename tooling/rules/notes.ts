/**
 * Properties without a note of the bug that was planted to see them fail: a comment that begins with `Planted` or `Finds`
 * and precedes the property, after the statement before it, or is within it.
 */
import type { Comment, Node } from "oxc-parser"
import { parseSync } from "oxc-parser"

const says = /^[\s*]*(Planted|Finds)\b/

/** `it.prop`, `it.effect.prop`, and what proves a rule under each version. */
const properties = /^(it(\.\w+)?\.prop|proves)$/

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const childrenOf = (node: Node): ReadonlyArray<Node> =>
  Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode))

/** One sentence for each property of a test file that has none. */
export const unnoted = (file: string, source: string): ReadonlyArray<string> => {
  const { comments, errors, program } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const notes = comments.filter(({ value }: Comment) => says.test(value))
  const faults: Array<string> = []
  const loops = new Set<Node>()
  const walk = (node: Node, since: number): void => {
    if (node.type === "CallExpression" && properties.test(source.slice(node.callee.start, node.callee.end))) {
      const isNoted = notes.some(({ end, start }) => start >= since && end <= node.end)
      const line = source.slice(0, node.start).split("\n").length
      if (!isNoted) faults.push(`${file}:${line}: this property notes no bug that was planted and that it finds`)
    }
    if (node.type === "Program" || node.type === "BlockStatement") {
      // A note before a loop belongs to the first statement in it.
      let end = node.type === "Program" || loops.has(node) ? since : node.start
      for (const statement of node.body) {
        walk(statement, end)
        end = statement.end
      }
      return
    }
    if (node.type === "ForOfStatement") loops.add(node.body)
    for (const child of childrenOf(node)) walk(child, since)
  }
  walk(program, 0)
  return faults
}
