/**
 * Canaries: texts that occur nowhere else, in the shapes of personal values. Each one found is a leak.
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as DateTime from "effect/DateTime"
import { FieldClass } from "@tacet/core/eventsourcing"

export type Shape = "word" | "email" | "telephone" | "ipv4" | "ipv6" | "coordinates" | "url"

export interface Canary {
  readonly text: string
  readonly shape: Shape
  /** Every way in which it would be recognised, in lower case. */
  readonly forms: ReadonlyArray<string>
}

/** A generator of numbers below a bound, from a seed. */
export type Chance = (below: number) => number

/** Mulberry32. */
export const chanceFrom = (seed: number): Chance => {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export const pick = <A>(chance: Chance, from: ReadonlyArray<A>): A => from[chance(from.length)]!

const shapes: ReadonlyArray<Shape> = ["email", "telephone", "ipv4", "ipv6", "coordinates", "url"]

const textOf = (shape: Shape, n: number): string => {
  const token = `kanarie${(n * 7919 + 100_003).toString(36)}z`
  const digits = String(10_000_000 + n * 7)
  switch (shape) {
    case "word":
      return `${token} was here`
    case "email":
      return `${token}@example.net`
    case "telephone":
      return `+336${digits}`
    case "ipv4":
      return `10.${100 + (n % 150)}.${100 + (Math.floor(n / 150) % 150)}.${100 + (Math.floor(n / 22_500) % 150)}`
    case "ipv6":
      return `2001:db8:ca0a:${(n % 65_536).toString(16)}:${(4096 + Math.floor(n / 65_536)).toString(16)}:1:2:3`
    case "coordinates":
      return `48.${digits}, 2.${digits}`
    case "url":
      return `https://${token}.example/?id=${digits}`
  }
}

const formsOf = (text: string, shape: Shape): ReadonlyArray<string> => {
  const bytes = Buffer.from(text, "utf8")
  const forms = [text, encodeURIComponent(text), bytes.toString("hex"), bytes.toString("base64").replace(/=+$/, "")]
  if (shape === "telephone") forms.push(text.slice(1))
  if (shape === "word" || shape === "email" || shape === "url") forms.push(/kanarie[0-9a-z]+/.exec(text)?.[0] ?? text)
  if (shape === "ipv6") {
    forms.push(
      text
        .split(":")
        .map((group) => group.padStart(4, "0"))
        .join(""),
    )
  }
  return forms.map((form) => form.toLowerCase())
}

/** Makes canaries, each unlike all others, and remembers them. */
export const aviary = (chance: Chance) => {
  const all: Array<Canary> = []
  const make = (shape: Shape): string => {
    const text = textOf(shape, all.length)
    all.push({ text, shape, forms: formsOf(text, shape) })
    return text
  }
  return { all, make, any: () => make(pick(chance, shapes)) }
}

export type Aviary = ReturnType<typeof aviary>

/** Four characters as one number. */
const next = (four: number, code: number): number => ((four << 8) | (code & 255)) >>> 0

/**
 * Which canaries occur in a text, in one pass: at each occurrence of the first four characters of a form, the form is compared.
 */
export const seenIn = (text: string, canaries: ReadonlyArray<Canary>): ReadonlyArray<Canary> => {
  const starts = new Map<number, Array<{ readonly form: string; readonly canary: Canary }>>()
  for (const canary of canaries) {
    for (const form of canary.forms) {
      let four = 0
      for (let place = 0; place < 4; place++) four = next(four, form.charCodeAt(place))
      starts.set(four, [...(starts.get(four) ?? []), { form, canary }])
    }
  }
  const lower = text.toLowerCase()
  const seen = new Set<Canary>()
  let four = 0
  for (let place = 0; place < lower.length; place++) {
    four = next(four, lower.charCodeAt(place))
    for (const { canary, form } of starts.get(four) ?? []) {
      if (lower.startsWith(form, place - 3)) seen.add(canary)
    }
  }
  return Array.from(seen)
}

/** How the inputs of commands are filled. */
export interface Filling {
  readonly chance: Chance
  /** Ids that mean something in this history. */
  readonly ids: ReadonlyArray<string>
  /** Texts that the commands accept: names of steps, references, dates. */
  readonly texts: ReadonlyArray<string>
  readonly canary: () => string
  readonly moment: () => number
}

/** A value of a schema's shape, with canaries instead of every third text. */
export const filled = (schema: Schema.Top, filling: Filling): unknown =>
  fill(SchemaAST.toType(schema.ast), filling, undefined)

const fill = (ast: SchemaAST.AST, filling: Filling, fieldClass: FieldClass.FieldClass | undefined): unknown => {
  const { canary, chance, ids, moment, texts } = filling
  const [known] = fieldClass === undefined ? classOf(ast) : [fieldClass]
  switch (ast._tag) {
    case "Literal":
      return ast.literal
    case "String":
      if (chance(3) === 0) return canary()
      return known === "pseudonymous" ? pick(chance, ids) : pick(chance, texts)
    case "Number":
      return pick(chance, [0, 1, 2, 0.9])
    case "Boolean":
      return chance(2) === 0
    case "Declaration":
      return DateTime.makeUnsafe(moment())
    case "Union":
      return fill(pick(chance, ast.types), filling, known)
    case "Objects":
      return Object.fromEntries(
        ast.propertySignatures.flatMap(({ name, type }) =>
          type.context?.isOptional === true && chance(2) === 0 ? [] : [[name, fill(type, filling, undefined)]],
        ),
      )
    case "Arrays":
      return [...ast.elements, ...ast.rest.slice(0, 1)].map((element) => fill(element, filling, undefined))
    default:
      return undefined
  }
}

const classOf = (ast: SchemaAST.AST) => {
  const [field] = FieldClass.fieldsOf(Schema.make(ast))
  return field !== undefined && field.path === "" ? [field.fieldClass] : []
}
