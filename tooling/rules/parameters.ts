/**
 * The readers of each parameter of a policy, read from the sources of core, and `docs/parameters.md`. A parameter is
 * read where `parameters.NAME` is asked for, where it is taken out of `parameters` by a pattern, and where its name is
 * handed to what asks for `parameters[name]`.
 */
import { readFileSync } from "node:fs"
import { type Parameter, PrivacyPolicy, Versions } from "@tacet/core/policy"
import type { Node } from "oxc-parser"
import { parseSync } from "oxc-parser"
import { filesUnder } from "../sources.ts"

const core = "packages/core/src"

/** Texts state parameters and the law binds them; neither reads them. */
const readsNothing = /\/(policy\/(text|versions|law)|testing)\/|\.(test|testing)\.ts$/

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value

const childrenOf = (node: Node): ReadonlyArray<Node> =>
  Object.values(node).flatMap((value: unknown) => (Array.isArray(value) ? value : [value]).filter(isNode))

const nodesOf = (node: Node): ReadonlyArray<Node> => [node, ...childrenOf(node).flatMap(nodesOf)]

/** `parameters` of a policy, and in the resolver the values that they are made of. */
const ofPolicy = /(^|\.)(parameters|values)$/

const keysOf = (pattern: Node): ReadonlyArray<string> =>
  pattern.type !== "ObjectPattern"
    ? []
    : pattern.properties.flatMap((property) =>
        property.type === "Property" && property.key.type === "Identifier" ? [property.key.name] : [],
      )

/** The names that one file reads, known or not. */
export const readIn = (file: string, source: string): ReadonlySet<string> => {
  const { errors, program } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const text = ({ end, start }: Node) => source.slice(start, end)
  const nodes = nodesOf(program)
  const isComputed = nodes.some(
    (node) => node.type === "MemberExpression" && node.computed && /(^|\.)parameters$/.test(text(node.object)),
  )
  return new Set(
    nodes.flatMap((node): ReadonlyArray<string> => {
      switch (node.type) {
        case "MemberExpression":
          return !node.computed && node.property.type === "Identifier" && ofPolicy.test(text(node.object))
            ? [node.property.name]
            : []
        case "VariableDeclarator":
          return node.init !== null && ofPolicy.test(text(node.init)) ? keysOf(node.id) : []
        case "Property":
          return node.key.type === "Identifier" && node.key.name === "parameters" ? keysOf(node.value) : []
        case "CallExpression": {
          const asks = isComputed || /(^|\.)statement$/.test(text(node.callee))
          return asks ? node.arguments.flatMap((one) => (one.type === "Literal" ? [String(one.value)] : [])) : []
        }
        default:
          return []
      }
    }),
  )
}

/** The files that read each name. */
export type Readers = ReadonlyMap<string, ReadonlyArray<string>>

/** The readers in core. */
export const readersInCore = (): Readers => {
  const readers = new Map<string, Array<string>>()
  for (const file of filesUnder([core], ".ts")) {
    if (readsNothing.test(file)) continue
    for (const name of readIn(file, readFileSync(file, "utf8"))) {
      const known = readers.get(name)
      if (known === undefined) readers.set(name, [file])
      else known.push(file)
    }
  }
  return readers
}

/** The kind of reader of a parameter, by the files that read it. */
export const readerOf = (files: ReadonlyArray<string>): Parameter.Reader => {
  if (files.length === 0) return "declared"
  return files.every((file) => file.startsWith(`${core}/policy/binding/`)) ? "register" : "decider"
}

/** A parameter as far as its reader is checked. */
export interface Checked {
  readonly name: string
  readonly readBy: Parameter.Reader
}

/** The faults of the readers, one sentence each. `reasons`: why nothing reads the parameters that are declared only. */
export const readerFaults = (
  parameters: ReadonlyArray<Checked>,
  readers: Readers,
  reasons: { readonly [name: string]: string | undefined },
): ReadonlyArray<string> =>
  parameters.flatMap(({ name, readBy }) => {
    const files = readers.get(name) ?? []
    const found = readerOf(files)
    if (found === "declared" && reasons[name] === undefined)
      return [`${name} is read by nothing: read it, or say in DeclaredParameter.ts why nothing has to`]
    if (found !== "declared" && reasons[name] !== undefined)
      return [`${name} is read by ${files.join(", ")}: take it out of DeclaredParameter.ts`]
    return found === readBy ? [] : [`${name} says it is read by "${readBy}", and the sources say "${found}"`]
  })

/** All parameters. */
export const allParameters: ReadonlyArray<Checked> = PrivacyPolicy.parameterNames.map((name) => ({
  name,
  readBy: PrivacyPolicy.parameter(name).readBy,
}))

// The page

const code = (text: string): string => `\`${text}\``

/** A value as it is written in a policy, without the quotes that JSON would need. */
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(shown).join(", ")
  if (typeof value !== "object" || value === null) return code(String(value))
  const { after, within } = value as Partial<Parameter.End>
  if (after !== undefined) return code(within === undefined ? after : `${after} + ${within}`)
  const entries = Object.entries(value as Readonly<Record<string, unknown>>)
  const values = new Set(entries.map(([, one]) => JSON.stringify(one)))
  const keys = entries.map(([key]) => key)
  if (entries.length > 1 && values.size === 1) return `${keys.join(" and ")}: ${shown(entries[0]?.[1])}`
  return entries.length === 0 ? "none" : entries.map(([key, one]) => `${key}: ${shown(one)}`).join("; ")
}

const wordsOf = ({ entries, kind, words }: Parameter.Parameter<never>): string => {
  const own = words.length > 0 ? words.map(code).join(kind === "levels" ? " < " : ", ") : valuesOf[kind]
  return entries === undefined
    ? own
    : `for ${entries.partial ? "some of" : "each of"} ${entries.keys.map(code).join(", ")}: ${own}`
}

const valuesOf: Readonly<Record<Parameter.Kind, string>> = {
  permissions: "places",
  duties: "a list",
  levels: "a level",
  ends: "periods such as `P1M`",
  atLeast: "a number",
  atMost: "a number",
  choice: "a word",
  fact: "a fact",
}

const kinds: Readonly<Record<Parameter.Kind, string>> = {
  permissions: "a closed list of allowed values; any other is refused",
  duties: "a list of what must be done or carried",
  levels: "one of several levels, from the strictest to the loosest",
  ends: "ends or periods of which the earliest counts",
  atLeast: "a number that must be reached",
  atMost: "a number that must not be passed",
  choice: "one of several ways of which none is stricter",
  fact: "a plain fact, such as the law that a version names",
}

const section = (name: PrivacyPolicy.ParameterName, readers: Readers, reason: string | undefined): string => {
  const parameter = PrivacyPolicy.parameter(name) as unknown as Parameter.Parameter<never>
  const files = (readers.get(name) ?? []).map((file) => `[${file.replace(`${core}/`, "")}](../${file})`)
  const reader = parameter.readBy === "declared" ? reason : files.join(", ")
  const versions = Versions.published.map((version) => {
    const stated = PrivacyPolicy.statement(version.parameters, name)
    return `| ${version.id} | ${stated === undefined ? "*silent*" : shown(stated.value)} |`
  })
  return `## ${name}

${parameter.about}

- kind: ${parameter.kind}
- values: ${wordsOf(parameter)}
- where nothing is said: ${shown(parameter.strictest)}
- rules: ${parameter.rules.join(", ")}
- ${parameter.readBy === "declared" ? "declared, and shown by `Policies.decidedBy`" : `read by: ${parameter.readBy}, in`}${parameter.readBy === "declared" ? ":" : ""} ${reader}

| version | value |
| --- | --- |
${versions.join("\n")}
`
}

/** `docs/parameters.md`. */
export const parametersPage = (readers: Readers, reasons: { readonly [name: string]: string | undefined }): string => {
  const counted = (reader: Parameter.Reader) => allParameters.filter(({ readBy }) => readBy === reader).length
  return `# The parameters of a policy

Generated by \`npm run rules -- --write\`; CI refuses a page that is out of date.

A privacy policy is a value for each of these ${allParameters.length} parameters, or its silence. Deciders, checks and services read ${counted("decider")} of
them, the resolver and the registers of policies ${counted("register")}, and ${counted("declared")} are declared: no code decides by them, each says why, and
\`Policies.decidedBy\` shows their values in force. Where a policy is silent, the strictest of the other versions holds; where all are silent, the value "where nothing is
said". [A policy of your own](own-policy.md) shows how to write one, [the rule
table](rules.md) where each rule is kept.

| kind | what it is |
| --- | --- |
${Object.entries(kinds)
  .map(([kind, about]) => `| ${kind} | ${about} |`)
  .join("\n")}

${PrivacyPolicy.parameterNames.map((name) => section(name, readers, reasons[name])).join("\n")}`
}
