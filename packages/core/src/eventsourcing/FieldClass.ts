/**
 * The class of an event's field: how much it may reveal about a person. Every text in an event declares one of three
 * classes; the test that walks the schemas of all aggregates refuses a field without one (CLASSIFY), so that a
 * forgotten class is a failing test, not a leak.
 *
 * - `public`: the same for all people, such as the name of a screen, the reference of a law, a country;
 * - `pseudonymous`: random, or a moment: meaningless by itself, but it can be joined with data kept elsewhere;
 * - `personal`: a reference to a personal value of a category; the value itself is in the vault.
 */
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import { calendarValue } from "../calendar/PlainDate.ts"

/** The class of one field. */
export const FieldClass = Schema.Literals(["public", "pseudonymous", "personal"])
export type FieldClass = typeof FieldClass.Type

/** Under this key a schema says what class its values are of. */
const annotation = "@tacet/core/eventsourcing/FieldClass"

/** The annotation for values that are the same for everybody. */
export const ofPublic = { [annotation]: "public" } as const
/** The annotation for values that are random, or say something of a moment alone. */
export const ofPseudonymous = { [annotation]: "pseudonymous" } as const
/** The annotation for a reference to a personal value. */
export const ofPersonal = { [annotation]: "personal" } as const

/** A field of an event, by its path: `steps[].kind`. */
export interface ClassifiedField {
  readonly path: string
  /** `undefined`: it declares no class, and could hold any text. */
  readonly fieldClass: FieldClass | undefined
}

/**
 * The fields of a schema with their classes. Names that are listed, whole numbers of things, answers by yes or no,
 * plain dates and periods are public; moments are pseudonymous; texts and whatever else can hold any value are what
 * their annotation says.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { FieldClass, Uuid } from "@tacet/core/eventsourcing"
 *
 * const Opened = Schema.Struct({ kind: Schema.Literals(["web", "app"]), visit: Uuid.Uuid, remark: Schema.String })
 * const classes = FieldClass.fieldsOf(Opened).map(({ fieldClass }) => fieldClass)
 * classes // => ["public", "pseudonymous", undefined]
 * ```
 */
export const fieldsOf = (schema: Schema.Top): ReadonlyArray<ClassifiedField> => walk(schema.ast, "", new Set())

const walk = (ast: SchemaAST.AST, path: string, above: ReadonlySet<SchemaAST.AST>): ReadonlyArray<ClassifiedField> => {
  const stated = SchemaAST.resolveAt<FieldClass>(annotation)(ast)
  if (stated !== undefined) return [{ path, fieldClass: stated }]
  if (SchemaAST.resolveAt<true>(calendarValue)(ast) === true) return [{ path, fieldClass: "public" }]
  if (above.has(ast)) return []
  const within = new Set(above).add(ast)
  switch (ast._tag) {
    case "Literal":
    case "Enum":
    case "Boolean":
    case "Number":
    case "BigInt":
    case "Null":
    case "Undefined":
    case "Void":
    case "Never":
    case "UniqueSymbol":
      return [{ path, fieldClass: "public" }]
    case "Objects":
      return [
        ...ast.propertySignatures.flatMap(({ name, type }) =>
          walk(type, path === "" ? String(name) : `${path}.${String(name)}`, within),
        ),
        // A key is a field of its own.
        ...ast.indexSignatures.flatMap(({ parameter, type }) => [
          ...walk(parameter, `${path}{key}`, within),
          ...walk(type, `${path}{}`, within),
        ]),
      ]
    case "Arrays":
      return [
        ...ast.elements.flatMap((element, index) => walk(element, `${path}[${index}]`, within)),
        ...ast.rest.flatMap((element) => walk(element, `${path}[]`, within)),
      ]
    case "Union":
      return distinct(ast.types.flatMap((member) => walk(member, path, within)))
    case "Suspend":
      return walk(ast.thunk(), path, within)
    case "Declaration":
      return [{ path, fieldClass: isMoment(ast) ? "pseudonymous" : undefined }]
    default:
      return [{ path, fieldClass: undefined }]
  }
}

/** A moment is the one declaration whose values cannot hold a text. */
const isMoment = (ast: SchemaAST.AST): boolean =>
  SchemaAST.resolveAt<{ readonly id: string }>("representation")(ast)?.id === "effect/schema/DateTimeUtc"

const distinct = (fields: ReadonlyArray<ClassifiedField>): ReadonlyArray<ClassifiedField> =>
  fields.filter(
    (field, index) =>
      fields.findIndex(({ fieldClass, path }) => path === field.path && fieldClass === field.fieldClass) === index,
  )
