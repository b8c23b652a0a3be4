/**
 * The contents of OCEL 2.0 in either encoding: types, objects, and events that relate to objects. Every relation is
 * checked against the objects of the file, so the ids of objects and events are kept until its end; events that precede
 * the objects wait for them. An event that belongs to several cases is a row in each, as tools flatten such logs.
 */
import type { ObjectKey } from "../mapping/Mapping.ts"
import { InputError, type SourceItem } from "../SourceRow.ts"
import type { Context } from "./Context.ts"
import { formatViolation, rejected } from "./Violation.ts"
import { keyViolation } from "./Key.ts"
import { type RowReader, rowReader } from "./RowReader.ts"

/** One event of a log, as written. */
export interface OcelEvent {
  readonly id: string | undefined
  readonly type: string | undefined
  readonly time: string | undefined
  readonly attributes: ReadonlyMap<string, string>
  readonly relations: ReadonlyArray<{ readonly object: string | undefined; readonly qualifier: string | undefined }>
}

/** The names of fields that an event has beside its attributes, as process-mining tools name them. */
const fields = { id: "ocel:eid", type: "ocel:activity", time: "ocel:timestamp" } as const

const caseField = "ocel:case"
const personField = "ocel:person"

/** The refusal of the first version. */
export const firstVersion = (): InputError =>
  new InputError("the log is OCEL 1.0: convert it to OCEL 2.0, as pm4py or the tools of ocel-standard.org do")

/** A log while it is read. */
export class OcelLog {
  private readonly context: Context
  private readonly rows: RowReader
  private readonly objectTypes = new Set<string>()
  private readonly typeOf = new Map<string, string>()
  private readonly events = new Set<string>()
  private readonly early: Array<readonly [line: number, event: OcelEvent]> = []
  private caseKey: ObjectKey | undefined
  private personKey: ObjectKey | undefined
  private objectsKnown = false
  private typesKnown = false
  private lines = 0

  constructor(context: Context) {
    const { mapping, quality, zone } = context
    this.context = context
    this.rows = rowReader(
      mapping,
      { case: caseField, person: personField, activity: fields.type, time: fields.time },
      zone,
      quality,
    )
  }

  /** The attributes of events that the mapping reads; others need not be kept. */
  get wanted(): ReadonlySet<string> {
    return this.rows.fields
  }

  objectType(name: string | undefined): void {
    if (name !== undefined) this.objectTypes.add(name)
  }

  object(id: string | undefined, type: string | undefined): void {
    this.context.quality.objects++
    if (id !== undefined && type !== undefined && !this.typeOf.has(id)) this.typeOf.set(id, type)
  }

  /** All object types have been read. */
  endObjectTypes(): void {
    this.typesKnown = true
  }

  /** All objects have been read. */
  endObjects(): void {
    this.objectsKnown = true
  }

  *event(event: OcelEvent): Generator<SourceItem> {
    const line = ++this.lines
    if (this.objectsKnown && this.typesKnown) yield* this.read(line, event)
    else this.early.push([line, event])
  }

  /** The events that waited for the objects, once all objects are read. */
  *end(): Generator<SourceItem> {
    for (const [line, event] of this.early.splice(0)) yield* this.read(line, event)
  }

  private *read(line: number, event: OcelEvent): Generator<SourceItem> {
    const { mapping, quality } = this.context
    const violation = this.integrityViolation(event)
    if (violation !== undefined) {
      quality.records++
      yield rejected(line, violation)
      return
    }
    const bySeveral = isFields(mapping.case) ? [undefined] : this.related(event, this.declaredCase())
    if (bySeveral.length === 0) {
      quality.records++
      yield rejected(line, formatViolation("relationships", "a relation to an object of the case's type"))
      return
    }
    const person = isFields(mapping.person) ? undefined : this.related(event, this.declaredPerson())[0]
    const before = quality.records
    for (const object of bySeveral) {
      const item = this.rows.read({
        line,
        get: (field) => {
          switch (field) {
            case caseField:
              return object
            case personField:
              return person
            case fields.id:
              return event.id
            case fields.type:
              return event.type
            case fields.time:
              return event.time
            default:
              return event.attributes.get(field)
          }
        },
      })
      if (item?._tag !== "row") {
        if (item !== undefined) yield item
        break
      }
      const id = bySeveral.length === 1 ? event.id : `${event.id}\u001f${object}`
      yield id === undefined || item.id !== undefined ? item : { ...item, id }
    }
    quality.records = before + 1
  }

  private integrityViolation({ id, relations }: OcelEvent) {
    if (id === undefined || id === "") return formatViolation("id", "the id of an event")
    const violation = keyViolation(id)
    if (violation !== undefined) return formatViolation("id", violation)
    if (this.events.has(id)) return formatViolation("id", "an id that no other event has")
    this.events.add(id)
    if (relations.some(({ object }) => object === undefined || !this.typeOf.has(object))) {
      return formatViolation("relationships", "relations to objects that are in the file")
    }
    return undefined
  }

  private related({ relations }: OcelEvent, { objectType, qualifier }: ObjectKey): ReadonlyArray<string> {
    const ids = relations.flatMap(({ object, qualifier: written }) =>
      object !== undefined &&
      this.typeOf.get(object) === objectType &&
      (qualifier === undefined || qualifier === written)
        ? [object]
        : [],
    )
    return [...new Set(ids)]
  }

  /** Declared, else `Interaction` where there is such a type, else the only type there is. */
  private declaredCase(): ObjectKey {
    if (this.caseKey !== undefined) return this.caseKey
    const { mapping } = this.context
    if (typeof mapping.case === "object" && "objectType" in mapping.case) {
      this.caseKey = mapping.case
    } else {
      const types = this.objectTypes.size > 0 ? this.objectTypes : new Set(this.typeOf.values())
      const [only] = types.size === 1 ? [...types] : []
      const objectType = types.has("Interaction") ? "Interaction" : only
      if (objectType === undefined) {
        throw new InputError(
          `the log has ${types.size} object types and none is named Interaction: name one in the mapping's case.objectType`,
        )
      }
      this.caseKey = { objectType }
    }
    return this.caseKey
  }

  /** Declared, else `Device`. */
  private declaredPerson(): ObjectKey {
    const { person } = this.context.mapping
    return (this.personKey ??= typeof person === "object" && "objectType" in person ? person : { objectType: "Device" })
  }
}

const isFields = (declared: Context["mapping"]["case"]): boolean =>
  typeof declared === "string" || Array.isArray(declared)
